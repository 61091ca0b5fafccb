//! Loading a fault file, strictly: a file with anything wrong is refused whole, and every error says file, line, column and
//! what to write instead. A bad condition never widens a match.

mod captures;
mod evidence;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::{Fact, FactPath, Reading};
use hotliner_protocol::time::Timestamp;
use hotliner_protocol::value::Value;

use crate::action::{self, ACTIONS};
use crate::condition::{Condition, Term};
use crate::expression::Expression;
use crate::fault::{
    Actor, Conditions, Escalate, Evidence, EvidenceKind, Example, Fault, Standing, Step, Text, Verify,
};
use crate::lexer::SyntaxError;
use crate::raw::{Placed, RawBoth, RawExample, RawExpect, RawFault, RawOutcome, RawStep, RawText};
use crate::taxonomy::Taxonomy;
use crate::template::Template;
use captures::Captures;

/// What is wrong with a fault file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}\n    {}", self.file, self.line, self.column, self.what, self.remedy)
    }
}

impl std::error::Error for LoadError {}

/// Loads one fault from the text of its file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(file: &str, text: &str, taxonomy: &Taxonomy) -> Result<Fault, Vec<LoadError>> {
    load_as(file, text, taxonomy, false)
}

/// As [`load`]; patterns of a `trusted` file are known to compile and are not compiled yet.
pub(crate) fn load_as(
    file: &str,
    text: &str,
    taxonomy: &Taxonomy,
    trusted: bool,
) -> Result<Fault, Vec<LoadError>> {
    let mut loader = Loader { file, text, trusted, errors: Vec::new() };
    let raw = match toml::from_str::<RawFault>(text) {
        Ok(raw) => raw,
        Err(error) => {
            let at = error.span().unwrap_or_default();
            let remedy = remedy_of_shape(error.message());
            return Err(vec![loader.error(at.start, error.message().trim(), remedy)]);
        }
    };
    let fault = loader.fault(raw, taxonomy);
    if loader.errors.is_empty() { Ok(fault) } else { Err(loader.errors) }
}

/// What to do about an error in the shape of the file.
fn remedy_of_shape(message: &str) -> String {
    if message.contains("unknown field") {
        "remove it, or write one of the names that are expected there".to_owned()
    } else if message.contains("missing field") {
        "add it; docs/FAULTS.md shows a whole fault".to_owned()
    } else if message.contains("duplicate key") {
        "keep one of the two".to_owned()
    } else {
        "see docs/FAULTS.md for how this part is written".to_owned()
    }
}

/// Line and column of a byte offset.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let at = text.floor_char_boundary(at.min(text.len()));
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

struct Loader<'t> {
    file: &'t str,
    text: &'t str,
    trusted: bool,
    errors: Vec<LoadError>,
}

