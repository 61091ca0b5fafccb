//! Join codes: `NNN SSSSSS`, said aloud over the telephone.

use std::fmt;
use std::str::FromStr;

use crate::limits::{CODE_SECRET_DIGITS, MAX_NAMEPLATE_DIGITS, MIN_NAMEPLATE_DIGITS};

/// A join code: a nameplate that finds the case, and a six-digit secret that proves the right to join it.
///
/// The nameplate is public. The secret goes into SPAKE2 and never over the wire; `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JoinCode {
    digits: String,
}

/// Why a text is not a join code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadJoinCode {
    /// It holds something else than digits and separators.
    #[error("a code is made of digits only, such as 482 913057")]
    NotDigits,
    /// Too few or too many digits.
    #[error("a code has nine digits, such as 482 913057; this one has {0}")]
    Length(usize),
}

impl JoinCode {
    /// A code from a random number: `nameplate` is shown with at least three digits, `secret` is taken modulo 10^6.
    ///
    /// # Errors
    /// [`BadJoinCode::Length`] if the nameplate has more digits than [`MAX_NAMEPLATE_DIGITS`].
    pub fn new(nameplate: u32, secret: u32) -> Result<Self, BadJoinCode> {
        format!("{nameplate:03}{:06}", secret % 1_000_000).parse()
    }

    /// The public part.
    pub fn nameplate(&self) -> &str {
        &self.digits[..self.digits.len() - CODE_SECRET_DIGITS]
    }

    /// All digits, without the space, for scripts and for the password of SPAKE2.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

impl FromStr for JoinCode {
    type Err = BadJoinCode;

    /// Takes what people type and say: spaces, dashes and dots between digits do not matter.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let separators = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '.' | '\u{2013}');
        let digits: String = text.chars().filter(separators).collect();
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadJoinCode::NotDigits);
        }
        let allowed = MIN_NAMEPLATE_DIGITS + CODE_SECRET_DIGITS..=MAX_NAMEPLATE_DIGITS + CODE_SECRET_DIGITS;
        if !allowed.contains(&digits.len()) {
            return Err(BadJoinCode::Length(digits.len()));
        }
        Ok(Self { digits })
    }
}

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nameplate, secret) = self.digits.split_at(self.digits.len() - CODE_SECRET_DIGITS);
        write!(f, "{nameplate} {secret}")
    }
}

impl fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinCode({} ......)", self.nameplate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_understood() {
        for text in ["482913057", "482 913057", "482-913-057", " 482 913 057 ", "482.913.057"] {
            let code: JoinCode = text.parse().unwrap();
            assert_eq!((code.nameplate(), code.to_string().as_str()), ("482", "482 913057"), "{text}");
        }
        let long: JoinCode = "1482 913057".parse().unwrap();
        assert_eq!(long.nameplate(), "1482");
    }

    #[test]
    fn what_is_no_code_is_refused_with_the_reason() {
        let cases = [
            ("", BadJoinCode::Length(0)),
            ("12345678", BadJoinCode::Length(8)),
            ("48291305x", BadJoinCode::NotDigits),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<JoinCode>().unwrap_err(), error, "{text}");
        }
        assert!("1".repeat(13).parse::<JoinCode>().is_err());
        assert!("٤٨٢٩١٣٠٥٧".parse::<JoinCode>().is_err(), "only ASCII digits: SPAKE2 compares bytes");
    }

    #[test]
    fn a_log_never_shows_the_secret() {
        let code = JoinCode::new(7, 913_057).unwrap();
        assert_eq!(code.digits(), "007913057");
        assert!(!format!("{code:?}").contains("913057"));
    }
}
