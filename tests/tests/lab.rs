//! The lab's core set: real failures of real installers are named at rank 1 with their line, and healthy twins stay silent.

use hotliner_tests::console::Console;
use hotliner_tests::lab::scenario::Scenario;
use hotliner_tests::lab::{report, runner};
use hotliner_tests::programs;

#[test]
fn real_failures_are_named_with_their_line_and_healthy_twins_stay_silent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut scenarios = Scenario::all().expect("every file is a scenario");
    scenarios.retain(|one| one.core);
    assert!(scenarios.len() >= 15, "only {} scenarios are in the core set", scenarios.len());
    let console = Console::start(&folder.path().join("console"));
    let outcomes =
        runner::run(&console, scenarios, None, &[], |outcome| eprintln!("{}", report::line(outcome)));
    let fails = |one: &&runner::Outcome| !one.right() && (one.skipped.is_none() || programs::strict());
    let wrong: Vec<String> =
        outcomes.iter().filter(fails).map(|one| format!("{}\n{}", report::line(one), one.log)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
