//! Intake: where agents come in, over QUIC or over TLS on TCP. The only room that knows connections.
//!
//! On TCP the port is that of QUIC. Where technicians come in on the same port, [`crate::web`] accepts, tells agents from
//! browsers by the protocol agreed in TLS (ALPN), and shows agents to the [`Door`]; else the intake listens itself.
//!
//! Nobody is trusted before pairing or resume has succeeded: until then a connection costs a bounded amount of memory and
//! at most two handshake timeouts. Under load, addresses have to prove themselves (`retry`) before anything is kept for
//! them, and each address has a limit.

mod admission;
mod connection;
mod handshake;
mod stream;
mod tcp;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hotliner_protocol::identity::TeamIdentity;
use tokio::task::JoinHandle;

use crate::codes::CodeBook;
use crate::hub::Hub;
use crate::trouble::Trouble;
use crate::vault::Vault;
use admission::Admission;
pub use tcp::{Door, Pass};

/// How long agents may take to hear that the console goes down.
const FAREWELL: Duration = Duration::from_secs(2);

/// The join codes that wait, shared between those who give them out and those who check them.
#[derive(Clone, Debug, Default)]
pub struct Codes(Arc<Mutex<CodeBook>>);

impl Codes {
    /// The book.
    pub fn book(&self) -> MutexGuard<'_, CodeBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every connection needs.
pub struct Desk {
    /// The cases.
    pub hub: Hub,
    /// The links of agents.
    pub vault: Vault,
    /// The join codes.
    pub codes: Codes,
    /// The team.
    pub team: TeamIdentity,
    /// Its name.
    pub team_name: String,
    /// Connections from one address at a time.
    pub connections_per_address: u32,
}

/// The running intake.
pub struct Intake {
    endpoint: quinn::Endpoint,
    accepting: Vec<JoinHandle<()>>,
    door: Door,
}

impl Intake {
    /// Begins to take agents in on `socket`.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn start(
        socket: std::net::UdpSocket,
        config: quinn::ServerConfig,
        desk: Desk,
    ) -> Result<Self, Trouble> {
        let unusable = |error: std::io::Error| {
            Trouble::new(
                format!("the UDP socket for agents cannot be used: {error}"),
                "give another address with --listen ADDRESS:PORT",
            )
        };
        socket.set_nonblocking(true).map_err(unusable)?;
        let endpoint = quinn::Endpoint::new(
            quinn::EndpointConfig::default(),
            Some(config),
            socket,
            Arc::new(quinn::TokioRuntime),
        )
        .map_err(unusable)?;
        let admission = Admission::new(desk.connections_per_address);
        let desk = Arc::new(desk);
        let door = Door::new(Arc::clone(&desk), admission.clone());
        let accepting = vec![tokio::spawn(accept(endpoint.clone(), desk, admission))];
        Ok(Self { endpoint, accepting, door })
    }

    /// The door for agents that come in over TCP.
    pub fn door(&self) -> Door {
        self.door.clone()
    }

    /// Listens for agents on `tcp` too, where technicians come in elsewhere.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn listen_tcp(
        &mut self,
        tcp: std::net::TcpListener,
        tls: rustls::ServerConfig,
    ) -> Result<(), Trouble> {
        let listening = tcp::listen(tcp, tls, self.door.clone()).map_err(|error| {
            Trouble::new(
                format!("the TCP socket for agents cannot be used: {error}"),
                "give another address with --listen ADDRESS:PORT",
            )
        })?;
        self.accepting.push(listening);
        Ok(())
    }

    /// The address agents come in at.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.endpoint.local_addr()
    }

    /// Takes nobody in any more. Connections that are there go on until the hub ends them.
    pub fn close_door(&self) {
        self.endpoint.set_server_config(None);
        self.accepting.iter().for_each(JoinHandle::abort);
        self.door.close();
    }

    /// Waits a moment for goodbyes to arrive, then ends every connection.
    pub async fn finish(self) {
        // Who has not gone by then is cut off.
        let gone = async {
            self.endpoint.wait_idle().await;
            self.door.wait_idle().await;
        };
        let _ = tokio::time::timeout(FAREWELL, gone).await;
        self.endpoint.close(quinn::VarInt::from_u32(0), b"");
    }
}

async fn accept(endpoint: quinn::Endpoint, desk: Arc<Desk>, admission: Admission) {
    while let Some(incoming) = endpoint.accept().await {
        let address = incoming.remote_address().ip();
        if admission.is_busy() && !incoming.remote_address_validated() {
            // An error means that it was validated after all; it is gone either way and will come again.
            let _ = incoming.retry();
            continue;
        }
        match admission.enter(address) {
            Some(pass) => {
                tokio::spawn(connection::quic(Arc::clone(&desk), incoming, pass));
            }
            None => {
                tracing::debug!(%address, "too many connections from one address");
                incoming.refuse();
            }
        }
    }
}
