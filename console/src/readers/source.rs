//! One source of lines: followed line by line, described at its end. Pure.

use hotliner_faults::lines::DecodedLine;
use hotliner_protocol::time::Timestamp;
use serde::Serialize;

use super::attempts::{Attempt, Ended, Tracker};
use super::format::{Format, Level};
use super::journald;
use super::limits::{MAX_CODES, SNIFF_LINES};
use super::select::Choice;

/// What a source was, for people and scripts. Keys are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Source {
    /// The path, with `!` before the path within an archive.
    source: String,
    /// Its format, where it has one.
    format: Option<Format>,
    /// Lines read.
    lines: u64,
    /// First and last time in it, by the PC's wall clock.
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Lines that call themselves errors, and warnings.
    errors: u64,
    warnings: u64,
    /// The component of the last such error.
    component: Option<String>,
    /// The last different error codes its format points out.
    codes: Vec<String>,
    /// Attempts it marks; 0: it marks none and is one.
    attempts: u64,
    /// How the last one ended, where it says so.
    outcome: Option<Ended>,
    /// The first line that decides; none: nothing of it does.
    decides_from: Option<u64>,
}

/// What a line turned out to be.
pub(super) struct Read {
    /// An attempt begins with it.
    pub(super) begins: bool,
    /// When it was written.
    pub(super) at: Option<Timestamp>,
    /// Its text, where that is another than what stands there.
    pub(super) text: Option<String>,
}

/// Follows a source.
pub(super) struct Follower {
    about: Source,
    tracker: Tracker,
}

impl Follower {
    pub(super) fn new(name: &str) -> Self {
        let about = Source {
            source: name.to_owned(),
            format: None,
            lines: 0,
            from: None,
            to: None,
            errors: 0,
            warnings: 0,
            component: None,
            codes: Vec::new(),
            attempts: 0,
            outcome: None,
            decides_from: None,
        };
        Self { about, tracker: Tracker::default() }
    }

    /// Takes the next line in.
    pub(super) fn line(&mut self, line: &DecodedLine<'_>) -> Read {
        self.about.lines += 1;
        if let Some(record) = journald::read(line.text) {
            self.about.format = Some(Format::Journal);
            self.note(record.at, record.level);
            return Read { begins: false, at: record.at, text: Some(record.text) };
        }
        let fields = match self.about.format {
            Some(format) => format.read(line.text),
            None if line.number <= SNIFF_LINES => Format::recognise(line.text).map(|(format, fields)| {
                self.about.format = Some(format);
                fields
            }),
            None => None,
        }
        .unwrap_or_default();
        self.note(fields.at, fields.level);
        if let (Some(component), Some(Level::Error)) = (fields.component, fields.level) {
            self.about.component = Some(component.to_owned());
        }
        if let Some(code) = fields.code.filter(|code| !self.about.codes.iter().any(|known| known == code)) {
            if self.about.codes.len() == MAX_CODES {
                self.about.codes.remove(0);
            }
            self.about.codes.push(code.to_owned());
        }
        let begins = self.tracker.line(line.number, line.text, fields.at);
        // A line without a time of its own came at that of the line before.
        Read { begins, at: fields.at.or(self.about.to), text: None }
    }

    fn note(&mut self, at: Option<Timestamp>, level: Option<Level>) {
        self.about.from = self.about.from.or(at);
        self.about.to = at.or(self.about.to);
        match level {
            Some(Level::Error) => self.about.errors += 1,
            Some(Level::Warning) => self.about.warnings += 1,
            Some(Level::Info) | None => {}
        }
    }

    /// The name, and the last attempt if the source marks any.
    pub(super) fn marked(&self) -> (String, Option<Attempt>) {
        (self.about.source.clone(), self.tracker.present)
    }

    /// The source, at its end.
    pub(super) fn describe(self, choice: Choice) -> Source {
        Source {
            attempts: self.tracker.count,
            outcome: self.tracker.present.and_then(|attempt| attempt.ended),
            decides_from: match choice {
                Choice::Whole => Some(1),
                Choice::From(first) => Some(first),
                Choice::Nothing => None,
            },
            ..self.about
        }
    }
}

impl Source {
    /// Attempts in it that do not decide.
    pub(crate) fn earlier(&self) -> u64 {
        self.attempts - u64::from(self.attempts > 0 && self.decides_from.is_some())
    }
}