impl Loader<'_> {
    fn error(&self, at: usize, what: &str, remedy: impl Into<String>) -> LoadError {
        let (line, column) = position(self.text, at);
        LoadError { file: self.file.to_owned(), line, column, what: what.to_owned(), remedy: remedy.into() }
    }

    fn report(&mut self, at: &Range<usize>, what: impl AsRef<str>, remedy: impl Into<String>) {
        let error = self.error(at.start, what.as_ref(), remedy);
        self.errors.push(error);
    }

    /// Takes the result of a parser that reads the inside of a TOML string.
    fn parsed<T>(&mut self, place: &Range<usize>, result: Result<T, SyntaxError>) -> Option<T> {
        result
            .map_err(|error| {
                let quotes = if self.text[place.start..].starts_with(['"', '\'']) { 1 } else { 0 };
                let at = place.start + quotes + error.at;
                self.report(&(at..at), &error.what, error.remedy);
            })
            .ok()
    }

    fn expression(&mut self, text: &Placed) -> Option<Expression> {
        self.parsed(&text.span(), Expression::parse(text.get_ref()))
    }

    fn fault(&mut self, raw: RawFault, taxonomy: &Taxonomy) -> Fault {
        self.identity(&raw, taxonomy);
        let evidence: Vec<Evidence> =
            raw.evidence.iter().filter_map(|(name, evidence)| self.evidence(name, evidence)).collect();
        let captures = Captures::of(&evidence);
        let types = self.capture_types(&raw, &captures);
        self.variables_are_captured(&raw, &evidence, &captures);
        let conditions = self.conditions(&raw, &evidence);
        let prior = raw.prior.as_ref().map_or(0.5, |prior| *prior.get_ref());
        if let Some(prior) = raw.prior.as_ref().filter(|prior| !(0.0..=1.0).contains(prior.get_ref())) {
            self.report(&prior.span(), "a prior lies between 0 and 1", "write such as 0.5");
        }
        let text = [self.words(&raw.text.en, &captures), self.words(&raw.text.fr, &captures)];
        if raw.step.is_empty() {
            let at = raw.verify.span();
            self.report(&at, "there is no step", "add at least one [[step]] that a customer can follow");
        }
        let steps = raw.step.iter().map(|step| self.step(step, &captures)).collect();
        let verify = self.verify(&raw);
        let examples: Vec<Example> = raw
            .example
            .iter()
            .filter_map(|example| self.example(example.get_ref(), &example.span()))
            .collect();
        self.examples_cover(&raw);
        Fault {
            id: raw.id.into_inner(),
            number: raw.number.into_inner(),
            revision: raw.revision,
            status: raw.status,
            cause: raw.cause.into_inner(),
            applies: raw.applies.as_ref().and_then(|text| self.expression(text)),
            severity: raw.severity,
            outranks: raw.outranks.into_iter().map(toml::Spanned::into_inner).collect(),
            prior,
            evidence,
            captures: types,
            conditions,
            text,
            steps,
            verify,
            escalate: raw.escalate.map(|raw| Escalate { after: raw.after, attach: raw.attach }),
            examples,
            file: self.file.to_owned(),
        }
    }

    fn identity(&mut self, raw: &RawFault, taxonomy: &Taxonomy) {
        let id = raw.id.get_ref();
        let parts: Vec<&str> = id.split('.').collect();
        let word = |part: &&str| {
            !part.is_empty() && part.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        let platform = ["linux", "windows", "macos", "any"].contains(&parts[0]);
        if parts.len() != 3 || !parts.iter().all(word) || !platform {
            let remedy = "write platform.product.what in lower case, such as linux.apt.lock-held; platforms are linux, \
                          windows, macos and any";
            self.report(&raw.id.span(), format!("`{id}` is not an id"), remedy);
        }
        let cause = raw.cause.get_ref();
        if taxonomy.label(cause).is_none() {
            let remedy = match taxonomy.nearest(cause) {
                Some(near) => format!("write `{near}`, or another code of causes.toml"),
                None => "write a code of causes.toml, such as storage.disk-full".to_owned(),
            };
            self.report(&raw.cause.span(), format!("`{cause}` is not a cause"), remedy);
        }
    }

    fn conditions(&mut self, raw: &RawFault, evidence: &[Evidence]) -> Conditions {
        let names: Vec<&str> = evidence.iter().map(|evidence| evidence.name.as_str()).collect();
        let place = raw.conditions.span();
        let raw_conditions = raw.conditions.get_ref();
        let mut read = |text: &Option<Placed>| {
            let text = text.as_ref()?;
            self.parsed(&text.span(), Condition::parse(text.get_ref(), &names))
        };
        let conditions = Conditions {
            confirmed: read(&raw_conditions.confirmed),
            likely: read(&raw_conditions.likely),
            possible: read(&raw_conditions.possible),
            unless: read(&raw_conditions.unless),
        };
        if raw_conditions.confirmed.is_none() && raw_conditions.likely.is_none() {
            self.report(&place, "[match] says neither confirmed nor likely", "write at least one of the two");
        }
        let used: BTreeSet<usize> =
            [&conditions.confirmed, &conditions.likely, &conditions.possible, &conditions.unless]
                .into_iter()
                .flatten()
                .flat_map(Condition::terms)
                .flat_map(Term::evidence)
                .copied()
                .collect();
        self.lines_are_ordered(raw, evidence, &conditions);
        for (name, _) in raw.evidence.iter() {
            let index = names.iter().position(|known| known == name.get_ref());
            if index.is_some_and(|index| !used.contains(&index)) && self.errors.is_empty() {
                let what = format!("evidence `{}` is never used", name.get_ref());
                self.report(&name.span(), what, "name it in [match], or remove it");
            }
        }
        conditions
    }

    /// Only lines come in an order and can be counted.
    fn lines_are_ordered(&mut self, raw: &RawFault, evidence: &[Evidence], conditions: &Conditions) {
        let of = raw.conditions.get_ref();
        let written = [&of.confirmed, &of.likely, &of.possible, &of.unless];
        let read = [&conditions.confirmed, &conditions.likely, &conditions.possible, &conditions.unless];
        for (text, condition) in written.into_iter().zip(read) {
            let (Some(text), Some(condition)) = (text, condition) else { continue };
            let ordered = condition.terms().into_iter().filter(|term| !matches!(term, Term::Evidence(_)));
            for index in ordered.flat_map(Term::evidence) {
                if !matches!(evidence[*index].kind, EvidenceKind::Log(_)) {
                    let what =
                        format!("`{}` is no log evidence: it has no lines to order", evidence[*index].name);
                    self.report(&text.span(), what, "use seq, count and last with log evidence only");
                }
            }
        }
    }

    fn words(&mut self, raw: &RawText, captures: &Captures) -> Text {
        Text {
            title: self.template(&raw.title, captures),
            explain: self.template(&raw.explain, captures),
            say: self.template(&raw.say, captures),
        }
    }

    fn template(&mut self, text: &Placed, captures: &Captures) -> Template {
        if text.get_ref().trim().is_empty() {
            self.report(&text.span(), "this text is empty", "write it, in this language too");
        }
        let Some(template) = self.parsed(&text.span(), Template::parse(text.get_ref())) else {
            return Template::default();
        };
        for (name, fallback) in template.variables() {
            if !captures.all.contains(name) {
                let remedy = format!("captured here: {}", captures.list());
                self.report(&text.span(), format!("nothing captures `{name}`"), remedy);
            } else if !fallback && !captures.always.contains(name) {
                let what = format!("`{name}` may be empty");
                self.report(&text.span(), what, format!("say what to write then: {{{name}|…}}"));
            }
        }
        template
    }

    fn both(&mut self, raw: &RawBoth, captures: &Captures) -> [Template; 2] {
        [self.template(&raw.en, captures), self.template(&raw.fr, captures)]
    }

    fn step(&mut self, raw: &RawStep, captures: &Captures) -> Step {
        for need in &raw.needs {
            if !captures.all.contains(need.get_ref()) {
                let remedy = format!("captured here: {}", captures.list());
                self.report(&need.span(), format!("nothing captures `{}`", need.get_ref()), remedy);
            }
        }
        let given: BTreeSet<String> = raw.needs.iter().map(|need| need.get_ref().clone()).collect();
        // What the step needs is there whenever the step is.
        let within =
            Captures { all: captures.all.clone(), always: captures.always.union(&given).cloned().collect() };
        let timeout = raw.timeout.as_ref().and_then(|text| match humantime::parse_duration(text.get_ref()) {
            Ok(duration) => Some(duration),
            Err(_) => {
                self.report(
                    &text.span(),
                    format!("`{}` is not a duration", text.get_ref()),
                    "write 90s, 15min or 2h",
                );
                None
            }
        });
        Step {
            id: raw.id.get_ref().clone(),
            actor: raw.actor,
            text: self.both(&raw.text, &within),
            say: raw.say.as_ref().map(|say| self.both(say, &within)),
            action: self.action(raw, captures),
            needs: raw.needs.iter().map(|need| need.get_ref().clone()).collect(),
            timeout,
            check: raw.check.as_ref().and_then(|text| self.expression(text)),
            undo: raw.undo.clone(),
        }
    }

    fn action(
        &mut self,
        raw: &RawStep,
        captures: &Captures,
    ) -> Option<(&'static str, BTreeMap<&'static str, String>)> {
        let Some(name) = &raw.action else {
            if raw.actor == Actor::Agent {
                let known: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
                let remedy = format!("add action = one of {}", known.join(", "));
                self.report(&raw.id.span(), "a step of the agent needs an action", remedy);
            }
            return None;
        };
        let Some(action) = action::find(name.get_ref()) else {
            let known: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
            let what = format!("`{}` is not an action the agent may do", name.get_ref());
            self.report(&name.span(), what, format!("write one of {}", known.join(", ")));
            return None;
        };
        if raw.actor != Actor::Agent {
            self.report(
                &name.span(),
                "only the agent's steps have an action",
                "write actor = \"agent\", or remove it",
            );
        }
        for (argument, value) in raw.arguments() {
            if !action.arguments.contains(&argument) && argument != "timeout" {
                let what = format!("`{}` takes no `{argument}`", action.name);
                self.report(&value.span(), what, format!("it takes {}", list(action.arguments)));
            }
            if let Some(variable) =
                value.get_ref().strip_prefix('$').filter(|name| !captures.all.contains(*name))
            {
                self.report(&value.span(), format!("nothing captures `{variable}`"), captures.list());
            }
        }
        for argument in action.arguments {
            if !raw.arguments().any(|(given, _)| given == *argument) {
                let what = format!("`{}` needs `{argument}`", action.name);
                self.report(&name.span(), what, format!("it takes {}", list(action.arguments)));
            }
        }
        if let Some(until) = &raw.until {
            self.expression(until);
        }
        Some((action.name, raw.arguments().map(|(name, value)| (name, value.get_ref().clone())).collect()))
    }

    fn verify(&mut self, raw: &RawFault) -> Verify {
        let place = raw.verify.span();
        let verify = raw.verify.get_ref();
        match (&verify.probe, &verify.expect, verify.retry) {
            (Some(probe), Some(expect), false) => match self.expression(expect) {
                Some(expect) => Verify::Expect { probe: probe.get_ref().clone(), expect },
                None => Verify::Retry,
            },
            (None, None, true) => Verify::Retry,
            _ => {
                self.report(&place, "[verify] is not complete", "write probe and expect, or retry = true");
                Verify::Retry
            }
        }
    }

    fn example(&mut self, raw: &RawExample, place: &Range<usize>) -> Option<Example> {
        let mut facts = Vec::new();
        for (path, value) in &raw.facts {
            match FactPath::new(path.get_ref().clone()) {
                Ok(path) => facts.push(Fact {
                    path,
                    observed_at: Timestamp::default(),
                    reading: Reading::Value(value_of(value)?),
                }),
                Err(error) => self.report(&path.span(), "this is not a fact path", error.to_string()),
            }
        }
        Some(Example {
            log: raw.log.clone(),
            facts,
            outcome: match raw.outcome {
                None => Outcome::Unknown,
                Some(RawOutcome::Succeeded) => Outcome::Succeeded,
                Some(RawOutcome::Failed) => Outcome::Failed,
            },
            expect: match raw.expect {
                RawExpect::None => None,
                RawExpect::Possible => Some(Standing::Possible),
                RawExpect::Likely => Some(Standing::Likely),
                RawExpect::Confirmed => Some(Standing::Confirmed),
            },
            captures: raw.captures.clone(),
            lang: raw.lang,
            line: position(self.text, place.start).0,
        })
    }

    fn examples_cover(&mut self, raw: &RawFault) {
        let at = raw.id.span();
        let has = |none: bool| {
            raw.example.iter().any(|example| (example.get_ref().expect == RawExpect::None) == none)
        };
        if !has(false) {
            self.report(
                &at,
                "there is no example that matches",
                "add an [[example]] of what the program really prints",
            );
        }
        if !has(true) {
            let remedy = "add an [[example]] with expect = \"none\": a healthy log, or a near miss";
            self.report(&at, "there is no example that must not match", remedy);
        }
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "no argument".to_owned() } else { names.join(", ") }
}

fn value_of(value: &toml::Value) -> Option<Value> {
    Some(match value {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(value) => Value::Int(*value),
        toml::Value::Float(value) => Value::Float(*value),
        toml::Value::Boolean(value) => Value::Bool(*value),
        toml::Value::Datetime(value) => Value::Text(value.to_string()),
        toml::Value::Array(values) => Value::List(values.iter().map(value_of).collect::<Option<_>>()?),
        toml::Value::Table(parts) => {
            let part = |(name, value): (&String, &toml::Value)| Some((name.clone(), value_of(value)?));
            Value::Map(parts.iter().map(part).collect::<Option<_>>()?)
        }
    })
}
