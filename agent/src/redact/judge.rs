//! Judges: is what looks private really private? They keep what diagnosis needs, and say yes when in doubt.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A hit of a detector, in its surroundings.
pub(crate) struct Candidate<'t> {
    pub(crate) text: &'t str,
    /// Where the pattern began: before what is to be hidden, if a word announces it.
    pub(crate) announced_at: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'t> Candidate<'t> {
    fn found(&self) -> &'t str {
        &self.text[self.start..self.end]
    }

    fn before(&self) -> &'t str {
        &self.text[..self.start]
    }

    fn previous(&self) -> Option<char> {
        self.before().chars().next_back()
    }

    fn after(&self) -> &'t str {
        &self.text[self.end..]
    }

    /// The text from the announcing word to what is hidden.
    fn announcement(&self) -> &'t str {
        &self.text[self.announced_at..self.start]
    }
}

/// Always private.
pub(crate) fn any(_: &Candidate<'_>) -> bool {
    true
}

/// `NAME:PASSWORD` with a `/` in it: `HOST:PORT/package@version` is none.
pub(crate) fn not_a_port(c: &Candidate<'_>) -> bool {
    let port = c.found().split_once(':').and_then(|(_, rest)| rest.split('/').next());
    port.is_none_or(|port| port.parse::<u16>().is_err())
}

/// `password=…`: a package called `passwd` with its version is none.
pub(crate) fn assigned(c: &Candidate<'_>) -> bool {
    let name = c.announcement().trim_end_matches(['=', ' ', '"', '\'']);
    let version = c.found().starts_with(|d: char| d.is_ascii_digit()) && c.found().contains([':', '-', '+']);
    let package = name.eq_ignore_ascii_case("passwd") && version;
    !package && !is_masked(c.found())
}

/// `password: …`: a package with its architecture (`passwd:amd64`) is none.
pub(crate) fn announced(c: &Candidate<'_>) -> bool {
    const ARCHITECTURES: &[&str] = &[
        "amd64", "i386", "all", "any", "native", "arm64", "armhf", "armel", "riscv64", "ppc64el", "s390x",
        "mips64el",
    ];
    let word = c.found().trim_end_matches(['.', ')', ']']);
    let package = c.announcement().ends_with(':') && ARCHITECTURES.contains(&word);
    !package && !is_masked(c.found())
}

fn is_masked(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '<' | '>' | '\u{2022}'))
}

/// `getty@tty1.service` and `lodash@4.17.tgz` are no e-mail addresses.
pub(crate) fn email(c: &Candidate<'_>) -> bool {
    const NO_DOMAIN: &[&str] = &[
        "service",
        "socket",
        "target",
        "mount",
        "automount",
        "timer",
        "slice",
        "scope",
        "device",
        "path",
        "swap",
        "conf",
        "so",
        "tgz",
        "gz",
        "js",
        "deb",
        "whl",
        "zip",
        "patch",
    ];
    let found = c.found();
    let domain = found.rsplit_once('@').map_or(found, |(_, domain)| domain);
    // The credentials of a URL have a detector of their own; its host stays readable.
    let in_url =
        c.before().rsplit(char::is_whitespace).next().is_some_and(|word| {
            word.rsplit_once("://").is_some_and(|(_, login)| !login.contains(['/', '?']))
        });
    let ending = domain.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    !in_url && !NO_DOMAIN.contains(&ending.as_str())
}

/// The folder of a person, not one that every PC has, nor a web page under `/home`.
pub(crate) fn home(c: &Candidate<'_>) -> bool {
    const SHARED: &[&str] = &[
        "public",
        "default",
        "default user",
        "all users",
        "shared",
        "linuxbrew",
        "lost+found",
        "guest",
        ".",
    ];
    let word_start = c.text[..c.announced_at]
        .rfind(|d: char| d.is_whitespace() || matches!(d, '"' | '\'' | '(' | '<' | '='))
        .map_or(0, |at| at + 1);
    let word = c.text[word_start..c.announced_at].to_ascii_lowercase();
    let web = word.starts_with("http://") || word.starts_with("https://") || word.starts_with("ftp://");
    let name = c.found().trim_end_matches('.').to_lowercase();
    !web && !name.is_empty() && !SHARED.contains(&name.as_str()) && !name.starts_with("user-")
}

/// A serial number has digits; `serial: 8250` of a kernel log is a driver.
pub(crate) fn serial(c: &Candidate<'_>) -> bool {
    let found = c.found();
    found.bytes().any(|b| b.is_ascii_digit())
        && !found.starts_with("tty")
        && !found.starts_with("8250")
        && !found.starts_with("0000:")
}

/// Letters and digits mixed, as in every product key.
pub(crate) fn product_key(c: &Candidate<'_>) -> bool {
    let found = c.found().as_bytes();
    found.iter().any(u8::is_ascii_digit) && found.iter().any(u8::is_ascii_uppercase)
}

/// Six pairs, and not part of a longer fingerprint; all zeros and all ones are nobody's.
pub(crate) fn mac(c: &Candidate<'_>) -> bool {
    let goes_on = |near: Option<char>, next: Option<char>| {
        near.is_some_and(|d| matches!(d, ':' | '-')) && next.is_some_and(|d| d.is_ascii_hexdigit())
    };
    let mut back = c.before().chars().rev();
    let mut on = c.after().chars();
    let found = c.found();
    let nobody = found.chars().all(|d| matches!(d, '0' | ':' | '-'))
        || found.chars().all(|d| matches!(d, 'f' | 'F' | ':' | '-'));
    !nobody && !goes_on(back.next(), back.next()) && !goes_on(on.next(), on.next())
}

