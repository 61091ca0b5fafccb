//! Bytes into lines, for logs as they are found.
//!
//! * Encodings: UTF-8 with and without BOM; UTF-16 in both orders, with BOM or recognised by its NUL bytes; lines that are no
//!   UTF-8 are read as Windows-1252.
//! * Lines end at LF or CRLF. A carriage return within a line starts it afresh, as progress bars do: the last segment that
//!   is not blank is kept.
//! * Terminal escape sequences (ECMA-48 CSI and OSC) and control characters are removed; tabs stay.
//! * A line longer than [`MAX_LINE_BYTES`] is cut, and says by how much. Memory stays within two such lines, whatever comes.

use memchr::{memchr, memrchr};

use hotliner_protocol::limits::MAX_LINE_BYTES;

/// Raw bytes kept of a line: escape sequences among them do not count for its length.
const MAX_RAW_BYTES: usize = 2 * MAX_LINE_BYTES;

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedLine<'l> {
    /// Its number, counted from 1.
    pub number: u64,
    /// The text, without line end, escape sequences and control characters.
    pub text: &'l str,
    /// Bytes cut from its end; 0 for a whole line.
    pub cut_bytes: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    #[default]
    Unknown,
    Utf8,
    Utf16 {
        big_endian: bool,
    },
}

/// Takes bytes as they arrive and gives lines.
#[derive(Debug, Default)]
pub struct LineDecoder {
    encoding: Encoding,
    /// First bytes, until the encoding is known.
    head: Vec<u8>,
    /// Raw bytes (UTF-8 or Windows-1252) of the line that has not ended yet.
    raw: Vec<u8>,
    cut_bytes: u64,
    number: u64,
    /// The first byte of a UTF-16 unit, and the first unit of a surrogate pair.
    half: Option<u8>,
    high: Option<u16>,
    text: String,
}

impl LineDecoder {
    /// A decoder at the start of a source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lines given so far.
    pub fn lines(&self) -> u64 {
        self.number
    }

    /// Whether a line has begun that has not ended.
    pub fn pending(&self) -> bool {
        !self.raw.is_empty() || !self.head.is_empty()
    }

