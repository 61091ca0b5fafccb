//! The tools of faults' authors, through the program itself.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Output;

use hotliner_console::journal::{Body, Journal, JournalLimits, Record, Telemetry};
use hotliner_protocol::batch::pack_events;
use hotliner_protocol::event::{AttemptStarted, Event, EventBody, Line};
use hotliner_protocol::frame::Lane;
use hotliner_protocol::id::{AttemptId, CaseId};
use hotliner_protocol::time::Timestamp;
use serde_json::Value;

use crate::program::{CONFLICT, fault, one_fault, run, stderr, stdout, zip};

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(output), stderr(output)))
}

fn catalogue(faults: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in faults {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_draft_from_a_line_loads_with_what_varies_captured_and_never_matches_yet() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("term.log");
    let line = "frobnicator: cannot open /var/lib/frob/state.db: held by process 4127";
    fs::write(&log, format!("first\n{line}\nlast\n")).unwrap();
    let out = folder.path().join("catalogue");
    let from = format!("{}:2", log.display());
    let made = run(["faults", "new", "--from", &from, "--id", "linux.frob.state-held", "--out", path(&out)]);
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let file = out.join("linux/frob/state-held.toml");
    let text = fs::read_to_string(&file).unwrap();
    for part in ["status   = \"draft\"", "(?P<path>", "(?P<number>", line] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let check = run(["faults", "check", "--dir", path(&out)]);
    assert_eq!(check.status.code(), Some(0), "{}", stderr(&check));
    let silent = run(["diagnose", "--dir", path(&out), path(&log)]);
    assert_eq!(silent.status.code(), Some(1), "a draft matched: {}", stdout(&silent));
    // Once it is no draft, it finds its line on another PC too.
    fs::write(&file, text.replace("\"draft\"", "\"stable\"")).unwrap();
    let other = folder.path().join("other.log");
    fs::write(&other, "frobnicator: cannot open /srv/frob.db: held by process 9\n").unwrap();
    let found = run(["diagnose", "--dir", path(&out), path(&other)]);
    assert_eq!(found.status.code(), Some(0), "{}", stdout(&found));
    let proven = run(["faults", "test", "--dir", path(&out)]);
    assert_eq!(proven.status.code(), Some(0), "{}", stdout(&proven));
    // Its number is free among the built-in ones, and it is not written twice.
    let again = run(["faults", "new", "--from", &from, "--id", "linux.frob.state-held", "--out", path(&out)]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("cannot be written"), "{}", stderr(&again));
    let listed = json(&run(["faults", "list", "--format", "json"]));
    let taken = listed["faults"].as_array().unwrap().iter().map(|fault| fault["number"].as_u64().unwrap());
    let number: u64 =
        text.lines().find_map(|line| line.strip_prefix("number   = ")).unwrap().parse().unwrap();
    assert!(taken.into_iter().all(|taken| taken != number), "{number} is taken");
}

#[test]
fn lines_that_are_not_there_and_ids_that_are_none_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    let faults = one_fault();
    fs::write(&log, "setup failed badly\n4711 0815\n").unwrap();
    let table = [
        (format!("{}:9", log.display()), None, "no line 9"),
        (format!("{}:2", log.display()), None, "stays the same"),
        (path(&log).to_owned(), None, "names no lines"),
        (format!("{}:2-1", log.display()), None, "names no lines"),
        ("/no/such.log:1".to_owned(), None, "cannot be read"),
        (format!("{}:1", log.display()), Some("nonsense"), "is not an id"),
        (format!("{}:1", log.display()), Some("linux.dpkg.file-conflict"), "already"),
    ];
    for (from, id, words) in table {
        let mut args = vec!["faults", "new", "--dir", path(faults.path()), "--from", &from];
        args.extend(id.iter().flat_map(|id| ["--id", id]));
        let refused = run(&args);
        assert_eq!(refused.status.code(), Some(2), "{from}: {}", stdout(&refused));
        assert!(stderr(&refused).contains(words), "{from}: {}", stderr(&refused));
        assert!(stderr(&refused).trim_end().contains("\n  "), "nothing to do is said: {}", stderr(&refused));
    }
}

