//! A case in full.

use hotliner_protocol::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Language;
use super::list::status;
use crate::case::CaseState;
use crate::projection::{CaseRow, FactRow};

/// A case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::web) struct CaseView {
    case: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    opened_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// `open` or `closed`.
    status: &'static str,
    note: String,
    /// What is being installed, in the technician's words.
    product: Option<String>,
    /// No agent will come.
    agentless: bool,
    /// Who works on it.
    claimed_by: Option<String>,
    /// Since when the customer waits for somebody of the team.
    #[schema(value_type = Option<String>, format = DateTime)]
    customer_waits_since: Option<Timestamp>,
    #[schema(value_type = Option<CodeView>)]
    code: Value,
    #[schema(value_type = Option<AgentView>)]
    agent: Value,
    /// Scopes the customer allows.
    #[schema(value_type = Vec<String>)]
    consent: Value,
    /// Times a right code came over an intercepted connection.
    interceptions: u32,
    /// Best first, each as `hotliner-console diagnose` prints it.
    #[schema(value_type = Vec<DiagnosisView>)]
    diagnoses: Vec<Value>,
    /// Version of the faults the diagnoses come from.
    catalogue: String,
    /// What to ask the customer, the most telling question first.
    questions: Vec<QuestionView>,
    /// By path. Left out of live updates.
    #[schema(value_type = Vec<FactView>)]
    facts: Vec<FactRow>,
    /// Oldest first.
    #[schema(value_type = Vec<AttemptView>)]
    attempts: Value,
    /// Steps of the best diagnosis, if it is at least likely.
    #[schema(value_type = Vec<StepInCase>)]
    steps: Vec<Value>,
    /// How steps went, of all diagnoses.
    #[schema(value_type = Vec<StepDoneView>)]
    step_states: Value,
    /// Words for the team, oldest first.
    #[schema(value_type = Vec<NoteView>)]
    notes: Value,
    /// The customer's answers, oldest first.
    #[schema(value_type = Vec<AnswerView>)]
    answers: Value,
    #[schema(value_type = Option<ResolvedView>)]
    resolved: Value,
    #[schema(value_type = JournalView)]
    journal: Value,
}

/// A question whose answer would settle something.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct QuestionView {
    /// Id of the fault that asks.
    fault: String,
    /// Name of the evidence.
    evidence: String,
    text: String,
    /// How much further a yes would take the fault, from 0 to 1.
    gain: f64,
}

/// Shapes of what is kept as JSON.
mod shapes {
    #![expect(dead_code, reason = "these only describe JSON")]

    use serde_json::Value;
    use utoipa::ToSchema;

    /// A join code. The digits are shown once, when it is given out.
    #[derive(ToSchema)]
    pub(in crate::web) struct CodeView {
        /// `waiting`, `used`, `burnt` or `expired`.
        state: String,
        /// Wrong ones so far.
        tries: u32,
        #[schema(format = DateTime)]
        expires_at: String,
    }

    /// The agent that joined last.
    #[derive(ToSchema)]
    pub(in crate::web) struct AgentView {
        /// `connected`, `away`, `left` or `frozen`.
        standing: String,
        version: String,
        platform: String,
        address: String,
        /// What carries its connection: `quic` or `tcp`.
        #[schema(required = false)]
        transport: Option<String>,
        #[schema(format = DateTime)]
        paired_at: String,
        /// Since when it has the standing.
        #[schema(format = DateTime)]
        since: String,
        #[schema(format = DateTime)]
        lease_until: String,
    }

    /// A fault held against the case.
    #[derive(ToSchema)]
    pub(in crate::web) struct DiagnosisView {
        fault: String,
        number: u32,
        cause: String,
        cause_label: Option<String>,
        /// `confirmed`, `likely`, `possible` or `ruled-out`.
        standing: String,
        /// From 0 to 1.
        score: f64,
        severity: Option<String>,
        title: String,
        explain: String,
        say: String,
        evidence: Vec<SeenView>,
        /// Names of evidence that would raise the standing.
        missing: Vec<String>,
        ruled_out_by: Option<String>,
        steps: Vec<StepView>,
        verify: Option<String>,
        /// Consequences that this fault explains.
        #[schema(no_recursion)]
        explains: Vec<DiagnosisView>,
    }

    /// A line, fact or answer a diagnosis rests on.
    #[derive(ToSchema)]
    pub(in crate::web) struct SeenView {
        /// Name of the evidence.
        name: String,
        /// A source of lines, `fact` or `answer`.
        source: String,
        line: Option<u64>,
        text: String,
        /// Row of the log, from 0.
        #[schema(required = false)]
        n: Option<u64>,
    }

    /// A step of a repair.
    #[derive(ToSchema)]
    pub(in crate::web) struct StepView {
        id: String,
        /// `customer`, `technician` or `agent`.
        actor: String,
        text: String,
        /// Words for the customer.
        #[schema(required = false)]
        say: Option<String>,
        /// The agent's action.
        #[schema(required = false)]
        action: Option<String>,
    }

    /// A step of the best diagnosis.
    #[derive(ToSchema)]
    pub(in crate::web) struct StepInCase {
        id: String,
        /// `customer`, `technician` or `agent`.
        actor: String,
        text: String,
        /// Words for the customer.
        #[schema(required = false)]
        say: Option<String>,
        /// The agent's action.
        #[schema(required = false)]
        action: Option<String>,
        fault: String,
        /// `proposed`, `said-done`, `failed` or `skipped`.
        state: String,
    }

