//! The fixed taxonomy of root causes, from `faults/causes.toml`. Every fault has exactly one; statistics, tests and exports
//! speak in these codes.

use std::collections::BTreeMap;

use crate::lang::Both;

const CAUSES: &str = include_str!("../causes.toml");

/// All causes: code (`package.database-locked`) to label in both languages.
#[derive(Clone, Debug)]
pub struct Taxonomy(BTreeMap<String, Both>);

impl Taxonomy {
    /// The taxonomy this crate was built with.
    pub fn built_in() -> Self {
        let groups: BTreeMap<String, BTreeMap<String, [String; 2]>> =
            toml::from_str(CAUSES).unwrap_or_default();
        let causes = groups.into_iter().flat_map(|(group, causes)| {
            causes.into_iter().map(move |(cause, [en, fr])| (format!("{group}.{cause}"), Both { en, fr }))
        });
        Self(causes.collect())
    }

    /// The label of a code.
    pub fn label(&self, code: &str) -> Option<&Both> {
        self.0.get(code)
    }

    /// All codes, in order.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The code most like `word`, to propose instead of an unknown one.
    pub fn nearest(&self, word: &str) -> Option<&str> {
        nearest(word, self.codes())
    }
}

/// Of `known`, the word that shares most with `word`; none if they share little.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = |known: &str| {
        let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (ours, theirs) = (pairs(word), pairs(known));
        let shared = ours.iter().filter(|pair| theirs.contains(pair)).count();
        2 * shared * 100 / (ours.len() + theirs.len()).max(1)
    };
    known
        .map(|known| (likeness(known), known))
        .filter(|(like, _)| *like >= 50)
        .max_by_key(|(like, _)| *like)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_label_in_both_languages() {
        let taxonomy = Taxonomy::built_in();
        assert!(taxonomy.codes().count() > 100);
        for code in taxonomy.codes() {
            let label = taxonomy.label(code).unwrap();
            assert!(!label.en.is_empty() && !label.fr.is_empty(), "{code}");
        }
        assert_eq!(taxonomy.nearest("package.database-lock"), Some("package.database-locked"));
        assert_eq!(taxonomy.nearest("xyz"), None);
    }
}
