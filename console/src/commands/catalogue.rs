//! Fault files on this machine's disk, packs, or the faults built in.

mod packs;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::load::LoadError;

use crate::cli::Origin;
use crate::diagnosis::{Knowledge, KnowledgeError};
use crate::trouble::Trouble;
pub(super) use packs::{hex, read_key, unreadable};

/// Deepest folder looked into.
const MAX_DEPTH: usize = 16;

/// The faults of `origin`, compiled.
pub(super) fn knowledge(origin: &Origin) -> Result<Arc<Knowledge>, Trouble> {
    compiled(load(origin)?.map_err(|errors| refused(&errors))?)
}

/// A catalogue, compiled.
pub(super) fn compiled(catalogue: Catalogue) -> Result<Arc<Knowledge>, Trouble> {
    Knowledge::of(catalogue).map_err(|error| match error {
        KnowledgeError::Load(errors) => refused(&errors),
        KnowledgeError::Compile(error) => {
            Trouble::new(error.to_string(), "leave some faults out, or shorten their literals")
        }
    })
}

/// The faults of `origin`; or every mistake in them.
pub(super) fn load(origin: &Origin) -> Result<Result<Catalogue, Vec<LoadError>>, Trouble> {
    if let (Some(pack), Some(trust)) = (&origin.pack, &origin.trust) {
        return packs::load(pack, trust).map(Ok);
    }
    let Some(dir) = &origin.dir else { return Ok(Catalogue::built_in()) };
    Ok(Catalogue::load(files(dir)?))
}

/// The fault files of a folder: names below it, and texts, by name.
pub(super) fn files(dir: &Path) -> Result<Vec<(String, String)>, Trouble> {
    let mut files = Vec::new();
    collect(dir, MAX_DEPTH, &mut files)?;
    if files.is_empty() {
        return Err(Trouble::new(
            format!("there is no fault file in {}", dir.display()),
            "name a folder with .toml files in it or below",
        ));
    }
    files.sort();
    let text = |file: PathBuf| {
        let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        Ok((file.display().to_string(), text))
    };
    files.into_iter().map(text).collect()
}

/// One trouble for all mistakes: the first in full, the others by number.
pub(super) fn refused(errors: &[LoadError]) -> Trouble {
    let first = errors.first().map_or_else(String::new, |error| {
        format!("{}:{}:{}: {}", error.file, error.line, error.column, error.what)
    });
    let remedy = errors.first().map(|error| error.remedy.clone()).unwrap_or_default();
    match errors.len() {
        0 | 1 => Trouble::new(first, remedy),
        n => {
            Trouble::new(first, format!("{remedy} (`hotliner-console faults check` shows all {n} mistakes)"))
        }
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Trouble> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if !kind.is_dir() && path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
