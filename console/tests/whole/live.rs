//! A reader of server-sent events over the local socket.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::console::Console;

/// A live stream.
pub(crate) struct Live(BufReader<UnixStream>);

impl Live {
    /// A case's stream, from the entry with this id on.
    pub(crate) async fn open(console: &Console, case: &str, last: Option<&str>) -> Self {
        Self::of(console, &format!("/api/v1/cases/{case}/live"), last).await
    }

    /// The stream at `path`.
    pub(crate) async fn of(console: &Console, path: &str, last: Option<&str>) -> Self {
        let socket = console.running.data().join("console.sock");
        let mut stream = UnixStream::connect(socket).await.unwrap();
        let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{last}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut live = Self(BufReader::new(stream));
        let status = live.line().await;
        assert!(status.contains(" 200 "), "{status}");
        while !live.line().await.is_empty() {}
        live
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        let read = tokio::time::timeout(Duration::from_secs(20), self.0.read_line(&mut line));
        assert!(read.await.expect("in time").unwrap() > 0, "the stream ended");
        line.trim_end().to_owned()
    }

    /// The next event: its name, its id and its data.
    pub(crate) async fn next(&mut self) -> (String, String, Value) {
        let (mut name, mut id) = (String::new(), String::new());
        loop {
            let line = self.line().await;
            if let Some(said) = line.strip_prefix("event: ") {
                name = said.to_owned();
            } else if let Some(said) = line.strip_prefix("id: ") {
                id = said.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (name, id, serde_json::from_str(data).unwrap());
            }
        }
    }

    /// The next event with this name: its id and its data.
    pub(crate) async fn named(&mut self, wanted: &str) -> (String, Value) {
        loop {
            let (name, id, data) = self.next().await;
            if name == wanted {
                return (id, data);
            }
        }
    }

    /// The next entry: its id and its items.
    pub(crate) async fn entry(&mut self) -> (String, Vec<Value>) {
        let (id, data) = self.named("entry").await;
        (id, serde_json::from_value(data).unwrap())
    }
}
