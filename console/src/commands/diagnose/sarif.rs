//! Diagnoses as SARIF 2.1.0. Pure.

use std::fmt::Write;

use hotliner_faults::diagnosis::{DiagnosisView, Seen};
use hotliner_faults::fault::Standing;
use serde_json::{Value, json};

use super::is_reported;

/// The log of one run.
pub(super) fn log(views: &[DiagnosisView], catalogue: &str) -> Value {
    let reported: Vec<&DiagnosisView> = views.iter().filter(|view| is_reported(view.standing)).collect();
    let rules: Vec<Value> = reported.iter().map(|view| rule(view)).collect();
    let results: Vec<Value> = reported.iter().enumerate().map(|(index, view)| result(index, view)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "hotliner-console",
                "version": env!("CARGO_PKG_VERSION"),
                "properties": { "catalogue": catalogue },
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(view: &DiagnosisView) -> Value {
    let steps: Vec<String> =
        view.steps.iter().enumerate().map(|(index, step)| format!("{}. {}", index + 1, step.text)).collect();
    let mut rule = json!({
        "id": view.fault,
        "shortDescription": { "text": view.title },
        "properties": { "cause": view.cause, "number": view.number },
    });
    if !steps.is_empty() {
        rule["help"] = json!({ "text": steps.join("\n") });
    }
    rule
}

fn result(index: usize, view: &DiagnosisView) -> Value {
    let level = match view.standing {
        Standing::Confirmed => "error",
        Standing::Likely => "warning",
        _ => "note",
    };
    let locations: Vec<Value> = view.evidence.iter().filter_map(location).collect();
    json!({
        "ruleId": view.fault,
        "ruleIndex": index,
        "level": level,
        "message": { "text": format!("{}. {}", view.title, view.explain) },
        "locations": locations,
        "properties": { "standing": view.standing, "score": view.score, "missing": view.missing },
    })
}

fn location(seen: &Seen) -> Option<Value> {
    let line = seen.line.filter(|line| *line > 0)?;
    Some(json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&seen.source) },
        "region": { "startLine": line, "snippet": { "text": seen.text } },
    }}))
}

/// A path as a URI reference. An absolute one becomes `file://…`.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_a_valid_uri() {
        assert_eq!(uri("/var/log/a b%.log"), "file:///var/log/a%20b%25.log");
        assert_eq!(uri("C:é.log"), "C%3A%C3%A9.log");
    }
}
