//! TLS without a certificate authority: any certificate is accepted, because trust does not come from it. Both ends prove
//! the join code, later the ratchet and the team's pinned key, over the exporter of this very TLS session; an interceptor
//! has two sessions and cannot. What the certificate says is kept for the message about interception only.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::issuer::issuer_of;

/// The issuer of the certificate that was presented.
#[derive(Clone, Debug, Default)]
pub(super) struct Issuer(Arc<Mutex<String>>);

impl Issuer {
    /// Its name, or an empty text.
    pub(super) fn name(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The client's side of TLS 1.3 with our ALPN, for QUIC and TCP alike, and where the issuer will be written.
pub(super) fn client() -> Result<(ClientConfig, Issuer), Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let issuer = Issuer::default();
    let verifier = AnyCertificate::new(&provider, issuer.clone());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![hotliner_protocol::ALPN.to_vec()];
    // No session is resumed and nothing is sent early: the exporter must be of a full handshake.
    config.resumption = rustls::client::Resumption::disabled();
    Ok((config, issuer))
}

/// The name offered in TLS. Nothing is checked against it; one that TLS would refuse is replaced.
pub(super) fn server_name(host: &str) -> &str {
    if ServerName::try_from(host).is_ok() { host } else { "hotliner" }
}

#[derive(Debug)]
struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
    issuer: Issuer,
}

impl AnyCertificate {
    fn new(provider: &CryptoProvider, issuer: Issuer) -> Self {
        Self { algorithms: provider.signature_verification_algorithms, issuer }
    }
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let name = issuer_of(end_entity).unwrap_or_default();
        *self.issuer.0.lock().unwrap_or_else(PoisonError::into_inner) = name;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
