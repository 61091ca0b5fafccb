//! Attempts within one source: where each begins and, where the format says so, how it ended. Pure.
//!
//! The last attempt decides: what an earlier one printed does not diagnose today's problem. Only formats that mark their runs
//! are divided; a log without marks is one attempt. Servicing logs (CBS, DISM), WindowsUpdate.log, setupapi.dev.log and install.log
//! are not divided although they have sessions: their last one is nearly always the system's own housekeeping.
//!
//! | family | an attempt begins | it ended well | it failed |
//! | --- | --- | --- | --- |
//! | apt term.log | `Log started:` | `Log ended:` and no line that speaks of an error | |
//! | apt history.log | `Start-Date:` | `End-Date:` without `Error:` | `Error:` |
//! | dpkg.log | `startup …`, more than [`DPKG_PAUSE`] after the line before | | |
//! | pacman.log | `Running '…'`, `transaction started` | `transaction completed` and no line that speaks of an error | `transaction failed` |
//! | dnf.log | `Command: …` (not of `makecache`) | | |
//! | Windows Installer | `=== Verbose logging started` | `MainEngineThread is returning` 0, 1641, 3010 | another number |
//! | Inno Setup | `Log opened.` | `Installation process succeeded.` | |
//! | Windows setup | `Logging Begins` | | |
//! | npm | the first line | `verbose exit 0`, `info ok` | `verbose exit` with another number |

use std::time::Duration;

use hotliner_protocol::time::Timestamp;
use serde::Serialize;

use super::time;

/// dpkg starts several times within one run of apt; between runs it rests longer than this.
pub(crate) const DPKG_PAUSE: Duration = Duration::from_secs(120);

/// Which program's runs these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    AptTerm,
    AptHistory,
    Dpkg,
    Pacman,
    Dnf,
    Msi,
    Inno,
    Setup,
    Npm,
}

/// How an attempt ended, where its log says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ended {
    /// As it should.
    Succeeded,
    /// With an error.
    Failed,
}

/// One attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) family: Family,
    /// Its first line in the source, from 1.
    pub(crate) first_line: u64,
    /// When it began, and the last time seen in it.
    pub(crate) begun: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// How it ended, if it says so.
    pub(crate) ended: Option<Ended>,
    /// A line spoke of an error: then "ended" alone does not mean "well".
    alarmed: bool,
    /// pacman: `Running` was seen, the transaction belongs to it.
    announced: bool,
}

/// Follows the lines of one source.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    /// How many attempts began.
    pub(crate) count: u64,
    /// The last one; none in a source without marks.
    pub(crate) present: Option<Attempt>,
    at: Option<Timestamp>,
}

impl Tracker {
    /// Takes a line in, and its time if it says one. Returns whether an attempt begins with it.
    pub(crate) fn line(&mut self, number: u64, text: &str, at: Option<Timestamp>) -> bool {
        let pause = time::gap(self.at, at);
        self.at = at.or(self.at);
        let begins = family_begun(text, number).filter(|family| self.is_new(*family, text, pause));
        if let Some(family) = begins {
            let announced = family == Family::Pacman && text.contains("Running '");
            self.count += 1;
            self.present = Some(Attempt {
                family,
                first_line: number,
                begun: at,
                last: at,
                ended: None,
                alarmed: false,
                announced,
            });
            return true;
        }
        if let Some(attempt) = &mut self.present {
            attempt.last = at.or(attempt.last);
            attempt.follow(text);
        }
        false
    }

    /// Whether what looks like a beginning is one.
    fn is_new(&self, family: Family, text: &str, pause: Option<Duration>) -> bool {
        let Some(present) = self.present.filter(|present| present.family == family) else { return true };
        match family {
            Family::Dpkg => pause.is_none_or(|pause| pause > DPKG_PAUSE),
            Family::Pacman => text.contains("Running '") || !present.announced,
            Family::Npm => false,
            _ => true,
        }
    }
}

