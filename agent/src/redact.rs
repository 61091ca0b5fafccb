//! The only door onward. Whatever leaves the PC, and whatever rests on its disk, passes here first and comes out as
//! [`Redacted`]; the spool and the uplink take nothing else. Pure.
//!
//! Private values are replaced by typed placeholders (`user-1`, `ip-2`): the same value always by the same placeholder, so
//! that a diagnosis can still see that two lines speak of one thing. The map behind the numbers never leaves the PC. Names
//! that a diagnosis rests on stay: packages, versions, drivers, error codes, GUIDs, hashes, system paths, `localhost`.
//!
//! One pass of a regex set and one of an Aho-Corasick automaton tell which detectors are worth running; most lines need
//! none. It fails closed: a line whose redaction panics is withheld, and says so.

mod command_line;
mod detector;
mod judge;
mod names;
mod pseudonym;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use hotliner_protocol::event::{Event, EventBody};
use hotliner_protocol::fact::{Fact, FactPath, Reading};
use hotliner_protocol::value::Value;

use detector::{Detectors, Span};
pub(crate) use names::Known;
use names::Names;
use pseudonym::Pseudonyms;

/// What stands where a line was withheld.
pub(crate) const WITHHELD: &str = "[withheld: this line could not be redacted]";

/// What stands for each line of a private key.
const KEY_BLOCK: &str = "[withheld: private key]";

/// Something that may leave the PC. Only [`Redactor`] makes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// A look inside.
    pub(crate) fn get(&self) -> &T {
        &self.0
    }

    /// What is inside, to be packed.
    pub(crate) fn into_inner(self) -> T {
        self.0
    }
}

/// Why no redactor could be made; nothing may leave the PC then.
#[derive(Debug, thiserror::Error)]
#[error("the redaction rules cannot be prepared: {0}")]
pub(crate) struct RedactError(String);

/// Replaces private values by placeholders.
pub(crate) struct Redactor {
    detectors: Detectors,
    names: Names,
    pseudonyms: Pseudonyms,
    /// Sources that are inside a private key block.
    in_key: BTreeSet<String>,
}

impl Redactor {
    /// A redactor that knows this PC's own names.
    ///
    /// # Errors
    /// [`RedactError`] if the rules do not compile.
    pub(crate) fn new(known: &Known) -> Result<Self, RedactError> {
        Ok(Self {
            detectors: Detectors::new().map_err(|error| RedactError(error.to_string()))?,
            names: Names::new(known).map_err(|error| RedactError(error.to_string()))?,
            pseudonyms: Pseudonyms::default(),
            in_key: BTreeSet::new(),
        })
    }

    /// Redacts an event: its source, its text, its arguments.
    pub(crate) fn event(&mut self, mut event: Event) -> Redacted<Event> {
        event.source = self.text(&event.source).into_owned();
        match &mut event.body {
            EventBody::Line(line) => {
                let text = std::mem::take(&mut line.text);
                line.text = self.line(&event.source, text, line.cut_bytes > 0);
            }
            EventBody::AttemptStarted(started) => {
                started.program = self.text(&started.program).into_owned();
                started.args = self.args(&started.args);
            }
            EventBody::Gap(_)
            | EventBody::SourceEnded(_)
            | EventBody::AttemptEnded(_)
            | EventBody::ConsentChanged(_)
            | EventBody::Stopped(_)
            | EventBody::Unknown(_) => {}
        }
        Redacted(event)
    }

    /// Redacts a fact: its path's keys and every text in its value.
    pub(crate) fn fact(&mut self, fact: Fact) -> Redacted<Fact> {
        let path = match self.text(fact.path.as_str()) {
            Cow::Borrowed(_) => fact.path.clone(),
            // A placeholder cannot break the grammar of a path; should it ever, the fact goes without its key.
            Cow::Owned(text) => FactPath::new(text).unwrap_or_else(|_| without_keys(&fact.path)),
        };
        let reading = match fact.reading {
            Reading::Value(value) => Reading::Value(self.value(fact.path.as_str(), value)),
            other => other,
        };
        Redacted(Fact { path, observed_at: fact.observed_at, reading })
    }

    /// Redacts one text.
    pub(crate) fn text<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let redacted = catch_unwind(AssertUnwindSafe(|| self.replace(text)));
        redacted.unwrap_or(Cow::Borrowed(WITHHELD))
    }

    fn line(&mut self, source: &str, mut text: String, cut: bool) -> String {
        if cut {
            drop_last_word(&mut text);
        }
        if self.in_key.contains(source) {
            if text.contains("-----END") {
                self.in_key.remove(source);
            }
            return KEY_BLOCK.to_owned();
        }
        if text.contains("PRIVATE KEY-----") && text.contains("-----BEGIN") {
            if !text.contains("-----END") {
                self.in_key.insert(source.to_owned());
            }
            return KEY_BLOCK.to_owned();
        }
        match self.text(&text) {
            Cow::Borrowed(same) if same.len() == text.len() => text,
            other => other.into_owned(),
        }
    }

    fn replace<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let mut spans = Vec::new();
        self.detectors.find(text, &mut spans);
        self.names.find(text, &mut spans);
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for span in merged(spans) {
            out.push_str(&text[done..span.start]);
            out.push_str(&self.pseudonyms.of(span.kind, &text[span.start..span.end]));
            done = span.end;
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    fn value(&mut self, name: &str, value: Value) -> Value {
        match value {
            Value::Text(text) if is_plain_name(name) => Value::Text(text),
            Value::Text(text) => Value::Text(self.text(&text).into_owned()),
            Value::List(values) => {
                Value::List(values.into_iter().map(|value| self.value(name, value)).collect())
            }
            Value::Map(parts) => {
                let mut redacted = BTreeMap::new();
                for (part, value) in parts {
                    let value = self.value(&part, value);
                    redacted.insert(self.text(&part).into_owned(), value);
                }
                Value::Map(redacted)
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => value,
        }
    }
}

/// Whether the part of a fact called `name` holds a version or an architecture, which look like addresses and are none.
fn is_plain_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    matches!(last, "version" | "build" | "kernel" | "arch" | "status")
}

/// The path with its keys replaced by `redacted`.
fn without_keys(path: &FactPath) -> FactPath {
    let mut bare = String::new();
    let mut inside = false;
    for c in path.as_str().chars() {
        match c {
            '[' => {
                inside = true;
                bare.push_str("[redacted]");
            }
            ']' => inside = false,
            c if !inside => bare.push(c),
            _ => {}
        }
    }
    FactPath::new(bare).unwrap_or_else(|_| path.clone())
}

/// Bytes at the end of a cut line that are given up at most, where no space ends a word earlier.
const CUT_MARGIN_BYTES: usize = 512;

/// A cut line may end inside a secret, which then no longer looks like one: its last word goes.
fn drop_last_word(text: &mut String) {
    let least = text.floor_char_boundary(text.len().saturating_sub(CUT_MARGIN_BYTES));
    let end = text.rfind(char::is_whitespace).unwrap_or(0).max(least);
    text.truncate(end);
}

/// The spans in order, overlapping ones joined: what any detector wants hidden is hidden.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
