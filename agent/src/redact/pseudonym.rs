//! Placeholders: the same private value gets the same one for as long as the agent runs.

use std::collections::HashMap;

/// Most values of one kind that get a number of their own; the rest share one placeholder, so that a log full of
/// addresses cannot fill the memory.
const MAX_NUMBERED: usize = 4_096;

/// What kind of private value a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    User,
    Host,
    Email,
    Ip,
    Mac,
    Serial,
    ProductKey,
    Secret,
    Wifi,
    Phone,
    Bank,
    /// The customer's own words.
    Private,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Host => "host",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::Mac => "mac",
            Self::Serial => "serial",
            Self::ProductKey => "product-key",
            Self::Secret => "secret",
            Self::Wifi => "wifi",
            Self::Phone => "phone",
            Self::Bank => "bank",
            Self::Private => "private",
        }
    }
}

/// The map from private values to numbers. Stays on the PC, in memory only.
#[derive(Default)]
pub(crate) struct Pseudonyms {
    numbers: HashMap<Kind, HashMap<String, usize>>,
}

impl Pseudonyms {
    /// The placeholder of `value`. Spelling in other letter cases counts as the same value, except for secrets.
    pub(crate) fn of(&mut self, kind: Kind, value: &str) -> String {
        let known = self.numbers.entry(kind).or_default();
        let value = if kind == Kind::Secret { value.to_owned() } else { value.to_lowercase() };
        let next = known.len() + 1;
        let number = match known.get(&value) {
            Some(number) => *number,
            None if known.len() < MAX_NUMBERED => *known.entry(value).or_insert(next),
            None => return format!("{}-more", kind.word()),
        };
        format!("{}-{number}", kind.word())
    }
}