#[test]
fn faults_are_found_by_words_of_either_language_and_by_what_they_look_for() {
    for (asked, expected) in [
        (vec!["trying", "to", "overwrite"], "linux.dpkg.file-conflict"),
        (vec!["linux.apt.lock-held"], "linux.apt.lock-held"),
        (vec!["verrou"], "linux.apt.lock-held"),
    ] {
        let args = ["faults", "search", "--format", "json", "--limit", "50"];
        let found = json(&run(args.into_iter().chain(asked.iter().copied())));
        let ids: Vec<&str> =
            found["faults"].as_array().unwrap().iter().map(|fault| fault["id"].as_str().unwrap()).collect();
        assert!(ids.contains(&expected), "{asked:?}: {ids:?}");
    }
    let none = run(["faults", "search", "xyzzy", "plugh", "--lang", "fr"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(stdout(&none).contains("Aucune panne"), "{}", stdout(&none));
}

#[test]
fn an_explanation_names_every_piece_and_takes_archives() {
    let faults = one_fault();
    let log = faults.path().join("logs.zip");
    let line = format!("x\u{1b}[2J{}", CONFLICT.trim());
    fs::write(&log, zip(&[("a.log", line.as_bytes()), ("b.log", b"nothing\n")])).unwrap();
    let args = |format, log: &Path| {
        ["faults", "explain", "1", "--format", format, "--dir", path(faults.path()), "--log", path(log)]
            .map(str::to_owned)
    };
    let why = json(&run(args("json", &log)));
    assert_eq!(why["standing"], "likely", "{why:#}");
    assert_eq!(why["evidence"], serde_json::json!([{ "name": "seen", "known": "matched" }]));
    assert_eq!(why["conditions"]["likely"], "matched");
    let said = stdout(&run(args("text", &log)));
    assert!(said.contains("logs.zip!a.log:1") && !said.contains('\u{1b}'), "{said}");
    let missing = run(args("text", Path::new("/no/such.log")));
    assert_eq!(missing.status.code(), Some(2), "{}", stdout(&missing));
}

#[test]
fn a_backtest_says_what_is_gained_lost_and_newly_wrong() {
    let old = catalogue(&[
        ("a.toml", fault("any.test.alpha", 1, "storage.disk-full", "alpha broke", "alpha broke")),
        ("b.toml", fault("any.test.beta", 2, "network.dns", "beta broke", "beta broke")),
    ]);
    let new = catalogue(&[
        ("a.toml", fault("any.test.alpha", 1, "storage.disk-full", "alpha broke", "alpha broke")),
        ("b.toml", fault("any.test.beta", 2, "network.dns", "beta really broke", "beta really broke")),
        ("c.toml", fault("any.test.gamma", 3, "network.timeout", "gamma", "gamma")),
    ]);
    let case = |id: &str, log: &str, cause: &str| {
        serde_json::json!({ "id": id, "platform": "linux", "log": log, "cause": cause }).to_string()
    };
    let cases = [
        case("same", "alpha broke", "storage.disk-full"),
        case("lost", "beta broke", "network.dns"),
        case("gained", "gamma rays", "network.timeout"),
        case("alarm", "gamma is fine", "none"),
        case("wrong", "a gamma of another cause", "storage.quota"),
        case("healthy", "all is well", "none"),
    ];
    let file = new.path().join("cases.jsonl");
    fs::write(&file, cases.join("\n")).unwrap();
    let args = |format| {
        [
            "faults",
            "backtest",
            "--format",
            format,
            "--dir",
            path(new.path()),
            "--against",
            path(old.path()),
            "--cases",
            path(&file),
        ]
        .map(str::to_owned)
    };
    let output = run(args("json"));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = json(&output);
    let found: Vec<(&str, &str)> = report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["case"].as_str().unwrap(), found["verdict"].as_str().unwrap()))
        .collect();
    let expected =
        [("gained", "gained"), ("lost", "lost"), ("alarm", "newly-wrong"), ("wrong", "newly-wrong")];
    assert_eq!(found, expected, "{report:#}");
    assert_eq!(
        (&report["new"][0], &report["changed"][0]),
        (&"any.test.gamma".into(), &"any.test.beta".into())
    );
    assert!(stdout(&run(args("text"))).contains("6 cases: 1 gained, 1 lost, 2 newly wrong, 0 changed"));
    // Nothing changed: nothing is said, and the status says so.
    let same = run([
        "faults",
        "backtest",
        "--dir",
        path(old.path()),
        "--against",
        path(old.path()),
        "--cases",
        path(&file),
    ]);
    assert_eq!((same.status.code(), stdout(&same).lines().count()), (Some(0), 1), "{}", stdout(&same));
    fs::write(&file, "{\"id\": 1}\n").unwrap();
    let bad = run(args("text"));
    assert_eq!(bad.status.code(), Some(2));
    assert!(stderr(&bad).contains(":1: this is no case"), "{}", stderr(&bad));
}

