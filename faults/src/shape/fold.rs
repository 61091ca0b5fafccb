//! Folding a line: what differs from PC to PC becomes a mark.
//!
//! | mark | stands for |
//! | --- | --- |
//! | `<q>` | what stands in quotes |
//! | `<p>` | a path of Unix or Windows, an address of the web |
//! | `<n>` | a number, version, time, code, hash, address or id: anything with a digit |
//!
//! Marks that follow each other become one, so that `12 of 30` and `3` may still differ in words, but not in figures.

/// Longest template, in bytes.
const MAX_TEMPLATE_BYTES: usize = 240;

/// Longest quoted part, in bytes; without a bound a line full of opening quotes would be read again for each.
const MAX_QUOTED_BYTES: usize = 512;

/// Pairs of quotes.
const QUOTES: [(char, char); 7] =
    [('"', '"'), ('\'', '\''), ('`', '\''), ('`', '`'), ('«', '»'), ('“', '”'), ('‘', '’')];

/// The template of a line, in lower case.
pub fn template(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        if out.len() >= MAX_TEMPLATE_BYTES {
            break;
        }
        let (piece, length) =
            quoted(rest, before).map_or_else(|| word(rest), |length| ("<q>".to_owned(), length));
        push(&mut out, &piece);
        before = rest[..length].chars().next_back().unwrap_or(c);
        rest = &rest[length..];
    }
    out.truncate(out.floor_char_boundary(MAX_TEMPLATE_BYTES));
    out.trim_end().to_owned()
}

/// Adds a piece, with neither blanks nor marks twice.
fn push(out: &mut String, piece: &str) {
    let blank = piece.trim().is_empty();
    if blank && (out.is_empty() || out.ends_with(' ')) {
        return;
    }
    let repeated = piece.starts_with('<') && out.trim_end().ends_with(piece);
    if !repeated {
        out.push_str(if blank { " " } else { piece });
    }
}

/// The length of a quoted part at the start of `rest`; an apostrophe within a word opens none.
fn quoted(rest: &str, before: char) -> Option<usize> {
    if before.is_alphanumeric() {
        return None;
    }
    let first = rest.chars().next()?;
    QUOTES.into_iter().filter(|(open, _)| *open == first).find_map(|(open, close)| {
        let inside = &rest[open.len_utf8()..];
        let near = &inside[..inside.floor_char_boundary(MAX_QUOTED_BYTES)];
        let end = near.find(close).filter(|end| *end > 0)?;
        Some(open.len_utf8() + end + close.len_utf8())
    })
}

/// The next word, blank or sign, folded, and its length.
fn word(rest: &str) -> (String, usize) {
    let within = |c: char| c.is_alphanumeric() || "_-.~+/\\:@%#$=&?".contains(c);
    let length = rest.find(|c: char| !within(c)).unwrap_or(rest.len());
    if length == 0 {
        // Signs say nothing that the words do not.
        return (" ".to_owned(), rest.chars().next().map_or(1, char::len_utf8));
    }
    let whole = &rest[..length];
    // What ends a sentence or a clause does not belong to the word.
    let trimmed = whole.trim_end_matches([':', '.', '=', '-', '?', '&', '+']);
    if trimmed.is_empty() {
        return (" ".to_owned(), length);
    }
    (fold(trimmed), trimmed.len())
}

fn fold(word: &str) -> String {
    let drive = matches!(word.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let path = drive
        || word.starts_with(['/', '~'])
        || word.contains("://")
        || word.contains('\\')
        || word.matches('/').count() > 1;
    if path {
        "<p>".to_owned()
    } else if word.contains(|c: char| c.is_ascii_digit()) || is_hex(word) {
        // `name=12` and `name:12` keep their name.
        match word
            .split_once(['=', ':'])
            .filter(|(name, _)| !name.contains(|c: char| c.is_ascii_digit()) && !is_hex(name))
        {
            Some((name, _)) if !name.is_empty() => format!("{} <n>", name.to_lowercase()),
            _ => "<n>".to_owned(),
        }
    } else {
        word.to_lowercase()
    }
}

/// Eight or more hexadecimal digits and nothing else; shorter ones may be words (`dead`, `added`).
fn is_hex(word: &str) -> bool {
    word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_pc_to_pc_is_folded_and_words_stay() {
        let table = [
            ("Error 0x80070070 in step 7", "error <n> in step <n>"),
            ("cannot open '/etc/x y.conf': denied", "cannot open <q> denied"),
            ("can't open /etc/x.conf: denied", "can t open <p> denied"),
            ("failed to fetch http://a.example/x?y=1", "failed to fetch <p>"),
            ("C:\\Windows\\x.dll is missing.", "<p> is missing"),
            ("« Paquet » introuvable", "<q> introuvable"),
            ("pid=12 name=bob", "pid <n> name=bob"),
            ("sha256:deadbeefcafe mismatch", "<n> mismatch"),
            ("10:11:12.013 [worker-3] failed", "<n> failed"),
            ("it   failed", "it failed"),
            ("libfoo2 (1:2.3-4) conflicts", "<n> conflicts"),
            ("", ""),
        ];
        for (line, expected) in table {
            assert_eq!(template(line), expected, "{line}");
        }
        for endless in ["é".repeat(10_000), "é 1 ".repeat(10_000), "'".repeat(10_000)] {
            assert!(template(&endless).len() <= MAX_TEMPLATE_BYTES);
        }
    }
}
