//! The data folder: where a console keeps everything, for its owner only (0700, files 0600).
//!
//! A lock on the file `lock` keeps two consoles from sharing a folder; the system lets go of it when the process ends,
//! however it ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::trouble::Trouble;

const PRIVATE_DIR: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;

/// A data folder that this process holds.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// The folder to use when none is named: the user's data folder.
///
/// # Errors
/// When the system tells no home folder.
pub fn default_path() -> Result<PathBuf, Trouble> {
    match etcetera::choose_base_strategy() {
        Ok(base) => Ok(base.data_dir().join("hotliner-console")),
        Err(_) => Err(Trouble::new(
            "this user has no home folder to keep the console's data in",
            "name a folder with --data DIR",
        )),
    }
}

/// The local socket of the console on the folder `data`.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("console.sock")
}

impl DataDir {
    /// Takes hold of the folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made or written, or another console holds it.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let unusable = |error: io::Error| {
            Trouble::new(
                format!("the data folder {} cannot be used: {error}", path.display()),
                "name a folder that you may write with --data DIR",
            )
        };
        fs::DirBuilder::new().recursive(true).mode(PRIVATE_DIR).create(path).map_err(unusable)?;
        fs::set_permissions(path, fs::Permissions::from_mode(PRIVATE_DIR)).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        let lock = private_options().create(true).write(true).open(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Trouble::new(
                format!("another console is running on the data folder {}", path.display()),
                "stop that one first, or give this one a folder of its own with --data DIR",
            )),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// The folder, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Path of a file in the folder that SQLite is to open, made empty and private if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn private_file(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        private_options().create(true).append(true).open(&path)?;
        Ok(path)
    }

    /// The content of a file in the folder; `None` if there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path.join(name)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a private file: the old content or the new, never half of it, whatever happens.
    ///
    /// # Errors
    /// When it cannot be written; the old one is still there then.
    pub fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let new = self.path.join(format!("{name}.new"));
        let mut file = private_options().create(true).write(true).truncate(true).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, self.path.join(name))?;
        File::open(&self.path)?.sync_all()
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(PRIVATE_FILE);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_consoles_never_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let first = DataDir::open(&path).unwrap();
        let trouble = DataDir::open(&path).unwrap_err();
        assert!(trouble.what.contains("another console"), "{trouble}");
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn what_is_written_is_for_the_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("data")).unwrap();
        data.write("secret", b"1").unwrap();
        data.private_file("db").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(data.path()), 0o700);
        assert_eq!(mode(&data.path().join("secret")), 0o600);
        assert_eq!(mode(&data.path().join("db")), 0o600);
        assert_eq!(data.read("secret").unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(data.read("none").unwrap(), None);
    }
}
