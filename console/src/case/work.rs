//! What the team does with a case: who works on it, notes, answers, typed lines, steps, the solution.
//!
//! Claims cannot collide: they are decided one after the other in the case's only writer, and the journal's expected
//! position fences a second writer off.

use hotliner_protocol::limits::MAX_LINE_BYTES;
use hotliner_protocol::time::Timestamp;

use super::decide::MAX_NOTE_CHARS;
use super::state::{MAX_ANSWERS, MAX_NOTES};
use super::{CaseState, Refusal, StepState, Told, What};

/// Longest name of a person, in characters.
const MAX_NAME_CHARS: usize = 64;

/// Longest id of a fault, a piece of evidence or a step, in bytes.
const MAX_ID_BYTES: usize = 128;

/// Most lines typed at a time.
const MAX_TOLD_LINES: usize = 1_000;

/// Most lines typed for one attempt.
const MAX_TOLD_OF_ATTEMPT: u64 = 20_000;

/// Something the team does with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Take it.
    Claim,
    /// Give it back to the queue.
    Release {
        /// Even if somebody else works on it.
        force: bool,
    },
    /// Hand it over.
    Transfer {
        /// To whom.
        to: String,
        /// What they should know.
        note: String,
        /// Even if somebody else works on it.
        force: bool,
    },
    /// Write a note.
    Note {
        /// The words.
        text: String,
    },
    /// Note the customer's answer to a fault's question.
    Answer {
        /// Id of the fault.
        fault: String,
        /// Name of the evidence that asks.
        evidence: String,
        /// The answer.
        yes: bool,
    },
    /// Take in what the customer reads aloud.
    Tell {
        /// One line or more.
        text: String,
    },
    /// Note how a step of a repair went.
    Step {
        /// Id of the fault.
        fault: String,
        /// Id of the step.
        step: String,
        /// How it went.
        state: StepState,
    },
    /// Close the case as solved.
    Resolve {
        /// Id of the fault that was the answer.
        fault: Option<String>,
        /// What helped.
        how: String,
    },
}

/// What `work`, done by `by` at `now`, comes to; `None`: nothing to do. The case is open.
pub(super) fn decide(
    state: &CaseState,
    work: Work,
    by: &str,
    now: Timestamp,
) -> Result<Option<What>, Refusal> {
    let holder = state.claimed_by.as_deref();
    Ok(Some(match work {
        Work::Claim => match holder {
            Some(holder) if holder == by => return Ok(None),
            Some(other) => return Err(Refusal::ClaimedBy(other.to_owned())),
            None => What::Claimed {},
        },
        Work::Release { force } => match holder {
            None => return Ok(None),
            Some(other) if other != by && !force => return Err(Refusal::ClaimedBy(other.to_owned())),
            Some(_) => What::Released {},
        },
        Work::Transfer { to, note, force } => match holder {
            Some(other) if other != by && !force => return Err(Refusal::ClaimedBy(other.to_owned())),
            _ => What::Transferred { to: name(&to)?, note: words(&note, true)? },
        },
        Work::Note { .. } if state.notes.len() >= MAX_NOTES => return Err(Refusal::Full(MAX_NOTES)),
        Work::Note { text } => What::Noted { text: words(&text, false)? },
        Work::Answer { .. } if state.answers.len() >= MAX_ANSWERS => return Err(Refusal::Full(MAX_ANSWERS)),
        Work::Answer { fault, evidence, yes } => {
            What::Answered { fault: id(fault)?, evidence: id(evidence)?, yes }
        }
        Work::Tell { text } => What::LinesTold(told(state, &text, now)?),
        Work::Step { .. } if state.steps.len() >= MAX_ANSWERS => return Err(Refusal::Full(MAX_ANSWERS)),
        Work::Step { fault, step, state } => What::StepSet { fault: id(fault)?, step: id(step)?, state },
        Work::Resolve { fault, how } => {
            What::CaseResolved { fault: fault.map(id).transpose()?, how: words(&how, true)? }
        }
    }))
}

/// The typed lines, as lines of the latest attempt; the first of an attempt of their own where there is none.
fn told(state: &CaseState, text: &str, now: Timestamp) -> Result<Told, Refusal> {
    let lines: Vec<String> = text.lines().map(printable).filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty()
        || lines.len() > MAX_TOLD_LINES
        || lines.iter().any(|line| line.len() > MAX_LINE_BYTES)
    {
        return Err(Refusal::Given("give 1 to 1000 lines of at most 64 KiB"));
    }
    let latest = state.attempts.last();
    let first = latest.map_or(0, |attempt| attempt.told);
    if first + lines.len() as u64 > MAX_TOLD_OF_ATTEMPT {
        return Err(Refusal::Full(usize::try_from(MAX_TOLD_OF_ATTEMPT).unwrap_or(usize::MAX)));
    }
    let attempt = latest.map_or(now.millis(), |attempt| attempt.id.0);
    Ok(Told { attempt, begins: latest.is_none(), first: first + 1, lines })
}

fn name(text: &str) -> Result<String, Refusal> {
    let name = tidy(text);
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(Refusal::Given("name the person to hand the case to"));
    }
    Ok(name)
}

fn words(text: &str, may_be_empty: bool) -> Result<String, Refusal> {
    let text = tidy(text);
    if text.chars().count() > MAX_NOTE_CHARS || (text.is_empty() && !may_be_empty) {
        return Err(Refusal::Given("give words of 1 to 2000 characters"));
    }
    Ok(text)
}

