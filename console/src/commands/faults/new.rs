//! `faults new`: a draft of a fault from lines of a log.

mod draft;
mod line;

use std::fs;
use std::path::{Path, PathBuf};

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::load;
use serde_json::json;

use super::pack::not_written;
use super::print;
use crate::cli::{FaultsCommon, Format, Origin};
use crate::commands::catalogue;
use crate::readers;
use crate::terminal;
use crate::trouble::Trouble;
use draft::Draft;

/// What is wanted.
pub(super) struct Wanted<'w> {
    pub(super) from: &'w str,
    pub(super) id: Option<&'w str>,
    pub(super) cause: Option<&'w str>,
    pub(super) out: Option<&'w Path>,
}

pub(super) fn run(wanted: &Wanted<'_>, common: &FaultsCommon) -> Result<u8, Trouble> {
    let loaded = catalogue::load(&common.origin)?.map_err(|errors| catalogue::refused(&errors))?;
    let (file, first, last) = place(wanted.from)?;
    let lines = readers::lines(&file, first, last).map_err(|left| {
        Trouble::new(
            format!("{}: {}", left.source, left.why.what(common.output.lang())),
            left.why.remedy(common.output.lang()),
        )
    })?;
    let draft = Draft::of(&lines).ok_or_else(|| {
        Trouble::new(
            format!("{} has no part that stays the same from run to run", wanted.from),
            "name a line with words in it, that would not be there without this very cause",
        )
    })?;
    let id = wanted.id.map_or_else(|| draft.id(), str::to_owned);
    if loaded.get(&id).is_some() {
        return Err(Trouble::new(format!("there is a fault `{id}` already"), "name another one with --id"));
    }
    let cause = match wanted.cause.or_else(|| loaded.taxonomy().codes().next()) {
        Some(cause) => cause.to_owned(),
        None => String::new(),
    };
    let number = free_number(&loaded, &numbers_in(wanted.out), &id);
    let text = draft.text(&id, number, &cause);
    // What is printed loads, or is not printed: the id and the cause come from the person.
    let name = format!("{}.toml", id.replace('.', "/"));
    load::load(&name, &text, loaded.taxonomy()).map_err(|errors| catalogue::refused(&errors))?;
    match wanted.out {
        Some(folder) => {
            let path = folder.join(&name);
            write(&path, &text)?;
            if common.output.format == Format::Json {
                print(&json!({ "id": id, "number": number, "file": path }));
            } else {
                terminal::say(&path.display().to_string());
            }
        }
        None if common.output.format == Format::Json => {
            print(&json!({ "id": id, "number": number, "text": text }));
        }
        None => {
            terminal::say(text.trim_end());
        }
    }
    Ok(0)
}

/// `FILE:LINE` or `FILE:FIRST-LAST`.
fn place(from: &str) -> Result<(PathBuf, u64, u64), Trouble> {
    let parsed = from.rsplit_once(':').and_then(|(file, lines)| {
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        Some((PathBuf::from(file), first.parse::<u64>().ok()?, last.parse::<u64>().ok()?))
    });
    let good =
        parsed.filter(|(_, first, last)| *first > 0 && first <= last && last - first < draft::MAX_LINES);
    good.ok_or_else(|| {
        Trouble::new(
            format!("`{from}` names no lines"),
            format!("write FILE:LINE or FILE:FIRST-LAST, counted from 1, at most {} lines", draft::MAX_LINES),
        )
    })
}

/// The first free number behind those of the same product, else of the same platform, else of all.
fn free_number(catalogue: &Catalogue, others: &[u32], id: &str) -> u32 {
    let parts: Vec<&str> = id.split('.').collect();
    let highest = |prefix: String| {
        let kin = catalogue.faults().iter().filter(|fault| fault.id.starts_with(&prefix));
        kin.map(|fault| fault.number).max()
    };
    let product = parts.get(..2).and_then(|parts| highest(format!("{}.", parts.join("."))));
    let platform = || parts.first().and_then(|platform| highest(format!("{platform}.")));
    let from = product.or_else(platform).or_else(|| highest(String::new())).unwrap_or(0);
    let taken = |number: &u32| {
        others.contains(number) || catalogue.faults().iter().any(|fault| fault.number == *number)
    };
    (from.saturating_add(1)..=u32::MAX).find(|number| !taken(number)).unwrap_or_default()
}

/// The numbers of faults in the folder the draft goes to; what does not load there is for `faults check`.
fn numbers_in(out: Option<&Path>) -> Vec<u32> {
    let origin = Origin { dir: out.map(Path::to_owned), ..Origin::default() };
    match out.map(|_| catalogue::load(&origin)) {
        Some(Ok(Ok(catalogue))) => catalogue.faults().iter().map(|fault| fault.number).collect(),
        _ => Vec::new(),
    }
}

/// Writes a draft that is not there yet.
fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
    let mut options = fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).open(path);
    opened
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .map_err(|error| not_written(path, &error))
}
