//! `case new|list|show|code|close`, on a running console.

use serde_json::{Value, json};

use super::runtime;
use crate::cli::{Case, Format, OneCase, Output, Target};
use crate::client::{Client, Method};
use crate::report;
use crate::terminal::{self, Style, harmless};
use crate::trouble::Trouble;
use crate::words::{Words, words};

pub(super) fn run(command: Case) -> Result<u8, Trouble> {
    let runtime = runtime()?;
    runtime.block_on(async {
        match command {
            Case::New { note, target, output } => {
                let code = ask(&target, Method::POST, "/api/v1/cases", Some(json!({ "note": note }))).await?;
                print(&output, &code, code_text);
            }
            Case::Code(OneCase { case, target, output }) => {
                let path = format!("/api/v1/cases/{}/code", id(&case)?);
                print(&output, &ask(&target, Method::POST, &path, None).await?, code_text);
            }
            Case::List { open, limit, target, output } => {
                let status = if open { "&status=open" } else { "" };
                let path = format!("/api/v1/cases?limit={limit}{status}");
                print(&output, &ask(&target, Method::GET, &path, None).await?, list_text);
            }
            Case::Show(OneCase { case, target, output }) => {
                let path = format!("/api/v1/cases/{}?lang={}", id(&case)?, output.lang());
                print(&output, &ask(&target, Method::GET, &path, None).await?, show_text);
            }
            Case::Close(OneCase { case, target, output }) => {
                let path = format!("/api/v1/cases/{}/close", id(&case)?);
                ask(&target, Method::POST, &path, None).await?;
                print(&output, &json!({ "case": case, "status": "closed" }), |_, words, _| {
                    words.closed.to_owned()
                });
            }
        }
        Ok(0)
    })
}

/// An id goes into a path only if it is one.
fn id(case: &str) -> Result<hotliner_protocol::id::CaseId, Trouble> {
    case.parse().map_err(|_| {
        Trouble::new(
            format!("`{}` is not the id of a case", harmless(case)),
            "`hotliner-console case list` prints the ids",
        )
    })
}

async fn ask(target: &Target, method: Method, path: &str, body: Option<Value>) -> Result<Value, Trouble> {
    Client::new(target)?.ask(method, path, body.as_ref()).await
}

fn print(output: &Output, answer: &Value, text: impl Fn(&Value, &Words, Style) -> String) {
    let said = match output.format {
        Format::Json => serde_json::to_string_pretty(answer).unwrap_or_default(),
        Format::Text => text(answer, words(output.lang()), Style::detect()),
    };
    terminal::say(&said);
}

fn text_of(value: &Value) -> String {
    harmless(value.as_str().unwrap_or_default())
}

/// The time of day of an RFC 3339 date, to the minute.
fn clock(date: &Value) -> String {
    date.as_str().and_then(|date| date.get(11..16)).map(|time| format!("{time} UTC")).unwrap_or_default()
}

fn code_text(answer: &Value, words: &Words, style: Style) -> String {
    let code = text_of(&answer["code"]);
    format!(
        "{} {}\n\n{}\n\n  {}: {}\n  {} {} {}",
        words.case,
        text_of(&answer["case"]),
        style.strong(&report::large_code(&code)),
        words.say_code,
        style.strong(&report::spoken_code(&code, words)),
        words.code_until,
        clock(&answer["expires_at"]),
        words.code_once,
    )
}

fn list_text(answer: &Value, words: &Words, style: Style) -> String {
    let cases = answer["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
    if cases.is_empty() {
        return words.no_case.to_owned();
    }
    let line = |case: &Value| {
        let diagnosis = &case["diagnosis"];
        let standing = diagnosis["standing"].as_str().unwrap_or_default();
        let found = if standing.is_empty() {
            String::new()
        } else {
            format!("{} {}", style.standing(standing, words.standing(standing)), text_of(&diagnosis["title"]))
        };
        let opened = case["opened_at"].as_str().and_then(|date| date.get(..16)).unwrap_or_default();
        let agent = case["agent"].as_str().unwrap_or_default();
        format!(
            "{}  {}  {:<10} {:<6}  {found}  {}",
            text_of(&case["case"]),
            opened.replace('T', " "),
            words.agent_standing(agent).split(':').next().unwrap_or_default(),
            text_of(&case["status"]),
            style.faint(&text_of(&case["note"])),
        )
        .trim_end()
        .to_owned()
    };
    cases.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn show_text(case: &Value, words: &Words, style: Style) -> String {
    let mut out = format!("{} {}", words.case, style.strong(&text_of(&case["case"])));
    if !text_of(&case["note"]).is_empty() {
        out.push_str(&format!("  {}", text_of(&case["note"])));
    }
    let agent = &case["agent"];
    let presence = match agent["standing"].as_str() {
        None => words.no_agent.to_owned(),
        Some(standing) => format!(
            "{}{}, {} {}, {} {}",
            words.agent_standing(standing),
            agent["transport"]
                .as_str()
                .map(|transport| format!(" ({})", transport.to_uppercase()))
                .unwrap_or_default(),
            text_of(&agent["platform"]),
            text_of(&agent["version"]),
            case["facts"].as_array().map_or(0, Vec::len),
            words.facts,
        ),
    };
    report::row(&mut out, words.agent, &presence);
    let scopes: Vec<String> = case["consent"].as_array().into_iter().flatten().map(text_of).collect();
    let allowed = if scopes.is_empty() { words.nothing.to_owned() } else { scopes.join(", ") };
    report::row(&mut out, words.consent, &allowed);
    for attempt in case["attempts"].as_array().into_iter().flatten() {
        report::row(&mut out, words.attempt, &attempt_text(attempt, words));
    }
    let diagnoses = case["diagnoses"].as_array().map(Vec::as_slice).unwrap_or_default();
    format!("{out}\n\n{}", report::diagnoses(diagnoses, words, style))
}

fn attempt_text(attempt: &Value, words: &Words) -> String {
    let mut command = vec![text_of(&attempt["program"])];
    command.extend(attempt["args"].as_array().into_iter().flatten().map(text_of));
    let outcome = attempt["outcome"].as_str().map_or(words.running, |outcome| words.outcome(outcome));
    let exit = &attempt["exit"];
    let exit = match (exit["code"].as_i64(), exit["signal"].as_i64()) {
        (Some(code), _) => format!(" ({code})"),
        (None, Some(signal)) => format!(" (signal {signal})"),
        (None, None) => String::new(),
    };
    format!("{}: {outcome}{exit}", command.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotliner_faults::lang::Lang;

    #[test]
    fn an_id_that_is_none_never_reaches_the_console() {
        for bad in ["", "../tokens", "x?y", "0"] {
            assert!(id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_is_shown_large_and_said() {
        let answer = json!({ "case": "c", "code": "482913057", "expires_at": "2026-01-02T03:04:05.000Z" });
        let shown = code_text(&answer, words(Lang::En), Style::PLAIN);
        assert!(shown.contains("four eight two, nine one three") && shown.contains("03:04 UTC"), "{shown}");
    }
}
