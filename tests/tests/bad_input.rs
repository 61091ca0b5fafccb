//! Bad input gets one clear line on what and one on what to do, the right exit status, and loses nothing.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hotliner_tests::agent;
use hotliner_tests::console::{Console, NewCase};
use hotliner_tests::programs::{built, is_root, output, said, strict};
use serde_json::Value;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The agent's own words on standard error: lines that begin with its name.
fn own_words(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().filter(|line| line.starts_with("hotliner-agent: ")).map(str::to_owned).collect()
}

/// Runs `sh -c 'echo ran; exit 7'` under the agent with the given code and console.
fn run_with(home: &Path, code: &str, console: &str) -> Output {
    let installer = ["sh", "-c", "echo ran; exit 7"];
    let mut command = agent::agent(home);
    command.args(["run", "--code", code, "--console", console, "--consent", "all", "--linger", "2s", "--"]);
    output(command.args(installer))
}

/// The installer ran, its status is its own, and the agent said what and what to do.
fn assert_harmless(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(7), "{}", said(output));
    assert_eq!(output.stdout, b"ran\n", "{}", said(output));
    let own = own_words(output).join("\n");
    for word in words {
        assert!(own.contains(word), "{word:?} is not in the agent's words: {}", said(output));
    }
}

#[test]
fn a_wrong_code_is_said_counted_and_burnt_and_the_installer_runs_on() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let case = console.new_case();
    let last = case.code.chars().last().expect("nine digits");
    let other = if last == '0' { '1' } else { '0' };
    let wrong = format!("{}{other}", &case.code[..8]);
    for _ in 0..3 {
        let tried = run_with(folder.path(), &wrong, console.address());
        assert_harmless(&tried, &["code", "new code"]);
    }
    // Burnt: the right one is refused now, in the same words.
    let burnt = run_with(folder.path(), &case.code, console.address());
    assert_harmless(&burnt, &["code", "new code"]);
    let shown = console.show(&case.case);
    assert_eq!(shown["attempts"].as_array().map(Vec::len), Some(0), "{shown:#}");
    assert_eq!(shown["code"]["tries"], 3, "the technician must see the tries: {shown:#}");
    assert_eq!(shown["code"]["state"], "burnt", "{shown:#}");
}

#[test]
fn a_used_code_is_refused_like_an_unknown_one() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let case = console.new_case();
    let first = agent::watch(&console, &case, folder.path(), &["true"]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let used = run_with(folder.path(), &case.code, console.address());
    let unknown = run_with(folder.path(), "998123456", console.address());
    assert_harmless(&used, &["new code"]);
    assert_harmless(&unknown, &["new code"]);
    let without_digits = |output: &Output| -> String {
        own_words(output).join("\n").chars().filter(|c| !c.is_ascii_digit()).collect()
    };
    assert_eq!(without_digits(&used), without_digits(&unknown));
}

#[test]
fn a_console_that_is_not_there_does_not_stop_the_installer() {
    let folder = folder();
    // Port 9 of the loopback: nobody listens.
    let away = run_with(folder.path(), "482913057", "127.0.0.1:9");
    assert_harmless(&away, &["127.0.0.1:9"]);
    let nowhere = run_with(folder.path(), "482913057", "no-such-host.invalid");
    assert_harmless(&nowhere, &["no-such-host.invalid"]);
}

#[test]
fn a_mistyped_code_or_address_is_refused_before_the_installer_starts() {
    let folder = folder();
    for (code, console) in
        [("12345", "127.0.0.1:9"), ("48291305x", "127.0.0.1:9"), ("482913057", "host:port")]
    {
        let refused = run_with(folder.path(), code, console);
        assert_eq!(refused.status.code(), Some(125), "{}", said(&refused));
        assert!(refused.stdout.is_empty(), "{}", said(&refused));
    }
}

#[test]
fn programs_that_cannot_run_give_the_exit_codes_of_env() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let plain = folder.path().join("not-executable");
    fs::write(&plain, "echo").expect("a file can be written");
    let plain = plain.display().to_string();
    for (program, code) in [("no-such-installer", 127), (plain.as_str(), 126)] {
        let tried = agent::watch(&console, &console.new_case(), folder.path(), &[program]);
        assert_eq!(tried.status.code(), Some(code), "{}", said(&tried));
        assert!(own_words(&tried).len() >= 2, "{}", said(&tried));
    }
}

#[test]
fn an_installer_killed_by_a_signal_is_reported_as_that() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let case = console.new_case();
    let killed = agent::watch(&console, &case, folder.path(), &["sh", "-c", "echo begun; kill -KILL $$"]);
    assert_eq!(killed.status.code(), Some(128 + 9), "{}", said(&killed));
    let shown = console
        .wait_for(&case.case, "the end of the attempt", |shown| shown["attempts"][0]["ended_at"].is_string());
    assert_eq!(shown["attempts"][0]["exit"]["signal"], 9, "{shown:#}");
    assert_eq!(shown["attempts"][0]["outcome"], "failed", "{shown:#}");
}

/// The lines a case got from an installer that is a shell script.
fn lines_of(console: &Console, home: &Path, script: &str) -> (NewCase, Vec<String>) {
    let case = console.new_case();
    let ran = agent::watch(console, &case, home, &["sh", "-c", script]);
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    console.wait_for(&case.case, "the end", |shown| shown["attempts"][0]["ended_at"].is_string());
    let lines = console.lines(&case.case).into_iter().map(|(_, text)| text).collect();
    (case, lines)
}

