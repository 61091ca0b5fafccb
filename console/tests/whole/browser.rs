//! A browser, as far as the console can tell: HTTPS, headers, cookies.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::console::Console;

/// A browser at the console's own pages.
pub(crate) struct Browser {
    host: String,
    tls: TlsConnector,
    /// What it sends as `Origin`; its own page's unless changed.
    pub(crate) origin: Option<String>,
    pub(crate) cookie: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
}

impl Browser {
    pub(crate) fn new(console: &Console) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        let pem = std::fs::read(console.running.data().join("certificate.pem")).unwrap();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let host = console.running.listen_web().to_string();
        let origin = Some(format!("https://{host}"));
        Self { host, tls: TlsConnector::from(Arc::new(config)), origin, cookie: None }
    }

    /// A connection on which nothing is said yet.
    pub(crate) async fn connect(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(&self.host).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        self.tls.connect(name, stream).await.unwrap()
    }

    /// Opens the live stream at `path`; gives it once it has begun.
    pub(crate) async fn watch(&self, path: &str, headers: &str) -> TlsStream<TcpStream> {
        let mut stream = self.connect().await;
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{cookie}{headers}\r\n", self.host);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        while !bytes.windows(4).any(|part| part == b"\r\n\r\n") {
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the stream does not begin");
        }
        let head = String::from_utf8_lossy(&bytes);
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        stream
    }

    /// Asks with these headers besides. A cookie that comes is kept.
    pub(crate) async fn ask_with(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &str,
    ) -> Answer {
        let mut stream = self.connect().await;
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let origin = self.origin.as_ref().map(|origin| format!("Origin: {origin}\r\n"));
        let cookie = self.cookie.as_ref().map(|cookie| format!("Cookie: a=b; {cookie}\r\n"));
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{}{}{headers}\r\n{body}",
            self.host,
            body.len(),
            origin.unwrap_or_default(),
            cookie.unwrap_or_default(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // The console ends connections without saying goodbye; a live stream never ends.
        while let Ok(1..) = stream.read_buf(&mut bytes).await {
            if bytes.windows(17).any(|part| part == b"text/event-stream") {
                break;
            }
        }
        let answer = String::from_utf8(bytes).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_default();
        let pairs = lines.filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> =
            pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        if let Some(set) = headers.get("set-cookie") {
            let pair = set.split(';').next().unwrap_or_default();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        Answer { status, headers, text: text.to_owned() }
    }

    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask_with(method, path, body, "").await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "name": name, "password": password });
        self.ask("POST", "/api/v1/session", Some(body)).await
    }
}
