//! One code, every spelling; and no code where digits only look like one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::code::{Code, System, known};
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan;
use hotliner_protocol::event::Outcome;

/// A fault that looks for one code; `code` is the inside of its table.
fn fault(code: &str) -> String {
    format!(
        r#"
id = "any.synthetic.code"
number = 1
revision = 1
status = "stable"
cause = "package.not-found"
severity = "blocking"
[[evidence.seen.code]]
{code}
[match]
likely = "seen"
[text.en]
title = "{{code}}"
explain = "e"
say = "s"
[text.fr]
title = "{{code}}"
explain = "e"
say = "s"
[[step]]
id = "do"
actor = "customer"
text.en = "do"
text.fr = "faire"
[verify]
retry = true
[[example]]
log = "x"
expect = "likely"
[[example]]
log = "healthy"
expect = "none"
"#
    )
}

fn load(code: &str) -> Arc<Matcher> {
    let files = [("any/synthetic/code.toml".to_owned(), fault(code))];
    let catalogue = Catalogue::load(files).unwrap_or_else(|errors| panic!("{code}: {errors:?}"));
    Arc::new(Matcher::compile(catalogue).unwrap())
}

/// The spelling found in a line.
fn spelled(matcher: &Arc<Matcher>, line: &str) -> Option<String> {
    let session = scan::text(Arc::clone(matcher), "log", line, &[], Outcome::Failed);
    session.diagnoses().first().map(|diagnosis| diagnosis.variables["code"].clone())
}

const HRESULT: &str = "system = \"hresult\"\nvalue = 0x80070070";
const WIN32: &str = "system = \"win32\"\nvalue = 112";
const DENIED: &str = "system = \"win32\"\nname = \"ERROR_ACCESS_DENIED\"";
const STATUS: &str = "system = \"ntstatus\"\nname = \"STATUS_ACCESS_VIOLATION\"";
const MSI: &str = "system = \"msi\"\nvalue = 1603";
const MESSAGE: &str = "system = \"msi\"\nvalue = 1303";
const ERRNO: &str = "system = \"errno\"\nname = \"ENOSPC\"";
const EXIT: &str = "system = \"exit\"\nvalue = 28";
const UPGRADE: &str = "system = \"hresult\"\nvalue = -1047527167";

