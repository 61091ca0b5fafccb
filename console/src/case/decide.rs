//! `decide(state, command)`: the decisions a command leads to, or why not.

use hotliner_protocol::batch::Items;
use hotliner_protocol::event::EventBody;
use hotliner_protocol::frame::Lane;
use hotliner_protocol::sequence::Take;
use hotliner_protocol::time::Timestamp;

use super::work::{self, Work, tidy};
use super::{AgentSeen, AgentStanding, CaseState, Decision, Diagnoses, LeftReason, What};

/// Longest note, in characters.
pub(super) const MAX_NOTE_CHARS: usize = 2_000;

/// Longest name of a product, in characters.
const MAX_PRODUCT_CHARS: usize = 200;

/// Most path prefixes asked for at once.
const MAX_PREFIXES: usize = 64;

/// What somebody wants of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Open it.
    Open {
        /// The technician's own words.
        note: String,
        /// What is being installed, in the technician's words.
        product: Option<String>,
        /// No agent will come.
        agentless: bool,
    },
    /// Note that a join code was given out.
    IssueCode {
        /// Until when it may be used.
        expires_at: Timestamp,
    },
    /// Note a wrong code.
    CountWrongCode {
        /// From where.
        from: String,
        /// Tries left.
        tries_left: u32,
    },
    /// Note an interception.
    NoteInterception {
        /// From where.
        from: String,
    },
    /// Let an agent in that proved its code.
    Pair {
        /// What it says of itself.
        agent: AgentSeen,
        /// Until when it may come back.
        lease_until: Timestamp,
    },
    /// Let an agent in that proved its ratchet.
    Resume {
        /// What it says of itself.
        agent: AgentSeen,
    },
    /// Note that the agent's connection ended.
    Leave {
        /// Why.
        reason: LeftReason,
    },
    /// Freeze the link.
    Freeze {
        /// Who presented the spent ratchet.
        from: String,
    },
    /// Ask the agent to collect facts.
    Collect {
        /// Path prefixes.
        prefixes: Vec<String>,
    },
    /// Note new diagnoses.
    Diagnose(Diagnoses),
    /// Close the case.
    Close,
    /// Something the team does with the case.
    Work(Work),
}

/// Why a command is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such case.
    #[error("there is no such case")]
    NoSuchCase,
    /// It is open already.
    #[error("the case is open already")]
    AlreadyOpen,
    /// It is closed.
    #[error("the case is closed")]
    Closed,
    /// No agent is on the line.
    #[error("no agent is on the line")]
    NoAgent,
    /// Its lease is over.
    #[error("the agent's lease is over")]
    LeaseOver,
    /// The note is too long.
    #[error("a note has at most {MAX_NOTE_CHARS} characters, a product at most {MAX_PRODUCT_CHARS}")]
    NoteTooLong,
    /// It was opened without an agent.
    #[error("the case was opened without an agent")]
    Agentless,
    /// Somebody else works on it.
    #[error("{0} works on the case")]
    ClaimedBy(String),
    /// What was given is empty, or too long.
    #[error("{0}")]
    Given(&'static str),
    /// So many of them are kept that no more fit.
    #[error("a case takes no more than {0} of these")]
    Full(usize),
    /// Too many path prefixes, or none.
    #[error("ask for 1 to {MAX_PREFIXES} path prefixes at a time")]
    Prefixes,
}

/// The decisions that `command`, given by `by` at `now`, leads to. An empty list: nothing to do.
///
/// # Errors
/// [`Refusal`]: why not.
pub fn decide(
    state: &CaseState,
    command: Command,
    by: &str,
    now: Timestamp,
) -> Result<Vec<Decision>, Refusal> {
    if let Command::Open { note, product, agentless } = command {
        if state.opened_at.is_some() {
            return Err(Refusal::AlreadyOpen);
        }
        let too_long = product.as_ref().is_some_and(|product| product.chars().count() > MAX_PRODUCT_CHARS);
        if note.chars().count() > MAX_NOTE_CHARS || too_long {
            return Err(Refusal::NoteTooLong);
        }
        let product = product.map(|product| tidy(&product)).filter(|product| !product.is_empty());
        return Ok(said(by, What::CaseOpened { note: tidy(&note), product, agentless }));
    }
    if state.opened_at.is_none() {
        return Err(Refusal::NoSuchCase);
    }
    if let Command::Leave { reason } = command {
        let what = What::AgentLeft { reason };
        return Ok(if state.is_connected() { said(by, what) } else { Vec::new() });
    }
    if !state.is_open() {
        return Err(Refusal::Closed);
    }
    let what = match command {
        Command::Open { .. } | Command::Leave { .. } => return Ok(Vec::new()),
        Command::IssueCode { .. } if state.agentless => return Err(Refusal::Agentless),
        Command::IssueCode { expires_at } => What::CodeIssued { expires_at },
        Command::CountWrongCode { from, tries_left } => What::CodeTried { from, tries_left },
        Command::NoteInterception { from } => What::Intercepted { from },
        Command::Pair { agent, lease_until } => What::AgentPaired { agent, lease_until },
        Command::Resume { agent } => {
            let held = state.agent.as_ref().ok_or(Refusal::NoAgent)?;
            if held.lease_until <= now {
                return Err(Refusal::LeaseOver);
            }
            What::AgentResumed { agent }
        }
        Command::Freeze { from } => {
            let frozen = state.agent.as_ref().is_some_and(|agent| agent.standing == AgentStanding::Frozen);
            if frozen {
                return Ok(Vec::new());
            }
            What::LinkFrozen { from }
        }
        Command::Collect { prefixes } => {
            if prefixes.is_empty() || prefixes.len() > MAX_PREFIXES {
                return Err(Refusal::Prefixes);
            }
            if !state.is_connected() {
                return Err(Refusal::NoAgent);
            }
            What::CollectAsked { prefixes }
        }
        Command::Diagnose(Diagnoses { en, fr, questions, .. })
            if (&en, &fr, &questions)
                == (&state.diagnoses.en, &state.diagnoses.fr, &state.diagnoses.questions) =>
        {
            return Ok(Vec::new());
        }
        Command::Diagnose(diagnoses) => What::DiagnosesChanged(diagnoses),
        Command::Close => What::CaseClosed {},
        Command::Work(work) => {
            return Ok(work::decide(state, work, by, now)?.map(|what| said(by, what)).unwrap_or_default());
        }
    };
    Ok(said(by, what))
}

/// What to do with a batch of `count` items from `first_seq` on; [`Take::Gap`] for a lane without numbers, which no
/// honest agent uses.
pub fn take(state: &CaseState, lane: Lane, first_seq: u64, count: u64) -> Take {
    match state.inbox(lane) {
        Some(inbox) => inbox.judge(first_seq, count),
        None => Take::Gap { expected: 0 },
    }
}

impl Decision {
    /// The decisions that stand in the items of the control lane: consent and stop outlive telemetry.
    pub fn of_items(items: &Items) -> Vec<Decision> {
        let Items::Events(events) = items else { return Vec::new() };
        let what = events.iter().filter_map(|event| match &event.body {
            EventBody::ConsentChanged(consent) => {
                Some(What::ConsentChanged { granted: consent.granted.clone() })
            }
            EventBody::Stopped(stopped) => {
                Some(What::AgentStopped { why: stopped.by.chars().take(32).collect() })
            }
            _ => None,
        });
        what.map(|what| Decision { by: "agent".to_owned(), what }).collect()
    }
}

fn said(by: &str, what: What) -> Vec<Decision> {
    vec![Decision { by: by.to_owned(), what }]
}
