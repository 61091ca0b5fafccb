//! One QUIC connection with its control stream, and frames on streams.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hotliner_protocol::codec::{FrameDecoder, encode};
use hotliner_protocol::frame::{Frame, Lane};
use hotliner_protocol::limits;
use hotliner_protocol::{EXPORTER_LABEL, EXPORTER_LEN};
use quinn::{ClientConfig, Connection, Endpoint, RecvStream, SendStream, TransportConfig, VarInt};
use tokio::task::JoinSet;

use super::address::ConsoleAddress;
use super::plain_socket;
use super::tls::{self, Issuer};

/// How long one address may take to answer.
const CONNECT_LIMIT: Duration = Duration::from_millis(2_500);

/// Lead of one address before the next is tried beside it.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// How long looking up a name may take.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(5);

/// Round trip assumed before one was measured. Short, so that a first packet that is lost costs little.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(100);

/// Bytes the console may send us that we have not read.
const RECEIVE_WINDOW: u32 = 256 << 10;

/// Bytes kept to be sent again, if the path needs it.
const SEND_WINDOW: u64 = 1 << 20;

/// Bytes read at a time.
const READ_BYTES: usize = 16 << 10;

/// An open connection.
pub(super) struct Opened {
    /// Keeps the socket.
    pub(super) endpoint: Endpoint,
    pub(super) connection: Connection,
    /// Our half of the control stream.
    pub(super) control: SendStream,
    /// The console's half.
    pub(super) answers: Answers,
    /// Who issued the certificate.
    pub(super) issuer: Issuer,
}

impl Opened {
    /// Keying material that only the two ends of this TLS session have.
    pub(super) fn exporter(&self) -> Result<[u8; EXPORTER_LEN], String> {
        let mut exporter = [0; EXPORTER_LEN];
        self.connection
            .export_keying_material(&mut exporter, EXPORTER_LABEL, b"")
            .map_err(|_| "the TLS session has no exporter".to_owned())?;
        Ok(exporter)
    }
}

/// Frames from the console.
pub(super) struct Answers {
    stream: RecvStream,
    decoder: FrameDecoder,
}

impl Answers {
    /// The next frame. Safe to be cancelled.
    pub(super) async fn next(&mut self) -> Result<Frame, String> {
        loop {
            if let Some(frame) = self.decoder.next().map_err(|error| error.to_string())? {
                return Ok(frame);
            }
            let chunk = self.stream.read_chunk(READ_BYTES, true).await.map_err(|error| error.to_string())?;
            let chunk = chunk.ok_or("the console hung up")?;
            self.decoder.push(&chunk.bytes);
        }
    }

    /// The next frame, within the protocol's time for handshakes.
    pub(super) async fn next_in_time(&mut self) -> Result<Frame, String> {
        let next = tokio::time::timeout(limits::HANDSHAKE_TIMEOUT, self.next());
        next.await.unwrap_or_else(|_| Err("the console does not answer".to_owned()))
    }
}

/// Writes a frame.
pub(super) async fn send(stream: &mut SendStream, frame: &Frame) -> Result<(), String> {
    let bytes = encode(frame).map_err(|error| error.to_string())?;
    stream.write_all(&bytes).await.map_err(|error| error.to_string())
}

/// Connects to the first address that answers, and opens the control stream.
pub(super) async fn connect(address: &ConsoleAddress) -> Result<Opened, String> {
    let look_up = tokio::net::lookup_host((address.host.as_str(), address.port));
    let found =
        tokio::time::timeout(LOOK_UP_LIMIT, look_up).await.map_err(|_| "its name is not resolved in time")?;
    let addresses: Vec<SocketAddr> =
        found.map_err(|error| format!("its name is not resolved: {error}"))?.collect();
    let mut tries = JoinSet::new();
    for (place, socket) in addresses.into_iter().enumerate() {
        let host = address.host.clone();
        let lead = NEXT_ADDRESS_AFTER * u32::try_from(place).unwrap_or(u32::MAX);
        tries.spawn(async move {
            tokio::time::sleep(lead).await;
            connect_to(socket, &host).await
        });
    }
    let mut last = "its name has no address".to_owned();
    while let Some(tried) = tries.join_next().await {
        match tried {
            Ok(Ok((endpoint, connection, issuer))) => {
                let (mut control, stream) = connection.open_bi().await.map_err(|error| error.to_string())?;
                control.write_all(&[lane_byte(Lane::Control)]).await.map_err(|error| error.to_string())?;
                let answers = Answers { stream, decoder: FrameDecoder::new() };
                return Ok(Opened { endpoint, connection, control, answers, issuer });
            }
            Ok(Err(error)) => last = error,
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

/// The first byte on a stream.
pub(super) fn lane_byte(lane: Lane) -> u8 {
    // Lanes of this version are below 256.
    u8::try_from(lane.number()).unwrap_or(u8::MAX)
}

async fn connect_to(socket: SocketAddr, host: &str) -> Result<(Endpoint, Connection, Issuer), String> {
    let local: SocketAddr = match socket {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let endpoint = plain_socket::client(local).map_err(|error| error.to_string())?;
    let (crypto, issuer) = tls::client().map_err(|error| error.to_string())?;
    let mut config = ClientConfig::new(Arc::new(crypto));
    config.transport_config(Arc::new(transport()?));
    let connecting =
        endpoint.connect_with(config, socket, server_name(host)).map_err(|error| error.to_string())?;
    match tokio::time::timeout(CONNECT_LIMIT, connecting).await {
        Ok(Ok(connection)) => Ok((endpoint, connection, issuer)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("nobody answers there".to_owned()),
    }
}

/// The name offered in TLS. Nothing is checked against it; one that TLS would refuse is replaced.
fn server_name(host: &str) -> &str {
    if rustls::pki_types::ServerName::try_from(host).is_ok() { host } else { "hotliner" }
}

fn transport() -> Result<TransportConfig, String> {
    let mut transport = TransportConfig::default();
    let idle = limits::IDLE_TIMEOUT.try_into().map_err(|_| "idle timeout out of range".to_owned())?;
    transport
        .keep_alive_interval(Some(limits::KEEP_ALIVE))
        .max_idle_timeout(Some(idle))
        .initial_rtt(FIRST_ROUND_TRIP)
        .max_concurrent_bidi_streams(VarInt::from_u32(limits::MAX_STREAMS))
        .max_concurrent_uni_streams(VarInt::from_u32(limits::MAX_STREAMS))
        .receive_window(VarInt::from_u32(RECEIVE_WINDOW))
        .send_window(SEND_WINDOW);
    Ok(transport)
}
