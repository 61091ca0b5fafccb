//! Lanes over one TLS session on TCP. [`Lanes`] decides; one task for each connection moves the bytes.
//!
//! The task holds at most one chunk that the socket does not take, so that what becomes urgent meanwhile goes next. It ends
//! when the peer hangs up or breaks the protocol, after [`IDLE_TIMEOUT`] of silence, or when the connection is closed: then
//! what was written leaves first, and the peer gets [`LINGER`] to hang up too, since a socket closed over unread bytes would
//! tear down what is still on its way.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hotliner_protocol::frame::Lane;
use hotliner_protocol::lanes::Lanes;
use hotliner_protocol::limits::IDLE_TIMEOUT;
use hotliner_protocol::{EXPORTER_LABEL, EXPORTER_LEN};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsStream;
use tokio_rustls::rustls::ProtocolVersion;

use crate::{Broken, LaneReceiver, LaneSender, Receiver as AnyReceiver, Sender as AnySender, Traffic};

/// How long the peer may take to hang up after we did.
const LINGER: Duration = Duration::from_secs(1);

/// Bytes read at a time: small, since an idle connection keeps them.
const READ_BYTES: usize = 4 << 10;

/// Reads and writes of one turn, so that one busy connection does not keep the others waiting.
const TURN: usize = 32;

/// Keying material that only the two ends of this TLS session have.
///
/// # Errors
/// [`Broken`] if the session is not TLS 1.3 (older ones bind less), or has no exporter.
pub fn exporter(stream: &TlsStream<TcpStream>) -> Result<[u8; EXPORTER_LEN], Broken> {
    let session = match stream {
        TlsStream::Client(client) => {
            let session = client.get_ref().1;
            (
                session.protocol_version(),
                session.export_keying_material([0; EXPORTER_LEN], EXPORTER_LABEL, Some(b"")),
            )
        }
        TlsStream::Server(server) => {
            let session = server.get_ref().1;
            (
                session.protocol_version(),
                session.export_keying_material([0; EXPORTER_LEN], EXPORTER_LABEL, Some(b"")),
            )
        }
    };
    match session {
        (Some(ProtocolVersion::TLSv1_3), exporter) => exporter.map_err(Broken::new),
        _ => Err(Broken::new("the session is not TLS 1.3")),
    }
}

struct State {
    lanes: Lanes,
    driver: Option<Waker>,
    broken: Option<Broken>,
    closing: bool,
    done: bool,
    traffic: Traffic,
}

struct Shared {
    state: Mutex<State>,
    /// Something happened that somebody may be waiting for.
    changed: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something, and lets the task look at what came of it.
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let (result, driver) = {
            let mut state = self.state();
            (work(&mut state), state.driver.take())
        };
        driver.into_iter().for_each(Waker::wake);
        result
    }

    /// Tries again whenever something has happened, until there is a result.
    async fn until<T>(&self, mut attempt: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(result) = self.with(&mut attempt) {
                return result;
            }
            changed.await;
        }
    }
}

pub(crate) struct Tcp {
    shared: Arc<Shared>,
    exporter: [u8; EXPORTER_LEN],
}

impl Tcp {
    pub(crate) fn start(
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        exporter: [u8; EXPORTER_LEN],
    ) -> Self {
        let state = State {
            lanes: Lanes::default(),
            driver: None,
            broken: None,
            closing: false,
            done: false,
            traffic: Traffic { heard: 0, sent: 0 },
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Notify::new() });
        tokio::spawn(Driver {
            io,
            shared: Arc::clone(&shared),
            out: Vec::new(),
            written: 0,
            shut_down: false,
            limit: Box::pin(tokio::time::sleep(IDLE_TIMEOUT)),
        });
        Self { shared, exporter }
    }

    pub(crate) fn exporter(&self) -> [u8; EXPORTER_LEN] {
        self.exporter
    }

    pub(crate) fn control(&self) -> (LaneSender, LaneReceiver) {
        (self.open(Lane::Control), LaneReceiver(AnyReceiver::Tcp(self.receiver(Lane::Control))))
    }

    pub(crate) fn open(&self, lane: Lane) -> LaneSender {
        LaneSender(AnySender::Tcp(Sender { shared: Arc::clone(&self.shared), lane }))
    }

    fn receiver(&self, lane: Lane) -> Receiver {
        Receiver { shared: Arc::clone(&self.shared), lane }
    }

    pub(crate) async fn accept(&self) -> Result<LaneReceiver, Broken> {
        let opened = self.shared.until(|state| {
            loop {
                match state.lanes.opened() {
                    Some(Lane::Control) => {}
                    Some(lane) => return Some(Ok(lane)),
                    None => return state.broken.clone().map(Err),
                }
            }
        });
        Ok(LaneReceiver(AnyReceiver::Tcp(self.receiver(opened.await?))))
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.shared.state().traffic
    }

    pub(crate) fn ping(&self) {
        self.shared.with(|state| state.lanes.ping());
    }

    pub(crate) fn close(&self) {
        self.shared.with(|state| state.closing = true);
    }

    pub(crate) async fn wait_idle(&self) {
        self.shared.until(|state| state.done.then_some(())).await;
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        self.close();
    }
}

