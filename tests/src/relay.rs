//! A bad network between agent and console, in user space and on one machine: UDP and TCP on the same port, with loss, delay,
//! jitter, repetition and reordering drawn from a seed, and with cuts, blocks, changed source ports and torn connections
//! when the test says so.
//!
//! A UDP datagram meets all of these. TCP is passed on as a stream, since the system's own TCP runs on both sides of the
//! relay: there, loss shows as the wait for a repetition, and a cut as silence.

mod pump;
mod random;
mod schedule;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub use random::Random;
use schedule::Schedule;

/// How often threads that wait for bytes look whether they are to end.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Tries to find a port that is free on UDP and TCP alike.
const PORT_TRIES: usize = 50;

/// How bad the network is. Shares are in thousandths of datagrams.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    /// Lost.
    pub loss: u64,
    /// Arrives twice.
    pub repeat: u64,
    /// Overtaken by later ones.
    pub reorder: u64,
    /// Time on the way, one way.
    pub delay: Duration,
    /// At most so much more, at random.
    pub jitter: Duration,
}

/// What the relay did.
#[derive(Debug, Default)]
pub struct Counts {
    /// Datagrams passed on.
    pub passed: AtomicU64,
    /// Datagrams lost on purpose.
    pub lost: AtomicU64,
    /// TCP connections taken.
    pub connections: AtomicU64,
}

/// The relay. Ends when it is dropped.
pub struct Relay {
    address: SocketAddr,
    state: Arc<State>,
}

/// A socket towards the console, and whether it is still the one in use.
type WayOut = (Arc<UdpSocket>, Arc<AtomicBool>);

pub(crate) struct State {
    target: SocketAddr,
    conditions: Conditions,
    random: Mutex<Random>,
    schedule: Schedule,
    ended: AtomicBool,
    cut: AtomicBool,
    udp_blocked: AtomicBool,
    tcp_blocked: AtomicBool,
    /// The way out for each client.
    upstream: Mutex<HashMap<SocketAddr, WayOut>>,
    streams: Mutex<Vec<TcpStream>>,
    counts: Counts,
}

impl Relay {
    /// Begins to relay to `target`.
    ///
    /// # Panics
    /// If the machine has no free port.
    pub fn start(target: &str, seed: u64, conditions: Conditions) -> Self {
        let (udp, tcp) = (0..PORT_TRIES).find_map(|_| bind().ok()).expect("a port free on UDP and TCP");
        let address = udp.local_addr().expect("bound above");
        let state = Arc::new(State {
            target: target.parse().expect("an address"),
            conditions,
            random: Mutex::new(Random::new(seed)),
            schedule: Schedule::start(),
            ended: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            udp_blocked: AtomicBool::new(false),
            tcp_blocked: AtomicBool::new(false),
            upstream: Mutex::default(),
            streams: Mutex::default(),
            counts: Counts::default(),
        });
        let (down, accepting) = (Arc::clone(&state), Arc::clone(&state));
        thread::spawn(move || from_clients(&down, &Arc::new(udp)));
        thread::spawn(move || accept(&accepting, &tcp));
        Self { address, state }
    }

    /// Where agents connect.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// What happened so far.
    pub fn counts(&self) -> &Counts {
        &self.state.counts
    }

    /// Nothing gets through, or everything again.
    pub fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::Release);
    }

    /// No datagram gets through, or all again.
    pub fn block_udp(&self, blocked: bool) {
        self.state.udp_blocked.store(blocked, Ordering::Release);
    }

    /// New TCP connections get no answer, or one again.
    pub fn block_tcp(&self, blocked: bool) {
        self.state.tcp_blocked.store(blocked, Ordering::Release);
    }

    /// Every client appears with another source port from now on, as behind a router that has forgotten it.
    pub fn rebind(&self) {
        for (_, (_, in_use)) in lock(&self.state.upstream).drain() {
            in_use.store(false, Ordering::Release);
        }
    }

    /// Tears every TCP connection.
    pub fn tear(&self) {
        for stream in lock(&self.state.streams).drain(..) {
            // One that has ended already is torn, too.
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Release);
        self.tear();
        self.rebind();
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

fn bind() -> io::Result<(UdpSocket, TcpListener)> {
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok((UdpSocket::bind(tcp.local_addr()?)?, tcp))
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// A datagram's fate.
    fn datagram(&self, bytes: &[u8], socket: &Arc<UdpSocket>, to: SocketAddr) {
        let chance = |share| lock(&self.random).chance(share);
        if self.is_cut() || self.udp_blocked.load(Ordering::Acquire) || chance(self.conditions.loss) {
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let copies = if chance(self.conditions.repeat) { 2 } else { 1 };
        for _ in 0..copies {
            let mut delay = self.delay();
            if chance(self.conditions.reorder) {
                delay += self.conditions.jitter + Duration::from_millis(5);
            }
            self.schedule.send(delay, Arc::clone(socket), to, bytes.to_vec());
        }
        self.counts.passed.fetch_add(1, Ordering::Relaxed);
    }

    fn delay(&self) -> Duration {
        self.conditions.delay + lock(&self.random).up_to(self.conditions.jitter)
    }
}

fn from_clients(state: &Arc<State>, socket: &Arc<UdpSocket>) {
    let mut buffer = [0; 65_536];
    let _ = socket.set_read_timeout(Some(LOOK_EVERY));
    while !state.ended() {
        let Ok((size, client)) = socket.recv_from(&mut buffer) else { continue };
        if let Some(upstream) = upstream(state, socket, client) {
            state.datagram(&buffer[..size], &upstream, state.target);
        }
    }
}

/// The way out for `client`, made at its first datagram.
fn upstream(state: &Arc<State>, socket: &Arc<UdpSocket>, client: SocketAddr) -> Option<Arc<UdpSocket>> {
    let mut known = lock(&state.upstream);
    if let Some((upstream, _)) = known.get(&client) {
        return Some(Arc::clone(upstream));
    }
    let upstream = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?);
    let in_use = Arc::new(AtomicBool::new(true));
    known.insert(client, (Arc::clone(&upstream), Arc::clone(&in_use)));
    let (state, socket, back) = (Arc::clone(state), Arc::clone(socket), Arc::clone(&upstream));
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        let _ = back.set_read_timeout(Some(LOOK_EVERY));
        while in_use.load(Ordering::Acquire) && !state.ended() {
            if let Ok((size, _)) = back.recv_from(&mut buffer) {
                state.datagram(&buffer[..size], &socket, client);
            }
        }
    });
    Some(upstream)
}

fn accept(state: &Arc<State>, listener: &TcpListener) {
    for client in listener.incoming() {
        if state.ended() {
            return;
        }
        let Ok(client) = client else { continue };
        state.counts.connections.fetch_add(1, Ordering::Relaxed);
        if let Ok(kept) = client.try_clone() {
            lock(&state.streams).push(kept);
        }
        // One that is blocked stays open, and nobody ever answers.
        if !state.tcp_blocked.load(Ordering::Acquire) {
            pump::both_ways(state, client);
        }
    }
}
