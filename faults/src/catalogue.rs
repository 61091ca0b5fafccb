//! All known faults together.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{EvidenceKind, Fault, Status};
use crate::load::{self, LoadError};
use crate::taxonomy::{Taxonomy, nearest};

/// The files this crate was built with: name below `catalogue/`, text.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// All known faults, checked one by one and against each other.
#[derive(Clone, Debug)]
pub struct Catalogue {
    faults: Vec<Fault>,
    taxonomy: Taxonomy,
}

impl Catalogue {
    /// Loads faults from the texts of their files.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, file by file; nothing is loaded then.
    pub fn load(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<LoadError>> {
        Self::load_as(files, false)
    }

    fn load_as(
        files: impl IntoIterator<Item = (String, String)>,
        trusted: bool,
    ) -> Result<Self, Vec<LoadError>> {
        let taxonomy = Taxonomy::built_in();
        let mut faults = Vec::new();
        let mut errors = Vec::new();
        let mut texts = BTreeMap::new();
        for (file, text) in files {
            match load::load_as(&file, &text, &taxonomy, trusted) {
                Ok(fault) => faults.push(fault),
                Err(found) => errors.extend(found),
            }
            texts.insert(file, text);
        }
        faults.sort_by(|a: &Fault, b| a.id.cmp(&b.id));
        // Against each other only once each is right by itself: else an unknown id may only be one that did not load.
        if errors.is_empty() {
            errors = Check { faults: &faults, texts: &texts }.all();
        }
        if errors.is_empty() { Ok(Self { faults, taxonomy }) } else { Err(errors) }
    }

    /// The faults this program was built with. Their patterns are compiled when first tried: the tests have compiled them all.
    ///
    /// # Errors
    /// As [`Catalogue::load`]; a released program has none, because its tests load them.
    pub fn built_in() -> Result<Self, Vec<LoadError>> {
        Self::load_as(Self::built_in_files(), true)
    }

    /// One fault, as if there were no other.
    pub(crate) fn alone(&self, fault: Fault) -> Self {
        Self { faults: vec![fault], taxonomy: self.taxonomy.clone() }
    }

    /// The texts this program was built with: name below the catalogue's folder, and text.
    pub fn built_in_files() -> impl Iterator<Item = (String, String)> {
        BUILT_IN.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
    }

    /// All faults, by id.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The fault of this id.
    pub fn get(&self, id: &str) -> Option<&Fault> {
        self.faults.binary_search_by(|fault| fault.id.as_str().cmp(id)).ok().map(|index| &self.faults[index])
    }

    /// The id most like `word`.
    pub fn nearest(&self, word: &str) -> Option<&str> {
        nearest(word, self.faults.iter().map(|fault| fault.id.as_str()))
    }

    /// The causes faults may name.
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// A short name of exactly these faults, to record what a diagnosis came from: their count and a checksum over ids and
    /// revisions (FNV-1a, 64 bits).
    pub fn version(&self) -> String {
        let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
        for fault in &self.faults {
            for byte in fault.id.bytes().chain(fault.revision.to_le_bytes()) {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{}-{sum:016x}", self.faults.len())
    }

    /// How many stable faults each platform and product has.
    pub fn families(&self) -> BTreeMap<(String, String), usize> {
        let mut families = BTreeMap::new();
        for fault in self.faults.iter().filter(|fault| fault.status == Status::Stable) {
            *families.entry((fault.platform().to_owned(), fault.product().to_owned())).or_default() += 1;
        }
        families
    }
}

/// Checks faults against each other.
struct Check<'c> {
    faults: &'c [Fault],
    texts: &'c BTreeMap<String, String>,
}

impl Check<'_> {
    fn all(&self) -> Vec<LoadError> {
        let mut errors = Vec::new();
        let mut ids = BTreeMap::new();
        let mut numbers = BTreeMap::new();
        for fault in self.faults {
            if let Some(first) = ids.insert(fault.id.as_str(), fault) {
                let remedy = format!("{} has it already; give this one another id", first.file);
                errors.push(self.error(fault, &fault.id, format!("the id {} is taken", fault.id), remedy));
            }
            if let Some(first) = numbers.insert(fault.number, fault) {
                let free =
                    (fault.number..).find(|number| self.faults.iter().all(|other| other.number != *number));
                let remedy = format!("{} has it already; {} is free", first.id, free.unwrap_or_default());
                let what = format!("the number {} is taken", fault.number);
                errors.push(self.error(fault, "number", what, remedy));
            }
        }
        for fault in self.faults {
            for below in fault.outranks.iter().filter(|below| !ids.contains_key(below.as_str())) {
                let near = nearest(below, ids.keys().copied());
                let remedy =
                    near.map_or("name a fault that exists".to_owned(), |near| format!("perhaps {near}"));
                errors.push(self.error(fault, below, format!("no fault is called {below}"), remedy));
            }
            if outranked(self.faults, fault).contains(fault.id.as_str()) {
                let what = format!("{} outranks itself in a circle", fault.id);
                errors.push(self.error(fault, "outranks", what, "remove one `outranks` of the circle"));
            }
        }
        errors
    }

    /// An error where `needle` first stands in the fault's file.
    fn error(&self, fault: &Fault, needle: &str, what: String, remedy: impl Into<String>) -> LoadError {
        let text = self.texts.get(&fault.file).map(String::as_str).unwrap_or_default();
        let (line, column) = load::position(text, text.find(needle).unwrap_or_default());
        LoadError { file: fault.file.clone(), line, column, what, remedy: remedy.into() }
    }
}

/// Ids of all faults that `fault` outranks, directly or through others.
pub(crate) fn outranked<'f>(faults: &'f [Fault], fault: &'f Fault) -> BTreeSet<&'f str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = fault.outranks.iter().map(String::as_str).collect();
    while let Some(id) = next.pop() {
        if found.insert(id) {
            let below = faults.iter().filter(|other| other.id == id);
            next.extend(below.flat_map(|other| other.outranks.iter().map(String::as_str)));
        }
    }
    found
}

impl Fault {
    /// Whether the fault can be matched at all in this version.
    pub fn is_live(&self) -> bool {
        matches!(self.status, Status::Stable | Status::Beta)
    }

    /// Whether the fault rests on log lines.
    pub fn reads_logs(&self) -> bool {
        self.evidence.iter().any(|evidence| matches!(evidence.kind, EvidenceKind::Log(_)))
    }
}
