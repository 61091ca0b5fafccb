//! `faults …`: `check`, `test` and `list` here, the others each by itself.

mod backtest;
mod explain;
mod mutate;
mod new;
mod pack;
mod search;

use std::collections::BTreeMap;
use std::fmt::Write;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::example;
use hotliner_faults::expression::Variables;
use hotliner_faults::fault::Fault;
use hotliner_faults::lang::Lang;
use hotliner_faults::load::LoadError;
use serde_json::{Value, json};

use super::catalogue;
use crate::cli::{Faults, FaultsCommon, Format};
use crate::terminal::{self, Style};
use crate::trouble::Trouble;
use crate::words::words;

/// Exit code where the faults have mistakes.
const MISTAKES: u8 = 1;

pub(super) fn run(command: Faults) -> Result<u8, Trouble> {
    match command {
        Faults::Check(common) => check(&common),
        Faults::Test(common) => test(&common),
        Faults::List(common) => list(&common),
        Faults::Explain { id, log, platform, common } => explain::run(&id, log.as_deref(), platform, &common),
        Faults::Search { words, limit, common } => search::run(&words, limit, &common),
        Faults::New { from, id, cause, out, common } => {
            let (id, cause, out) = (id.as_deref(), cause.as_deref(), out.as_deref());
            new::run(&new::Wanted { from: &from, id, cause, out }, &common)
        }
        Faults::Backtest { cases, data, against, common } => {
            backtest::run(cases.as_deref(), data.as_deref(), against.as_deref(), &common)
        }
        Faults::Mutate { prefix, alternatives, common } => mutate::run(&prefix, alternatives, &common),
        Faults::Key { file, output } => pack::key(&file, output),
        Faults::Pack { out, key, era, common } => pack::run(&out, &key, era, &common),
    }
}

fn check(common: &FaultsCommon) -> Result<u8, Trouble> {
    let catalogue = match catalogue::load(&common.origin)? {
        Ok(catalogue) => catalogue,
        Err(errors) => {
            complain(&errors, common.output.format);
            return Ok(MISTAKES);
        }
    };
    let examples = examples_by_language(&catalogue);
    if common.output.format == Format::Json {
        let families: Vec<Value> = catalogue
            .families()
            .into_iter()
            .map(|((platform, product), faults)| {
                json!({ "platform": platform, "product": product, "faults": faults })
            })
            .collect();
        print(&json!({
            "faults": catalogue.faults().len(),
            "catalogue": catalogue.version(),
            "families": families,
            "examples": examples,
        }));
        return Ok(0);
    }
    let words = words(common.output.lang());
    let mut out = format!("{} {}", catalogue.faults().len(), words.faults);
    for ((platform, product), count) in catalogue.families() {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n  {count:>4}  {platform} {product}");
    }
    for (lang, count) in examples {
        let _ = write!(out, "\n  {count:>4}  {} ({lang})", words.examples);
    }
    terminal::say(&out);
    Ok(0)
}

fn examples_by_language(catalogue: &Catalogue) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for example in catalogue.faults().iter().flat_map(|fault| &fault.examples) {
        *counts.entry(example.lang.word()).or_default() += 1;
    }
    counts
}

fn complain(errors: &[LoadError], format: Format) {
    if format == Format::Text {
        for error in errors {
            terminal::complain(&error.to_string());
        }
        return;
    }
    let list: Vec<Value> = errors
        .iter()
        .map(|error| {
            json!({
                "file": error.file, "line": error.line, "column": error.column,
                "what": error.what, "do": error.remedy,
            })
        })
        .collect();
    let first = errors.first();
    let what = first.map(|error| format!("{}:{}:{}: {}", error.file, error.line, error.column, error.what));
    let remedy = first.map(|error| error.remedy.clone());
    terminal::complain(&json!({ "error": { "what": what, "do": remedy }, "errors": list }).to_string());
}

fn test(common: &FaultsCommon) -> Result<u8, Trouble> {
    let knowledge = catalogue::knowledge(&common.origin)?;
    let results = example::run(knowledge.matcher());
    let failed: Vec<_> = results.iter().filter(|result| !result.problems.is_empty()).collect();
    if common.output.format == Format::Json {
        let failures: Vec<Value> = failed
            .iter()
            .map(|result| {
                json!({
                    "fault": result.fault, "file": result.file, "line": result.line,
                    "lang": result.lang, "problems": result.problems,
                })
            })
            .collect();
        print(&json!({ "examples": results.len(), "failed": failed.len(), "failures": failures }));
    } else {
        for result in &failed {
            for problem in &result.problems {
                terminal::say(&format!("{}:{}: {}: {problem}", result.file, result.line, result.fault));
            }
        }
        let words = words(common.output.lang());
        terminal::say(&format!("{} {}, {} {}", results.len(), words.examples, failed.len(), words.failed));
    }
    Ok(if failed.is_empty() { 0 } else { MISTAKES })
}

fn title(fault: &Fault, lang: Lang) -> String {
    fault.text(lang).title.fill(&Variables::default())
}

fn list(common: &FaultsCommon) -> Result<u8, Trouble> {
    let knowledge = catalogue::knowledge(&common.origin)?;
    let lang = common.output.lang();
    let faults = knowledge.catalogue().faults();
    if common.output.format == Format::Json {
        let list: Vec<Value> = faults
            .iter()
            .map(|fault| {
                json!({
                    "id": fault.id, "number": fault.number, "cause": fault.cause,
                    "status": fault.status, "title": title(fault, lang),
                })
            })
            .collect();
        print(&json!({ "catalogue": knowledge.version(), "faults": list }));
        return Ok(0);
    }
    let style = Style::detect();
    let width = faults.iter().map(|fault| fault.id.len()).max().unwrap_or_default();
    for fault in faults {
        let status = json!(fault.status);
        let status = status.as_str().unwrap_or_default();
        let line = format!(
            "{:>5}  {:<width$}  {:<7}  {:<28}  {}",
            fault.number,
            fault.id,
            status,
            fault.cause,
            style.strong(&title(fault, lang)),
        );
        if !terminal::say(&line) {
            break;
        }
    }
    Ok(0)
}

fn print(value: &Value) {
    terminal::say(&serde_json::to_string_pretty(value).unwrap_or_default());
}
