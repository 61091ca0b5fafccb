//! Every fault proves itself: its own examples, and that no other fault claims them.

use std::sync::Arc;

use crate::fault::{Example, Fault, Standing};
use crate::lang::Lang;
use crate::matcher::Matcher;
use crate::scan;

/// The outcome of one example.
#[derive(Clone, Debug)]
pub struct ExampleResult {
    /// Id of the fault.
    pub fault: String,
    /// The file.
    pub file: String,
    /// Line of the example in the file.
    pub line: usize,
    /// Language of the log.
    pub lang: Lang,
    /// What is wrong; empty for a passed example.
    pub problems: Vec<String>,
}

/// Runs the examples of all faults of `matcher`.
pub fn run(matcher: &Arc<Matcher>) -> Vec<ExampleResult> {
    let faults = matcher.catalogue().faults();
    let all = faults.iter().filter(|fault| fault.is_live());
    all.flat_map(|fault| fault.examples.iter().map(|example| result(matcher, fault, example))).collect()
}

fn result(matcher: &Arc<Matcher>, fault: &Fault, example: &Example) -> ExampleResult {
    let mut problems = Vec::new();
    let session = scan::text(Arc::clone(matcher), "example", &example.log, &example.facts, example.outcome);
    let appraisal = session.appraisal(&fault.id);
    let standing =
        appraisal.as_ref().and_then(|known| known.standing).filter(|got| *got > Standing::RuledOut);
    let word = |standing: Option<Standing>| standing.map_or("none", Standing::word);
    if standing != example.expect {
        problems.push(format!("expected {}, got {}", word(example.expect), word(standing)));
    }
    for (name, expected) in &example.captures {
        let got = appraisal.as_ref().and_then(|known| known.variables.get(name));
        if got != Some(expected) {
            problems.push(format!("capture {name}: expected {expected:?}, got {got:?}"));
        }
    }
    // The example of one fault must not be claimed by another one.
    if example.expect >= Some(Standing::Likely) {
        let diagnoses = session.diagnoses();
        if let Some(best) =
            diagnoses.first().filter(|best| best.fault != fault.id && best.cause != fault.cause)
        {
            problems.push(format!("{} ({}) stands above it", best.fault, best.standing));
        }
    }
    ExampleResult {
        fault: fault.id.clone(),
        file: fault.file.clone(),
        line: example.line,
        lang: example.lang,
        problems,
    }
}
