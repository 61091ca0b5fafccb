//! `apply(state, entry)`: never fails, whatever an older, newer or hostile peer put into the journal.

use hotliner_protocol::batch::Items;
use hotliner_protocol::event::{Event, EventBody};
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::sequence::Inbox;
use hotliner_protocol::time::Timestamp;

use super::entry::is_row;
use super::state::{Agent, Attempt, MAX_ATTEMPTS, MAX_NOTES, slot};
use super::{
    AgentStanding, Answered, CaseState, CodeStanding, CodeState, Content, Entry, LeftReason, Note, Resolved,
    StepDone, What,
};

/// Takes the next entry in. Returns whether anything but the journal's span changed, that is, whether what readers are
/// shown of the case has to be written anew.
pub fn apply(state: &mut CaseState, entry: &Entry) -> bool {
    let span = &mut state.journal;
    if span.records == 0 {
        span.first = entry.position;
    } else {
        span.gaps += entry.position.saturating_sub(span.last + 1);
    }
    span.last = entry.position;
    span.records += 1;
    match &entry.content {
        Content::Decision(decision) => apply_decision(state, entry.at, &decision.by, &decision.what),
        Content::Telemetry { lane, through, items } => {
            if let Some(slot) = slot(*lane) {
                state.inboxes[slot].advance(*through);
            }
            match items {
                Items::Events(events) => {
                    let mut changed = false;
                    for event in events {
                        changed |= apply_event(state, event);
                    }
                    changed
                }
                Items::Facts(_) => false,
            }
        }
    }
}

fn apply_decision(state: &mut CaseState, at: Timestamp, by: &str, what: &What) -> bool {
    match what {
        What::CaseOpened { note, product, agentless } => {
            state.opened_at = Some(at);
            state.note.clone_from(note);
            state.product.clone_from(product);
            state.agentless = *agentless;
        }
        What::CodeIssued { expires_at } => {
            let code = CodeStanding { state: CodeState::Waiting, tries: 0, expires_at: *expires_at };
            state.code = Some(code);
        }
        What::CodeTried { tries_left, .. } => {
            if let Some(code) = &mut state.code {
                code.tries = code.tries.saturating_add(1);
                if *tries_left == 0 {
                    code.state = CodeState::Burnt;
                }
            }
        }
        What::Intercepted { .. } => state.interceptions = state.interceptions.saturating_add(1),
        What::AgentPaired { agent, lease_until } => {
            state.inboxes = [Inbox::default(); 3];
            if let Some(code) = &mut state.code {
                code.state = CodeState::Used;
            }
            state.agent = Some(Agent {
                standing: AgentStanding::Connected,
                seen: agent.clone(),
                paired_at: at,
                since: at,
                lease_until: *lease_until,
            });
        }
        What::AgentResumed { agent } => {
            state.journal.rows += 1;
            if let Some(held) = &mut state.agent {
                held.seen = agent.clone();
                held.standing = AgentStanding::Connected;
                held.since = at;
            }
        }
        What::AgentLeft { reason } => {
            state.journal.rows += 1;
            set_standing(state, at, left_standing(*reason));
        }
        What::LinkFrozen { .. } => set_standing(state, at, AgentStanding::Frozen),
        What::ConsentChanged { granted } => state.consent.clone_from(granted),
        What::AgentStopped { .. } => set_standing(state, at, AgentStanding::Left),
        What::DiagnosesChanged(diagnoses) => state.diagnoses.clone_from(diagnoses),
        What::CaseClosed {} => state.closed_at = Some(at),
        What::CollectAsked { .. } | What::Unknown => return false,
        work => return apply_work(state, at, by, work),
    }
    true
}

