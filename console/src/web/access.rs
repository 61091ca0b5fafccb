//! Who may do what, in one place: [`ROUTES`] says which right each route needs, [`allows`] who has it.
//!
//! [`gate`] stands before every route. It finds out who asks (the local socket, a bearer token, a session's cookie),
//! refuses what was sent by a foreign page, and hands a [`Caller`] on. A route that stands in no row is refused.

use std::net::IpAddr;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::answer::Answer;
use super::origin;
use crate::accounts::{Account, Role};
use crate::hub::now;
use crate::tokens::{self, Scope};

/// Name of the session's cookie. The prefix makes browsers insist on HTTPS, this very host and all paths.
pub(super) const COOKIE_NAME: &str = "__Host-hotliner-session";

/// Where a request comes from. Put into each request by whoever accepted its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The local socket: whoever may open it owns the data folder.
    Local,
    /// The network.
    Remote(IpAddr),
}

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Nothing.
    Anyone,
    /// To be signed in with an account.
    Me,
    /// To read cases, faults and names of accounts.
    Read,
    /// To open cases and work on them.
    Work,
    /// To look after accounts.
    Administer,
    /// To own the data folder.
    Own,
}

/// Somebody.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// Nobody known.
    Nobody,
    /// The owner of the data folder.
    Local,
    /// The holder of a token, and the hash of its secret.
    Token { name: String, scope: Scope, secret: [u8; 32] },
    /// Somebody signed in, and the hash of their session's secret.
    Account { account: Account, session: [u8; 32] },
}

/// Who asks, as handlers get it.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) who: Who,
    pub(super) origin: Origin,
}

use Right::{Administer, Anyone, Me, Own, Read, Work};

/// Every route with the right it needs.
pub(super) const ROUTES: &[(&str, &str, Right)] = &[
    ("GET", "/", Anyone),
    ("GET", "/{file}", Anyone),
    ("GET", "/help", Anyone),
    ("GET", "/help.css", Anyone),
    ("GET", "/assets/{*path}", Anyone),
    ("GET", "/downloads/{name}", Anyone),
    ("GET", "/healthz", Anyone),
    ("GET", "/readyz", Anyone),
    ("GET", "/api/v1/openapi.json", Anyone),
    ("GET", "/api/v1/session", Anyone),
    ("POST", "/api/v1/session", Anyone),
    ("DELETE", "/api/v1/session", Anyone),
    ("POST", "/api/v1/accounts/first", Anyone),
    ("POST", "/api/v1/accounts/me", Me),
    ("GET", "/api/v1/accounts", Read),
    ("POST", "/api/v1/accounts", Administer),
    ("DELETE", "/api/v1/accounts/{name}", Administer),
    ("POST", "/api/v1/accounts/{name}/password", Administer),
    ("GET", "/api/v1/cases", Read),
    ("POST", "/api/v1/cases", Work),
    ("GET", "/api/v1/live", Read),
    ("GET", "/api/v1/cases/{id}", Read),
    ("GET", "/api/v1/cases/{id}/events", Read),
    ("GET", "/api/v1/cases/{id}/log", Read),
    ("GET", "/api/v1/cases/{id}/log/search", Read),
    ("GET", "/api/v1/cases/{id}/live", Read),
    ("POST", "/api/v1/cases/{id}/code", Work),
    ("POST", "/api/v1/cases/{id}/collect", Work),
    ("POST", "/api/v1/cases/{id}/close", Work),
    ("POST", "/api/v1/cases/{id}/claim", Work),
    ("POST", "/api/v1/cases/{id}/release", Work),
    ("POST", "/api/v1/cases/{id}/transfer", Work),
    ("POST", "/api/v1/cases/{id}/notes", Work),
    ("POST", "/api/v1/cases/{id}/answers", Work),
    ("POST", "/api/v1/cases/{id}/lines", Work),
    ("POST", "/api/v1/cases/{id}/steps", Work),
    ("POST", "/api/v1/cases/{id}/resolve", Work),
    ("GET", "/api/v1/faults", Read),
    ("GET", "/api/v1/faults/{id}", Read),
    ("GET", "/api/v1/tokens", Own),
    ("POST", "/api/v1/tokens", Own),
    ("DELETE", "/api/v1/tokens/{id}", Own),
];

