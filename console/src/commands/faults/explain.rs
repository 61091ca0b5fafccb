//! `faults explain`: a fault, or why it stands as it does for a log, piece by piece.

use std::path::Path;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::explain::explain;
use hotliner_faults::expression::Variables;
use hotliner_faults::fault::{EvidenceKind, Fault};
use hotliner_faults::lang::Lang;
use hotliner_faults::session::Session;
use serde_json::{Value, json};

use super::{print, title};
use crate::cli::{FaultsCommon, Format, Platform, TROUBLE};
use crate::commands::{catalogue, diagnose};
use crate::terminal::{self, Style, harmless};
use crate::trouble::Trouble;
use crate::words::words;

/// Names of the conditions, in the order in which they are kept.
const CONDITIONS: [&str; 4] = ["confirmed", "likely", "possible", "unless"];

pub(super) fn run(
    id: &str,
    log: Option<&Path>,
    platform: Platform,
    common: &FaultsCommon,
) -> Result<u8, Trouble> {
    let knowledge = catalogue::knowledge(&common.origin)?;
    let catalogue = knowledge.catalogue();
    let fault = find(catalogue, id)?;
    let lang = common.output.lang();
    let as_json = common.output.format == Format::Json;
    let Some(log) = log else {
        let said = description(fault, catalogue, lang);
        if as_json {
            print(&json!({ "fault": fault.id, "number": fault.number, "text": said }));
        } else {
            terminal::say(said.trim_end());
        }
        return Ok(0);
    };
    let examined = diagnose::scan(&knowledge, &[log.to_owned()], platform);
    diagnose::complain(&examined, lang);
    if examined.seen.files == 0 {
        return Ok(TROUBLE);
    }
    let said = explain(&examined.session, &fault.id, lang).unwrap_or_default();
    if as_json {
        let mut view = pieces(&examined.session, fault);
        view["text"] = json!(said);
        print(&view);
    } else {
        // Lines of the log stand in it: nothing of them may steer the terminal.
        let lines: Vec<String> = said.trim_end().lines().map(harmless).collect();
        terminal::say(&lines.join("\n"));
    }
    Ok(0)
}

/// The fault of this id or number.
fn find<'c>(catalogue: &'c Catalogue, id: &str) -> Result<&'c Fault, Trouble> {
    let by_number = || {
        let number: u32 = id.parse().ok()?;
        catalogue.faults().iter().find(|fault| fault.number == number)
    };
    catalogue.get(id).or_else(by_number).ok_or_else(|| {
        let remedy = match catalogue.nearest(id) {
            Some(near) => format!("did you mean {near}? `hotliner-console faults list` names every fault"),
            None => "`hotliner-console faults search WORDS` finds faults".to_owned(),
        };
        Trouble::new(format!("there is no fault `{id}`"), remedy)
    })
}

/// The pieces of an explanation, for scripts.
fn pieces(session: &Session, fault: &Fault) -> Value {
    let Some(known) = session.appraisal(&fault.id) else { return Value::Null };
    let evidence: Vec<Value> = fault
        .evidence
        .iter()
        .zip(&known.evidence)
        .map(|(evidence, tri)| json!({ "name": evidence.name, "known": tri.word() }))
        .collect();
    let conditions: serde_json::Map<String, Value> = CONDITIONS
        .into_iter()
        .zip(known.conditions)
        .filter_map(|(name, tri)| Some((name.to_owned(), json!(tri?.word()))))
        .collect();
    json!({
        "fault": fault.id, "number": fault.number, "standing": known.standing, "applies": known.applies.word(),
        "evidence": evidence, "conditions": conditions, "captured": known.variables,
    })
}

/// A fault for people: what it says, what it looks for, what it proposes.
fn description(fault: &Fault, catalogue: &Catalogue, lang: Lang) -> String {
    let (words, style) = (words(lang), Style::detect());
    let none = Variables::default();
    let text = fault.text(lang);
    let mut out = format!("{}  {}  {}", style.strong(&title(fault, lang)), fault.id, fault.number);
    let cause = catalogue.taxonomy().label(&fault.cause).map_or("", |label| label.get(lang));
    let mut row = |label: &str, text: &str| crate::report::row(&mut out, label, text);
    row(words.cause, &format!("{cause} ({})", fault.cause));
    row(words.why, &text.explain.fill(&none));
    row(words.say, &text.say.fill(&none));
    for evidence in &fault.evidence {
        match &evidence.kind {
            EvidenceKind::Log(patterns) => {
                for looked in patterns {
                    row(&evidence.name, &looked.to_string());
                }
            }
            EvidenceKind::Fact(expression) => row(&evidence.name, expression.as_str()),
            EvidenceKind::Ask(question) => row(&evidence.name, question.get(lang)),
        }
    }
    let conditions = &fault.conditions;
    let named = CONDITIONS.into_iter().zip([
        &conditions.confirmed,
        &conditions.likely,
        &conditions.possible,
        &conditions.unless,
    ]);
    for (name, condition) in named {
        if let Some(condition) = condition {
            row(name, condition.as_str());
        }
    }
    let side = usize::from(lang == Lang::Fr);
    for (index, step) in fault.steps.iter().enumerate() {
        let label = if index == 0 { words.steps } else { "" };
        row(label, &format!("{}. {}", index + 1, step.text[side].fill(&none)));
    }
    out
}
