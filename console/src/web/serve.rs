//! Connections: TLS on TCP, plain on the local socket, both with limits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use super::Origin;
use crate::intake::Door;

/// Connections at a time, on each of the two sockets.
const MAX_CONNECTIONS: usize = 1_024;

/// How long a TLS handshake, and the head of a request, may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Time between two questions whether an HTTP/2 client is still there.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Requests at a time on one HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// Wait after an `accept` that failed for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers on `listener` under TLS until told to stop. Agents that come in here are shown to their door.
pub(super) async fn tls(
    listener: TcpListener,
    config: Arc<rustls::ServerConfig>,
    router: Router,
    agents: Option<Door>,
    mut stop: watch::Receiver<bool>,
) {
    let acceptor = TlsAcceptor::from(config);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let Some((stream, address)) = ready(accepted).await else { continue };
        // Until TLS is done an address has no more places than agents of one address may have.
        let knocked = agents.as_ref().map(|door| (door.clone(), door.knock(address.ip())));
        let agents = match knocked {
            Some((_, None)) => continue,
            Some((door, Some(pass))) => Some((door, pass)),
            None => None,
        };
        // Live updates are small and must not wait for more.
        let _ = stream.set_nodelay(true);
        let (acceptor, router, stop) = (acceptor.clone(), router.clone(), stop.clone());
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await {
                match agents.filter(|_| Door::is_agent(&stream)) {
                    // Agents have places of their own.
                    Some((door, pass)) => door.enter(stream, address.ip(), pass),
                    None => connection(stream, Origin::Remote(address.ip()), router, stop).await,
                }
            }
            drop(place);
        });
    }
}

/// Answers on the local socket until told to stop.
pub(super) async fn local(listener: UnixListener, router: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        let Some((stream, _)) = ready(accepted).await else { continue };
        let (router, stop) = (router.clone(), stop.clone());
        tokio::spawn(async move {
            connection(stream, Origin::Local, router, stop).await;
            drop(place);
        });
    }
}

/// The accepted connection. After an error, a pause: the usual one is that no file descriptors are left.
async fn ready<T>(accepted: io::Result<T>) -> Option<T> {
    match accepted {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Serves one connection to its end. Whoever says nothing, or has gone without a word, is hung up on.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    origin: Origin,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    // Finding out which HTTP is spoken has no time limit of its own.
    let mut stream = BufReader::new(stream);
    if !timeout(HEAD_TIMEOUT, stream.fill_buf()).await.is_ok_and(|first| first.is_ok()) {
        return;
    }
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(origin);
        let mut router = router.clone();
        async move { router.call(request).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS);
    http2.keep_alive_interval(PING_EVERY).keep_alive_timeout(HEAD_TIMEOUT);
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a client went away is its own affair.
        _ = serving => {}
        _ = stop.changed() => {}
    }
}
