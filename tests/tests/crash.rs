//! Kills with -9 in the middle of an installation: what was acknowledged is there, each line once and in order.

use hotliner_tests::agent;
use hotliner_tests::console::Console;
use hotliner_tests::paced::{PACED, Paced};

fn texts(console: &Console, case: &str) -> Vec<String> {
    console.lines(case).into_iter().map(|(_, text)| text).collect()
}

fn expected(through: u64) -> Vec<String> {
    (1..=through).map(|n| format!("line {n}")).collect()
}

#[test]
fn a_console_killed_again_and_again_gets_every_line_once_and_in_order() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let mut console = Console::start(&data);
    let address = console.address().to_owned();
    let case = console.new_case();
    let mut installer = Paced::start(&mut agent::run(&console, &case, folder.path(), &PACED));
    installer.print(40);
    console.wait_for(&case.case, "the first lines", |shown| shown["attempts"][0]["id"].is_u64());
    for round in 0..4 {
        installer.print(25);
        let before = texts(&console, &case.case);
        console.kill();
        installer.print(25);
        console = Console::start_on(&data, &address);
        let after = texts(&console, &case.case);
        assert!(
            after.len() >= before.len(),
            "round {round}: {} lines before the kill, {} after",
            before.len(),
            after.len()
        );
        let through = installer.printed();
        console.wait_for(&case.case, "the agent to resume", |_| {
            texts(&console, &case.case).len() as u64 == through
        });
        assert_eq!(texts(&console, &case.case), expected(through), "round {round}");
    }
    let printed = installer.printed();
    assert_eq!(installer.finish().0, Some(3));
    let shown = console.wait_for(&case.case, "the end", |shown| shown["attempts"][0]["ended_at"].is_string());
    assert_eq!(shown["attempts"][0]["exit"]["code"], 3);
    assert_eq!(shown["journal"]["gaps"], 0);
    assert_eq!(texts(&console, &case.case), expected(printed));
}

#[test]
fn what_a_killed_agent_had_spooled_is_delivered_by_resume() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let console = Console::start(&data);
    let address = console.address().to_owned();
    let case = console.new_case();
    let mut installer = Paced::start(&mut agent::run(&console, &case, folder.path(), &PACED));
    installer.print(30);
    console.wait_for(&case.case, "the first lines", |_| texts(&console, &case.case).len() == 30);
    // The console goes away, more is printed, and then the agent dies too.
    console.kill();
    installer.print(20);
    installer.kill();

    let console = Console::start_on(&data, &address);
    let resumed = hotliner_tests::programs::output(agent::agent(folder.path()).arg("resume"));
    assert!(resumed.status.success(), "{}", hotliner_tests::programs::said(&resumed));
    let delivered = texts(&console, &case.case);
    assert!(delivered.len() >= 30, "{} lines", delivered.len());
    assert_eq!(delivered, expected(delivered.len() as u64), "each once and in order");
    let shown = console.wait_for(&case.case, "the attempt to be closed", |shown| {
        shown["attempts"][0]["ended_at"].is_string()
    });
    assert_eq!(shown["attempts"][0]["outcome"], "unknown", "nobody saw the end: {shown:#}");
}

/// Numbers that look random and are the same in every run (Knuth's MMIX generator), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const INSTALLATIONS: u64 = 10;
const CONSOLE_KILLS: u64 = 9;

/// Ten installations, each with nine kills of the console and one of the agent, every one at another point: between
/// journal and acknowledgement, between spool and wire, in the middle of a start.
#[test]
fn a_hundred_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let mut console = Console::start(&data);
    let address = console.address().to_owned();
    let mut dice = Dice(0x40_71_1E);
    let mut kills = 0;
    for installation in 0..INSTALLATIONS {
        let home = folder.path().join(format!("home-{installation}"));
        let case = console.new_case();
        let mut installer = Paced::start(&mut agent::run(&console, &case, &home, &PACED));
        installer.print(1 + dice.below(20));
        console.wait_for(&case.case, "the first line", |shown| shown["attempts"][0]["id"].is_u64());
        for round in 0..CONSOLE_KILLS {
            // Not waited for: the kill comes while these are on their way.
            installer.print(1 + dice.below(40));
            let before = texts(&console, &case.case);
            installer.print(dice.below(10));
            console.kill();
            kills += 1;
            installer.print(dice.below(30));
            console = Console::start_on(&data, &address);
            let after = texts(&console, &case.case);
            assert!(
                after.starts_with(&before),
                "installation {installation}, kill {round}: {before:?} {after:?}"
            );
        }
        let through = installer.printed();
        console.wait_for(&case.case, "every line", |_| texts(&console, &case.case).len() as u64 == through);
        assert_eq!(texts(&console, &case.case), expected(through), "installation {installation}");

        installer.print(1 + dice.below(40));
        let before = texts(&console, &case.case);
        installer.kill();
        kills += 1;
        let printed = installer.printed();
        let resumed = hotliner_tests::programs::output(agent::agent(&home).arg("resume"));
        assert!(resumed.status.success(), "{}", hotliner_tests::programs::said(&resumed));
        let delivered = texts(&console, &case.case);
        assert_eq!(
            delivered,
            expected(delivered.len() as u64),
            "installation {installation}: once and in order"
        );
        let count = delivered.len();
        assert!(count >= before.len() && count as u64 <= printed, "{} {count} {printed}", before.len());
        let shown =
            console.wait_for(&case.case, "the end", |shown| shown["attempts"][0]["ended_at"].is_string());
        assert_eq!(shown["journal"]["gaps"], 0, "installation {installation}");
    }
    println!("{kills} kills, nothing acknowledged lost, every line once and in order");
    assert_eq!(kills, INSTALLATIONS * (CONSOLE_KILLS + 1));
}
