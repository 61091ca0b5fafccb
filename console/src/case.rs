//! A case: what happened in it, as a pure state machine.
//!
//! [`apply`] takes a state and an entry of the journal and gives the next state; [`decide`] takes a state and a command
//! and gives the decisions to append, or a refusal. Neither reads a clock, a disk or anything global, so a case can be
//! rebuilt, replayed and audited from its journal alone.
//!
//! The state holds what deciding and showing need. Lines stay in the journal, facts in the projection and in the
//! diagnosis: a case with a million lines is as small as one with ten.

mod apply;
mod clean;
mod decide;
mod decision;
mod entry;
mod state;
mod work;

pub use apply::apply;
pub use clean::clean;
pub use decide::{Command, Refusal, decide, take};
pub use decision::{AgentSeen, Decision, Diagnoses, LeftReason, Question, StepState, Told, What};
pub use entry::{Content, Entry, Item, is_row, is_row_item};
pub use state::{
    Agent, AgentStanding, Answered, Attempt, CaseState, CodeStanding, CodeState, Note, Resolved, Span,
    StepDone,
};
pub use work::Work;
