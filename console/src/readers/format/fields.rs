//! How a line of each format is read. Each gives nothing for a line that is not of its format.

use super::{Fields, Level};
use crate::readers::time;

/// The level a word means.
fn level(word: &str) -> Option<Level> {
    let word = word.trim_end_matches(':');
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    if is(&["error", "fatal", "critical", "fatalerror", "err"]) {
        Some(Level::Error)
    } else if is(&["warning", "warn", "perf"]) {
        Some(Level::Warning)
    } else if is(&[
        "info", "debug", "ddebug", "trace", "notice", "verbose", "silly", "http", "timing", "subdebug",
    ]) {
        Some(Level::Info)
    } else {
        None
    }
}

/// The word behind `mark`: letters, digits, `-` and `_`.
fn behind<'l>(text: &'l str, mark: &str) -> Option<&'l str> {
    let rest = &text[text.find(mark)? + mark.len()..];
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// Whether `text` is a word of letters, digits and `_`, as components are.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// `Log started: 2024-05-31  10:11:12` · `Log ended: …`
pub(super) fn apt_term(line: &str) -> Option<Fields<'_>> {
    let rest = line.strip_prefix("Log started: ").or_else(|| line.strip_prefix("Log ended: "))?;
    Some(Fields { at: Some(time::at_start(rest)?.0), ..Fields::default() })
}

/// `Start-Date: …` · `End-Date: …` · `Error: Sub-process … returned an error code (1)`
pub(super) fn apt_history(line: &str) -> Option<Fields<'_>> {
    if let Some(rest) = line.strip_prefix("Start-Date: ").or_else(|| line.strip_prefix("End-Date: ")) {
        return Some(Fields { at: Some(time::at_start(rest)?.0), ..Fields::default() });
    }
    let error = line.strip_prefix("Error: ").filter(|rest| rest.starts_with("Sub-process "))?;
    Some(Fields { level: Some(Level::Error), code: behind(error, "error code ("), ..Fields::default() })
}

/// `2024-05-31 10:11:12.345   text`, begun by `Log opened. (Time zone`
pub(super) fn inno(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let rest = line[taken..].strip_prefix("   ")?;
    Some(Fields { at: Some(at), code: behind(rest, "exit code: "), ..Fields::default() })
}

/// `MSI (s) (2C:F4) [10:11:12:345]: text` · `=== Verbose logging started: …` · `Action ended 10:11:12: X. Return value 3.`
pub(super) fn msi(line: &str) -> Option<Fields<'_>> {
    let code = || {
        behind(line, " is returning ")
            .or_else(|| behind(line, "-- Error "))
            .or_else(|| behind(line, "error status: "))
    };
    let failed = line.contains(" -- Error ") || line.contains("Return value 3");
    let level = failed.then_some(Level::Error);
    if let Some(rest) = line.strip_prefix("MSI (") {
        let (component, _) = rest.split_once(") (")?;
        return Some(Fields { level, component: Some(component), code: code(), ..Fields::default() });
    }
    if let Some(rest) =
        line.strip_prefix("=== Verbose logging st").or_else(|| line.strip_prefix("=== Logging st"))
    {
        let (_, when) = rest.split_once(": ")?;
        return Some(Fields { at: time::day_or_month_first(when), ..Fields::default() });
    }
    let action = line.starts_with("Action start ") || line.starts_with("Action ended ");
    action.then(|| Fields { level, ..Fields::default() })
}

/// `>>>  Section start …` · `<<<  [Exit status: …]` · `!!!  dvi:  text` (`!!!` errors, `!` warnings)
pub(super) fn setupapi(line: &str) -> Option<Fields<'_>> {
    let (mark, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    match mark {
        ">>>" | "<<<" => {
            let when = rest.strip_prefix("Section start ").or_else(|| rest.strip_prefix("Section end "));
            let failure = behind(rest, "FAILURE(");
            let level = failure.map(|_| Level::Error);
            Some(Fields {
                at: when.and_then(|when| Some(time::at_start(when)?.0)),
                level,
                code: failure,
                component: None,
            })
        }
        "!!!" | "!" => {
            let (component, text) = rest.split_once(':').filter(|(component, _)| is_word(component))?;
            let level = if mark == "!" { Level::Warning } else { Level::Error };
            Some(Fields {
                at: None,
                level: Some(level),
                component: Some(component),
                code: behind(text, "Error "),
            })
        }
        _ => None,
    }
}

/// `[2024-05-31T10:11:12+0200] [ALPM] text`
pub(super) fn pacman(line: &str) -> Option<Fields<'_>> {
    let (when, rest) = line.strip_prefix('[')?.split_once("] [")?;
    let (component, text) = rest.split_once("] ")?;
    let at = time::at_start(when)?.0;
    let error = text.starts_with("error") || text.contains(" failed");
    let level =
        if error { Some(Level::Error) } else { text.starts_with("warning").then_some(Level::Warning) };
    Some(Fields { at: Some(at), level, component: Some(component), code: None })
}

