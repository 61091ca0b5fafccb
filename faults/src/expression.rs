//! Fact expressions: `process.any(name in ["apt", "dpkg"])`, `disk.system.free_bytes < 500MB`.
//!
//! What a path does not tell is unknown, never "no". Between values of different kinds no comparison holds, not even `!=`,
//! except that a captured text which is a number, a size or a time compares with numbers.
//!
//! `version("22.04")` compares as versions do, see [`crate::version`]; `$name` is a captured variable, on either side.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use hotliner_protocol::fact::{FactPath, FactSet, LookUp};
use hotliner_protocol::value::Value;

use crate::lexer::{Logic, SyntaxError, Token, Words, quantity};
use crate::tri::Tri;

/// Captured variables, by name.
pub type Variables = BTreeMap<String, String>;

/// A fact expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    logic: Logic<Atom>,
    text: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Atom {
    /// The path holds `true`.
    Holds(String),
    Compare(String, Op, Operand),
    /// A captured variable against a value.
    CompareVariable(String, Op, Operand),
    In(String, Vec<Operand>),
    /// Some (or, negated, no) element of a list of maps satisfies the inner expression.
    Any {
        path: String,
        inner: Box<Logic<Atom>>,
        none: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Equal,
    Different,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
    StartsWith,
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Literal(Value),
    Variable(String),
    /// A version, by itself or captured.
    Version(Box<Operand>),
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`SyntaxError`]: where, what, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut words = Words::of(text)?;
        let logic = Logic::read(&mut words, &atom)?;
        words.end()?;
        Ok(Self { logic, text: text.to_owned() })
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it holds, given the facts and the captured variables.
    pub fn eval(&self, facts: &FactSet, variables: &Variables) -> Tri {
        eval(&self.logic, &|path| facts.look_up(path), variables)
    }

    /// The fact paths it reads.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.logic.atoms().into_iter().filter_map(|atom| match atom {
            Atom::Holds(path) | Atom::Compare(path, ..) | Atom::In(path, _) | Atom::Any { path, .. } => {
                Some(path.as_str())
            }
            Atom::CompareVariable(..) => None,
        })
    }

    /// The variables it reads.
    pub fn variables(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect_variables(&self.logic, &mut found);
        found
    }
}

fn collect_variables<'e>(logic: &'e Logic<Atom>, found: &mut Vec<&'e str>) {
    for atom in logic.atoms() {
        let operands = match atom {
            Atom::Holds(_) => &[],
            Atom::Compare(_, _, operand) => std::slice::from_ref(operand),
            Atom::CompareVariable(name, _, operand) => {
                found.push(name);
                std::slice::from_ref(operand)
            }
            Atom::In(_, list) => list.as_slice(),
            Atom::Any { inner, .. } => {
                collect_variables(inner, found);
                &[]
            }
        };
        found.extend(operands.iter().filter_map(Operand::variable));
    }
}

impl Operand {
    fn variable(&self) -> Option<&str> {
        match self {
            Self::Variable(name) => Some(name),
            Self::Version(inner) => inner.variable(),
            Self::Literal(_) => None,
        }
    }
}

const OPS: [(&str, Op); 6] = [
    ("==", Op::Equal),
    ("!=", Op::Different),
    ("<=", Op::AtMost),
    (">=", Op::AtLeast),
    ("<", Op::Less),
    (">", Op::Greater),
];

