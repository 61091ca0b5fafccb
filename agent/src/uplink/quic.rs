//! The first way to the console: QUIC over UDP.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hotliner_link::Connection;
use hotliner_protocol::limits;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, TransportConfig, VarInt};
use tokio::task::JoinSet;

use super::plain_socket;
use super::problem::Problem;
use super::tls::{self, Issuer};

/// How long one address may take to answer.
const CONNECT_LIMIT: Duration = Duration::from_millis(2_500);

/// Lead of one address before the next is tried beside it.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// Round trip assumed before one was measured. Short, so that a first packet that is lost costs little.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(100);

/// Bytes the console may send us that we have not read.
const RECEIVE_WINDOW: u32 = 256 << 10;

/// Bytes kept to be sent again, if the path needs it.
const SEND_WINDOW: u64 = 1 << 20;

/// Connects to the first of `addresses` that answers.
pub(super) async fn connect(addresses: Vec<SocketAddr>, host: &str) -> Result<(Connection, Issuer), Problem> {
    let mut tries = JoinSet::new();
    for (place, socket) in addresses.into_iter().enumerate() {
        let host = host.to_owned();
        let lead = NEXT_ADDRESS_AFTER * u32::try_from(place).unwrap_or(u32::MAX);
        tries.spawn(async move {
            tokio::time::sleep(lead).await;
            connect_to(socket, &host).await
        });
    }
    let mut last = Problem::NoAnswer;
    while let Some(tried) = tries.join_next().await {
        match tried {
            Ok(Ok(opened)) => return Ok(opened),
            Ok(Err(problem)) => last = problem,
            Err(error) => last = Problem::Network(error.to_string()),
        }
    }
    Err(last)
}

async fn connect_to(socket: SocketAddr, host: &str) -> Result<(Connection, Issuer), Problem> {
    let network = |error: &dyn std::fmt::Display| Problem::Network(error.to_string());
    let local: SocketAddr = match socket {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let endpoint = plain_socket::client(local).map_err(|error| network(&error))?;
    let (tls, issuer) = tls::client().map_err(|error| network(&error))?;
    let crypto = QuicClientConfig::try_from(tls).map_err(|error| network(&error))?;
    let mut config = ClientConfig::new(Arc::new(crypto));
    config.transport_config(Arc::new(transport()));
    let connecting = endpoint.connect_with(config, socket, tls::server_name(host));
    let connecting = connecting.map_err(|error| network(&error))?;
    match tokio::time::timeout(CONNECT_LIMIT, connecting).await {
        Ok(Ok(connection)) => Ok((Connection::quic(connection, Some(endpoint)), issuer)),
        // A console that is full refuses QUIC before TLS.
        Ok(Err(quinn::ConnectionError::ConnectionClosed(close)))
            if close.error_code == quinn::TransportErrorCode::CONNECTION_REFUSED =>
        {
            Err(Problem::Busy)
        }
        Ok(Err(quinn::ConnectionError::TimedOut)) | Err(_) => Err(Problem::NoAnswer),
        Ok(Err(error)) => Err(network(&error)),
    }
}

fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    let idle = u32::try_from(limits::IDLE_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    transport
        .keep_alive_interval(Some(limits::KEEP_ALIVE))
        .max_idle_timeout(Some(VarInt::from_u32(idle).into()))
        .initial_rtt(FIRST_ROUND_TRIP)
        .max_concurrent_bidi_streams(VarInt::from_u32(limits::MAX_STREAMS))
        .max_concurrent_uni_streams(VarInt::from_u32(limits::MAX_STREAMS))
        .receive_window(VarInt::from_u32(RECEIVE_WINDOW))
        .send_window(SEND_WINDOW);
    transport
}
