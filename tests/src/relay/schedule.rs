//! Datagrams that are on their way, each sent on when it is due.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long the thread waits where nothing is on its way.
const IDLE: Duration = Duration::from_secs(3_600);

struct Parcel {
    due: Instant,
    socket: Arc<UdpSocket>,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// See the module. Its thread ends with it.
pub(super) struct Schedule(Sender<Parcel>);

impl Schedule {
    pub(super) fn start() -> Self {
        let (sender, parcels) = channel();
        thread::spawn(move || run(&parcels));
        Self(sender)
    }

    pub(super) fn send(&self, delay: Duration, socket: Arc<UdpSocket>, to: SocketAddr, bytes: Vec<u8>) {
        // The thread lives as long as this does.
        let _ = self.0.send(Parcel { due: Instant::now() + delay, socket, to, bytes });
    }
}

fn run(parcels: &Receiver<Parcel>) {
    let mut on_the_way: BTreeMap<(Instant, Reverse<u64>), Parcel> = BTreeMap::new();
    let mut number = u64::MAX;
    loop {
        let wait =
            on_the_way.keys().next().map_or(IDLE, |(due, _)| due.saturating_duration_since(Instant::now()));
        match parcels.recv_timeout(wait) {
            Ok(parcel) => {
                number -= 1;
                on_the_way.insert((parcel.due, Reverse(number)), parcel);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(first) = on_the_way.first_entry().filter(|first| first.key().0 <= Instant::now()) {
            let Parcel { socket, to, bytes, .. } = first.remove();
            // A socket that is gone loses it, as networks do.
            let _ = socket.send_to(&bytes, to);
        }
    }
}
