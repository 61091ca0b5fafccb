//! The hub: one task for each live case, which is the case's only writer.
//!
//! Whoever wants something of a case ([`crate::intake`], [`crate::web`]) asks the hub, which finds the case's task or
//! starts one from the journal. In the task a batch is judged, matched, appended together with the diagnoses it changed,
//! then acknowledged, applied, projected and told to whoever watches, in this order.

mod actor;
mod load;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use hotliner_protocol::frame::{Ack, Batch, ByeReason, Frame};
use hotliner_protocol::id::CaseId;
use hotliner_protocol::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc, oneshot, watch};

use crate::case::{Command, Item, LeftReason, Refusal};
use crate::diagnosis::Knowledge;
use crate::journal::{Journal, JournalError};
use crate::projection::{CaseRow, Projection, ProjectionError};

/// Mail that waits for a case's task before senders are held back.
const MAILBOX: usize = 64;

/// Live updates a reader may be behind before it is dropped.
const LIVE_BACKLOG: usize = 128;

/// Items of an entry that are held for readers; one with more is read from the journal by each of them.
const LIVE_ITEMS: u64 = 64;

/// Changes of any cases a reader of the queue may be behind before it is dropped.
const CHANGES_BACKLOG: usize = 256;

/// Frames that wait for an agent before its connection counts as broken.
pub const LINE_BACKLOG: usize = 256;

/// How long a command waits for its case.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The case says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The journal cannot be written just now.
    #[error("{0}")]
    Unwritable(String),
    /// The case cannot be read back from the journal.
    #[error("the case cannot be read: {0}")]
    Unreadable(#[from] JournalError),
    /// The projection failed.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// The case does not answer in time, or the console is going down.
    #[error("the case does not answer in time")]
    Busy,
}

/// What a case's task wants of an agent's connection.
#[derive(Debug)]
pub enum Outgoing {
    /// Send this.
    Frame(Frame),
    /// Say goodbye and hang up.
    HangUp(ByeReason),
}

/// Something happened in a case.
#[derive(Debug)]
pub struct LiveUpdate {
    /// Position of the entry.
    pub position: u64,
    /// Its items; `None` for a large entry, which is read from the journal instead of being held for slow readers.
    pub items: Option<Vec<Item>>,
    /// The case after it, if more than its span changed.
    pub row: Option<Arc<CaseRow>>,
}

/// A place from which to watch a case.
#[derive(Debug)]
pub struct Watch {
    /// Last position at the time the watch began: what comes after it comes through `updates`.
    pub position: u64,
    /// The case at that time.
    pub row: Arc<CaseRow>,
    /// What happens from there on. A reader that falls too far behind gets an error and has to begin anew.
    pub updates: broadcast::Receiver<Arc<LiveUpdate>>,
}

/// What an agent's connection needs to know of its case before it is let in again.
#[derive(Clone, Debug)]
pub struct Returning {
    /// What is durable, lane by lane.
    pub received: Vec<Ack>,
    /// Until when the agent may come back.
    pub lease_until: Timestamp,
}

/// An agent's connection to its case.
#[derive(Clone, Debug)]
pub struct Attached {
    connection: u64,
    mail: mpsc::Sender<Mail>,
}

enum Mail {
    Command { command: Command, by: String, reply: oneshot::Sender<Result<(), HubError>> },
    Attach { command: Command, line: mpsc::Sender<Outgoing>, reply: oneshot::Sender<Result<u64, HubError>> },
    Batch { connection: u64, batch: Batch, room: OwnedSemaphorePermit },
    Detach { connection: u64, reason: LeftReason },
    Returning { reply: oneshot::Sender<Result<Returning, HubError>> },
    Watch { reply: oneshot::Sender<Result<Watch, HubError>> },
    Stop { reply: oneshot::Sender<()> },
}

/// The hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    projection: Projection,
    knowledge: Arc<Knowledge>,
    live: Mutex<HashMap<CaseId, mpsc::Sender<Mail>>>,
    connections: AtomicU64,
    stopping: watch::Sender<bool>,
    changes: broadcast::Sender<Arc<CaseRow>>,
}

/// The present time. The only clock of the console's core; everything behind it takes time as an argument.
pub fn now() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

impl Hub {
    /// Starts the hub: brings the projection up to the journal, and notes of cases whose agent was on the line when the
    /// console went down that it is not any more.
    ///
    /// # Errors
    /// [`HubError`] if journal or projection cannot be read or written.
    pub async fn start(
        journal: Journal,
        projection: Projection,
        knowledge: Arc<Knowledge>,
    ) -> Result<Self, HubError> {
        load::catch_up(&journal, &projection).await?;
        let live = Mutex::new(HashMap::new());
        let (stopping, _) = watch::channel(false);
        let (changes, _) = broadcast::channel(CHANGES_BACKLOG);
        let connections = AtomicU64::new(1);
        let inner = Inner { journal, projection, knowledge, live, connections, stopping, changes };
        let hub = Self { inner: Arc::new(inner) };
        for (case, _, connected) in hub.inner.projection.positions().await? {
            if connected && let Err(error) = hub.returning(case).await {
                tracing::warn!(%case, %error, "a case that was live cannot be taken up again");
            }
        }
        Ok(hub)
    }