/// What the team does with the case.
fn apply_work(state: &mut CaseState, at: Timestamp, by: &str, what: &What) -> bool {
    let by = by.to_owned();
    match what {
        What::Claimed {} => state.claimed_by = Some(by),
        What::Released {} => state.claimed_by = None,
        What::Transferred { to, note } => {
            state.claimed_by = Some(to.clone());
            if !note.is_empty() {
                add_note(state, Note { at, by, text: note.clone() });
            }
        }
        What::Noted { text } => add_note(state, Note { at, by, text: text.clone() }),
        What::Answered { fault, evidence, yes } => {
            let answer = Answered { fault: fault.clone(), evidence: evidence.clone(), yes: *yes, by, at };
            state.answers.retain(|known| (&known.fault, &known.evidence) != (fault, evidence));
            state.answers.push(answer);
        }
        What::LinesTold(told) => {
            for event in told.events(at) {
                apply_event(state, &event);
            }
            attempt(state, AttemptId(told.attempt)).told += told.lines.len() as u64;
        }
        What::StepSet { fault, step, state: how } => {
            let done = StepDone { fault: fault.clone(), step: step.clone(), state: *how, by, at };
            state.steps.retain(|known| (&known.fault, &known.step) != (fault, step));
            state.steps.push(done);
        }
        What::CaseResolved { fault, how } => {
            state.closed_at = Some(at);
            state.resolved = Some(Resolved { fault: fault.clone(), how: how.clone(), by, at });
        }
        _ => return false,
    }
    true
}

fn add_note(state: &mut CaseState, note: Note) {
    if state.notes.len() < MAX_NOTES {
        state.notes.push(note);
    }
}

fn left_standing(reason: LeftReason) -> AgentStanding {
    match reason {
        LeftReason::CustomerLeft | LeftReason::Finished | LeftReason::CaseClosed => AgentStanding::Left,
        LeftReason::Frozen => AgentStanding::Frozen,
        LeftReason::Lost | LeftReason::Superseded | LeftReason::Protocol | LeftReason::ConsoleDown => {
            AgentStanding::Away
        }
    }
}

fn set_standing(state: &mut CaseState, at: Timestamp, standing: AgentStanding) {
    if let Some(agent) = &mut state.agent {
        // Who has said goodbye, or is frozen, stays so when the line drops afterwards.
        let settled = matches!(agent.standing, AgentStanding::Left | AgentStanding::Frozen);
        if !(settled && standing == AgentStanding::Away) {
            agent.standing = standing;
            agent.since = at;
        }
    }
}

fn apply_event(state: &mut CaseState, event: &Event) -> bool {
    let row = state.journal.rows;
    if is_row(event) {
        state.journal.rows += 1;
    }
    match &event.body {
        EventBody::AttemptStarted(started) => {
            let Some(id) = event.attempt else { return false };
            let attempt = attempt(state, id);
            attempt.program.clone_from(&started.program);
            attempt.args.clone_from(&started.args);
            attempt.started_at = Some(event.at);
            attempt.first_row = row;
            true
        }
        EventBody::AttemptEnded(ended) => {
            let Some(id) = event.attempt else { return false };
            let attempt = attempt(state, id);
            attempt.ended_at = Some(event.at);
            attempt.outcome = Some(ended.outcome);
            attempt.exit = ended.exit;
            true
        }
        EventBody::Gap(gap) => {
            state.journal.gaps = state.journal.gaps.saturating_add(1);
            state.journal.dropped = state.journal.dropped.saturating_add(gap.dropped);
            false
        }
        // Consent and stop are decisions of their own, appended in the same breath; see `decide::take`.
        _ => false,
    }
}

/// The attempt called `id`, made if its start was never seen.
fn attempt(state: &mut CaseState, id: AttemptId) -> &mut Attempt {
    let index = state.attempts.iter().position(|attempt| attempt.id == id).unwrap_or_else(|| {
        if state.attempts.len() >= MAX_ATTEMPTS {
            state.attempts.remove(0);
        }
        state.attempts.push(Attempt {
            id,
            program: String::new(),
            args: Vec::new(),
            started_at: None,
            ended_at: None,
            outcome: None,
            exit: None,
            first_row: state.journal.rows,
            told: 0,
        });
        state.attempts.len() - 1
    });
    &mut state.attempts[index]
}
