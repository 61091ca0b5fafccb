//! The last attempt decides, in one log and over several.

use std::fs;
use std::path::Path;

use crate::program::{CAUSE, CONFLICT, cause, diagnose, diagnose_as, diagnose_stdin, stdout};

/// One run in apt's term.log.
fn run_of_apt(day: u32, body: &str, ends: bool) -> String {
    let end = if ends { format!("Log ended: 2024-05-{day:02}  10:00:09\n") } else { String::new() };
    format!("\nLog started: 2024-05-{day:02}  10:00:00\n{body}{end}")
}

const FAILED: &str = "dpkg: error processing archive b.deb (--unpack):\n trying to overwrite '/opt/tool.conf', which is \
                      also in package tool-one 1.0\nErrors were encountered while processing:\n b.deb\n";

#[test]
fn the_last_attempt_of_a_log_decides() {
    let fine = "Setting up tool-two (2.0) ...\n";
    let table = [
        ("failed last", run_of_apt(1, fine, true) + &run_of_apt(2, FAILED, true), 0, CAUSE),
        ("failed, then ended well", run_of_apt(1, FAILED, true) + &run_of_apt(2, fine, true), 1, "none"),
        ("failed, then still runs", run_of_apt(1, FAILED, true) + &run_of_apt(2, fine, false), 1, "none"),
        ("no marks", FAILED.to_owned() + fine, 0, CAUSE),
    ];
    for (name, log, status, expected) in table {
        let (found, report) = diagnose_stdin(log.as_bytes());
        assert_eq!((found, cause(&report)), (status, expected), "{name}: {report:#}");
    }
}

#[test]
fn an_attempt_that_ended_well_stays_silent_and_says_so() {
    // pacman's warning would speak for a fault, were it not for the end.
    let log = format!(
        "[2024-05-01T10:00:00+0200] [PACMAN] Running 'pacman -Syu'\n\
         [2024-05-01T10:00:01+0200] [ALPM] transaction started\n{CONFLICT}\
         [2024-05-01T10:00:02+0200] [ALPM] transaction completed\n"
    );
    let (status, report) = diagnose_stdin(log.as_bytes());
    assert_eq!(status, 1, "{report:#}");
    assert_eq!(report["scanned"]["outcome"], "succeeded");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pacman.log");
    fs::write(&file, &log).unwrap();
    let said = diagnose_as([file.to_str().unwrap()]);
    assert!(stdout(&said).starts_with("The last attempt ended well."), "{}", stdout(&said));
}

/// Names and texts of the files of a folder.
type Files<'f> = &'f [(&'f str, String)];

#[test]
fn rotated_logs_are_one_log_and_other_days_do_not_count() {
    let fine = "Setting up tool-two (2.0) ...\n";
    let table: [(&str, Files<'_>, i32); 4] = [
        (
            "rotated",
            &[("term.log", run_of_apt(9, fine, true)), ("term.log.1", run_of_apt(8, FAILED, true))],
            1,
        ),
        (
            "newest failed",
            &[("term.log", run_of_apt(9, FAILED, true)), ("term.log.1", run_of_apt(8, fine, true))],
            0,
        ),
        ("another day", &[("a.log", run_of_apt(2, FAILED, true)), ("b.log", run_of_apt(9, fine, false))], 1),
        ("no time", &[("a.log", FAILED.to_owned()), ("b.log", run_of_apt(9, fine, true))], 0),
    ];
    for (name, files, status) in table {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            fs::write(folder.path().join(file), text).unwrap();
        }
        let (found, report) = diagnose(folder.path());
        assert_eq!(found, status, "{name}: {report:#}");
        assert_eq!(report["scanned"]["files"], 2, "{name}: all are read");
    }
}

#[test]
fn what_decides_is_said_of_each_source() {
    let folder = tempfile::tempdir().unwrap();
    let log = run_of_apt(1, FAILED, true) + &run_of_apt(2, FAILED, true);
    fs::write(folder.path().join("term.log"), log).unwrap();
    let (_, report) = diagnose(folder.path());
    let source = &report["scanned"]["sources"][0];
    assert_eq!(
        (source["attempts"].as_u64(), source["decides_from"].as_u64()),
        (Some(2), Some(9)),
        "{source:#}"
    );
    let lines: Vec<u64> = evidence_lines(&report);
    assert!(lines.iter().all(|line| *line >= 9), "yesterday's lines are evidence: {report:#}");
    let said = text_of(folder.path());
    assert!(said.contains("earlier attempts left aside: 1"), "{said}");
}

fn evidence_lines(report: &serde_json::Value) -> Vec<u64> {
    let evidence = report["diagnoses"][0]["evidence"].as_array().unwrap();
    evidence.iter().filter_map(|seen| seen["line"].as_u64()).collect()
}

fn text_of(path: &Path) -> String {
    stdout(&diagnose_as([path.to_str().unwrap()]))
}
