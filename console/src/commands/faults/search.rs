//! `faults search`: finds faults by words.

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::expression::Variables;
use hotliner_faults::fault::{EvidenceKind, Fault};
use hotliner_faults::lang::Lang;
use serde_json::{Value, json};

use super::{print, title};
use crate::cli::{FaultsCommon, Format};
use crate::commands::catalogue;
use crate::terminal::{self, Style};
use crate::trouble::Trouble;
use crate::words::words;

/// Exit code where nothing was found, as grep's.
const NOTHING: u8 = 1;

/// What a find is worth, by where it stands: id or number, title, looked for in logs, cause, explanation.
const WORTH: [u32; 5] = [8, 5, 4, 2, 1];

pub(super) fn run(asked: &[String], limit: usize, common: &FaultsCommon) -> Result<u8, Trouble> {
    let knowledge = catalogue::knowledge(&common.origin)?;
    let asked: Vec<String> =
        asked.iter().flat_map(|word| word.split_whitespace()).map(str::to_lowercase).collect();
    let found = ranked(knowledge.catalogue(), &asked);
    let lang = common.output.lang();
    if common.output.format == Format::Json {
        let list: Vec<Value> = found.iter().take(limit).map(|(score, fault)| view(*score, fault)).collect();
        print(&json!({ "found": found.len(), "faults": list }));
    } else {
        say(&found, limit, lang);
    }
    Ok(if found.is_empty() { NOTHING } else { 0 })
}

/// The faults that have every word, best first.
fn ranked<'c>(catalogue: &'c Catalogue, asked: &[String]) -> Vec<(u32, &'c Fault)> {
    let mut found: Vec<(u32, &Fault)> = catalogue
        .faults()
        .iter()
        .filter_map(|fault| {
            let fields = fields(catalogue, fault);
            let worth = |word: &String| {
                let of = |(field, worth): (&String, u32)| {
                    if field.contains(word.as_str()) { worth } else { 0 }
                };
                fields.iter().zip(WORTH).map(of).sum::<u32>()
            };
            let each: Vec<u32> = asked.iter().map(worth).collect();
            each.iter().all(|worth| *worth > 0).then(|| (each.iter().sum(), fault))
        })
        .collect();
    found.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.id.cmp(&right.id)));
    found
}

/// What is searched, in small letters, in the order of [`WORTH`].
fn fields(catalogue: &Catalogue, fault: &Fault) -> [String; 5] {
    let both =
        |pick: &dyn Fn(Lang) -> String| format!("{}\n{}", pick(Lang::En), pick(Lang::Fr)).to_lowercase();
    let label = catalogue.taxonomy().label(&fault.cause);
    let cause = label.map(|label| format!("{}\n{}", label.en, label.fr)).unwrap_or_default();
    [
        format!("{} {}", fault.id, fault.number),
        both(&|lang| title(fault, lang)),
        looked_for(fault).join("\n").to_lowercase(),
        format!("{} {cause}", fault.cause).to_lowercase(),
        both(&|lang| fault.text(lang).explain.fill(&Variables::default())),
    ]
}

fn looked_for(fault: &Fault) -> Vec<String> {
    let logs = fault.evidence.iter().filter_map(|evidence| match &evidence.kind {
        EvidenceKind::Log(all) => Some(all),
        EvidenceKind::Fact(_) | EvidenceKind::Ask(_) => None,
    });
    logs.flatten().map(ToString::to_string).collect()
}

fn view(score: u32, fault: &Fault) -> Value {
    json!({
        "id": fault.id, "number": fault.number, "cause": fault.cause, "status": fault.status, "score": score,
        "title": { "en": title(fault, Lang::En), "fr": title(fault, Lang::Fr) },
        "looked_for": looked_for(fault),
    })
}

fn say(found: &[(u32, &Fault)], limit: usize, lang: Lang) {
    let (words, style) = (words(lang), Style::detect());
    if found.is_empty() {
        terminal::say(words.no_fault);
        return;
    }
    let other = if lang == Lang::En { Lang::Fr } else { Lang::En };
    for (_, fault) in found.iter().take(limit) {
        let (ours, theirs) = (title(fault, lang), title(fault, other));
        let head = format!("{:>5}  {}  {}", fault.number, fault.id, style.strong(&ours));
        let first = looked_for(fault).into_iter().next().unwrap_or_default();
        if !terminal::say(&format!("{head}\n       {}\n       {first}", style.faint(&theirs))) {
            return;
        }
    }
    if found.len() > limit {
        terminal::say(&format!("{} {}", found.len(), words.faults));
    }
}
