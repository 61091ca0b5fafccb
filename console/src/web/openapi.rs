//! The OpenAPI document, made from the handlers themselves.

use axum::Json;
use utoipa::OpenApi;

/// Everything that is described.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "hotliner-console",
        description = "REST interface of the support team's side of hotliner. On the network every path but /healthz and this document needs a bearer token of `hotliner-console token new`; on the local socket in the data folder none is needed. Errors have the shape {\"error\": {\"what\": …, \"do\": …}}."
    ),
    paths(
        super::healthz,
        document,
        super::cases::list,
        super::cases::open,
        super::cases::show,
        super::cases::events,
        super::live::live,
        super::cases::issue_code,
        super::cases::collect,
        super::cases::close,
        super::faults::list,
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