/// Whether `who` has `right`.
pub(super) fn allows(who: &Who, right: Right) -> bool {
    match (right, who) {
        (Right::Anyone, _) | (Right::Read | Right::Work | Right::Administer | Right::Own, Who::Local) => true,
        (_, Who::Nobody) => false,
        (Right::Me, who) => matches!(who, Who::Account { .. }),
        (Right::Read, _) => true,
        (Right::Work, Who::Token { scope, .. }) => *scope == Scope::Write,
        (Right::Work, Who::Account { account, .. }) => account.role != Role::Author,
        (Right::Administer, Who::Account { account, .. }) => account.role == Role::Admin,
        (Right::Administer | Right::Own, _) => false,
    }
}

impl Caller {
    /// Whether the session or token is still good. What cannot be looked up is not.
    pub(super) async fn is_welcome(&self, app: &App) -> bool {
        match &self.who {
            Who::Local => true,
            Who::Nobody => false,
            Who::Token { secret, .. } => app
                .vault
                .token(*secret)
                .await
                .is_ok_and(|token| token.is_some_and(|token| token.is_alive(now()))),
            Who::Account { session, .. } => {
                let found = app.vault.session(*session).await;
                found.is_ok_and(|found| found.is_some_and(|(session, _)| session.is_alive(now())))
            }
        }
    }

    /// As the journal names them.
    pub(super) fn by(&self) -> String {
        match &self.who {
            Who::Nobody => "nobody".to_owned(),
            Who::Local => "local".to_owned(),
            Who::Token { name, .. } => format!("token:{name}"),
            Who::Account { account, .. } => account.name.clone(),
        }
    }

    /// Whether they may take a case away from somebody else.
    pub(super) fn leads(&self) -> bool {
        match &self.who {
            Who::Local => true,
            Who::Account { account, .. } => matches!(account.role, Role::Supervisor | Role::Admin),
            Who::Nobody | Who::Token { .. } => false,
        }
    }

    /// The account that is signed in.
    pub(super) fn account(&self) -> Option<(&Account, [u8; 32])> {
        match &self.who {
            Who::Account { account, session } => Some((account, *session)),
            _ => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Answer> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unlisted)
    }
}

/// Lets a request through to its route, or not.
pub(super) async fn gate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>().cloned() else {
        return next.run(request).await;
    };
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let rows = || ROUTES.iter().filter(|(_, route, _)| *route == path.as_str());
    let Some((.., right)) = rows().find(|(name, ..)| *name == method.as_str()) else {
        // A method the path does not know is answered behind the gate.
        let known = rows().next().is_some();
        return if known { next.run(request).await } else { unlisted().into_response() };
    };
    let origin = origin_of(&request);
    let (parts, body) = request.into_parts();
    let who = match who(&parts.headers, origin, &app).await {
        Ok(who) => who,
        // Whoever needs no right is not refused for a cookie that is over.
        Err(_) if *right == Right::Anyone => Who::Nobody,
        Err(answer) => return answer.into_response(),
    };
    request = Request::from_parts(parts, body);
    let changes = !request.method().is_safe();
    if changes && origin != Origin::Local && !matches!(who, Who::Token { .. }) {
        let by_cookie = matches!(who, Who::Account { .. });
        if !origin::is_own(request.headers(), request.uri(), by_cookie) {
            return foreign().into_response();
        }
    }
    if !allows(&who, *right) {
        return refusal(&who, *right).into_response();
    }
    request.extensions_mut().insert(Caller { who, origin });
    next.run(request).await
}

/// Who asks. The local socket comes first, then a token, then a cookie.
async fn who(headers: &HeaderMap, origin: Origin, app: &App) -> Result<Who, Answer> {
    if origin == Origin::Local {
        return Ok(Who::Local);
    }
    if let Some(secret) = bearer(headers) {
        let secret = tokens::hash(secret);
        return match app.vault.token(secret).await? {
            Some(token) if token.is_alive(now()) => {
                Ok(Who::Token { name: token.name, scope: token.scope, secret })
            }
            _ => Err(unauthorized("this token is unknown, expired or revoked")),
        };
    }
    let Some(secret) = cookie(headers) else { return Ok(Who::Nobody) };
    let hash = tokens::hash(secret);
    match app.vault.session(hash).await? {
        Some((session, account)) if session.is_alive(now()) => {
            if session.is_news(now()) {
                app.vault.note_session(hash, now()).await?;
            }
            Ok(Who::Account { account, session: hash })
        }
        Some(_) => {
            app.vault.end_session(hash).await?;
            Err(unauthorized("the session is over"))
        }
        None => Err(unauthorized("the session is over")),
    }
}

