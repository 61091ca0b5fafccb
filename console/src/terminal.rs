//! Printing: the only place that writes to standard output and standard error.

use std::io::{self, IsTerminal, Write};

/// Prints `text` and a line end to standard output. Returns `false` when nobody reads any more.
pub fn say(text: &str) -> bool {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).is_ok()
}

/// Prints `text` and a line end to standard error.
pub fn complain(text: &str) {
    // Where standard error cannot be written, nothing can be said.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// No colours.
    pub const PLAIN: Self = Self { colour: false };

    /// Colours if standard output is a terminal that takes them and `NO_COLOR` is not set.
    pub fn detect() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: io::stdout().is_terminal() && !dumb && !unwanted }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// For headings.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what matters less.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// For a standing: red where it is certain, yellow where it is likely.
    pub fn standing(self, word: &str, text: &str) -> String {
        match word {
            "confirmed" => self.paint("1;31", text),
            "likely" => self.paint("1;33", text),
            _ => self.paint("36", text),
        }
    }
}

/// Text from outside, with control characters shown as spaces so that nothing in a log can steer the terminal.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Asks for a line on the terminal without showing what is typed.
///
/// # Errors
/// Where there is no terminal.
pub fn ask_secret(question: &str) -> io::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let input = io::stdin();
    let before = tcgetattr(&input)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Flush, &silent)?;
    let mut asked = io::stderr().lock();
    let read = write!(asked, "{question}").and_then(|()| asked.flush()).and_then(|()| {
        let mut line = String::new();
        input.read_line(&mut line).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())
    });
    // The line end was not shown either.
    let _ = writeln!(asked);
    tcsetattr(&input, OptionalActions::Flush, &before)?;
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\n\u{9b}c"), "a [2Jb   c");
    }
}
