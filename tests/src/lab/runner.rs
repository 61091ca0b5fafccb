//! Runs scenarios against one console, several at a time, each run as a case of its own.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use super::place::{Place, Uplink};
use super::scenario::Scenario;
use crate::console::Console;

/// Scenarios under way at once. Most of their time is waiting.
pub const AT_ONCE: usize = 4;

/// What the runs of one scenario showed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// `GROUP/NAME`.
    pub name: String,
    /// The cause that had to be found.
    pub expected: String,
    /// Cause and fault at rank 1, if any is at least likely.
    pub found: Option<(String, String)>,
    /// Rank of the expected cause among all diagnoses; 1 is the best.
    pub rank: Option<usize>,
    /// Whether the deciding line is among the evidence of the expected fault.
    pub line: bool,
    /// Milliseconds from the deciding line to the first diagnosis that named the cause at rank 1.
    pub millis: Option<i64>,
    /// What the healthy twin was accused of.
    pub twin: Vec<String>,
    /// Whether the repair let the installer succeed; none where no step is automatic.
    pub repaired: Option<bool>,
    /// Why it did not run at all.
    pub skipped: Option<String>,
    /// What was not as it must be, one line each.
    pub faults: Vec<String>,
    /// What the scripts and the installer printed, for a scenario that is not right.
    pub log: String,
}

impl Outcome {
    /// Whether everything was as the scenario says.
    pub fn right(&self) -> bool {
        self.faults.is_empty() && self.skipped.is_none()
    }
}

