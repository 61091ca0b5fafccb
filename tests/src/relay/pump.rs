//! A TCP connection passed on, both ways, late.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{LOOK_EVERY, State, lock};

/// The wait for a repetition, where a piece is lost.
const REPEATED_AFTER: Duration = Duration::from_millis(200);

pub(super) fn both_ways(state: &Arc<State>, client: TcpStream) {
    let Ok(console) = TcpStream::connect(state.target) else { return };
    let _ = (client.set_nodelay(true), console.set_nodelay(true));
    let (Ok(client_too), Ok(console_too)) = (client.try_clone(), console.try_clone()) else { return };
    if let Ok(kept) = console.try_clone() {
        lock(&state.streams).push(kept);
    }
    one_way(state, client, console);
    one_way(state, console_too, client_too);
}

fn one_way(state: &Arc<State>, mut from: TcpStream, to: TcpStream) {
    let (sender, pieces) = channel();
    let (reading, writing) = (Arc::clone(state), Arc::clone(state));
    thread::spawn(move || write(&writing, &pieces, to));
    thread::spawn(move || {
        let _ = from.set_read_timeout(Some(LOOK_EVERY));
        let mut buffer = [0; 16 << 10];
        while !reading.ended() {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(size) => {
                    let mut delay = reading.delay();
                    if lock(&reading.random).chance(reading.conditions.loss) {
                        delay += REPEATED_AFTER;
                    }
                    if sender.send((Instant::now() + delay, buffer[..size].to_vec())).is_err() {
                        break;
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => break,
            }
        }
    });
}

fn write(state: &State, pieces: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
    // Nobody ever sends on it: a clock.
    let (_clock, wait) = channel::<()>();
    for (due, bytes) in pieces {
        let _ = wait.recv_timeout(due.saturating_duration_since(Instant::now()));
        while state.is_cut() && !state.ended() {
            let _ = wait.recv_timeout(LOOK_EVERY);
        }
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
