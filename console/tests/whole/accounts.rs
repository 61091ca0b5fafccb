//! Accounts and sessions: who gets in, and what for.

use hotliner_console::web::openapi;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::browser::Browser;
use crate::console::Console;

/// How long a test waits for something the console should do: longer than its own limit for silence, 10 s.
const PATIENCE: Duration = Duration::from_secs(20);

const PASSWORD: &str = "correct horse";

async fn add(console: &Console, name: &str, role: &str) {
    console.post("/api/v1/accounts", json!({ "name": name, "role": role, "password": PASSWORD })).await;
}

#[tokio::test]
async fn the_one_time_link_makes_one_account_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let link = console.running.first_link().unwrap().to_owned();
    let mut browser = Browser::new(&console);
    let nobody = browser.ask("GET", "/api/v1/session", None).await;
    assert_eq!(
        (nobody.json()["account"].clone(), &nobody.json()["first_account"]),
        (Value::Null, &json!(true))
    );
    let body = |link: &str, name: &str| json!({ "link": link, "name": name, "password": PASSWORD });
    let first = "/api/v1/accounts/first";
    let wrong = browser.ask("POST", first, Some(body(&"0".repeat(64), "ann"))).await;
    assert_eq!(wrong.status, 403);
    let short = json!({ "link": link, "name": "ann", "password": "short" });
    assert_eq!(browser.ask("POST", first, Some(short)).await.status, 400);
    let made = browser.ask("POST", first, Some(body(&link, "ann"))).await;
    assert_eq!((made.status, &made.json()["account"]["role"]), (201, &json!("admin")), "{made:?}");
    let cookie = &made.headers["set-cookie"];
    for part in ["__Host-hotliner-session=", "; Path=/;", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(browser.ask("GET", "/api/v1/session", None).await.json()["account"]["name"], "ann");
    let again = Browser::new(&console).ask("POST", first, Some(body(&link, "eve"))).await;
    assert_eq!(again.status, 403);
    console.running.stop().await;
    let console = Console::start(folder.path()).await;
    assert_eq!(console.running.first_link(), None);
    assert_eq!(Browser::new(&console).ask("POST", first, Some(body(&link, "eve"))).await.status, 403);
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_a_new_password_and_with_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    add(&console, "ann", "admin").await;
    add(&console, "bob", "hotliner").await;
    let (mut one, mut two) = (Browser::new(&console), Browser::new(&console));
    assert_eq!(one.sign_in("bob", "wrong horse").await.status, 401);
    assert_eq!(one.sign_in("nobody", PASSWORD).await.status, 401);
    assert_eq!(one.sign_in("BOB", PASSWORD).await.json()["account"]["name"], "bob");
    assert_eq!(two.sign_in("bob", PASSWORD).await.status, 200);
    let (me, cases) = ("/api/v1/accounts/me", "/api/v1/cases");
    let taste = json!({ "lang": "fr", "theme": "dark" });
    assert_eq!(one.ask("POST", me, Some(taste)).await.status, 204);
    let session = two.ask("GET", "/api/v1/session", None).await.json();
    assert_eq!((&session["account"]["lang"], &session["account"]["theme"]), (&json!("fr"), &json!("dark")));
    let change = |old: &str| json!({ "password": { "old": old, "new": "another horse" } });
    assert_eq!(one.ask("POST", me, Some(change("wrong horse"))).await.status, 403);
    assert_eq!(one.ask("POST", me, Some(change(PASSWORD))).await.status, 204);
    assert_eq!(one.ask("GET", cases, None).await.status, 200, "who changed it stays");
    assert_eq!(two.ask("GET", cases, None).await.status, 401, "others do not");
    let kept = one.cookie.clone();
    assert_eq!(one.ask("DELETE", "/api/v1/session", None).await.status, 204);
    one.cookie = kept;
    assert_eq!(one.ask("GET", cases, None).await.status, 401, "a signed-out cookie is worth nothing");
    assert_eq!(two.sign_in("bob", "another horse").await.status, 200);
    console.client.ask(hyper::Method::DELETE, "/api/v1/accounts/bob", None).await.unwrap();
    assert_eq!(two.ask("GET", cases, None).await.status, 401);
    let last = console.client.ask(hyper::Method::DELETE, "/api/v1/accounts/ann", None).await.unwrap_err();
    assert!(last.what.contains("last administrator"), "{last}");
}

/// Reads a live stream to its end, which must come.
async fn ended(mut stream: TlsStream<TcpStream>) {
    let mut rest = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    // The console ends connections without saying goodbye.
    drop(end.expect("the stream goes on"));
}

