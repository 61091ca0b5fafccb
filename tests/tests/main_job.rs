//! The main job: a real installer fails on this machine, and the console names the cause, the deciding line and the steps.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use hotliner_tests::agent;
use hotliner_tests::console::Console;
use hotliner_tests::dpkg::{Package, Root};
use hotliner_tests::programs::said;
use serde_json::Value;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// Runs `installer` under the agent for a new case; gives the exit code and the case once its attempt has ended.
fn watched(console: &Console, home: &Path, installer: &[&str]) -> (Option<i32>, String, Value) {
    let case = console.new_case();
    let output = agent::watch(console, &case, home, installer);
    let shown = console
        .wait_for(&case.case, "the end of the attempt", |shown| shown["attempts"][0]["ended_at"].is_string());
    assert_eq!(shown["journal"]["gaps"], 0, "{}", said(&output));
    (output.status.code(), case.case, shown)
}

/// The best diagnosis must be `cause`, at least likely, resting on a line that contains `line`.
fn assert_names(shown: &Value, cause: &str, line: &str) {
    let best = &shown["diagnoses"][0];
    assert_eq!(best["cause"], cause, "{:#}", shown["diagnoses"]);
    assert!(best["standing"] == "confirmed" || best["standing"] == "likely", "{best:#}");
    let evidence = best["evidence"].as_array().expect("a list");
    let text = |hit: &Value| hit["text"].as_str().unwrap_or_default().to_owned();
    assert!(evidence.iter().any(|hit| text(hit).contains(line)), "{line:?} is not among {evidence:#?}");
    assert!(!best["steps"].as_array().expect("a list").is_empty(), "{best:#}");
}

#[test]
fn a_missing_dependency_is_named_with_its_line_while_dpkg_keeps_its_exit_status() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let package =
        Package { name: "photo-suite", fields: "Depends: libphoto-core (>= 3.2)\n", ..Package::default() };
    let deb = package.build(folder.path());
    let root = Root::new(&folder.path().join("root"));
    let command = root.dpkg(&["-i", &deb]);
    let (code, _, shown) = watched(&console, folder.path(), &strs(&command));
    assert_eq!(code, Some(1));
    assert_names(&shown, "package.dependency-missing", "libphoto-core");
    assert_eq!(shown["attempts"][0]["outcome"], "failed");
    assert_eq!(shown["attempts"][0]["exit"]["code"], 1);
}

#[test]
fn two_packages_that_own_one_file_are_told_apart_from_the_generic_failure() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let files: &[(&str, &[u8])] = &[("opt/shared/tool.conf", b"x\n")];
    let first = Package { name: "tool-one", files, ..Package::default() }.build(folder.path());
    let second = Package { name: "tool-two", files, ..Package::default() }.build(folder.path());
    let root = Root::new(&folder.path().join("root"));
    let (code, _, healthy) = watched(&console, folder.path(), &strs(&root.dpkg(&["-i", &first])));
    assert_eq!(code, Some(0));
    assert_eq!(healthy["attempts"][0]["outcome"], "succeeded");
    let loud = |diagnosis: &&Value| diagnosis["standing"] == "confirmed" || diagnosis["standing"] == "likely";
    let alarms = healthy["diagnoses"].as_array().expect("a list").iter().filter(loud).count();
    assert_eq!(alarms, 0, "a healthy installation must stay silent: {:#}", healthy["diagnoses"]);

    let (code, _, shown) = watched(&console, folder.path(), &strs(&root.dpkg(&["-i", &second])));
    assert_eq!(code, Some(1));
    assert_names(&shown, "package.file-conflict", "trying to overwrite");
}

#[test]
fn a_damaged_package_is_named() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let files: &[(&str, &[u8])] = &[("opt/big", &[7; 200_000])];
    let deb = Package { name: "damaged", files, ..Package::default() }.build(folder.path());
    let whole = std::fs::read(&deb).expect("the package is there");
    std::fs::write(&deb, &whole[..whole.len() - 120]).expect("the package can be cut");
    let root = Root::new(&folder.path().join("root"));
    let (code, _, shown) = watched(&console, folder.path(), &strs(&root.dpkg(&["-i", &deb])));
    assert_ne!(code, Some(0));
    assert_names(&shown, "package.corrupt-archive", "damaged");
}

#[test]
fn pip_that_finds_no_version_is_named() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let empty = folder.path().join("wheels");
    std::fs::create_dir(&empty).expect("a folder can be made");
    let empty = empty.display().to_string();
    let pip =
        ["python3", "-m", "pip", "install", "--no-index", "--find-links", &empty, "hotliner-photo-suite"];
    let (code, _, shown) = watched(&console, folder.path(), &pip);
    assert_eq!(code, Some(1));
    assert_names(&shown, "package.not-found", "hotliner-photo-suite");
}

#[test]
fn facts_arrive_with_their_standing_and_nothing_names_the_customer() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let script = "echo mail to jane.doe@customer.example from /home/jane/setup.log; echo token ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let (code, case, shown) = watched(&console, folder.path(), &["sh", "-c", script]);
    assert_eq!(code, Some(0));
    let facts = shown["facts"].as_array().expect("a list");
    for path in ["os.family", "memory.total_bytes", "disk.system", "cpu.count"] {
        let fact = facts.iter().find(|fact| fact["path"] == path);
        let fact = fact.unwrap_or_else(|| panic!("{path} is not among {} facts", facts.len()));
        assert_eq!(fact["standing"], "value", "{fact}");
        assert!(fact["observed_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{fact}");
    }
    let lines = console.lines(&case);
    let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    for secret in ["jane", "customer.example", "ghp_0123456789"] {
        assert!(!texts.iter().any(|text| text.contains(secret)), "{secret} left the PC: {texts:?}");
        assert!(!shown.to_string().contains(secret), "{secret} left the PC");
    }
}

#[test]
fn output_and_exit_status_are_the_installers_own_to_the_byte() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let script = "printf 'no newline at the end'; printf '\\000\\377bin\\r\\n' >&2; exit 42";
    let case = console.new_case();
    let mut command = agent::run(&console, &case, folder.path(), &["sh", "-c", script]);
    let output = hotliner_tests::programs::output(command.env("HOTLINER_QUIET", "1"));
    assert_eq!(output.status.code(), Some(42));
    assert_eq!(output.stdout, b"no newline at the end");
    let own = b"\x00\xffbin\r\n";
    assert!(output.stderr.windows(own.len()).any(|part| part == own), "{}", said(&output));
}
