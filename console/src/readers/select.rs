//! Which lines of several sources decide. Pure.
//!
//! * A source without marks counts whole.
//! * Of a source with marks its last attempt counts. Logs that were rotated (`term.log`, `term.log.1.gz`) are one source: only the
//!   newest of them counts.
//! * A source whose last attempt ended [`ATTEMPT_GAP`] before the latest attempt of all began belongs to another day's problem.
//!   What has no time counts.
//! * An attempt that says it ended well is left out beside others; where all ended well, it is known that nothing failed.

use std::collections::BTreeMap;
use std::time::Duration;

use hotliner_protocol::event::Outcome;

use super::attempts::{Attempt, Ended, Family};
use super::time;

/// Logs of one attempt (the parts of a bundle, apt and dpkg) follow each other within this time.
pub(crate) const ATTEMPT_GAP: Duration = Duration::from_secs(30 * 60);

/// Which lines of a source count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All.
    Whole,
    /// Those from this one on.
    From(u64),
    /// None.
    Nothing,
}

/// The choice for each source, and how the attempt ended. Sources are names with their last attempt, if they have marks.
pub(crate) fn choose(sources: &[(String, Option<Attempt>)]) -> (Vec<Choice>, Outcome) {
    let newest = newest_of_each(sources);
    let latest = newest.values().filter_map(|(_, attempt)| attempt.begun).max();
    let today = |attempt: &Attempt| {
        time::gap(attempt.last.or(attempt.begun), latest).is_none_or(|gap| gap <= ATTEMPT_GAP)
    };
    let kept: BTreeMap<usize, &Attempt> =
        newest.into_values().filter(|(_, attempt)| today(attempt)).collect();
    let unmarked = sources.iter().any(|(_, attempt)| attempt.is_none());
    let ended_well = |attempt: &Attempt| attempt.ended == Some(Ended::Succeeded);
    let all_well = !unmarked && !kept.is_empty() && kept.values().all(|attempt| ended_well(attempt));
    let failed = kept.values().any(|attempt| attempt.ended == Some(Ended::Failed));
    let choices = sources.iter().enumerate().map(|(index, (_, attempt))| match (attempt, kept.get(&index)) {
        (None, _) => Choice::Whole,
        (Some(_), Some(kept)) if all_well || !ended_well(kept) => Choice::From(kept.first_line),
        (Some(_), _) => Choice::Nothing,
    });
    let outcome = match (all_well, failed) {
        (true, _) => Outcome::Succeeded,
        (false, true) => Outcome::Failed,
        (false, false) => Outcome::Unknown,
    };
    (choices.collect(), outcome)
}

/// Of each log and its rotated forebears the newest, by index.
fn newest_of_each(sources: &[(String, Option<Attempt>)]) -> BTreeMap<(Family, String), (usize, &Attempt)> {
    let mut newest: BTreeMap<(Family, String), (usize, &Attempt)> = BTreeMap::new();
    for (index, (name, attempt)) in sources.iter().enumerate() {
        let Some(attempt) = attempt else { continue };
        let held =
            newest.entry((attempt.family, unrotated(name, attempt.family))).or_insert((index, attempt));
        if held.1.begun < attempt.begun {
            *held = (index, attempt);
        }
    }
    newest
}

/// The name without what rotation puts behind it. Each run of npm has a file of its own: they are one log by their folder.
fn unrotated(name: &str, family: Family) -> String {
    if family == Family::Npm {
        return name.rfind('/').map_or("", |slash| &name[..slash]).to_owned();
    }
    let bare = [".gz", ".xz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match bare.rsplit_once(['.', '-']) {
        Some((stem, number)) if digits(number) => stem.to_owned(),
        _ => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::attempts::Tracker;

    /// A source of apt's term.log whose attempts began at these times of one day, the last one ending so.
    fn term(name: &str, hours: &[u64], ended_well: bool) -> (String, Option<Attempt>) {
        let mut tracker = Tracker::default();
        let mut number = 0;
        for hour in hours {
            let stamp = format!("2024-05-01  {hour:02}:00:00");
            for line in [format!("Log started: {stamp}"), "Setting up".to_owned()] {
                number += 1;
                let at = line.strip_prefix("Log started: ").and_then(time::at_start).map(|(at, _)| at);
                tracker.line(number, &line, at);
            }
        }
        if ended_well {
            tracker.line(number + 1, "Log ended: 2024-05-01  23:00:00", None);
        }
        (name.to_owned(), tracker.present)
    }

    #[test]
    fn yesterdays_attempts_do_not_diagnose_todays_problem() {
        use Choice::{From, Nothing, Whole};
        let plain = || ("dmesg".to_owned(), None);
        let table = [
            (vec![term("term.log", &[8, 9], false)], vec![From(3)], Outcome::Unknown),
            (
                vec![term("term.log", &[9], false), term("term.log.1.gz", &[8], false)],
                vec![From(1), Nothing],
                Outcome::Unknown,
            ),
            (
                vec![term("term.log.1", &[8], false), term("term.log", &[9], true)],
                vec![Nothing, From(1)],
                Outcome::Succeeded,
            ),
            (
                vec![term("a.log", &[8], false), term("b.log", &[20], false)],
                vec![Nothing, From(1)],
                Outcome::Unknown,
            ),
            (vec![plain(), term("term.log", &[9], true)], vec![Whole, Nothing], Outcome::Unknown),
            (vec![plain()], vec![Whole], Outcome::Unknown),
            (vec![], vec![], Outcome::Unknown),
        ];
        for (sources, choices, outcome) in table {
            let names: Vec<_> = sources.iter().map(|(name, _)| name.clone()).collect();
            assert_eq!(choose(&sources), (choices, outcome), "{names:?}");
        }
    }
}