    /// Takes bytes in and calls `each` for every line that ends in them.
    pub fn push(&mut self, bytes: &[u8], each: &mut impl FnMut(DecodedLine<'_>)) {
        if self.encoding == Encoding::Unknown {
            self.head.extend_from_slice(bytes);
            if let Some((encoding, bom)) = sniff(&self.head) {
                let head = std::mem::take(&mut self.head);
                self.encoding = encoding;
                self.push(&head[bom..], each);
            }
            return;
        }
        match self.encoding {
            Encoding::Utf16 { big_endian } => {
                let mut utf8 = Vec::with_capacity(bytes.len());
                self.transcode(bytes, big_endian, &mut utf8);
                self.split(&utf8, each);
            }
            _ => self.split(bytes, each),
        }
    }

    /// The source ended: gives the last line, if it has no line end.
    pub fn finish(&mut self, each: &mut impl FnMut(DecodedLine<'_>)) {
        if self.encoding == Encoding::Unknown && !self.head.is_empty() {
            let head = std::mem::take(&mut self.head);
            self.encoding = Encoding::Utf8;
            self.push(&head, each);
        }
        if !self.raw.is_empty() {
            self.end_line(each);
        }
    }

    fn transcode(&mut self, bytes: &[u8], big_endian: bool, out: &mut Vec<u8>) {
        let mut push = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = if big_endian {
                u16::from_be_bytes([first, byte])
            } else {
                u16::from_le_bytes([first, byte])
            };
            if let Some(high) = self.high.take() {
                if let Some(Ok(pair)) = char::decode_utf16([high, unit]).next() {
                    push(pair);
                    continue;
                }
                push(char::REPLACEMENT_CHARACTER);
            }
            match unit {
                0xD800..=0xDBFF => self.high = Some(unit),
                _ => push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
        }
    }

    fn split(&mut self, mut bytes: &[u8], each: &mut impl FnMut(DecodedLine<'_>)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match plain(line).filter(|_| self.raw.is_empty() && self.cut_bytes == 0) {
                // The common case copies nothing.
                Some(text) => {
                    self.number += 1;
                    each(DecodedLine { number: self.number, text, cut_bytes: 0 });
                }
                None => {
                    self.keep(line);
                    self.end_line(each);
                }
            }
        }
        self.keep(bytes);
    }

    /// Adds to the raw line, within its bound.
    fn keep(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(&bytes[..bytes.len().min(MAX_RAW_BYTES)]);
        self.cut_bytes += bytes.len().saturating_sub(MAX_RAW_BYTES) as u64;
        if self.raw.len() <= MAX_RAW_BYTES {
            return;
        }
        // A progress bar that never ends its line: only its last state matters.
        let last = self.raw.len() - 1;
        if let Some(cr) = memrchr(b'\r', &self.raw[..last]) {
            self.raw.drain(..=cr);
        }
        let over = self.raw.len().saturating_sub(MAX_RAW_BYTES);
        self.raw.truncate(MAX_RAW_BYTES);
        self.cut_bytes += over as u64;
    }

    fn end_line(&mut self, each: &mut impl FnMut(DecodedLine<'_>)) {
        self.text.clear();
        match std::str::from_utf8(&self.raw) {
            Ok(text) => clean(text, &mut self.text),
            // A cut may have split the last character.
            Err(error) if error.error_len().is_none() && self.cut_bytes > 0 => {
                clean(&String::from_utf8_lossy(&self.raw[..error.valid_up_to()]), &mut self.text);
            }
            Err(_) => clean(&windows_1252(&self.raw), &mut self.text),
        }
        if self.text.len() > MAX_LINE_BYTES {
            let keep = self.text.floor_char_boundary(MAX_LINE_BYTES);
            self.cut_bytes += (self.text.len() - keep) as u64;
            self.text.truncate(keep);
        }
        self.number += 1;
        each(DecodedLine { number: self.number, text: &self.text, cut_bytes: self.cut_bytes });
        self.raw.clear();
        self.raw.shrink_to(4096);
        self.cut_bytes = 0;
    }
}

/// The encoding the first bytes tell, and the length of a BOM; `None` while they do not tell yet. Depends on nothing but the
/// bytes themselves, however they arrive.
fn sniff(head: &[u8]) -> Option<(Encoding, usize)> {
    let (little, big) = (Encoding::Utf16 { big_endian: false }, Encoding::Utf16 { big_endian: true });
    Some(match *head {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => (little, 2),
        [0xFE, 0xFF, ..] => (big, 2),
        // Latin text in UTF-16 has a NUL in every pair, always on the same side.
        [a, 0, b, 0, ..] if a != 0 && b != 0 => (little, 0),
        [0, a, 0, b, ..] if a != 0 && b != 0 => (big, 0),
        [] | [_] | [0xEF, 0xBB] | [_, 0] | [0, _] | [_, 0, _] | [0, _, _] => return None,
        _ => (Encoding::Utf8, 0),
    })
}

/// The line as it is, if there is nothing to clean, cut or convert.
fn plain(line: &[u8]) -> Option<&str> {
    // Without a way out in the middle the compiler takes many bytes at once.
    let control = |byte: u8| byte < 0x20 && byte != b'\t' || byte == 0x7F;
    let (dirty, wide) = line
        .iter()
        .fold((false, false), |(dirty, wide), &byte| (dirty | control(byte), wide | (byte >= 0x80)));
    if dirty || line.len() > MAX_LINE_BYTES {
        return None;
    }
    let text = std::str::from_utf8(line).ok()?;
    // C1 controls (U+0080 to U+009F) are the bytes C2 80 to C2 9F.
    (!wide || memchr(0xC2, line).is_none() || !text.contains(|c: char| ('\u{80}'..='\u{9f}').contains(&c)))
        .then_some(text)
}

/// Bytes 0x80 to 0x9F of Windows-1252 (WHATWG Encoding Standard, index windows-1252); the rest are Latin-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(bytes: &[u8]) -> String {
    let decode = |&byte: &u8| match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        other => char::from(other),
    };
    bytes.iter().map(decode).collect()
}

/// Appends the last non-blank segment of `line`, without escape sequences and control characters.
fn clean(line: &str, out: &mut String) {
    for segment in line.split('\r').rev() {
        out.clear();
        strip(segment, out);
        if !out.trim().is_empty() {
            return;
        }
    }
    out.clear();
}

