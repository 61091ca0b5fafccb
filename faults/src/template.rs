//! Texts with variables: `{holder|Another program} holds {path}.`
//!
//! Captured parts are untrusted: they are put in as they are and must be escaped by whoever shows them, and they never
//! become part of a command line except as one argument.

use crate::expression::Variables;
use crate::lexer::SyntaxError;

/// A text with variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable { name: String, fallback: Option<String> },
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// [`SyntaxError`] for a brace without its partner or an empty name.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find(['{', '}']).map(|open| open + at) {
            let close = text[open..].find('}').map(|close| close + open);
            let bad = || {
                SyntaxError::new(open, "a variable is written {name} or {name|otherwise}", "close the brace")
            };
            let inside = close
                .filter(|close| *close > open + 1)
                .map(|close| &text[open + 1..close])
                .ok_or_else(bad)?;
            let (name, fallback) = match inside.split_once('|') {
                Some((name, fallback)) => (name, Some(fallback.to_owned())),
                None => (inside, None),
            };
            if name.is_empty() || !name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
                return Err(bad());
            }
            pieces.push(Piece::Text(text[at..open].to_owned()));
            pieces.push(Piece::Variable { name: name.to_owned(), fallback });
            at = open + inside.len() + 2;
        }
        pieces.push(Piece::Text(text[at..].to_owned()));
        Ok(Self(pieces))
    }

    /// The variables, and whether each has words for when it is empty.
    pub fn variables(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable { name, fallback } => Some((name.as_str(), fallback.is_some())),
            Piece::Text(_) => None,
        })
    }

    /// The text with variables put in. One that is empty and has no fallback shows as `…`.
    pub fn fill(&self, variables: &Variables) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable { name, fallback } => {
                let value = variables.get(name).filter(|value| !value.is_empty());
                value.or(fallback.as_ref()).cloned().unwrap_or_else(|| "…".to_owned())
            }
        };
        self.0.iter().map(piece).collect()
    }
}

impl std::fmt::Display for Template {
    /// The text where nothing is captured: fallbacks instead of variables.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.fill(&Variables::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_or_replaced_by_their_fallback() {
        let variables =
            Variables::from([("path".to_owned(), "/var/{x}".to_owned()), ("pid".to_owned(), String::new())]);
        let table = [
            ("{holder|Another program} holds {path}.", "Another program holds /var/{x}."),
            ("{pid|?}{path}", "?/var/{x}"),
            ("plain", "plain"),
            ("{pid}", "…"),
        ];
        for (text, expected) in table {
            assert_eq!(Template::parse(text).unwrap().fill(&variables), expected);
        }
        for bad in ["{", "}", "{}", "{a", "a}", "{A}", "{a b}", "{|x}"] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
    }
}