#[test]
fn rubbish_utf16_and_endless_lines_arrive_readable_and_bounded() {
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let script = "head -c 1048576 /dev/zero | tr '\\0' x; echo; echo after";
    let (_, lines) = lines_of(&console, folder.path(), script);
    assert_eq!(lines.len(), 2, "{} lines", lines.len());
    assert!(lines[0].len() <= 64 << 10 && lines[0].len() > 1_000, "{} bytes", lines[0].len());
    assert_eq!(lines[1], "after");

    let (_, lines) = lines_of(
        &console,
        folder.path(),
        "printf 'a\\377\\376\\001ok \\351t\\351\\n\\033[31mred\\033[0m\\n'",
    );
    assert_eq!(lines.last().map(String::as_str), Some("red"), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(['\u{1}', '\u{1b}'])), "{lines:?}");

    let utf16: String = "\u{feff}échec: disque plein\n"
        .encode_utf16()
        .flat_map(|unit| {
            let [low, high] = unit.to_le_bytes();
            [format!("\\{low:03o}"), format!("\\{high:03o}")]
        })
        .collect();
    let (_, lines) = lines_of(&console, folder.path(), &format!("printf '{utf16}'"));
    assert_eq!(lines, ["échec: disque plein"]);
}

#[test]
fn a_log_in_hand_gives_the_exit_status_of_grep() {
    let folder = folder();
    let diagnose = |name: &str, content: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, content).expect("a file can be written");
        output(Command::new(built("hotliner-console")).args(["diagnose", "--format", "json"]).arg(&file))
    };
    let conflict = "dpkg: error processing archive tool-two.deb (--install):\n trying to overwrite '/opt/shared/tool.conf', which is also in package tool-one 1.0\nErrors were encountered while processing:\n tool-two.deb\n";
    let utf16: Vec<u8> = conflict.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, content) in [("plain.log", conflict.as_bytes()), ("utf16.log", utf16.as_slice())] {
        let found = diagnose(name, content);
        assert_eq!(found.status.code(), Some(0), "{}", said(&found));
        let report: Value = serde_json::from_slice(&found.stdout).expect("JSON");
        assert_eq!(report["schema"], "hotliner.diagnosis/1");
        assert_eq!(report["diagnoses"][0]["cause"], "package.file-conflict", "{report:#}");
        assert_eq!(report["diagnoses"][0]["evidence"][0]["line"], 2, "{report:#}");
    }
    let healthy = diagnose("healthy.log", b"Setting up tool-two (1.0) ...\n");
    assert_eq!(healthy.status.code(), Some(1), "{}", said(&healthy));
    let missing = output(Command::new(built("hotliner-console")).args(["diagnose", "/no/such/file.log"]));
    assert_eq!(missing.status.code(), Some(2), "{}", said(&missing));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/no/such/file.log"));
}

#[test]
fn a_fault_file_with_an_error_on_line_17_is_refused_with_that_line() {
    let folder = folder();
    let good = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../faults/catalogue/linux/dpkg/file-conflict.toml"),
    )
    .expect("the catalogue has this fault");
    let file = folder.path().join("broken.toml");
    let mut lines: Vec<&str> = good.lines().collect();
    lines.insert(16, "colour = \"red\"");
    fs::write(&file, lines.join("\n")).expect("a file can be written");
    let dir = folder.path().display().to_string();
    let refused = output(Command::new(built("hotliner-console")).args(["faults", "check", "--dir", &dir]));
    assert!(!refused.status.success(), "{}", said(&refused));
    let words = said(&refused);
    assert!(words.contains("broken.toml:17:") && words.contains("colour"), "{words}");
}

#[test]
fn a_port_in_use_is_named() {
    let folder = folder();
    let first = Console::start(&folder.path().join("one"));
    let second = output(
        Command::new(built("hotliner-console"))
            .args(["serve", "--listen", first.address(), "--data"])
            .arg(folder.path().join("two")),
    );
    assert_eq!(second.status.code(), Some(2), "{}", said(&second));
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(words.contains(first.address()) && words.contains("--listen"), "{words}");
    let same_data = output(
        Command::new(built("hotliner-console"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(first.data()),
    );
    assert_eq!(same_data.status.code(), Some(2), "{}", said(&same_data));
}

#[test]
fn a_full_disk_under_the_spool_loses_nothing_and_the_installer_runs_on() {
    if !is_root() {
        assert!(!strict(), "CI must run this as root: it mounts a small file system");
        return;
    }
    let folder = folder();
    let console = Console::start(&folder.path().join("data"));
    let case = console.new_case();
    let home = folder.path().join("home");
    fs::create_dir(&home).expect("a folder can be made");
    // A mount namespace of its own: nothing is left behind, whatever happens.
    let script = format!(
        "mount -t tmpfs -o size=64k tmpfs {home} && mkdir {home}/data && (head -c 60000 /dev/zero > {home}/fill || true) && \
         exec {agent} run --code {code} --console {address} --consent all -- sh -c 'seq 1 3000; exit 7'",
        home = home.display(),
        agent = built("hotliner-agent").display(),
        code = case.code,
        address = console.address(),
    );
    let ran = output(
        Command::new("unshare")
            .args(["--mount", "sh", "-c", &script])
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("LANG", "C.UTF-8"),
    );
    assert_eq!(ran.status.code(), Some(7), "{}", said(&ran));
    let numbers: String = (1..=3000).map(|n| format!("{n}\n")).collect();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), numbers);
    console.wait_for(&case.case, "the end", |shown| shown["attempts"][0]["ended_at"].is_string());
    let lines: Vec<String> = console.lines(&case.case).into_iter().map(|(_, text)| text).collect();
    let expected: Vec<String> = (1..=3000).map(|n| n.to_string()).collect();
    assert_eq!(lines, expected, "{}", said(&ran));
}
