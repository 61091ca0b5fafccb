//! How a code is spelled in a line, and what must stand around the spelling for it to be that code.
//!
//! Wide codes (32 bits), names and texts are literals of their own with a look at their borders. Small numbers are found behind
//! *marks*: words such as `error` or `exit status`, which are literals too; the number behind a mark is read and looked up. So the
//! automaton grows with the codes that faults name, and the cost of a line does not.

use super::{Code, System};
use crate::literals::MIN_BYTES;

/// What must hold around a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Guard {
    /// Eight hexadecimal digits behind `0x`, or behind a word that says that a code follows.
    Hex,
    /// A decimal number by itself.
    Decimal,
    /// A symbolic name, in its very case.
    Name,
    /// A name too short for a literal, with the separator before it.
    ShortName,
    /// A sentence of the system.
    Text,
}

/// A word behind which a number is a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Error,
    Code,
    Errno,
    Status,
    Returned,
    Exit,
    LastError,
    Failed,
}

/// The words, in lower case (ASCII case is ignored), and what they mark.
pub(crate) const MARKS: [(&str, Mark); 12] = [
    ("error", Mark::Error),
    ("erreur", Mark::Error),
    ("code", Mark::Code),
    ("errno", Mark::Errno),
    ("status", Mark::Status),
    ("statut", Mark::Status),
    ("returned", Mark::Returned),
    ("returning", Mark::Returned),
    ("exit", Mark::Exit),
    ("sortie", Mark::Exit),
    ("gle=", Mark::LastError),
    ("failed (", Mark::Failed),
];

/// Words that may stand between a mark and its number.
const FILLERS: [&[u8]; 9] =
    [b"code", b"value", b"status", b"number", b"is", b"was", b"n\xc2\xb0", b"decimal", b"hex"];

/// Most bytes between a mark and its number.
const MAX_BETWEEN: usize = 32;

/// Words that make a number an amount.
const UNITS: [&[u8]; 16] = [
    b"bytes",
    b"octets",
    b"kb",
    b"mb",
    b"gb",
    b"ms",
    b"s",
    b"sec",
    b"seconds",
    b"files",
    b"errors",
    b"warnings",
    b"of",
    b"times",
    b"packages",
    b"items",
];

/// Words before bare hexadecimal digits that say that a code follows.
const CODE_WORDS: [&[u8]; 12] = [
    b"error",
    b"erreur",
    b"code",
    b"hr",
    b"hresult",
    b"result",
    b"status",
    b"failed",
    b"gle",
    b"windowsupdate",
    b"exception",
    b"with",
];

/// Words before `0x` that say that an address follows.
const ADDRESS_WORDS: [&[u8]; 9] =
    [b"address", b"addr", b"offset", b"base", b"mem", b" at", b"rip", b"eip", b"adresse"];

/// What may stand before a short name.
const SEPARATORS: [char; 8] = [' ', '(', '[', '"', '\'', ':', '=', '\t'];

