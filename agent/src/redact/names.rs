//! Names the PC itself gives away: its users, its own name, the customer's own words.

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use super::detector::Span;
use super::pseudonym::Kind;

/// Shortest name that is masked wherever it stands alone; shorter ones only within home paths, because a user called
/// `max` must not blind every line that speaks of a maximum.
const MIN_NAME_CHARS: usize = 4;

/// Account and machine names that identify nobody and that diagnosis needs.
const COMMON: &[&str] = &[
    "root",
    "user",
    "users",
    "admin",
    "administrator",
    "administrateur",
    "guest",
    "test",
    "tester",
    "owner",
    "home",
    "debian",
    "ubuntu",
    "fedora",
    "linux",
    "windows",
    "macos",
    "localhost",
    "localdomain",
    "desktop",
    "laptop",
    "server",
    "runner",
    "build",
    "builder",
    "docker",
    "vagrant",
    "postgres",
    "mysql",
    "apache",
    "nginx",
    "nobody",
    "daemon",
    "system",
    "default",
    "public",
    "live",
    "dpkg",
    "python",
    "node",
    "java",
    "code",
    "data",
    "main",
    "local",
    "unknown",
    "none",
    "host",
    "name",
    "package",
    "install",
    "installer",
    "error",
    "failed",
    // What makers write where the owner's name belongs.
    "microsoft",
    "lenovo",
    "dell",
    "acer",
    "asus",
    "samsung",
    "toshiba",
    "fujitsu",
    "medion",
    "utilisateur",
];

/// What the platform knows to be private on this PC.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Account names.
    pub(crate) users: Vec<String>,
    /// Names of people behind the accounts.
    pub(crate) people: Vec<String>,
    /// The PC's name, short and long.
    pub(crate) hosts: Vec<String>,
    /// Words the customer wants hidden.
    pub(crate) words: Vec<String>,
}

/// Finds [`Known`] names in one pass.
pub(crate) struct Names {
    automaton: Option<AhoCorasick>,
    kinds: Vec<Kind>,
}

impl Names {
    pub(crate) fn new(known: &Known) -> Result<Self, BuildError> {
        let mut names: Vec<(String, Kind)> = Vec::new();
        let mut add = |name: &str, kind: Kind, least: usize| {
            let name = name.trim();
            let common = kind != Kind::Private && COMMON.contains(&name.to_ascii_lowercase().as_str());
            let seen = names.iter().any(|(held, _)| held.eq_ignore_ascii_case(name));
            if name.chars().count() >= least && !common && !seen {
                names.push((name.to_owned(), kind));
            }
        };
        for word in &known.words {
            add(word, Kind::Private, 1);
        }
        for person in &known.people {
            add(person, Kind::User, MIN_NAME_CHARS);
            person.split_whitespace().for_each(|part| add(part, Kind::User, MIN_NAME_CHARS));
        }
        for user in &known.users {
            add(user, Kind::User, MIN_NAME_CHARS);
        }
        for host in &known.hosts {
            add(host, Kind::Host, MIN_NAME_CHARS);
        }
        let automaton = match names.as_slice() {
            [] => None,
            names => Some(
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(names.iter().map(|(name, _)| name))?,
            ),
        };
        Ok(Self { automaton, kinds: names.into_iter().map(|(_, kind)| kind).collect() })
    }

    pub(crate) fn find(&self, text: &str, spans: &mut Vec<Span>) {
        let Some(automaton) = &self.automaton else { return };
        for hit in automaton.find_iter(text) {
            let before = text[..hit.start()].chars().next_back();
            let after = text[hit.end()..].chars().next();
            // `_` and `-` part words here: `marie-pc` and `backup_marie` give a name away too.
            if !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric) {
                spans.push(Span {
                    start: hit.start(),
                    end: hit.end(),
                    kind: self.kinds[hit.pattern().as_usize()],
                });
            }
        }
    }
}
