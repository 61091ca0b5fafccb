//! A console within the test's own process.

use std::net::SocketAddr;
use std::path::Path;

use hotliner_console::client::Client;
use hotliner_console::running::{self, Running};
use hotliner_console::settings::{Layer, Settings};
use hyper::Method;
use serde_json::{Value, json};

pub(crate) fn settings(data: &Path) -> Settings {
    let listen = Some("127.0.0.1:0".to_owned());
    Layer { data: Some(data.to_owned()), listen, ..Layer::default() }.settle(false).unwrap()
}

/// A running console and its local client.
pub(crate) struct Console {
    pub(crate) running: Running,
    pub(crate) client: Client,
}

impl Console {
    pub(crate) async fn start(data: &Path) -> Self {
        Self::start_with(&settings(data)).await
    }

    pub(crate) async fn start_with(settings: &Settings) -> Self {
        let running = running::start(settings).await.unwrap_or_else(|trouble| panic!("{trouble}"));
        let client = Client::local(Some(running.data())).unwrap();
        Self { running, client }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.listen()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.client.ask(Method::GET, path, None).await.unwrap_or_else(|trouble| panic!("{trouble}"))
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.client.ask(Method::POST, path, Some(&body)).await.unwrap_or_else(|trouble| panic!("{trouble}"))
    }

    /// Opens a case: its id and its code.
    pub(crate) async fn new_case(&self) -> (String, String) {
        let answer = self.post("/api/v1/cases", json!({})).await;
        (answer["case"].as_str().unwrap().to_owned(), answer["code"].as_str().unwrap().to_owned())
    }

    /// Returns when what was acknowledged so far can be read: a command is done after it.
    pub(crate) async fn settled(&self, case: &str) {
        self.post(&format!("/api/v1/cases/{case}/notes"), json!({ "text": "settled" })).await;
    }

    pub(crate) async fn show(&self, case: &str) -> Value {
        self.get(&format!("/api/v1/cases/{case}")).await
    }

    /// The texts of all lines of a case, in order.
    pub(crate) async fn lines(&self, case: &str) -> Vec<String> {
        let page = self.get(&format!("/api/v1/cases/{case}/events?limit=5000")).await;
        let lines = page["events"].as_array().unwrap().iter().filter(|item| item["kind"] == "line");
        lines.map(|item| item["text"].as_str().unwrap().to_owned()).collect()
    }
}