/// `2024-05-31 10:11:12, Error                 CBS    text [HRESULT = 0x80070002 - …]`
pub(super) fn servicing(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let rest = line[taken..].strip_prefix(", ")?;
    let mut words = rest.split_ascii_whitespace();
    let level = level(words.next()?)?;
    let component = words.next().filter(|word| is_word(word));
    let code = behind(rest, "HRESULT = ").or_else(|| behind(rest, "hr:")).or_else(|| behind(rest, "hr = "));
    Some(Fields {
        at: Some(at),
        level: Some(level),
        component,
        code: code.filter(|code| *code != "0x00000000" && *code != "0x0"),
    })
}

/// `2024/05/31 10:11:12.1234567 980   1234  Agent   text`; before Windows 10 with tabs between.
pub(super) fn windows_update(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let mut words = line[taken..].split_ascii_whitespace();
    let number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_hexdigit());
    let (process, thread) = (words.next()?, words.next()?);
    let component = words.next().filter(|word| is_word(word))?;
    if !number(process) || !number(thread) {
        return None;
    }
    let failed = line.contains("FAILED") || line.contains("FATAL");
    let warned = line.contains("WARNING:");
    let level = if failed { Some(Level::Error) } else { warned.then_some(Level::Warning) };
    let code = line.find("0x8").and_then(|_| behind(line, "0x").map(|digits| (digits, line)));
    // With its prefix, as people look it up.
    let code = code.and_then(|(digits, line)| {
        let end = line.find(digits)? + digits.len();
        line.get(end - digits.len() - 2..end)
    });
    Some(Fields { at: Some(at), level, component: Some(component), code })
}

/// `2024-05-31 10:11:12 status installed foo:amd64 1.0`
pub(super) fn dpkg(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let verb = line[taken..].strip_prefix(' ')?.split(' ').next()?;
    let known = [
        "startup",
        "status",
        "install",
        "upgrade",
        "configure",
        "trigproc",
        "remove",
        "purge",
        "conffile",
        "disappear",
    ];
    known.contains(&verb).then_some(Fields { at: Some(at), component: Some(verb), ..Fields::default() })
}

/// `2024-05-31T10:11:12+0200 DEBUG text`
pub(super) fn dnf(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let mut words = line[taken..].split(' ');
    let zone = words.next()?;
    let zoned = zone.is_empty() || zone == "Z" || zone.starts_with(['+', '-']);
    let word = words.next().filter(|_| zoned)?;
    // dnf 5 writes `[123] ERROR`.
    let word = if word.starts_with('[') { words.next()? } else { word };
    Some(Fields {
        at: Some(at),
        level: Some(level(word).filter(|_| !word.ends_with(':'))?),
        ..Fields::default()
    })
}

/// `2024-05-31 10:11:12+02 host Installer[42]: text`
pub(super) fn mac_install(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let mut words = line[taken..].splitn(4, ' ');
    words.next().filter(|zone| zone.starts_with(['+', '-']))?;
    let (_host, program, text) = (words.next()?, words.next()?, words.next().unwrap_or_default());
    let (component, rest) = program.split_once('[')?;
    rest.strip_suffix(':')?;
    let failed = text.contains("failed") || text.contains("Error Domain=") || text.contains("ERROR");
    let code = behind(text, "Error Domain=").and_then(|_| behind(text, " Code="));
    Some(Fields { at: Some(at), level: failed.then_some(Level::Error), component: Some(component), code })
}

/// `2024-05-31T10:11:12,345 text`
pub(super) fn pip(line: &str) -> Option<Fields<'_>> {
    let (at, taken) = time::at_start(line)?;
    let text = line[taken..].strip_prefix(' ').filter(|_| line.as_bytes().get(19) == Some(&b','))?;
    let word = text.trim_start().split(' ').next().unwrap_or_default();
    Some(Fields { at: Some(at), level: level(word), ..Fields::default() })
}

/// `12 error code EACCES`: a number that counts up, a level, text.
pub(super) fn npm(line: &str) -> Option<Fields<'_>> {
    let (number, rest) = line.split_once(' ')?;
    let (word, text) = rest.split_once(' ')?;
    let counted = !number.is_empty() && number.len() <= 7 && number.bytes().all(|b| b.is_ascii_digit());
    let known = ["silly", "verbose", "info", "http", "timing", "notice", "warn", "error"].contains(&word);
    let level = level(word).filter(|_| counted && known)?;
    let code = text.strip_prefix("code ").and_then(|_| behind(text, "code "));
    Some(Fields { level: Some(level), code, ..Fields::default() })
}

/// `17   Error   today at 10:11 CEST  today at 10:12 CEST  Install "x" snap`
pub(super) fn snap_changes(line: &str) -> Option<Fields<'_>> {
    let mut words = line.split_ascii_whitespace();
    words.next()?.parse::<u32>().ok()?;
    let level = match words.next()? {
        "Error" => Level::Error,
        "Done" | "Doing" | "Do" | "Hold" => Level::Info,
        "Undone" | "Undo" | "Undoing" | "Abort" | "Wait" => Level::Warning,
        _ => return None,
    };
    // A status alone could be anything: two times and a summary stand behind it.
    (line.split("  ").filter(|part| !part.trim().is_empty()).count() >= 5)
        .then_some(Fields { level: Some(level), ..Fields::default() })
}
