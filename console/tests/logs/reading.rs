//! Every form a log comes in, and what the report says about it.

use std::fs;
use std::os::unix::fs::symlink;

use crate::program::{
    CAUSE, CONFLICT, cause, diagnose, diagnose_as, diagnose_stdin, gzip, stderr, stdout, tar, xz, zip, zstd,
};

#[test]
fn a_log_is_found_in_every_wrapping_it_comes_in() {
    let log = format!("Unpacking tool-two (2.0) ...\n{CONFLICT}");
    let utf16: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let text = log.as_bytes();
    let long = format!("{}/term.log", "deep/".repeat(40));
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("plain.log", text.to_vec(), "plain.log"),
        ("utf16.log", utf16, "utf16.log"),
        ("a.log.gz", gzip(text), "a.log.gz"),
        ("two.gz", [gzip(b"first\n"), gzip(text)].concat(), "two.gz"),
        ("a.log.xz", xz(text), "a.log.xz"),
        ("a.log.zst", zstd(text), "a.log.zst"),
        ("a.zip", zip(&[("logs/term.log", text)]), "a.zip!logs/term.log"),
        ("a.tar", tar(&[("logs/term.log", text)]), "a.tar!logs/term.log"),
        ("a.tar.gz", gzip(&tar(&[("term.log", text)])), "a.tar.gz!term.log"),
        ("a.tar.xz", xz(&tar(&[("term.log", text)])), "a.tar.xz!term.log"),
        ("a.tar.zst", zstd(&tar(&[("term.log.1.gz", &gzip(text))])), "a.tar.zst!term.log.1.gz"),
        ("long.tar", tar(&[(&long, text)]), "long.tar!deep/deep/"),
        ("nested.zip", zip(&[("b.tar.gz", &gzip(&tar(&[("t.log", text)])))]), "nested.zip!b.tar.gz!t.log"),
        ("nested.tar", tar(&[("b.zip", &zip(&[("t.log", text)]))]), "nested.tar!b.zip!t.log"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, source) in table {
        let file = folder.path().join(name);
        fs::write(&file, &bytes).unwrap();
        let (status, report) = diagnose(&file);
        assert_eq!((status, cause(&report)), (0, CAUSE), "{name}: {report:#}");
        let seen = report["diagnoses"][0]["evidence"][0]["source"].as_str().unwrap();
        assert!(seen.contains(source), "{name}: {seen}");
        assert_eq!(report["scanned"]["not_read"], serde_json::json!([]), "{name}");
        let (status, report) = diagnose_stdin(&bytes);
        assert_eq!((status, cause(&report)), (0, CAUSE), "{name} on standard input: {report:#}");
    }
}

#[test]
fn a_folder_is_read_whole_and_says_what_it_left() {
    let folder = tempfile::tempdir().unwrap();
    let sub = folder.path().join("b/c");
    fs::create_dir_all(&sub).unwrap();
    fs::write(folder.path().join("a.log"), "all is well\n").unwrap();
    fs::write(sub.join("term.log"), CONFLICT).unwrap();
    fs::write(folder.path().join("logo.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    fs::write(folder.path().join("System.evtx"), b"ElfFile\0\0\0").unwrap();
    symlink(folder.path(), sub.join("circle")).unwrap();
    let (status, report) = diagnose(folder.path());
    assert_eq!((status, cause(&report)), (0, CAUSE), "{report:#}");
    assert_eq!(report["scanned"]["files"], 2);
    let left: Vec<(&str, &str)> = report["scanned"]["not_read"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| {
            let name = left["source"].as_str().unwrap().rsplit('/').next().unwrap();
            (name, left["why"].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("System.evtx", "it is a Windows event log"),
        ("circle", "it is a link"),
        ("logo.png", "it is a picture"),
    ];
    assert_eq!(left, expected, "{report:#}");
    let said = diagnose_as(["--lang", "fr", folder.path().to_str().unwrap()]);
    assert!(stdout(&said).contains("non lus: 3"), "{}", stdout(&said));
    assert!(stderr(&said).contains("c'est une image"), "{}", stderr(&said));
}

#[test]
fn what_is_not_there_is_trouble_even_where_something_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.log");
    fs::write(&file, CONFLICT).unwrap();
    let both = diagnose_as([file.to_str().unwrap(), "/no/such.log"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(stdout(&both).contains("tool-one"), "{}", stdout(&both));
    assert!(stderr(&both).contains("/no/such.log: it cannot be read"), "{}", stderr(&both));
    let none = diagnose_as(["/no/such.log"]);
    assert_eq!(none.status.code(), Some(2));
    assert_eq!(stdout(&none), "");
}

#[test]
fn records_of_the_journal_are_read_as_the_lines_they_hold() {
    let record = |message: &str| {
        serde_json::json!({
            "__REALTIME_TIMESTAMP": "1717150272000000", "PRIORITY": "3", "SYSLOG_IDENTIFIER": "dpkg", "_PID": "42",
            "MESSAGE": message,
        })
        .to_string()
    };
    let log = format!("{}\n{}\n", record("Unpacking"), record(CONFLICT.trim_end()));
    let (status, report) = diagnose_stdin(log.as_bytes());
    assert_eq!((status, cause(&report)), (0, CAUSE), "{report:#}");
    let seen = &report["diagnoses"][0]["evidence"][0];
    assert_eq!(seen["line"], 2);
    assert_eq!(seen["text"], format!("dpkg[42]: {}", CONFLICT.trim_end()));
    let source = &report["scanned"]["sources"][0];
    assert_eq!(source["format"], "journal", "{source:#}");
    assert_eq!(
        (source["errors"].as_u64(), source["from"].as_str()),
        (Some(2), Some("2024-05-31T10:11:12.000Z"))
    );
}

#[test]
fn a_log_with_a_structure_says_when_and_which_codes() {
    let log = "2024-05-31 10:11:12, Info                  CBS    Appl: begin\n\
               2024-05-31 10:11:13, Error                 CBS    Failed to pin [HRESULT = 0x80070002 - x]\n";
    let (_, report) = diagnose_stdin(log.as_bytes());
    let source = &report["scanned"]["sources"][0];
    assert_eq!(source["format"], "servicing", "{source:#}");
    assert_eq!(source["codes"], serde_json::json!(["0x80070002"]));
    assert_eq!(
        (source["component"].as_str(), source["to"].as_str()),
        (Some("CBS"), Some("2024-05-31T10:11:13.000Z"))
    );
}
