//! Access tokens: 32 random bytes, shown once, kept as their SHA-256 only. Pure: time and randomness come in.

use hotliner_protocol::time::Timestamp;
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a token begins with, so that people and secret scanners know one when they see it.
const PREFIX: &str = "hot_";

/// Random bytes of a token.
const SECRET_BYTES: usize = 32;

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Read cases.
    Read,
    /// Read cases, open, ask and close.
    Write,
}

impl Scope {
    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The scope of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Read, Self::Write].into_iter().find(|scope| scope.word() == word)
    }
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Its name for machines.
    pub id: String,
    /// Its name for people: who or what uses it.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// A new token, its secret text (to be shown once), and the hash to keep.
    pub fn new(
        name: &str,
        scope: Scope,
        now: Timestamp,
        expires_at: Option<Timestamp>,
        rng: &mut impl RngCore,
    ) -> (Self, String, [u8; 32]) {
        let mut secret = [0; SECRET_BYTES];
        rng.fill_bytes(&mut secret);
        let mut id = [0; 6];
        rng.fill_bytes(&mut id);
        let text = format!("{PREFIX}{}", hex(&secret));
        let hash = hash(&text);
        let name = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
        let token = Self { id: hex(&id), name, scope, created_at: now, expires_at, revoked_at: None };
        (token, text, hash)
    }

    /// Whether it still opens anything.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The hash under which a token's secret text is kept. A fast hash is right here: the secret is 256 random bits.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    #[test]
    fn a_token_dies_when_its_time_is_over_or_it_is_revoked() {
        let at = Timestamp::from_millis;
        let (mut token, secret, hash) = Token::new("ci", Scope::Read, at(1_000), Some(at(5_000)), &mut OsRng);
        assert!(secret.len() == PREFIX.len() + 64 && super::hash(&secret) == hash);
        assert!(token.is_alive(at(4_999)) && !token.is_alive(at(5_000)));
        token.revoked_at = Some(at(2_000));
        assert!(!token.is_alive(at(3_000)));
    }
}