pub(crate) struct Sender {
    shared: Arc<Shared>,
    lane: Lane,
}

impl Sender {
    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let mut rest = bytes;
        self.shared
            .until(|state| {
                if let Some(broken) = &state.broken {
                    return Some(Err(broken.clone()));
                }
                rest = &rest[state.lanes.write(self.lane, rest)..];
                rest.is_empty().then_some(Ok(()))
            })
            .await
    }

    pub(crate) async fn finish(&mut self) {
        self.shared.with(|state| state.lanes.finish(self.lane));
        self.shared.until(|state| state.broken.is_some().then_some(())).await;
    }
}

pub(crate) struct Receiver {
    shared: Arc<Shared>,
    lane: Lane,
}

impl Receiver {
    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }

    pub(crate) async fn read(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, Broken> {
        self.shared
            .until(|state| match state.lanes.read(self.lane, buffer) {
                Some(0) => Some(Ok(None)),
                Some(read) => Some(Ok(Some(read))),
                None => state.broken.clone().map(Err),
            })
            .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.with(|state| state.lanes.discard(self.lane));
    }
}

/// The task.
struct Driver<S> {
    io: S,
    shared: Arc<Shared>,
    /// One chunk, of which `written` bytes have left.
    out: Vec<u8>,
    written: usize,
    shut_down: bool,
    /// Silence, or the end of the wait for the peer's hanging up.
    limit: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Driver<S> {
    /// Writes what there is. Returns whether anything went.
    fn write(&mut self, state: &mut State, context: &mut Context<'_>) -> io::Result<bool> {
        let mut moved = false;
        for _ in 0..TURN {
            if self.written == self.out.len() {
                self.out = Vec::new();
                self.written = 0;
                if !state.lanes.transmit(&mut self.out) {
                    break;
                }
            }
            match Pin::new(&mut self.io).poll_write(context, &self.out[self.written..]) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => {
                    self.written += written;
                    state.traffic.sent += 1;
                    moved = true;
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => break,
            }
        }
        match Pin::new(&mut self.io).poll_flush(context) {
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) if state.closing && self.out.is_empty() && !self.shut_down => {
                match Pin::new(&mut self.io).poll_shutdown(context) {
                    Poll::Ready(result) => {
                        self.shut_down = true;
                        self.limit.as_mut().reset(Instant::now() + LINGER);
                        result.map(|()| true)
                    }
                    Poll::Pending => Ok(moved),
                }
            }
            _ => Ok(moved),
        }
    }

