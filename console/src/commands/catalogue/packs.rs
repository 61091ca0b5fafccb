//! Packs on disk, and the eras of those that were loaded: `packs.json` in the user's data folder, by public key.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::VerifyingKey;
use hotliner_faults::catalogue::Catalogue;

use crate::data_dir;
use crate::pack::{self, MAX_PACK_BYTES, PackError};
use crate::trouble::Trouble;

/// Where the highest eras are kept.
const ERAS: &str = "packs.json";

/// Bytes of a key, secret or public.
const KEY_BYTES: usize = 32;

/// Opens the pack `file` that the key of `trust` must have signed, and remembers its era.
pub(super) fn load(file: &Path, trust: &Path) -> Result<Catalogue, Trouble> {
    let bytes = read(file)?;
    let public = read_key(trust)?;
    let key = VerifyingKey::from_bytes(&public).map_err(|_| no_key(trust))?;
    let name = hex(&public);
    let eras_file = data_dir::default_path()?.join(ERAS);
    let mut eras = eras(&eras_file)?;
    let seen = eras.get(&name).copied().unwrap_or(0);
    let opened = pack::open(&bytes, &key, seen).map_err(|error| {
        Trouble::new(format!("the pack {} is refused: {error}", file.display()), error.remedy())
    })?;
    if opened.head.era > seen {
        eras.insert(name, opened.head.era);
        remember(&eras_file, &eras).map_err(|error| {
            Trouble::new(
                format!("{} cannot be written: {error}", eras_file.display()),
                "make room there: without it an old pack could not be told from a new one",
            )
        })?;
    }
    Ok(opened.catalogue)
}

/// A key file: 64 hexadecimal digits.
pub(in crate::commands) fn read_key(file: &Path) -> Result<[u8; KEY_BYTES], Trouble> {
    let mut text = String::new();
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    opened.take(1024).read_to_string(&mut text).map_err(|error| unreadable(file, &error))?;
    let text = text.trim();
    let byte = |at: usize| text.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..KEY_BYTES).map(byte).collect();
    let whole = text.len() == 2 * KEY_BYTES;
    bytes.filter(|_| whole).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| no_key(file))
}

fn no_key(file: &Path) -> Trouble {
    Trouble::new(
        format!("{} holds no key", file.display()),
        "name a file that `hotliner-console faults key` made: FILE to sign, FILE.pub to load",
    )
}

/// Bytes as key files have them.
pub(in crate::commands) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What to say where a file cannot be read.
pub(in crate::commands) fn unreadable(path: &Path, error: &io::Error) -> Trouble {
    Trouble::new(
        format!("{} cannot be read: {error}", path.display()),
        "name one that is there and that you may read",
    )
}

fn read(file: &Path) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    opened.take(MAX_PACK_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    if bytes.len() as u64 > MAX_PACK_BYTES {
        let error = PackError::TooLarge;
        return Err(Trouble::new(format!("the pack {} is refused: {error}", file.display()), error.remedy()));
    }
    Ok(bytes)
}

/// The highest era of each key. One that does not read is no reason to forget it silently.
fn eras(file: &Path) -> Result<BTreeMap<String, u64>, Trouble> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            Trouble::new(
                format!("{} is damaged: {error}", file.display()),
                "remove it, and load the newest pack first",
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(unreadable(file, &error)),
    }
}

/// The old content or the new, never half of it.
fn remember(file: &Path, eras: &BTreeMap<String, u64>) -> io::Result<()> {
    let folder: PathBuf = file.parent().map(Path::to_owned).unwrap_or_default();
    fs::create_dir_all(&folder)?;
    let mut new = tempfile::NamedTempFile::new_in(&folder)?;
    new.write_all(&serde_json::to_vec(eras)?)?;
    new.as_file().sync_all()?;
    new.persist(file).map_err(|error| error.error)?;
    Ok(())
}
