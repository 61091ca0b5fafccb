//! What the routes take and give, as described in the OpenAPI document.

mod accounts;
mod case;
mod list;
mod log;

use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::case::StepState;
pub(super) use accounts::{
    AccountList, AccountView, FirstAccount, Me, MeChange, NewAccount, PasswordChange, Session, SignIn,
};
pub(super) use case::CaseView;
pub(super) use list::{CaseInList, CaseList, ListQuery};
pub(super) use log::{Events, EventsQuery, Hits, Log, LogQuery, LogRow, Mark, SearchQuery};

/// A language of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

/// What to open a case with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCase {
    /// Words to find the case by.
    #[serde(default)]
    pub(super) note: String,
    /// What is being installed.
    #[serde(default)]
    pub(super) product: Option<String>,
    /// Whether an agent will come; `false`: the case gets no join code.
    #[serde(default = "yes")]
    pub(super) agent: bool,
}

fn yes() -> bool {
    true
}

impl Default for NewCase {
    fn default() -> Self {
        Self { note: String::new(), product: None, agent: true }
    }
}

/// A new case, or a new join code.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Code {
    /// The case.
    pub(super) case: String,
    /// Nine digits or more, to say aloud: nameplate and six-digit secret. Absent for a case without an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    /// Until when it may be used.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Timestamp>,
}

/// What to ask the agent for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Collect {
    /// Path prefixes of facts, such as `process` or `disk`.
    pub(super) prefixes: Vec<String>,
}

/// To whom to hand a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    /// Name of an account.
    pub(super) to: String,
    /// What they should know, at most 2000 characters.
    #[serde(default)]
    pub(super) note: String,
}

/// Words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// A note of at most 2000 characters; for typed lines one line or more.
    pub(super) text: String,
}

/// The customer's answer to a fault's question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answering {
    /// Id of the fault that asks.
    pub(super) fault: String,
    /// Name of the evidence.
    pub(super) evidence: String,
    /// The answer.
    pub(super) yes: bool,
}

/// How a step of a repair went.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stepping {
    /// Id of the fault.
    pub(super) fault: String,
    /// Id of the step.
    pub(super) step: String,
    /// How it went.
    #[schema(value_type = StepWord)]
    pub(super) state: StepState,
}

/// How a step went.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes the words of `StepState`")]
pub(super) enum StepWord {
    SaidDone,
    Failed,
    Skipped,
}

/// How a case was solved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolving {
    /// Id of the fault that was the answer.
    #[serde(default)]
    pub(super) fault: Option<String>,
    /// What helped, at most 2000 characters.
    #[serde(default)]
    pub(super) how: String,
}
