//! What to find out next: the unknown evidence whose outcome would change most.
//!
//! Every standing hypothesis has unknown facts and unasked questions. For each of them both outcomes are played through, and the
//! change of every hypothesis' weight is added up; evidence that several hypotheses share (the same expression, the same question)
//! is played through for all of them at once, so that what separates them comes before what merely supports one.

use std::collections::BTreeMap;

use super::Session;
use crate::fault::{EvidenceKind, Standing, Status};
use crate::lang::Both;
use crate::tri::Tri;

/// Most proposals given.
pub const MAX_PROPOSALS: usize = 8;

/// A question costs the customer's attention; a probe costs milliseconds.
const QUESTION_WORTH: f64 = 0.8;

/// What kind of thing to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Facts to read on the PC.
    Probe,
    /// A question only a person can answer.
    Question,
}

/// Something to find out next.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// What kind of thing.
    pub kind: Kind,
    /// The best hypothesis that wants it.
    pub fault: String,
    /// Name of the evidence there.
    pub evidence: String,
    /// The question; of a probe the expression whose facts are to be read, the same in both languages.
    pub text: Both,
    /// Fact paths to read; empty for a question.
    pub paths: Vec<String>,
    /// How much the outcome changes on average, above 0: 1 takes a hypothesis from nothing to proven, or back.
    pub gain: f64,
}

impl Session {
    /// What to find out next, best first, at most [`MAX_PROPOSALS`]. Only what would change some standing is proposed.
    pub fn next_best(&self) -> Vec<Proposal> {
        let mut open: BTreeMap<(Kind, String), (f64, Proposal)> = BTreeMap::new();
        for index in self.candidates() {
            let fault = self.matcher.fault(index);
            if fault.status != Status::Stable {
                continue;
            }
            let now = self.appraise(index);
            // What is ruled out, and what runs elsewhere, is no hypothesis.
            if now.standing == Some(Standing::RuledOut) || now.applies == Tri::Absent {
                continue;
            }
            let supported = now.standing.is_some();
            for (i, evidence) in fault.evidence.iter().enumerate() {
                if now.evidence[i] != Tri::NotCollected {
                    continue;
                }
                let (kind, text, paths) = match &evidence.kind {
                    EvidenceKind::Log(_) => continue,
                    EvidenceKind::Fact(expression) => {
                        let text = expression.as_str().to_owned();
                        let paths = expression.paths().map(str::to_owned).collect();
                        (Kind::Probe, Both { en: text.clone(), fr: text }, paths)
                    }
                    EvidenceKind::Ask(question) => (Kind::Question, question.clone(), Vec::new()),
                };
                let outcome = |known: Tri| {
                    let mut evidence = now.evidence.clone();
                    evidence[i] = known;
                    weight(self.judge(index, evidence, now.variables.clone()).standing)
                };
                let (yes, no, known) = (outcome(Tri::Matched), outcome(Tri::Absent), weight(now.standing));
                // Without any sign of the fault a "yes" is unlikely: its prior says how much.
                let chance = if supported { 0.5 } else { 0.1 * fault.prior };
                let worth = if kind == Kind::Question { QUESTION_WORTH } else { 1.0 };
                let gain = worth * (chance * (yes - known).abs() + (1.0 - chance) * (no - known).abs());
                if gain <= 0.0 {
                    continue;
                }
                let proposal = Proposal {
                    kind,
                    fault: fault.id.clone(),
                    evidence: evidence.name.clone(),
                    paths,
                    gain,
                    text,
                };
                let entry = open.entry((kind, proposal.text.en.clone())).or_insert((-1.0, proposal.clone()));
                if entry.0 >= 0.0 {
                    entry.1.gain += gain;
                }
                if known > entry.0 {
                    // The best hypothesis speaks for it; the gain is everybody's.
                    let gain = entry.1.gain;
                    *entry = (known, Proposal { gain, ..proposal });
                }
            }
        }
        let mut all: Vec<Proposal> = open.into_values().map(|(_, proposal)| proposal).collect();
        all.sort_by(|a, b| {
            b.gain.total_cmp(&a.gain).then_with(|| (&a.fault, &a.evidence).cmp(&(&b.fault, &b.evidence)))
        });
        all.truncate(MAX_PROPOSALS);
        all
    }
}

/// How much a standing weighs.
fn weight(standing: Option<Standing>) -> f64 {
    match standing {
        None | Some(Standing::RuledOut) => 0.0,
        Some(Standing::Possible) => 0.3,
        Some(Standing::Likely) => 0.6,
        Some(Standing::Confirmed) => 1.0,
    }
}
