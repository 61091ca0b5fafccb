//! Enums whose variants have a wire number and a word, and that keep numbers they do not know.
//!
//! A newer peer may send a number this version has no name for. Such a value decodes to `Other(number)` and is encoded
//! unchanged, so that an old console can store and pass on what a new agent said.

/// Declares an enum with explicit wire numbers and words. Numbers are never reused; retired ones stay in the list.
macro_rules! numbered {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $number:literal => $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )+
            /// A number of a newer version.
            Other(u16),
        }

        impl $name {
            /// The number on the wire.
            pub fn number(self) -> u16 {
                match self {
                    $( Self::$variant => $number, )+
                    Self::Other(number) => number,
                }
            }

            /// The variant of a wire number.
            pub fn from_number(number: u16) -> Self {
                match number {
                    $( $number => Self::$variant, )+
                    other => Self::Other(other),
                }
            }

            /// The word used on command lines and in JSON; `other` for a number of a newer version.
            pub fn word(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                    Self::Other(_) => "other",
                }
            }

            /// The variant of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $( $word => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Other(number) => write!(f, "other-{number}"),
                    known => f.write_str(known.word()),
                }
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.u16(self.number())?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.u16().map(Self::from_number)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_word(&word)
                    .or_else(|| word.strip_prefix("other-")?.parse().ok().map(Self::Other))
                    .ok_or_else(|| serde::de::Error::custom(format_args!("unknown word `{word}`")))
            }
        }
    };
}

pub(crate) use numbered;
