//! REST: who may do what, the shape of errors, and that the OpenAPI document tells the truth.

use std::path::PathBuf;

use hotliner_console::cli::Target;
use hotliner_console::client::Client;
use hotliner_console::web::openapi;
use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::console::Console;

/// A client on the network with a token of this scope.
async fn remote(console: &Console, scope: &str) -> (Client, String, PathBuf) {
    let made = console.post("/api/v1/tokens", json!({ "name": scope, "scope": scope, "days": 1 })).await;
    let file = console.running.data().join(format!("{scope}.token"));
    std::fs::write(&file, made["token"].as_str().unwrap()).unwrap();
    (client(console, &file), made["id"].as_str().unwrap().to_owned(), file)
}

fn client(console: &Console, token: &std::path::Path) -> Client {
    let target = Target {
        data: None,
        server: Some(format!("https://{}", console.running.listen_web())),
        token_file: Some(token.to_owned()),
        ca: Some(console.running.data().join("certificate.pem")),
    };
    Client::new(&target).unwrap()
}

#[tokio::test]
async fn a_token_opens_what_its_scope_says_until_it_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (reader, id, _) = remote(&console, "read").await;
    let (writer, ..) = remote(&console, "write").await;
    let cases = "/api/v1/cases";
    assert!(reader.ask(Method::GET, cases, None).await.is_ok());
    let refused = reader.ask(Method::POST, cases, Some(&json!({}))).await.unwrap_err();
    assert!(refused.what.contains("only read"), "{refused}");
    let opened = writer.ask(Method::POST, cases, Some(&json!({ "note": "from afar" }))).await.unwrap();
    let events = console.get(&format!("{cases}/{}/events", opened["case"].as_str().unwrap())).await;
    assert_eq!(events["events"][0]["by"], "token:write");
    // Tokens are made on the machine itself only.
    assert!(writer.ask(Method::GET, "/api/v1/tokens", None).await.is_err());
    console.client.ask(Method::DELETE, &format!("/api/v1/tokens/{id}"), None).await.unwrap();
    let refused = reader.ask(Method::GET, cases, None).await.unwrap_err();
    assert!(refused.what.contains("revoked"), "{refused}");
    let stranger = folder.path().join("stranger.token");
    std::fs::write(&stranger, format!("hot_{}", "0".repeat(64))).unwrap();
    assert!(client(&console, &stranger).ask(Method::GET, cases, None).await.is_err());
}

#[tokio::test]
async fn a_fault_can_be_read_in_both_languages_and_one_that_is_not_there_says_where_to_look() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let known = console.get("/api/v1/faults").await;
    for fault in known["faults"].as_array().unwrap() {
        let id = fault["id"].as_str().unwrap();
        for lang in ["en", "fr"] {
            let read = console.get(&format!("/api/v1/faults/{id}?lang={lang}")).await;
            assert_eq!(read["title"], fault["title"][lang], "{id}");
            assert!(
                !read["explain"].as_str().unwrap().is_empty() && !read["say"].as_str().unwrap().is_empty()
            );
            assert!(!read["evidence"].as_array().unwrap().is_empty(), "{id} rests on nothing");
        }
    }
    let refused = console.client.ask(Method::GET, "/api/v1/faults/no.such.fault", None).await.unwrap_err();
    assert!(refused.remedy.contains("/api/v1/faults"), "{refused}");
}

/// One request over the local socket: status and body.
async fn raw(console: &Console, request: &str) -> (u16, Value) {
    let socket = console.running.data().join("console.sock");
    let mut stream = UnixStream::connect(socket).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A console that refuses a large body closes before it has read all of it; a live stream never ends.
    while let Ok(1..) = stream.read_buf(&mut bytes).await {
        if bytes.windows(17).any(|part| part == b"text/event-stream") {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn whatever_goes_wrong_has_one_shape() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, _) = console.new_case().await;
    let unknown = "01a20bd3-5d1e-70c5-b544-7003912cd496";
    let large = "x".repeat(100_000);
    let table = [
        ("GET /nothing", "", 404),
        ("PUT /api/v1/cases", "", 405),
        ("GET /api/v1/cases/xyz", "", 404),
        (&format!("GET /api/v1/cases/{unknown}"), "", 404),
        (&format!("GET /api/v1/cases/{unknown}/events"), "", 404),
        (&format!("GET /api/v1/cases/{unknown}/live"), "", 404),
        (&format!("POST /api/v1/cases/{unknown}/close"), "", 404),
        ("GET /api/v1/cases?status=odd", "", 400),
        ("GET /api/v1/cases?limit=-1", "", 400),
        (&format!("GET /api/v1/cases/{case}?lang=xx"), "", 400),
        ("POST /api/v1/cases", "{", 400),
        ("POST /api/v1/cases", "{\"colour\": 1}", 400),
        ("POST /api/v1/cases", &large, 413),
        (&format!("POST /api/v1/cases/{case}/collect"), "{\"prefixes\": [\"disk\"]}", 409),
        (&format!("POST /api/v1/cases/{case}/collect"), "{\"prefixes\": []}", 400),
        ("POST /api/v1/tokens", "{\"name\": \" \", \"scope\": \"read\"}", 400),
        ("DELETE /api/v1/tokens/00", "", 404),
    ];
    for (request, body, expected) in table {
        let length = body.len();
        let head =
            format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        let (status, answer) = raw(&console, &format!("{head}{body}")).await;
        assert_eq!(status, expected, "{request}: {answer}");
        for key in ["what", "do"] {
            assert!(
                answer["error"][key].as_str().is_some_and(|text| !text.is_empty()),
                "{request}: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn every_path_of_the_openapi_document_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let document: Value = serde_json::from_str(&openapi::text()).unwrap();
    assert_eq!(console.get("/api/v1/openapi.json").await, document);
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 12, "{:?}", paths.keys().collect::<Vec<_>>());
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let path = path.replace("{id}", "00").replace("{name}", "00");
            let method = method.to_uppercase();
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{{"
            );
            let (status, answer) = raw(&console, &request).await;
            assert_ne!(status, 405, "{method} {path}");
            let missing = answer["error"]["what"] == "there is nothing at this path";
            assert!(!missing, "{method} {path}: {answer}");
        }
    }
}