/// A data folder whose one case holds this line of an installer.
async fn stored_case(data: &Path, text: &str) -> String {
    let at = Timestamp::from_millis(1_700_000_000_000);
    let event = |body| Event { at, attempt: Some(AttemptId(1)), source: "installer:stderr".to_owned(), body };
    let line = Line { number: 1, text: text.to_owned(), cut_bytes: 0 };
    let events = [event(EventBody::AttemptStarted(AttemptStarted::default())), event(EventBody::Line(line))];
    let batch = pack_events(Lane::Events, 1, &events).unwrap();
    let journal = Journal::open(&data.join("journal.db"), JournalLimits::default()).unwrap();
    let case = CaseId::new(at, [7; 10]);
    let body = Body::Telemetry(Telemetry { skip: 0, batch });
    journal.append(case, 0, vec![Record { at, body }]).await.unwrap();
    case.to_string()
}

#[tokio::test]
async fn a_backtest_reads_the_cases_of_a_console_and_leaves_their_judgement_to_people() {
    let data = tempfile::tempdir().unwrap();
    let case = stored_case(data.path(), "gamma rays").await;
    let alpha = ("a.toml", fault("any.test.alpha", 1, "storage.disk-full", "alpha broke", "alpha broke"));
    let gamma = ("c.toml", fault("any.test.gamma", 3, "network.timeout", "gamma", "gamma"));
    let (old, new) = (catalogue(std::slice::from_ref(&alpha)), catalogue(&[alpha, gamma]));
    let backtest = |data: &Path| {
        let (new, old) = (path(new.path()), path(old.path()));
        run(["faults", "backtest", "--format", "json", "--dir", new, "--against", old, "--data", path(data)])
    };
    let output = backtest(data.path());
    let report = json(&output);
    assert_eq!((output.status.code(), report["cases"].as_u64()), (Some(0), Some(1)), "{report:#}");
    let found = &report["differences"][0];
    assert_eq!((found["case"].as_str(), found["verdict"].as_str()), (Some(case.as_str()), Some("changed")));
    assert_eq!((&found["before"], &found["after"]["fault"]), (&Value::Null, &"any.test.gamma".into()));
    let nowhere = backtest(old.path());
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(stderr(&nowhere).contains("no data folder of a console"), "{}", stderr(&nowhere));
}

#[test]
fn evidence_that_no_example_needs_is_named_and_a_sample_of_the_catalogue_has_none() {
    let superfluous = fault("any.test.alpha", 1, "storage.disk-full", "alpha broke", "alpha broke")
        .replace("[match]", "[[evidence.idle.log]]\nliteral = \"never printed\"\n[match]")
        .replace("likely = \"seen\"", "likely = \"seen or idle\"");
    let folder = catalogue(&[("a.toml", superfluous)]);
    let output = run(["faults", "mutate", "--dir", path(folder.path()), "--format", "json"]);
    let report = json(&output);
    assert_eq!((output.status.code(), report["mutants"].as_u64()), (Some(1), Some(2)), "{report:#}");
    assert_eq!(report["survivors"].as_array().unwrap().len(), 1);
    assert_eq!(report["survivors"][0]["evidence"], "idle");
    let sample = run(["faults", "mutate", "linux.dpkg.file-conflict"]);
    assert_eq!(sample.status.code(), Some(0), "{}", stdout(&sample));
}

#[test]
fn every_command_of_authors_has_help_with_examples() {
    for command in ["search", "explain", "new", "backtest", "mutate", "pack"] {
        let help = run(["faults", command, "--help"]);
        assert!(
            stdout(&help).contains("Examples:\n  hotliner-console faults"),
            "{command}: {}",
            stdout(&help)
        );
    }
    let help = run([OsStr::new("diagnose"), "--help".as_ref()]);
    assert!(stdout(&help).contains("Exit status: 0"), "{}", stdout(&help));
}
