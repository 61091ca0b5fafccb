//! Any text as a fact expression, a condition and a template: an error lies within the text and has a remedy.
#![no_main]

use hotliner_faults::condition::Condition;
use hotliner_faults::expression::{Expression, Variables};
use hotliner_faults::template::Template;
use hotliner_protocol::fact::FactSet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Expression::parse(text) {
        Ok(expression) => drop(expression.eval(&FactSet::default(), &Variables::new())),
        Err(error) => assert!(error.at <= text.len() && !error.remedy.is_empty()),
    }
    if let Err(error) = Condition::parse(text, &["a", "b", "c"]) {
        assert!(error.at <= text.len() && !error.remedy.is_empty());
    }
    if let Ok(template) = Template::parse(text) {
        template.fill(&Variables::new());
    }
});