/// Every literal spelling of `code` with what must stand around it.
pub(crate) fn literals(code: Code) -> Vec<(String, Guard)> {
    let mut all = Vec::new();
    for value in code.wide() {
        all.push((format!("{value:08x}"), Guard::Hex));
        all.push((value.cast_signed().to_string(), Guard::Decimal));
        all.push((value.to_string(), Guard::Decimal));
    }
    if let Some(entry) = code.entry() {
        if entry.name.len() < MIN_BYTES {
            all.extend(SEPARATORS.map(|before| (format!("{before}{}", entry.name), Guard::ShortName)));
        } else {
            all.push((entry.name.to_owned(), Guard::Name));
        }
        for text in entry.texts.into_iter().flatten() {
            all.push((text.to_owned(), Guard::Text));
            // Windows prints either apostrophe, depending on its version.
            if text.contains('’') {
                all.push((text.replace('’', "'"), Guard::Text));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Whether what stands around `line[start..end]` makes it a code. `name` is the literal in its case.
pub(crate) fn holds(guard: Guard, literal: &str, line: &str, start: usize, end: usize) -> bool {
    let bytes = line.as_bytes();
    let (before, after) = (&bytes[..start], &bytes[end..]);
    match guard {
        Guard::Hex => hex(before, after),
        Guard::Decimal => decimal(bytes[start] == b'-', before, after),
        Guard::ShortName => line[start + 1..end] == *literal && !after.first().is_some_and(is_word),
        Guard::Name => {
            line[start..end] == *literal
                && !before.last().is_some_and(is_word)
                && !after.first().is_some_and(is_word)
        }
        Guard::Text => !before.last().is_some_and(is_word) && !after.first().is_some_and(is_word),
    }
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80
}

fn hex(before: &[u8], after: &[u8]) -> bool {
    let behind = match after {
        [b'l' | b'L' | b'u' | b'U', next, ..] => !is_word(next),
        [b'l' | b'L' | b'u' | b'U'] | [] => true,
        // A range of memory, or an address with an offset.
        [b'-', b'0', b'x' | b'X', digits @ ..] => hex_digits(digits) < 8,
        [b'+', ..] => false,
        // A GUID.
        [b'-', rest @ ..] => hex_digits(rest) != 4 || rest.get(4) != Some(&b'-'),
        [next, ..] => !is_word(next),
    };
    if !behind {
        return false;
    }
    // A 64-bit value with its sign spread, as PowerShell prints it.
    let before = match before {
        [rest @ .., a, b, c, d, e, f, g, h]
            if [a, b, c, d, e, f, g, h].iter().all(|b| matches!(b, b'f' | b'F')) =>
        {
            rest
        }
        _ => before,
    };
    if let [rest @ .., b'0', b'x' | b'X'] = before {
        let context = trimmed(rest, b" :=([");
        let address = ADDRESS_WORDS.iter().any(|word| ends_with_word(context, word))
            || rest.ends_with(b"+")
            || rest.ends_with(b"@");
        return !rest.last().is_some_and(u8::is_ascii_alphanumeric) && !address;
    }
    let context = trimmed(before, b" :=#([\"'_");
    context.len() < before.len() && CODE_WORDS.iter().any(|word| ends_with_word(context, word))
}

fn decimal(signed: bool, before: &[u8], after: &[u8]) -> bool {
    let joined = |byte: &u8| is_word(byte) || matches!(byte, b'.' | b'-' | b'/' | b'+' | b',' | b'$');
    let free = match before {
        // A list such as `0, -2147024784` or a clause before it.
        [.., b','] => signed,
        [.., byte] => !joined(byte),
        [] => true,
    };
    free && number_ends(after) && !amount(after)
}

/// Whether a number may end before `after`: no digit, letter, fraction, group, ratio or time goes on.
fn number_ends(after: &[u8]) -> bool {
    match after {
        [b'.' | b',' | b':' | b'/', next, ..] if next.is_ascii_digit() => false,
        [b'-', next, ..] if next.is_ascii_alphanumeric() => false,
        [b'%' | b'/', ..] => false,
        [next, ..] => !is_word(next),
        [] => true,
    }
}

/// Whether a unit follows.
fn amount(after: &[u8]) -> bool {
    let spaces = after.iter().take_while(|byte| **byte == b' ').count();
    let rest = &after[spaces..];
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    UNITS.iter().any(|unit| rest[..length].eq_ignore_ascii_case(unit))
}

fn hex_digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_hexdigit()).count()
}

fn trimmed<'b>(bytes: &'b [u8], separators: &[u8]) -> &'b [u8] {
    let end = bytes.iter().rposition(|byte| !separators.contains(byte)).map_or(0, |at| at + 1);
    &bytes[..end]
}

/// Whether `bytes` end in `word`, ASCII case ignored. A word of a few letters must stand by itself.
fn ends_with_word(bytes: &[u8], word: &[u8]) -> bool {
    let Some(at) = bytes.len().checked_sub(word.len()) else { return false };
    let alone = word.len() > 4 || at == 0 || word[0] == b' ' || !bytes[at - 1].is_ascii_alphanumeric();
    alone && bytes[at..].eq_ignore_ascii_case(word)
}

/// A number behind a mark: the systems it may be a code of, its value, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    systems: [Option<System>; 3],
    /// The value without its sign.
    pub(crate) value: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Number {
    pub(crate) fn systems(self) -> impl Iterator<Item = System> {
        self.systems.into_iter().flatten()
    }
}