/// Runs all of `scenarios` on `console`, each with `env` and, in another language, its line of that `language`.
///
/// # Panics
/// If the console fails.
pub fn run(
    console: &Console,
    scenarios: Vec<Scenario>,
    language: Option<&str>,
    env: &[(String, String)],
    done: impl Fn(&Outcome) + Sync,
) -> Vec<Outcome> {
    let queue = Mutex::new(VecDeque::from(scenarios));
    let outcomes = Mutex::new(Vec::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = next() {
                    let outcome = one(console, &scenario, language, env);
                    done(&outcome);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by(|a: &Outcome, b| a.name.cmp(&b.name));
    outcomes
}

/// Both runs of one scenario.
fn one(console: &Console, scenario: &Scenario, language: Option<&str>, env: &[(String, String)]) -> Outcome {
    let mut outcome =
        Outcome { name: scenario.name.clone(), expected: scenario.cause.clone(), ..Outcome::default() };
    if let Some(why) = scenario.missing() {
        outcome.skipped = Some(why);
        return outcome;
    }
    let line = language.and_then(|language| scenario.languages.get(language)).unwrap_or(&scenario.line);
    broken(console, scenario, line, env, &mut outcome);
    healthy(console, scenario, env, &mut outcome);
    outcome
}

/// The broken run: the cause, the fault, its line, the time, the repair.
fn broken(
    console: &Console,
    scenario: &Scenario,
    line: &str,
    env: &[(String, String)],
    outcome: &mut Outcome,
) {
    let case = console.new_case();
    let uplink = Uplink { console: console.address(), code: &case.code };
    let mut place = Place::start(scenario, false, &uplink, env);
    match place.wait_for_run() {
        None => outcome.faults.push("its scripts failed before the agent ended, or took too long".to_owned()),
        Some(0) => outcome.faults.push("what it runs succeeded although it was broken".to_owned()),
        Some(_) => {
            let shown = ended(console, &case.case);
            judge(&shown, scenario, line, outcome);
            outcome.millis = time_to_diagnosis(console, &case.case, &scenario.cause, line);
            if scenario.repair.is_some() {
                repair(&mut place, &shown, scenario, outcome);
            }
        }
    }
    let log = place.end();
    if !outcome.faults.is_empty() {
        outcome.log = log;
    }
}

/// The case once its attempt has ended and everything about it was said.
fn ended(console: &Console, case: &str) -> Value {
    console.wait_for(case, "the end of the attempt", |shown| shown["attempts"][0]["ended_at"].is_string())
}

fn judge(shown: &Value, scenario: &Scenario, line: &str, outcome: &mut Outcome) {
    let diagnoses = shown["diagnoses"].as_array().cloned().unwrap_or_default();
    outcome.rank = diagnoses.iter().position(|one| one["cause"] == *scenario.cause).map(|at| at + 1);
    let best = diagnoses.first().filter(|best| is_loud(best));
    outcome.found = best.map(|best| (text(&best["cause"]), text(&best["fault"])));
    let expected = Some((scenario.cause.clone(), scenario.fault.clone()));
    if outcome.found != expected {
        let all: Vec<String> = diagnoses.iter().map(named).collect();
        let stands = if all.is_empty() { "no diagnosis".to_owned() } else { all.join(", ") };
        outcome.faults.push(format!("expected {} ({}), found {stands}", scenario.cause, scenario.fault));
    }
    let evidence = best.and_then(|best| best["evidence"].as_array()).cloned().unwrap_or_default();
    outcome.line = evidence.iter().any(|hit| text(&hit["text"]).contains(line));
    if !outcome.line {
        let seen: Vec<String> = evidence.iter().map(|hit| text(&hit["text"])).collect();
        outcome.faults.push(format!("{line:?} is not among the evidence: {seen:?}"));
    }
}

fn repair(place: &mut Place, shown: &Value, scenario: &Scenario, outcome: &mut Outcome) {
    let Some(repair) = &scenario.repair else { return };
    let offered = shown["diagnoses"][0]["steps"].as_array().cloned().unwrap_or_default();
    if !offered.iter().any(|step| step["id"] == *repair.step) {
        outcome.faults.push(format!("the step {:?} is not offered", repair.step));
    }
    let status = place.repair();
    outcome.repaired = Some(status == Some(0));
    if status != Some(0) {
        outcome.faults.push(format!("after the step {:?} the installer still fails", repair.step));
    }
}

/// The healthy twin: must succeed, and nothing may be said about it.
fn healthy(console: &Console, scenario: &Scenario, env: &[(String, String)], outcome: &mut Outcome) {
    let case = console.new_case();
    let uplink = Uplink { console: console.address(), code: &case.code };
    let mut place = Place::start(scenario, true, &uplink, env);
    let status = place.wait_for_run();
    let log = place.end();
    let before = outcome.faults.len();
    if status == Some(0) {
        let shown = ended(console, &case.case);
        let loud = shown["diagnoses"].as_array().cloned().unwrap_or_default();
        outcome.twin = loud.iter().filter(|one| is_loud(one)).map(named).collect();
        if !outcome.twin.is_empty() {
            outcome.faults.push(format!("the healthy twin is accused of {}", outcome.twin.join(", ")));
        }
    } else {
        outcome.faults.push(format!("the healthy twin does not succeed: {status:?}"));
    }
    if outcome.faults.len() > before {
        outcome.log.push_str("--- healthy twin\n");
        outcome.log.push_str(&log);
    }
}

/// Time from the line that decides to the first diagnosis that puts `cause` first, both as the case's journal has them.
fn time_to_diagnosis(console: &Console, case: &str, cause: &str, line: &str) -> Option<i64> {
    let events = console.events(case);
    let at = |event: &Value| millis(event["at"].as_str()?);
    let decided = events.iter().find(|one| one["kind"] == "line" && text(&one["text"]).contains(line))?;
    let first = |one: &&Value| one["kind"] == "diagnoses-changed" && one["en"][0]["cause"] == *cause;
    Some(at(events.iter().find(first)?)? - at(decided)?)
}

/// Milliseconds of the day of an RFC 3339 time; enough for differences within a run, wherever midnight falls.
fn millis(at: &str) -> Option<i64> {
    let time = at.split_once('T')?.1.trim_end_matches('Z');
    let mut parts = time.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let (seconds, fraction) = parts.next()?.split_once('.')?;
    let seconds: i64 = seconds.parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction.get(..3)?.parse::<i64>().ok()?)
}

fn is_loud(diagnosis: &Value) -> bool {
    diagnosis["standing"] == "confirmed" || diagnosis["standing"] == "likely"
}

fn named(diagnosis: &Value) -> String {
    format!("{} ({}, {})", text(&diagnosis["cause"]), text(&diagnosis["fault"]), text(&diagnosis["standing"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
