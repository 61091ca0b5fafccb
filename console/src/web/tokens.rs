//! Tokens: made, listed and revoked by the owner of the data folder only.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hotliner_protocol::time::Timestamp;
use rand_core::OsRng;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::answer::{Answer, ErrorBody};
use super::cases::body;
use crate::hub::now;
use crate::tokens::{MAX_NAME_CHARS, Scope, Token};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a new token shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    /// Who or what uses it.
    name: String,
    /// `read` or `write`.
    #[schema(value_type = String)]
    scope: Scope,
    /// Days it lives; for ever unless said.
    days: Option<u32>,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenView {
    id: String,
    name: String,
    /// `read` or `write`.
    #[schema(value_type = String)]
    scope: Scope,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// The secret, shown once, when the token is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// All tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenList {
    /// Oldest first.
    tokens: Vec<TokenView>,
}

impl TokenView {
    fn new(token: Token, secret: Option<String>) -> Self {
        let Token { id, name, scope, created_at, expires_at, revoked_at } = token;
        Self { id, name, scope, created_at, expires_at, revoked_at, token: secret }
    }
}

/// Makes a token.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, description = "the token, with its secret", body = TokenView),
        (status = 403, description = "not on the local socket", body = ErrorBody)),
)]
pub(super) async fn create(
    State(app): State<App>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<TokenView>), Answer> {
    let NewToken { name, scope, days } = body(bytes, None)?;
    if name.trim().is_empty() || name.chars().count() > MAX_NAME_CHARS {
        let remedy = format!("give a name of 1 to {MAX_NAME_CHARS} characters that says who or what uses it");
        return Err(Answer::bad_request("a token needs a name", remedy));
    }
    let expires_at = days.map(|days| now().after(DAY.saturating_mul(days)));
    let (token, secret, hash) = Token::new(&name, scope, now(), expires_at, &mut OsRng);
    app.vault.put_token(token.clone(), hash).await?;
    Ok((StatusCode::CREATED, Json(TokenView::new(token, Some(secret)))))
}

/// All tokens, without their secrets.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens",
    responses((status = 200, description = "all tokens", body = TokenList), (status = 403, description = "not on the local socket", body = ErrorBody)))]
pub(super) async fn list(State(app): State<App>) -> Result<Json<TokenList>, Answer> {
    let tokens = app.vault.tokens().await?;
    Ok(Json(TokenList { tokens: tokens.into_iter().map(|token| TokenView::new(token, None)).collect() }))
}

/// Revokes a token at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path, description = "the token's id")),
    responses((status = 204, description = "revoked"), (status = 404, description = "no such token alive", body = ErrorBody)))]
pub(super) async fn revoke(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Answer> {
    if app.vault.revoke_token(id, now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Answer::new(
            StatusCode::NOT_FOUND,
            "there is no such token, or it is revoked already",
            "`hotliner-console token list` names every token",
        ))
    }
}
