//! What goes wrong, as an HTTP answer.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::case::Refusal;
use crate::hub::HubError;
use crate::passwords::PasswordError;
use crate::projection::ProjectionError;
use crate::trouble::Trouble;
use crate::vault::VaultError;

/// A status code with what happened and what to do.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    trouble: Trouble,
}

/// `{"error": {"what": …, "do": …}}`
#[derive(Serialize, ToSchema)]
pub(super) struct ErrorBody {
    error: ErrorText,
}

#[derive(Serialize, ToSchema)]
struct ErrorText {
    /// What happened, one line.
    what: String,
    /// What to do about it, one line.
    #[serde(rename = "do")]
    remedy: String,
}

impl Answer {
    pub(super) fn new(status: StatusCode, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status, trouble: Trouble::new(what, remedy) }
    }

    pub(super) fn bad_request(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, what, remedy)
    }

    pub(super) fn no_such_case() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "there is no such case",
            "GET /api/v1/cases, or `hotliner-console case list`, names every case",
        )
    }

    fn internal(what: String) -> Self {
        tracing::error!(what, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            what,
            "the console's log tells more; `serve --rebuild` mends what is read",
        )
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let Trouble { what, remedy } = self.trouble;
        let mut response =
            (self.status, Json(ErrorBody { error: ErrorText { what, remedy } })).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = axum::http::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(axum::http::header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

impl From<HubError> for Answer {
    fn from(error: HubError) -> Self {
        let what = error.to_string();
        match error {
            HubError::Refused(Refusal::NoSuchCase) => Self::no_such_case(),
            HubError::Refused(Refusal::Given(what)) => {
                Self::bad_request(format!("the case does not take this: {what}"), what)
            }
            HubError::Refused(Refusal::ClaimedBy(_)) => Self::new(
                StatusCode::CONFLICT,
                what,
                "ask them to release or transfer it; supervisors and administrators can do so themselves",
            ),
            HubError::Refused(Refusal::Full(_)) => {
                Self::new(StatusCode::CONFLICT, what, "write the rest into the ticket system")
            }
            HubError::Refused(Refusal::Agentless) => {
                Self::new(StatusCode::CONFLICT, what, "open another case for an agent to join")
            }
            HubError::Refused(Refusal::NoteTooLong) => Self::bad_request(what, "shorten the note"),
            HubError::Refused(Refusal::Prefixes) => {
                Self::bad_request(what, "name what to collect, such as [\"process\", \"disk\"]")
            }
            HubError::Refused(Refusal::NoAgent | Refusal::LeaseOver) => Self::new(
                StatusCode::CONFLICT,
                what,
                "let the customer join again with a new code: `hotliner-console case code`",
            ),
            HubError::Refused(Refusal::Closed | Refusal::AlreadyOpen) => {
                Self::new(StatusCode::CONFLICT, what, "open a new case")
            }
            HubError::Unwritable(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, what, "make room on the disk of the data folder")
            }
            HubError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                what,
                "try again; if it stays so, the console's log tells why",
            ),
            HubError::Unreadable(_) | HubError::Projection(_) => Self::internal(what),
        }
    }
}

impl From<ProjectionError> for Answer {
    fn from(error: ProjectionError) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<PasswordError> for Answer {
    fn from(error: PasswordError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string(), "try again")
    }
}

impl From<VaultError> for Answer {
    fn from(error: VaultError) -> Self {
        Self::internal(error.to_string())
    }
}
