//! Consent, asked in the terminal: nothing is chosen beforehand, Enter is no, silence is no.

use std::io::{IsTerminal, stderr, stdin};
use std::time::Duration;

use hotliner_protocol::scope::{Scope, Scopes};

use crate::notice::ask;
use crate::platform;
use crate::words::{Words, fill};

/// Silence after which a question counts as answered with no.
const SILENCE: Duration = Duration::from_secs(120);

/// What this version looks at, in the order it is asked. What it does not look at is not asked for.
pub(crate) const ASKED: [Scope; 4] =
    [Scope::InstallerOutput, Scope::Software, Scope::Hardware, Scope::Network];

/// Most lines of an example.
const EXAMPLE_LINES: usize = 6;

/// Whether there is a person to ask.
pub(crate) fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// One line from the person, or `None` for silence.
pub(crate) fn answer() -> Option<String> {
    platform::ask_line(SILENCE)
}

/// Asks for each of `scopes`. `example` gives real data of this PC, redacted.
pub(crate) fn ask_scopes(
    words: &Words,
    who: &str,
    scopes: &[Scope],
    mut example: impl FnMut(Scope) -> Vec<String>,
    mut answer: impl FnMut() -> Option<String>,
) -> Scopes {
    ask(&format!("{who}\n{}\n", words.consent_how));
    let mut granted = Vec::new();
    for scope in scopes {
        let plain = words.scope(*scope);
        loop {
            ask(&fill(words.consent_question, &[("name", plain.name), ("means", plain.means)]));
            match Answer::of(answer().as_deref(), words) {
                Answer::Yes => granted.push(*scope),
                Answer::Example => {
                    show_example(words, &example(*scope));
                    continue;
                }
                Answer::No => {}
                Answer::Silence => {
                    ask("\n");
                    return Scopes::new(granted);
                }
            }
            break;
        }
    }
    Scopes::new(granted)
}

fn show_example(words: &Words, lines: &[String]) {
    let shown: String = lines.iter().take(EXAMPLE_LINES).map(|line| format!("    {line}\n")).collect();
    match shown.as_str() {
        "" => ask(&format!("  {}\n", words.consent_no_example)),
        shown => ask(&format!("  {}\n{shown}", words.consent_example)),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Example,
    Silence,
}

impl Answer {
    fn of(answer: Option<&str>, words: &Words) -> Self {
        match answer.map(|answer| answer.trim().to_lowercase()) {
            None => Self::Silence,
            Some(answer) if answer == "?" => Self::Example,
            Some(answer) if words.yes.contains(&answer.as_str()) => Self::Yes,
            Some(_) => Self::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    fn asked(lang: Lang, answers: &[&str]) -> String {
        let mut answers = answers.iter().map(|answer| (*answer).to_owned());
        let words = Words::of(lang);
        ask_scopes(words, "Team", &ASKED, |_| vec!["x".into()], || answers.next()).to_string()
    }

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        let table = [
            (Lang::En, &["", "", "", ""][..], "none"),
            (Lang::En, &["y", "", "?", "YES", "no"], "hardware,installer-output"),
            (Lang::En, &["maybe", "yeah", "o", "1"], "none"),
            (Lang::Fr, &["o", "non", "oui", ""], "hardware,installer-output"),
        ];
        for (lang, answers, granted) in table {
            assert_eq!(asked(lang, answers), granted, "{answers:?}");
        }
    }

    #[test]
    fn silence_is_a_no_to_all_that_is_left_and_keeps_what_was_said() {
        assert_eq!(asked(Lang::En, &[]), "none");
        assert_eq!(asked(Lang::En, &["y"]), "installer-output");
    }
}
