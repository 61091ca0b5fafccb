//! Fault files on this machine's disk, or those built in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::load::LoadError;

use crate::diagnosis::{Knowledge, KnowledgeError};
use crate::trouble::Trouble;

/// Deepest folder looked into.
const MAX_DEPTH: usize = 16;

/// The faults of the folder `dir`, or those built in, compiled.
pub(super) fn knowledge(dir: Option<&Path>) -> Result<Arc<Knowledge>, Trouble> {
    let loaded = load(dir)?.map_err(|errors| refused(&errors))?;
    Knowledge::of(loaded).map_err(|error| match error {
        KnowledgeError::Load(errors) => refused(&errors),
        KnowledgeError::Compile(error) => {
            Trouble::new(error.to_string(), "leave some faults out, or shorten their literals")
        }
    })
}

/// The faults of the folder `dir`, or those built in; or every mistake in them.
pub(super) fn load(dir: Option<&Path>) -> Result<Result<Catalogue, Vec<LoadError>>, Trouble> {
    let Some(dir) = dir else { return Ok(Catalogue::built_in()) };
    let mut files = Vec::new();
    collect(dir, MAX_DEPTH, &mut files)?;
    if files.is_empty() {
        return Err(Trouble::new(
            format!("there is no fault file in {}", dir.display()),
            "name a folder with .toml files in it or below",
        ));
    }
    files.sort();
    let mut texts = Vec::with_capacity(files.len());
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        texts.push((file.display().to_string(), text));
    }
    Ok(Catalogue::load(texts))
}

/// One trouble for all mistakes: the first in full, the others by number.
fn refused(errors: &[LoadError]) -> Trouble {
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

fn unreadable(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(
        format!("{} cannot be read: {error}", path.display()),
        "name a folder that is there and that you may read",
    )
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
