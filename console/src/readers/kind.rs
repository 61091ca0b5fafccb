//! Telling text from what is none, by its first bytes. Pure.

/// Bytes looked at.
pub(crate) const HEAD: usize = 8 << 10;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Lines, in whatever encoding.
    Text,
    /// A stream compressed with gzip.
    Gzip,
    /// A stream compressed with xz.
    Xz,
    /// A stream compressed with zstd.
    Zstd,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// A Windows event log.
    EventLog,
    /// Nothing that is read: its name in English and French.
    Other(&'static str, &'static str),
}

/// Beginnings of files that are no text, and what they are.
const MAGIC: &[(&[u8], Kind)] = &[
    (b"\x1f\x8b", Kind::Gzip),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"ElfFile\0", Kind::EventLog),
    (b"BZh", Kind::Other("compressed with bzip2", "compressé avec bzip2")),
    (b"7z\xbc\xaf\x27\x1c", Kind::Other("a 7-Zip archive", "une archive 7-Zip")),
    (b"MSCF\0\0\0\0", Kind::Other("a cabinet archive", "une archive cabinet")),
    (b"!<arch>\n", Kind::Other("a package archive", "une archive de paquet")),
    (b"\x7fELF", Kind::Other("a program", "un programme")),
    (b"MZ\x90\0", Kind::Other("a program", "un programme")),
    (b"SQLite format 3\0", Kind::Other("a database", "une base de données")),
    (b"%PDF-", Kind::Other("a PDF document", "un document PDF")),
    (b"\x89PNG", Kind::Other("a picture", "une image")),
    (b"\xff\xd8\xff", Kind::Other("a picture", "une image")),
];

/// Where a tar archive says that it is one.
const TAR_AT: usize = 257;

/// What the file is that begins so. Text of any encoding, with stray control characters and runs of zeros as preallocated
/// logs have them, is text.
pub(crate) fn kind(start: &[u8]) -> Kind {
    let head = &start[..start.len().min(HEAD)];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *kind;
    }
    if head.get(TAR_AT..TAR_AT + 5) == Some(b"ustar") {
        return Kind::Tar;
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Kind::Text;
    }
    let control = |byte: &&u8| matches!(byte, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    let written = head.iter().filter(|byte| **byte != 0).count();
    let controls = head.iter().filter(control).count();
    // Text has next to no control characters; random bytes have one in nine.
    if controls * 20 > written { Kind::Other("no text", "autre chose que du texte") } else { Kind::Text }
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
            assert_eq!(kind(text), Kind::Text, "{:?}", &text[..text.len().min(20)]);
        }
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut tar = vec![b'a'; 512];
        tar[TAR_AT..TAR_AT + 5].copy_from_slice(b"ustar");
        for binary in [&b"\x1f\x8b\x08\0\0"[..], b"PK\x03\x04\x14", b"\x7fELF\x02", &noise, &tar] {
            assert_ne!(kind(binary), Kind::Text, "{:?}", &binary[..binary.len().min(20)]);
        }
    }
}