#[test]
fn a_code_is_found_in_every_spelling() {
    let table = [
        (HRESULT, "Error 0x80070070: not enough space", "0x80070070"),
        (HRESULT, "[HRESULT = 0x80070070 - ERROR_DISK_FULL]", "0x80070070"),
        (HRESULT, "hr:0X80070070)", "0X80070070"),
        (HRESULT, "Exit code for RollBack = 0x80070070L", "0x80070070"),
        (HRESULT, "Exception calling: 0xFFFFFFFF80070070", "80070070"),
        (HRESULT, "WindowsUpdate_80070070", "80070070"),
        (HRESULT, "Code d'erreur : 80070070.", "80070070"),
        (HRESULT, "SetupHost failed with (80070070)", "80070070"),
        (HRESULT, "exited with -2147024784", "-2147024784"),
        (HRESULT, "Result: 2147942512.", "2147942512"),
        (HRESULT, "failed: ERROR_DISK_FULL", "ERROR_DISK_FULL"),
        (HRESULT, "System Error 112 while writing", "112"),
        (WIN32, "CopyFile failed with error 112.", "112"),
        (WIN32, "error code: 112", "112"),
        (WIN32, "code 112", "112"),
        (WIN32, "Win32 error 0x70", "0x70"),
        (WIN32, "GetLastError() = 112", "112"),
        (WIN32, "WriteFile failed, gle=0x00000070", "0x00000070"),
        (WIN32, "WriteFile failed (112)", "112"),
        (WIN32, "erreur n° 112", "112"),
        (WIN32, "hr = 0x80070070", "0x80070070"),
        (WIN32, "There is not enough space on the disk.", "There is not enough space on the disk"),
        (WIN32, "Espace insuffisant sur le disque.", "Espace insuffisant sur le disque"),
        (DENIED, "open: Access is denied.", "Access is denied"),
        (DENIED, "0x80070005", "0x80070005"),
        (DENIED, "Error 5: Access is denied", "5"),
        (STATUS, "Exception code: 0xc0000005", "0xc0000005"),
        (STATUS, "process exited with code -1073741819", "-1073741819"),
        (STATUS, "exited with code 3221225477", "3221225477"),
        (STATUS, "hr=0xD0000005", "0xD0000005"),
        (MSI, "Product: X -- Installation success or error status: 1603.", "1603"),
        (MSI, "CustomAction A returned actual error code 1603 (note this may not be 100% accurate)", "1603"),
        (MSI, "MainEngineThread is returning 1603", "1603"),
        (MSI, "process exited with exit code 1603", "1603"),
        (MSI, "Return code: 0x643", "0x643"),
        (MSI, "0x80070643", "0x80070643"),
        (MESSAGE, "Product: X -- Error 1303.The installer has insufficient privileges", "1303"),
        (MESSAGE, "Erreur 1303. Le programme", "1303"),
        (ERRNO, "OSError: [Errno 28] No space left on device: '/x'", "28"),
        (ERRNO, "write failed (os error 28)", "28"),
        (ERRNO, "npm ERR! errno -28", "-28"),
        (ERRNO, "blk_update_request: I/O failed with error -28", "-28"),
        (ERRNO, "npm ERR! code ENOSPC", "ENOSPC"),
        (ERRNO, "tar: x: Cannot write: No space left on device", "No space left on device"),
        (
            ERRNO,
            "tar : impossible d'écrire : Aucun espace disponible sur le périphérique",
            "Aucun espace disponible sur le périphérique",
        ),
        (EXIT, "subprocess returned error exit status 28", "28"),
        (EXIT, "make: *** exited with code 28", "28"),
        (EXIT, "exit code: 28", "28"),
        (EXIT, "a renvoyé un état de sortie d'erreur 28", "28"),
        (EXIT, "a retourné le code de sortie 28", "28"),
        (EXIT, "cmd returned 28", "28"),
        (UPGRADE, "0xC1900101-0x20017", "0xC1900101"),
        (UPGRADE, "Failure reported: 0xC1900101 - 0x4000D", "0xC1900101"),
    ];
    let wrong: Vec<_> = table
        .into_iter()
        .map(|(code, line, expected)| (line, expected, spelled(&load(code), line)))
        .filter(|(_, expected, found)| found.as_deref() != Some(*expected))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn digits_that_only_look_like_the_code_are_none() {
    let table = [
        (HRESULT, "sha256:180070070ab"),
        (HRESULT, "d41d8cd98f80070070b2"),
        (HRESULT, "{80070070-1234-4abc-9def-0123456789ab}"),
        (HRESULT, "error {80070070-1234-4abc-9def-0123456789ab}"),
        (HRESULT, "ClassId 80070070"),
        (HRESULT, "loaded at 0x80070070"),
        (HRESULT, "Exception address: 0x80070070"),
        (HRESULT, "return address=0x80070070+0x1c"),
        (HRESULT, "BIOS-e820: [mem 0x80070070-0x8007ffff] reserved"),
        (HRESULT, "0x800700701"),
        (HRESULT, "0x180070070"),
        (HRESULT, "version 10.2147942512.3"),
        (HRESULT, "id 12147942512"),
        (HRESULT, "wrote 2147942512 bytes"),
        (HRESULT, "range 5-2147024784"),
        (HRESULT, "MY_ERROR_DISK_FULL_TOTAL"),
        (HRESULT, "there were 112 packages"),
        (WIN32, "error 1120"),
        (WIN32, "error 112.5"),
        (WIN32, "error: 112 packages could not be fetched"),
        (WIN32, "errors: 112"),
        (WIN32, "error-112"),
        (WIN32, "code 112-11"),
        (WIN32, "code 12:112"),
        (WIN32, "error 112%"),
        (WIN32, "error 112 bytes short"),
        (WIN32, "exit code 112"),
        (WIN32, "line 112"),
        (WIN32, "status 112"),
        (WIN32, "step (112)"),
        (DENIED, "error: 5 warnings"),
        (DENIED, "subprocess returned error exit status 5"),
        (DENIED, "returned 5"),
        (STATUS, "BAR 0: 0xc0000005a"),
        (MSI, "Return value 3. 1603 rows"),
        (MSI, "C:\\1603\\setup.log"),
        (MSI, "build error 16030"),
        (ERRNO, "error 28"),
        (ERRNO, "errno 280"),
        (ERRNO, "MENOSPCX"),
        (ERRNO, "exit status 28"),
        (EXIT, "errno 28"),
        (EXIT, "HTTP status 28"),
        (EXIT, "exit status 281"),
        (EXIT, "code 28"),
        (UPGRADE, "0x00000000C1900101"),
    ];
    let wrong: Vec<_> = table.iter().filter(|(code, line)| spelled(&load(code), line).is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_code_counts_only_near_the_words_that_were_asked_for() {
    let matcher = load("system = \"hresult\"\nvalue = 0x80070005\nnear = \"Package\"");
    assert_eq!(spelled(&matcher, "the package ended with 0x80070005").as_deref(), Some("0x80070005"));
    assert_eq!(spelled(&matcher, "the service ended with 0x80070005"), None);
}

#[test]
fn a_bad_code_is_refused_at_its_place_with_a_remedy() {
    let table = [
        ("system = \"posix\"\nvalue = 1", 9, "no system", "errno"),
        ("system = \"win32\"", 8, "a value or a name", "0x80070070"),
        ("system = \"win32\"\nvalue = 5\nname = \"ERROR_ACCESS_DENIED\"", 8, "not both", "name ="),
        ("system = \"hresult\"\nvalue = 5", 10, "not a failure", "0x80000000"),
        ("system = \"exit\"\nvalue = 0", 10, "not a failure", "255"),
        ("system = \"errno\"\nname = \"ENOSPACE\"", 10, "`ENOSPACE`", "ENOSPC"),
        ("system = \"errno\"\nvalue = 28\nnear = \" \"", 11, "empty", "remove"),
        ("system = \"errno\"\nvalue = 28\ncolour = 1", 11, "colour", "remove"),
    ];
    for (code, line, what, remedy) in table {
        let errors = Catalogue::load([("bad.toml".to_owned(), fault(code))]).map(drop).expect_err(code);
        let error = &errors[0];
        assert!(error.what.contains(what) && error.remedy.contains(remedy), "{code}: {error}");
        assert_eq!(error.line, line, "{code}: {error}");
    }
}

#[test]
fn every_known_code_is_found_by_its_name_and_by_its_text() {
    for entry in known() {
        let matcher = load(&format!("system = \"{}\"\nname = \"{}\"", entry.code.system.word(), entry.name));
        assert!(spelled(&matcher, &format!("failed: {}.", entry.name)).is_some(), "{}", entry.name);
        for text in entry.texts.into_iter().flatten() {
            assert!(spelled(&matcher, &format!("it says: {text}.")).is_some(), "{}: {text}", entry.name);
        }
    }
    assert!(known().count() > 700);
    let from_win32 = Code::of_name(System::Hresult, "ERROR_DISK_FULL").unwrap();
    assert_eq!(from_win32, Code { system: System::Hresult, value: 0x8007_0070 });
}
