//! The catalogue proves itself.

#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::example;
use hotliner_faults::fault::{EvidenceKind, Looked};
use hotliner_faults::lang::Lang;
use hotliner_faults::matcher::Matcher;

fn catalogue() -> Catalogue {
    Catalogue::built_in().unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn every_example_of_every_fault_comes_out_as_it_says() {
    let matcher = Arc::new(Matcher::compile(catalogue()).unwrap());
    let results = example::run(&matcher);
    assert!(results.len() >= 2 * matcher.catalogue().faults().len());
    let wrong: Vec<String> = results
        .iter()
        .filter(|result| !result.problems.is_empty())
        .map(|result| format!("{}:{}: {}", result.file, result.line, result.problems.join("; ")))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_pattern_of_the_built_in_faults_compiles() {
    let catalogue = catalogue();
    let patterns = catalogue.faults().iter().flat_map(|fault| {
        fault.evidence.iter().flat_map(move |evidence| match &evidence.kind {
            EvidenceKind::Log(looked) => {
                looked.iter().map(|looked| (&fault.file, looked)).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        })
    });
    for (file, looked) in patterns {
        if let Looked::Words(words) = looked {
            assert!(words.pattern.as_ref().is_none_or(|pattern| pattern.compiles()), "{file}: {looked}");
        }
    }
}

#[test]
fn the_families_of_this_version_are_there() {
    let families = catalogue().families();
    let count = |platform: &str, product: &str| {
        families.get(&(platform.to_owned(), product.to_owned())).copied().unwrap_or_default()
    };
    assert!(
        count("linux", "dpkg") >= 5 && count("linux", "apt") >= 5 && count("any", "pip") >= 5,
        "{families:?}"
    );
    assert!(families.values().sum::<usize>() >= 15, "{families:?}");
}

/// Faults of apt whose deciding lines come from programs that speak English only: debconf, gpg, dkms, daemons, Python tools.
const SPOKEN_IN_ENGLISH: &[&str] = &[
    "linux.apt.debconf-locked",
    "linux.apt.key-unreadable",
    "linux.apt.module-build-failed",
    "linux.apt.port-in-use",
    "linux.apt.ppa-missing",
    "linux.apt.python-broken",
];

#[test]
fn every_fault_of_a_localised_program_knows_its_french() {
    // dpkg and apt are translated; pip is not.
    let catalogue = catalogue();
    let translated = catalogue.faults().iter().filter(|fault| matches!(fault.product(), "dpkg" | "apt"));
    let silent = translated.filter(|fault| {
        let french =
            fault.examples.iter().any(|example| example.lang == Lang::Fr && example.expect.is_some());
        let localised = fault.evidence.iter().any(|evidence| match &evidence.kind {
            EvidenceKind::Log(patterns) => patterns.len() > 1,
            _ => false,
        });
        localised && !french && !SPOKEN_IN_ENGLISH.contains(&fault.id.as_str())
    });
    let silent: Vec<&str> = silent.map(|fault| fault.id.as_str()).collect();
    assert!(silent.is_empty(), "several spellings and no French example: {silent:?}");
}

#[test]
fn numbers_and_files_follow_the_ids() {
    let catalogue = catalogue();
    let numbers: BTreeSet<u32> = catalogue.faults().iter().map(|fault| fault.number).collect();
    assert_eq!(numbers.len(), catalogue.faults().len());
    for fault in catalogue.faults() {
        let expected = format!("{}.toml", fault.id.replace('.', "/"));
        assert_eq!(fault.file, expected, "a file stands where its id says");
    }
}

#[test]
fn every_cause_of_the_taxonomy_is_known_by_a_fault() {
    let catalogue = catalogue();
    let known: BTreeSet<&str> =
        catalogue.faults().iter().filter(|fault| fault.is_live()).map(|fault| fault.cause.as_str()).collect();
    let without: Vec<&str> = catalogue.taxonomy().codes().filter(|code| !known.contains(code)).collect();
    assert!(without.is_empty(), "no fault leads to {without:?}");
}
