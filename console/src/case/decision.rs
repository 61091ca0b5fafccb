//! Decisions: what people and programs decided in a case. They stay when telemetry expires.
//!
//! Stored as JSON. Kinds and fields are only ever added; one that an older console wrote always reads.

use hotliner_protocol::scope::Scope;
use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One decision: who and what. When stands on the record around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided: `local`, `token:NAME`, `agent`, `console`.
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
    /// A kind of a newer console.
    #[serde(other)]
    Unknown,
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
}

/// Longest word an agent may say about itself, in characters.
const MAX_WORD_CHARS: usize = 64;

impl AgentSeen {
    /// Keeps the printable beginning of what an agent says.
    pub fn new(version: &str, platform: &str, address: impl Into<String>) -> Self {
        let word = |text: &str| text.chars().filter(|c| !c.is_control()).take(MAX_WORD_CHARS).collect();
        Self { version: word(version), platform: word(platform), address: address.into() }
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
    fn what_an_agent_says_of_itself_is_cut() {
        let seen = AgentSeen::new(&"9".repeat(5000), "lin\u{1b}[31mux", "x");
        assert_eq!(seen.version.len(), MAX_WORD_CHARS);
        assert_eq!(seen.platform, "lin[31mux");
    }
}
