//! Who the console is: the team's identity key, which agents pin, and a self-made TLS certificate, which they ignore.
//! Both are made at the first start and kept in the data folder.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hotliner_protocol::identity::{KEY_BYTES, TeamIdentity};
use hotliner_protocol::{ALPN, limits};
use quinn::crypto::rustls::QuicServerConfig;
use rand_core::OsRng;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::data_dir::DataDir;
use crate::trouble::Trouble;

/// File of the team's secret key: 32 bytes.
const TEAM_KEY: &str = "team.key";

/// File of the certificate that the command line elsewhere is given with `--ca`.
pub const CERTIFICATE: &str = "certificate.pem";

const CERTIFICATE_KEY: &str = "certificate.key";

/// What one connection may have in flight towards the console, in bytes.
const RECEIVE_WINDOW: u32 = 1 << 20;

/// What one stream may have in flight towards the console, in bytes.
const STREAM_WINDOW: u32 = 512 << 10;

/// What the console keeps in flight towards one agent, in bytes.
const SEND_WINDOW: u64 = 256 << 10;

/// Who the console is.
pub struct Identity {
    /// The team.
    pub team: TeamIdentity,
    certificate: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl Identity {
    /// Reads the identity from the data folder, or makes it.
    ///
    /// # Errors
    /// When its files cannot be read, written or understood.
    pub fn load(data: &DataDir) -> Result<Self, Trouble> {
        let team = team(data)?;
        let (certificate, key) = certificate(data)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(Self { team, certificate, key, provider })
    }

    /// TLS for pages and REST, and for agents over TCP where they come in on the same port: the protocol agreed tells.
    ///
    /// # Errors
    /// When certificate and key do not fit.
    pub fn web_tls(&self, with_agents: bool) -> Result<rustls::ServerConfig, Trouble> {
        let mut tls = rustls::ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?
            .with_no_client_auth()
            .with_single_cert(self.certificate.clone(), self.key.clone_key())
            .map_err(|error| unusable(&error))?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if with_agents {
            tls.alpn_protocols.push(ALPN.to_vec());
        }
        Ok(tls)
    }

    /// TLS for agents over TCP on a port of their own.
    ///
    /// # Errors
    /// When certificate and key do not fit.
    pub fn agent_tls(&self) -> Result<rustls::ServerConfig, Trouble> {
        let mut tls = rustls::ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| unusable(&error))?
            .with_no_client_auth()
            .with_single_cert(self.certificate.clone(), self.key.clone_key())
            .map_err(|error| unusable(&error))?;
        tls.alpn_protocols = vec![ALPN.to_vec()];
        Ok(tls)
    }

    /// QUIC for agents, with the protocol's limits.
    ///
    /// # Errors
    /// When certificate and key do not fit.
    pub fn agent_quic(&self) -> Result<quinn::ServerConfig, Trouble> {
        let tls = QuicServerConfig::try_from(self.agent_tls()?).map_err(|error| unusable(&error))?;
        let mut config = quinn::ServerConfig::with_crypto(Arc::new(tls));
        config.transport_config(Arc::new(transport()));
        Ok(config)
    }
}

/// Keep-alives come from the agent only: a console with ten thousand idle agents sends nothing.
fn transport() -> quinn::TransportConfig {
    let mut transport = quinn::TransportConfig::default();
    let idle = u32::try_from(limits::IDLE_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    transport
        .max_idle_timeout(Some(quinn::VarInt::from_u32(idle).into()))
        .max_concurrent_bidi_streams(quinn::VarInt::from_u32(1))
        .max_concurrent_uni_streams(quinn::VarInt::from_u32(limits::MAX_STREAMS))
        .stream_receive_window(quinn::VarInt::from_u32(STREAM_WINDOW))
        .receive_window(quinn::VarInt::from_u32(RECEIVE_WINDOW))
        .send_window(SEND_WINDOW)
        .datagram_receive_buffer_size(None)
        .initial_rtt(Duration::from_millis(100));
    transport
}

fn unusable(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::new(
        format!("the certificate in the data folder cannot be used: {error}"),
        format!(
            "remove {CERTIFICATE} and {CERTIFICATE_KEY} from the data folder; the console makes new ones, and agents do not mind"
        ),
    )
}

fn team(data: &DataDir) -> Result<TeamIdentity, Trouble> {
    let damaged = |why: &dyn std::fmt::Display| {
        Trouble::new(
            format!("the team's identity key {TEAM_KEY} cannot be read: {why}"),
            "bring the file back from a backup of the data folder; without it every agent has to be paired anew",
        )
    };
    if let Some(bytes) = data.read(TEAM_KEY).map_err(|error| damaged(&error))? {
        let bytes: [u8; KEY_BYTES] =
            bytes.try_into().map_err(|_| damaged(&format!("it has not {KEY_BYTES} bytes")))?;
        return Ok(TeamIdentity::from_bytes(&bytes));
    }
    let team = TeamIdentity::generate(&mut OsRng);
    data.write(TEAM_KEY, &team.to_bytes()).map_err(|error| not_written(TEAM_KEY, &error))?;
    Ok(team)
}

fn not_written(name: &str, error: &std::io::Error) -> Trouble {
    Trouble::new(
        format!("{name} cannot be written to the data folder: {error}"),
        "make room on its disk, or name another folder with --data DIR",
    )
}

type Certified = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn certificate(data: &DataDir) -> Result<Certified, Trouble> {
    let read = |name| data.read(name).map_err(|error| unusable(&error));
    if let (Some(certificate), Some(key)) = (read(CERTIFICATE)?, read(CERTIFICATE_KEY)?) {
        return parse(&certificate, &key);
    }
    let key = KeyPair::generate().map_err(|error| unusable(&error))?;
    let made = params().and_then(|params| params.self_signed(&key)).map_err(|error| unusable(&error))?;
    let (certificate, key) = (made.pem(), key.serialize_pem());
    // The key first: a certificate without a key is made anew, a key without a certificate too.
    data.write(CERTIFICATE_KEY, key.as_bytes()).map_err(|error| not_written(CERTIFICATE_KEY, &error))?;
    data.write(CERTIFICATE, certificate.as_bytes()).map_err(|error| not_written(CERTIFICATE, &error))?;
    parse(certificate.as_bytes(), key.as_bytes())
}

fn parse(certificate: &[u8], key: &[u8]) -> Result<Certified, Trouble> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(|error| unusable(&error))?;
    if chain.is_empty() {
        return Err(unusable(&"it holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unusable(&error))?;
    Ok((chain, key))
}

/// A certificate for this machine, as far as it knows its name. Agents never look at it; the command line elsewhere does.
fn params() -> Result<CertificateParams, rcgen::Error> {
    let mut names = vec!["localhost".to_owned()];
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !host.is_empty() && host.chars().all(plain) && host != "localhost" {
        names.push(host.to_owned());
    }
    let mut params = CertificateParams::new(names)?;
    for address in [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1u16])] {
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "hotliner-console");
    params.distinguished_name = name;
    Ok(params)
}
