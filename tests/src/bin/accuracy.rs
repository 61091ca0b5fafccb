//! Measures the built-in catalogue against labelled logs: `cargo run --release -p hotliner-tests --bin accuracy -- CASES.jsonl`.
//!
//! One JSON object a line: `id`, `platform`, `log`, `cause` (or `none` for a healthy log), `alt_causes`. A case counts as
//! right where the best diagnosis that is likely or better has the cause or one of its alternatives.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a measurement prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::diagnosis::Diagnosis;
use hotliner_faults::fault::Standing;
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan;
use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::time::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    id: String,
    platform: String,
    log: String,
    cause: String,
    #[serde(default)]
    alt_causes: Vec<String>,
}

/// Counts over one group of cases.
#[derive(Clone, Copy, Default)]
struct Score {
    cases: u32,
    first: u32,
    first_three: u32,
    confirmed: u32,
    wrong: u32,
    wrong_confirmed: u32,
    silent: u32,
    healthy: u32,
    false_alarms: u32,
}

impl Score {
    fn add(&mut self, case: &Case, loud: &[&Diagnosis]) {
        if case.cause == "none" {
            self.healthy += 1;
            self.false_alarms += u32::from(!loud.is_empty());
            return;
        }
        let right = |diagnosis: &&Diagnosis| {
            diagnosis.cause == case.cause || case.alt_causes.contains(&diagnosis.cause)
        };
        self.cases += 1;
        self.first_three += u32::from(loud.iter().take(3).any(&right));
        match loud.first() {
            None => self.silent += 1,
            Some(best) if right(best) => {
                self.first += 1;
                self.confirmed += u32::from(best.standing == Standing::Confirmed);
            }
            Some(best) => {
                self.wrong += 1;
                self.wrong_confirmed += u32::from(best.standing == Standing::Confirmed);
            }
        }
    }

    fn print(&self, name: &str) {
        let percent =
            |part: u32, whole: u32| if whole == 0 { 0.0 } else { 100.0 * f64::from(part) / f64::from(whole) };
        println!(
            "| {name} | {} | {:.0} % | {:.0} % | {:.0} % | {} | {} | {} | {} of {} |",
            self.cases,
            percent(self.first, self.cases),
            percent(self.first_three, self.cases),
            percent(self.confirmed, self.first),
            self.wrong,
            self.wrong_confirmed,
            self.silent,
            self.false_alarms,
            self.healthy,
        );
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("accuracy: no file is named\ncall it as: accuracy CASES.jsonl");
        return Ok(ExitCode::from(2));
    };
    let catalogue =
        Catalogue::built_in().map_err(|errors| format!("{} errors in the catalogue", errors.len()))?;
    let families: Vec<String> = catalogue.families().keys().map(|(_, product)| product.clone()).collect();
    let matcher = Arc::new(Matcher::compile(catalogue)?);
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut misses = Vec::new();
    for line in std::fs::read_to_string(&path)?.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line)?;
        let family = Fact {
            path: "os.family".parse()?,
            observed_at: Timestamp::default(),
            reading: Reading::Value(case.platform.as_str().into()),
        };
        let session = scan::text(Arc::clone(&matcher), &case.id, &case.log, &[family], Outcome::Unknown);
        let diagnoses = session.diagnoses();
        let loud: Vec<&Diagnosis> = diagnoses.iter().filter(|diagnosis| diagnosis.is_loud()).collect();
        for group in ["all", case.platform.as_str()] {
            scores.entry(group.to_owned()).or_default().add(&case, &loud);
        }
        let best =
            loud.first().map_or("silent".to_owned(), |best| format!("{} ({})", best.fault, best.standing));
        let right = loud
            .first()
            .is_some_and(|best| best.cause == case.cause || case.alt_causes.contains(&best.cause));
        let missed = if case.cause == "none" { !loud.is_empty() } else { !right };
        if missed {
            misses.push(format!("{:>5} {:<8} {:<32} {best}", case.id, case.platform, case.cause));
        }
    }
    println!("Families known: {}\n", families.join(", "));
    println!(
        "| cases | number | right first | in first three | of these confirmed | wrong | wrong confirmed | silent | false alarms |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, score) in &scores {
        score.print(name);
    }
    println!("\nMisses:\n{}", misses.join("\n"));
    Ok(ExitCode::SUCCESS)
}
