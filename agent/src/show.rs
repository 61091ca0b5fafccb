//! `show`: exactly what would be sent, and nothing sent.

use std::process::ExitCode;

use hotliner_protocol::fact::{Fact, FactPath, Reading};
use hotliner_protocol::scope::{Scope, Scopes};
use hotliner_protocol::value::Value;
use serde::Serialize;

use crate::attempt::Plan;
use crate::cli::{Format, Shared};
use crate::notice::print;
use crate::pipeline::now;
use crate::probe::{Context, Spec, read_once};
use crate::redact::{Redacted, Redactor};
use crate::session;
use crate::words::Words;

/// Longest value shown as text, in characters; JSON shows everything.
const MAX_VALUE_CHARS: usize = 160;

#[derive(Serialize)]
struct Shown<'f> {
    path: &'f FactPath,
    scope: Scope,
    right: &'static str,
    cost: &'static str,
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'f Value>,
    observed_at: hotliner_protocol::time::Timestamp,
}

/// Prints what would be sent under `scopes`.
pub(crate) fn show(shared: &Shared, scopes: &Scopes, format: Format) -> ExitCode {
    let notices = shared.notices();
    let mut redactor = match session::redactor(&shared.hide) {
        Ok(redactor) => redactor,
        Err(error) => {
            notices.fail(notices.words.agent_failed, &[("why", &error.to_string())]);
            return ExitCode::FAILURE;
        }
    };
    let facts = facts(&mut redactor, scopes);
    match format {
        Format::Json => print(&json(&facts)),
        Format::Text => print(&text(notices.words, &facts)),
    }
    ExitCode::SUCCESS
}

/// Some lines of real data of `scope`, for the question for consent.
pub(crate) fn example(scope: Scope, hide: &[String]) -> Vec<String> {
    let Ok(mut redactor) = session::redactor(hide) else { return Vec::new() };
    let facts = facts(&mut redactor, &Scopes::new([scope]));
    let known = |(spec, fact): &&(&'static Spec, Redacted<Fact>)| {
        spec.scope == scope && fact.get().reading.value().is_some()
    };
    facts.iter().filter(known).map(|(_, fact)| line(fact)).collect()
}

/// Every fact, redacted; those outside `scopes` as not collected, under the paths that are sent so.
fn facts(redactor: &mut Redactor, scopes: &Scopes) -> Vec<(&'static Spec, Redacted<Fact>)> {
    let mut facts = Vec::new();
    read_once(&Context::new(Plan::default()), scopes, |spec, path, reading| {
        let fact = Fact { path, observed_at: now(), reading };
        facts.push((spec, redactor.fact(fact)));
    });
    facts
}

fn json(facts: &[(&'static Spec, Redacted<Fact>)]) -> String {
    let shown: Vec<Shown<'_>> = facts
        .iter()
        .map(|(spec, fact)| {
            let Fact { path, observed_at, reading } = fact.get();
            let standing = reading.standing();
            Shown {
                path,
                scope: spec.scope,
                right: spec.right.word(),
                cost: spec.cost.word(),
                standing,
                value: reading.value(),
                observed_at: *observed_at,
            }
        })
        .collect();
    let document = serde_json::json!({ "schema": "hotliner.show/1", "facts": shown });
    format!("{document:#}\n")
}

fn text(words: &Words, facts: &[(&'static Spec, Redacted<Fact>)]) -> String {
    let mut text = format!("{}\n", words.show_title);
    let mut scopes: Vec<Scope> = facts.iter().map(|(spec, _)| spec.scope).collect();
    scopes.sort();
    scopes.dedup();
    for scope in scopes {
        let plain = words.scope(scope);
        text.push_str(&format!("\n{} ({})\n", plain.name, plain.means));
        for (_, fact) in facts.iter().filter(|(spec, _)| spec.scope == scope) {
            text.push_str(&format!("  {}\n", line(fact)));
        }
    }
    text.push_str(&format!("\n{}\n", words.show_nothing_sent));
    text
}

fn line(fact: &Redacted<Fact>) -> String {
    let Fact { path, reading, .. } = fact.get();
    match reading {
        Reading::Value(value) => {
            let value = serde_json::to_string(value).unwrap_or_default();
            let short: String = value.chars().take(MAX_VALUE_CHARS).collect();
            let more = if short.len() < value.len() { " …" } else { "" };
            format!("{path} = {short}{more}")
        }
        other => format!("{path}: {}", other.standing()),
    }
}
