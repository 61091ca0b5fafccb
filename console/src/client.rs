//! The command line's own REST client: over the local socket in a data folder, or over TLS with a token.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
pub use hyper::Method;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::cli::Target;
use crate::data_dir;
use crate::trouble::Trouble;

/// Largest answer taken, in bytes.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// How long a connection, and then an answer, may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to ask.
pub enum Client {
    /// The console on a data folder of this machine.
    Local(PathBuf),
    /// A console elsewhere.
    Remote(Box<Remote>),
}

/// A console elsewhere.
pub struct Remote {
    host: String,
    port: u16,
    token: String,
    tls: Arc<rustls::ClientConfig>,
}

impl Client {
    /// The client that the command line asks for.
    ///
    /// # Errors
    /// When a file cannot be read or the address is none.
    pub fn new(target: &Target) -> Result<Self, Trouble> {
        match &target.server {
            None => Self::local(target.data.as_deref()),
            Some(url) => Remote::new(url, target).map(|remote| Self::Remote(Box::new(remote))),
        }
    }

    /// The client for the console on the data folder `data`, by default the user's.
    ///
    /// # Errors
    /// When there is no home folder.
    pub fn local(data: Option<&Path>) -> Result<Self, Trouble> {
        let data = data.map(Path::to_owned).map_or_else(data_dir::default_path, Ok)?;
        Ok(Self::Local(data))
    }

    /// Asks, and gives the JSON of the answer (`null` for an empty one).
    ///
    /// # Errors
    /// What the console says no with, or what is in the way of reaching it.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Trouble> {
        let asking = async {
            match self {
                Self::Local(data) => {
                    let stream = UnixStream::connect(data_dir::socket_path(data)).await;
                    let stream = stream.map_err(|error| not_running(data, &error))?;
                    send(stream, request(method, path, "localhost", None, body)).await
                }
                Self::Remote(remote) => {
                    let stream = remote.connect().await?;
                    send(stream, request(method, path, &remote.host, Some(&remote.token), body)).await
                }
            }
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::new(
                "the console does not answer",
                "look at its log; if it hangs, end it and start it again",
            )),
        }
    }
}

fn not_running(data: &Path, error: &io::Error) -> Trouble {
    if error.kind() == io::ErrorKind::PermissionDenied {
        return Trouble::new(
            format!("the console on {} belongs to another user", data.display()),
            "run this command as that user, or use --server URL --token-file FILE",
        );
    }
    Trouble::new(
        format!("no console is running on the data folder {}", data.display()),
        format!("start one with `hotliner-console serve --data {}`", data.display()),
    )
}

impl Remote {
    fn new(url: &str, target: &Target) -> Result<Self, Trouble> {
        let bad = || {
            Trouble::new(
                format!("`{url}` is not the address of a console"),
                "write https://HOST:PORT, as `serve` prints it",
            )
        };
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let host = uri.host().filter(|_| uri.scheme_str() == Some("https")).ok_or_else(bad)?;
        let port = uri.port_u16().unwrap_or(443);
        let file = target.token_file.as_deref().ok_or_else(bad)?;
        let token = read(file, "the token")?;
        let Some(ca) = target.ca.as_deref() else {
            return Err(Trouble::new(
                "nothing says which certificate the console must have",
                "give --ca FILE with certificate.pem of its data folder, or the authority that signed it",
            ));
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let token = String::from_utf8_lossy(&token).trim().to_owned();
        Ok(Self { host, port, token, tls: tls(ca)? })
    }

    async fn connect(&self) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, Trouble> {
        let unreachable = |error: &dyn std::fmt::Display| {
            Trouble::new(
                format!("the console at {}:{} cannot be reached: {error}", self.host, self.port),
                "check the address, the firewall, and that --ca is the console's certificate",
            )
        };
        let stream =
            TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| unreachable(&error))?;
        let name = ServerName::try_from(self.host.clone()).map_err(|error| unreachable(&error))?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        connector.connect(name, stream).await.map_err(|error| unreachable(&error))
    }
}

fn read(file: &Path, what: &str) -> Result<Vec<u8>, Trouble> {
    fs::read(file).map_err(|error| {
        Trouble::new(
            format!("{what} in {} cannot be read: {error}", file.display()),
            "name a file that is there and that you may read",
        )
    })
}

fn tls(ca: &Path) -> Result<Arc<rustls::ClientConfig>, Trouble> {
    let bad = |error: &dyn std::fmt::Display| {
        Trouble::new(
            format!("{} is no certificate: {error}", ca.display()),
            "name the console's certificate.pem, or the authority that signed it",
        )
    };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&read(ca, "the certificate")?) {
        let certificate = certificate.map_err(|error| bad(&error))?;
        roots.add(certificate).map_err(|error| bad(&error))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn request(
    method: Method,
    path: &str,
    host: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let mut request = Request::builder().method(method).uri(path).header(HOST, host);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    request.body(Full::new(bytes))
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Result<Request<Full<Bytes>>, hyper::http::Error>,
) -> Result<Value, Trouble> {
    let broken = |error: &dyn std::fmt::Display| {
        Trouble::new(
            format!("the console's answer broke off: {error}"),
            "try again; the console's log tells more",
        )
    };
    let request = request.map_err(|error| {
        Trouble::new(format!("this cannot be asked: {error}"), "check the case's id and the token's file")
    })?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    // What ends the connection shows in the answer.
    tokio::spawn(async move { connection.await.is_ok() });
    let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES);
    let bytes = body.collect().await.map_err(|error| broken(&error))?.to_bytes();
    let answer: Value = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).map_err(|error| broken(&error))?
    };
    if status.is_success() {
        return Ok(answer);
    }
    let text = |key: &str| answer["error"][key].as_str().unwrap_or("the console says no").to_owned();
    Err(Trouble::new(text("what"), text("do")))
}
