//! From what was seen to what may be sent: bytes to lines, lines to events, everything through the redactor into the
//! spool. One thread; nothing that the installer waits for ever waits for it.
//!
//! Events are batched: at most every 20 ms or 256 of them, and at once when nothing more is waiting. Facts are conflated:
//! of one path only the newest goes, when the uplink can send, or every 30 s while it cannot.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hotliner_faults::lines::LineDecoder;
use hotliner_protocol::event::{Event, EventBody, Gap, Line, SourceEnded};
use hotliner_protocol::fact::{Fact, FactPath};
use hotliner_protocol::frame::Lane;
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::time::Timestamp;
use tokio::sync::watch;

use crate::redact::{Redacted, Redactor};
use crate::spool::Spool;

/// Most pieces of output waiting; at most 64 KiB each, so 16 MiB.
const MAX_WAITING: usize = 256;

/// Longest time an event waits for company.
const BATCH_EVERY: Duration = Duration::from_millis(20);

/// Most events packed together.
const BATCH_ITEMS: usize = 256;

/// How often facts are put on disk while nothing can be sent.
const FACTS_OFFLINE_EVERY: Duration = Duration::from_secs(30);

/// How often the spool is synced to disk.
const SYNC_EVERY: Duration = Duration::from_millis(200);

/// The time by the PC's clock.
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}

/// What comes in.
pub(crate) enum Input {
    /// Bytes of a source.
    Bytes {
        /// The source.
        source: Arc<str>,
        /// When they were read.
        at: Timestamp,
        /// The bytes.
        bytes: Vec<u8>,
        /// Lines before them that had to be dropped.
        lost_lines: u64,
    },
    /// A source was read to its end.
    SourceEnded {
        /// The source.
        source: Arc<str>,
        /// Whether nothing of it is missing.
        complete: bool,
        /// Lines at its end that had to be dropped.
        lost_lines: u64,
    },
    /// Something happened.
    Event(Lane, EventBody),
    /// A fact was read.
    Fact(Fact),
    /// The attempt that events belong to from now on.
    Attempt(Option<AttemptId>),
    /// The uplink can send.
    Online,
    /// Put everything into the spool, then tell.
    Flush(SyncSender<()>),
}

/// The way in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Inlet(SyncSender<Input>);

impl Inlet {
    /// Puts something in, unless the pipeline is busy: then it comes back. Never waits.
    pub(crate) fn offer(&self, input: Input) -> Result<(), Input> {
        self.0.try_send(input).or_else(|error| match error {
            TrySendError::Full(input) => Err(input),
            // The pipeline is gone, and nothing is kept any more.
            TrySendError::Disconnected(_) => Ok(()),
        })
    }

    /// Puts something in, waiting for room. For whoever the installer does not wait for.
    pub(crate) fn put(&self, input: Input) {
        // An error means that the pipeline is gone, and nothing is kept any more.
        let _ = self.0.send(input);
    }

    /// Waits until all that was put in before is in the spool.
    pub(crate) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        self.put(Input::Flush(done));
        let _ = wait.recv();
    }
}

/// The spool, shared with the uplink.
pub(crate) struct Outgoing {
    spool: Mutex<Spool>,
    changed: watch::Sender<u64>,
    online: AtomicBool,
}

impl Outgoing {
    /// Shares a spool.
    pub(crate) fn new(spool: Spool) -> Self {
        Self { spool: Mutex::new(spool), changed: watch::Sender::new(0), online: AtomicBool::new(false) }
    }

