//! Cases: open, list, show, ask, close.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use hotliner_protocol::id::CaseId;
use rand_core::{OsRng, RngCore};
use serde::de::DeserializeOwned;

use super::App;
use super::access::Caller;
use super::answer::{Answer, ErrorBody};
use super::views::{CaseInList, CaseList, CaseView, Code, Collect, Language, ListQuery, NewCase, ShowQuery};
use crate::case::{CodeState, Command};
use crate::hub::now;
use crate::projection::{CaseFilter, CaseRow};

const DEFAULT_CASES: u32 = 100;
const MAX_CASES: u32 = 1_000;

/// Longest text that cases are searched by, in characters.
const MAX_SEARCH_CHARS: usize = 200;

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
pub(super) fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Answer> {
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
    caller: Caller,
    given: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<CaseList>, Answer> {
    let ListQuery { status, view, q, limit, lang } = query(given)?;
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
    let words = q.unwrap_or_default();
    if words.chars().count() > MAX_SEARCH_CHARS {
        return Err(Answer::bad_request(
            "these are too many words to search",
            format!("give at most {MAX_SEARCH_CHARS} characters"),
        ));
    }
    let words = words.split_whitespace().map(str::to_owned).collect();
    let filter =
        in_view(view.as_deref(), CaseFilter { open, limit, words, ..CaseFilter::default() }, &caller)?;
    let rows = app.hub.projection().cases(filter).await?;
    let cases = rows.into_iter().map(|row| in_list(&app, row, lang)).collect();
    Ok(Json(CaseList { cases }))
}

/// The filter with what a view of the queue adds.
fn in_view(view: Option<&str>, filter: CaseFilter, caller: &Caller) -> Result<CaseFilter, Answer> {
    let open = CaseFilter { open: Some(true), ..filter.clone() };
    Ok(match view {
        None => filter,
        Some("waiting") => CaseFilter { claimed: Some(false), ..open },
        Some("mine") => CaseFilter { claimed_by: Some(caller.by()), ..open },
        Some("team") => CaseFilter { claimed: Some(true), ..open },
        Some("resolved") => CaseFilter { resolved: true, ..filter },
        Some(other) => {
            return Err(Answer::bad_request(
                format!("`{other}` is no view"),
                "allowed are waiting, mine, team and resolved",
            ));
        }
    })
}

/// A row of a list, with what only the codes know.
pub(super) fn in_list(app: &App, mut row: CaseRow, lang: Language) -> CaseInList {
    settle_code(app, &mut row);
    CaseInList::new(row, lang)
}

/// A code that waits no more, by its time or because the console was started again, is expired.
pub(super) fn settle_code(app: &App, row: &mut CaseRow) {
    let case = row.state.case;
    if let Some(code) = &mut row.state.code
        && code.state == CodeState::Waiting
        && !app.codes.book().waits(case, now())
    {
        code.state = CodeState::Expired;
    }
}

/// Opens a case and gives out its join code.
#[utoipa::path(
    post, path = "/api/v1/cases", tag = "cases", request_body(content = NewCase, description = "may be left out"),
    responses((status = 201, description = "the case and its code", body = Code), (status = 400, description = "a wrong body", body = ErrorBody)),
)]
pub(super) async fn open(
    State(app): State<App>,
    caller: Caller,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Code>), Answer> {
    let NewCase { note, product, agent } = body(bytes, Some(NewCase::default()))?;
    let mut random = [0; 10];
    OsRng.fill_bytes(&mut random);
    let case = CaseId::new(now(), random);
    let by = caller.by();
    app.hub.command(case, Command::Open { note, product, agentless: !agent }, &by).await?;
    let code = if agent {
        give_code(&app, case, &by).await?
    } else {
        Code { case: case.to_string(), code: None, expires_at: None }
    };
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
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Code>), Answer> {
    let code = give_code(&app, case_id(&id)?, &caller.by()).await?;
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
    Ok(Code { case: case.to_string(), code: Some(code.digits().to_owned()), expires_at: Some(expires_at) })
}

/// A case in full.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = String, Path, description = "the case"), ShowQuery),
    responses((status = 200, description = "the case", body = CaseView), (status = 404, description = "no such case", body = ErrorBody)),
)]
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Result<Query<ShowQuery>, QueryRejection>,
) -> Result<Json<CaseView>, Answer> {
    let case = case_id(&id)?;
    let ShowQuery { lang } = query(given)?;
    let mut shown = app.hub.projection().case(case).await?.ok_or_else(Answer::no_such_case)?;
    settle_code(&app, &mut shown.row);
    Ok(Json(CaseView::new(shown.row, shown.facts, lang)))
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
    caller: Caller,
    Path(id): Path<String>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Answer> {
    let case = case_id(&id)?;
    let Collect { prefixes } = body(bytes, None)?;
    app.hub.command(case, Command::Collect { prefixes }, &caller.by()).await?;
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
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Answer> {
    let case = case_id(&id)?;
    app.hub.command(case, Command::Close, &caller.by()).await?;
    forget(&app, case).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets the code and the link of a case that is over.
pub(super) async fn forget(app: &App, case: CaseId) -> Result<(), Answer> {
    app.codes.book().withdraw(case);
    app.vault.drop_link(case).await?;
    Ok(())
}