fn atom(words: &mut Words<'_>) -> Result<Atom, SyntaxError> {
    let at = words.at();
    let taken = words.take();
    if let Some(Token::Variable(name)) = taken {
        return match OPS.into_iter().find(|(symbol, _)| words.symbol(symbol)) {
            Some((_, op)) => Ok(Atom::CompareVariable(name, op, operand(words)?)),
            None => {
                let what = format!("`${name}` is not compared with anything");
                Err(SyntaxError::new(
                    words.at(),
                    what,
                    "write such as $size > 500MB, or captured(NAME) in [match]",
                ))
            }
        };
    }
    let Some(Token::Name(path)) = taken else {
        return Err(SyntaxError::new(
            at,
            "a fact path is missing here",
            "write a path such as disk.system.free_bytes",
        ));
    };
    for (method, none) in [(".any", false), (".none", true)] {
        if let Some(list) = path.strip_suffix(method).filter(|_| words.symbol("(")) {
            let inner = Box::new(Logic::read(words, &atom)?);
            words.expect(")")?;
            return Ok(Atom::Any { path: checked(list, at)?, inner, none });
        }
    }
    let path = checked(&path, at)?;
    if words.keyword("in") {
        words.expect("[")?;
        let mut list = vec![operand(words)?];
        while words.symbol(",") {
            list.push(operand(words)?);
        }
        words.expect("]")?;
        return Ok(Atom::In(path, list));
    }
    for (word, op) in [("contains", Op::Contains), ("starts_with", Op::StartsWith)] {
        if words.keyword(word) {
            return Ok(Atom::Compare(path, op, operand(words)?));
        }
    }
    match OPS.into_iter().find(|(symbol, _)| words.symbol(symbol)) {
        Some((_, op)) => Ok(Atom::Compare(path, op, operand(words)?)),
        None => Ok(Atom::Holds(path)),
    }
}

fn checked(path: &str, at: usize) -> Result<String, SyntaxError> {
    FactPath::new(path)
        .map(|path| path.as_str().to_owned())
        .map_err(|error| SyntaxError::new(at, format!("`{path}` is not a fact path"), error.to_string()))
}

fn operand(words: &mut Words<'_>) -> Result<Operand, SyntaxError> {
    let at = words.at();
    Ok(match words.take() {
        Some(Token::Int(value)) => Operand::Literal(Value::Int(value)),
        Some(Token::Float(value)) => Operand::Literal(Value::Float(value)),
        Some(Token::Text(text)) => Operand::Literal(Value::Text(text)),
        Some(Token::Name(word)) if word == "true" || word == "false" => {
            Operand::Literal(Value::Bool(word == "true"))
        }
        Some(Token::Variable(name)) => Operand::Variable(name),
        Some(Token::Name(word)) if word == "version" && words.symbol("(") => {
            let inside = words.at();
            let inner = operand(words)?;
            words.expect(")")?;
            if !matches!(inner, Operand::Literal(Value::Text(_)) | Operand::Variable(_)) {
                return Err(SyntaxError::new(
                    inside,
                    "this is not a version",
                    "write such as version(\"22.04\")",
                ));
            }
            Operand::Version(Box::new(inner))
        }
        _ => {
            let remedy = "write a number, a size such as 500MB, a \"text\", version(\"1.2\"), true, false or a $variable";
            return Err(SyntaxError::new(at, "a value is missing here", remedy));
        }
    })
}

fn eval<'f>(logic: &Logic<Atom>, look_up: &impl Fn(&str) -> LookUp<'f>, variables: &Variables) -> Tri {
    logic.eval(&|atom| match atom {
        Atom::Holds(path) => known(look_up(path), |value| *value == Value::Bool(true)),
        Atom::Compare(path, op, operand) => compare(look_up(path), *op, operand, variables),
        Atom::CompareVariable(name, op, operand) => match variables.get(name) {
            Some(text) => {
                let value = Value::Text(text.clone());
                compare_captured(&value, *op, operand, variables)
            }
            None => Tri::NotCollected,
        },
        Atom::In(path, list) => {
            let one = |operand| compare(look_up(path), Op::Equal, operand, variables);
            list.iter().fold(Tri::Absent, |found, operand| found.or(one(operand)))
        }
        Atom::Any { path, inner, none } => {
            let any = any(look_up(path), inner, variables);
            if *none { !any } else { any }
        }
    })
}

fn known(found: LookUp<'_>, holds: impl Fn(&Value) -> bool) -> Tri {
    match found {
        LookUp::Value(value) => Tri::of(holds(value)),
        LookUp::Absent => Tri::Absent,
        LookUp::NotCollected => Tri::NotCollected,
        LookUp::Redacted => Tri::Redacted,
    }
}

