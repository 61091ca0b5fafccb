//! Diagnoses and codes as a person reads them in a terminal. Pure: JSON in, text out.

use std::fmt::Write;

use serde_json::Value;

use crate::terminal::{Style, harmless};
use crate::words::Words;

/// Longest evidence line shown, in characters.
const MAX_EVIDENCE_CHARS: usize = 160;

/// Evidence lines shown of one diagnosis.
const MAX_EVIDENCE: usize = 3;

/// Width of the column of labels.
const LABEL: usize = 10;

/// Possible diagnoses shown where nothing is surer.
const MAX_POSSIBLE: usize = 3;

/// Diagnoses as `diagnose --format json` has them, for people: those that are likely or better, else a few possible ones.
pub fn diagnoses(diagnoses: &[Value], words: &Words, style: Style) -> String {
    let loud = |view: &&Value| view["standing"] == "confirmed" || view["standing"] == "likely";
    let possible = |view: &&Value| view["standing"] == "possible";
    let mut shown: Vec<&Value> = diagnoses.iter().filter(loud).collect();
    if shown.is_empty() {
        shown = diagnoses.iter().filter(possible).take(MAX_POSSIBLE).collect();
    }
    if shown.is_empty() {
        return words.no_diagnosis.to_owned();
    }
    shown.iter().map(|view| diagnosis(view, words, style)).collect::<Vec<_>>().join("\n\n")
}

fn diagnosis(view: &Value, words: &Words, style: Style) -> String {
    let text = |key: &str| harmless(view[key].as_str().unwrap_or_default());
    let standing = text("standing");
    let mut out = format!(
        "{}  {}  {}",
        style.standing(&standing, &words.standing(&standing).to_uppercase()),
        style.strong(&text("title")),
        style.faint(&text("fault")),
    );
    let cause = view["cause_label"].as_str().map_or_else(|| text("cause"), harmless);
    row(&mut out, words.cause, &format!("{cause} {}", style.faint(&format!("({})", text("cause")))));
    for (index, hit) in list(view, "evidence").iter().take(MAX_EVIDENCE).enumerate() {
        row(&mut out, if index == 0 { words.evidence } else { "" }, &evidence(hit, style));
    }
    for (label, key) in [(words.why, "explain"), (words.say, "say")] {
        if !text(key).is_empty() {
            row(&mut out, label, &text(key));
        }
    }
    for (index, step) in list(view, "steps").iter().enumerate() {
        let actor = words.actor(step["actor"].as_str().unwrap_or_default());
        let step_text = harmless(step["text"].as_str().unwrap_or_default());
        let label = if index == 0 { words.steps } else { "" };
        row(&mut out, label, &format!("{}. {} {step_text}", index + 1, style.faint(&format!("[{actor}]"))));
    }
    let missing: Vec<_> = list(view, "missing").iter().filter_map(Value::as_str).map(harmless).collect();
    if !missing.is_empty() {
        row(&mut out, words.missing, &missing.join(", "));
    }
    for (index, explained) in list(view, "explains").iter().enumerate() {
        let label = if index == 0 { words.explains } else { "" };
        row(&mut out, label, &style.faint(&harmless(explained["title"].as_str().unwrap_or_default())));
    }
    out
}

fn list<'v>(view: &'v Value, key: &str) -> &'v [Value] {
    view[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// `file:line  text`
fn evidence(hit: &Value, style: Style) -> String {
    let text: String = harmless(hit["text"].as_str().unwrap_or_default().trim());
    let mut cut: String = text.chars().take(MAX_EVIDENCE_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    let source = harmless(hit["source"].as_str().unwrap_or_default());
    let place = match hit["line"].as_u64() {
        Some(line) if line > 0 => format!("{source}:{line}"),
        _ => source,
    };
    if place.is_empty() { cut } else { format!("{}  {cut}", style.faint(&place)) }
}

/// A row with its label, the label padded by characters.
pub fn row(out: &mut String, label: &str, text: &str) {
    let pad = " ".repeat(LABEL.saturating_sub(label.chars().count()));
    // Writing to a String cannot fail.
    let _ = write!(out, "\n  {label}{pad} {text}");
}

/// The digits of a code, three rows high, the nameplate apart from the secret.
pub fn large_code(digits: &str) -> String {
    const GLYPHS: [[&str; 3]; 10] = [
        [" _ ", "| |", "|_|"],
        ["   ", "  |", "  |"],
        [" _ ", " _|", "|_ "],
        [" _ ", " _|", " _|"],
        ["   ", "|_|", "  |"],
        [" _ ", "|_ ", " _|"],
        [" _ ", "|_ ", "|_|"],
        [" _ ", "  |", "  |"],
        [" _ ", "|_|", "|_|"],
        [" _ ", "|_|", " _|"],
    ];
    let values: Vec<usize> =
        digits.bytes().filter(u8::is_ascii_digit).map(|b| usize::from(b - b'0')).collect();
    let nameplate = values.len().saturating_sub(hotliner_protocol::limits::CODE_SECRET_DIGITS);
    let row = |part: usize| {
        let mut line = String::from("   ");
        for (index, value) in values.iter().enumerate() {
            if index == nameplate {
                line.push_str("    ");
            }
            line.push_str(GLYPHS[*value][part]);
            line.push(' ');
        }
        line.trim_end().to_owned()
    };
    [row(0), row(1), row(2)].join("\n")
}

/// A code as it is said: digit by digit, in groups of three.
pub fn spoken_code(digits: &str, words: &Words) -> String {
    let said: Vec<&str> =
        digits.bytes().filter(u8::is_ascii_digit).map(|b| words.digits[usize::from(b - b'0')]).collect();
    let nameplate = said.len().saturating_sub(hotliner_protocol::limits::CODE_SECRET_DIGITS);
    let (name, secret) = said.split_at(nameplate);
    let groups = std::iter::once(name).chain(secret.chunks(3)).map(|group| group.join(" "));
    groups.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;
    use hotliner_faults::lang::Lang;
    use serde_json::json;

    #[test]
    fn a_code_is_read_aloud_in_groups() {
        let said = spoken_code("482913057", words(Lang::En));
        assert_eq!(said, "four eight two, nine one three, zero five seven");
        assert!(spoken_code("482913057", words(Lang::Fr)).starts_with("quatre huit deux, neuf"));
    }

    #[test]
    fn large_digits_have_the_nameplate_apart() {
        let large = large_code("123456789");
        let rows: Vec<&str> = large.lines().collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1], "     |  _|  _|     |_| |_  |_    | |_| |_|");
    }

    #[test]
    fn a_diagnosis_shows_its_deciding_line_and_nothing_that_steers_the_terminal() {
        let view = json!({
            "fault": "linux.dpkg.file-conflict", "cause": "package.file-conflict", "standing": "confirmed",
            "title": "Two packages own one file", "explain": "Both bring \u{1b}[31m/opt/x.",
            "evidence": [{"name": "refused", "source": "term.log", "line": 311, "text": "trying to overwrite"}],
            "steps": [{"id": "remove", "actor": "technician", "text": "Remove the older package."}],
            "missing": ["told"], "explains": [],
        });
        let shown = diagnoses(&[view], words(Lang::En), Style::PLAIN);
        assert!(
            shown.starts_with("CONFIRMED  Two packages own one file  linux.dpkg.file-conflict"),
            "{shown}"
        );
        for part in ["term.log:311  trying to overwrite", "1. [you] Remove", "would settle it told"] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
        assert!(!shown.contains('\u{1b}'));
    }
}
