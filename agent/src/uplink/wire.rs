//! The way to a connection: QUIC and TCP raced, and frames on lanes.
//!
//! QUIC has a lead of [`TCP_AFTER`]; the first whose TLS handshake is done is taken and the other dropped. TCP starts at
//! once where QUIC has failed already.

use std::net::SocketAddr;
use std::time::Duration;

use hotliner_link::{Broken, Connection, LaneReceiver, LaneSender, Transport};
use hotliner_protocol::EXPORTER_LEN;
use hotliner_protocol::codec::{FrameDecoder, encode};
use hotliner_protocol::frame::Frame;
use hotliner_protocol::limits;

use super::address::ConsoleAddress;
use super::problem::Problem;
use super::proxy::Proxies;
use super::tls::Issuer;
use super::{quic, tcp};

/// Lead of QUIC before TCP is tried beside it.
const TCP_AFTER: Duration = Duration::from_millis(300);

/// How long looking up a name may take.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(5);

/// Bytes read at a time.
const READ_BYTES: usize = 16 << 10;

/// An open connection.
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// Our half of the control lane.
    pub(super) control: LaneSender,
    /// The console's half.
    pub(super) answers: Answers,
    /// Who issued the certificate.
    pub(super) issuer: Issuer,
}

impl Opened {
    async fn new((connection, issuer): (Connection, Issuer)) -> Result<Self, Problem> {
        let network = |error: Broken| Problem::Network(error.to_string());
        let (control, lane) = connection.open_control().await.map_err(network)?;
        let answers = Answers { lane, decoder: FrameDecoder::new() };
        Ok(Self { connection, control, answers, issuer })
    }

    /// Keying material that only the two ends of this TLS session have.
    pub(super) fn exporter(&self) -> Result<[u8; EXPORTER_LEN], String> {
        self.connection.exporter().map_err(|error| error.to_string())
    }

    /// What carries it.
    pub(super) fn transport(&self) -> Transport {
        self.connection.transport()
    }
}

/// Frames from the console.
pub(super) struct Answers {
    lane: LaneReceiver,
    decoder: FrameDecoder,
}

impl Answers {
    /// The next frame. Safe to be cancelled.
    pub(super) async fn next(&mut self) -> Result<Frame, String> {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            if let Some(frame) = self.decoder.next().map_err(|error| error.to_string())? {
                return Ok(frame);
            }
            let read = self.lane.read(&mut buffer).await.map_err(|error| error.to_string())?;
            let read = read.ok_or("the console hung up")?;
            self.decoder.push(&buffer[..read]);
        }
    }

    /// The next frame, within the protocol's time for handshakes.
    pub(super) async fn next_in_time(&mut self) -> Result<Frame, String> {
        let next = tokio::time::timeout(limits::HANDSHAKE_TIMEOUT, self.next());
        next.await.unwrap_or_else(|_| Err("the console does not answer".to_owned()))
    }
}

/// Writes a frame.
pub(super) async fn send(lane: &mut LaneSender, frame: &Frame) -> Result<(), String> {
    let bytes = encode(frame).map_err(|error| error.to_string())?;
    lane.write_all(&bytes).await.map_err(|error| error.to_string())
}

/// Connects over whichever transport is there first.
pub(super) async fn connect(address: &ConsoleAddress, proxies: &Proxies) -> Result<Opened, Problem> {
    let quic = over_quic(address);
    let tcp = over_tcp(address, proxies);
    tokio::pin!(quic, tcp);
    let quic_failed = tokio::select! {
        tried = &mut quic => match tried {
            Ok(opened) => return Opened::new(opened).await,
            Err(problem) => Some(problem),
        },
        () = tokio::time::sleep(TCP_AFTER) => None,
    };
    let both = async {
        match quic_failed {
            Some(problem) => tcp.await.map_err(|tcp| Problem::of_both(problem, tcp)),
            None => tokio::select! {
                tried = &mut quic => match tried {
                    Ok(opened) => Ok(opened),
                    Err(problem) => tcp.await.map_err(|tcp| Problem::of_both(problem, tcp)),
                },
                tried = &mut tcp => match tried {
                    Ok(opened) => Ok(opened),
                    Err(problem) => quic.await.map_err(|quic| Problem::of_both(quic, problem)),
                },
            },
        }
    };
    Opened::new(both.await?).await
}

/// Connects over QUIC alone: to leave TCP again.
pub(super) async fn connect_quic(address: &ConsoleAddress) -> Result<Opened, Problem> {
    Opened::new(over_quic(address).await?).await
}

async fn over_quic(address: &ConsoleAddress) -> Result<(Connection, Issuer), Problem> {
    quic::connect(look_up(&address.host, address.port).await?, &address.host).await
}

async fn over_tcp(address: &ConsoleAddress, proxies: &Proxies) -> Result<(Connection, Issuer), Problem> {
    let stream = match proxies.of(&address.host)? {
        Some(proxy) => proxy.tunnel(address).await?,
        None => tcp::reach(look_up(&address.host, address.port).await?).await?,
    };
    tcp::secure(stream, &address.host).await
}

/// The addresses of a name.
pub(super) async fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, Problem> {
    let found = tokio::time::timeout(LOOK_UP_LIMIT, tokio::net::lookup_host((host, port))).await;
    let found: Vec<SocketAddr> = match found {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) | Err(_) => return Err(Problem::NameNotResolved),
    };
    if found.is_empty() { Err(Problem::NameNotResolved) } else { Ok(found) }
}