fn refusal(who: &Who, right: Right) -> Answer {
    match (who, right) {
        (_, Right::Own) => Answer::new(
            StatusCode::FORBIDDEN,
            "tokens are made and revoked on the console's own machine only",
            "use `hotliner-console token … --data DIR` there",
        ),
        (_, Right::Me) => Answer::new(
            StatusCode::FORBIDDEN,
            "this is for people who are signed in",
            "sign in with an account",
        ),
        (Who::Nobody, _) => unauthorized("a session or a token is needed here"),
        (Who::Token { .. }, _) => Answer::new(
            StatusCode::FORBIDDEN,
            "this token may only read, or may not do this",
            "use a token made with `hotliner-console token new --scope write`, or an account",
        ),
        _ => Answer::new(
            StatusCode::FORBIDDEN,
            "your role does not allow this",
            "ask an administrator of this console",
        ),
    }
}

fn unauthorized(what: &str) -> Answer {
    Answer::new(
        StatusCode::UNAUTHORIZED,
        what,
        "sign in, or send `Authorization: Bearer TOKEN` with a token of `hotliner-console token new`",
    )
}

fn foreign() -> Answer {
    Answer::new(
        StatusCode::FORBIDDEN,
        "this was sent by a page of another origin",
        "open the console's own address and do it there",
    )
}

fn unlisted() -> Answer {
    Answer::new(
        StatusCode::FORBIDDEN,
        "nobody has the right to this route",
        "this is a mistake of the console: report it",
    )
}

/// A request nobody marked is treated as coming from the network.
fn origin_of(request: &Request) -> Origin {
    let marked = request.extensions().get::<Origin>().copied();
    marked.unwrap_or(Origin::Remote(IpAddr::from([0, 0, 0, 0])))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The secret in the session's cookie. HTTP/2 may bring cookies in several headers.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, secret)| secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotliner_protocol::time::Timestamp;

    /// Everybody there is, in the order of the table below.
    fn everybody() -> Vec<Who> {
        let token = |scope| Who::Token { name: "ci".into(), scope, secret: [0; 32] };
        let account = |role| {
            let created_at = Timestamp::from_millis(0);
            let account = Account { name: "ann".into(), role, lang: None, theme: None, created_at };
            Who::Account { account, session: [0; 32] }
        };
        let mut all = vec![Who::Nobody, token(Scope::Read), token(Scope::Write)];
        all.extend(Role::ALL.map(account));
        all.push(Who::Local);
        all
    }

    #[test]
    fn every_right_is_for_those_it_is_meant_for() {
        // nobody, token read, token write, hotliner, engineer, supervisor, author, admin, local
        let table = [
            (Right::Anyone, "yyyyyyyyy"),
            (Right::Me, "nnnyyyyyn"),
            (Right::Read, "nyyyyyyyy"),
            (Right::Work, "nnyyyynyy"),
            (Right::Administer, "nnnnnnnyy"),
            (Right::Own, "nnnnnnnny"),
        ];
        for (right, expected) in table {
            let held: String =
                everybody().iter().map(|who| if allows(who, right) { 'y' } else { 'n' }).collect();
            assert_eq!(held, expected, "{right:?}");
        }
    }

    #[test]
    fn only_the_pages_and_signing_in_are_open_to_anyone() {
        let open = ROUTES.iter().filter(|(.., right)| *right == Right::Anyone);
        let open: Vec<_> =
            open.filter(|(_, path, _)| path.starts_with("/api/")).map(|(_, path, _)| *path).collect();
        let session = "/api/v1/session";
        assert_eq!(open, ["/api/v1/openapi.json", session, session, session, "/api/v1/accounts/first"]);
    }
}
