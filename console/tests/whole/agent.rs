//! An agent made of the protocol crate and a client of either transport, which can also do what no honest agent does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hotliner_link::{Connection, LaneReceiver, LaneSender, Transport};
use hotliner_protocol::batch::{pack_events, pack_facts};
use hotliner_protocol::codec::{FrameDecoder, encode};
use hotliner_protocol::event::{Event, EventBody, Line};
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::frame::{Ack, Batch, Frame, Hello, Lane, MAJOR, MINOR};
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::identity::CaseKey;
use hotliner_protocol::pairing::{AgentPairing, PairError, PairVerdict, Paired};
use hotliner_protocol::resume::{AgentResume, LinkSecret};
use hotliner_protocol::time::Timestamp;
use hotliner_protocol::{ALPN, EXPORTER_LEN};
use quinn::crypto::rustls::QuicClientConfig;
use rand_core::OsRng;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tokio_rustls::{TlsConnector, TlsStream};

/// How long a test waits for the console.
const PATIENCE: Duration = Duration::from_secs(20);

/// An agent on the line.
pub(crate) struct Agent {
    connection: Connection,
    control: LaneSender,
    receive: LaneReceiver,
    decoder: FrameDecoder,
    lanes: Vec<(Lane, LaneSender)>,
}

/// Where a console is, and how to go there: over QUIC unless told otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Target(SocketAddr, Transport);

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self(address, Transport::Quic)
    }
}

impl From<(SocketAddr, Transport)> for Target {
    fn from((address, transport): (SocketAddr, Transport)) -> Self {
        Self(address, transport)
    }
}

/// TLS as real agents have it.
pub(crate) fn tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls
}

async fn over_quic(address: SocketAddr) -> Connection {
    let config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls()).unwrap()));
    let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let connecting = endpoint.connect_with(config, address, "hotliner").unwrap();
    Connection::quic(connecting.await.expect("the console takes it"), Some(endpoint))
}

async fn over_tcp(address: SocketAddr) -> Connection {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("hotliner").unwrap();
    let stream = TlsConnector::from(Arc::new(tls())).connect(name, stream).await.unwrap();
    Connection::tcp(TlsStream::from(stream)).unwrap()
}

impl Agent {
    /// Connects and opens the control stream.
    pub(crate) async fn connect(target: impl Into<Target>) -> Self {
        let Target(address, transport) = target.into();
        let connection = match transport {
            Transport::Quic => over_quic(address).await,
            Transport::Tcp => over_tcp(address).await,
        };
        let (control, receive) = connection.open_control().await.unwrap();
        Self { connection, control, receive, decoder: FrameDecoder::new(), lanes: Vec::new() }
    }

    pub(crate) fn exporter(&self) -> [u8; EXPORTER_LEN] {
        self.connection.exporter().unwrap()
    }

    pub(crate) async fn send(&mut self, frame: impl Into<Frame>) {
        self.control.write_all(&encode(&frame.into()).unwrap()).await.unwrap();
    }

    pub(crate) async fn hello(&mut self) {
        let (version, platform) = ("0.1.0-test".to_owned(), "linux".to_owned());
        self.send(Hello { major: MAJOR, minor: MINOR, version, platform }).await;
    }

