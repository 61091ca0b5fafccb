//! The table of a run of the lab.

use super::runner::Outcome;

/// Head of the table.
pub fn head() -> String {
    row(["scenario", "expected cause", "found cause", "rank", "time", "line", "twin", "repaired"])
}

/// One scenario's line, and below it what was not right.
pub fn line(outcome: &Outcome) -> String {
    if let Some(why) = &outcome.skipped {
        return format!("{:34} skipped: {why}", outcome.name);
    }
    let found = outcome.found.as_ref().map_or("-", |(cause, _)| cause.as_str());
    let rank = outcome.rank.map_or_else(|| "-".to_owned(), |rank| rank.to_string());
    let time = outcome.millis.map_or_else(|| "-".to_owned(), |millis| format!("{millis} ms"));
    let twin = if outcome.twin.is_empty() { "silent" } else { "ACCUSED" };
    let repaired = outcome.repaired.map_or("-", yes);
    let mut text =
        row([&outcome.name, &outcome.expected, found, &rank, &time, yes(outcome.line), twin, repaired]);
    for fault in &outcome.faults {
        text.push_str(&format!("\n    ! {fault}"));
    }
    text
}

/// The sum: right, wrong and skipped, and the median and worst time.
pub fn sum(outcomes: &[Outcome]) -> String {
    let count = |which: fn(&Outcome) -> bool| outcomes.iter().filter(|one| which(one)).count();
    let right = count(Outcome::right);
    let skipped = count(|one| one.skipped.is_some());
    let wrong = outcomes.len() - right - skipped;
    let mut times: Vec<i64> = outcomes.iter().filter_map(|one| one.millis).collect();
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let worst = times.last().copied().unwrap_or_default();
    let repaired = count(|one| one.repaired == Some(true));
    let repairs = count(|one| one.repaired.is_some());
    format!(
        "{right} right, {wrong} wrong, {skipped} skipped; repaired {repaired} of {repairs}; line to diagnosis: median {median} ms, worst {worst} ms"
    )
}

fn row(cells: [&str; 8]) -> String {
    let [name, expected, found, rank, time, line, twin, repaired] = cells;
    format!("{name:34} {expected:32} {found:32} {rank:>4} {time:>8} {line:4} {twin:7} {repaired}")
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "NO" }
}
