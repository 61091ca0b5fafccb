//! Who may stand between agent and console on TCP: a proxy that wants a password, and somebody who opens TLS.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Starts an HTTP proxy that lets through whoever gives `credentials` (`NAME:PASSWORD` in Base64): its address.
///
/// # Panics
/// If the machine has no free port.
pub fn proxy(credentials: &'static str) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("bound above");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // A client that breaks off is its own affair.
            thread::spawn(move || tunnel(client, credentials));
        }
    });
    address
}

fn tunnel(mut client: TcpStream, credentials: &str) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    if !head.contains(&format!("Proxy-Authorization: Basic {credentials}\r\n")) {
        let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"office\"\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(answer.as_bytes());
    }
    let console = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, console.try_clone()?);
    thread::spawn(move || {
        let copied = std::io::copy(&mut from, &mut to);
        to.shutdown(std::net::Shutdown::Write).and(copied)
    });
    let (mut from, mut to) = (console, client);
    std::io::copy(&mut from, &mut to)?;
    to.shutdown(std::net::Shutdown::Write)
}

/// Somebody who ends TLS with a certificate of its own, and begins it anew towards the console. TCP only: UDP finds nobody.
pub struct Interceptor {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Interceptor {
    /// Stands before `console` with a certificate of `issuer`, offering `alpn` to the agent if there is one.
    ///
    /// # Panics
    /// If it cannot be set up.
    pub fn start(console: &str, issuer: &str, alpn: Option<&[u8]>) -> Self {
        let console: SocketAddr = console.parse().expect("an address");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("bound above");
        let acceptor = TlsAcceptor::from(Arc::new(server(issuer, alpn)));
        let connector = TlsConnector::from(Arc::new(client(alpn)));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, connector) = (acceptor.clone(), connector.clone());
                tokio::spawn(async move {
                    let mut agent = acceptor.accept(stream).await?;
                    let stream = tokio::net::TcpStream::connect(console).await?;
                    let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
                    let mut console = connector.connect(name, stream).await?;
                    tokio::io::copy_bidirectional(&mut agent, &mut console).await
                });
            }
        });
        Self { address, _runtime: runtime }
    }

    /// Where agents connect.
    pub fn address(&self) -> String {
        self.address.to_string()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn server(issuer: &str, alpn: Option<&[u8]>) -> ServerConfig {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.distinguished_name.push(DnType::OrganizationName, issuer);
    let certificate = params.self_signed(&key).expect("a certificate");
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .expect("key and certificate fit");
    config.alpn_protocols = alpn.map(<[u8]>::to_vec).into_iter().collect();
    config
}

fn client(alpn: Option<&[u8]>) -> ClientConfig {
    let provider = provider();
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth();
    config.alpn_protocols = alpn.map(<[u8]>::to_vec).into_iter().collect();
    config
}

/// The interceptor does not care who the console is.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
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
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
