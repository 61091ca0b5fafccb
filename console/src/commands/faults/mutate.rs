//! `faults mutate`: shows that every piece of evidence is needed by an example.

use hotliner_faults::mutate::{Mutant, mutants};
use serde_json::{Value, json};

use super::print;
use crate::cli::{FaultsCommon, Format};
use crate::commands::catalogue;
use crate::terminal;
use crate::trouble::Trouble;
use crate::words::words;

/// Exit code where a mutant survived.
const SURVIVORS: u8 = 1;

pub(super) fn run(prefix: &str, alternatives: bool, common: &FaultsCommon) -> Result<u8, Trouble> {
    let loaded = catalogue::load(&common.origin)?.map_err(|errors| catalogue::refused(&errors))?;
    let chosen: Vec<_> =
        loaded.faults().iter().filter(|fault| fault.is_live() && fault.id.starts_with(prefix)).collect();
    if chosen.is_empty() {
        return Err(Trouble::new(
            format!("no fault's id begins with `{prefix}`"),
            "`hotliner-console faults list` names every fault",
        ));
    }
    let (mut count, mut survivors) = (0_usize, Vec::<Mutant>::new());
    for fault in &chosen {
        let found = mutants(fault, &loaded, alternatives)
            .map_err(|error| Trouble::new(format!("{}: {error}", fault.id), "shorten its literals"))?;
        count += found.len();
        survivors.extend(found.into_iter().filter(|mutant| !mutant.noticed));
    }
    if common.output.format == Format::Json {
        let list: Vec<Value> = survivors.iter().map(view).collect();
        print(&json!({ "faults": chosen.len(), "mutants": count, "survivors": list }));
    } else {
        let words = words(common.output.lang());
        for mutant in &survivors {
            let part = mutant.alternative.as_ref().map(|part| format!(" {part}")).unwrap_or_default();
            terminal::say(&format!(
                "{}: {}: {} {}{part}",
                mutant.file, mutant.fault, words.unnoticed, mutant.evidence
            ));
        }
        terminal::say(&format!("{count} {}, {} {}", words.mutants, survivors.len(), words.survivors));
    }
    Ok(if survivors.is_empty() { 0 } else { SURVIVORS })
}

fn view(mutant: &Mutant) -> Value {
    json!({
        "fault": mutant.fault, "file": mutant.file, "evidence": mutant.evidence, "alternative": mutant.alternative,
    })
}
