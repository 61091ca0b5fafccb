//! Words of conditions and fact expressions.

/// One word of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name or fact path; a bracketed key right behind a name belongs to it.
    Name(String),
    /// `$name`
    Variable(String),
    /// A whole number, with its unit (`MB`, `GiB`, …) multiplied in.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// "…"
    Text(String),
    /// An operator or bracket.
    Symbol(&'static str),
}

/// Where a condition goes wrong, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct SyntaxError {
    /// Byte offset in the condition.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl SyntaxError {
    pub(crate) fn new(at: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { at, what: what.into(), remedy: remedy.into() }
    }
}

/// Deepest nesting of a condition.
const MAX_DEPTH: usize = 32;

const SYMBOLS: [&str; 11] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ","];

/// Units: sizes in bytes, durations in milliseconds.
const UNITS: [(&str, i64); 13] = [
    ("ms", 1),
    ("s", 1_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

/// Units as programs print them besides [`UNITS`], the French ones among them (`octet`: `o`).
const PRINTED_UNITS: [(&str, i64); 12] = [
    ("kB", 1_000),
    ("K", 1 << 10),
    ("k", 1_000),
    ("M", 1 << 20),
    ("G", 1 << 30),
    ("o", 1),
    ("ko", 1_000),
    ("Ko", 1_000),
    ("Mo", 1_000_000),
    ("Go", 1_000_000_000),
    ("To", 1_000_000_000_000),
    ("bytes", 1),
];

/// A size in bytes or a time in milliseconds, as a program prints it: `512`, `1.5 GB`, `1,5 Go`.
pub(crate) fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let number: f64 = text[..end].replace(',', ".").parse().ok()?;
    let unit = text[end..].trim_matches([' ', '\u{a0}', '\u{202f}']);
    let units = || UNITS.into_iter().chain(PRINTED_UNITS);
    let factor =
        if unit.is_empty() { Some(1) } else { units().find(|(name, _)| *name == unit).map(|(_, f)| f) };
    #[expect(clippy::cast_precision_loss, reason = "units are exact in a double")]
    factor.map(|factor| number * factor as f64)
}

/// The words of `text`, each with its byte offset.
pub(crate) fn words(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (token, length) = word(&text[at..], at)?;
        found.push((at, token));
        at += length;
    }
    Ok(found)
}

fn word(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
        return Ok((Token::Symbol(symbol), symbol.len()));
    }
    match rest.as_bytes()[0] {
        b'"' => text(rest, at),
        b'0'..=b'9' | b'-' => number(rest, at),
        b'$' => {
            let length = name_length(&rest[1..]);
            if length == 0 {
                return Err(SyntaxError::new(
                    at,
                    "a variable without a name",
                    "write $ and the name of a capture",
                ));
            }
            Ok((Token::Variable(rest[1..=length].to_owned()), length + 1))
        }
        b'a'..=b'z' | b'_' => path(rest, at),
        _ => Err(SyntaxError::new(
            at,
            format!("`{}` does not belong here", rest.chars().next().unwrap_or_default()),
            "write names in lower case, texts in \"double quotes\", and combine with and, or, not, ( )",
        )),
    }
}

fn text(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((Token::Text(value), i + 1)),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    Err(SyntaxError::new(at, "this text has no end", "close it with \""))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let length = rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(rest.len(), |end| end + 1);
    let (digits, unit) = (&rest[..length], &rest[length..]);
    let letters = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
    let factor = match &unit[..letters] {
        "" => Some(1),
        word => UNITS.into_iter().find(|(name, _)| *name == word).map(|(_, factor)| factor),
    };
    let bad = || {
        SyntaxError::new(
            at,
            format!("`{}` is not a number", &rest[..length + letters]),
            "write 12, 0.5, 500MB, 2GiB or 15min",
        )
    };
    let factor = factor.ok_or_else(bad)?;
    let whole = digits.parse::<i64>().ok().and_then(|value| value.checked_mul(factor));
    let token = match whole {
        Some(value) => Token::Int(value),
        #[expect(clippy::cast_precision_loss, reason = "units of sizes are exact in a double")]
        None => Token::Float(digits.parse::<f64>().map_err(|_| bad())? * factor as f64),
    };
    Ok((token, length + letters))
}

