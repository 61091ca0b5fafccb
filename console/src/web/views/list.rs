//! Cases in a list.

use hotliner_protocol::event::Outcome;
use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Language;
use super::case::diagnoses;
use crate::case::{AgentStanding, CaseState, CodeState};
use crate::projection::CaseRow;

#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::web) struct ListQuery {
    /// `open` or `closed`; both unless said.
    pub(in crate::web) status: Option<String>,
    /// `waiting` (open, nobody works on it), `mine` (open, the caller works on it), `team` (open, anybody works on it) or
    /// `resolved`.
    pub(in crate::web) view: Option<String>,
    /// Words that all stand in the case: its note, product, people, program, diagnoses or id. At most 200 characters.
    pub(in crate::web) q: Option<String>,
    /// At most so many cases, newest first; 100 unless said, at most 1000.
    pub(in crate::web) limit: Option<u32>,
    /// Language of the diagnoses; English unless said.
    #[serde(default)]
    #[param(inline)]
    pub(in crate::web) lang: Language,
}

/// A list of cases.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct CaseList {
    /// Newest first.
    pub(in crate::web) cases: Vec<CaseInList>,
}

/// A case in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::web) struct CaseInList {
    case: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    opened_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// `open` or `closed`.
    status: &'static str,
    note: String,
    /// What is being installed, in the technician's words.
    product: Option<String>,
    /// `none`, `connected`, `away`, `left` or `frozen`.
    agent: &'static str,
    /// No agent will come.
    agentless: bool,
    platform: Option<String>,
    /// Who works on it.
    claimed_by: Option<String>,
    /// Since when the customer waits for somebody of the team.
    #[schema(value_type = Option<String>, format = DateTime)]
    customer_waits_since: Option<Timestamp>,
    /// Whether it was closed as solved.
    resolved: bool,
    /// The join code given out last.
    code: Option<CodeInList>,
    /// The latest attempt.
    attempt: Option<AttemptInList>,
    /// The best diagnosis.
    diagnosis: Option<DiagnosisInList>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct CodeInList {
    /// `waiting`, `used`, `burnt` or `expired`.
    #[schema(value_type = String)]
    state: CodeState,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct AttemptInList {
    program: String,
    /// `null` while it runs.
    #[schema(value_type = Option<String>)]
    outcome: Option<Outcome>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct DiagnosisInList {
    fault: String,
    cause: String,
    /// `confirmed`, `likely`, `possible` or `ruled-out`.
    standing: String,
    title: String,
}

impl CaseInList {
    pub(in crate::web) fn new(row: CaseRow, lang: Language) -> Self {
        let CaseRow { state, updated_at } = row;
        let attempt = state.attempts.last();
        Self {
            case: state.case.to_string(),
            opened_at: state.opened_at,
            closed_at: state.closed_at,
            updated_at,
            status: status(&state),
            agent: agent_word(&state),
            agentless: state.agentless,
            customer_waits_since: state.waits_since(),
            resolved: state.resolved.is_some(),
            code: state.code.map(|code| CodeInList { state: code.state, expires_at: code.expires_at }),
            attempt: attempt
                .map(|attempt| AttemptInList { program: attempt.program.clone(), outcome: attempt.outcome }),
            diagnosis: diagnoses(&state, lang).first().map(best),
            platform: state.agent.map(|agent| agent.seen.platform),
            note: state.note,
            product: state.product,
            claimed_by: state.claimed_by,
        }
    }
}

fn best(diagnosis: &Value) -> DiagnosisInList {
    let text = |key: &str| diagnosis[key].as_str().unwrap_or_default().to_owned();
    DiagnosisInList {
        fault: text("fault"),
        cause: text("cause"),
        standing: text("standing"),
        title: text("title"),
    }
}

pub(super) fn status(state: &CaseState) -> &'static str {
    if state.closed_at.is_some() { "closed" } else { "open" }
}

fn agent_word(state: &CaseState) -> &'static str {
    match state.agent.as_ref().map(|agent| agent.standing) {
        None => "none",
        Some(AgentStanding::Connected) => "connected",
        Some(AgentStanding::Away) => "away",
        Some(AgentStanding::Left) => "left",
        Some(AgentStanding::Frozen) => "frozen",
    }
}
