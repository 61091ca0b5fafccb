//! Pages: what browsers get, and with which headers.

use crate::browser::Browser;
use crate::console::{Console, settings};

#[tokio::test]
async fn every_answer_forbids_what_pages_do_not_need() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let mut browser = Browser::new(&console);
    for path in [
        "/",
        "/help",
        "/help.css",
        "/assets/none.js",
        "/api/v1/session",
        "/api/v1/cases",
        "/none",
        "/healthz",
    ] {
        let answer = browser.ask("GET", path, None).await;
        let policy = &answer.headers["content-security-policy"];
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(answer.headers.contains_key("cache-control"), "{path}");
    }
    let session = browser.ask("GET", "/api/v1/session", None).await;
    assert_eq!(session.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_customer_finds_the_team_the_download_and_a_warning_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.name = "Lumio <Help>".to_owned();
    let console = Console::start_with(&settings).await;
    let mut browser = Browser::new(&console);
    let page = browser.ask("GET", "/help", None).await;
    assert!(
        page.text.contains("Lumio &lt;Help&gt;") && page.text.contains("offers no download here"),
        "{}",
        page.text
    );
    let downloads = console.running.data().join("downloads");
    std::fs::create_dir(&downloads).unwrap();
    std::fs::write(downloads.join("hotliner-agent.exe"), "MZ").unwrap();
    std::fs::write(downloads.join("bad name.exe"), "MZ").unwrap();
    let page = browser.ask_with("GET", "/help", None, "Accept-Language: fr-FR,fr;q=0.9\r\n").await;
    assert!(page.text.contains("lang=\"fr\"") && page.text.contains("raccrochez"), "{}", page.text);
    assert!(page.text.contains("/downloads/hotliner-agent.exe") && !page.text.contains("bad name"));
    let english = browser.ask("GET", "/help?lang=en", None).await;
    assert!(english.text.contains("swindler"), "{}", english.text);
    let file = browser.ask("GET", "/downloads/hotliner-agent.exe", None).await;
    assert_eq!((file.status, file.text.as_str()), (200, "MZ"));
    assert!(file.headers["content-disposition"].starts_with("attachment"));
    for secret in ["/downloads/..%2Fvault.db", "/downloads/%2e%2e%2fteam.key", "/assets/..%2f..%2fCargo.toml"]
    {
        assert_eq!(browser.ask("GET", secret, None).await.status, 404, "{secret}");
    }
}
