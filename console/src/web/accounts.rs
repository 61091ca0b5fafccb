//! Accounts: made and removed by administrators, and by the owner of the data folder.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::App;
use super::access::{Caller, Origin};
use super::answer::{Answer, ErrorBody};
use super::cases::body;
use super::session::limited;
use super::views::{AccountList, AccountView, Language, MeChange, NewAccount, PasswordChange};
use crate::accounts::{self, Account};
use crate::hub::now;
use crate::passwords;
use crate::vault::Added;

/// All accounts: to whom a case can be handed.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts",
    responses((status = 200, description = "all accounts", body = AccountList)))]
pub(super) async fn list(State(app): State<App>) -> Result<Json<AccountList>, Answer> {
    let accounts = app.vault.accounts().await?.into_iter().map(AccountView::new).collect();
    Ok(Json(AccountList { accounts }))
}

/// Makes an account.
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "accounts", request_body = NewAccount,
    responses((status = 201, description = "made", body = AccountView), (status = 400, description = "an unusable name or password", body = ErrorBody),
        (status = 403, description = "no administrator", body = ErrorBody), (status = 409, description = "the name is taken", body = ErrorBody)),
)]
pub(super) async fn create(
    State(app): State<App>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<AccountView>), Answer> {
    let NewAccount { name, role, password } = body(bytes, None)?;
    let password = checked(&app, &name, password).await?;
    let account = Account { name, role, lang: None, theme: None, created_at: now() };
    match app.vault.add_account(account.clone(), password, false).await? {
        Added::Added => Ok((StatusCode::CREATED, Json(AccountView::new(account)))),
        Added::Taken => Err(Answer::new(
            StatusCode::CONFLICT,
            format!("there is an account called `{}` already", account.name),
            "choose another name",
        )),
        Added::Full => Err(Answer::new(
            StatusCode::CONFLICT,
            format!("there are {} accounts, more do not fit", accounts::MAX_ACCOUNTS),
            "remove accounts that nobody uses",
        )),
    }
}

/// Changes one's own language, theme or password.
#[utoipa::path(
    post, path = "/api/v1/accounts/me", tag = "accounts", request_body = MeChange,
    responses((status = 204, description = "changed"), (status = 400, description = "an unusable password", body = ErrorBody),
        (status = 403, description = "the old password is wrong, or nobody is signed in", body = ErrorBody),
        (status = 429, description = "too many wrong ones; `Retry-After` tells the seconds", body = ErrorBody)),
)]
pub(super) async fn change_me(
    State(app): State<App>,
    caller: Caller,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Response, Answer> {
    let MeChange { lang, theme, password } = body(bytes, None)?;
    let Some((account, session)) = caller.account() else {
        return Err(Answer::bad_request("nobody is signed in", "sign in with an account"));
    };
    let name = account.name.clone();
    if let Some(change) = password {
        // As signing in: whoever finds an unlocked browser guesses no faster.
        if let Some(refused) = limited(&app, &name, caller.origin) {
            return Ok(refused);
        }
        let kept = app.vault.account(name.clone()).await?.map(|(_, kept)| kept);
        let short = change.old.len() <= passwords::MAX_BYTES;
        if !short || !app.passwords.is_right(change.old, kept).await? {
            return Err(Answer::new(StatusCode::FORBIDDEN, "the old password is wrong", "type it again"));
        }
        if let Origin::Remote(address) = caller.origin {
            app.limits().right(&name, address);
        }
        let password = checked(&app, &name, change.new).await?;
        app.vault.set_password(name.clone(), password, Some(session)).await?;
    }
    let lang = lang.map(|lang| match lang {
        Language::En => "en",
        Language::Fr => "fr",
    });
    app.vault.set_taste(name, lang, theme).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sets somebody's password; their sessions end.
#[utoipa::path(
    post, path = "/api/v1/accounts/{name}/password", tag = "accounts", params(("name" = String, Path, description = "the account")),
    request_body = PasswordChange,
    responses((status = 204, description = "set"), (status = 400, description = "an unusable password", body = ErrorBody),
        (status = 404, description = "no such account", body = ErrorBody)),
)]
pub(super) async fn set_password(
    State(app): State<App>,
    Path(name): Path<String>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Answer> {
    let PasswordChange { password } = body(bytes, None)?;
    if app.vault.account(name.clone()).await?.is_none() {
        return Err(unknown());
    }
    let password = checked(&app, &name, password).await?;
    if !app.vault.set_password(name, password, None).await? {
        return Err(unknown());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Removes an account; its sessions end. The last administrator stays.
#[utoipa::path(delete, path = "/api/v1/accounts/{name}", tag = "accounts", params(("name" = String, Path, description = "the account")),
    responses((status = 204, description = "removed"), (status = 404, description = "no such account", body = ErrorBody),
        (status = 409, description = "it is the last administrator", body = ErrorBody)))]
pub(super) async fn remove(State(app): State<App>, Path(name): Path<String>) -> Result<StatusCode, Answer> {
    if app.vault.remove_account(name.clone()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    if app.vault.account(name).await?.is_none() {
        return Err(unknown());
    }
    Err(Answer::new(
        StatusCode::CONFLICT,
        "this is the last administrator",
        "make another administrator first",
    ))
}

fn unknown() -> Answer {
    Answer::new(
        StatusCode::NOT_FOUND,
        "there is no such account",
        "GET /api/v1/accounts, or `hotliner-console user list`, names every account",
    )
}

/// The hash of a password, if it and the name are usable.
pub(super) async fn checked(app: &App, name: &str, password: String) -> Result<String, Answer> {
    if !accounts::is_name(name) {
        return Err(Answer::bad_request(
            "this is no name for an account",
            format!(
                "give 1 to {} letters, digits, `.`, `-` or `_`, a letter first; local, agent and console are taken",
                accounts::MAX_NAME_CHARS
            ),
        ));
    }
    if !passwords::is_usable(&password) {
        return Err(Answer::bad_request(
            "this is no usable password",
            format!(
                "give at least {} characters, at most {} bytes",
                passwords::MIN_CHARS,
                passwords::MAX_BYTES
            ),
        ));
    }
    Ok(app.passwords.hash(password).await?)
}
