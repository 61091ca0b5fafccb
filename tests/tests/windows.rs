//! The agent for Windows, under Wine: real packages of Windows Installer, real exit codes, the same console.

#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotliner_tests::console::Console;
use hotliner_tests::programs::{output, said, strict};
use hotliner_tests::windows::{self, Msi, windows_path};
use serde_json::Value;

/// Installs `msi` under the agent; gives what the agent said and the case once the attempt has ended.
fn install(console: &Console, agent: &std::path::Path, msi: &str) -> (String, Value) {
    let case = console.new_case();
    let ran = output(&mut windows::run(agent, console, &case, &["msiexec", "/i", msi, "/qn"]));
    let shown = console
        .wait_for(&case.case, "the end of the attempt", |shown| shown["attempts"][0]["ended_at"].is_string());
    assert_eq!(shown["journal"]["gaps"], 0, "{}", said(&ran));
    (said(&ran), shown)
}

fn fact<'s>(shown: &'s Value, path: &str) -> &'s Value {
    let facts = shown["facts"].as_array().expect("a list");
    facts.iter().find(|fact| fact["path"] == path).unwrap_or_else(|| panic!("no {path} among {facts:#?}"))
}

/// One test, because the packages share one Windows: a second Windows Installer at the same time is refused.
#[test]
fn an_msi_is_watched_to_its_real_exit_code_and_leaves_nothing_behind() {
    let agent = match windows::agent() {
        Ok(agent) => agent,
        Err(why) if !strict() => return eprintln!("skipped: {why}"),
        Err(why) => panic!("{why}"),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let console = Console::start(&folder.path().join("data"));

    let healthy = Msi { name: "Photo Suite", condition: None }.build(folder.path());
    let (words, shown) = install(&console, &agent, &healthy);
    assert_eq!(shown["attempts"][0]["outcome"], "succeeded", "{words}");
    assert_eq!(shown["agent"]["platform"], "windows");
    assert_eq!(
        fact(&shown, "package[msi:Photo Suite]")["value"]["version"],
        "1.2.3",
        "the difference it made"
    );
    assert!(fact(&shown, "disk.system")["value"]["free_bytes"].is_u64());
    assert_eq!(fact(&shown, "packages.lock")["value"]["held"], false, "Windows Installer is done");
    assert_eq!(shown["diagnoses"].as_array().map(Vec::len), Some(0), "{:#}", shown["diagnoses"]);
    assert!(!words.contains("by hand"), "the session's files stay behind: {words}");

    let condition = Some(("VersionNT >= 9999", "Photo Suite 2 needs a newer Windows."));
    let refused = Msi { name: "Photo Suite 2", condition }.build(folder.path());
    let (words, shown) = install(&console, &agent, &refused);
    assert_eq!(shown["attempts"][0]["outcome"], "failed", "{words}");
    assert_eq!(shown["attempts"][0]["exit"]["code"], 1603, "the real code, not modulo 256");

    let (_, shown) = install(&console, &agent, &windows_path(&folder.path().join("nobody.msi")));
    let code = shown["attempts"][0]["exit"]["code"].as_i64();
    assert!(matches!(code, Some(1619 | 2)), "a missing package: {code:?}");
}
