//! Packs: a checked catalogue in one signed file. Pure.
//!
//! ```text
//! "hlpack\0" FORMAT | length of the head (u32, little endian) | head (JSON) | zstd of the files (JSON) | signature
//! ```
//!
//! The signature (Ed25519, strict verification) is over everything before it and is checked before anything else is believed.
//! The *era* grows from pack to pack, so that an old pack, though well signed, cannot bring mended faults back. The *engine* is the
//! version of the fault language the pack needs: an older console refuses it instead of misreading it. Faults are checked as
//! strictly when a pack is loaded as when it was made; the matcher is built then.

use std::io::Read;

use ed25519_dalek::{SIGNATURE_LENGTH, Signature, Signer, SigningKey, VerifyingKey};
use hotliner_faults::catalogue::Catalogue;
use serde::{Deserialize, Serialize};

/// Version of the fault language this console knows. 1: first; error codes as evidence.
pub const ENGINE: u32 = 1;

/// Largest pack, in bytes.
pub const MAX_PACK_BYTES: u64 = 64 << 20;

/// Largest catalogue in a pack, in bytes.
pub const MAX_CATALOGUE_BYTES: u64 = 256 << 20;

/// Largest head, in bytes.
const MAX_HEAD_BYTES: usize = 4 << 10;

/// Compression: a pack is made once and read often.
const ZSTD_LEVEL: i32 = 19;

/// How a pack begins: its name and the version of this layout.
const MAGIC: &[u8; 8] = b"hlpack\0\x01";

/// What a pack says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the fault language it needs.
    pub engine: u32,
    /// Grows from pack to pack.
    pub era: u64,
    /// How many faults.
    pub faults: usize,
    /// The catalogue's version.
    pub catalogue: String,
}

/// A fault file: its name and its text.
pub type File = (String, String);

/// A pack that was opened.
#[derive(Debug)]
pub struct Opened {
    /// What it says about itself.
    pub head: Head,
    /// Its faults, checked.
    pub catalogue: Catalogue,
}

/// Why a pack is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Not the file of a pack.
    #[error("it is no pack of faults")]
    NoPack,
    /// A layout this console does not know.
    #[error("it is made for a newer console: its layout is {0}, this console knows 1")]
    Layout(u8),
    /// Larger than [`MAX_PACK_BYTES`], or its catalogue than [`MAX_CATALOGUE_BYTES`].
    #[error("it is too large")]
    TooLarge,
    /// No signature behind the catalogue.
    #[error("it is not signed")]
    Unsigned,
    /// The signature does not fit.
    #[error("it was changed after it was signed, or another key signed it")]
    Changed,
    /// It needs a newer engine.
    #[error("it is made for a newer engine: it needs {needs}, this console has {ENGINE}")]
    Engine {
        /// What it needs.
        needs: u32,
    },
    /// A newer one was seen.
    #[error("it is too old: its era is {era}, and one of era {seen} was loaded before")]
    Era {
        /// Its era.
        era: u64,
        /// The highest one seen.
        seen: u64,
    },
    /// The faults in it do not load.
    #[error("its faults do not load: {0}")]
    Faults(String),
}

impl PackError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoPack | Self::TooLarge => "name a file that `hotliner-console faults pack` made",
            Self::Layout(_) | Self::Engine { .. } => {
                "update this console, or make the pack with this version"
            }
            Self::Unsigned => "sign it: hotliner-console faults pack OUT --key FILE",
            Self::Changed => "fetch it again from the team that made it, and name that team's public key",
            Self::Era { .. } => "fetch the newest pack from the team that made it",
            Self::Faults(_) => "ask the team that made it to check it with this version",
        }
    }
}

/// Makes a pack of files that load.
///
/// # Errors
/// [`PackError::TooLarge`] where nobody would load it.
pub fn seal(head: &Head, files: &[File], key: &SigningKey) -> Result<Vec<u8>, PackError> {
    let described = serde_json::to_vec(head).unwrap_or_default();
    let text = serde_json::to_vec(files).unwrap_or_default();
    if text.len() as u64 > MAX_CATALOGUE_BYTES || described.len() > MAX_HEAD_BYTES {
        return Err(PackError::TooLarge);
    }
    let packed = zstd::encode_all(text.as_slice(), ZSTD_LEVEL).map_err(|_| PackError::TooLarge)?;
    let length = u32::try_from(described.len()).unwrap_or(u32::MAX);
    let mut pack = Vec::with_capacity(packed.len() + MAX_HEAD_BYTES);
    pack.extend_from_slice(MAGIC);
    pack.extend_from_slice(&length.to_le_bytes());
    pack.extend_from_slice(&described);
    pack.extend_from_slice(&(packed.len() as u64).to_le_bytes());
    pack.extend_from_slice(&packed);
    let signature = key.sign(&pack);
    pack.extend_from_slice(&signature.to_bytes());
    if pack.len() as u64 > MAX_PACK_BYTES { Err(PackError::TooLarge) } else { Ok(pack) }
}

/// Opens a pack that `key` signed, where `seen` is the highest era loaded before.
///
/// # Errors
/// [`PackError`]; nothing of it is loaded then.
pub fn open(pack: &[u8], key: &VerifyingKey, seen: u64) -> Result<Opened, PackError> {
    if pack.len() as u64 > MAX_PACK_BYTES {
        return Err(PackError::TooLarge);
    }
    let (magic, rest) = pack.split_at_checked(MAGIC.len()).ok_or(PackError::NoPack)?;
    if magic[..7] != MAGIC[..7] {
        return Err(PackError::NoPack);
    }
    if magic[7] != MAGIC[7] {
        return Err(PackError::Layout(magic[7]));
    }
    let (described, packed, signature) = parts(rest).ok_or(PackError::Changed)?;
    let signature: [u8; SIGNATURE_LENGTH] = match signature.len() {
        0 => return Err(PackError::Unsigned),
        _ => signature.try_into().map_err(|_| PackError::Changed)?,
    };
    let signed = &pack[..pack.len() - SIGNATURE_LENGTH];
    key.verify_strict(signed, &Signature::from_bytes(&signature)).map_err(|_| PackError::Changed)?;
    // Only now is anything of it believed.
    let head: Head =
        serde_json::from_slice(described).map_err(|error| PackError::Faults(error.to_string()))?;
    if head.engine > ENGINE {
        return Err(PackError::Engine { needs: head.engine });
    }
    if head.era < seen {
        return Err(PackError::Era { era: head.era, seen });
    }
    let catalogue = unpack(packed)?;
    Ok(Opened { head, catalogue })
}

/// The head, the packed files and the signature.
fn parts(rest: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length =
        usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= MAX_HEAD_BYTES)?;
    let (described, rest) = rest.split_at_checked(length)?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (packed, signature) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((described, packed, signature))
}

fn unpack(packed: &[u8]) -> Result<Catalogue, PackError> {
    let broken = |error: &dyn std::fmt::Display| PackError::Faults(error.to_string());
    let mut text = Vec::new();
    let decoder = zstd::Decoder::new(packed).map_err(|error| broken(&error))?;
    decoder.take(MAX_CATALOGUE_BYTES + 1).read_to_end(&mut text).map_err(|error| broken(&error))?;
    if text.len() as u64 > MAX_CATALOGUE_BYTES {
        return Err(PackError::TooLarge);
    }
    let files: Vec<File> = serde_json::from_slice(&text).map_err(|error| broken(&error))?;
    Catalogue::load(files).map_err(|errors| {
        let first = errors.first().map(|error| format!("{}:{}: {}", error.file, error.line, error.what));
        PackError::Faults(first.unwrap_or_default())
    })
}
