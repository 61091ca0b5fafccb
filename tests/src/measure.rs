//! What the measurements share: figures of processes, medians, and the rows of the report.

pub mod process;

use std::fmt::Display;
use std::time::Duration;

/// One row of the report: what was measured, what it was, what is aimed at.
#[derive(Clone, Debug)]
pub struct Row {
    /// What.
    pub what: String,
    /// The figure, with its unit.
    pub figure: String,
    /// The goal, as quality asks for it; empty where there is none.
    pub goal: &'static str,
    /// Whether the goal is met; `None` where there is none.
    pub met: Option<bool>,
}

impl Row {
    /// A figure with a goal.
    pub fn new(what: impl Display, figure: impl Display, goal: &'static str, met: bool) -> Self {
        Self { what: what.to_string(), figure: figure.to_string(), goal, met: Some(met) }
    }

    /// A figure to compare with.
    pub fn peer(what: impl Display, figure: impl Display) -> Self {
        Self { what: what.to_string(), figure: figure.to_string(), goal: "", met: None }
    }
}

/// Rows as a Markdown table.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| what | measured | goal | met |\n| --- | ---: | --- | --- |\n");
    for Row { what, figure, goal, met } in rows {
        let met = met.map_or("", |met| if met { "yes" } else { "**no**" });
        text.push_str(&format!("| {what} | {figure} | {goal} | {met} |\n"));
    }
    text
}

/// The value below which `share` (0 to 1) of `samples` lie.
///
/// # Panics
/// If there is no sample.
pub fn quantile(samples: &mut [Duration], share: f64) -> Duration {
    samples.sort();
    let at = (samples.len() as f64 * share).ceil() as usize;
    samples[at.clamp(1, samples.len()) - 1]
}

/// Milliseconds with one decimal.
pub fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// Mebibytes with one decimal.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