/// An address, and not a version of four parts.
pub(crate) fn ipv4(c: &Candidate<'_>) -> bool {
    let Ok(address) = c.found().parse::<Ipv4Addr>() else { return false };
    let first = address.octets()[0];
    let nobody = address.is_loopback() || address.is_unspecified() || first == 255 || first == 0;
    !nobody && !version_before(c) && !version_after(c.after())
}

/// What stands before says that a version follows.
fn version_before(c: &Candidate<'_>) -> bool {
    const WORDS: &[&str] =
        &["version", "version:", "ver", "ver.", "release", "v.", "versions", "revision", "build"];
    let before = c.before();
    // `libfoo_1.2.3.4`, `foo-1.2.3.4.tar`, `1:1.2.3.4`, `1.1.2.3.4`, `v1.2.3.4`, `~1.2.3.4`
    if before.ends_with(['_', '-', '.', '~', '+', '#']) || before.ends_with(|d: char| d.is_alphabetic()) {
        return true;
    }
    if before.ends_with(':') && before[..before.len() - 1].ends_with(|d: char| d.is_ascii_digit()) {
        return true;
    }
    if ["==", ">=", "<=", "~=", "!=", "(= ", ">= ", "<= ", "<< ", ">> ", "== "]
        .iter()
        .any(|mark| before.ends_with(mark))
    {
        return true;
    }
    let trimmed = before.trim_end_matches([' ', '(', '"', '\'']);
    let last = trimmed.rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
    WORDS.contains(&last.trim_start_matches(['(', '"'])) || package_line(before)
}

/// Lines of dpkg and apt in which a name is followed by its version.
fn package_line(before: &str) -> bool {
    const VERBS: &[&str] = &[
        "Unpacking ",
        "Setting up ",
        "Preparing to unpack ",
        "Removing ",
        "Purging configuration files for ",
        "Selecting ",
        "Inst ",
        "Conf ",
        "Get:",
        "Get: ",
        "Parametrage de ",
        "Param\u{e9}trage de ",
        "D\u{e9}paquetage de ",
        "Suppression de ",
    ];
    const LOGGED: &[&str] =
        &[" install ", " upgrade ", " configure ", " remove ", " purge ", " trigproc ", " status "];
    let line = before.trim_start();
    VERBS.iter().any(|verb| line.starts_with(verb)) && !line.contains("://")
        || LOGGED.iter().any(|verb| line.contains(verb))
            && line.starts_with(|d: char| d.is_ascii_digit())
            && before.ends_with(' ')
}

/// What follows is the rest of a version: `1.2.3.4-1`, `1.2.3.4+dfsg`, `1.2.3.4~rc1`, `1.2.3.4.5`.
fn version_after(after: &str) -> bool {
    let mut chars = after.chars();
    match (chars.next(), chars.next()) {
        (Some('-' | '.' | '_'), Some(next)) => next.is_ascii_alphanumeric(),
        (Some('+' | '~'), _) => true,
        _ => false,
    }
}

/// An address, and neither a time of day nor a path of a programming language.
pub(crate) fn ipv6(c: &Candidate<'_>) -> bool {
    let beside = |d: char| d.is_alphanumeric() || matches!(d, ':' | '_');
    if c.previous().is_some_and(beside) || c.after().starts_with(beside) {
        return false;
    }
    // A sentence may put a colon behind an address.
    let found = c.found();
    let found = found.strip_suffix(':').filter(|rest| !rest.ends_with(':')).unwrap_or(found);
    let Ok(address) = found.parse::<Ipv6Addr>() else { return false };
    found.bytes().any(|b| b.is_ascii_digit()) && !address.is_loopback() && !address.is_unspecified()
}

/// The check digits of ISO 13616 fit.
pub(crate) fn iban(c: &Candidate<'_>) -> bool {
    let compact: String = c.found().chars().filter(|d| *d != ' ').collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let (head, body) = compact.split_at(4);
    let remainder = body.chars().chain(head.chars()).fold(0u64, |remainder, d| {
        let value = u64::from(d.to_digit(36).unwrap_or_default());
        let shift = if value > 9 { 100 } else { 10 };
        (remainder * shift + value) % 97
    });
    remainder == 1
}

/// A telephone number, and not part of a version, a time stamp or a longer number.
pub(crate) fn phone(c: &Candidate<'_>) -> bool {
    let digits = c.found().bytes().filter(u8::is_ascii_digit).count();
    let glued = |d: char| d.is_alphanumeric() || matches!(d, '.' | '-' | '+' | '_' | '~' | '/' | ':' | '#');
    let goes_on = {
        let mut on = c.after().chars();
        let near = on.next();
        near.is_some_and(char::is_alphanumeric)
            || near.is_some_and(|d| matches!(d, '.' | '-' | '_' | '~' | '+' | '/' | ':'))
                && on.next().is_some_and(char::is_alphanumeric)
    };
    let tel = c.before().to_ascii_lowercase().ends_with("tel:");
    (8..=15).contains(&digits) && !goes_on && (tel || !c.previous().is_some_and(glued))
}
