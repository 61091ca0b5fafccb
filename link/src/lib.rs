//! A connection with lanes, over QUIC or over TLS on TCP: what pairing, resume and exchange are written on, once for both
//! transports and both ends.
//!
//! On QUIC a lane is a stream whose first byte is the lane's number, and QUIC keeps lanes apart. On TCP they are chunks
//! ([`hotliner_protocol::lanes`] decides which goes next, `tcp` moves the bytes). The agent opens the control lane, which
//! goes both ways, and one lane one way for every other kind.

mod quic;
mod tcp;

use std::fmt;

use hotliner_protocol::EXPORTER_LEN;
use hotliner_protocol::frame::Lane;
use tokio::net::TcpStream;

pub use tcp::exporter;

/// The connection cannot be used any more; the text says why, for logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

impl Broken {
    fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

/// What carries a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// QUIC over UDP.
    Quic,
    /// TLS 1.3 over TCP.
    Tcp,
}

impl Transport {
    /// Its word in facts, JSON and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quic => "quic",
            Self::Tcp => "tcp",
        }
    }
}

/// How much has gone each way, in units of the transport (datagrams or reads and writes): to see whether anything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// From the peer.
    pub heard: u64,
    /// To the peer.
    pub sent: u64,
}

/// A connection. Ends when it is dropped.
pub struct Connection(Kind);

enum Kind {
    Quic(quic::Quic),
    Tcp(tcp::Tcp),
}

/// Our end of a lane, to write.
pub struct LaneSender(Sender);

enum Sender {
    Quic(quinn::SendStream),
    Tcp(tcp::Sender),
}

/// The other end of a lane, to read.
pub struct LaneReceiver(Receiver);

enum Receiver {
    Quic(quinn::RecvStream),
    Tcp(tcp::Receiver),
}

impl Connection {
    /// A connection over QUIC. An agent gives its `endpoint` along, which is its socket.
    pub fn quic(connection: quinn::Connection, endpoint: Option<quinn::Endpoint>) -> Self {
        Self(Kind::Quic(quic::Quic { connection, endpoint }))
    }

    /// A connection over TCP, at either end; the handshake of TLS is done. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`Broken`] if the session is not TLS 1.3, or has no exporter.
    pub fn tcp(stream: impl Into<tokio_rustls::TlsStream<TcpStream>>) -> Result<Self, Broken> {
        let stream = stream.into();
        let exporter = tcp::exporter(&stream)?;
        Ok(Self(Kind::Tcp(tcp::Tcp::start(stream, exporter))))
    }

    /// What carries it.
    pub fn transport(&self) -> Transport {
        match &self.0 {
            Kind::Quic(_) => Transport::Quic,
            Kind::Tcp(_) => Transport::Tcp,
        }
    }

    /// Keying material that only the two ends of this TLS session have.
    ///
    /// # Errors
    /// [`Broken`] if there is none.
    pub fn exporter(&self) -> Result<[u8; EXPORTER_LEN], Broken> {
        match &self.0 {
            Kind::Quic(quic) => quic.exporter(),
            Kind::Tcp(tcp) => Ok(tcp.exporter()),
        }
    }

    /// Opens the control lane. The agent's part.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn open_control(&self) -> Result<(LaneSender, LaneReceiver), Broken> {
        match &self.0 {
            Kind::Quic(quic) => quic.open_control().await,
            Kind::Tcp(tcp) => Ok(tcp.control()),
        }
    }

    /// Takes the control lane that the agent opens. The console's part. On QUIC its number is yet to be read:
    /// [`LaneReceiver::lane`].
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn accept_control(&self) -> Result<(LaneSender, LaneReceiver), Broken> {
        match &self.0 {
            Kind::Quic(quic) => quic.accept_control().await,
            Kind::Tcp(tcp) => Ok(tcp.control()),
        }
    }

    /// Opens a lane one way. The agent's part.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn open(&self, lane: Lane) -> Result<LaneSender, Broken> {
        match &self.0 {
            Kind::Quic(quic) => quic.open(lane).await,
            Kind::Tcp(tcp) => Ok(tcp.open(lane)),
        }
    }

    /// Takes the next lane that the agent opens, the control lane aside. Safe to be cancelled.
    ///
    /// # Errors
    /// [`Broken`] when the connection has ended.
    pub async fn accept(&self) -> Result<LaneReceiver, Broken> {
        match &self.0 {
            Kind::Quic(quic) => quic.accept().await,
            Kind::Tcp(tcp) => tcp.accept().await,
        }
    }

    /// How much has gone each way.
    pub fn traffic(&self) -> Traffic {
        match &self.0 {
            Kind::Quic(quic) => quic.traffic(),
            Kind::Tcp(tcp) => tcp.traffic(),
        }
    }

    /// Asks the peer for a sign of life, where the transport does not do so by itself.
    pub fn ping(&self) {
        if let Kind::Tcp(tcp) = &self.0 {
            tcp.ping();
        }
    }

    /// Ends it. What was written on TCP still leaves.
    pub fn close(&self) {
        match &self.0 {
            Kind::Quic(quic) => quic.close(),
            Kind::Tcp(tcp) => tcp.close(),
        }
    }

    /// Waits until nothing of a closed connection is left to be done.
    pub async fn wait_idle(&self) {
        match &self.0 {
            Kind::Quic(quic) => quic.wait_idle().await,
            Kind::Tcp(tcp) => tcp.wait_idle().await,
        }
    }
}

impl LaneSender {
    /// Writes all of `bytes`, waiting for room.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn write_all(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        match &mut self.0 {
            Sender::Quic(stream) => stream.write_all(bytes).await.map_err(Broken::new),
            Sender::Tcp(sender) => sender.write_all(bytes).await,
        }
    }

    /// Ends the lane in this direction and waits until the peer has taken everything, as far as the transport tells: on
    /// QUIC its acknowledgement, on TCP that it hung up. The caller limits the wait.
    pub async fn finish(&mut self) {
        match &mut self.0 {
            Sender::Quic(stream) => {
                if stream.finish().is_ok() {
                    // Whether it arrived or not, there is nothing left to do.
                    let _ = stream.stopped().await;
                }
            }
            Sender::Tcp(sender) => sender.finish().await,
        }
    }
}

impl LaneReceiver {
    /// The lane. Of a lane that was accepted it has to be asked before anything else is read.
    ///
    /// # Errors
    /// [`Broken`] if the connection breaks first.
    pub async fn lane(&mut self) -> Result<Lane, Broken> {
        match &mut self.0 {
            Receiver::Quic(stream) => {
                let mut first = [0];
                stream.read_exact(&mut first).await.map_err(Broken::new)?;
                Ok(Lane::from_number(u16::from(first[0])))
            }
            Receiver::Tcp(receiver) => Ok(receiver.lane()),
        }
    }

    /// Reads what there is into `buffer`, waiting for at least a byte: how many; `None` at the lane's end. Safe to be
    /// cancelled.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn read(&mut self, buffer: &mut [u8]) -> Result<Option<usize>, Broken> {
        match &mut self.0 {
            Receiver::Quic(stream) => stream.read(buffer).await.map_err(Broken::new),
            Receiver::Tcp(receiver) => receiver.read(buffer).await,
        }
    }

    /// Fills `buffer`. Not to be dropped halfway.
    ///
    /// # Errors
    /// [`Broken`], also if the lane ends before.
    pub async fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), Broken> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..]).await? {
                Some(read) => filled += read,
                None => return Err(Broken::new("the lane ended within a frame")),
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("transport", &self.transport()).finish_non_exhaustive()
    }
}