fn any(found: LookUp<'_>, inner: &Logic<Atom>, variables: &Variables) -> Tri {
    match found {
        LookUp::Value(Value::List(elements)) => elements.iter().fold(Tri::Absent, |found, element| {
            let part = |name: &str| element.get(name).map_or(LookUp::Absent, LookUp::Value);
            found.or(eval(inner, &part, variables))
        }),
        other => known(other, |_| false),
    }
}

fn compare(found: LookUp<'_>, op: Op, operand: &Operand, variables: &Variables) -> Tri {
    match operand {
        Operand::Literal(wanted) => known(found, |value| satisfies(value, op, wanted)),
        Operand::Variable(name) => match variables.get(name) {
            Some(text) => known(found, |value| satisfies(value, op, &like(value, text))),
            None => Tri::NotCollected,
        },
        Operand::Version(inner) => match (&**inner, inner.variable().map(|name| variables.get(name))) {
            (Operand::Literal(Value::Text(text)), _) | (_, Some(Some(text))) => {
                known(found, |value| satisfies_version(value, op, text))
            }
            _ => Tri::NotCollected,
        },
    }
}

/// Compares a captured text with what an expression says.
fn compare_captured(value: &Value, op: Op, operand: &Operand, variables: &Variables) -> Tri {
    let (Value::Text(text), Operand::Literal(wanted)) = (value, operand) else {
        return compare(LookUp::Value(value), op, operand, variables);
    };
    Tri::of(satisfies(&like(wanted, text), op, wanted))
}

/// A captured text as a value of the kind of `other`: a number, a size or a time where that is a number.
fn like(other: &Value, text: &str) -> Value {
    let number = matches!(other, Value::Int(_) | Value::Float(_));
    let whole = || text.parse().ok().map(Value::Int);
    let quantity = || quantity(text).map(Value::Float);
    number.then(|| whole().or_else(quantity)).flatten().unwrap_or_else(|| Value::Text(text.to_owned()))
}

fn satisfies_version(value: &Value, op: Op, wanted: &str) -> bool {
    let version = match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        _ => return false,
    };
    ordered(op, crate::version::compare(&version, wanted))
}

fn ordered(op: Op, order: Ordering) -> bool {
    match op {
        Op::Equal => order == Ordering::Equal,
        Op::Different => order != Ordering::Equal,
        Op::Less => order == Ordering::Less,
        Op::AtMost => order != Ordering::Greater,
        Op::Greater => order == Ordering::Greater,
        Op::AtLeast => order != Ordering::Less,
        Op::Contains | Op::StartsWith => false,
    }
}