impl Attempt {
    fn follow(&mut self, text: &str) {
        match self.family {
            Family::AptTerm => {
                self.alarmed |= alarming(text);
                if text.starts_with("Log ended: ") && !self.alarmed {
                    self.ended = Some(Ended::Succeeded);
                }
            }
            Family::AptHistory => {
                if text.starts_with("Error: ") {
                    self.ended = Some(Ended::Failed);
                } else if text.starts_with("End-Date: ") && self.ended.is_none() {
                    self.ended = Some(Ended::Succeeded);
                }
            }
            Family::Pacman => self.pacman(text),
            Family::Msi => {
                if let Some((_, code)) = text.split_once("MainEngineThread is returning ") {
                    // ERROR_SUCCESS, ERROR_SUCCESS_REBOOT_INITIATED, ERROR_SUCCESS_REBOOT_REQUIRED
                    let well = matches!(code.trim(), "0" | "1641" | "3010");
                    self.ended = Some(if well { Ended::Succeeded } else { Ended::Failed });
                }
            }
            Family::Inno => {
                if text.ends_with("Installation process succeeded.") {
                    self.ended = Some(Ended::Succeeded);
                }
            }
            Family::Npm => {
                let Some((_, said)) = text.split_once(' ') else { return };
                if said == "verbose exit 0" || said == "info ok" {
                    self.ended = Some(Ended::Succeeded);
                } else if said.starts_with("verbose exit ") {
                    self.ended = Some(Ended::Failed);
                }
            }
            Family::Dpkg | Family::Dnf | Family::Setup => {}
        }
    }

    fn pacman(&mut self, text: &str) {
        self.alarmed |= alarming(text);
        if text.ends_with("[ALPM] transaction failed") {
            self.ended = Some(Ended::Failed);
        } else if text.ends_with("[ALPM] transaction completed") {
            self.ended = Some(Ended::Succeeded);
        }
        // Hooks run after the transaction: one that fails takes "completed" back.
        if self.alarmed && self.ended == Some(Ended::Succeeded) {
            self.ended = None;
        }
    }
}

/// Whose attempt a line begins, by the line alone.
fn family_begun(text: &str, number: u64) -> Option<Family> {
    match text.as_bytes().first()? {
        b'L' if text.starts_with("Log started: ") => Some(Family::AptTerm),
        b'S' if text.starts_with("Start-Date: ") => Some(Family::AptHistory),
        b'=' if text.starts_with("=== Verbose logging started")
            || text.starts_with("=== Logging started") =>
        {
            Some(Family::Msi)
        }
        b'[' if text.contains("] [PACMAN] Running '") || text.ends_with("] [ALPM] transaction started") => {
            Some(Family::Pacman)
        }
        b'0' if number == 1
            && (text.starts_with("0 verbose cli") || text.starts_with("0 info it worked")) =>
        {
            Some(Family::Npm)
        }
        b'1' | b'2' => dated(text),
        _ => None,
    }
}

/// As [`family_begun`], for lines that begin with a date.
fn dated(text: &str) -> Option<Family> {
    let (_, taken) = time::at_start(text)?;
    let rest = &text[taken..];
    if rest.starts_with(" startup ") {
        Some(Family::Dpkg)
    } else if rest.starts_with("   Log opened. (Time zone") {
        Some(Family::Inno)
    } else if rest.starts_with(", ") && rest.contains(" Logging Begins **") {
        Some(Family::Setup)
    } else if rest.contains(" DEBUG Command: ") && !rest.contains("makecache") {
        Some(Family::Dnf)
    } else {
        None
    }
}

/// Whether a line speaks of an error, in English or French.
fn alarming(text: &str) -> bool {
    ["error", "erreur", "fail", "chec"].iter().any(|word| {
        text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    })
}

#[cfg(test)]
#[path = "attempts/tests.rs"]
mod tests;