    /// The next frame; `None` when the console has hung up.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(frame) = self.decoder.next().unwrap() {
                    return Some(frame);
                }
                let mut bytes = [0; 4096];
                match self.receive.read(&mut bytes).await {
                    Ok(Some(size)) => self.decoder.push(&bytes[..size]),
                    Ok(None) | Err(_) => return None,
                }
            }
        })
        .await
        .expect("the console answers in time")
    }

    /// Joins by code, with this exporter instead of the connection's own if there is one.
    pub(crate) async fn join(
        target: impl Into<Target>,
        code: &str,
        exporter: Option<[u8; EXPORTER_LEN]>,
    ) -> Result<(Self, Paired), PairError> {
        let mut agent = Self::connect(target).await;
        let exporter = exporter.unwrap_or_else(|| agent.exporter());
        agent.hello().await;
        let (pairing, start) = AgentPairing::start(&code.parse().unwrap(), OsRng);
        agent.send(start).await;
        let Some(Frame::Welcome(_)) = agent.next().await else { panic!("no welcome") };
        let reply = match agent.next().await {
            Some(Frame::PairReply(reply)) => reply,
            Some(Frame::Refused(refused)) => return Err(PairError::Refused(refused.reason)),
            other => panic!("not an answer to PairStart: {other:?}"),
        };
        let (confirmed, confirm) = pairing.confirm(&reply, exporter, CaseKey::generate(&mut OsRng)).unwrap();
        agent.send(confirm).await;
        let verdict = match agent.next().await {
            Some(Frame::PairAccepted(accepted)) => PairVerdict::Accepted(accepted),
            Some(Frame::PairIntercepted(intercepted)) => PairVerdict::Intercepted(intercepted),
            Some(Frame::Refused(refused)) => PairVerdict::Refused(refused),
            other => panic!("not a verdict: {other:?}"),
        };
        confirmed.finish(&verdict).map(|paired| (agent, paired))
    }

    /// Comes back. Gives the next secret and what the console has.
    pub(crate) async fn come_back(
        target: impl Into<Target>,
        link: &LinkSecret,
    ) -> Result<(Self, LinkSecret, Vec<Ack>), Frame> {
        let mut agent = Self::connect(target).await;
        agent.hello().await;
        let (resume, start) = AgentResume::start(link, agent.exporter(), &mut OsRng);
        agent.send(start).await;
        let Some(Frame::Welcome(_)) = agent.next().await else { panic!("no welcome") };
        match agent.next().await {
            Some(Frame::ResumeAccepted(accepted)) => {
                let (next, done) = resume.accepted(&accepted).expect("the console proves itself");
                agent.send(done).await;
                Ok((agent, next, accepted.received))
            }
            Some(other) => Err(other),
            None => panic!("hung up"),
        }
    }

    /// Sends bytes on a lane's stream.
    pub(crate) async fn bytes(&mut self, lane: Lane, bytes: &[u8]) {
        if lane == Lane::Control {
            return self.control.write_all(bytes).await.unwrap();
        }
        if !self.lanes.iter().any(|(open, _)| *open == lane) {
            let stream = self.connection.open(lane).await.unwrap();
            self.lanes.push((lane, stream));
        }
        let (_, stream) = self.lanes.iter_mut().find(|(open, _)| *open == lane).unwrap();
        stream.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn batch(&mut self, batch: Batch) {
        let lane = batch.lane;
        self.bytes(lane, &encode(&batch.into()).unwrap()).await;
    }

    /// Sends lines with these texts, numbered from `first_seq`.
    pub(crate) async fn lines(&mut self, first_seq: u64, texts: &[&str]) {
        let events: Vec<Event> =
            texts.iter().zip(first_seq..).map(|(text, number)| line(number, text)).collect();
        self.batch(pack_events(Lane::Events, first_seq, &events).unwrap()).await;
    }

    pub(crate) async fn facts(&mut self, first_seq: u64, facts: &[Fact]) {
        self.batch(pack_facts(first_seq, facts).unwrap()).await;
    }

    /// Waits until `lane` is acknowledged up to `through`.
    pub(crate) async fn acked(&mut self, lane: Lane, through: u64) {
        loop {
            match self.next().await {
                Some(Frame::Ack(ack)) if ack.lane == lane && ack.through >= through => return,
                Some(_) => {}
                None => panic!("hung up before {lane} was acknowledged up to {through}"),
            }
        }
    }
}

pub(crate) fn line(number: u64, text: &str) -> Event {
    event(EventBody::Line(Line { number, text: text.to_owned(), cut_bytes: 0 }))
}

pub(crate) fn event(body: EventBody) -> Event {
    let at = Timestamp::from_millis(1_700_000_000_000);
    Event { at, attempt: Some(AttemptId(7)), source: "installer:stderr".to_owned(), body }
}

pub(crate) fn fact(path: &str, reading: Reading) -> Fact {
    Fact { path: path.parse().unwrap(), observed_at: Timestamp::from_millis(1_700_000_000_000), reading }
}

/// As real agents do: trust comes from pairing, not from certificates.
#[derive(Debug)]
struct AnyCertificate(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.3 only".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