fn satisfies(value: &Value, op: Op, wanted: &Value) -> bool {
    match (op, value, wanted) {
        (Op::Contains, Value::List(list), wanted) => list.contains(wanted),
        (Op::Contains, Value::Text(text), Value::Text(part)) => text.contains(part.as_str()),
        (Op::StartsWith, Value::Text(text), Value::Text(part)) => text.starts_with(part.as_str()),
        (Op::Contains | Op::StartsWith, ..) => false,
        (op, value, wanted) => order(value, wanted).is_some_and(|order| ordered(op, order)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "facts compared with fractions are gauges, far below 2^52")]
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use hotliner_protocol::fact::{Fact, Reading};
    use hotliner_protocol::time::Timestamp;

    use super::*;

    fn facts() -> FactSet {
        let process = |pid: i64, name: &str| Value::map([("pid", Value::Int(pid)), ("name", name.into())]);
        let readings = [
            ("os.family", Reading::Value("linux".into())),
            ("os.version", Reading::Value("22.04".into())),
            ("os.build", Reading::Value("4127".into())),
            ("disk.system", Reading::Value(Value::map([("free_bytes", Value::Int(400_000_000))]))),
            ("process", Reading::Value(Value::List(vec![process(7, "bash"), process(4127, "apt")]))),
            ("dns", Reading::Value(Value::List(vec!["ip-1".into()]))),
            ("denied", Reading::Denied),
            ("hidden", Reading::Redacted),
            ("lock", Reading::Value(Value::map([("held", true)]))),
        ];
        let mut facts = FactSet::default();
        for (path, reading) in readings {
            facts.insert(Fact { path: path.parse().unwrap(), observed_at: Timestamp::default(), reading });
        }
        facts
    }

    #[test]
    fn expressions_give_what_the_facts_say_and_unknown_where_they_are_silent() {
        let captured = [("pid", "4127"), ("who", "apt"), ("need", "1,5 Go"), ("least", "4.2")];
        let variables: Variables =
            captured.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let table = [
            (r#"os.version < version("22.10")"#, Tri::Matched),
            (r#"os.version >= version("9.10") and os.version < version("22.4.1")"#, Tri::Matched),
            ("os.version > version($least)", Tri::Matched),
            ("os.version > version($gone)", Tri::NotCollected),
            (r#"os.build == version("4127")"#, Tri::Matched),
            (r#"denied < version("1")"#, Tri::NotCollected),
            ("$need > 1GB", Tri::Matched),
            ("$need > 1.5GB", Tri::Absent),
            ("$pid == 4127", Tri::Matched),
            (r#"$who == "apt""#, Tri::Matched),
            (r#"$least < version("4.10")"#, Tri::Matched),
            ("$gone == 1", Tri::NotCollected),
            ("disk.system.free_bytes < $need", Tri::Matched),
            (r#"os.family == "linux""#, Tri::Matched),
            (r#"os.family != "linux""#, Tri::Absent),
            (r#"os.family in ["windows", "linux"]"#, Tri::Matched),
            (r#"os.family starts_with "lin" and not os.family contains "win""#, Tri::Matched),
            ("os.family == 5", Tri::Absent),
            ("os.family < 5", Tri::Absent),
            ("os.family != 5", Tri::Absent),
            ("os.family.version != 5", Tri::Absent),
            ("os.build == $pid", Tri::Matched),
            ("disk.system.free_bytes < 500MB", Tri::Matched),
            ("disk.system.free_bytes >= 400000000", Tri::Matched),
            ("disk.system.free_bytes > 0.5GiB", Tri::Absent),
            ("disk.system.read_only", Tri::Absent),
            (r#"process.any(name in ["apt", "dpkg"])"#, Tri::Matched),
            (r#"process.any(name == "dnf")"#, Tri::Absent),
            (r#"process.none(name == "dnf")"#, Tri::Matched),
            ("process.any(pid == $pid and name == $who)", Tri::Matched),
            ("process.any(pid == $gone)", Tri::NotCollected),
            (r#"dns contains "ip-1""#, Tri::Matched),
            ("lock.held", Tri::Matched),
            ("lock.held == false", Tri::Absent),
            ("nobody.looked > 3", Tri::NotCollected),
            ("not nobody.looked", Tri::NotCollected),
            ("denied == 1", Tri::NotCollected),
            ("hidden == 1", Tri::Redacted),
            ("hidden == 1 or lock.held", Tri::Matched),
            ("hidden == 1 and lock.held", Tri::Redacted),
            ("(lock.held or hidden) and (os.family == \"linux\")", Tri::Matched),
        ];
        for (text, expected) in table {
            assert_eq!(Expression::parse(text).unwrap().eval(&facts(), &variables), expected, "{text}");
        }
    }

    #[test]
    fn a_bad_expression_says_where_and_how_to_mend_it() {
        let table = [
            ("", 0),
            ("os.family ==", 12),
            ("os.family == \"linux", 13),
            ("os.family == 12XB", 13),
            ("(os.family", 10),
            ("os.family = 3", 10),
            ("a.b in 3", 7),
            ("a.b in [3", 9),
            ("a.b c.d", 4),
            ("process.any(name == )", 20),
            ("Os.family", 0),
            ("a[b", 1),
            ("a.b == $", 7),
            ("a.b == version(3)", 15),
            ("a.b == version(\"3\"", 18),
            ("$pid", 4),
        ];
        for (text, at) in table {
            let error = Expression::parse(text).unwrap_err();
            assert_eq!(error.at, at, "{text}: {error}");
            assert!(!error.remedy.is_empty(), "{text}");
        }
        let deep = format!("{}a.b{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(Expression::parse(&deep).unwrap_err().what.contains("brackets"));
    }
}