    /// The spool, for a moment.
    pub(crate) fn spool(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever waits that the spool has changed.
    pub(crate) fn wake(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// To wait for changes with.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Whether the uplink can send.
    pub(crate) fn set_online(&self, online: bool) {
        self.online.store(online, Ordering::Release);
    }
}

/// Starts the pipeline and the thread that syncs the spool. Both end when the last [`Inlet`] is gone.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn start(redactor: Redactor, outgoing: Arc<Outgoing>) -> std::io::Result<Inlet> {
    let (inlet, inputs) = sync_channel(MAX_WAITING);
    let (alive, ended) = sync_channel::<()>(1);
    let synced = outgoing.clone();
    let pipeline = Pipeline {
        redactor,
        outgoing,
        attempt: None,
        sources: BTreeMap::new(),
        events: Vec::new(),
        facts: BTreeMap::new(),
        facts_since: None,
    };
    std::thread::Builder::new().name("pipeline".into()).spawn(move || {
        pipeline.run(&inputs);
        drop(alive);
    })?;
    std::thread::Builder::new().name("sync".into()).spawn(move || {
        while ended.recv_timeout(SYNC_EVERY) == Err(RecvTimeoutError::Timeout) {
            let file = synced.spool().take_unsynced();
            file.iter().for_each(crate::spool::SyncHandle::sync);
        }
    })?;
    Ok(Inlet(inlet))
}

struct Pipeline {
    redactor: Redactor,
    outgoing: Arc<Outgoing>,
    attempt: Option<AttemptId>,
    sources: BTreeMap<Arc<str>, Source>,
    events: Vec<Redacted<Event>>,
    facts: BTreeMap<FactPath, Redacted<Fact>>,
    facts_since: Option<Instant>,
}

/// What is being read.
#[derive(Default)]
struct Source {
    decoder: LineDecoder,
    /// Numbers of lines before those of the decoder.
    lines_before: u64,
    /// After a gap, bytes up to the first line end are the rest of a line that was lost.
    skipping: bool,
    lossy: bool,
}

impl Pipeline {
    fn run(mut self, inputs: &Receiver<Input>) {
        let mut flush_at: Option<Instant> = None;
        loop {
            let wait = match flush_at {
                Some(at) => at.saturating_duration_since(Instant::now()),
                None => FACTS_OFFLINE_EVERY,
            };
            match inputs.recv_timeout(wait) {
                Ok(input) => {
                    self.take(input);
                    // What is waiting already goes into the same batch.
                    let until = Instant::now() + BATCH_EVERY;
                    while self.events.len() < BATCH_ITEMS && Instant::now() < until {
                        let Ok(input) = inputs.try_recv() else { break };
                        self.take(input);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.flush_events();
            flush_at = self.flush_facts(false);
        }
        self.flush_facts(true);
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Bytes { source, at, bytes, lost_lines } => {
                self.gap(&source, at, lost_lines);
                self.bytes(&source, at, &bytes);
            }
            Input::SourceEnded { source, complete, lost_lines } => {
                self.gap(&source, now(), lost_lines);
                self.source_ended(&source, complete);
            }
            Input::Event(Lane::Control, body) => {
                // In order with the events before it, although on a lane of its own.
                self.flush_events();
                let event = self.redacted("agent", now(), body);
                self.outgoing.spool().append_events(Lane::Control, vec![event]);
                self.outgoing.wake();
            }
            Input::Event(_, body) => {
                let event = self.redacted("agent", now(), body);
                self.events.push(event);
            }
            Input::Fact(fact) => {
                let fact = self.redactor.fact(fact);
                self.facts.insert(fact.get().path.clone(), fact);
            }
            Input::Attempt(attempt) => self.attempt = attempt,
            Input::Online => {}
            Input::Flush(done) => {
                self.flush_events();
                self.flush_facts(true);
                // Nobody may be waiting any more.
                let _ = done.send(());
            }
        }
    }

    fn redacted(&mut self, source: &str, at: Timestamp, body: EventBody) -> Redacted<Event> {
        self.redactor.event(Event { at, attempt: self.attempt, source: source.to_owned(), body })
    }

    /// Says that lines were lost. What is left of the line before the gap is given up: half a line may hide half a secret.
    fn gap(&mut self, name: &Arc<str>, at: Timestamp, lost_lines: u64) {
        if lost_lines == 0 {
            return;
        }
        let source = self.sources.entry(name.clone()).or_default();
        source.lines_before += source.decoder.lines() + lost_lines;
        source.decoder = LineDecoder::new();
        source.skipping = true;
        source.lossy = true;
        let gap = Gap { dropped: lost_lines, reason: "installer faster than the agent".to_owned() };
        let event = self.redacted(name, at, EventBody::Gap(gap));
        self.events.push(event);
    }

    fn bytes(&mut self, name: &Arc<str>, at: Timestamp, bytes: &[u8]) {
        let source = self.sources.entry(name.clone()).or_default();
        let mut bytes = bytes;
        if source.skipping {
            let Some(end) = memchr::memchr(b'\n', bytes) else { return };
            bytes = &bytes[end + 1..];
            source.skipping = false;
        }
        let mut lines = Vec::new();
        let before = source.lines_before;
        source.decoder.push(bytes, &mut |line| lines.push(owned(before, &line)));
        self.lines(name, at, lines);
    }

    fn source_ended(&mut self, name: &Arc<str>, complete: bool) {
        let mut source = self.sources.remove(name).unwrap_or_default();
        let mut lines = Vec::new();
        let before = source.lines_before;
        if !source.skipping {
            source.decoder.finish(&mut |line| lines.push(owned(before, &line)));
        }
        self.lines(name, now(), lines);
        let ended =
            SourceEnded { lines: before + source.decoder.lines(), complete: complete && !source.lossy };
        let event = self.redacted(name, now(), EventBody::SourceEnded(ended));
        self.events.push(event);
    }

    fn lines(&mut self, name: &Arc<str>, at: Timestamp, lines: Vec<Line>) {
        for line in lines {
            let event = self.redacted(name, at, EventBody::Line(line));
            self.events.push(event);
            if self.events.len() >= BATCH_ITEMS {
                self.flush_events();
            }
        }
    }

    fn flush_events(&mut self) {
        if !self.events.is_empty() {
            self.outgoing.spool().append_events(Lane::Events, std::mem::take(&mut self.events));
            self.outgoing.wake();
        }
    }

    /// Gives facts to the spool if they can go, or must. Returns when to look again, if any are left.
    fn flush_facts(&mut self, must: bool) -> Option<Instant> {
        if self.facts.is_empty() {
            return None;
        }
        let since = *self.facts_since.get_or_insert_with(Instant::now);
        if !must && !self.outgoing.online.load(Ordering::Acquire) && since.elapsed() < FACTS_OFFLINE_EVERY {
            return Some(since + FACTS_OFFLINE_EVERY);
        }
        self.facts_since = None;
        let facts = std::mem::take(&mut self.facts).into_values().collect();
        self.outgoing.spool().append_facts(facts);
        self.outgoing.wake();
        None
    }
}

fn owned(before: u64, line: &hotliner_faults::lines::DecodedLine<'_>) -> Line {
    Line { number: before + line.number, text: line.text.to_owned(), cut_bytes: line.cut_bytes }
}
