//! Who may do what, in one place. A handler names the right it needs by the extractor it takes.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::App;
use super::answer::Answer;
use crate::hub::now;
use crate::tokens::{self, Scope};

/// Where a request comes from. Put into each request by whoever accepted its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The local socket: whoever may open it owns the data folder.
    Local,
    /// The network.
    Remote(IpAddr),
}

/// Somebody who may read.
pub(super) struct Reader;

/// Somebody who may read and write.
pub(super) struct Writer {
    /// As the journal names them.
    pub(super) by: String,
}

/// The owner of the data folder.
pub(super) struct Owner;

impl FromRequestParts<App> for Reader {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Answer> {
        caller(parts, app).await.map(|_| Self)
    }
}

impl FromRequestParts<App> for Writer {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Answer> {
        match caller(parts, app).await? {
            (Scope::Write, by) => Ok(Self { by }),
            (Scope::Read, _) => Err(Answer::new(
                StatusCode::FORBIDDEN,
                "this token may only read",
                "use a token made with `hotliner-console token new --scope write`",
            )),
        }
    }
}

impl FromRequestParts<App> for Owner {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Answer> {
        match origin(parts) {
            Origin::Local => Ok(Self),
            Origin::Remote(_) => Err(Answer::new(
                StatusCode::FORBIDDEN,
                "tokens are made and revoked on the console's own machine only",
                "use `hotliner-console token … --data DIR` there",
            )),
        }
    }
}

/// What the caller may do, and who they are.
async fn caller(parts: &Parts, app: &App) -> Result<(Scope, String), Answer> {
    if origin(parts) == Origin::Local {
        return Ok((Scope::Write, "local".to_owned()));
    }
    let refused = |what: &str| {
        let remedy = "send `Authorization: Bearer TOKEN` with a token of `hotliner-console token new`";
        Answer::new(StatusCode::UNAUTHORIZED, what, remedy)
    };
    let secret = bearer(&parts.headers).ok_or_else(|| refused("a token is needed here"))?;
    match app.vault.token(tokens::hash(secret)).await? {
        Some(token) if token.is_alive(now()) => Ok((token.scope, format!("token:{}", token.name))),
        _ => Err(refused("this token is unknown, expired or revoked")),
    }
}

/// A request nobody marked is treated as coming from the network.
fn origin(parts: &Parts) -> Origin {
    parts.extensions.get::<Origin>().copied().unwrap_or(Origin::Remote(IpAddr::from([0, 0, 0, 0])))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}
