//! The agent's own lines, on standard error, each beginning with its name so that nobody takes them for the installer's.

use std::io::{Write, stderr, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::lang::Lang;
use crate::words::{Message, Words, fill};

/// What every line begins with.
const NAME: &str = "hotliner-agent";

/// Speaks to the person at this PC.
#[derive(Clone)]
pub(crate) struct Notices {
    pub(crate) words: &'static Words,
    quiet: bool,
    /// The terminal is in raw mode, where a new line does not return to its beginning by itself.
    raw: Arc<AtomicBool>,
}

impl Notices {
    /// Speaks `lang`, or not at all if `quiet`.
    pub(crate) fn new(lang: Lang, quiet: bool) -> Self {
        Self { words: Words::of(lang), quiet, raw: Arc::default() }
    }

    /// Whether the terminal is in raw mode from now on.
    pub(crate) fn set_raw(&self, raw: bool) {
        self.raw.store(raw, Ordering::Release);
    }

    /// What happened and what to do.
    pub(crate) fn say(&self, message: Message, values: &[(&str, &str)]) {
        if !self.quiet {
            self.lines(&[&fill(message.what, values), &fill(message.todo, values)]);
        }
    }

    /// As [`Notices::say`], also when quiet: the reason why there is nothing else.
    pub(crate) fn fail(&self, message: Message, values: &[(&str, &str)]) {
        self.lines(&[&fill(message.what, values), &fill(message.todo, values)]);
    }

    /// One line of good news.
    pub(crate) fn tell(&self, text: &str, values: &[(&str, &str)]) {
        if !self.quiet {
            self.lines(&[&fill(text, values)]);
        }
    }

    fn lines(&self, lines: &[&str]) {
        let end = if self.raw.load(Ordering::Acquire) { "\r\n" } else { "\n" };
        let text: String = lines.iter().map(|line| format!("{NAME}: {line}{end}")).collect();
        // Where standard error is gone there is nobody to tell.
        let _ = stderr().lock().write_all(text.as_bytes());
    }
}

/// Writes what a command was asked for to standard output. A reader that is gone is no failure.
pub(crate) fn print(text: &str) {
    let mut out = stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a question to standard error, without ending the line.
pub(crate) fn ask(text: &str) {
    let mut err = stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
