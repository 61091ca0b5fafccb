//! Cases: open, list, show, read, ask, close.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use hotliner_protocol::id::CaseId;
use rand_core::{OsRng, RngCore};
use serde::de::DeserializeOwned;

use super::App;
use super::access::{Reader, Writer};
use super::answer::{Answer, ErrorBody};
use super::views::{
    CaseInList, CaseList, CaseView, Code, Collect, Events, EventsQuery, Language, ListQuery, NewCase,
    ShowQuery,
};
use crate::case::{CodeState, Command};
use crate::hub::{HubError, now};
use crate::projection::CaseFilter;

const DEFAULT_CASES: u32 = 100;
const MAX_CASES: u32 = 1_000;
const DEFAULT_EVENTS: usize = 200;
const MAX_EVENTS: usize = 5_000;

/// Entries read from the journal at a time for a page of events.
const CHUNK: usize = 16;

/// The case that a path names.
pub(super) fn case_id(text: &str) -> Result<CaseId, Answer> {
    text.parse().map_err(|_| Answer::no_such_case())
}

/// The JSON body of a request; `default` for an empty one.
pub(super) fn body<T: DeserializeOwned>(
    bytes: Result<Bytes, BytesRejection>,
    default: Option<T>,
) -> Result<T, Answer> {
    let bytes = bytes.map_err(|rejection| {
        Answer::new(rejection.status(), "the request's body is too large or broke off", "send at most 64 KiB")
    })?;
    match default {
        Some(default) if bytes.is_empty() => Ok(default),
        _ => serde_json::from_slice(&bytes).map_err(|error| {
            Answer::bad_request(
                format!("the request's body is not what is expected: {error}"),
                "GET /api/v1/openapi.json describes the body",
            )
        }),
    }
}

/// The query of a request.
fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Answer> {
    query.map(|Query(query)| query).map_err(|rejection| {
        Answer::bad_request(rejection.body_text(), "GET /api/v1/openapi.json describes the parameters")
    })
}

/// Cases, newest first.
#[utoipa::path(
    get, path = "/api/v1/cases", tag = "cases", params(ListQuery),
    responses((status = 200, description = "cases", body = CaseList), (status = 400, description = "a wrong parameter", body = ErrorBody)),
)]
pub(super) async fn list(
    State(app): State<App>,
    _: Reader,
    given: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<CaseList>, Answer> {
    let ListQuery { status, limit } = query(given)?;
    let open = match status.as_deref() {
        None => None,
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(other) => {
            return Err(Answer::bad_request(
                format!("`{other}` is no status"),
                "allowed are open and closed",
            ));
        }
    };
    let limit = limit.unwrap_or(DEFAULT_CASES).min(MAX_CASES);
    let rows = app.hub.projection().cases(CaseFilter { open, limit }).await?;
    let cases = rows.into_iter().map(|row| CaseInList::new(row, Language::En)).collect();
    Ok(Json(CaseList { cases }))
}

/// Opens a case and gives out its join code.
#[utoipa::path(
    post, path = "/api/v1/cases", tag = "cases", request_body(content = NewCase, description = "may be left out"),
    responses((status = 201, description = "the case and its code", body = Code), (status = 400, description = "a wrong body", body = ErrorBody)),
)]
pub(super) async fn open(
    State(app): State<App>,
    writer: Writer,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Code>), Answer> {
    let NewCase { note } = body(bytes, Some(NewCase::default()))?;
    let mut random = [0; 10];
    OsRng.fill_bytes(&mut random);
    let case = CaseId::new(now(), random);
    app.hub.command(case, Command::Open { note }, &writer.by).await?;
    let code = give_code(&app, case, &writer.by).await?;
    Ok((StatusCode::CREATED, Json(code)))
}

/// Gives out a new join code; an older one of the case is withdrawn.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/code", tag = "cases", params(("id" = String, Path, description = "the case")),
    responses((status = 201, description = "the code", body = Code), (status = 404, description = "no such case", body = ErrorBody),
        (status = 409, description = "the case is closed", body = ErrorBody)),
)]
pub(super) async fn issue_code(
    State(app): State<App>,
    writer: Writer,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Code>), Answer> {
    let code = give_code(&app, case_id(&id)?, &writer.by).await?;
    Ok((StatusCode::CREATED, Json(code)))
}