fn strip(segment: &str, out: &mut String) {
    let mut chars = segment.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                Some('[') => drop(chars.by_ref().find(|c| ('\u{40}'..='\u{7e}').contains(c))),
                // Without its end it is no sequence: only its mark goes, not the rest of the line.
                Some(']') => {
                    let mut behind = chars.clone();
                    if behind.any(|c| matches!(c, '\u{7}' | '\u{1b}' | '\u{9c}')) {
                        chars = behind;
                    }
                }
                _ => {}
            },
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of `bytes`, cut into pieces of `size`.
    fn lines(bytes: &[u8], size: usize) -> Vec<(String, u64)> {
        let mut decoder = LineDecoder::new();
        let mut found = Vec::new();
        let mut each = |line: DecodedLine<'_>| found.push((line.text.to_owned(), line.cut_bytes));
        for piece in bytes.chunks(size) {
            decoder.push(piece, &mut each);
        }
        decoder.finish(&mut each);
        assert!(!decoder.pending());
        found
    }

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    #[test]
    fn logs_as_found_become_the_same_lines_however_they_are_cut() {
        let table: Vec<(&str, Vec<u8>, Vec<&str>)> = vec![
            ("empty", b"".to_vec(), vec![]),
            ("plain", b"one\ntwo\n".to_vec(), vec!["one", "two"]),
            ("no last line end", b"one\n\ntwo".to_vec(), vec!["one", "", "two"]),
            ("short", b"ab".to_vec(), vec!["ab"]),
            ("crlf", b"one\r\ntwo\r\n".to_vec(), vec!["one", "two"]),
            ("bom", "\u{feff}échec\n".into(), vec!["échec"]),
            ("utf-16le bom", utf16("\u{feff}échec 😀\r\nfin", false), vec!["échec 😀", "fin"]),
            ("utf-16be bom", utf16("\u{feff}échec 😀\r\nfin", true), vec!["échec 😀", "fin"]),
            ("utf-16le bare", utf16("MSI (s) failed\r\n", false), vec!["MSI (s) failed"]),
            ("utf-16be bare", utf16("MSI (s) failed\r\n", true), vec!["MSI (s) failed"]),
            (
                "latin-1 line among utf-8",
                b"\xe9chec \x80\nd\xc3\xa9j\xc3\xa0\n".to_vec(),
                vec!["échec €", "déjà"],
            ),
            ("colours", b"\x1b[1;31mE:\x1b[0m bad\x1b]0;title\x07!\n".to_vec(), vec!["E: bad!"]),
            ("title without end", b"\x1b]0;dpkg: error\n".to_vec(), vec!["0;dpkg: error"]),
            (
                "lone surrogates",
                vec![0xff, 0xfe, 0x00, 0xd8, b'a', 0, 0x00, 0xdc, b'\n', 0],
                vec!["\u{fffd}a\u{fffd}"],
            ),
            ("progress", b"10%\r50%\r100%\n".to_vec(), vec!["100%"]),
            ("progress wiped", b"downloading\r           \rdone\r    \n".to_vec(), vec!["done"]),
            ("controls", b"a\x00b\x07c\td\x7f\n".to_vec(), vec!["abc\td"]),
        ];
        for (name, bytes, expected) in table {
            for size in [1, 2, 3, 7, 1024] {
                let found: Vec<String> = lines(&bytes, size).into_iter().map(|(text, _)| text).collect();
                assert_eq!(found, expected, "{name}, pieces of {size}");
            }
        }
    }

    #[test]
    fn an_endless_line_is_cut_and_says_by_how_much() {
        let long = vec![b'x'; 1 << 20];
        for size in [1000, 1 << 20] {
            let found = lines(&long, size);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].0.len(), MAX_LINE_BYTES);
            assert_eq!(found[0].1, (1 << 20) - MAX_LINE_BYTES as u64);
        }
        let accents: Vec<u8> = "é".repeat(MAX_LINE_BYTES).into();
        let found = lines(&accents, 4096);
        assert_eq!(found[0].0.len() as u64 + found[0].1, accents.len() as u64);
        assert!(found[0].0.chars().all(|c| c == 'é'));
    }

    #[test]
    fn an_endless_progress_bar_keeps_only_its_last_state() {
        let mut bytes = Vec::new();
        for percent in 0..200_000 {
            bytes.extend(format!("progress {percent}\r").into_bytes());
        }
        bytes.extend(b"failed: no space\n");
        assert_eq!(lines(&bytes, 4096), [("failed: no space".to_owned(), 0)]);
    }
}