fn id(text: String) -> Result<String, Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.is_empty() || text.len() > MAX_ID_BYTES || !text.chars().all(plain) {
        return Err(Refusal::Given("name the fault, and its evidence or step, by their ids"));
    }
    Ok(text)
}

/// Words without control characters but line ends, and without blanks around them.
pub(super) fn tidy(text: &str) -> String {
    let kept: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    kept.trim().to_owned()
}

/// A line without control characters but tabs.
fn printable(line: &str) -> String {
    line.chars().filter(|c| *c == '\t' || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Command, Content, Decision, Entry, apply, decide};
    use hotliner_protocol::id::CaseId;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + millis)
    }

    /// A case, and the one way anything happens in it.
    struct Case {
        state: CaseState,
        decisions: Vec<Decision>,
    }

    impl Case {
        fn open() -> Self {
            let state = CaseState::new(CaseId::new(at(0), [0; 10]));
            let mut case = Self { state, decisions: Vec::new() };
            let open = Command::Open { note: String::new(), product: None, agentless: true };
            case.obey(open, "ann").unwrap();
            case
        }

        fn obey(&mut self, command: Command, by: &str) -> Result<usize, Refusal> {
            let position = self.state.journal.last + 1;
            let decided = decide(&self.state, command, by, at(position))?;
            for (decision, position) in decided.iter().zip(position..) {
                let content = Content::Decision(decision.clone());
                apply(&mut self.state, &Entry { position, at: at(position), content });
            }
            self.decisions.extend(decided.clone());
            Ok(decided.len())
        }

        fn work(&mut self, work: Work, by: &str) -> Result<usize, Refusal> {
            self.obey(Command::Work(work), by)
        }
    }

    #[test]
    fn two_never_hold_one_case() {
        let mut case = Case::open();
        assert_eq!(case.work(Work::Claim, "ann"), Ok(1));
        assert_eq!(case.work(Work::Claim, "ann"), Ok(0), "hers already");
        let hers = || Refusal::ClaimedBy("ann".to_owned());
        let transfer = |force| Work::Transfer { to: "bob".into(), note: "look at line 3".into(), force };
        assert_eq!(case.work(Work::Claim, "bob"), Err(hers()));
        assert_eq!(case.work(Work::Release { force: false }, "bob"), Err(hers()));
        assert_eq!(case.work(transfer(false), "bob"), Err(hers()));
        assert_eq!(case.work(transfer(false), "ann"), Ok(1));
        assert_eq!(case.state.claimed_by.as_deref(), Some("bob"));
        assert_eq!(
            (case.state.notes[0].by.as_str(), case.state.notes[0].text.as_str()),
            ("ann", "look at line 3")
        );
        assert_eq!(case.work(Work::Release { force: true }, "ann"), Ok(1));
        assert_eq!(case.state.claimed_by, None);
        assert_eq!(case.work(Work::Claim, "cyd"), Ok(1));
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_changes_nothing() {
        let mut case = Case::open();
        let text = |chars: usize| "x".repeat(chars);
        let refused = [
            Work::Note { text: " \u{7} ".into() },
            Work::Note { text: text(MAX_NOTE_CHARS + 1) },
            Work::Transfer { to: String::new(), note: String::new(), force: false },
            Work::Tell { text: " \n\n".into() },
            Work::Tell { text: text(MAX_LINE_BYTES + 1) },
            Work::Answer { fault: "a b".into(), evidence: "e".into(), yes: true },
            Work::Step { fault: text(MAX_ID_BYTES + 1), step: "s".into(), state: StepState::Failed },
        ];
        let before = case.state.clone();
        for work in refused {
            assert!(matches!(case.work(work.clone(), "ann"), Err(Refusal::Given(_))), "{work:?}");
        }
        assert_eq!(case.state, before);
        case.work(Work::Resolve { fault: None, how: "restarted".into() }, "ann").unwrap();
        assert_eq!(case.work(Work::Claim, "ann"), Err(Refusal::Closed));
        assert_eq!(case.state.resolved.as_ref().map(|resolved| resolved.how.as_str()), Some("restarted"));
    }

    #[test]
    fn typed_lines_begin_an_attempt_once_and_are_numbered_on() {
        let mut case = Case::open();
        case.work(Work::Tell { text: "one\r\n\n\u{1b}[31mtwo".into() }, "ann").unwrap();
        case.work(Work::Tell { text: "three".into() }, "ann").unwrap();
        assert_eq!(case.state.attempts.len(), 1);
        assert_eq!((case.state.attempts[0].told, case.state.journal.rows), (3, 4));
        let told: Vec<_> = case
            .decisions
            .iter()
            .filter_map(|decision| match &decision.what {
                What::LinesTold(told) => Some((told.begins, told.first, told.lines.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(told[0], (true, 1, vec!["one".to_owned(), "[31mtwo".to_owned()]));
        assert_eq!(told[1], (false, 3, vec!["three".to_owned()]));
    }

    #[test]
    fn the_last_answer_and_the_last_state_of_a_step_count() {
        let mut case = Case::open();
        for yes in [true, false] {
            case.work(Work::Answer { fault: "f".into(), evidence: "e".into(), yes }, "ann").unwrap();
        }
        for state in [StepState::Failed, StepState::SaidDone] {
            case.work(Work::Step { fault: "f".into(), step: "s".into(), state }, "ann").unwrap();
        }
        assert_eq!((case.state.answers.len(), case.state.answers[0].yes), (1, false));
        assert_eq!((case.state.steps.len(), case.state.steps[0].state), (1, StepState::SaidDone));
    }
}