    /// Carries out a command, given by `by`.
    ///
    /// # Errors
    /// [`HubError`]: why not.
    pub async fn command(&self, case: CaseId, command: Command, by: &str) -> Result<(), HubError> {
        let by = by.to_owned();
        self.ask(case, |reply| Mail::Command { command, by, reply }).await
    }

    /// Lets an agent in whose proof was found right; `command` is [`Command::Pair`] or [`Command::Resume`]. An older
    /// connection of the case is hung up.
    ///
    /// # Errors
    /// [`HubError`]: why not.
    pub async fn attach(
        &self,
        case: CaseId,
        command: Command,
        line: mpsc::Sender<Outgoing>,
    ) -> Result<Attached, HubError> {
        let connection = self.ask(case, |reply| Mail::Attach { command, line, reply }).await?;
        Ok(Attached { connection, mail: self.mailbox(case) })
    }

    /// What an agent that comes back has to be told.
    ///
    /// # Errors
    /// [`HubError`] if there is no open case with an agent.
    pub async fn returning(&self, case: CaseId) -> Result<Returning, HubError> {
        self.ask(case, |reply| Mail::Returning { reply }).await
    }

    /// Begins to watch a case.
    ///
    /// # Errors
    /// [`HubError`] if there is no such case.
    pub async fn watch(&self, case: CaseId) -> Result<Watch, HubError> {
        self.ask(case, |reply| Mail::Watch { reply }).await
    }

    /// Watches all cases: each one whose state changes comes, as it is after the change. A reader that falls too far behind
    /// gets an error and has to begin anew.
    pub fn changes(&self) -> broadcast::Receiver<Arc<CaseRow>> {
        self.inner.changes.subscribe()
    }

    /// The journal, to read from.
    pub fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// The projection, to read from.
    pub fn projection(&self) -> &Projection {
        &self.inner.projection
    }

    /// What the console knows of faults.
    pub fn knowledge(&self) -> &Arc<Knowledge> {
        &self.inner.knowledge
    }

    /// Ends every case's task: agents are told that the console goes down, and that is noted.
    pub async fn stop(&self) {
        self.inner.stopping.send_replace(true);
        let live: Vec<_> = self.live().values().cloned().collect();
        let mut ends = Vec::new();
        for mail in live {
            let (reply, end) = oneshot::channel();
            if mail.send(Mail::Stop { reply }).await.is_ok() {
                ends.push(end);
            }
        }
        for end in ends {
            // An error means that the task has ended already.
            let _ = tokio::time::timeout(COMMAND_TIMEOUT, end).await;
        }
    }

    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<CaseId, mpsc::Sender<Mail>>> {
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mailbox of a case's task, which is started if there is none.
    fn mailbox(&self, case: CaseId) -> mpsc::Sender<Mail> {
        let mut live = self.live();
        if let Some(mail) = live.get(&case).filter(|mail| !mail.is_closed()) {
            return mail.clone();
        }
        let (mail, mailbox) = mpsc::channel(MAILBOX);
        live.insert(case, mail.clone());
        tokio::spawn(actor::run(self.clone(), case, mailbox));
        mail
    }

    /// Takes a case that nobody needs out of the list. Mail that comes later starts a new task; mail that came in this
    /// very moment is told that the case does not answer.
    fn retire(&self, case: CaseId, mailbox: &mut mpsc::Receiver<Mail>) {
        let mut live = self.live();
        mailbox.close();
        live.remove(&case);
    }

    async fn ask<T>(
        &self,
        case: CaseId,
        mail: impl FnOnce(oneshot::Sender<Result<T, HubError>>) -> Mail,
    ) -> Result<T, HubError> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            // A task that retired just now hands the letter back, and a new one takes it.
            let mut letter = mail(reply);
            while let Err(mpsc::error::SendError(returned)) = self.mailbox(case).send(letter).await {
                letter = returned;
            }
            answer.await
        };
        match tokio::time::timeout(COMMAND_TIMEOUT, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(HubError::Busy),
        }
    }

    /// Returns when the console begins to go down.
    async fn stopping(&self) {
        // An error means that the hub itself is gone.
        let _ = self.inner.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    fn next_connection(&self) -> u64 {
        self.inner.connections.fetch_add(1, Ordering::Relaxed)
    }
}

impl Attached {
    /// Hands a batch over. Returns `false` when the case's task has ended. What becomes of the batch comes back as
    /// [`Outgoing`]; `room` is given back when the batch is done with.
    pub async fn batch(&self, batch: Batch, room: OwnedSemaphorePermit) -> bool {
        let connection = self.connection;
        self.mail.send(Mail::Batch { connection, batch, room }).await.is_ok()
    }

    /// Tells the case that the connection ended.
    pub async fn detach(&self, reason: LeftReason) {
        // The task may have ended before.
        let _ = self.mail.send(Mail::Detach { connection: self.connection, reason }).await;
    }
}
