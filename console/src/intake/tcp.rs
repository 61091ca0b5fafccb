//! Agents over TLS on TCP: the same limits as over QUIC, and the same way on.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hotliner_link::Connection;
use hotliner_protocol::ALPN;
use hotliner_protocol::limits::HANDSHAKE_TIMEOUT;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::admission::Admission;
pub use super::admission::Pass;
use super::{Desk, connection};

/// Wait after an `accept` that failed for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Lets agents in whose TLS handshake is done. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    desk: Arc<Desk>,
    admission: Admission,
    /// Whether it is open. Everybody inside holds a receiver, so that the last one who leaves is noticed.
    open: Arc<watch::Sender<bool>>,
}

impl Door {
    pub(super) fn new(desk: Arc<Desk>, admission: Admission) -> Self {
        Self { desk, admission, open: Arc::new(watch::Sender::new(true)) }
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.open.send_replace(false);
    }

    /// Waits until everybody has left.
    pub(super) async fn wait_idle(&self) {
        self.open.closed().await;
    }

    /// Whether TLS was agreed with an agent, as opposed to a browser.
    pub fn is_agent(stream: &TlsStream<TcpStream>) -> bool {
        stream.get_ref().1.alpn_protocol() == Some(ALPN)
    }

    /// A place for whoever comes in from `address`, before any work is done for it and before it is known what it is. To be
    /// dropped for a browser, once TLS is agreed.
    pub fn knock(&self, address: IpAddr) -> Option<Pass> {
        let pass = self.admission.enter(address);
        if pass.is_none() {
            tracing::debug!(%address, "too many connections from one address");
        }
        pass
    }

    /// Takes an agent in that has a place.
    pub fn enter(&self, stream: TlsStream<TcpStream>, address: IpAddr, pass: Pass) {
        let inside = self.open.subscribe();
        if !*inside.borrow() {
            return;
        }
        let desk = Arc::clone(&self.desk);
        tokio::spawn(async move {
            if let Ok(connection) = Connection::tcp(stream) {
                connection::run(desk, connection, address, pass).await;
            }
            drop(inside);
        });
    }

    /// From the first packet on.
    fn greet(&self, stream: TcpStream, address: IpAddr, acceptor: TlsAcceptor) {
        let Some(pass) = self.knock(address) else { return };
        let door = self.clone();
        tokio::spawn(async move {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await
                && Self::is_agent(&stream)
            {
                door.enter(stream, address, pass);
            }
        });
    }
}

/// Listens for agents alone.
///
/// # Errors
/// When the socket cannot be used.
pub(super) fn listen(
    tcp: std::net::TcpListener,
    tls: rustls::ServerConfig,
    door: Door,
) -> io::Result<JoinHandle<()>> {
    tcp.set_nonblocking(true)?;
    let listener = TcpListener::from_std(tcp)?;
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    // Frames are whole when they are written; none is to wait for more.
                    let _ = stream.set_nodelay(true);
                    door.greet(stream, address.ip(), acceptor.clone());
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }))
}
