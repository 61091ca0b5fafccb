//! Typed values of facts.

use std::collections::BTreeMap;

use minicbor::data::Type;
use minicbor::{Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Serialize};

use crate::limits::MAX_VALUE_DEPTH;

/// The value of a fact. On the wire it is the CBOR item of the same kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// Several values of one kind.
    List(Vec<Value>),
    /// Named parts.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// A map of named parts.
    pub fn map<K: Into<String>, V: Into<Value>>(parts: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(parts.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The part called `name`, if this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Map(parts) => parts.get(name),
            _ => None,
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })+
    };
}

value_from!(bool => Bool, i64 => Int, i32 => Int, u32 => Int, f64 => Float, f32 => Float, &str => Text, String => Text, Vec<Value> => List);

impl From<u64> for Value {
    /// Counts and sizes beyond `i64::MAX` are clamped; no PC reaches them.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Bool(value) => e.bool(*value)?.ok(),
            Self::Int(value) => e.i64(*value)?.ok(),
            Self::Float(value) => e.f64(*value)?.ok(),
            Self::Text(value) => e.str(value)?.ok(),
            Self::List(values) => values.encode(e, ctx),
            Self::Map(parts) => parts.encode(e, ctx),
        }
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        decode_value(d, MAX_VALUE_DEPTH)
    }
}

/// Decodes one value. Kinds of a newer version are skipped and shown as text, so that the fact around them survives.
fn decode_value(d: &mut Decoder<'_>, depth: usize) -> Result<Value, minicbor::decode::Error> {
    if depth == 0 {
        return Err(minicbor::decode::Error::message("value nested too deeply"));
    }
    Ok(match d.datatype()? {
        Type::Bool => Value::Bool(d.bool()?),
        Type::U8 | Type::U16 | Type::U32 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Value::Int(d.i64()?)
        }
        Type::U64 => Value::from(d.u64()?),
        Type::F32 | Type::F64 => Value::Float(d.f64()?),
        Type::String => Value::Text(d.str()?.to_owned()),
        Type::Array => Value::List(decode_list(d, depth)?),
        Type::Map => Value::Map(decode_map(d, depth)?),
        other => {
            d.skip()?;
            Value::Text(format!("<{other}>"))
        }
    })
}

fn decode_list(d: &mut Decoder<'_>, depth: usize) -> Result<Vec<Value>, minicbor::decode::Error> {
    let len = d.array()?.ok_or_else(indefinite)?;
    // No `with_capacity(len)`: the length is the sender's word.
    let mut values = Vec::new();
    for _ in 0..len {
        values.push(decode_value(d, depth - 1)?);
    }
    Ok(values)
}

fn decode_map(d: &mut Decoder<'_>, depth: usize) -> Result<BTreeMap<String, Value>, minicbor::decode::Error> {
    let len = d.map()?.ok_or_else(indefinite)?;
    let mut parts = BTreeMap::new();
    for _ in 0..len {
        let name = d.str()?.to_owned();
        parts.insert(name, decode_value(d, depth - 1)?);
    }
    Ok(parts)
}

fn indefinite() -> minicbor::decode::Error {
    minicbor::decode::Error::message("indefinite length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_wire() {
        let value = Value::map([
            ("on", Value::Bool(true)),
            ("pid", Value::Int(-4127)),
            ("load", Value::Float(0.5)),
            ("names", Value::List(vec!["apt".into(), "dpkg".into()])),
        ]);
        let bytes = minicbor::to_vec(&value).unwrap();
        assert_eq!(minicbor::decode::<Value>(&bytes).unwrap(), value);
    }

    #[test]
    fn nesting_is_bounded_so_that_a_hostile_agent_cannot_overflow_the_stack() {
        let mut bytes = vec![0x81; 100_000];
        bytes.push(0x00);
        assert!(minicbor::decode::<Value>(&bytes).is_err());
    }
}
