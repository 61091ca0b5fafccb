//! Which variables the evidence of a fault captures, and which of them can never be empty.

use std::collections::BTreeSet;

use crate::fault::{Evidence, EvidenceKind, Looked};
use crate::matcher::CODE_VARIABLE;
use crate::pattern::Pattern;

/// The variables a fault's evidence captures.
pub(super) struct Captures {
    /// Captured by some alternative.
    pub(super) all: BTreeSet<String>,
    /// Captured by every alternative of all log evidence, in a group that always takes part.
    pub(super) always: BTreeSet<String>,
}

impl Captures {
    pub(super) fn of(evidence: &[Evidence]) -> Self {
        let alternatives: Vec<&Looked> =
            evidence
                .iter()
                .filter_map(|evidence| {
                    if let EvidenceKind::Log(patterns) = &evidence.kind { Some(patterns) } else { None }
                })
                .flatten()
                .collect();
        let names = |looked: &Looked| -> BTreeSet<String> {
            match looked {
                Looked::Words(pattern) => {
                    let regex = pattern.pattern.iter();
                    regex.flat_map(|regex| regex.names().map(str::to_owned)).collect()
                }
                Looked::Code(_) => BTreeSet::from([CODE_VARIABLE.to_owned()]),
            }
        };
        let all: BTreeSet<String> = alternatives.iter().flat_map(|looked| names(looked)).collect();
        let sure = |name: &&String| {
            alternatives.iter().all(|looked| match looked {
                Looked::Words(pattern) => pattern
                    .pattern
                    .as_ref()
                    .is_some_and(|regex| names(looked).contains(*name) && always_takes_part(regex, name)),
                Looked::Code(_) => *name == CODE_VARIABLE,
            })
        };
        let always = all.iter().filter(sure).cloned().collect();
        Self { all, always }
    }

    pub(super) fn list(&self) -> String {
        if self.all.is_empty() {
            return "nothing; name a group of a pattern, such as (?P<path>\\S+)".to_owned();
        }
        self.all.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Whether group `name` takes part in every match: it is neither optional nor within something optional or one of several
/// alternatives. Read off the pattern's text, to the safe side.
fn always_takes_part(regex: &Pattern, name: &str) -> bool {
    let text = regex.as_str();
    let Some(group) = text.find(&format!("(?P<{name}>")).or_else(|| text.find(&format!("(?<{name}>"))) else {
        return false;
    };
    if alternatives_at_top(text) {
        return false;
    }
    // Every group around it, and the group itself, must not be followed by ? or * or {0, nor hold alternatives around it.
    let mut open = Vec::new();
    let mut escaped = false;
    let mut class = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => class = false,
            '[' => class = true,
            _ if class => {}
            '(' => open.push(at),
            ')' => {
                let Some(start) = open.pop() else { return false };
                let around = start <= group && group < at;
                let rest = &text[at + 1..];
                let optional = rest.starts_with(['?', '*']) || rest.starts_with("{0");
                let split = start < group && alternatives_at_top(&text[start + 1..at]);
                if around && (optional || split) {
                    return false;
                }
            }
            _ => {}
        }
    }
    true
}

/// Whether `|` stands outside of every bracket of `text`.
fn alternatives_at_top(text: &str) -> bool {
    let (mut depth, mut escaped, mut class) = (0_i32, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => class = false,
            '[' => class = true,
            _ if class => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}
