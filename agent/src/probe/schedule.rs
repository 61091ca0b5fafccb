//! Runs the probes: when each is due, on threads, under their limits.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use hotliner_protocol::fact::{Fact, FactPath, Reading};
use hotliner_protocol::scope::Scopes;
use hotliner_protocol::value::Value;

use super::{Context, Interval, Sink, Spec};
use crate::pipeline::now;

/// Longest wait for the last readings after an attempt's end.
const LAST_READINGS: Duration = Duration::from_secs(3);

/// Longest time between two looks at what is due.
const IDLE: Duration = Duration::from_secs(1);

enum Message {
    /// A probe found something.
    Found(usize, FactPath, Reading),
    /// A probe has ended.
    Done(usize),
    /// The team wants these subjects now.
    Collect(Vec<String>),
    /// The attempt has ended: read once more what it may have changed, then tell.
    AttemptEnded(SyncSender<()>),
    /// End.
    Stop,
}

/// The running probes. They end when this is dropped.
pub(crate) struct Probes(Sender<Message>);

impl Probes {
    /// Starts the probes of `table` that `scopes` allow; the others are said to be not collected. What has changed goes to
    /// `out`. `attempt_runs`: an installer is watched from now on.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(
        table: &'static [Spec],
        context: Context,
        scopes: Scopes,
        attempt_runs: bool,
        out: impl FnMut(Fact) + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, messages) = channel();
        let schedule = Schedule {
            table,
            jobs: table.iter().map(|_| Job::default()).collect(),
            context: Arc::new(context),
            scopes,
            known: BTreeMap::new(),
            sender: sender.clone(),
            out: Box::new(out),
            attempt_runs,
            waiting: Vec::new(),
        };
        std::thread::Builder::new().name("probes".into()).spawn(move || schedule.run(&messages))?;
        Ok(Self(sender))
    }

    /// Reads the subjects that begin with one of `prefixes` now.
    pub(crate) fn collect(&self, prefixes: Vec<String>) {
        // An error means that the thread is gone; it said so itself.
        let _ = self.0.send(Message::Collect(prefixes));
    }

    /// Tells that the attempt has ended, and waits for the readings after it, for a bounded time.
    pub(crate) fn attempt_ended(&self) {
        let (done, wait) = sync_channel(1);
        if self.0.send(Message::AttemptEnded(done)).is_ok() {
            // Whatever hangs longer than this is reported as timed out by its own limit, or not at all.
            let _ = wait.recv_timeout(LAST_READINGS);
        }
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        let _ = self.0.send(Message::Stop);
    }
}

/// The state of one probe.
#[derive(Default)]
struct Job {
    /// When it is due; `None` for now, if it never ran.
    due: Option<Instant>,
    ran: bool,
    running_since: Option<Instant>,
    /// Its limit has passed, and it has been said.
    late: bool,
    /// What this run has answered for.
    answered: BTreeSet<FactPath>,
    /// To be read again as soon as it has ended.
    again: bool,
}

struct Schedule {
    table: &'static [Spec],
    jobs: Vec<Job>,
    context: Arc<Context>,
    scopes: Scopes,
    /// Fingerprints of the last readings: a PC has thousands of packages, and their readings are needed no more once they are
    /// passed on.
    known: BTreeMap<FactPath, u64>,
    sender: Sender<Message>,
    out: Box<dyn FnMut(Fact) + Send>,
    attempt_runs: bool,
    /// Who waits for the readings after the attempt.
    waiting: Vec<SyncSender<()>>,
}

/// A number that differs where two readings differ, but for one time in 2⁶⁴.
fn fingerprint(reading: &Reading) -> u64 {
    let mut hasher = DefaultHasher::new();
    std::mem::discriminant(reading).hash(&mut hasher);
    reading.value().iter().for_each(|value| mix(value, &mut hasher));
    hasher.finish()
}

fn mix(value: &Value, hasher: &mut DefaultHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Value::Bool(yes) => yes.hash(hasher),
        Value::Int(number) => number.hash(hasher),
        Value::Float(number) => number.to_bits().hash(hasher),
        Value::Text(text) => text.hash(hasher),
        Value::List(list) => {
            list.len().hash(hasher);
            list.iter().for_each(|value| mix(value, hasher));
        }
        Value::Map(parts) => {
            parts.len().hash(hasher);
            for (name, value) in parts {
                name.hash(hasher);
                mix(value, hasher);
            }
        }
    }
}

impl Schedule {
    fn run(mut self, messages: &Receiver<Message>) {
        self.say_not_collected();
        loop {
            self.start_due();
            let wait = self.next_look().min(IDLE);
            match messages.recv_timeout(wait) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.say_late();
            // One that hangs is waited for neither now nor when it is to be read again.
            let busy = |job: &Job| match job.running_since {
                Some(_) => !job.late,
                None => job.again,
            };
            let busy = self.jobs.iter().any(busy);
            if !busy {
                self.waiting.drain(..).for_each(|waiting| {
                    let _ = waiting.send(());
                });
            }
        }
    }

