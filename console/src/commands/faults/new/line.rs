//! A line generalised: what stays the same from run to run, and what varies, captured under a name. Pure.
//!
//! Error codes are the same every time and stay: a number behind `error`, `code`, `status`, `exit`, `errno`, and `0x…` of eight
//! digits. Times at the line's start are left off: a pattern may match anywhere in a line.

use std::collections::BTreeMap;

use regex::Regex;

use crate::readers;

/// Shortest part a line must keep, in bytes; the loader asks for as much.
const MIN_LITERAL_BYTES: usize = 4;

/// What varies: a name, how it is recognised where a word begins, and how it is written in the pattern.
const KINDS: &[(&str, &str, &str)] = &[
    ("url", r#"^[a-z][a-z0-9+]{1,9}://[^\s'"<>,;)]+"#, r#"[a-z][a-z0-9+]*://[^\s'"<>,;)]+"#),
    ("guid", r"^\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?", r"\{?[0-9A-Fa-f-]{36}\}?"),
    ("path", r#"^[A-Za-z]:\\[^\s'"<>|,;)]*"#, r#"[A-Za-z]:\\[^\s'"<>|,;)]*"#),
    ("path", r#"^/[^\s'"<>,;:()\[\]]*[^\s'"<>,;:()\[\].]"#, r#"/[^\s'"<>,;:()\[\]]*[^\s'"<>,;:()\[\].]"#),
    ("address", r"^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?"),
    ("time", r"^\d{4}-\d{2}-\d{2}[T ]+\d{2}:\d{2}:\d{2}\S*", r"\d{4}-\d{2}-\d{2}[T ]+\d{2}:\d{2}:\d{2}\S*"),
    ("hash", r"^[0-9a-fA-F]{16,}\b", r"[0-9a-fA-F]{16,}"),
    ("version", r"^v?\d+(?:\.\d+)+[0-9A-Za-z.+~:-]*\b", r"v?\d+(?:\.\d+)+[0-9A-Za-z.+~:-]*"),
    ("number", r"^\d+\b", r"\d+"),
];

/// Marks around names, each with its partner.
const QUOTES: &[(char, char)] = &[
    ('\'', '\''),
    ('"', '"'),
    ('`', '`'),
    ('\u{ab}', '\u{bb}'),
    ('\u{201c}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
];

/// Words behind which a number is a code.
const CODE_WORDS: &[&str] =
    &["error", "erreur", "code", "status", "exit", "errno", "returned", "returning", "hresult", "err"];

/// [`KINDS`], ready.
type Kinds = Vec<(&'static str, Regex, &'static str)>;

fn kinds() -> Kinds {
    KINDS.iter().filter_map(|(name, at, within)| Some((*name, Regex::new(at).ok()?, *within))).collect()
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Same(String),
    Varies { name: &'static str, pattern: &'static str },
}

/// A line, generalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct General {
    /// The longest part that stays the same.
    pub(super) literal: String,
    /// The pattern, where something varies.
    pub(super) pattern: Option<String>,
    /// The names captured.
    pub(super) names: Vec<String>,
}

/// Generalises a line; `None` where too little of it stays the same.
pub(super) fn generalise(line: &str) -> Option<General> {
    let pieces = trimmed(pieces(&line[readers::time_prefix(line)..], &kinds()));
    // Of equally long ones the first: messages begin with what they are about.
    let same = pieces.iter().rev().filter_map(|piece| match piece {
        Piece::Same(text) => Some(text.trim_matches(|c: char| !c.is_alphanumeric())),
        Piece::Varies { .. } => None,
    });
    let literal =
        same.max_by_key(|text| text.len()).filter(|text| text.len() >= MIN_LITERAL_BYTES)?.to_owned();
    let mut used: BTreeMap<&str, u32> = BTreeMap::new();
    let (mut pattern, mut names) = (String::new(), Vec::new());
    for piece in &pieces {
        match piece {
            Piece::Same(text) => pattern.push_str(&regex::escape(text)),
            Piece::Varies { name, pattern: within } => {
                let count = used.entry(name).or_default();
                *count += 1;
                let name = if *count == 1 { (*name).to_owned() } else { format!("{name}_{count}") };
                pattern.push_str(&format!("(?P<{name}>{within})"));
                names.push(name);
            }
        }
    }
    // The loader refuses what does not compile; a pattern that misses its own line would be worse.
    let pattern = (!names.is_empty()).then_some(pattern);
    let matches = pattern
        .as_ref()
        .is_none_or(|pattern| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(line)));
    if matches {
        Some(General { literal, pattern, names })
    } else {
        Some(General { literal, pattern: None, names: Vec::new() })
    }
}

fn pieces(line: &str, kinds: &Kinds) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut same, mut rest) = (String::new(), line);
    while let Some(c) = rest.chars().next() {
        let at_word = !same.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if at_word && let Some((length, piece)) = varying(rest, &same, kinds) {
            pieces.push(Piece::Same(std::mem::take(&mut same)));
            pieces.push(piece);
            rest = &rest[length..];
            continue;
        }
        if at_word && let Some((open, inner)) = quoted(rest) {
            same.push(open);
            pieces.push(Piece::Same(std::mem::take(&mut same)));
            pieces.push(inner.1);
            rest = &rest[open.len_utf8() + inner.0..];
            // The closing mark is no place where a word begins.
            same.extend(rest.chars().next());
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
            continue;
        }
        same.push(c);
        rest = &rest[c.len_utf8()..];
    }
    pieces.push(Piece::Same(same));
    pieces.retain(|piece| *piece != Piece::Same(String::new()));
    pieces
}

