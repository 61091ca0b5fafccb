//! What the routes take and give, as described in the OpenAPI document.

use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::case::{AgentStanding, CaseState};
use crate::projection::{CaseRow, CaseShown};

/// A language of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ShowQuery {
    /// Language of the diagnoses; English unless said.
    #[serde(default)]
    #[param(inline)]
    pub(super) lang: Language,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListQuery {
    /// `open` or `closed`; both unless said.
    pub(super) status: Option<String>,
    /// At most so many cases, newest first; 100 unless said, at most 1000.
    pub(super) limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct EventsQuery {
    /// Items of entries after this position; from the beginning unless said.
    #[serde(default)]
    pub(super) after: u64,
    /// About so many items: entries are given whole; 200 unless said, at most 5000.
    pub(super) limit: Option<usize>,
}

/// What to open a case with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCase {
    /// Words to find the case by.
    #[serde(default)]
    pub(super) note: String,
}

/// A new join code.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Code {
    /// The case.
    pub(super) case: String,
    /// Nine digits or more, to say aloud: nameplate and six-digit secret.
    pub(super) code: String,
    /// Until when it may be used.
    #[schema(value_type = String, format = DateTime)]
    pub(super) expires_at: Timestamp,
}

/// What to ask the agent for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Collect {
    /// Path prefixes of facts, such as `process` or `disk`.
    pub(super) prefixes: Vec<String>,
}

/// A list of cases.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseList {
    /// Newest first.
    pub(super) cases: Vec<CaseInList>,
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseInList {
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
    /// `none`, `connected`, `away`, `left` or `frozen`.
    agent: &'static str,
    platform: Option<String>,
    /// The best diagnosis: `fault`, `cause`, `standing`, `title`.
    diagnosis: Option<Value>,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CaseView {
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
    /// `state` (`waiting`, `used`, `burnt`, `expired`), wrong `tries`, `expires_at`.
    code: Value,
    /// `standing` (`connected`, `away`, `left`, `frozen`), `version`, `platform`, `address`, `paired_at`, `since`, `lease_until`.
    agent: Value,
    /// Scopes the customer allows.
    consent: Value,
    /// Times a right code came over an intercepted connection.
    interceptions: u32,
    /// Best first, each as `hotliner-console diagnose` prints it.
    diagnoses: Vec<Value>,
    /// Version of the faults the diagnoses come from.
    catalogue: String,
    /// Each with `path`, `value`, `observed_at`, `standing`.
    facts: Value,
    /// Each with `id`, `program`, `args`, `started_at`, `ended_at`, `outcome`, `exit`.
    attempts: Value,
    /// Steps of the best diagnosis: `fault`, `id`, `actor`, `text`, `state`.
    steps: Vec<Value>,
    /// `first` and `last` position, `records`, `gaps`, `dropped`.
    journal: Value,
}

/// A page of what happened in a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Events {
    /// Each with `position`, `kind` and, by kind, more: a line has `source`, `line`, `text`.
    pub(super) events: Vec<Value>,
    /// What to give as `after` for the next page; `null` at the end.
    pub(super) next: Option<u64>,
}

fn status(state: &CaseState) -> &'static str {
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

impl CaseInList {
    pub(super) fn new(row: CaseRow, lang: Language) -> Self {
        let CaseRow { state, updated_at } = row;
        let best = diagnoses(&state, lang).first().map(|best| {
            json!({
                "fault": best["fault"], "cause": best["cause"],
                "standing": best["standing"], "title": best["title"],
            })
        });
        Self {
            case: state.case.to_string(),
            opened_at: state.opened_at,
            closed_at: state.closed_at,
            updated_at,
            status: status(&state),
            agent: agent_word(&state),
            platform: state.agent.map(|agent| agent.seen.platform),
            note: state.note,
            diagnosis: best,
        }
    }
}

impl CaseView {
    pub(super) fn new(shown: CaseShown, lang: Language) -> Self {
        let CaseShown { row: CaseRow { state, updated_at }, facts } = shown;
        let diagnoses = diagnoses(&state, lang).to_vec();
        Self {
            case: state.case.to_string(),
            opened_at: state.opened_at,
            closed_at: state.closed_at,
            updated_at,
            status: status(&state),
            code: json!(state.code),
            agent: json!(state.agent),
            consent: json!(state.consent),
            interceptions: state.interceptions,
            steps: steps(&diagnoses),
            diagnoses,
            catalogue: state.diagnoses.catalogue,
            facts: json!(facts),
            attempts: json!(state.attempts),
            journal: json!(state.journal),
            note: state.note,
        }
    }
}

fn diagnoses(state: &CaseState, lang: Language) -> &[Value] {
    match lang {
        Language::En => &state.diagnoses.en,
        Language::Fr => &state.diagnoses.fr,
    }
}

/// The repair: the steps of the best diagnosis, if it is at least likely.
fn steps(diagnoses: &[Value]) -> Vec<Value> {
    let Some(best) = diagnoses.first() else { return Vec::new() };
    if best["standing"] != "confirmed" && best["standing"] != "likely" {
        return Vec::new();
    }
    let steps = best["steps"].as_array().cloned().unwrap_or_default();
    let named = steps.into_iter().map(|mut step| {
        step["fault"] = best["fault"].clone();
        step["state"] = json!("proposed");
        step
    });
    named.collect()
}
