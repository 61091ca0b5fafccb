//! A fault, as loaded: checked, with its conditions and patterns ready.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::Fact;
use serde::{Deserialize, Serialize};

use crate::capture::CaptureType;
use crate::code::Code;
use crate::condition::Condition;
use crate::expression::Expression;
use crate::lang::{Both, Lang};
use crate::pattern::Pattern;
use crate::template::Template;

/// How far along a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being written; never matches.
    Draft,
    /// Matches silently and is counted, not shown.
    Beta,
    /// In use.
    Stable,
    /// No longer matches; its id and number stay taken.
    Retired,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "draft",
            Self::Beta => "beta",
            Self::Stable => "stable",
            Self::Retired => "retired",
        })
    }
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The installation cannot go on.
    Blocking,
    /// It goes on, worse.
    Degrading,
    /// Worth knowing.
    Informational,
}

/// How sure a diagnosis is. Ordered: the surer, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Something speaks for it, something stronger against it.
    RuledOut,
    /// Something speaks for it.
    Possible,
    /// Its signature is there.
    Likely,
    /// Proven by logs or facts.
    Confirmed,
}

impl Standing {
    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::RuledOut => "ruled-out",
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Confirmed => "confirmed",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One named piece of evidence.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Its name within the fault.
    pub name: String,
    /// Where it is looked for.
    pub kind: EvidenceKind,
    /// How long a line counts.
    pub scope: Scope,
}

/// How long log evidence counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Within the attempt in which it was seen.
    #[default]
    Attempt,
    /// In all later attempts of the case too.
    Case,
}

/// Where evidence is looked for.
#[derive(Clone, Debug)]
pub enum EvidenceKind {
    /// In log lines: any of these.
    Log(Vec<Looked>),
    /// In facts.
    Fact(Expression),
    /// With the customer: the question.
    Ask(Both),
}

/// One alternative of log evidence: what is looked for in lines.
#[derive(Clone, Debug)]
pub enum Looked {
    /// Words.
    Words(LogPattern),
    /// An error code, in any of its spellings.
    Code(CodePattern),
}

impl Looked {
    /// Beginning of the event's source that is required.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Words(pattern) => pattern.source.as_deref(),
            Self::Code(pattern) => pattern.source.as_deref(),
        }
    }
}

impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(pattern) => write!(f, "{:?}", pattern.literal),
            Self::Code(pattern) => {
                write!(f, "{}", pattern.code)?;
                pattern.near.as_ref().map_or(Ok(()), |near| write!(f, " + {near:?}"))
            }
        }
    }
}

/// An error code looked for in lines.
#[derive(Clone, Debug)]
pub struct CodePattern {
    /// The code.
    pub code: Code,
    /// Text that must stand in the same line, ASCII case ignored.
    pub near: Option<String>,
    /// Beginning of the event's source that is required.
    pub source: Option<String>,
}

/// Words looked for in lines.
#[derive(Clone, Debug)]
pub struct LogPattern {
    /// Text that every matching line contains.
    pub literal: String,
    /// Whether the literal's ASCII letters may be in either case.
    pub ignore_case: bool,
    /// Beginning of the event's source that is required.
    pub source: Option<String>,
    /// Pattern tried on lines where the literal hit; its named groups are captured.
    pub pattern: Option<Pattern>,
}

/// When a fault has which standing.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// Proven.
    pub confirmed: Option<Condition>,
    /// Likely.
    pub likely: Option<Condition>,
    /// Possible.
    pub possible: Option<Condition>,
    /// Speaks against it.
    pub unless: Option<Condition>,
}

/// Words about a fault in one language.
#[derive(Clone, Debug)]
pub struct Text {
    /// A few words.
    pub title: Template,
    /// What happened, for the technician.
    pub explain: Template,
    /// What to say to the customer.
    pub say: Template,
}

/// Who does a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// The customer, guided over the telephone.
    Customer,
    /// The technician.
    Technician,
    /// The agent, after the customer's yes.
    Agent,
}

/// One step of a repair.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its id within the fault.
    pub id: String,
    /// Who does it.
    pub actor: Actor,
    /// What to do, for the technician.
    pub text: [Template; 2],
    /// Words for the customer.
    pub say: Option<[Template; 2]>,
    /// The allow-listed action, for the agent's steps, with its arguments as written.
    pub action: Option<(&'static str, BTreeMap<&'static str, String>)>,
    /// Variables without which the step is not offered.
    pub needs: Vec<String>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Holds when the step is done.
    pub check: Option<Expression>,
    /// How to undo it.
    pub undo: Option<Both>,
}

/// When the fault counts as fixed.
#[derive(Clone, Debug)]
pub enum Verify {
    /// A fact expression holds after the facts under `probe` were read again.
    Expect {
        /// Prefix of the fact paths to read.
        probe: String,
        /// What must hold.
        expect: Expression,
    },
    /// The installation, run again, succeeds.
    Retry,
}

/// When and with what to hand over to an engineer.
#[derive(Clone, Debug, Default)]
pub struct Escalate {
    /// When, in words.
    pub after: String,
    /// What to attach.
    pub attach: Vec<String>,
}

/// A log, and what the fault must say of it.
#[derive(Clone, Debug)]
pub struct Example {
    /// The log.
    pub log: String,
    /// Facts known at the time.
    pub facts: Vec<Fact>,
    /// How the attempt ended.
    pub outcome: Outcome,
    /// The standing it must get; `None`: none, or ruled out.
    pub expect: Option<Standing>,
    /// Captures it must get.
    pub captures: BTreeMap<String, String>,
    /// Language of the log.
    pub lang: Lang,
    /// Line in the file, counted from 1.
    pub line: usize,
}

/// A known fault.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `platform.product.what`, never reused.
    pub id: String,
    /// Permanent number, for spoken codes.
    pub number: u32,
    /// Grows with every change.
    pub revision: u32,
    /// How far along it is.
    pub status: Status,
    /// Its cause, a code of the taxonomy.
    pub cause: String,
    /// Where it can occur; everywhere when absent.
    pub applies: Option<Expression>,
    /// How bad it is.
    pub severity: Severity,
    /// Ids of faults that this one explains.
    pub outranks: Vec<String>,
    /// How often it is the answer, from 0 to 1.
    pub prior: f64,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Variables whose text must be of a kind; one that is not counts as not captured.
    pub captures: BTreeMap<String, CaptureType>,
    /// When it has which standing.
    pub conditions: Conditions,
    /// Words in English and French.
    pub text: [Text; 2],
    /// The repair, in order.
    pub steps: Vec<Step>,
    /// When it is fixed.
    pub verify: Verify,
    /// When to hand over.
    pub escalate: Option<Escalate>,
    /// What it proves itself with.
    pub examples: Vec<Example>,
    /// The file it came from.
    pub file: String,
}

impl Fault {
    /// The words in `lang`.
    pub fn text(&self, lang: Lang) -> &Text {
        match lang {
            Lang::En => &self.text[0],
            Lang::Fr => &self.text[1],
        }
    }

    /// `linux`, `windows`, `macos` or `any`.
    pub fn platform(&self) -> &str {
        self.id.split('.').next().unwrap_or_default()
    }

    /// `dpkg`, `apt`, `pip`…
    pub fn product(&self) -> &str {
        self.id.split('.').nth(1).unwrap_or_default()
    }
}
