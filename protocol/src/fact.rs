//! Facts: named, typed, dated values that describe a PC.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits::MAX_PATH_BYTES;
use crate::time::Timestamp;
use crate::value::Value;

/// The name of a fact: `disk.system.free_bytes`, `package[dpkg:libc6].version`.
///
/// Segments of lower-case letters, digits, `_` and `-`, joined by dots; a segment may carry a key in brackets, which may
/// hold any character but `]` and control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactPath(String);

/// Why a text is not a fact path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a fact path; write lower-case segments joined by dots, with keys in brackets, such as package[dpkg:libc6].version"
)]
pub struct BadFactPath(String);

impl FactPath {
    /// Checks and makes a path.
    ///
    /// # Errors
    /// [`BadFactPath`] if the text does not follow the grammar or is longer than [`MAX_PATH_BYTES`].
    pub fn new(text: impl Into<String>) -> Result<Self, BadFactPath> {
        let text = text.into();
        if text.len() <= MAX_PATH_BYTES && is_path(&text) { Ok(Self(text)) } else { Err(BadFactPath(text)) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` follows the grammar of [`FactPath`].
fn is_path(text: &str) -> bool {
    let mut rest = text;
    loop {
        let name = rest.find(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-')).unwrap_or(rest.len());
        if name == 0 {
            return false;
        }
        rest = &rest[name..];
        if let Some(key) = rest.strip_prefix('[') {
            let Some(end) = key.find(']') else { return false };
            if end == 0 || key[..end].contains(char::is_control) {
                return false;
            }
            rest = &key[end + 1..];
        }
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None => return rest.is_empty(),
        }
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FactPath {
    type Err = BadFactPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl Serialize for FactPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FactPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<C> Encode<C> for FactPath {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for FactPath {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::new(d.str()?).map_err(|_| minicbor::decode::Error::message("bad fact path"))
    }
}

/// What a probe found out about one fact. What could not be told says why; it is never just missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The value.
    Value(Value),
    /// This system has no such thing.
    Unsupported,
    /// The right to read it was missing.
    Denied,
    /// The probe's time limit passed.
    TimedOut,
    /// Not looked at: no consent, or not asked yet.
    NotCollected,
    /// Known on the PC, withheld by redaction.
    Redacted,
}

impl Reading {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The word for JSON and screens.
    pub fn standing(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Unsupported => "unsupported",
            Self::Denied => "denied",
            Self::TimedOut => "timed-out",
            Self::NotCollected => "not-collected",
            Self::Redacted => "redacted",
        }
    }

    /// The reading of a [`standing`](Self::standing) word other than `value`.
    pub fn from_standing(word: &str) -> Option<Self> {
        [Self::Unsupported, Self::Denied, Self::TimedOut, Self::NotCollected, Self::Redacted]
            .into_iter()
            .find(|reading| reading.standing() == word)
    }
}

impl From<Value> for Reading {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// Wire: `[0, value]` for a value, `[n]` for the rest. Numbers are never reused; an unknown one reads as
/// [`Reading::NotCollected`], which claims nothing.
impl<C> Encode<C> for Reading {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let number = match self {
            Self::Value(value) => {
                e.array(2)?.u8(0)?;
                return value.encode(e, ctx);
            }
            Self::Unsupported => 1,
            Self::Denied => 2,
            Self::TimedOut => 3,
            Self::NotCollected => 4,
            Self::Redacted => 5,
        };
        e.array(1)?.u8(number)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Reading {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let len = d.array()?.ok_or_else(|| minicbor::decode::Error::message("indefinite length"))?;
        if len == 0 {
            return Err(minicbor::decode::Error::message("empty reading"));
        }
        let (reading, read) = match d.u16()? {
            0 if len > 1 => (Self::Value(Value::decode(d, ctx)?), 2),
            1 => (Self::Unsupported, 1),
            2 => (Self::Denied, 1),
            3 => (Self::TimedOut, 1),
            5 => (Self::Redacted, 1),
            _ => (Self::NotCollected, 1),
        };
        for _ in read..len {
            d.skip()?;
        }
        Ok(reading)
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Fact {
    /// Its name.
    #[n(0)]
    pub path: FactPath,
    /// When the PC was looked at, by the PC's clock.
    #[n(1)]
    pub observed_at: Timestamp,
    /// What was found.
    #[n(2)]
    pub reading: Reading,
}

/// The latest facts of a PC, by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactSet(BTreeMap<FactPath, Fact>);

impl FactSet {
    /// Takes a fact in. Returns whether the reading differs from the one held before.
    pub fn insert(&mut self, fact: Fact) -> bool {
        match self.0.get_mut(&fact.path) {
            Some(held) => {
                let changed = held.reading != fact.reading;
                *held = fact;
                changed
            }
            None => {
                self.0.insert(fact.path.clone(), fact);
                true
            }
        }
    }

    /// The fact of exactly this path.
    pub fn get(&self, path: &FactPath) -> Option<&Fact> {
        self.0.get(path)
    }

    /// What is known under `path`: a fact of that name, or a part of a fact whose value is a map
    /// (`package[dpkg:libc6].version` is the `version` of `package[dpkg:libc6]`).
    pub fn look_up(&self, path: &str) -> LookUp<'_> {
        if let Some(found) = self.by_text(path) {
            return LookUp::of(&found.reading);
        }
        for (dot, _) in path.rmatch_indices('.') {
            let Some(fact) = self.by_text(&path[..dot]) else { continue };
            return match &fact.reading {
                Reading::Value(value) => {
                    descend(value, &path[dot + 1..]).map_or(LookUp::Absent, LookUp::Value)
                }
                other => LookUp::of(other),
            };
        }
        LookUp::NotCollected
    }

    fn by_text(&self, path: &str) -> Option<&Fact> {
        FactPath::new(path).ok().and_then(|path| self.0.get(&path))
    }

    /// All facts, by path.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.values()
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn descend<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

/// The answer to a look-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LookUp<'f> {
    /// There is a value.
    Value(&'f Value),
    /// The thing around it is known, and has no such part.
    Absent,
    /// Not known: not collected, denied, unsupported or timed out.
    NotCollected,
    /// Known on the PC, withheld.
    Redacted,
}

impl<'f> LookUp<'f> {
    fn of(reading: &'f Reading) -> Self {
        match reading {
            Reading::Value(value) => Self::Value(value),
            Reading::Redacted => Self::Redacted,
            _ => Self::NotCollected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(path: &str, reading: Reading) -> Fact {
        Fact { path: path.parse().unwrap(), observed_at: Timestamp::from_millis(1), reading }
    }

    #[test]
    fn paths_follow_the_grammar() {
        for good in [
            "os",
            "disk.system.free_bytes",
            "package[dpkg:libc6].version",
            "disk[/mnt/a b.c].free-bytes",
            "x[é]",
        ] {
            assert!(FactPath::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "A", "a[", "a[]", "a[b", "a]b", "a[b]c", "a b", "a[\n]"] {
            assert!(FactPath::new(bad).is_err(), "{bad}");
        }
        assert!(FactPath::new("a".repeat(MAX_PATH_BYTES + 1)).is_err());
    }

    #[test]
    fn every_reading_survives_the_wire_and_a_new_one_claims_nothing() {
        for reading in [
            Reading::Value(Value::Int(7)),
            Reading::Unsupported,
            Reading::Denied,
            Reading::TimedOut,
            Reading::NotCollected,
            Reading::Redacted,
        ] {
            let bytes = minicbor::to_vec(&reading).unwrap();
            assert_eq!(minicbor::decode::<Reading>(&bytes).unwrap(), reading);
        }
        // [99, "from the future"]
        let mut bytes = vec![0x82, 0x18, 99];
        bytes.extend(minicbor::to_vec("from the future").unwrap());
        assert_eq!(minicbor::decode::<Reading>(&bytes).unwrap(), Reading::NotCollected);
    }

    #[test]
    fn a_part_of_a_known_thing_is_absent_and_a_part_of_an_unknown_thing_is_unknown() {
        let mut facts = FactSet::default();
        facts.insert(fact("package[dpkg:libc6]", Reading::Value(Value::map([("version", "2.36")]))));
        facts.insert(fact("package[dpkg:gcc]", Reading::Denied));
        facts.insert(fact("host", Reading::Redacted));
        assert_eq!(facts.look_up("package[dpkg:libc6].version"), LookUp::Value(&"2.36".into()));
        assert_eq!(facts.look_up("package[dpkg:libc6].held"), LookUp::Absent);
        assert_eq!(facts.look_up("package[dpkg:gcc].version"), LookUp::NotCollected);
        assert_eq!(facts.look_up("package[dpkg:vim].version"), LookUp::NotCollected);
        assert_eq!(facts.look_up("host.name"), LookUp::Redacted);
    }
}
