//! Conditions of `[match]`: named evidence joined by `and`, `or`, `not` and brackets, with order and counting.
//!
//! | written | holds when |
//! | --- | --- |
//! | `seq(a, b, 60s)` | a line of `b` came after a line of `a`, within a minute of it; any number of names, the time may be left out |
//! | `count(a, 10min) >= 3` | three lines of `a` came within ten minutes; without a time, in the whole attempt |
//! | `last(a)` | `a` was seen, and no other log evidence of this fault after it |

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
    /// Pieces of evidence in this order, on different lines.
    Seq(Sequence),
    /// So many lines of a piece of evidence.
    Count(Count),
    /// This evidence was seen, and no other log evidence of the fault after it.
    Last(usize),
}

impl Term {
    /// The evidence it rests on.
    pub fn evidence(&self) -> &[usize] {
        match self {
            Self::Evidence(index) | Self::Last(index) => std::slice::from_ref(index),
            Self::Count(count) => std::slice::from_ref(&count.evidence),
            Self::Seq(sequence) => &sequence.steps,
            Self::AttemptSucceeded | Self::AttemptFailed | Self::AttemptEnded | Self::Captured(_) => &[],
        }
    }
}

/// Evidence in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    /// The pieces, by index, two to [`MAX_STEPS`].
    pub steps: Vec<usize>,
    /// Longest time from the first to the last, in milliseconds.
    pub within: Option<u64>,
}

/// How often evidence was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The evidence, by index.
    pub evidence: usize,
    /// The time the lines may lie apart, in milliseconds.
    pub within: Option<u64>,
    /// How the number compares.
    pub than: Than,
    /// With what it compares, at most [`MAX_COUNT`].
    pub number: u64,
}

/// A comparison of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Than {
    /// `>=`
    AtLeast,
    /// `>`
    More,
    /// `==`
    Equal,
    /// `<=`
    AtMost,
    /// `<`
    Less,
}

/// Most pieces in one `seq`.
pub const MAX_STEPS: usize = 8;

/// Greatest number in `count`, so that the times of a few lines tell it.
pub const MAX_COUNT: usize = 16;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    logic: Logic<Term>,
    text: String,
}

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
        "seq" if words.symbol("(") => return seq(words, evidence, at),
        "count" if words.symbol("(") => return count(words, evidence, at),
        "last" if words.symbol("(") => {
            let index = name_of(words, evidence)?;
            words.expect(")")?;
            return Ok(Term::Last(index));
        }
        _ => {}
    }
    find(&name, evidence, at).map(Term::Evidence)
}

fn find(name: &str, evidence: &[&str], at: usize) -> Result<usize, SyntaxError> {
    let known = || format!("defined here: {}", evidence.join(", "));
    evidence
        .iter()
        .position(|known| *known == name)
        .ok_or_else(|| SyntaxError::new(at, format!("no evidence is called `{name}`"), known()))
}

/// The name of a piece of evidence.
fn name_of(words: &mut Words<'_>, evidence: &[&str]) -> Result<usize, SyntaxError> {
    let at = words.at();
    match words.take() {
        Some(Token::Name(name)) => find(&name, evidence, at),
        _ => {
            let remedy = format!("defined here: {}", evidence.join(", "));
            Err(SyntaxError::new(at, "the name of a piece of evidence is missing here", remedy))
        }
    }
}

/// The time at the end of a bracket, if there is one.
fn within(words: &mut Words<'_>) -> Result<Option<u64>, SyntaxError> {
    let at = words.at();
    match words.peek() {
        Some(Token::Int(millis)) if *millis >= 1000 => {
            let millis = u64::try_from(*millis).ok();
            words.take();
            Ok(millis)
        }
        Some(Token::Int(_) | Token::Float(_)) => {
            Err(SyntaxError::new(at, "this is not a time", "write such as 60s, 10min or 2h"))
        }
        _ => Ok(None),
    }
}

