//! Types of captured variables. What a log says is untrusted text; a typed capture whose text is not of its type counts as not
//! captured, so that neither a condition nor a step is fed with rubbish.

use crate::lexer::quantity;

/// Longest captured path or text that is taken, in bytes.
const MAX_TEXT_BYTES: usize = 4_096;

/// What a captured text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureType {
    /// A whole number.
    Int,
    /// An absolute path of Unix or Windows.
    Path,
    /// A size with or without a unit, in bytes when compared; English and French units.
    Size,
    /// A time with a unit, in milliseconds when compared.
    Duration,
    /// A version: it has a digit, and no space.
    Version,
    /// The name of a package, program or device: no space, no quotes, no shell characters.
    Name,
    /// Any text.
    Text,
}

impl CaptureType {
    /// All types.
    pub const ALL: [CaptureType; 7] =
        [Self::Int, Self::Path, Self::Size, Self::Duration, Self::Version, Self::Name, Self::Text];

    /// The word in fault files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Path => "path",
            Self::Size => "size",
            Self::Duration => "duration",
            Self::Version => "version",
            Self::Name => "name",
            Self::Text => "text",
        }
    }

    /// The type called `word`.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether `text` is of this type.
    pub fn admits(self, text: &str) -> bool {
        let name = |c: char| c.is_alphanumeric() || ".+_:@/-~".contains(c);
        let short = text.len() <= MAX_TEXT_BYTES && !text.chars().any(char::is_control);
        short
            && match self {
                Self::Int => text.parse::<i64>().is_ok(),
                Self::Path => is_absolute(text),
                Self::Size | Self::Duration => quantity(text).is_some(),
                Self::Version => {
                    text.bytes().any(|b| b.is_ascii_digit()) && !text.chars().any(char::is_whitespace)
                }
                Self::Name => !text.is_empty() && !text.starts_with('-') && text.chars().all(name),
                Self::Text => true,
            }
    }
}

fn is_absolute(text: &str) -> bool {
    let drive = matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    text.starts_with('/') || text.starts_with("\\\\") || drive
}

#[cfg(test)]
mod tests {
    use super::CaptureType::{self, Duration, Int, Name, Path, Size, Version};

    #[test]
    fn rubbish_is_of_no_type() {
        let table: [(CaptureType, &[&str], &[&str]); 6] = [
            (Int, &["0", "4127", "-28"], &["", "41 27", "0x10", "4127)", "99999999999999999999"]),
            (Path, &["/var/lib/dpkg", "C:\\Windows", "\\\\server\\share"], &["", "var/lib", "C:", "/a\nb"]),
            (Size, &["512", "1.5 GB", "1,5 Go", "200MiB", "12 ko"], &["", "big", "12 XB", "1.2.3 MB"]),
            (Duration, &["90s", "15 min"], &["soon"]),
            (Version, &["22.04", "1:2.3-4+deb12u1", "v3"], &["", "stable", "2 3"]),
            (Name, &["libc6:amd64", "@types/node"], &["", "-rf", "a b", "a;b", "$(x)"]),
        ];
        for (kind, good, bad) in table {
            assert!(good.iter().all(|text| kind.admits(text)), "{kind:?} {good:?}");
            assert!(!bad.iter().any(|text| kind.admits(text)), "{kind:?} {bad:?}");
        }
    }
}