fn name_length(rest: &str) -> usize {
    rest.find(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-')).unwrap_or(rest.len())
}

fn path(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let mut length = 0;
    loop {
        length += name_length(&rest[length..]);
        if rest[length..].starts_with('[') {
            let Some(end) = rest[length..].find(']') else {
                return Err(SyntaxError::new(at + length, "this key has no end", "close it with ]"));
            };
            length += end + 1;
        }
        let next = rest[length..].strip_prefix('.').map(name_length).unwrap_or_default();
        if next == 0 {
            return Ok((Token::Name(rest[..length].to_owned()), length));
        }
        length += 1;
    }
}

/// A position among the words of one condition.
pub(crate) struct Words<'t> {
    text: &'t str,
    /// Brackets and `not` that are open: bounded, or a hostile file could exhaust the stack.
    depth: usize,
    words: Vec<(usize, Token)>,
    next: usize,
}

impl<'t> Words<'t> {
    pub(crate) fn of(text: &'t str) -> Result<Self, SyntaxError> {
        Ok(Self { text, depth: 0, words: words(text)?, next: 0 })
    }

    pub(crate) fn at(&self) -> usize {
        self.words.get(self.next).map_or(self.text.len(), |(at, _)| *at)
    }

    pub(crate) fn peek(&self) -> Option<&Token> {
        self.words.get(self.next).map(|(_, token)| token)
    }

    pub(crate) fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    /// Takes `symbol` if it is next.
    pub(crate) fn symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(next)) if *next == symbol);
        self.next += usize::from(found);
        found
    }

    /// Takes the keyword `word` if it is next.
    pub(crate) fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(next)) if next == word);
        self.next += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.symbol(symbol) {
            Ok(())
        } else {
            Err(SyntaxError::new(self.at(), format!("`{symbol}` is missing here"), format!("write {symbol}")))
        }
    }

    pub(crate) fn end(&self) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(SyntaxError::new(
                self.at(),
                format!("`{}` is not expected here", &self.text[self.at()..]),
                "join conditions with and, or",
            )),
        }
    }
}

/// `and`, `or`, `not` and brackets over atoms of any kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Logic<A> {
    /// An atom.
    Is(A),
    /// The opposite.
    Not(Box<Logic<A>>),
    /// All of them.
    All(Vec<Logic<A>>),
    /// Any of them.
    Any(Vec<Logic<A>>),
}

impl<A> Logic<A> {
    /// The value, given those of the atoms.
    pub(crate) fn eval(&self, atom: &impl Fn(&A) -> crate::tri::Tri) -> crate::tri::Tri {
        use crate::tri::Tri;
        match self {
            Self::Is(a) => atom(a),
            Self::Not(inner) => !inner.eval(atom),
            Self::All(parts) => parts.iter().fold(Tri::Matched, |known, part| known.and(part.eval(atom))),
            Self::Any(parts) => parts.iter().fold(Tri::Absent, |known, part| known.or(part.eval(atom))),
        }
    }

    /// All atoms, from left to right.
    pub(crate) fn atoms(&self) -> Vec<&A> {
        match self {
            Self::Is(a) => vec![a],
            Self::Not(inner) => inner.atoms(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::atoms).collect(),
        }
    }

    /// Reads `or` over `and` over `not` over what `atom` reads.
    pub(crate) fn read(
        words: &mut Words<'_>,
        atom: &impl Fn(&mut Words<'_>) -> Result<A, SyntaxError>,
    ) -> Result<Self, SyntaxError> {
        let mut any = vec![Self::read_all(words, atom)?];
        while words.keyword("or") {
            any.push(Self::read_all(words, atom)?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Self::Any(any) })
    }

    fn read_all(
        words: &mut Words<'_>,
        atom: &impl Fn(&mut Words<'_>) -> Result<A, SyntaxError>,
    ) -> Result<Self, SyntaxError> {
        let mut all = vec![Self::read_one(words, atom)?];
        while words.keyword("and") {
            all.push(Self::read_one(words, atom)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Self::All(all) })
    }

    fn read_one(
        words: &mut Words<'_>,
        atom: &impl Fn(&mut Words<'_>) -> Result<A, SyntaxError>,
    ) -> Result<Self, SyntaxError> {
        words.depth += 1;
        if words.depth > MAX_DEPTH {
            let what = format!("more than {MAX_DEPTH} brackets within each other");
            return Err(SyntaxError::new(words.at(), what, "write a simpler condition"));
        }
        let read = if words.keyword("not") {
            Self::Not(Box::new(Self::read_one(words, atom)?))
        } else if words.symbol("(") {
            let inner = Self::read(words, atom)?;
            words.expect(")")?;
            inner
        } else {
            Self::Is(atom(words)?)
        };
        words.depth -= 1;
        Ok(read)
    }
}
