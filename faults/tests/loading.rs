//! Loading is strict: every mistake an author can make is refused with file, line, column and remedy.

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::load::LoadError;

/// A whole fault, as an author would write it. Lines are counted by the tests below.
const GOOD: &str = r#"id       = "linux.apt.lock-held"
number   = 1017
revision = 1
status   = "stable"
cause    = "package.database-locked"
applies  = 'os.family == "linux"'
severity = "blocking"

[[evidence.refused.log]]
literal = "Could not get lock"
pattern = 'Could not get lock (?P<path>/[^\s.]+)(?:\. It is held by process (?P<pid>\d+) \((?P<holder>[^)]+)\))?'
[evidence.holder_alive]
fact    = 'process.any(name in ["unattended-upgr", "apt"])'
[evidence.told]
ask.en  = "Does a window say that updates are being installed?"
ask.fr  = "Une fenêtre indique-t-elle que des mises à jour sont en cours ?"

[match]
confirmed = "refused and holder_alive"
likely    = "refused"
possible  = "told"
unless    = "attempt.succeeded"

[text.en]
title   = "Another update is running"
explain = "{holder|Another program} holds {path}."
say     = "We only need to wait for it."
[text.fr]
title   = "Une autre mise à jour est en cours"
explain = "{holder|Un autre programme} occupe {path}."
say     = "Il suffit d'attendre."

[[step]]
id      = "wait"
actor   = "agent"
action  = "wait-until"
until   = 'process.none(pid == $pid)'
timeout = "15min"
needs   = ["pid"]
[step.text]
en = "Wait until {holder|the update} has finished ({pid})."
fr = "Attendre la fin de {holder|la mise à jour} ({pid})."

[verify]
probe   = "packages.lock"
expect  = 'packages.lock.held == false'

[[example]]
log     = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4127 (apt)"
facts   = { "process" = [{ pid = 4127, name = "apt" }] }
expect  = "confirmed"
captures = { path = "/var/lib/dpkg/lock-frontend", pid = "4127", holder = "apt" }
[[example]]
log     = "Waiting for cache lock: done"
expect  = "none"
"#;

fn load(files: &[(&str, &str)]) -> Result<Catalogue, Vec<LoadError>> {
    Catalogue::load(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
}

#[test]
fn a_whole_fault_loads() {
    let catalogue = load(&[("good.toml", GOOD)]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let fault = catalogue.get("linux.apt.lock-held").unwrap();
    assert_eq!((fault.number, fault.platform(), fault.product()), (1017, "linux", "apt"));
    assert!(catalogue.version().starts_with("1-"));
}

#[test]
fn every_mistake_is_refused_at_its_place_with_a_remedy() {
    // (what to replace, with what, line of the error, a word of the message, a word of the remedy)
    let table = [
        ("number   = 1017", "number   = 1017\ncolour = \"red\"", 3, "colour", "remove"),
        ("severity = \"blocking\"\n", "", 1, "severity", "add"),
        ("status   = \"stable\"", "status   = \"done\"", 4, "done", "FAULTS.md"),
        ("linux.apt.lock-held", "Linux.lock", 1, "not an id", "platform.product.what"),
        ("package.database-locked", "package.database-lock", 5, "not a cause", "package.database-locked"),
        ("os.family == ", "os.family = ", 6, "does not belong", "write"),
        ("\"Could not get lock\"", "\"Co\"", 10, "too weak", "characters"),
        ("(?P<path>/", "(?P<path/", 11, "does not compile", "syntax"),
        ("process.any(name in", "process.any(name on", 13, "missing", "write"),
        ("likely    = \"refused\"", "likely    = \"refused or gone\"", 20, "no evidence", "holder_alive"),
        ("confirmed = \"refused and holder_alive\"\n", "", 12, "never used", "remove"),
        ("{holder|Another program}", "{holder}", 26, "may be empty", "{holder|"),
        ("occupe {path}", "occupe {chemin}", 30, "nothing captures", "holder, path, pid"),
        ("say     = \"Il suffit d'attendre.\"", "say     = \"\"", 31, "empty", "language"),
        ("say     = \"Il suffit d'attendre.\"\n", "", 28, "say", "add"),
        ("\"wait-until\"", "\"rm -rf\"", 36, "not an action", "wait-until"),
        ("timeout = \"15min\"", "timeout = \"soon\"", 38, "not a duration", "15min"),
        ("timeout = \"15min\"\n", "", 36, "needs `timeout`", "until, timeout"),
        ("needs   = [\"pid\"]", "needs   = [\"process\"]", 39, "nothing captures", "pid"),
        ("probe   = \"packages.lock\"\n", "", 44, "not complete", "retry"),
        ("expect  = \"none\"", "expect  = \"likely\"", 1, "must not match", "healthy"),
        ("\"process\" = [{", "\"Process\" = [{", 50, "fact path", "lower-case"),
    ];
    for (from, to, line, what, remedy) in table {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from} does not stand in the fault");
        let errors = load(&[("bad.toml", &text)]).map(drop).expect_err(to);
        let found = errors.iter().find(|error| error.what.contains(what));
        let error = found.unwrap_or_else(|| panic!("{to}: {what:?} is not in {errors:?}"));
        assert_eq!((error.file.as_str(), error.line), ("bad.toml", line), "{to}: {error}");
        assert!(error.remedy.contains(remedy), "{to}: {remedy:?} is not in {:?}", error.remedy);
    }
}

#[test]
fn errors_of_all_files_are_told_at_once_and_nothing_loads() {
    let bad = GOOD.replacen("1017", "\"x\"", 1);
    let worse = GOOD.replacen("package.database-locked", "nothing", 1).replacen("15min", "soon", 1);
    let errors = load(&[("a.toml", &bad), ("b.toml", GOOD), ("c.toml", &worse)]).map(drop).unwrap_err();
    let files: Vec<&str> = errors.iter().map(|error| error.file.as_str()).collect();
    assert_eq!(files, ["a.toml", "c.toml", "c.toml"]);
}

#[test]
fn faults_are_checked_against_each_other() {
    let other = |id: &str, number: &str, outranks: &str| {
        GOOD.replacen("linux.apt.lock-held", id, 1).replacen("1017", number, 1).replacen(
            "severity",
            &format!("outranks = [{outranks}]\nseverity"),
            1,
        )
    };
    let table = [
        (other("linux.apt.lock-held", "1018", ""), "taken"),
        (other("linux.apt.other", "1017", ""), "taken"),
        (other("linux.apt.other", "1018", "\"linux.apt.lock-hold\""), "no fault is called"),
        (other("linux.apt.other", "1018", "\"linux.apt.other\""), "circle"),
    ];
    for (text, what) in table {
        let errors = load(&[("a.toml", GOOD), ("b.toml", &text)]).map(drop).expect_err(what);
        assert!(errors.iter().any(|error| error.what.contains(what)), "{what}: {errors:?}");
    }
}