/// What varies at the start of `rest`, where `before` stands before it: its length and the piece.
fn varying(rest: &str, before: &str, kinds: &Kinds) -> Option<(usize, Piece)> {
    let (name, length, pattern) =
        kinds.iter().find_map(|(name, at, pattern)| Some((*name, at.find(rest)?.end(), *pattern)))?;
    if name == "number" && is_code(before) {
        return None;
    }
    Some((length, Piece::Varies { name, pattern }))
}

/// Whether a number behind `before` is a code.
fn is_code(before: &str) -> bool {
    let word = before.trim_end_matches(|c: char| !c.is_alphabetic());
    let word = word.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let close = before.len() - before.trim_end_matches(|c: char| !c.is_alphabetic()).len() <= 3;
    close && CODE_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// A name in quotation marks: the opening mark, the length of what is within, and its piece.
fn quoted(rest: &str) -> Option<(char, (usize, Piece))> {
    let open = rest.chars().next()?;
    let (_, close) = QUOTES.iter().find(|(mark, _)| *mark == open)?;
    let within = &rest[open.len_utf8()..];
    let length = within.find(*close).filter(|length| *length > 0)?;
    let path = within[..length].contains(['/', '\\']);
    let name = if path { "path" } else { "name" };
    let pattern = match open {
        '\'' => "[^']+",
        '"' => r#"[^"]+"#,
        '`' => "[^`]+",
        '\u{ab}' => "[^\u{bb}]+",
        '\u{201c}' => "[^\u{201d}]+",
        _ => "[^\u{2019}]+",
    };
    Some((open, (length, Piece::Varies { name, pattern })))
}

/// Without what varies, or says nothing, at the start: process ids, blanks, brackets.
fn trimmed(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let speaks = |piece: &Piece| matches!(piece, Piece::Same(text) if text.chars().any(char::is_alphabetic));
    let first = pieces.iter().position(speaks).unwrap_or(pieces.len());
    // A path or a name before the first words belongs to the message.
    let keep = first.saturating_sub(2);
    let names =
        pieces[keep..first].iter().any(|piece| matches!(piece, Piece::Varies { name: "path" | "name", .. }));
    pieces.drain(..if names { keep } else { first });
    if let Some(Piece::Same(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Piece::Same(text)) = pieces.last_mut() {
        text.truncate(text.trim_end().len());
    }
    pieces.retain(|piece| *piece != Piece::Same(String::new()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_captured_and_what_stays_is_kept() {
        let table: &[(&str, &str, &[&str], &[&str])] = &[
            (
                "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4127 (apt)",
                "E: Could not get lock",
                &["path", "number"],
                &["E: Could not get lock /tmp/x. It is held by process 9 (apt)"],
            ),
            (
                " trying to overwrite '/opt/tool.conf', which is also in package tool-one 1.0-2",
                "which is also in package tool-one",
                &["path", "version"],
                &[" trying to overwrite '/a b/c', which is also in package tool-one 2.3"],
            ),
            (
                "2024-05-31 10:11:12 setup exited with error code 1603",
                "setup exited with error code 1603",
                &[],
                &[],
            ),
            (
                "MSI (s) (2C:F4) [10:11:12:345]: Product: x -- Error 1303. See C:\\a\\b.log",
                "Error 1303. See",
                &["path"],
                &[],
            ),
            ("curl: (60) cannot fetch https://example.org/a?b=1", "cannot fetch", &["url"], &[]),
            ("failed with 0x80070070", "failed with 0x80070070", &[], &[]),
        ];
        for (line, literal, names, also) in table {
            let found = generalise(line).expect(line);
            assert!(found.literal.contains(literal) || found.literal == *literal, "{line}: {found:?}");
            for name in *names {
                assert!(found.names.iter().any(|known| known == name), "{line}: {found:?}");
            }
            if let Some(pattern) = &found.pattern {
                let pattern = Regex::new(pattern).unwrap();
                assert!(pattern.is_match(line), "{pattern} misses {line}");
                assert!(also.iter().all(|other| pattern.is_match(other)), "{pattern} misses {also:?}");
            }
        }
        for line in ["", "   ", "12:13 4.5.6", "'a' 'b' 7"] {
            assert_eq!(generalise(line), None, "{line}");
        }
    }
}
