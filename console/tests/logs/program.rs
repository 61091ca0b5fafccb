//! Running the program, and packing logs.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A line that decides, whatever stands around it, and the cause it names.
pub(crate) const CONFLICT: &str =
    " trying to overwrite '/opt/tool.conf', which is also in package tool-one 1.0\n";
pub(crate) const CAUSE: &str = "package.file-conflict";

/// The program, with a language and a home that are not this machine's.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotliner-console"));
    command.env("LC_ALL", "C.UTF-8").env_remove("XDG_DATA_HOME");
    command
}

pub(crate) fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    program().args(args).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A whole fault that looks for one literal, with an example of a line.
pub(crate) fn fault(id: &str, number: u32, cause: &str, literal: &str, line: &str) -> String {
    format!(
        r#"
id       = "{id}"
number   = {number}
revision = 1
status   = "stable"
cause    = "{cause}"
severity = "blocking"
[[evidence.seen.log]]
literal = "{literal}"
[match]
likely = "seen"
[text.en]
title   = "Title of {number}"
explain = "Explained."
say     = "Said."
[text.fr]
title   = "Titre de {number}"
explain = "Expliqué."
say     = "Dit."
[[step]]
id      = "one"
actor   = "technician"
text.en = "Do."
text.fr = "Faire."
[verify]
retry = true
[[example]]
log    = "{line}"
expect = "likely"
[[example]]
log    = "all is well"
expect = "none"
"#
    )
}

/// A folder with the one fault that [`CONFLICT`] shows: loading thousands of others proves nothing here.
pub(crate) fn one_fault() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let literal = CONFLICT.trim();
    let text = fault("linux.dpkg.file-conflict", 1, CAUSE, literal, literal);
    std::fs::write(folder.path().join("fault.toml"), text).unwrap();
    folder
}

/// `diagnose` with [`one_fault`].
pub(crate) fn diagnose_as<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Output {
    let faults = one_fault();
    program().args(["diagnose", "--dir"]).arg(faults.path()).args(args).output().unwrap()
}

/// `diagnose --format json` of a path: the exit status and the report.
pub(crate) fn diagnose(path: &Path) -> (i32, Value) {
    let output = diagnose_as([OsStr::new("--format"), "json".as_ref(), path.as_os_str()]);
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), report)
}

/// `diagnose --format json -` of bytes.
pub(crate) fn diagnose_stdin(bytes: &[u8]) -> (i32, Value) {
    let faults = one_fault();
    let mut child = program()
        .args(["diagnose", "--format", "json", "-", "--dir"])
        .arg(faults.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A program that stops reading closes its end: that is for the assertions to judge.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

/// The cause of the best diagnosis.
pub(crate) fn cause(report: &Value) -> &str {
    report["diagnoses"][0]["cause"].as_str().unwrap_or("none")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}
