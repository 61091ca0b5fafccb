//! Hostile faults and hostile logs: refused or survived, within bounds. The fuzz targets in `faults/fuzz` look longer.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::sync::{Arc, LazyLock};

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::condition::Condition;
use hotliner_faults::explain::explain;
use hotliner_faults::expression::{Expression, Variables};
use hotliner_faults::lang::Lang;
use hotliner_faults::lines::{DecodedLine, LineDecoder};
use hotliner_faults::load::load;
use hotliner_faults::matcher::{MAX_TRIALS_PER_LINE, Matcher};
use hotliner_faults::scan;
use hotliner_faults::shape::Miner;
use hotliner_faults::taxonomy::Taxonomy;
use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::FactSet;
use hotliner_protocol::limits::MAX_LINE_BYTES;
use proptest::prelude::*;

static MATCHER: LazyLock<Arc<Matcher>> = LazyLock::new(|| {
    let catalogue = Catalogue::built_in().unwrap_or_else(|errors| panic!("{errors:?}"));
    Arc::new(Matcher::compile(catalogue).unwrap())
});

/// A true fault, to be broken.
const GOOD: &str = include_str!("../catalogue/linux/apt/lock-held.toml");

/// Parts of lines: what faults look for, cut, joined and repeated.
fn line() -> impl Strategy<Value = String> {
    let faults = MATCHER.catalogue().faults();
    let examples: Vec<String> = faults
        .iter()
        .flat_map(|fault| fault.examples.iter().flat_map(|example| example.log.lines().map(str::to_owned)))
        .collect();
    let part = prop_oneof![
        prop::sample::select(examples),
        Just("error 0x".to_owned()),
        Just("exit code -".to_owned()),
        "[0-9a-fA-Fx.:-]{0,12}",
        ".{0,20}",
    ];
    prop::collection::vec((part, 0..30_usize), 0..5).prop_map(|parts| {
        parts
            .into_iter()
            .map(|(part, cut)| part[part.floor_char_boundary(cut.min(part.len()))..].to_owned())
            .collect()
    })
}

/// Something in place of something: the way an author errs.
fn broken() -> impl Strategy<Value = String> {
    let put = prop::sample::select(vec![
        "",
        "\"",
        "'",
        "[",
        "]]",
        "= ",
        "\n",
        "{",
        "}",
        "é",
        "999999999999",
        "(?P<x>",
        "\0",
        "not ",
        "\\",
    ]);
    (0..GOOD.len(), 0..40_usize, put).prop_map(|(at, length, put)| {
        let start = GOOD.floor_char_boundary(at);
        let end = GOOD.floor_char_boundary((at + length).min(GOOD.len())).max(start);
        format!("{}{put}{}", &GOOD[..start], &GOOD[end..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_broken_fault_is_refused_at_a_place_of_the_file_with_a_remedy(text in broken()) {
        if let Err(errors) = load("x.toml", &text, &Taxonomy::built_in()) {
            for error in errors {
                prop_assert!((1..=text.lines().count() + 1).contains(&error.line) && error.column >= 1, "{}", error);
                prop_assert!(!error.what.is_empty() && !error.remedy.is_empty(), "{}", error);
            }
        }
    }

    #[test]
    fn a_bad_condition_says_where_and_what_to_write(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "b", "seq", "count", "last", "(", ")", ",", "60s", ">=", "3", "and", "or", "not", "version", "\"1", "$x", "[", "é", "-", "9e99", "in",
        ]), 0..12)
    ) {
        let text = parts.join(" ");
        if let Err(error) = Condition::parse(&text, &["a", "b"]) {
            prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at) && !error.remedy.is_empty());
        }
        match Expression::parse(&text) {
            Ok(expression) => { expression.eval(&FactSet::default(), &Variables::new()); }
            Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at) && !error.remedy.is_empty()),
        }
    }

    #[test]
    fn rubbish_in_a_log_is_survived_and_the_same_in_any_pieces(bytes in prop::collection::vec(any::<u8>(), 0..400), size in 1..50_usize) {
        let lines = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let mut decoder = LineDecoder::new();
            let mut found = Vec::new();
            let mut each = |line: DecodedLine<'_>| found.push((line.text.to_owned(), line.cut_bytes));
            pieces.for_each(|piece| decoder.push(piece, &mut each));
            decoder.finish(&mut each);
            found
        };
        let whole = lines(&mut std::iter::once(&bytes[..]));
        prop_assert!(whole.iter().all(|(text, _)| text.len() <= MAX_LINE_BYTES));
        prop_assert_eq!(whole, lines(&mut bytes.chunks(size)));
    }

    #[test]
    fn mangled_lines_are_diagnosed_or_not_and_every_diagnosis_is_explained(lines in prop::collection::vec(line(), 0..6)) {
        let text = lines.join("\n");
        let session = scan::text(Arc::clone(&MATCHER), "log", &text, &[], Outcome::Failed);
        for diagnosis in session.diagnoses() {
            prop_assert!(explain(&session, &diagnosis.fault, Lang::En).is_some());
            prop_assert!((0.0..=1.0).contains(&diagnosis.score));
        }
        prop_assert!(session.next_best().iter().all(|proposal| proposal.gain > 0.0));
        let mut miner = Miner::new();
        text.lines().for_each(|line| miner.line(line));
        miner.shape();
    }
}

#[test]
fn a_line_full_of_literals_stays_within_its_bound() {
    let literals: Vec<String> = MATCHER
        .catalogue()
        .faults()
        .iter()
        .flat_map(|fault| fault.examples.iter().map(|example| example.log.replace('\n', " ")))
        .collect();
    let all = literals.join(" ");
    let line = &all[..all.floor_char_boundary(MAX_LINE_BYTES)];
    assert!(MATCHER.hits("log", line) <= MAX_TRIALS_PER_LINE);
    let again = "error 5 ".repeat(MAX_LINE_BYTES / 8);
    assert!(MATCHER.hits("log", &again) <= MAX_TRIALS_PER_LINE);
}
