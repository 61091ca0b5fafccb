//! What private values look like. One row each: a kind, a pattern whose first group that takes part is what is hidden
//! (the whole match where there is no group), and a judge that looks at the surroundings.

use regex::{Regex, RegexSet};

use super::judge::{self, Candidate};
use super::pseudonym::Kind;

/// A part of a text to be hidden.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

type Judge = fn(&Candidate<'_>) -> bool;

/// Every detector. `(?-u:\b)` is the ASCII word boundary: the fast one, and right for what is searched here.
const TABLE: &[(Kind, &str, Judge)] = &[
    // Credentials
    (Kind::Secret, r#"(?i)(?-u:\b)[a-z][a-z0-9+.-]*://([^\s/@"'<>]+)@"#, judge::any),
    // A `/` in a password should have been encoded; who did not know that has no less to hide.
    (
        Kind::Secret,
        r#"(?i)(?-u:\b)[a-z][a-z0-9+.-]*://([^\s/@:"'<>]+:[^\s@"'<>]*/[^\s@"'<>]*[^\s/@"'<>])@"#,
        judge::not_a_port,
    ),
    (
        Kind::Secret,
        r#"(?i)[?&;](?:[a-z_-]*(?:token|key|secret|password|passwd|pwd|signature|credential)|sig|auth|session|sid|sessionid|code)=([^&\s"'#;<>]+)"#,
        judge::any,
    ),
    (
        Kind::Secret,
        r#"(?i)(?:password|passwd|passphrase|pwd|passe|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*=\s*(?:"([^"]+)|'([^']+)|([^\s"',;&]+))"#,
        judge::assigned,
    ),
    (
        Kind::Secret,
        r#"(?i)(?:password|passwd|passphrase|pwd|mot de passe|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)["']?[ \u{a0}]?:\s*(?:"([^"]+)|'([^']+)|([^\s"',;&]+))"#,
        judge::announced,
    ),
    (
        Kind::Secret,
        r#"(?i)(?:^|[\s"'])--?(?:password|passwd|pass|passphrase|pwd|token|secret|api-?key|access-key|secret-key|client-secret|auth-token)\s+(?:"([^"]+)|'([^']+)|([^\s"'-][^\s"']*))"#,
        judge::any,
    ),
    (
        Kind::Secret,
        r#"(?-u:\b)(?:mysql|mysqldump|mysqladmin|mariadb|sshpass)(?-u:\b).*?\s-p([^\s]+)"#,
        judge::any,
    ),
    (
        Kind::Secret,
        r#"(?-u:\b)(?:curl|wget)(?-u:\b).*?\s(?:-u|--user|--proxy-user)[ =]?([^\s:]+:[^\s]+)"#,
        judge::any,
    ),
    (
        Kind::Secret,
        r#"(?i)(?-u:\b)authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|negotiate|token)\s+)?([^\s"',]+)"#,
        judge::any,
    ),
    (Kind::Secret, r"(?i)(?-u:\b)bearer\s+([A-Za-z0-9._~+/=-]{12,})", judge::any),
    (Kind::Secret, r"(?i)(?-u:\b)(?:set-)?cookie\s*:\s*(\S.*)", judge::any),
    // Tokens that tell by their shape
    (
        Kind::Secret,
        r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|xox[abeoprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{16,}|AIza[0-9A-Za-z_-]{35}|hf_[A-Za-z0-9]{30,}|dop_v1_[a-f0-9]{32,}|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{20,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})",
        judge::any,
    ),
    (Kind::Secret, r"(?-u:\b)eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?", judge::any),
    // People and places
    (
        Kind::Email,
        r"(?i)[a-z0-9._%+-]*[a-z0-9_%+-](?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}",
        judge::email,
    ),
    (Kind::User, r#"(?i)(?:/|%2F)(?:home|Users)(?:/|%2F)([^\\/\s"'<>|:*?%;,)\]=&#]+)"#, judge::home),
    (
        Kind::User,
        r#"(?i)\\{1,2}(?:Users|Utilisateurs|Documents and Settings)\\{1,2}(?:([^\\/"'<>|:*?\r\n]+)\\|([^\\/\s"'<>|:*?;,)\]]+))"#,
        judge::home,
    ),
    (Kind::User, r#"(?i)(?-u:\b)[A-Z]:/(?:Users|Utilisateurs)/([^\\/\s"'<>|:*?;,)\]]+)"#, judge::home),
    (
        Kind::Wifi,
        r#"(?i)(?-u:\b)(?:e?ssid|ssid name|nom ssid|wi-?fi network|wireless network|r\u{e9}seau (?:wi-?fi|sans fil)|access point)["']?\s*[:=]?\s*(?:"([^"]+)"|'([^']+)'|\u{ab}\s*([^\u{bb}]+?)\s*\u{bb})"#,
        judge::any,
    ),
    (Kind::Wifi, r#"(?i)(?-u:\b)e?ssid(?: name)?\s*[:=]\s*([^\s"'][^"',;)]*)"#, judge::any),
    (
        Kind::Serial,
        r#"(?i)(?-u:\b)(?:serial(?:[ _-]?(?:number|no|num))?|s/n|num\u{e9}ro de s\u{e9}rie|service[ _-]?tag|asset[ _-]?tag|imei)["']?[ \u{a0}]?[:=#]\s*["']?([A-Za-z0-9][A-Za-z0-9./_-]{3,})"#,
        judge::serial,
    ),
    (Kind::ProductKey, r"(?-u:\b)[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}(?-u:\b)", judge::product_key),
    // Addresses and numbers
    (
        Kind::Mac,
        r"(?-u:\b)[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?-u:\b)|(?-u:\b)[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?-u:\b)",
        judge::mac,
    ),
    (Kind::Ip, r"(?-u:\b)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?-u:\b)", judge::ipv4),
    (
        Kind::Ip,
        r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3})?",
        judge::ipv6,
    ),
    (Kind::Bank, r"(?-u:\b)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?-u:\b)", judge::iban),
    (
        Kind::Phone,
        r"(?:\+|(?-u:\b)00)33[ .-]?(?:\(0\)[ .-]?)?[1-9](?:[ .-]?[0-9]{2}){4}(?-u:\b)",
        judge::phone,
    ),
    (Kind::Phone, r"(?-u:\b)0[1-9](?:[ .-][0-9]{2}){4}(?-u:\b)", judge::phone),
    (Kind::Phone, r"(?-u:\b)0[1-9][0-9]{8}(?-u:\b)", judge::phone),
    (Kind::Phone, r"\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{2,4}\)?){2,5}(?-u:\b)", judge::phone),
];

/// The compiled table.
pub(crate) struct Detectors {
    set: RegexSet,
    single: Vec<Regex>,
}

impl Detectors {
    pub(crate) fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            set: RegexSet::new(TABLE.iter().map(|(_, pattern, _)| pattern))?,
            single: TABLE.iter().map(|(_, pattern, _)| Regex::new(pattern)).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn find(&self, text: &str, spans: &mut Vec<Span>) {
        for index in self.set.matches(text) {
            let (kind, _, judge) = TABLE[index];
            for captures in self.single[index].captures_iter(text) {
                let Some(hit) = captures.iter().skip(1).flatten().next().or_else(|| captures.get(0)) else {
                    continue;
                };
                let whole = captures.get(0).unwrap_or(hit);
                let candidate =
                    Candidate { text, announced_at: whole.start(), start: hit.start(), end: hit.end() };
                if judge(&candidate) {
                    spans.push(Span { start: hit.start(), end: hit.end(), kind });
                }
            }
        }
    }
}
