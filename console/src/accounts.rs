//! Accounts of people: names, roles, sessions. Pure: time and randomness come in.

use std::time::Duration;

use hotliner_protocol::time::Timestamp;
use rand_core::RngCore;
use serde::{Deserialize, Serialize};

use crate::tokens::{hash, hex};

/// Longest name of an account, in characters.
pub const MAX_NAME_CHARS: usize = 32;

/// Most accounts of one console.
pub const MAX_ACCOUNTS: u64 = 2_000;

/// Names that the journal gives to others than people.
const RESERVED: [&str; 3] = ["local", "agent", "console"];

/// A session nobody used for so long is over.
pub const SESSION_IDLE: Duration = Duration::from_secs(4 * 60 * 60);

/// A session is over after this time, used or not.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(16 * 60 * 60);

/// Use of a session is noted at most this often.
pub const SESSION_NOTED: Duration = Duration::from_secs(60);

/// What somebody does in the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Takes cases over the telephone.
    Hotliner,
    /// Takes what hot liners hand over.
    Engineer,
    /// Looks after the queue: may take cases away from others.
    Supervisor,
    /// Writes faults; reads cases.
    Author,
    /// Everything, and accounts.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Hotliner, Self::Engineer, Self::Supervisor, Self::Author, Self::Admin];

    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hotliner => "hotliner",
            Self::Engineer => "engineer",
            Self::Supervisor => "supervisor",
            Self::Author => "author",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// How pages look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.word() == word)
    }
}

/// Somebody's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name; names that differ only in the case of letters are one.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Language chosen: `en` or `fr`.
    pub lang: Option<String>,
    /// Theme chosen.
    pub theme: Option<Theme>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A sign-in that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub account: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub seen_at: Timestamp,
}

impl Session {
    /// Whether it still opens anything.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.created_at.after(SESSION_LIFETIME) && now < self.seen_at.after(SESSION_IDLE)
    }

    /// Whether it is time to note that it is used.
    pub fn is_news(&self, now: Timestamp) -> bool {
        now >= self.seen_at.after(SESSION_NOTED)
    }
}

/// A secret of 256 random bits as text, and the hash under which it is kept.
pub fn secret(rng: &mut impl RngCore) -> (String, [u8; 32]) {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    let text = hex(&bytes);
    let hash = hash(&text);
    (text, hash)
}

/// Whether `name` may name an account: a letter, then letters, digits, `.`, `-` and `_`, in ASCII: names are compared,
/// shown and typed, and nobody may look like somebody else.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let reserved = RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name));
    !reserved
        && name.len() <= MAX_NAME_CHARS
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_be_called_like_somebody_else() {
        for good in ["ann", "J.Doe-2", "a_b"] {
            assert!(is_name(good), "{good}");
        }
        let long = "a".repeat(33);
        for bad in ["", "1ann", "ann ", "аnn", "local", "Agent", "token:ci", "a\u{202e}b", &long] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
        let begun = Timestamp::from_millis(1_000_000);
        let mut session = Session { account: "ann".into(), created_at: begun, seen_at: begun };
        assert!(session.is_alive(begun) && !session.is_news(begun));
        assert!(!session.is_alive(begun.after(SESSION_IDLE)));
        let mut now = begun;
        while now < begun.after(SESSION_LIFETIME) {
            assert!(session.is_alive(now));
            assert!(now == begun || session.is_news(now));
            session.seen_at = now;
            now = now.after(SESSION_IDLE / 2);
        }
        assert!(!session.is_alive(now), "however busy it is");
    }
}
