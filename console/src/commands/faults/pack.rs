//! `faults key` and `faults pack`.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use hotliner_faults::catalogue::Catalogue;
use rand_core::OsRng;
use serde_json::json;

use super::print;
use crate::cli::{FaultsCommon, Format, Output};
use crate::commands::catalogue;
use crate::pack::{self, ENGINE, Head};
use crate::terminal;
use crate::trouble::Trouble;

/// A secret is for its owner only.
const SECRET_MODE: u32 = 0o600;

/// Everybody may read a public key and a pack.
const PUBLIC_MODE: u32 = 0o644;

/// Seconds of a day: the default era counts days.
const DAY_SECONDS: u64 = 86_400;

/// Makes a key.
pub(super) fn key(file: &Path, output: Output) -> Result<u8, Trouble> {
    let secret = SigningKey::generate(&mut OsRng);
    let public = PathBuf::from(format!("{}.pub", file.display()));
    let line = |bytes: &[u8]| format!("{}\n", catalogue::hex(bytes)).into_bytes();
    write_new(file, &line(&secret.to_bytes()), SECRET_MODE)?;
    write_new(&public, &line(secret.verifying_key().as_bytes()), PUBLIC_MODE)?;
    if output.format == Format::Json {
        print(&json!({ "key": file, "public": public }));
    } else {
        terminal::say(&format!("{}\n{}", file.display(), public.display()));
    }
    Ok(0)
}

/// Makes a pack.
pub(super) fn run(out: &Path, key: &Path, era: Option<u64>, common: &FaultsCommon) -> Result<u8, Trouble> {
    let secret = SigningKey::from_bytes(&catalogue::read_key(key)?);
    let files = match (&common.origin.pack, &common.origin.dir) {
        (Some(_), _) => {
            return Err(Trouble::new(
                "a pack is not made of a pack",
                "name a folder of fault files with --dir",
            ));
        }
        (None, Some(dir)) => below(dir, catalogue::files(dir)?),
        (None, None) => Catalogue::built_in_files().collect(),
    };
    let loaded = Catalogue::load(files.clone()).map_err(|errors| catalogue::refused(&errors))?;
    let era = era.unwrap_or_else(today);
    let head = Head { engine: ENGINE, era, faults: loaded.faults().len(), catalogue: loaded.version() };
    let sealed = pack::seal(&head, &files, &secret)
        .map_err(|error| Trouble::new(error.to_string(), error.remedy()))?;
    write(out, &sealed)?;
    if common.output.format == Format::Json {
        print(&json!({ "pack": out, "bytes": sealed.len(), "head": head }));
    } else {
        let (faults, version, bytes) = (head.faults, &head.catalogue, sealed.len());
        terminal::say(&format!("{}: {faults} faults, {version}, era {era}, {bytes} bytes", out.display()));
    }
    Ok(0)
}

/// The files by their names below the folder: where it lies on this machine is nobody's business.
fn below(dir: &Path, files: Vec<(String, String)>) -> Vec<(String, String)> {
    let name = |file: String| match Path::new(&file).strip_prefix(dir) {
        Ok(below) => below.display().to_string(),
        Err(_) => file,
    };
    files.into_iter().map(|(file, text)| (name(file), text)).collect()
}

fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / DAY_SECONDS)
}

/// Writes a file that is not there yet: a key is never overwritten.
fn write_new(file: &Path, bytes: &[u8], mode: u32) -> Result<(), Trouble> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(mode).open(file);
    opened.and_then(|mut opened| opened.write_all(bytes)).map_err(|error| not_written(file, &error))
}

/// Writes the pack whole, or leaves the old one.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(PUBLIC_MODE))
        .tempfile_in(folder)
        .and_then(|mut new| new.write_all(bytes).map(|()| new))
        .and_then(|new| new.persist(file).map_err(|error| error.error));
    written.map(drop).map_err(|error| not_written(file, &error))
}

pub(super) fn not_written(file: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(
        format!("{} cannot be written: {error}", file.display()),
        "name a place that you may write and where nothing of that name is",
    )
}
