//! Signing in and out.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rand_core::OsRng;
use subtle::ConstantTimeEq;

use super::App;
use super::access::{COOKIE_NAME, Caller, Origin};
use super::accounts::checked;
use super::answer::{Answer, ErrorBody};
use super::cases::body;
use super::views::{FirstAccount, Me, Session, SignIn};
use crate::accounts::{self, Account, Role};
use crate::hub::now;
use crate::passwords;
use crate::tokens;
use crate::vault::Added;

/// Who is signed in, if anybody is.
#[utoipa::path(get, path = "/api/v1/session", tag = "accounts",
    responses((status = 200, description = "who is signed in", body = Session)))]
pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Session>, Answer> {
    let account = caller.account().map(|(account, _)| account);
    shown(&app, account).await.map(Json)
}

/// Signs in. The session's cookie is `HttpOnly`, `Secure` and `SameSite=Strict`.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "accounts", request_body = SignIn,
    responses((status = 200, description = "signed in", body = Session), (status = 401, description = "wrong name or password", body = ErrorBody),
        (status = 429, description = "too many wrong ones; `Retry-After` tells the seconds", body = ErrorBody)),
)]
pub(super) async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Response, Answer> {
    let SignIn { name, password } = body(bytes, None)?;
    if let Some(refused) = limited(&app, &name, caller.origin) {
        return Ok(refused);
    }
    let found = app.vault.account(name.clone()).await?;
    let usable = password.len() <= passwords::MAX_BYTES;
    match found {
        Some((account, hash)) if usable && app.passwords.is_right(password, Some(hash.clone())).await? => {
            if let Origin::Remote(address) = caller.origin {
                app.limits().right(&name, address);
            }
            begin(&app, account, hash, StatusCode::OK).await
        }
        Some(_) => Err(wrong()),
        None => {
            // Takes as long as a wrong password.
            app.passwords.is_right(name, None).await?;
            Err(wrong())
        }
    }
}

fn wrong() -> Answer {
    Answer::new(
        StatusCode::UNAUTHORIZED,
        "there is no account with this name and password",
        "type them again; an administrator, or `hotliner-console user passwd NAME`, sets a new password",
    )
}

/// Counts a try. The answer, if there were too many.
pub(super) fn limited(app: &App, name: &str, origin: Origin) -> Option<Response> {
    let Origin::Remote(address) = origin else { return None };
    let wait = app.limits().enter(name, address, now())?;
    let seconds = wait.as_secs() + 1;
    let answer = Answer::new(
        StatusCode::TOO_MANY_REQUESTS,
        "there were too many wrong passwords",
        format!("try again in {seconds} seconds"),
    );
    let mut response = answer.into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Some(response)
}

/// Signs out. Without a session nothing happens.
#[utoipa::path(delete, path = "/api/v1/session", tag = "accounts",
    responses((status = 204, description = "signed out")))]
pub(super) async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, Answer> {
    if let Some((_, session)) = caller.account() {
        app.vault.end_session(session).await?;
    }
    let gone = format!("{COOKIE_NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict");
    let cookie = [(SET_COOKIE, gone)];
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

/// Makes the first account, an administrator, and signs in. The one-time link works until any account exists.
#[utoipa::path(
    post, path = "/api/v1/accounts/first", tag = "accounts", request_body = FirstAccount,
    responses((status = 201, description = "made, and signed in", body = Session), (status = 400, description = "an unusable name or password", body = ErrorBody),
        (status = 403, description = "the link is none, or was used", body = ErrorBody)),
)]
pub(super) async fn first(
    State(app): State<App>,
    caller: Caller,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Response, Answer> {
    let FirstAccount { link, name, password } = body(bytes, None)?;
    if let Some(refused) = limited(&app, "", caller.origin) {
        return Ok(refused);
    }
    let used = || {
        Answer::new(
            StatusCode::FORBIDDEN,
            "this link is none of this console's, or was used already",
            "sign in; or start the console again while it has no account: it prints a new link",
        )
    };
    let right = app.first_link.is_some_and(|kept| kept.ct_eq(&tokens::hash(&link)).into());
    if !right || app.vault.has_accounts().await? {
        return Err(used());
    }
    let password = checked(&app, &name, password).await?;
    let account = Account { name, role: Role::Admin, lang: None, theme: None, created_at: now() };
    match app.vault.add_account(account.clone(), password.clone(), true).await? {
        Added::Added => {
            if let Origin::Remote(address) = caller.origin {
                app.limits().right("", address);
            }
            begin(&app, account, password, StatusCode::CREATED).await
        }
        Added::Taken | Added::Full => Err(used()),
    }
}

/// Begins a session for an account whose password has this hash.
async fn begin(
    app: &App,
    account: Account,
    password: String,
    status: StatusCode,
) -> Result<Response, Answer> {
    let (secret, hash) = accounts::secret(&mut OsRng);
    if !app.vault.begin_session(hash, account.name.clone(), password, now()).await? {
        // Changed, or the account removed, while it was checked.
        return Err(wrong());
    }
    tracing::info!(account = account.name, "signed in");
    let life = accounts::SESSION_LIFETIME.as_secs();
    let cookie = format!("{COOKIE_NAME}={secret}; Path=/; Max-Age={life}; Secure; HttpOnly; SameSite=Strict");
    let session = shown(app, Some(&account)).await?;
    Ok((status, [(SET_COOKIE, cookie)], Json(session)).into_response())
}

async fn shown(app: &App, account: Option<&Account>) -> Result<Session, Answer> {
    let first_account = account.is_none() && !app.vault.has_accounts().await?;
    Ok(Session { account: account.map(Me::new), first_account, team: app.team.to_string() })
}
