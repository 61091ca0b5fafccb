//! One scenario: a small TOML file `tests/lab/GROUP/NAME.toml`. docs/LAB.md teaches the format.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Seconds a scenario may take in all unless it says otherwise.
const LIMIT: u32 = 60;

/// What the file holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// `GROUP/NAME`, from the path.
    #[serde(skip)]
    pub name: String,
    /// One sentence: what is broken.
    pub what: String,
    /// Code of causes.toml that must be found at rank 1.
    pub cause: String,
    /// The fault that must be found at rank 1.
    pub fault: String,
    /// Must be part of a line among the evidence.
    pub line: String,
    /// The same under other languages: language, part of a line.
    #[serde(default)]
    pub languages: std::collections::BTreeMap<String, String>,
    /// Commands that must be there; `file:PATH` for a file.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Whether it can be made by root alone.
    #[serde(default)]
    pub root: bool,
    /// Whether it belongs to the core set that runs with the other tests.
    #[serde(default)]
    pub core: bool,
    /// Seconds in which each of the two runs must have ended.
    #[serde(default = "limit")]
    pub limit: u32,
    /// Script for both runs, before the next one.
    #[serde(default)]
    pub prepare: String,
    /// Script that breaks.
    #[serde(default, rename = "break")]
    pub broken: String,
    /// Script of the healthy twin, in place of `break`.
    #[serde(default)]
    pub healthy: String,
    /// What runs under the agent: a script, or with `direct` one command line that the agent starts itself.
    pub run: String,
    /// Whether the agent starts the installer by its own name, so that it knows its root and reads its logs.
    #[serde(default)]
    pub direct: bool,
    /// How it is repaired, where a step of the fault can be done automatically.
    pub repair: Option<Repair>,
}

/// An automatic step, done after the diagnosis, in the same namespaces. Afterwards `run` must succeed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// Id of the fault's step; the diagnosis must offer it.
    pub step: String,
    /// What the step does.
    pub run: String,
}

const fn limit() -> u32 {
    LIMIT
}

/// The folder of the scenarios.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lab")
}

impl Scenario {
    /// Reads `tests/lab/GROUP/NAME.toml`.
    ///
    /// # Errors
    /// The file and the place in it where it is not a scenario.
    pub fn read(path: &Path) -> Result<Self, String> {
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| at(&error))?;
        let mut scenario: Self = toml::from_str(&text).map_err(|error| at(&error))?;
        let group = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = path.file_stem().unwrap_or_default();
        scenario.name = format!("{}/{}", group.display(), name.display());
        Ok(scenario)
    }

    /// All scenarios, by name.
    ///
    /// # Errors
    /// The first file that is none.
    pub fn all() -> Result<Vec<Self>, String> {
        let mut found = Vec::new();
        for group in entries(&folder())?.into_iter().filter(|path| path.is_dir()) {
            for file in entries(&group)?.iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
                found.push(Self::read(file)?);
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Why it cannot run here, if so.
    pub fn missing(&self) -> Option<String> {
        if self.root && !crate::programs::is_root() {
            return Some("needs root".to_owned());
        }
        let lacks = |need: &&String| match need.strip_prefix("file:") {
            Some(path) => !Path::new(path).exists(),
            None => !on_path(need),
        };
        self.needs.iter().find(lacks).map(|need| format!("needs {need}"))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(read.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