async fn give_code(app: &App, case: CaseId, by: &str) -> Result<Code, Answer> {
    let issued = app.codes.book().issue(case, now(), &mut OsRng);
    let (code, expires_at) = issued.map_err(|full| {
        Answer::new(StatusCode::SERVICE_UNAVAILABLE, full.to_string(), "close cases that nobody needs")
    })?;
    if let Err(error) = app.hub.command(case, Command::IssueCode { expires_at }, by).await {
        app.codes.book().withdraw(case);
        return Err(error.into());
    }
    Ok(Code { case: case.to_string(), code: code.digits().to_owned(), expires_at })
}

/// A case in full.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = String, Path, description = "the case"), ShowQuery),
    responses((status = 200, description = "the case", body = CaseView), (status = 404, description = "no such case", body = ErrorBody)),
)]
pub(super) async fn show(
    State(app): State<App>,
    _: Reader,
    Path(id): Path<String>,
    given: Result<Query<ShowQuery>, QueryRejection>,
) -> Result<Json<CaseView>, Answer> {
    let case = case_id(&id)?;
    let ShowQuery { lang } = query(given)?;
    let mut shown = app.hub.projection().case(case).await?.ok_or_else(Answer::no_such_case)?;
    let waits = app.codes.book().waits(case, now());
    if let Some(code) = &mut shown.row.state.code
        && code.state == CodeState::Waiting
        && !waits
    {
        code.state = CodeState::Expired;
    }
    Ok(Json(CaseView::new(shown, lang)))
}

/// What happened in a case, in order.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/events", tag = "cases",
    params(("id" = String, Path, description = "the case"), EventsQuery),
    responses((status = 200, description = "a page of items", body = Events), (status = 404, description = "no such case", body = ErrorBody)),
)]
pub(super) async fn events(
    State(app): State<App>,
    _: Reader,
    Path(id): Path<String>,
    given: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Json<Events>, Answer> {
    let case = case_id(&id)?;
    let EventsQuery { after, limit } = query(given)?;
    let limit = limit.unwrap_or(DEFAULT_EVENTS).clamp(1, MAX_EVENTS);
    let (mut events, mut last) = (Vec::new(), after);
    while events.len() < limit {
        let entries = app.hub.journal().entries(case, last, CHUNK).await.map_err(HubError::from)?;
        if entries.is_empty() {
            if last == 0 {
                return Err(Answer::no_such_case());
            }
            return Ok(Json(Events { events, next: None }));
        }
        for entry in entries {
            if events.len() >= limit {
                break;
            }
            last = entry.position;
            events.extend(entry.items());
        }
    }
    Ok(Json(Events { events, next: Some(last) }))
}

/// Asks the agent to collect facts now. It does so within what the customer allows.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/collect", tag = "cases", params(("id" = String, Path, description = "the case")),
    request_body = Collect,
    responses((status = 202, description = "asked"), (status = 404, description = "no such case", body = ErrorBody),
        (status = 409, description = "no agent is on the line", body = ErrorBody)),
)]
pub(super) async fn collect(
    State(app): State<App>,
    writer: Writer,
    Path(id): Path<String>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Answer> {
    let case = case_id(&id)?;
    let Collect { prefixes } = body(bytes, None)?;
    app.hub.command(case, Command::Collect { prefixes }, &writer.by).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Closes a case: its agent is sent away and its code withdrawn.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/close", tag = "cases", params(("id" = String, Path, description = "the case")),
    responses((status = 204, description = "closed"), (status = 404, description = "no such case", body = ErrorBody),
        (status = 409, description = "it is closed already", body = ErrorBody)),
)]
pub(super) async fn close(
    State(app): State<App>,
    writer: Writer,
    Path(id): Path<String>,
) -> Result<StatusCode, Answer> {
    let case = case_id(&id)?;
    app.hub.command(case, Command::Close, &writer.by).await?;
    app.codes.book().withdraw(case);
    app.vault.drop_link(case).await?;
    Ok(StatusCode::NO_CONTENT)
}