/// Reads the number behind a mark that stands at `start..end`; none if there is none, or if it is an amount.
pub(crate) fn number(mark: Mark, line: &str, start: usize, end: usize) -> Option<Number> {
    let bytes = line.as_bytes();
    let (at, colon) = skip(bytes, end);
    if at == end && !matches!(mark, Mark::LastError | Mark::Failed) {
        return None;
    }
    let negative = bytes.get(at) == Some(&b'-');
    let digits = at + usize::from(negative);
    let (value, length) = parse(&bytes[digits..])?;
    let after = &bytes[digits + length..];
    if !number_ends(after) || amount(after) {
        return None;
    }
    // `Error: 5 archives could not be fetched` counts, and names no code.
    let counts = matches!(mark, Mark::Error | Mark::Returned) && colon;
    if counts && matches!(after, [b' ', next, ..] if next.is_ascii_alphabetic()) {
        return None;
    }
    if mark == Mark::Failed && after.first() != Some(&b')') {
        return None;
    }
    let systems = systems(mark, &bytes[..start], value, negative);
    Some(Number { systems, value, start: at, end: digits + length })
}

/// Where the number behind a mark begins, and whether a colon stands between.
fn skip(bytes: &[u8], end: usize) -> (usize, bool) {
    let (mut at, mut colon) = (end, false);
    while at < bytes.len() && at - end < MAX_BETWEEN {
        let rest = &bytes[at..];
        let step = match rest {
            [b' ' | b'\t' | b'=' | b'#' | b'(' | b'[' | b'"' | b'\'' | b')', ..] => 1,
            [b':', ..] => {
                colon = true;
                1
            }
            // No-break spaces, as French has them before a colon.
            [0xC2, 0xA0, ..] => 2,
            [0xE2, 0x80, 0xAF, ..] => 3,
            // Words only behind a separator: `errorcode` is another mark, `errors` is none.
            _ if at > end => match FILLERS.iter().find(|filler| is_filler(rest, filler)) {
                Some(filler) => filler.len(),
                None => break,
            },
            _ => break,
        };
        at += step;
    }
    (at, colon)
}

fn is_filler(rest: &[u8], filler: &[u8]) -> bool {
    rest.len() > filler.len()
        && rest[..filler.len()].eq_ignore_ascii_case(filler)
        && !rest[filler.len()].is_ascii_alphanumeric()
}

/// A decimal or hexadecimal number at the start of `bytes`, and its length.
fn parse(bytes: &[u8]) -> Option<(u32, usize)> {
    let (skip, digits, radix) = match bytes {
        [b'0', b'x' | b'X', rest @ ..] => (2, rest, 16),
        _ => (0, bytes, 10),
    };
    let length = digits.iter().take_while(|byte| char::from(**byte).is_digit(radix)).count();
    let text = std::str::from_utf8(&digits[..length]).ok()?;
    Some((u32::from_str_radix(text, radix).ok()?, skip + length))
}

/// What a number behind this mark may be.
fn systems(mark: Mark, before: &[u8], value: u32, negative: bool) -> [Option<System>; 3] {
    use System::{Errno, Exit, Msi, Win32};
    // The kernel and libuv print a failed call's errno with its sign.
    if negative {
        return match mark {
            Mark::Error | Mark::Errno | Mark::Code | Mark::Returned => [Some(Errno), None, None],
            _ => [None; 3],
        };
    }
    // An exit status of Unix ends at 255; greater ones are Windows codes passed through.
    let passed = if value > 255 { [Some(Win32), Some(Msi), None] } else { [Some(Exit), None, None] };
    match mark {
        Mark::Errno => [Some(Errno), None, None],
        Mark::LastError => [Some(Win32), None, None],
        Mark::Failed => [Some(Win32), None, None],
        Mark::Exit => passed,
        Mark::Returned if value > 255 => [Some(Msi), None, None],
        Mark::Returned => [Some(Exit), None, None],
        // Rust programs say `os error` on every system; what errno does not have is Windows'.
        Mark::Error if before.ends_with(b"os ") && value < 134 => [Some(Errno), None, None],
        Mark::Error | Mark::Code | Mark::Status if of_exit(before) => passed,
        Mark::Error | Mark::Code => [Some(Win32), Some(Msi), None],
        Mark::Status => [Some(Msi), None, None],
    }
}

/// Whether the words before a mark say that a process ended.
fn of_exit(before: &[u8]) -> bool {
    const WORDS: [&[u8]; 5] = [b"exit", b"return", b"retour", b"sortie", b"renvoy"];
    let window = &before[before.len().saturating_sub(24)..];
    WORDS.iter().any(|word| window.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word)))
}
