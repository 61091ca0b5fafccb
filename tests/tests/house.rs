//! Keeps the house in order: the invariants of docs/ARCHITECTURE.md that can be read off the sources and the lock file.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All files under `folder` of the repository that end in `.rs`, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found.sort();
    found
}

/// The text of a source without what follows `#[cfg(test)]`, and without comments.
fn product_code(text: &str) -> String {
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = product.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Names of all packages that `package` pulls in on any system, except for its own tests.
fn dependencies(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--target",
            "all",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "-p",
            package,
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn dependencies_go_one_way() {
    let forbidden = [
        ("hotliner-protocol", &["hotliner-faults", "hotliner-agent", "hotliner-console"][..]),
        ("hotliner-link", &["hotliner-faults", "hotliner-agent", "hotliner-console"]),
        ("hotliner-faults", &["hotliner-agent", "hotliner-console"]),
        ("hotliner-agent", &["hotliner-console"]),
        ("hotliner-console", &["hotliner-agent"]),
    ];
    for (package, never) in forbidden {
        let found = dependencies(package);
        assert!(found.contains(package), "{package} is not in its own tree");
        for name in never {
            assert!(!found.contains(*name), "{package} must not depend on {name}");
        }
    }
}

#[test]
fn pure_crates_have_no_runtime_no_socket_and_no_clock() {
    let impure = [
        "tokio",
        "quinn",
        "mio",
        "rustls",
        "socket2",
        "getrandom",
        "chrono",
        "tracing",
        "log",
        "rusqlite",
        "axum",
    ];
    for package in ["hotliner-protocol", "hotliner-faults"] {
        let found = dependencies(package);
        for name in impure {
            assert!(!found.contains(name), "{package} is pure and must not depend on {name}");
        }
    }
    let words = [
        "std::fs",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "std::env",
        "std::process",
        "std::thread",
        "SystemTime::now",
        "Instant::now",
        "static mut",
        "thread_local",
        "println!",
        "eprintln!",
    ];
    for folder in ["protocol/src", "faults/src", "agent/src/redact", "console/src/case"] {
        for (name, text) in sources(folder) {
            let code = product_code(&text);
            for word in words {
                assert!(!code.contains(word), "{name} is pure and must not use {word}");
            }
            // A constant table may be computed on first use; a global that is set at run time is state.
            let globals =
                code.lines().map(str::trim).filter(|line| line.contains("static ") && line.contains(": "));
            for global in globals {
                let state = ["OnceLock", "OnceCell", "Mutex", "RwLock", "Atomic"]
                    .iter()
                    .any(|kind| global.contains(kind));
                assert!(!state, "{name} is pure and must not keep state in a global: {global}");
            }
        }
    }
}

#[test]
fn system_differences_stay_in_the_platform_room() {
    for folder in ["protocol/src", "link/src", "faults/src", "agent/src", "console/src"] {
        for (name, text) in sources(folder) {
            let outside = !name.starts_with("agent/src/platform");
            for word in ["cfg(target_os", "cfg!(target_os", "cfg(windows)", "target_os ="] {
                assert!(!(outside && product_code(&text).contains(word)), "{name} must not use {word}");
            }
        }
    }
}

#[test]
fn only_web_knows_http_and_only_projection_and_journal_know_sql() {
    for (name, text) in sources("console/src") {
        let code = product_code(&text);
        let web = name.starts_with("console/src/web")
            || name == "console/src/client.rs"
            || name.starts_with("console/src/client/");
        for word in ["axum::", "hyper::", "utoipa::"] {
            assert!(web || !code.contains(word), "{name} must not use {word}");
        }
        let store = ["console/src/projection", "console/src/journal", "console/src/vault"];
        let store = store.iter().any(|room| name.starts_with(room));
        assert!(store || !code.contains("rusqlite::"), "{name} must not use rusqlite");
        let line = name.starts_with("console/src/intake") || name == "console/src/identity.rs";
        assert!(line || !code.contains("quinn::"), "{name} must not use quinn");
    }
}

#[test]
fn files_stay_readable_in_one_sitting() {
    for folder in ["protocol", "link", "faults/src", "agent", "console", "tests"] {
        for (name, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= 600, "{name} has {lines} lines: split it along its subjects");
            assert!(!name.ends_with("/mod.rs"), "{name}: use foo.rs beside foo/");
        }
    }
}

#[test]
fn unsafe_code_and_waiting_blindly_stay_out() {
    for folder in ["protocol", "link", "faults/src", "agent", "console", "tests"] {
        for (name, text) in sources(folder) {
            if name == "tests/tests/house.rs" {
                continue;
            }
            // The measurement's peer is a C library, behind an optional feature.
            let foreign = name.starts_with("agent/src/platform") || name == "tests/src/bin/matcher.rs";
            assert!(foreign || !product_code(&text).contains("unsafe {"), "{name} has unsafe code");
            let test = name.contains("tests/") || text.contains("#[cfg(test)]");
            let sleeps = text.contains("thread::sleep") || text.contains("time::sleep(");
            let product_sleeps = product_code(&text).contains("time::sleep(");
            assert!(!test || !sleeps || product_sleeps, "{name}: wait for the event instead of sleeping");
        }
    }
}

#[test]
fn the_taxonomy_and_every_document_named_in_the_readme_are_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for piece in readme.split("](").skip(1) {
        let link = piece.split(')').next().unwrap_or_default().split('#').next().unwrap_or_default();
        let outside = link.is_empty() || link.starts_with("http");
        assert!(outside || root().join(link).exists(), "README.md links to {link}, which is not there");
    }
    assert!(root().join("faults/causes.toml").is_file());
}

#[test]
fn the_openapi_document_lists_every_route_once() {
    let document: Value =
        serde_json::from_str(&fs::read_to_string(root().join("docs/openapi.json")).unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    for path in ["/api/v1/cases", "/api/v1/cases/{id}", "/api/v1/cases/{id}/live", "/api/v1/openapi.json"] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
}
