//! Where the cases of a backtest come from: a file of labelled logs, or a console's journal.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use hotliner_faults::scan;
use hotliner_faults::session::Session;
use hotliner_protocol::event::Outcome;
use serde::Deserialize;

use super::{Best, Compared, Pair};
use crate::commands::{catalogue, diagnose, runtime};
use crate::data_dir::DataDir;
use crate::diagnosis::{Examiner, Knowledge};
use crate::journal::{Journal, JournalLimits};
use crate::trouble::Trouble;

/// Longest line of a file of cases, in bytes.
const MAX_CASE_BYTES: u64 = 32 << 20;

/// Records of a case read at a time.
const PAGE: usize = 512;

/// A labelled log.
#[derive(Deserialize)]
struct Case {
    id: String,
    #[serde(default)]
    platform: String,
    log: String,
    cause: String,
    #[serde(default)]
    alt_causes: Vec<String>,
}

/// Compares over the labelled logs of a file.
pub(super) fn labelled(file: &Path, pair: &Pair, each: &mut dyn FnMut(Compared)) -> Result<(), Trouble> {
    let opened = File::open(file).map_err(|error| catalogue::unreadable(file, &error))?;
    let mut reader = BufReader::new(opened);
    for number in 1_u64.. {
        let mut line = Vec::new();
        let read = (&mut reader).take(MAX_CASE_BYTES).read_until(b'\n', &mut line);
        if read.map_err(|error| catalogue::unreadable(file, &error))? == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let case: Case = serde_json::from_slice(&line).map_err(|error| {
            Trouble::new(
                format!("{}:{number}: this is no case: {error}", file.display()),
                "write {\"id\", \"platform\", \"log\", \"cause\", \"alt_causes\"} on one line of at most 32 MiB",
            )
        })?;
        let best = |knowledge: &Arc<Knowledge>| {
            let facts = diagnose::of_family(&case.platform);
            best_of(&scan::text(
                Arc::clone(knowledge.matcher()),
                &case.id,
                &case.log,
                &facts,
                Outcome::Unknown,
            ))
        };
        let (before, after) = (best(&pair.before), best(&pair.after));
        let right = std::iter::once(case.cause).chain(case.alt_causes).collect();
        each(Compared { id: case.id, right, before, after });
    }
    Ok(())
}

fn best_of(session: &Session) -> Option<Best> {
    let best = session.diagnoses().into_iter().next().filter(|best| best.is_loud())?;
    Some(Best { fault: best.fault, cause: best.cause, standing: best.standing.word().to_owned() })
}

/// Compares over the cases of a console that is not running.
pub(super) fn stored(data: &Path, pair: &Pair, each: &mut dyn FnMut(Compared)) -> Result<(), Trouble> {
    let journal_file = data.join("journal.db");
    if !journal_file.is_file() {
        return Err(Trouble::new(
            format!("{} is no data folder of a console", data.display()),
            "name one that holds journal.db",
        ));
    }
    // Held while its journal is read.
    let _held = DataDir::open(data)?;
    let unreadable = |error: &dyn std::fmt::Display| {
        Trouble::new(
            format!("the journal in {} cannot be read: {error}", data.display()),
            "bring it back from a backup, or update this program",
        )
    };
    // The journal's thread ends with the runtime's last use of it.
    let runtime = runtime()?;
    runtime.block_on(async {
        let journal =
            Journal::open(&journal_file, JournalLimits::default()).map_err(|error| unreadable(&error))?;
        for (case, last) in journal.cases().await.map_err(|error| unreadable(&error))? {
            let mut examiners = [pair.before.begin(), pair.after.begin()];
            let mut after = 0;
            while after < last {
                let entries = journal.entries(case, after, PAGE).await.map_err(|error| unreadable(&error))?;
                let Some(end) = entries.last().map(|entry| entry.position) else { break };
                for entry in &entries {
                    for examiner in &mut examiners {
                        examiner.take(entry);
                    }
                }
                after = end;
            }
            let [before, after] = examiners.map(|examiner| best_seen(&examiner));
            each(Compared { id: case.to_string(), right: Vec::new(), before, after });
        }
        Ok(())
    })
}

fn best_seen(examiner: &Examiner) -> Option<Best> {
    let found = examiner.diagnoses();
    let best = found.en.first()?;
    let text = |key: &str| best[key].as_str().unwrap_or_default().to_owned();
    let standing = text("standing");
    matches!(standing.as_str(), "confirmed" | "likely").then(|| Best {
        fault: text("fault"),
        cause: text("cause"),
        standing,
    })
}