    fn allowed(&self, spec: &Spec) -> bool {
        self.scopes.allows(spec.scope)
    }

    fn say_not_collected(&mut self) {
        let missing: Vec<&str> = self
            .table
            .iter()
            .filter(|spec| !self.allowed(spec))
            .flat_map(|spec| spec.paths)
            .copied()
            .collect();
        for path in missing {
            self.say(path, Reading::NotCollected);
        }
    }

    fn say(&mut self, path: &str, reading: Reading) {
        if let Ok(path) = FactPath::new(path) {
            self.found(path, reading);
        }
    }

    fn found(&mut self, path: FactPath, reading: Reading) {
        let print = fingerprint(&reading);
        if self.known.insert(path.clone(), print) != Some(print) {
            (self.out)(Fact { path, observed_at: now(), reading });
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Found(index, path, reading) => {
                self.jobs[index].answered.insert(path.clone());
                self.found(path, reading);
            }
            Message::Done(index) => self.done(index),
            Message::Collect(prefixes) => {
                let wanted = |spec: &Spec| prefixes.iter().any(|prefix| spec.answers(prefix));
                self.again(wanted);
            }
            Message::AttemptEnded(done) => {
                self.attempt_runs = false;
                self.waiting.push(done);
                self.again(|spec| !matches!(spec.interval, Interval::Once));
            }
            Message::Stop => {}
        }
    }

    fn again(&mut self, wanted: impl Fn(&Spec) -> bool) {
        for (index, spec) in self.table.iter().enumerate() {
            if self.scopes.allows(spec.scope) && wanted(spec) {
                self.jobs[index].again = true;
            }
        }
    }

    fn done(&mut self, index: usize) {
        let job = &mut self.jobs[index];
        let answered = std::mem::take(&mut job.answered);
        job.running_since = None;
        job.late = false;
        // A subject that said nothing about one of its paths cannot tell it here.
        for path in self.table[index].paths {
            if !answered.iter().any(|known| known.as_str() == *path) {
                self.say(path, Reading::Unsupported);
            }
        }
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        for index in 0..self.jobs.len() {
            let (spec, job) = (&self.table[index], &self.jobs[index]);
            let due = job.again || !job.ran || job.due.is_some_and(|due| due <= now);
            if due && job.running_since.is_none() && self.scopes.allows(spec.scope) {
                self.start(index, now);
            }
        }
    }

    fn start(&mut self, index: usize, now: Instant) {
        let spec = &self.table[index];
        let every = match spec.interval {
            Interval::Every(every) => Some(every),
            Interval::Attempt(every) => self.attempt_runs.then_some(every),
            Interval::Once | Interval::AfterAttempt => None,
        };
        let job = &mut self.jobs[index];
        *job = Job {
            due: every.map(|every| now + every),
            ran: true,
            running_since: Some(now),
            ..Job::default()
        };
        let (context, sender) = (self.context.clone(), self.sender.clone());
        let read = move || {
            let done = Done(index, sender.clone());
            (spec.read)(
                &context,
                &mut Sink(&mut |path, reading| {
                    // An error means that the agent is ending.
                    let _ = sender.send(Message::Found(index, path, reading));
                }),
            );
            drop(done);
        };
        if std::thread::Builder::new().name(spec.subject.into()).spawn(read).is_err() {
            self.jobs[index].running_since = None;
        }
    }

    fn say_late(&mut self) {
        let now = Instant::now();
        for index in 0..self.jobs.len() {
            let (spec, job) = (&self.table[index], &mut self.jobs[index]);
            let over = job.running_since.is_some_and(|since| now.duration_since(since) >= spec.limit);
            if !over || std::mem::replace(&mut job.late, over) {
                continue;
            }
            job.again = false;
            let answered = job.answered.clone();
            for path in spec.paths {
                if !answered.iter().any(|known| known.as_str() == *path) {
                    self.say(path, Reading::TimedOut);
                }
            }
        }
    }

    /// Time until something is due or late.
    fn next_look(&self) -> Duration {
        let now = Instant::now();
        let due = |(spec, job): (&Spec, &Job)| match job.running_since {
            Some(_) if job.late => None,
            Some(since) => Some(since + spec.limit),
            None => job.due.filter(|_| self.scopes.allows(spec.scope)),
        };
        let next = self.table.iter().zip(&self.jobs).filter_map(due).min();
        next.map_or(IDLE, |at| at.saturating_duration_since(now))
    }
}

/// Says that a probe has ended, also when it ends by a panic.
struct Done(usize, Sender<Message>);

impl Drop for Done {
    fn drop(&mut self) {
        let _ = self.1.send(Message::Done(self.0));
    }
}

impl Spec {
    /// Whether facts under `prefix` are this probe's.
    fn answers(&self, prefix: &str) -> bool {
        let under = |path: &str| path.starts_with(prefix) || prefix.starts_with(path);
        under(self.subject) || self.paths.iter().any(|path| under(path))
    }
}
