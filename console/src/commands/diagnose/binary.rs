//! Telling text from what is none, by its first bytes. Pure.

/// Bytes looked at.
const HEAD: usize = 8 << 10;

/// Beginnings of files that are no text, and what they are.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\xfd7zXZ\0", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"BZh", "compressed with bzip2"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"!<arch>\n", "a package archive"),
    (b"ElfFile\0", "a Windows event log"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"SQLite format 3\0", "a database"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
];

/// Where a tar archive says that it is one.
const TAR_AT: usize = 257;

/// What the file is that begins so, if it is no text. Text of any encoding, with stray control characters and runs of
/// zeros as preallocated logs have them, is text.
pub(super) fn kind(start: &[u8]) -> Option<&'static str> {
    let head = &start[..start.len().min(HEAD)];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(kind);
    }
    if head.get(TAR_AT..TAR_AT + 5) == Some(b"ustar") {
        return Some("a tar archive");
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return None;
    }
    let control = |byte: &&u8| matches!(byte, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let written = head.iter().filter(|byte| **byte != 0).count();
    let controls = head.iter().filter(control).count();
    // Text has next to no control characters; random bytes have one in nine.
    (controls * 20 > written).then_some("no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_every_encoding_are_text_and_archives_are_not() {
        let utf16: Vec<u8> = "dpkg: error\r\n".repeat(50).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let preallocated = [b"line one\nline two\n".as_slice(), &[0; 4000]].concat();
        let coloured = b"\x1b[31mError\x1b[0m: \x07 nothing\n".repeat(4);
        let latin1 = b"Impossible d'acc\xe9der \xe0 l'archive\n".to_vec();
        for text in [&b""[..], b"plain\n", &utf16, &preallocated, &coloured, &latin1] {
            assert_eq!(kind(text), None, "{:?}", &text[..text.len().min(20)]);
        }
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut tar = vec![b'a'; 512];
        tar[TAR_AT..TAR_AT + 5].copy_from_slice(b"ustar");
        for binary in [&b"\x1f\x8b\x08\0\0"[..], b"PK\x03\x04\x14", b"\x7fELF\x02", &noise, &tar] {
            assert!(kind(binary).is_some(), "{:?}", &binary[..binary.len().min(20)]);
        }
    }
}