#[tokio::test]
async fn a_live_stream_ends_with_the_session_or_token_it_was_opened_with() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    add(&console, "ann", "admin").await;
    add(&console, "bob", "hotliner").await;
    let case = console.post("/api/v1/cases", json!({})).await["case"].as_str().unwrap().to_owned();
    let streams = ["/api/v1/live".to_owned(), format!("/api/v1/cases/{case}/live")];
    for path in &streams {
        let mut browser = Browser::new(&console);
        browser.sign_in("bob", PASSWORD).await;
        let stream = browser.watch(path, "").await;
        assert_eq!(browser.ask("DELETE", "/api/v1/session", None).await.status, 204);
        ended(stream).await;

        browser.sign_in("bob", PASSWORD).await;
        let stream = browser.watch(path, "").await;
        console.post("/api/v1/accounts/bob/password", json!({ "password": PASSWORD })).await;
        ended(stream).await;

        let token = console.post("/api/v1/tokens", json!({ "name": "ci", "scope": "read" })).await;
        let bearer = format!("Authorization: Bearer {}\r\n", token["token"].as_str().unwrap());
        let stream = Browser::new(&console).watch(path, &bearer).await;
        let id = token["id"].as_str().unwrap();
        console.client.ask(hyper::Method::DELETE, &format!("/api/v1/tokens/{id}"), None).await.unwrap();
        ended(stream).await;
    }
    // Those of others go on.
    let mut browser = Browser::new(&console);
    browser.sign_in("ann", PASSWORD).await;
    let mut stream = browser.watch(&streams[0], "").await;
    console.client.ask(hyper::Method::DELETE, "/api/v1/accounts/bob", None).await.unwrap();
    console.post("/api/v1/cases", json!({ "note": "after bob" })).await;
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("after bob") {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "it ended");
    }
}

#[tokio::test]
async fn who_says_nothing_is_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    ended(Browser::new(&console).connect().await).await;
}

#[tokio::test]
async fn a_forged_cookie_and_a_foreign_page_get_nothing_done() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    add(&console, "ann", "admin").await;
    let mut browser = Browser::new(&console);
    for forged in ["", "x", &"0".repeat(64), "a\"; DROP TABLE session"] {
        browser.cookie = Some(format!("__Host-hotliner-session={forged}"));
        assert_eq!(browser.ask("GET", "/api/v1/cases", None).await.status, 401, "{forged}");
    }
    browser.cookie = None;
    browser.sign_in("ann", PASSWORD).await;
    let open = |_: u8| Some(json!({}));
    assert_eq!(browser.ask("POST", "/api/v1/cases", open(0)).await.status, 201);
    for origin in [Some("https://evil.example"), Some("null"), None] {
        browser.origin = origin.map(str::to_owned);
        let refused = browser.ask("POST", "/api/v1/cases", open(1)).await;
        assert_eq!(refused.status, 403, "{origin:?}");
    }
    let cross = "Sec-Fetch-Site: cross-site\r\n";
    assert_eq!(browser.ask_with("POST", "/api/v1/cases", open(2), cross).await.status, 403);
    // Nor does a foreign page sign anybody in.
    browser.cookie = None;
    browser.origin = Some("https://evil.example".to_owned());
    assert_eq!(browser.sign_in("ann", PASSWORD).await.status, 403);
    let cases = console.get("/api/v1/cases").await;
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn guessing_the_old_password_is_slowed_down_as_signing_in() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    add(&console, "ann", "hotliner").await;
    let mut browser = Browser::new(&console);
    browser.sign_in("ann", PASSWORD).await;
    let change = |old: &str| Some(json!({ "password": { "old": old, "new": "another horse" } }));
    for _ in 0..8 {
        assert_eq!(browser.ask("POST", "/api/v1/accounts/me", change("wrong horse")).await.status, 403);
    }
    let refused = browser.ask("POST", "/api/v1/accounts/me", change(PASSWORD)).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers["retry-after"].parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    add(&console, "ann", "hotliner").await;
    let mut browser = Browser::new(&console);
    for _ in 0..8 {
        assert_eq!(browser.sign_in("ann", "wrong horse").await.status, 401);
    }
    let refused = browser.sign_in("ann", PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers["retry-after"].parse::<u64>().unwrap() > 0);
}

/// What each role may do, by method and path; whatever stands in neither list is for those who may read.
#[tokio::test]
async fn every_role_reaches_what_it_may_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let open = ["/api/v1/session", "/api/v1/openapi.json", "/api/v1/accounts/first", "/healthz", "/readyz"];
    let mine = ["/api/v1/accounts/me"];
    let owner = ["/api/v1/tokens", "/api/v1/tokens/{id}"];
    let document: Value = serde_json::from_str(&openapi::text()).unwrap();
    let mut tried = 0;
    for role in ["nobody", "hotliner", "engineer", "supervisor", "author", "admin"] {
        let mut browser = Browser::new(&console);
        if role != "nobody" {
            add(&console, role, role).await;
            assert_eq!(browser.sign_in(role, PASSWORD).await.status, 200);
        }
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
                if open.contains(&path.as_str()) {
                    continue;
                }
                let administers = path.starts_with("/api/v1/accounts") && !mine.contains(&path.as_str());
                let allowed = if owner.contains(&path.as_str()) {
                    false
                } else if administers && method != "GET" {
                    role == "admin"
                } else if method == "GET" || mine.contains(&path.as_str()) {
                    role != "nobody"
                } else {
                    !["nobody", "author"].contains(&role)
                };
                // A name and an id that nobody has: what is allowed fails for that reason, or for the broken body.
                let target = path.replace("{id}", "none").replace("{name}", "none");
                let answer = browser.ask(&method, &target, Some(json!("broken"))).await;
                let refused = matches!(answer.status, 401 | 403);
                assert_eq!(refused, !allowed, "{role}: {method} {path} gave {}", answer.status);
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");
}
