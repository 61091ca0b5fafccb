//! Fault files as TOML has them, before anything is checked but their shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::fault::{Actor, Scope, Severity, Status};
use crate::lang::{Both, Lang};

/// Text with its place in the file.
pub(crate) type Placed = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFault {
    pub(crate) id: Placed,
    pub(crate) number: Spanned<u32>,
    pub(crate) revision: u32,
    pub(crate) status: Status,
    pub(crate) cause: Placed,
    pub(crate) applies: Option<Placed>,
    pub(crate) severity: Severity,
    #[serde(default)]
    pub(crate) outranks: Vec<Placed>,
    pub(crate) prior: Option<Spanned<f64>>,
    pub(crate) evidence: BTreeMap<Placed, RawEvidence>,
    #[serde(default)]
    pub(crate) capture: BTreeMap<Placed, RawCapture>,
    #[serde(rename = "match")]
    pub(crate) conditions: Spanned<RawConditions>,
    pub(crate) text: RawTexts,
    #[serde(default)]
    pub(crate) step: Vec<RawStep>,
    pub(crate) verify: Spanned<RawVerify>,
    pub(crate) escalate: Option<RawEscalate>,
    #[serde(default)]
    pub(crate) example: Vec<Spanned<RawExample>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEvidence {
    #[serde(default)]
    pub(crate) log: Vec<RawLog>,
    #[serde(default)]
    pub(crate) code: Vec<Spanned<RawCode>>,
    pub(crate) fact: Option<Placed>,
    pub(crate) ask: Option<Both>,
    pub(crate) scope: Option<Spanned<Scope>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCapture {
    #[serde(rename = "type")]
    pub(crate) kind: Placed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLog {
    pub(crate) literal: Placed,
    pub(crate) pattern: Option<Placed>,
    pub(crate) source: Option<String>,
    #[serde(default)]
    pub(crate) ignore_case: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCode {
    pub(crate) system: Placed,
    pub(crate) value: Option<Spanned<i64>>,
    pub(crate) name: Option<Placed>,
    pub(crate) near: Option<Placed>,
    pub(crate) source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawConditions {
    pub(crate) confirmed: Option<Placed>,
    pub(crate) likely: Option<Placed>,
    pub(crate) possible: Option<Placed>,
    pub(crate) unless: Option<Placed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTexts {
    pub(crate) en: RawText,
    pub(crate) fr: RawText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawText {
    pub(crate) title: Placed,
    pub(crate) explain: Placed,
    pub(crate) say: Placed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBoth {
    pub(crate) en: Placed,
    pub(crate) fr: Placed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawStep {
    pub(crate) id: Placed,
    pub(crate) actor: Actor,
    pub(crate) action: Option<Placed>,
    // Arguments of actions; which belong to which is said by the allow-list.
    pub(crate) until: Option<Placed>,
    pub(crate) timeout: Option<Placed>,
    pub(crate) path: Option<Placed>,
    pub(crate) manager: Option<Placed>,
    pub(crate) name: Option<Placed>,
    #[serde(default)]
    pub(crate) needs: Vec<Placed>,
    pub(crate) check: Option<Placed>,
    pub(crate) text: RawBoth,
    pub(crate) say: Option<RawBoth>,
    pub(crate) undo: Option<Both>,
}

impl RawStep {
    /// The arguments that are given.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&'static str, &Placed)> {
        [
            ("until", &self.until),
            ("timeout", &self.timeout),
            ("path", &self.path),
            ("manager", &self.manager),
            ("name", &self.name),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| (name, value)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawVerify {
    pub(crate) probe: Option<Placed>,
    pub(crate) expect: Option<Placed>,
    #[serde(default)]
    pub(crate) retry: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEscalate {
    #[serde(default)]
    pub(crate) after: String,
    #[serde(default)]
    pub(crate) attach: Vec<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawOutcome {
    Succeeded,
    Failed,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawExpect {
    Confirmed,
    Likely,
    Possible,
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawExample {
    pub(crate) log: String,
    #[serde(default)]
    pub(crate) facts: BTreeMap<Placed, toml::Value>,
    pub(crate) outcome: Option<RawOutcome>,
    pub(crate) expect: RawExpect,
    #[serde(default)]
    pub(crate) captures: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) lang: Lang,
}
