//! The state of a case.

use hotliner_protocol::event::{Exit, Outcome};
use hotliner_protocol::frame::{Ack, Lane};
use hotliner_protocol::id::{AttemptId, CaseId};
use hotliner_protocol::scope::Scope;
use hotliner_protocol::sequence::Inbox;
use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AgentSeen, Diagnoses};

/// Most attempts a case shows; the oldest give way.
pub(crate) const MAX_ATTEMPTS: usize = 64;

/// A case, as far as its journal was applied. Serialises as the projection keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseState {
    /// Its name.
    pub case: CaseId,
    /// When it was opened; `None` before its first entry.
    pub opened_at: Option<Timestamp>,
    /// When it was closed, if it was.
    pub closed_at: Option<Timestamp>,
    /// The technician's words.
    pub note: String,
    /// The agent that was paired last.
    pub agent: Option<Agent>,
    /// What the customer allows to be looked at.
    pub consent: Vec<Scope>,
    /// The join code given out last.
    pub code: Option<CodeStanding>,
    /// Times a right code came over an intercepted connection.
    pub interceptions: u32,
    /// Runs of installers, oldest first.
    pub attempts: Vec<Attempt>,
    /// What is known so far.
    pub diagnoses: Diagnoses,
    /// What of the journal this state covers.
    #[serde(skip)]
    pub journal: Span,
    /// What is durable of each of [`Lane::DURABLE`].
    #[serde(skip)]
    pub(super) inboxes: [Inbox; 3],
}

/// What became of a join code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeStanding {
    /// Where it stands.
    pub state: CodeState,
    /// Wrong tries so far.
    pub tries: u32,
    /// Until when it may be used.
    pub expires_at: Timestamp,
}

/// Where a join code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeState {
    /// It may be used.
    Waiting,
    /// An agent used it.
    Used,
    /// Too many wrong tries.
    Burnt,
    /// Its time is over, or the console was started again since.
    Expired,
}

/// What of a journal is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First position that is retained, 0 for none.
    pub first: u64,
    /// Last position, 0 for none.
    pub last: u64,
    /// Records.
    pub records: u64,
    /// Positions missing between the first and the last, and places where the agent says it lost something.
    pub gaps: u64,
    /// Items the agent says it lost.
    pub dropped: u64,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Whether it is there.
    pub standing: AgentStanding,
    /// What it says of itself.
    #[serde(flatten)]
    pub seen: AgentSeen,
    /// When it proved its code.
    pub paired_at: Timestamp,
    /// Since when it has the standing.
    pub since: Timestamp,
    /// Until when it may come back.
    pub lease_until: Timestamp,
}

/// Whether an agent is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentStanding {
    /// On the line.
    Connected,
    /// Not on the line; may come back.
    Away,
    /// Ended by the customer, or all done.
    Left,
    /// Its link is frozen: needs a new code.
    Frozen,
}

/// One run of an installer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its name within the case.
    pub id: AttemptId,
    /// The program, as typed.
    pub program: String,
    /// Its arguments, redacted.
    pub args: Vec<String>,
    /// When it started, by the PC's clock.
    pub started_at: Option<Timestamp>,
    /// When it ended, by the PC's clock.
    pub ended_at: Option<Timestamp>,
    /// How it ended; `None` while it runs.
    pub outcome: Option<Outcome>,
    /// The process's own end.
    pub exit: Option<Exit>,
}

impl CaseState {
    /// A case before its first entry.
    pub fn new(case: CaseId) -> Self {
        Self {
            case,
            opened_at: None,
            closed_at: None,
            note: String::new(),
            agent: None,
            consent: Vec::new(),
            code: None,
            interceptions: 0,
            attempts: Vec::new(),
            diagnoses: Diagnoses::default(),
            journal: Span::default(),
            inboxes: [Inbox::default(); 3],
        }
    }

    /// Whether an agent may come and items be taken.
    pub fn is_open(&self) -> bool {
        self.opened_at.is_some() && self.closed_at.is_none()
    }

    /// Whether the agent is on the line.
    pub fn is_connected(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.standing == AgentStanding::Connected)
    }

    /// What is durable of `lane`, or `None` for a lane without numbers.
    pub fn inbox(&self, lane: Lane) -> Option<Inbox> {
        slot(lane).map(|slot| self.inboxes[slot])
    }

    /// What is durable, lane by lane, as an agent that comes back is told.
    pub fn received(&self) -> Vec<Ack> {
        let acks = Lane::DURABLE.iter().zip(&self.inboxes);
        acks.map(|(lane, inbox)| Ack { lane: *lane, through: inbox.through() }).collect()
    }
}

/// Index of a durable lane's inbox.
pub(super) fn slot(lane: Lane) -> Option<usize> {
    Lane::DURABLE.iter().position(|durable| *durable == lane)
}
