//! The web: pages, REST and live updates for technicians and their programs. The only room that knows HTTP.
//!
//! The same routes answer on TCP under TLS, where a session or a bearer token is needed, and on the local socket in the data
//! folder, where the rights of its file are enough; `access.rs` says who may do what. Whatever goes wrong has the shape `{"error": {"what": …, "do": …}}`.

mod access;
mod accounts;
mod answer;
mod cases;
mod conflate;
pub(crate) mod downloads;
mod fault;
mod faults;
mod headers;
mod help;
mod live;
mod log;
pub mod openapi;
mod origin;
mod pages;
mod queue;
mod serve;
mod session;
mod streams;
mod tokens;
mod views;
mod work;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{delete, get, post};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::hub::Hub;
use crate::intake::{Codes, Door};
use crate::passwords::Passwords;
use crate::projection::CaseFilter;
use crate::signin::SignInLimits;
use crate::trouble::Trouble;
use crate::vault::Vault;
pub use access::Origin;
use answer::{Answer, ErrorBody};
pub use streams::Streams;

/// Largest body of a request, in bytes.
const MAX_BODY_BYTES: usize = 64 << 10;

/// What every request needs.
#[derive(Clone)]
pub struct App {
    /// The cases.
    pub hub: Hub,
    /// Tokens and links.
    pub vault: Vault,
    /// The join codes.
    pub codes: Codes,
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// How often somebody may try to sign in.
    pub sign_in: Arc<Mutex<SignInLimits>>,
    /// Hash of the token in the one-time link for the first account, if there was none at the start.
    pub first_link: Option<[u8; 32]>,
    /// Name of the support team.
    pub team: Arc<str>,
    /// Folder of files that customers may download.
    pub downloads: Arc<Path>,
    /// Live streams that are open.
    pub streams: Streams,
}

impl App {
    fn limits(&self) -> MutexGuard<'_, SignInLimits> {
        self.sign_in.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The running web side.
pub struct Web {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Web {
    /// Begins to answer on `tcp` (under TLS) and on a local socket at `socket`. With `agents`, those who come in on `tcp` as
    /// agents go there.
    ///
    /// # Errors
    /// When one of the sockets cannot be used.
    pub fn start(
        app: App,
        tcp: std::net::TcpListener,
        tls: rustls::ServerConfig,
        agents: Option<Door>,
        socket: &Path,
    ) -> Result<Self, Trouble> {
        let unusable = |error: std::io::Error| {
            Trouble::new(
                format!("the TCP socket for technicians cannot be used: {error}"),
                "give another address with --listen-web ADDRESS:PORT",
            )
        };
        tcp.set_nonblocking(true).map_err(unusable)?;
        let tcp = TcpListener::from_std(tcp).map_err(unusable)?;
        let address = tcp.local_addr().map_err(unusable)?;
        let local = bind_local(socket)?;
        let router = router(app);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(serve::tls(tcp, Arc::new(tls), router.clone(), agents, stopped.clone()));
        tasks.spawn(serve::local(local, router, stopped));
        Ok(Self { address, stop, tasks })
    }

    /// The address technicians come in at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers nobody any more.
    pub async fn stop(mut self) {
        // An error means that both tasks have ended already.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The local socket, for the folder's owner only. One that a dead console left behind is replaced: the folder's lock
/// says that no other console lives there.
fn bind_local(path: &Path) -> Result<UnixListener, Trouble> {
    use std::os::unix::fs::PermissionsExt;
    let unusable = |error: std::io::Error| {
        Trouble::new(
            format!("the local socket {} cannot be made: {error}", path.display()),
            "use a data folder with a shorter path (a socket's path has at most 107 bytes), on a local disk",
        )
    };
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(unusable(error));
    }
    let listener = UnixListener::bind(path).map_err(unusable)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(unusable)?;
    Ok(listener)
}

/// All routes. `openapi.rs` describes them; a test compares the two.
fn router(app: App) -> Router {
    let gate = middleware::from_fn_with_state(app.clone(), access::gate);
    Router::new()
        .route("/", get(pages::shell))
        .route("/{file}", get(pages::file))
        .route("/assets/{*path}", get(pages::asset))
        .route("/help", get(help::page))
        .route("/help.css", get(help::style))
        .route("/downloads/{name}", get(downloads::download))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/v1/session", get(session::show).post(session::sign_in).delete(session::sign_out))
        .route("/api/v1/accounts", get(accounts::list).post(accounts::create))
        .route("/api/v1/accounts/first", post(session::first))
        .route("/api/v1/accounts/me", post(accounts::change_me))
        .route("/api/v1/accounts/{name}", delete(accounts::remove))
        .route("/api/v1/accounts/{name}/password", post(accounts::set_password))
        .route("/api/v1/live", get(queue::live))
        .route("/api/v1/cases", get(cases::list).post(cases::open))
        .route("/api/v1/cases/{id}", get(cases::show))
        .route("/api/v1/cases/{id}/events", get(log::events))
        .route("/api/v1/cases/{id}/log", get(log::log))
        .route("/api/v1/cases/{id}/log/search", get(log::search))
        .route("/api/v1/cases/{id}/live", get(live::live))
        .route("/api/v1/cases/{id}/code", post(cases::issue_code))
        .route("/api/v1/cases/{id}/collect", post(cases::collect))
        .route("/api/v1/cases/{id}/close", post(cases::close))
        .route("/api/v1/cases/{id}/claim", post(work::claim))
        .route("/api/v1/cases/{id}/release", post(work::release))
        .route("/api/v1/cases/{id}/transfer", post(work::transfer))
        .route("/api/v1/cases/{id}/notes", post(work::note))
        .route("/api/v1/cases/{id}/answers", post(work::answer))
        .route("/api/v1/cases/{id}/lines", post(work::lines))
        .route("/api/v1/cases/{id}/steps", post(work::step))
        .route("/api/v1/cases/{id}/resolve", post(work::resolve))
        .route("/api/v1/faults", get(faults::list))
        .route("/api/v1/faults/{id}", get(fault::show))
        .route("/api/v1/tokens", get(tokens::list).post(tokens::create))
        .route("/api/v1/tokens/{id}", delete(tokens::revoke))
        .route_layer(gate)
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(headers::guard))
        .with_state(app)
}

/// Says that the console lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "the console lives", body = String)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Says whether the console can read what pages are made of.
#[utoipa::path(get, path = "/readyz", tag = "health", responses((status = 200, description = "ready", body = String),
    (status = 500, description = "not ready", body = ErrorBody)))]
async fn readyz(State(app): State<App>) -> Result<&'static str, Answer> {
    app.hub.projection().cases(CaseFilter { limit: 1, ..CaseFilter::default() }).await?;
    app.vault.has_accounts().await?;
    Ok("ready\n")
}

async fn no_such_path() -> Answer {
    Answer::new(
        StatusCode::NOT_FOUND,
        "there is nothing at this path",
        "GET /api/v1/openapi.json describes every path",
    )
}

async fn no_such_method() -> Answer {
    Answer::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path does not know this method",
        "GET /api/v1/openapi.json describes the methods of every path",
    )
}
