//! Conditions of `[match]`: named evidence joined by `and`, `or`, `not` and brackets.

use crate::lexer::{Logic, SyntaxError, Token, Words};
use crate::tri::Tri;

/// What a condition may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A piece of evidence, by its index in the fault.
    Evidence(usize),
    /// The attempt ended well.
    AttemptSucceeded,
    /// The attempt ended badly.
    AttemptFailed,
    /// The attempt ended, however.
    AttemptEnded,
    /// A variable of this name was captured and is not empty.
    Captured(String),
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    logic: Logic<Term>,
    text: String,
}

/// Functions of the language that this version does not have.
const LATER: [&str; 3] = ["seq", "count", "last"];

impl Condition {
    /// Reads a condition over evidence of these names.
    ///
    /// # Errors
    /// [`SyntaxError`]: where, what, and what to write instead.
    pub fn parse(text: &str, evidence: &[&str]) -> Result<Self, SyntaxError> {
        let mut words = Words::of(text)?;
        let logic = Logic::read(&mut words, &|words| term(words, evidence))?;
        words.end()?;
        Ok(Self { logic, text: text.to_owned() })
    }

    /// The condition as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its value, given those of its terms.
    pub fn eval(&self, term: &impl Fn(&Term) -> Tri) -> Tri {
        self.logic.eval(term)
    }

    /// The terms it names, from left to right.
    pub fn terms(&self) -> Vec<&Term> {
        self.logic.atoms()
    }
}

fn term(words: &mut Words<'_>, evidence: &[&str]) -> Result<Term, SyntaxError> {
    let at = words.at();
    let known = || format!("defined here: {}", evidence.join(", "));
    let Some(Token::Name(name)) = words.take() else {
        return Err(SyntaxError::new(at, "the name of a piece of evidence is missing here", known()));
    };
    match name.as_str() {
        "attempt.succeeded" => return Ok(Term::AttemptSucceeded),
        "attempt.failed" => return Ok(Term::AttemptFailed),
        "attempt.ended" => return Ok(Term::AttemptEnded),
        "captured" => {
            words.expect("(")?;
            let Some(Token::Name(variable)) = words.take() else {
                return Err(SyntaxError::new(at, "captured() names a variable", "write captured(path)"));
            };
            words.expect(")")?;
            return Ok(Term::Captured(variable));
        }
        later if LATER.contains(&later) && words.symbol("(") => {
            let what = format!("{later}() is not part of this version of the language");
            return Err(SyntaxError::new(at, what, "join the pieces of evidence with and, or, not"));
        }
        _ => {}
    }
    evidence
        .iter()
        .position(|known| *known == name)
        .map(Term::Evidence)
        .ok_or_else(|| SyntaxError::new(at, format!("no evidence is called `{name}`"), known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_bind_not_before_and_before_or() {
        let value = |text: &str| {
            let condition = Condition::parse(text, &["yes", "no", "unknown"]).unwrap();
            condition.eval(&|term| match term {
                Term::Evidence(0) => Tri::Matched,
                Term::Evidence(1) | Term::AttemptSucceeded => Tri::Absent,
                Term::Captured(name) => Tri::of(name == "path"),
                _ => Tri::NotCollected,
            })
        };
        let table = [
            ("yes", Tri::Matched),
            ("yes and not no", Tri::Matched),
            ("yes and unknown", Tri::NotCollected),
            ("no and unknown or yes", Tri::Matched),
            ("no and (unknown or yes)", Tri::Absent),
            ("not (yes and no)", Tri::Matched),
            ("yes and captured(path)", Tri::Matched),
            ("attempt.succeeded or captured(pid)", Tri::Absent),
            ("not unknown", Tri::NotCollected),
        ];
        for (text, expected) in table {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn a_condition_over_unknown_names_is_refused_with_the_known_ones() {
        let error = Condition::parse("refused and holder", &["refused", "holder_alive"]).unwrap_err();
        assert_eq!(error.at, 12);
        assert!(error.what.contains("`holder`") && error.remedy.contains("holder_alive"));
        let error = Condition::parse("count(refused, 10min) >= 3", &["refused"]).unwrap_err();
        assert!(error.what.contains("not part of this version"));
    }
}
