//! What the console knows of faults.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use hotliner_faults::condition::Condition;
use hotliner_faults::expression::Variables;
use hotliner_faults::fault::{Actor, Evidence, EvidenceKind, Fault, Severity, Status, Step, Verify};
use hotliner_faults::lang::Lang;
use hotliner_faults::template::Template;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, ErrorBody};
use super::cases::query;
use super::views::{Language, ShowQuery};

/// The faults a console knows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FaultList {
    /// Names this very set of faults.
    catalogue: String,
    /// By id.
    faults: Vec<FaultInList>,
}

/// A fault in a list.
#[derive(Debug, Serialize, ToSchema)]
struct FaultInList {
    id: String,
    number: u32,
    cause: String,
    /// `draft`, `beta`, `stable` or `retired`.
    #[schema(value_type = String)]
    status: Status,
    /// In English and French.
    title: Titles,
}

#[derive(Debug, Serialize, ToSchema)]
struct Titles {
    en: String,
    fr: String,
}

/// Every fault this console knows.
#[utoipa::path(get, path = "/api/v1/faults", tag = "faults",
    responses((status = 200, description = "the faults", body = FaultList)))]
pub(super) async fn list(State(app): State<App>) -> Json<FaultList> {
    let knowledge = app.hub.knowledge();
    let faults = knowledge.catalogue().faults().iter().map(|fault| FaultInList {
        id: fault.id.clone(),
        number: fault.number,
        cause: fault.cause.clone(),
        status: fault.status,
        title: Titles { en: title(fault, Lang::En), fr: title(fault, Lang::Fr) },
    });
    Json(FaultList { catalogue: knowledge.version().to_owned(), faults: faults.collect() })
}

/// A fault in full. Parts that are captured from logs stand in the texts by their names, as `{name}`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FaultView {
    id: String,
    number: u32,
    revision: u32,
    /// `draft`, `beta`, `stable` or `retired`.
    #[schema(value_type = String)]
    status: Status,
    cause: String,
    cause_label: Option<String>,
    /// `blocking`, `degrading` or `informational`.
    #[schema(value_type = String)]
    severity: Severity,
    /// On which PCs it can occur; everywhere when absent.
    applies: Option<String>,
    title: String,
    explain: String,
    say: String,
    conditions: ConditionsView,
    evidence: Vec<EvidenceView>,
    steps: Vec<FaultStep>,
    /// What must hold afterwards; `retry`: the installation succeeds when run again.
    verify: String,
    /// Faults that this one explains.
    outranks: Vec<String>,
}

/// When a fault has which standing.
#[derive(Debug, Serialize, ToSchema)]
struct ConditionsView {
    confirmed: Option<String>,
    likely: Option<String>,
    possible: Option<String>,
    unless: Option<String>,
}

/// A piece of evidence.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceView {
    name: String,
    /// `log`, `fact` or `ask`.
    kind: &'static str,
    /// Alternatives of what is looked for in lines; the expression; or the question.
    looks_for: Vec<String>,
}

/// A step of a fault's repair.
#[derive(Debug, Serialize, ToSchema)]
struct FaultStep {
    id: String,
    /// `customer`, `technician` or `agent`.
    #[schema(value_type = String)]
    actor: Actor,
    text: String,
    say: Option<String>,
    /// The agent's action.
    action: Option<String>,
    /// Holds when the step is done.
    check: Option<String>,
    undo: Option<String>,
}

/// A fault in full.
#[utoipa::path(get, path = "/api/v1/faults/{id}", tag = "faults",
    params(("id" = String, Path, description = "the fault's id"), ShowQuery),
    responses((status = 200, description = "the fault", body = FaultView), (status = 404, description = "no such fault", body = ErrorBody)))]
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Result<Query<ShowQuery>, QueryRejection>,
) -> Result<Json<FaultView>, Answer> {
    let lang = match query(given)?.lang {
        Language::En => Lang::En,
        Language::Fr => Lang::Fr,
    };
    let catalogue = app.hub.knowledge().catalogue();
    let Some(fault) = catalogue.get(&id) else {
        return Err(Answer::new(
            StatusCode::NOT_FOUND,
            "there is no such fault",
            "GET /api/v1/faults names every fault",
        ));
    };
    let label = catalogue.taxonomy().label(&fault.cause).map(|label| label.get(lang).to_owned());
    Ok(Json(view(fault, label, lang)))
}

fn view(fault: &Fault, cause_label: Option<String>, lang: Lang) -> FaultView {
    let text = fault.text(lang);
    let written = |condition: &Option<Condition>| condition.as_ref().map(|known| known.as_str().to_owned());
    let of = &fault.conditions;
    FaultView {
        id: fault.id.clone(),
        number: fault.number,
        revision: fault.revision,
        status: fault.status,
        cause: fault.cause.clone(),
        cause_label,
        severity: fault.severity,
        applies: fault.applies.as_ref().map(|applies| applies.as_str().to_owned()),
        title: named(&text.title),
        explain: named(&text.explain),
        say: named(&text.say),
        conditions: ConditionsView {
            confirmed: written(&of.confirmed),
            likely: written(&of.likely),
            possible: written(&of.possible),
            unless: written(&of.unless),
        },
        evidence: fault.evidence.iter().map(|evidence| evidence_view(evidence, lang)).collect(),
        steps: fault.steps.iter().map(|step| step_view(step, lang)).collect(),
        verify: match &fault.verify {
            Verify::Expect { expect, .. } => expect.as_str().to_owned(),
            Verify::Retry => "retry".to_owned(),
        },
        outranks: fault.outranks.clone(),
    }
}

fn evidence_view(evidence: &Evidence, lang: Lang) -> EvidenceView {
    let (kind, looks_for) = match &evidence.kind {
        EvidenceKind::Log(looked) => ("log", looked.iter().map(ToString::to_string).collect()),
        EvidenceKind::Fact(expression) => ("fact", vec![expression.as_str().to_owned()]),
        EvidenceKind::Ask(question) => ("ask", vec![question.get(lang).to_owned()]),
    };
    EvidenceView { name: evidence.name.clone(), kind, looks_for }
}

fn step_view(step: &Step, lang: Lang) -> FaultStep {
    let side = usize::from(lang == Lang::Fr);
    FaultStep {
        id: step.id.clone(),
        actor: step.actor,
        text: named(&step.text[side]),
        say: step.say.as_ref().map(|say| named(&say[side])),
        action: step.action.as_ref().map(|(name, _)| (*name).to_owned()),
        check: step.check.as_ref().map(|check| check.as_str().to_owned()),
        undo: step.undo.as_ref().map(|undo| undo.get(lang).to_owned()),
    }
}

/// A text with the names of its captured parts in their places.
fn named(template: &Template) -> String {
    let names = template.variables().map(|(name, _)| (name.to_owned(), format!("{{{name}}}")));
    template.fill(&names.collect())
}

/// The title before anything was captured.
fn title(fault: &Fault, lang: Lang) -> String {
    fault.text(lang).title.fill(&Variables::default())
}