    /// What is known of the PC.
    #[derive(ToSchema)]
    pub(in crate::web) struct FactView {
        path: String,
        /// Where the standing is `value`.
        value: Option<Value>,
        /// When the PC was looked at, by the PC's clock.
        #[schema(format = DateTime)]
        observed_at: String,
        /// `value`, `unsupported`, `denied`, `timed-out`, `not-collected` or `redacted`.
        standing: String,
    }

    /// One run of an installer.
    #[derive(ToSchema)]
    pub(in crate::web) struct AttemptView {
        id: u64,
        /// Empty for lines that were typed without an agent.
        program: String,
        args: Vec<String>,
        #[schema(format = DateTime)]
        started_at: Option<String>,
        #[schema(format = DateTime)]
        ended_at: Option<String>,
        /// `succeeded`, `failed`, `cancelled`, `rolled-back`, `reboot-needed` or `unknown`; `null` while it runs.
        outcome: Option<String>,
        exit: Option<ExitView>,
        /// Row of the log at which it begins, from 0.
        first_row: u64,
        /// Lines typed for it.
        told: u64,
    }

    /// The process's own end.
    #[derive(ToSchema)]
    pub(in crate::web) struct ExitView {
        #[schema(required = false)]
        code: Option<i64>,
        #[schema(required = false)]
        signal: Option<i32>,
    }

    /// How a step went.
    #[derive(ToSchema)]
    pub(in crate::web) struct StepDoneView {
        fault: String,
        step: String,
        /// `said-done`, `failed` or `skipped`.
        state: String,
        by: String,
        #[schema(format = DateTime)]
        at: String,
    }

    /// Words for the team.
    #[derive(ToSchema)]
    pub(in crate::web) struct NoteView {
        #[schema(format = DateTime)]
        at: String,
        by: String,
        text: String,
    }

    /// The customer's answer to a fault's question.
    #[derive(ToSchema)]
    pub(in crate::web) struct AnswerView {
        fault: String,
        evidence: String,
        yes: bool,
        by: String,
        #[schema(format = DateTime)]
        at: String,
    }

    /// How the case was solved.
    #[derive(ToSchema)]
    pub(in crate::web) struct ResolvedView {
        fault: Option<String>,
        how: String,
        by: String,
        #[schema(format = DateTime)]
        at: String,
    }

    /// What of the journal is there.
    #[derive(ToSchema)]
    pub(in crate::web) struct JournalView {
        first: u64,
        last: u64,
        records: u64,
        gaps: u64,
        /// Items the agent says it lost.
        dropped: u64,
        /// Rows of the log.
        rows: u64,
    }
}
use shapes::*;

impl CaseView {
    pub(in crate::web) fn new(row: CaseRow, facts: Vec<FactRow>, lang: Language) -> Self {
        let CaseRow { state, updated_at } = row;
        let diagnoses = diagnoses(&state, lang).to_vec();
        Self {
            case: state.case.to_string(),
            opened_at: state.opened_at,
            closed_at: state.closed_at,
            updated_at,
            status: status(&state),
            agentless: state.agentless,
            customer_waits_since: state.waits_since(),
            code: json!(state.code),
            agent: json!(state.agent),
            consent: json!(state.consent),
            interceptions: state.interceptions,
            steps: steps(&state, &diagnoses),
            step_states: json!(state.steps),
            questions: questions(&state, lang),
            diagnoses,
            catalogue: state.diagnoses.catalogue,
            facts,
            attempts: json!(state.attempts),
            notes: json!(state.notes),
            answers: json!(state.answers),
            resolved: json!(state.resolved),
            journal: json!(state.journal),
            note: state.note,
            product: state.product,
            claimed_by: state.claimed_by,
        }
    }
}

pub(super) fn diagnoses(state: &CaseState, lang: Language) -> &[Value] {
    match lang {
        Language::En => &state.diagnoses.en,
        Language::Fr => &state.diagnoses.fr,
    }
}

fn questions(state: &CaseState, lang: Language) -> Vec<QuestionView> {
    let questions = state.diagnoses.questions.iter().map(|question| QuestionView {
        fault: question.fault.clone(),
        evidence: question.evidence.clone(),
        text: match lang {
            Language::En => question.en.clone(),
            Language::Fr => question.fr.clone(),
        },
        gain: question.gain,
    });
    questions.collect()
}

/// The repair: the steps of the best diagnosis, if it is at least likely.
fn steps(state: &CaseState, diagnoses: &[Value]) -> Vec<Value> {
    let Some(best) = diagnoses.first() else { return Vec::new() };
    if best["standing"] != "confirmed" && best["standing"] != "likely" {
        return Vec::new();
    }
    let steps = best["steps"].as_array().cloned().unwrap_or_default();
    let named = steps.into_iter().map(|mut step| {
        let done = state.steps.iter().find(|done| best["fault"] == done.fault && step["id"] == done.step);
        let standing = done.map_or_else(|| json!("proposed"), |done| json!(done.state));
        step["fault"] = best["fault"].clone();
        step["state"] = standing;
        step
    });
    named.collect()
}
