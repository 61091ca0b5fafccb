//! The state of a case.

use hotliner_protocol::event::{Exit, Outcome};
use hotliner_protocol::frame::{Ack, Lane};
use hotliner_protocol::id::{AttemptId, CaseId};
use hotliner_protocol::scope::Scope;
use hotliner_protocol::sequence::Inbox;
use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AgentSeen, Diagnoses, StepState};

/// Most attempts a case shows; the oldest give way.
pub(crate) const MAX_ATTEMPTS: usize = 64;

/// Most notes a case shows, and takes.
pub(crate) const MAX_NOTES: usize = 500;

/// Most answers, and most states of steps, a case takes.
pub(crate) const MAX_ANSWERS: usize = 500;

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
    /// What is being installed, in the technician's words.
    pub product: Option<String>,
    /// No agent will come.
    pub agentless: bool,
    /// Who works on it.
    pub claimed_by: Option<String>,
    /// Words for the team, oldest first.
    pub notes: Vec<Note>,
    /// The customer's answers to faults' questions.
    pub answers: Vec<Answered>,
    /// How steps of repairs went.
    pub steps: Vec<StepDone>,
    /// How it was solved.
    pub resolved: Option<Resolved>,
    /// What of the journal this state covers.
    #[serde(skip)]
    pub journal: Span,
    /// What is durable of each of [`Lane::DURABLE`].
    #[serde(skip)]
    pub(super) inboxes: [Inbox; 3],
}

/// Words for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When they were written.
    pub at: Timestamp,
    /// Who wrote them.
    pub by: String,
    /// The words.
    pub text: String,
}

/// An answer to a fault's question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Id of the fault.
    pub fault: String,
    /// Name of the evidence that asks.
    pub evidence: String,
    /// The answer.
    pub yes: bool,
    /// Who noted it.
    pub by: String,
    /// When it was noted last.
    pub at: Timestamp,
}

/// How a step of a repair went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDone {
    /// Id of the fault.
    pub fault: String,
    /// Id of the step within the fault.
    pub step: String,
    /// How it went.
    pub state: StepState,
    /// Who says so.
    pub by: String,
    /// When it was said last.
    pub at: Timestamp,
}

/// How a case was solved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Id of the fault that was the answer, if a known one was.
    pub fault: Option<String>,
    /// What helped.
    pub how: String,
    /// Who solved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
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
    /// Rows of the log: lines of all attempts, and the marks between them (see [`super::Entry::rows`]).
    pub rows: u64,
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
    /// Row of the log at which it begins, from 0.
    pub first_row: u64,
    /// Lines typed for it.
    pub told: u64,
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
            product: None,
            agentless: false,
            claimed_by: None,
            notes: Vec::new(),
            answers: Vec::new(),
            steps: Vec::new(),
            resolved: None,
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

    /// Since when the customer waits for somebody of the team: from the agent's joining, or the opening, until somebody
    /// works on the case.
    pub fn waits_since(&self) -> Option<Timestamp> {
        if !self.is_open() || self.claimed_by.is_some() {
            return None;
        }
        let joined = self.agent.as_ref().map(|agent| agent.paired_at);
        joined.or(self.opened_at.filter(|_| self.agentless))
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