    /// Reads what there is. Returns whether anything came.
    fn read(&mut self, state: &mut State, context: &mut Context<'_>) -> Result<bool, Broken> {
        let mut moved = false;
        for _ in 0..TURN {
            let mut bytes = [0; READ_BYTES];
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.io).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Err(Broken::new("the peer hung up"));
                }
                Poll::Ready(Ok(())) => {
                    state.traffic.heard += 1;
                    moved = true;
                    if !self.shut_down {
                        self.limit.as_mut().reset(Instant::now() + IDLE_TIMEOUT);
                        state.lanes.receive(buffer.filled()).map_err(Broken::new)?;
                    }
                }
                // Without the farewell of TLS, which says no more here than with it: frames are whole or not.
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(Broken::new("the peer hung up"));
                }
                Poll::Ready(Err(error)) => return Err(Broken::new(error)),
                Poll::Pending => break,
            }
        }
        Ok(moved)
    }

    fn turn(&mut self, state: &mut State, context: &mut Context<'_>) -> Result<bool, Broken> {
        if self.limit.as_mut().poll(context).is_ready() {
            return Err(Broken::new("the peer is silent"));
        }
        let wrote = self.write(state, context).map_err(Broken::new);
        // What the peer said last is worth more than that it hung up.
        let read = self.read(state, context)?;
        Ok(wrote? || read)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Future for Driver<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let shared = Arc::clone(&this.shared);
        let mut state = shared.state();
        let (moved, poll) = match this.turn(&mut state, context) {
            Ok(moved) => (moved, Poll::Pending),
            Err(broken) => {
                state.broken.get_or_insert(broken);
                state.done = true;
                (true, Poll::Ready(()))
            }
        };
        state.driver = Some(context.waker().clone());
        drop(state);
        if moved {
            shared.changed.notify_waiters();
            // There may be more at once; other tasks have their turn first.
            context.waker().wake_by_ref();
        }
        poll
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn pair() -> (Tcp, Tcp) {
        let (agent, console) = tokio::io::duplex(8 << 10);
        (Tcp::start(agent, [1; EXPORTER_LEN]), Tcp::start(console, [1; EXPORTER_LEN]))
    }

    async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done,
            Err(_) => unreachable!("{what} takes too long"),
        }
    }

    async fn all(receiver: &mut LaneReceiver) -> Vec<u8> {
        let mut all = Vec::new();
        let mut buffer = [0; 5000];
        while let Ok(Some(read)) = receiver.read(&mut buffer).await {
            all.extend_from_slice(&buffer[..read]);
        }
        all
    }

    #[tokio::test]
    async fn a_full_events_lane_does_not_hold_up_control() {
        let (agent, console) = pair();
        let mut events = agent.open(Lane::Events);
        let sent: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let bytes = sent.clone();
        let writing = tokio::spawn(async move { events.write_all(&bytes).await });
        let mut unread = in_time("opening", console.accept()).await.unwrap();
        assert_eq!(unread.lane().await, Ok(Lane::Events));

        let (mut control, _answers) = agent.control();
        let (_commands, mut said) = console.control();
        in_time("control", control.write_all(b"stop")).await.unwrap();
        let mut word = [0; 4];
        in_time("control", said.read_exact(&mut word)).await.unwrap();
        assert_eq!(&word, b"stop");
        assert!(!writing.is_finished(), "nobody has read the events yet");

        let mut arrived = vec![0; sent.len()];
        in_time("events", unread.read_exact(&mut arrived)).await.unwrap();
        assert!(arrived == sent);
        in_time("writing", writing).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_last_words_arrive_although_the_connection_is_closed_at_once() {
        let (agent, console) = pair();
        let (mut control, _answers) = agent.control();
        let last = vec![7; 30_000];
        control.write_all(&last).await.unwrap();
        agent.close();
        let (_commands, mut said) = console.control();
        assert!(in_time("the last words", all(&mut said)).await == last);
        drop(console);
        in_time("the end", agent.wait_idle()).await;
    }

    #[tokio::test]
    async fn a_peer_that_is_gone_ends_every_wait() {
        let (agent, console) = pair();
        let mut events = agent.open(Lane::Events);
        let writing = tokio::spawn(async move { events.write_all(&vec![0; 1 << 20]).await });
        let (_control, mut answers) = agent.control();
        console.close();
        drop(console);
        assert!(in_time("reading", answers.read(&mut [0; 9])).await.is_err());
        assert!(in_time("writing", writing).await.unwrap().is_err());
        assert!(in_time("accepting", agent.accept()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answered_ping_keeps_a_silent_connection_and_silence_ends_it() {
        let (agent, console) = pair();
        for _ in 0..5 {
            tokio::time::sleep(IDLE_TIMEOUT / 2).await;
            agent.ping();
        }
        // Both ends heard something each time.
        tokio::time::sleep(IDLE_TIMEOUT / 2).await;
        assert!(!agent.shared.state().done && !console.shared.state().done);
        tokio::time::sleep(IDLE_TIMEOUT).await;
        assert!(in_time("accepting", console.accept()).await.is_err());
    }
}
