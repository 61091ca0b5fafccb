//! Archives that lie, explode or nest without end stay within bounds, and what was not read is said.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{CAUSE, CONFLICT, cause, diagnose, diagnose_stdin, gzip, tar, xz, zip, zstd};

/// Longer than any of these may take, by far.
const PATIENCE: Duration = Duration::from_secs(60);

fn reasons(report: &Value) -> String {
    let left = report["scanned"]["not_read"].as_array().cloned().unwrap_or_default();
    left.iter().map(|left| left["why"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>().join("; ")
}

#[test]
fn an_archive_that_explodes_is_stopped_and_said() {
    // A line first, so that what was read until then is shown to count.
    let mut bomb = CONFLICT.as_bytes().to_vec();
    bomb.resize(64 << 20, b'\n');
    let table = [
        ("gzip", gzip(&bomb)),
        ("xz", xz(&bomb)),
        ("zstd", zstd(&bomb)),
        ("zip", zip(&[("a.log", &bomb)])),
        ("tar.zst", zstd(&tar(&[("a.log", &bomb)]))),
        ("gz in zip", zip(&[("a.log.gz", &gzip(&bomb))])),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in table {
        assert!(bytes.len() < 1 << 20, "{name} is no bomb: {} bytes", bytes.len());
        let file = folder.path().join("bomb");
        fs::write(&file, &bytes).unwrap();
        let began = Instant::now();
        let (status, report) = diagnose(&file);
        assert!(began.elapsed() < PATIENCE, "{name} took {:?}", began.elapsed());
        assert_eq!(status, 2, "{name}: part of it was not read: {report:#}");
        assert!(reasons(&report).contains("times its size"), "{name}: {report:#}");
        assert_eq!(cause(&report), CAUSE, "{name}: what came before counts");
        assert!(report["scanned"]["bytes"].as_u64().unwrap() < 40 << 20, "{name}: {report:#}");
    }
}

#[test]
fn what_is_damaged_or_lies_is_said_and_the_rest_is_read() {
    let text = CONFLICT.repeat(2000);
    let whole = gzip(text.as_bytes());
    let mut noise = tar(&[("good.log", CONFLICT.as_bytes()), ("bad.log", b"x")]);
    noise[1024..1200].fill(0xff);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("truncated gzip", whole[..whole.len() - 9].to_vec()),
        ("wrong checksum", {
            let mut wrong = gzip(CONFLICT.as_bytes());
            let at = wrong.len() - 6;
            wrong[at] ^= 1;
            wrong
        }),
        ("truncated tar.gz", {
            let t = gzip(&tar(&[("a.log", text.as_bytes())]));
            t[..t.len() - 20].to_vec()
        }),
        ("a header of noise", noise),
        ("damaged member", zip(&[("a.log.gz", &whole[..whole.len() / 2]), ("b.log", CONFLICT.as_bytes())])),
    ];
    for (name, bytes) in cases {
        let (status, report) = diagnose_stdin(&bytes);
        assert_eq!(status, 2, "{name}: {report:#}");
        assert!(reasons(&report).contains("damaged"), "{name}: {report:#}");
        assert_eq!(cause(&report), CAUSE, "{name}: {report:#}");
    }
    for bytes in [
        &b"PK\x03\x04 this is no archive"[..],
        b"\xfd7zXZ\0 nor this",
        b"\x28\xb5\x2f\xfd nor this",
        b"\x1f\x8b",
    ] {
        let (status, _) = diagnose_stdin(bytes);
        assert_eq!(status, 2, "{bytes:?}");
    }
}

#[test]
fn archives_are_opened_one_within_another_and_no_further() {
    let mut archive = zip(&[("deep.log", CONFLICT.as_bytes())]);
    for _ in 0..4 {
        archive = zip(&[("next.zip", &archive), ("here.log", b"nothing\n")]);
    }
    let (status, report) = diagnose_stdin(&archive);
    assert_eq!((status, cause(&report)), (2, "none"), "{report:#}");
    assert!(reasons(&report).contains("archives within archives"), "{report:#}");
    assert_eq!(report["scanned"]["files"], 2, "{report:#}");
    let twice = gzip(&gzip(CONFLICT.as_bytes()));
    let (status, _) = diagnose_stdin(&twice);
    assert_eq!(status, 2);
}

#[test]
fn a_member_is_never_written_nor_a_link_in_an_archive_followed() {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in [("../../evil.log", tar::EntryType::Regular), ("passwd", tar::EntryType::Symlink)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        header.set_entry_type(kind);
        let raw = header.as_gnu_mut().unwrap();
        raw.name[..name.len()].copy_from_slice(name.as_bytes());
        raw.linkname[..11].copy_from_slice(b"/etc/passwd");
        header.set_cksum();
        builder.append(&header, &b""[..]).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("t.tar"), builder.into_inner().unwrap()).unwrap();
    let (status, report) = diagnose(&inner);
    assert_eq!(status, 1, "{report:#}");
    assert!(reasons(&report).contains("it is a link"), "{report:#}");
    assert!(!folder.path().join("evil.log").exists());
}