fn seq(words: &mut Words<'_>, evidence: &[&str], at: usize) -> Result<Term, SyntaxError> {
    let mut steps = vec![name_of(words, evidence)?];
    let mut limit = None;
    while words.symbol(",") {
        limit = within(words)?;
        if limit.is_some() {
            break;
        }
        steps.push(name_of(words, evidence)?);
    }
    words.expect(")")?;
    if !(2..=MAX_STEPS).contains(&steps.len()) {
        let what = format!("seq() takes 2 to {MAX_STEPS} pieces of evidence");
        return Err(SyntaxError::new(at, what, "write such as seq(first, then, 60s)"));
    }
    Ok(Term::Seq(Sequence { steps, within: limit }))
}

const THAN: [(&str, Than); 5] =
    [(">=", Than::AtLeast), ("<=", Than::AtMost), ("==", Than::Equal), (">", Than::More), ("<", Than::Less)];

fn count(words: &mut Words<'_>, evidence: &[&str], at: usize) -> Result<Term, SyntaxError> {
    let index = name_of(words, evidence)?;
    let limit = if words.symbol(",") {
        let place = words.at();
        let limit = within(words)?;
        if limit.is_none() {
            return Err(SyntaxError::new(place, "a time is missing here", "write such as 60s, 10min or 2h"));
        }
        limit
    } else {
        None
    };
    words.expect(")")?;
    let remedy = format!("write such as count(x, 10min) >= 3, with a number from 1 to {MAX_COUNT}");
    let Some((_, than)) = THAN.into_iter().find(|(symbol, _)| words.symbol(symbol)) else {
        return Err(SyntaxError::new(words.at(), "count() is not compared with anything", remedy));
    };
    if limit.is_some() && !matches!(than, Than::AtLeast | Than::More) {
        return Err(SyntaxError::new(at, "a count within a time can only be `>=` or `>`", remedy));
    }
    let place = words.at();
    match words.take() {
        Some(Token::Int(number)) if (1..=MAX_COUNT as i64).contains(&number) => {
            Ok(Term::Count(Count { evidence: index, within: limit, than, number: number.unsigned_abs() }))
        }
        _ => Err(SyntaxError::new(place, "this is not a number to count to", remedy)),
    }
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
    }

    #[test]
    fn order_and_counting_are_read_or_refused_at_their_place() {
        let evidence = ["a", "b", "c"];
        let parse = |text: &str| Condition::parse(text, &evidence);
        let terms = |text: &str| parse(text).unwrap().terms().into_iter().cloned().collect::<Vec<_>>();
        let seq = |steps: &[usize], within| Term::Seq(Sequence { steps: steps.to_vec(), within });
        let count = |within, than, number| Term::Count(Count { evidence: 0, within, than, number });
        assert_eq!(terms("seq(a, b, 60s)"), [seq(&[0, 1], Some(60_000))]);
        assert_eq!(terms("seq(a, b, c) and last(b)"), [seq(&[0, 1, 2], None), Term::Last(1)]);
        assert_eq!(terms("count(a, 10min) >= 3"), [count(Some(600_000), Than::AtLeast, 3)]);
        assert_eq!(terms("not count(a) < 2"), [count(None, Than::Less, 2)]);
        let table = [
            ("seq(a)", 0, "seq(first"),
            ("seq(a, 60s)", 0, "seq(first"),
            ("seq(a, d)", 7, "a, b, c"),
            ("seq(a, b, 60)", 10, "60s"),
            ("count(a)", 8, ">= 3"),
            ("count(a, b) > 1", 9, "60s"),
            ("count(a) > 17", 11, "16"),
            ("count(a) > 0", 11, "from 1"),
            ("count(a, 60s) < 3", 0, ">= 3"),
            ("last(3)", 5, "a, b, c"),
            ("last(a", 6, ")"),
        ];
        for (text, at, remedy) in table {
            let error = parse(text).unwrap_err();
            assert_eq!(error.at, at, "{text}: {error}");
            assert!(error.remedy.contains(remedy), "{text}: {}", error.remedy);
        }
    }
}
