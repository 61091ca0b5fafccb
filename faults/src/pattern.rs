//! A pattern of log evidence, compiled when it is first tried.
//!
//! Hundreds of compiled expressions take megabytes and most of a program's start, and a case tries a handful. A pattern from outside
//! is compiled while loading, so that a bad one is refused; those of the built-in catalogue, which its tests have compiled, wait.

use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder};

/// Largest compiled pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// A regular expression.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    ignore_case: bool,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern that is known to compile.
    pub(crate) fn trusted(text: &str, ignore_case: bool) -> Self {
        Self { text: text.into(), ignore_case, compiled: OnceLock::new() }
    }

    /// A pattern that may be wrong.
    ///
    /// # Errors
    /// Why it does not compile.
    pub(crate) fn checked(text: &str, ignore_case: bool) -> Result<Self, regex::Error> {
        let regex = build(text, ignore_case)?;
        Ok(Self { text: text.into(), ignore_case, compiled: OnceLock::from(Some(regex)) })
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it compiles; true of every pattern that was loaded from outside.
    pub fn compiles(&self) -> bool {
        self.regex().is_some()
    }

    /// The names of its groups, from left to right.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        // Read off the text, or asking would compile. `(?P<` and `(?<` begin a name; look-behind does not exist.
        self.text.match_indices("(?").filter_map(|(at, _)| {
            let escapes = self.text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
            let rest = &self.text[at + 2..];
            let rest = rest.strip_prefix('P').unwrap_or(rest).strip_prefix('<')?;
            (escapes % 2 == 0).then(|| rest.split_once('>').map(|(name, _)| name)).flatten()
        })
    }

    /// What it captures in a line; none if it does not match.
    pub(crate) fn captures<'l>(&self, line: &'l str) -> Option<Captures<'l>> {
        self.regex()?.captures(line)
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| build(&self.text, self.ignore_case).ok()).as_ref()
    }
}

fn build(text: &str, ignore_case: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).case_insensitive(ignore_case).size_limit(MAX_PATTERN_BYTES).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_off_the_text_are_those_of_the_expression() {
        for text in
            ["", "a", r"(?P<x>a)(?<y_1>b(?:c))(?i:d)", r"\(?P<no>", r"\\(?P<yes>a)", r"(?P<a>x)|(?P<b>y)?"]
        {
            let pattern = Pattern::checked(text, false).unwrap();
            let regex = Regex::new(text).unwrap();
            assert_eq!(
                pattern.names().collect::<Vec<_>>(),
                regex.capture_names().flatten().collect::<Vec<_>>()
            );
        }
        assert!(Pattern::checked("(", false).is_err() && !Pattern::trusted("(", false).compiles());
    }
}
