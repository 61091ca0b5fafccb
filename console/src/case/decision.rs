//! Decisions: what people and programs decided in a case. They stay when telemetry expires.
//!
//! Stored as JSON. Kinds and fields are only ever added; one that an older console wrote always reads.

use hotliner_protocol::event::{AttemptStarted, Event, EventBody, Line, SourceEnded};
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::scope::Scope;
use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One decision: who and what. When stands on the record around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided: the name of an account, or `local`, `token:NAME`, `agent`, `console`.
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// The case begins.
    CaseOpened {
        /// The technician's own words, may be empty.
        #[serde(default)]
        note: String,
        /// What is being installed, in the technician's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<String>,
        /// No agent will come: the technician types what the customer reads.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        agentless: bool,
    },
    /// A join code was given out. The code itself is never written down.
    CodeIssued {
        /// Until when it may be used.
        expires_at: Timestamp,
    },
    /// Somebody typed a code of this case wrong.
    CodeTried {
        /// From where.
        from: String,
        /// Tries left; 0: the code is burnt.
        tries_left: u32,
    },
    /// The code was right and the connection intercepted.
    Intercepted {
        /// From where.
        from: String,
    },
    /// An agent proved the code and belongs to the case now; it counts its items from 1.
    AgentPaired {
        /// What it says of itself.
        #[serde(flatten)]
        agent: AgentSeen,
        /// Until when it may come back.
        lease_until: Timestamp,
    },
    /// The agent came back.
    AgentResumed {
        /// What it says of itself.
        #[serde(flatten)]
        agent: AgentSeen,
    },
    /// The agent's connection ended.
    AgentLeft {
        /// Why.
        reason: LeftReason,
    },
    /// A spent ratchet was presented: two hold the same link. A new code is needed.
    LinkFrozen {
        /// From where.
        from: String,
    },
    /// The customer changed what may be looked at.
    ConsentChanged {
        /// The whole new set.
        granted: Vec<Scope>,
    },
    /// The end of sending, as the agent tells it.
    AgentStopped {
        /// `customer`, `lease`, `finished`.
        why: String,
    },
    /// The agent was asked to collect facts.
    CollectAsked {
        /// Path prefixes.
        prefixes: Vec<String>,
    },
    /// The diagnoses changed.
    DiagnosesChanged(Diagnoses),
    /// The case is over.
    CaseClosed {},
    /// Whoever decided this works on the case from now on.
    Claimed {},
    /// Nobody works on the case any more.
    Released {},
    /// Somebody else works on the case from now on.
    Transferred {
        /// Who.
        to: String,
        /// What they should know.
        #[serde(default)]
        note: String,
    },
    /// Words for the team.
    Noted {
        /// The words.
        text: String,
    },
    /// The customer answered a fault's question.
    Answered {
        /// Id of the fault.
        fault: String,
        /// Name of the evidence that asks.
        evidence: String,
        /// The answer.
        yes: bool,
    },
    /// Lines the customer read aloud, as the technician typed them.
    LinesTold(Told),
    /// How a step of a repair went.
    StepSet {
        /// Id of the fault.
        fault: String,
        /// Id of the step within the fault.
        step: String,
        /// How it went.
        state: StepState,
    },
    /// The case is over, and solved.
    CaseResolved {
        /// Id of the fault that was the answer, if a known one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
        /// What helped.
        how: String,
    },
    /// A kind of a newer console.
    #[serde(other)]
    Unknown,
}

/// Lines that were typed. They count as lines of an attempt with the source [`Told::SOURCE`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The attempt they belong to.
    pub attempt: u64,
    /// Whether the attempt begins with them: nobody has seen one before.
    #[serde(default)]
    pub begins: bool,
    /// Number of the first line among all that were typed in this attempt, from 1.
    pub first: u64,
    /// The lines.
    pub lines: Vec<String>,
}

impl Told {
    /// Source of the events that typed lines become.
    pub const SOURCE: &'static str = "told";

