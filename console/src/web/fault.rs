//! One fault in full, to read: its words in one language, what it looks for and when it holds.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::condition::Condition;
use hotliner_faults::fault::{Actor, Evidence, EvidenceKind, Fault, Severity, Status, Step, Verify};
use hotliner_faults::lang::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, ErrorBody};
use super::cases::query;
use super::views::{Language, ShowQuery};

/// A fault in full. Texts are as they are before anything was captured from a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FaultView {
    id: String,
    number: u32,
    revision: u32,
    cause: String,
    /// The cause in words.
    cause_label: Option<String>,
    /// `draft`, `beta`, `stable` or `retired`.
    #[schema(value_type = String)]
    status: Status,
    /// `blocking`, `degrading` or `informational`.
    #[schema(value_type = String)]
    severity: Severity,
    /// Expression over facts: where the fault can occur at all.
    applies: Option<String>,
    /// Ids of faults that it stands above.
    outranks: Vec<String>,
    title: String,
    explain: String,
    say: String,
    evidence: Vec<EvidenceView>,
    conditions: ConditionsView,
    steps: Vec<FaultStep>,
    /// What must hold afterwards; `retry`: the installation succeeds when run again.
    verify: String,
}

/// One piece of evidence.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceView {
    name: String,
    /// `log`, `fact` or `ask`.
    kind: &'static str,
    /// What is looked for in lines, any of these; the expression over facts; the question.
    looks_for: Vec<String>,
}

/// When the fault has which standing, as expressions over its evidence.
#[derive(Debug, Serialize, ToSchema)]
struct ConditionsView {
    confirmed: Option<String>,
    likely: Option<String>,
    possible: Option<String>,
    /// Speaks against it.
    unless: Option<String>,
}

/// A step of the repair.
#[derive(Debug, Serialize, ToSchema)]
struct FaultStep {
    id: String,
    /// `customer`, `technician` or `agent`.
    #[schema(value_type = String)]
    actor: Actor,
    text: String,
    /// Words for the customer.
    say: Option<String>,
    /// The agent's action.
    action: Option<String>,
    /// Expression over facts that shows the step done.
    check: Option<String>,
    /// How to undo it.
    undo: Option<String>,
}

/// One fault in full.
#[utoipa::path(get, path = "/api/v1/faults/{id}", tag = "faults",
    params(("id" = String, Path, description = "the fault"), ShowQuery),
    responses((status = 200, description = "the fault", body = FaultView),
        (status = 404, description = "no such fault", body = ErrorBody)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Result<Query<ShowQuery>, QueryRejection>,
) -> Result<Json<FaultView>, Answer> {
    let ShowQuery { lang } = query(given)?;
    let lang = match lang {
        Language::En => Lang::En,
        Language::Fr => Lang::Fr,
    };
    let catalogue = app.hub.knowledge().catalogue();
    let fault = catalogue.get(&id).ok_or_else(|| {
        Answer::new(StatusCode::NOT_FOUND, "there is no such fault", "GET /api/v1/faults names every fault")
    })?;
    Ok(Json(view(catalogue, fault, lang)))
}

fn view(catalogue: &Catalogue, fault: &Fault, lang: Lang) -> FaultView {
    let text = fault.text(lang);
    let condition = |condition: &Option<Condition>| condition.as_ref().map(|one| one.as_str().to_owned());
    let conditions = &fault.conditions;
    FaultView {
        id: fault.id.clone(),
        number: fault.number,
        revision: fault.revision,
        cause: fault.cause.clone(),
        cause_label: catalogue.taxonomy().label(&fault.cause).map(|both| both.get(lang).to_owned()),
        status: fault.status,
        severity: fault.severity,
        applies: fault.applies.as_ref().map(|expression| expression.as_str().to_owned()),
        outranks: fault.outranks.clone(),
        title: text.title.to_string(),
        explain: text.explain.to_string(),
        say: text.say.to_string(),
        evidence: fault.evidence.iter().map(|one| evidence(one, lang)).collect(),
        conditions: ConditionsView {
            confirmed: condition(&conditions.confirmed),
            likely: condition(&conditions.likely),
            possible: condition(&conditions.possible),
            unless: condition(&conditions.unless),
        },
        steps: fault.steps.iter().map(|one| step(one, lang)).collect(),
        verify: match &fault.verify {
            Verify::Expect { expect, .. } => expect.as_str().to_owned(),
            Verify::Retry => "retry".to_owned(),
        },
    }
}

fn evidence(evidence: &Evidence, lang: Lang) -> EvidenceView {
    let (kind, looks_for) = match &evidence.kind {
        EvidenceKind::Log(any) => ("log", any.iter().map(ToString::to_string).collect()),
        EvidenceKind::Fact(expression) => ("fact", vec![expression.as_str().to_owned()]),
        EvidenceKind::Ask(question) => ("ask", vec![question.get(lang).to_owned()]),
    };
    EvidenceView { name: evidence.name.clone(), kind, looks_for }
}

fn step(step: &Step, lang: Lang) -> FaultStep {
    let side = usize::from(lang == Lang::Fr);
    FaultStep {
        id: step.id.clone(),
        actor: step.actor,
        text: step.text[side].to_string(),
        say: step.say.as_ref().map(|say| say[side].to_string()),
        action: step.action.as_ref().map(|(name, _)| (*name).to_owned()),
        check: step.check.as_ref().map(|expression| expression.as_str().to_owned()),
        undo: step.undo.as_ref().map(|undo| undo.get(lang).to_owned()),
    }
}
