//! `diagnose`: logs in hand.

mod sarif;

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use hotliner_faults::diagnosis::{Diagnosis, DiagnosisView};
use hotliner_faults::fault::Standing;
use hotliner_faults::lang::Lang;
use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::{Fact, FactPath, Reading};
use hotliner_protocol::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::catalogue;
use crate::cli::{Diagnose, Platform, ReportFormat, TROUBLE, language};
use crate::diagnosis::Knowledge;
use crate::readers::{self, Examined};
use crate::report;
use crate::terminal::{self, Style, harmless};
use crate::trouble::Trouble;
use crate::words::words;

/// Exit code where something is likely or better.
const FOUND: u8 = 0;

/// Exit code where nothing is.
const NOTHING: u8 = 1;

/// Things that were not read named in the text; JSON has more of them.
const MAX_NOT_READ_SHOWN: usize = 10;

/// What `--format json` prints. Keys are only ever added.
#[derive(Serialize)]
struct Report<'r> {
    schema: &'static str,
    scanned: Value,
    diagnoses: &'r [DiagnosisView],
}

/// Name and version of the shape of [`Report`].
const SCHEMA: &str = "hotliner.diagnosis/1";

pub(super) fn run(options: &Diagnose) -> Result<u8, Trouble> {
    let knowledge = catalogue::knowledge(&options.origin)?;
    let lang = language(options.lang);
    let reading = scan(&knowledge, &options.paths, options.platform);
    complain(&reading, lang);
    if reading.seen.files == 0 {
        // What stood in the way has been said, path by path.
        return Ok(TROUBLE);
    }
    let found = found(&reading);
    let views: Vec<DiagnosisView> =
        found.iter().map(|diagnosis| diagnosis.view(knowledge.catalogue(), lang)).collect();
    let said = match options.format {
        ReportFormat::Json => {
            pretty(&Report { schema: SCHEMA, scanned: scanned(&reading, lang), diagnoses: &views })
        }
        ReportFormat::Sarif => pretty(&sarif::log(&views, knowledge.version())),
        ReportFormat::Text => text(&views, &reading, lang),
    };
    terminal::say(&said);
    let loud = found.iter().any(Diagnosis::is_loud);
    Ok(match (reading.seen.trouble, loud) {
        (true, _) => TROUBLE,
        (false, true) => FOUND,
        (false, false) => NOTHING,
    })
}

/// The diagnoses of a reading. An attempt that ended well stays silent.
fn found(reading: &Examined) -> Vec<Diagnosis> {
    let mut found = reading.session.diagnoses();
    if reading.outcome == Outcome::Succeeded {
        found.retain(|diagnosis| diagnosis.standing == Standing::RuledOut);
    }
    found
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// What was read and what was not, for scripts.
fn scanned(reading: &Examined, lang: Lang) -> Value {
    let seen = &reading.seen;
    json!({
        "files": seen.files,
        "lines": seen.lines,
        "bytes": seen.bytes,
        "outcome": reading.outcome,
        "sources": reading.sources,
        "not_read": seen.not_read.iter().map(|left| left.json(lang)).collect::<Vec<_>>(),
        "not_read_more": seen.not_read_more,
    })
}

fn text(views: &[DiagnosisView], reading: &Examined, lang: Lang) -> String {
    let (words, style) = (words(lang), Style::detect());
    let values: Vec<_> = views.iter().filter_map(|view| serde_json::to_value(view).ok()).collect();
    let mut out = if reading.outcome == Outcome::Succeeded {
        words.ended_well.to_owned()
    } else {
        report::diagnoses(&values, words, style)
    };
    let seen = &reading.seen;
    let mut counts =
        format!("{}: {} {}, {} {}", words.scanned, words.files, seen.files, words.lines, seen.lines);
    let earlier: u64 = reading.sources.iter().map(readers::Source::earlier).sum();
    // Writing to a String cannot fail.
    if earlier > 0 {
        let _ = write!(counts, "\n{}: {earlier}", words.earlier);
    }
    let left = seen.not_read.len() as u64 + seen.not_read_more;
    if left > 0 {
        let _ = write!(counts, "\n{}: {left}", words.not_read);
    }
    let _ = write!(out, "\n\n{}", style.faint(&counts));
    out
}

/// Says what was not read: what happened, and what to do.
pub(super) fn complain(reading: &Examined, lang: Lang) {
    let left = &reading.seen.not_read;
    let words = words(lang);
    // Trouble first: links and pictures of a folder must not push it out.
    let (trouble, quiet): (Vec<_>, Vec<_>) = left.iter().partition(|left| left.why.is_trouble());
    for left in trouble.into_iter().chain(quiet).take(MAX_NOT_READ_SHOWN) {
        let (source, why) = (harmless(&left.source), harmless(&left.why.what(lang)));
        let remedy = left.why.remedy(lang);
        terminal::complain(&format!("hotliner-console: {} {source}: {why}\n  {remedy}", words.was_not_read));
    }
}

/// Reads `paths` and holds their last attempt against the faults.
pub(super) fn scan(knowledge: &Arc<Knowledge>, paths: &[PathBuf], platform: Platform) -> Examined {
    readers::read(knowledge.matcher(), &known(platform), paths)
}

/// What is known of the PC by `--platform`.
fn known(platform: Platform) -> Vec<Fact> {
    of_family(match platform {
        Platform::Auto => "",
        Platform::Windows => "windows",
        Platform::Linux => "linux",
        Platform::Macos => "macos",
    })
}

/// The fact that a PC is of a family; none where that is not known.
pub(super) fn of_family(family: &str) -> Vec<Fact> {
    let path = FactPath::new("os.family").ok().filter(|_| !family.is_empty());
    let fact =
        |path| Fact { path, observed_at: Timestamp::default(), reading: Reading::Value(family.into()) };
    path.map(fact).into_iter().collect()
}

/// Whether a standing is worth a finding of its own in reports.
fn is_reported(standing: Standing) -> bool {
    standing > Standing::RuledOut
}