    /// The events that the lines become, seen at `at`.
    ///
    /// The source ends with them at once: what the customer did not read aloud must not keep an attempt that was read to
    /// its end from being settled.
    pub fn events(&self, at: Timestamp) -> Vec<Event> {
        let event = |body| Event {
            at,
            attempt: Some(AttemptId(self.attempt)),
            source: Self::SOURCE.to_owned(),
            body,
        };
        let started = self.begins.then(|| event(EventBody::AttemptStarted(AttemptStarted::default())));
        let lines = self.lines.iter().zip(self.first..);
        let lines = lines
            .map(|(text, number)| event(EventBody::Line(Line { number, text: text.clone(), cut_bytes: 0 })));
        let through = self.first.saturating_sub(1).saturating_add(self.lines.len() as u64);
        let ended = event(EventBody::SourceEnded(SourceEnded { lines: through, complete: true }));
        started.into_iter().chain(lines).chain([ended]).collect()
    }
}

/// How a step of a repair went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Somebody says it is done; no check has shown it.
    SaidDone,
    /// It did not work.
    Failed,
    /// It was left out.
    Skipped,
}

/// A question whose answer would settle something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Id of the fault that asks.
    pub fault: String,
    /// Name of the evidence.
    pub evidence: String,
    /// The question in English.
    pub en: String,
    /// The question in French.
    pub fr: String,
    /// How much further a yes would take the fault, from 0 to 1.
    pub gain: f64,
}

/// An agent as it presents itself. Hostile text, bounded by [`AgentSeen::new`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentSeen {
    /// Version of the program.
    pub version: String,
    /// `linux`, `windows`, `macos`.
    pub platform: String,
    /// Network address it came from.
    pub address: String,
    /// What carries its connection: `quic` or `tcp`. Records of 0.1.0 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
}

/// Longest word an agent may say about itself, in characters.
const MAX_WORD_CHARS: usize = 64;

impl AgentSeen {
    /// Keeps the printable beginning of what an agent says.
    pub fn new(version: &str, platform: &str, address: impl Into<String>) -> Self {
        let word = |text: &str| text.chars().filter(|c| !c.is_control()).take(MAX_WORD_CHARS).collect();
        Self { version: word(version), platform: word(platform), address: address.into(), transport: None }
    }

    /// With what carries its connection.
    pub fn over(self, transport: &str) -> Self {
        Self { transport: Some(transport.to_owned()), ..self }
    }
}

/// Why an agent's connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftReason {
    /// The customer left.
    CustomerLeft,
    /// All work is done and acknowledged.
    Finished,
    /// Silence, or the network broke.
    Lost,
    /// A newer connection took over.
    Superseded,
    /// It broke the protocol.
    Protocol,
    /// Its link was frozen.
    Frozen,
    /// The case was closed.
    CaseClosed,
    /// The console went down.
    ConsoleDown,
}

/// The diagnoses of a case, as the faults engine words them in both languages, and the catalogue they come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diagnoses {
    /// Version of the catalogue.
    pub catalogue: String,
    /// In English, best first.
    pub en: Vec<Value>,
    /// In French, best first.
    pub fr: Vec<Value>,
    /// What to ask the customer, the most telling question first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_a_newer_console_reads_as_unknown_instead_of_losing_the_case() {
        let newer = r#"{"by":"x","kind":"teleported","where":"elsewhere"}"#;
        let decision: Decision = serde_json::from_str(newer).unwrap();
        assert_eq!(decision.what, What::Unknown);
    }

    #[test]
    fn decisions_of_the_first_console_still_read() {
        let older = [
            r#"{"by":"local","kind":"case-opened","note":"n"}"#,
            r#"{"by":"console","kind":"diagnoses-changed","catalogue":"c","en":[],"fr":[]}"#,
        ];
        for text in older {
            let decision: Decision = serde_json::from_str(text).unwrap();
            assert_ne!(decision.what, What::Unknown, "{text}");
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_value(&decision).unwrap(), value, "written as ever");
        }
    }

    #[test]
    fn what_an_agent_says_of_itself_is_cut() {
        let seen = AgentSeen::new(&"9".repeat(5000), "lin\u{1b}[31mux", "x");
        assert_eq!(seen.version.len(), MAX_WORD_CHARS);
        assert_eq!(seen.platform, "lin[31mux");
    }
}
