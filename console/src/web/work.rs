//! What the team does with a case.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::App;
use super::access::Caller;
use super::answer::{Answer, ErrorBody};
use super::cases::{body, case_id, forget};
use super::views::{Answering, Resolving, Stepping, Transfer, Words};
use crate::case::{Command, Work};
use hotliner_faults::fault::EvidenceKind;

type Body = Result<Bytes, BytesRejection>;

async fn work(app: &App, id: &str, work: Work, caller: &Caller) -> Result<StatusCode, Answer> {
    app.hub.command(case_id(id)?, Command::Work(work), &caller.by()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a case: the caller works on it from now on. Of two at once one is refused.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/claim", tag = "work", params(("id" = String, Path, description = "the case")),
    responses((status = 204, description = "taken, or the caller's already"), (status = 404, description = "no such case", body = ErrorBody),
        (status = 409, description = "somebody else works on it, who is named", body = ErrorBody)),
)]
pub(super) async fn claim(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Answer> {
    work(&app, &id, Work::Claim, &caller).await
}

/// Gives a case back to the queue. Supervisors and administrators may take it from somebody else.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/release", tag = "work", params(("id" = String, Path, description = "the case")),
    responses((status = 204, description = "nobody works on it"), (status = 404, description = "no such case", body = ErrorBody),
        (status = 409, description = "somebody else works on it", body = ErrorBody)),
)]
pub(super) async fn release(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Answer> {
    work(&app, &id, Work::Release { force: caller.leads() }, &caller).await
}

/// Hands a case over. Supervisors and administrators may hand over what somebody else works on.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/transfer", tag = "work", params(("id" = String, Path, description = "the case")),
    request_body = Transfer,
    responses((status = 204, description = "handed over"), (status = 400, description = "no such account", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody), (status = 409, description = "somebody else works on it", body = ErrorBody)),
)]
pub(super) async fn transfer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Body,
) -> Result<StatusCode, Answer> {
    let Transfer { to, note } = body(bytes, None)?;
    let Some((account, _)) = app.vault.account(to).await? else {
        return Err(Answer::bad_request(
            "there is no account with this name to hand the case to",
            "GET /api/v1/accounts names every account",
        ));
    };
    work(&app, &id, Work::Transfer { to: account.name, note, force: caller.leads() }, &caller).await
}

/// Writes a note for the team.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/notes", tag = "work", params(("id" = String, Path, description = "the case")),
    request_body = Words,
    responses((status = 204, description = "written"), (status = 400, description = "empty or too long", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody), (status = 409, description = "the case is closed, or full", body = ErrorBody)),
)]
pub(super) async fn note(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Body,
) -> Result<StatusCode, Answer> {
    let Words { text } = body(bytes, None)?;
    work(&app, &id, Work::Note { text }, &caller).await
}

/// Notes the customer's answer to a fault's question. Diagnoses change with it; the last answer counts.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/answers", tag = "work", params(("id" = String, Path, description = "the case")),
    request_body = Answering,
    responses((status = 204, description = "noted"), (status = 400, description = "no such question", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody), (status = 409, description = "the case is closed", body = ErrorBody)),
)]
pub(super) async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Body,
) -> Result<StatusCode, Answer> {
    let Answering { fault, evidence, yes } = body(bytes, None)?;
    let known = app.hub.knowledge().catalogue().get(&fault);
    let asks = known
        .into_iter()
        .flat_map(|fault| &fault.evidence)
        .any(|known| known.name == evidence && matches!(known.kind, EvidenceKind::Ask(_)));
    if !asks {
        return Err(Answer::bad_request(
            "no fault asks this question",
            "GET /api/v1/cases/{id} names the questions of a case",
        ));
    }
    work(&app, &id, Work::Answer { fault, evidence, yes }, &caller).await
}

/// Takes in lines that the customer reads aloud. They count as lines of the latest attempt, with the source `told`.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/lines", tag = "work", params(("id" = String, Path, description = "the case")),
    request_body = Words,
    responses((status = 204, description = "taken in"), (status = 400, description = "empty or too long", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody), (status = 409, description = "the case is closed, or full", body = ErrorBody)),
)]
pub(super) async fn lines(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Body,
) -> Result<StatusCode, Answer> {
    let Words { text } = body(bytes, None)?;
    work(&app, &id, Work::Tell { text }, &caller).await
}

/// Notes how a step of a repair went.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/steps", tag = "work", params(("id" = String, Path, description = "the case")),
    request_body = Stepping,
    responses((status = 204, description = "noted"), (status = 400, description = "no such step", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody), (status = 409, description = "the case is closed", body = ErrorBody)),
)]
pub(super) async fn step(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Body,
) -> Result<StatusCode, Answer> {
    let Stepping { fault, step, state } = body(bytes, None)?;
    let known = app.hub.knowledge().catalogue().get(&fault);
    if !known.is_some_and(|fault| fault.steps.iter().any(|known| known.id == step)) {
        return Err(Answer::bad_request(
            "no fault has this step",
            "GET /api/v1/cases/{id} names the steps of a case",
        ));
    }
    work(&app, &id, Work::Step { fault, step, state }, &caller).await
}

/// Closes a case as solved: its agent is sent away and its code withdrawn.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/resolve", tag = "work", params(("id" = String, Path, description = "the case")),
    request_body(content = Resolving, description = "may be left out"),
    responses((status = 204, description = "closed as solved"), (status = 400, description = "no such fault", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody), (status = 409, description = "it is closed already", body = ErrorBody)),
)]
pub(super) async fn resolve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    bytes: Body,
) -> Result<StatusCode, Answer> {
    let Resolving { fault, how } = body(bytes, Some(Resolving::default()))?;
    if let Some(fault) = &fault
        && app.hub.knowledge().catalogue().get(fault).is_none()
    {
        return Err(Answer::bad_request("there is no such fault", "GET /api/v1/faults names every fault"));
    }
    work(&app, &id, Work::Resolve { fault, how }, &caller).await?;
    forget(&app, case_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
