//! The second way to the console: TLS 1.3 over TCP, straight or through an HTTP proxy.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hotliner_link::Connection;
use hotliner_protocol::ALPN;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsConnector, TlsStream as AnyTlsStream};

use super::problem::Problem;
use super::tls::{self, Issuer};

/// How long one address may take to accept.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);

/// How long TLS may take.
const TLS_LIMIT: Duration = Duration::from_secs(4);

/// How long it may take to find out who is behind somebody who does not speak our protocol.
const LOOK_BEHIND_LIMIT: Duration = Duration::from_secs(2);

/// Bytes of the answer that are looked at.
const LOOK_BEHIND_BYTES: u64 = 4 << 10;

/// Lead of one address before the next is tried beside it.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// Bytes the system takes ahead of what has left (Linux doubles it): what an urgent frame may have to wait behind.
const SEND_BUFFER: u32 = 64 << 10;

/// Opens a TCP connection to the first of `addresses` that accepts.
pub(super) async fn reach(addresses: Vec<SocketAddr>) -> Result<TcpStream, Problem> {
    let mut tries = JoinSet::new();
    for (place, socket) in addresses.into_iter().enumerate() {
        let lead = NEXT_ADDRESS_AFTER * u32::try_from(place).unwrap_or(u32::MAX);
        tries.spawn(async move {
            tokio::time::sleep(lead).await;
            tokio::time::timeout(CONNECT_LIMIT, open(socket)).await
        });
    }
    let mut last = Problem::NoAnswer;
    while let Some(tried) = tries.join_next().await {
        match tried {
            Ok(Ok(Ok(stream))) => return Ok(stream),
            Ok(Ok(Err(error))) => last = problem_of(&error),
            Ok(Err(_)) | Err(_) => {}
        }
    }
    Err(last)
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A buffer of the system's choice costs order, not data.
    let _ = socket.set_send_buffer_size(SEND_BUFFER);
    let stream = socket.connect(address).await?;
    // Frames are whole when they are written; none is to wait for more.
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn problem_of(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Problem::Refused,
        io::ErrorKind::TimedOut => Problem::NoAnswer,
        _ => Problem::Network(error.to_string()),
    }
}

/// Agrees TLS on `stream`. Whoever does not speak our protocol there is not the console, or stands before it.
pub(super) async fn secure(stream: TcpStream, host: &str) -> Result<(Connection, Issuer), Problem> {
    let (config, issuer) = tls::client().map_err(|error| Problem::Network(error.to_string()))?;
    let name = ServerName::try_from(tls::server_name(host).to_owned());
    let name = name.map_err(|error| Problem::Network(error.to_string()))?;
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = match tokio::time::timeout(TLS_LIMIT, connecting).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(not_secured(&error, &issuer)),
        Err(_) => return Err(Problem::NoAnswer),
    };
    if !speaks_ours(&stream) {
        let behind = tokio::time::timeout(LOOK_BEHIND_LIMIT, console_behind(stream, host)).await;
        return Err(match behind {
            Ok(true) => Problem::Intercepted(issuer.name()),
            Ok(false) | Err(_) => Problem::NotOurs(issuer.name()),
        });
    }
    let connection = Connection::tcp(AnyTlsStream::from(stream));
    Ok((connection.map_err(|error| Problem::Network(error.to_string()))?, issuer))
}

/// Whether a console's pages come through somebody who does not speak our protocol: then that one opens the encryption
/// between us. Asked is for what every console shows to anybody; nothing of ours goes along.
async fn console_behind(mut stream: TlsStream<TcpStream>, host: &str) -> bool {
    let request = format!("GET /api/v1/openapi.json HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    if stream.write_all(request.as_bytes()).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    // How the answer ends is of no interest.
    let _ = (&mut stream).take(LOOK_BEHIND_BYTES).read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    answer.starts_with("HTTP/1.1 200") && answer.contains("hotliner")
}

fn speaks_ours(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(ALPN)
}

/// What a failed handshake says. One that is broken off by the network says nothing about who is there; one that is
/// refused or garbled comes from something that is no console.
fn not_secured(error: &io::Error, issuer: &Issuer) -> Problem {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::Other => Problem::NotOurs(issuer.name()),
        io::ErrorKind::UnexpectedEof => Problem::NotOurs(issuer.name()),
        _ => problem_of(error),
    }
}
