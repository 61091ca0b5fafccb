//! The OpenAPI document, made from the handlers themselves.

use axum::Json;
use utoipa::OpenApi;

/// Everything that is described.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "hotliner-console",
        description = "REST interface of the support team's side of hotliner. On the network every path but /healthz, /readyz, /api/v1/session and this document needs the cookie of a session or a bearer token of `hotliner-console token new`; on the local socket in the data folder none is needed. Errors have the shape {\"error\": {\"what\": …, \"do\": …}}."
    ),
    paths(
        super::healthz,
        super::readyz,
        document,
        super::session::show,
        super::session::sign_in,
        super::session::sign_out,
        super::session::first,
        super::accounts::list,
        super::accounts::create,
        super::accounts::change_me,
        super::accounts::set_password,
        super::accounts::remove,
        super::queue::live,
        super::cases::list,
        super::cases::open,
        super::cases::show,
        super::log::events,
        super::log::log,
        super::log::search,
        super::live::live,
        super::cases::issue_code,
        super::cases::collect,
        super::cases::close,
        super::work::claim,
        super::work::release,
        super::work::transfer,
        super::work::note,
        super::work::answer,
        super::work::lines,
        super::work::step,
        super::work::resolve,
        super::faults::list,
        super::fault::show,
        super::tokens::create,
        super::tokens::list,
        super::tokens::revoke,
    )
)]
struct Document;

/// The document as it is served and printed.
pub fn text() -> String {
    Document::openapi().to_pretty_json().map(|text| text + "\n").unwrap_or_default()
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health",
    responses((status = 200, description = "the OpenAPI document", body = Object)))]
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}
