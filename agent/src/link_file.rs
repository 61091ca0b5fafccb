//! What a session leaves on disk while it lives, in a folder only its user reads:
//!
//! ```text
//! DATA/sessions/NAME/lock     held as long as the session's process lives
//! DATA/sessions/NAME/stop     put there by `leave`: please end
//! DATA/sessions/NAME/link     CBOR of [`LinkState`]: what `resume` needs
//! DATA/sessions/NAME/spool/   see [`crate::spool`]
//! ```
//!
//! With everything delivered the folder goes. A folder whose lease has ended goes at the next start.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hotliner_protocol::id::AttemptId;
use hotliner_protocol::limits::LEASE;
use hotliner_protocol::resume::LinkSecret;
use hotliner_protocol::scope::Scope;
use hotliner_protocol::time::Timestamp;
use minicbor::{Decode, Encode};

use crate::platform;

/// How long a session may take from making its folder to locking it.
const STARTING: Duration = Duration::from_secs(10);

/// What `resume` needs.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(crate) struct LinkState {
    /// Where the console is, as given.
    #[n(0)]
    pub(crate) console: String,
    /// The link, once paired.
    #[n(1)]
    pub(crate) link: Option<LinkSecret>,
    /// The team's name, once paired.
    #[n(2)]
    pub(crate) team_name: Option<String>,
    /// What the customer has consented to.
    #[n(3)]
    pub(crate) granted: Vec<Scope>,
    /// When the lease ends.
    #[n(4)]
    pub(crate) until: Timestamp,
    /// The attempt that was begun and not ended.
    #[n(5)]
    pub(crate) open_attempt: Option<AttemptId>,
}

/// A session's folder, locked by this process.
pub(crate) struct Folder {
    path: PathBuf,
    /// Holds the lock; `None` where the disk gave no folder, and the session lives in memory only.
    lock: Option<File>,
    state: LinkState,
}

/// A folder found on disk.
pub(crate) enum Found {
    /// Nobody holds it any more.
    Left(Box<Folder>),
    /// Its process lives.
    Alive(PathBuf),
}

fn sessions(data: &Path) -> PathBuf {
    data.join("sessions")
}

impl Folder {
    /// Makes the folder of a new session. Where the disk refuses, the session goes on without one.
    pub(crate) fn create(data: &Path, now: Timestamp, console: &str) -> Self {
        let path = sessions(data).join(format!("{}-{}", now.millis(), std::process::id()));
        let state = LinkState {
            console: console.to_owned(),
            link: None,
            team_name: None,
            granted: Vec::new(),
            until: now.after(LEASE),
            open_attempt: None,
        };
        let lock = platform::private_folder(&path).and_then(|()| lock(&path)).ok().flatten();
        Self { path, lock, state }
    }

    /// The folders of earlier and of living sessions, oldest first. Those whose lease has ended are deleted.
    pub(crate) fn find(data: &Path, now: Timestamp) -> Vec<Found> {
        let Ok(entries) = fs::read_dir(sessions(data)) else { return Vec::new() };
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.sort();
        paths.into_iter().filter_map(|path| Self::open(path, now)).collect()
    }

    fn open(path: PathBuf, now: Timestamp) -> Option<Found> {
        // A session that begins at this very moment has its folder and not yet its lock.
        if !path.join("lock").exists() && began(&path).is_none_or(|began| now.since(began) < STARTING) {
            return None;
        }
        let lock = match lock(&path) {
            Ok(Some(lock)) => lock,
            Ok(None) => return Some(Found::Alive(path)),
            Err(_) => return None,
        };
        let state =
            fs::read(path.join("link")).ok().and_then(|bytes| minicbor::decode::<LinkState>(&bytes).ok());
        match state.filter(|state| state.until > now) {
            Some(state) => Some(Found::Left(Box::new(Self { path, lock: Some(lock), state }))),
            None => {
                // Nothing that could ever be delivered: killed before its first word, or past its lease.
                let _ = fs::remove_dir_all(&path);
                None
            }
        }
    }

    /// Where the spool is.
    pub(crate) fn spool(&self) -> PathBuf {
        self.path.join("spool")
    }

    /// A file in it for a log that an installer is asked to write.
    pub(crate) fn own_log(&self) -> Option<PathBuf> {
        self.lock.as_ref().map(|_| self.path.join("installer.log"))
    }

    /// What is kept.
    pub(crate) fn state(&self) -> &LinkState {
        &self.state
    }

    /// Changes what is kept, durably.
    ///
    /// # Errors
    /// What the disk says; the change holds for this process all the same.
    pub(crate) fn update(&mut self, change: impl FnOnce(&mut LinkState)) -> io::Result<()> {
        change(&mut self.state);
        if self.lock.is_none() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        minicbor::encode(&self.state, &mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        platform::private_file(&self.path.join("link"), &bytes)
    }

    /// Whether `leave` was called.
    pub(crate) fn asked_to_stop(&self) -> bool {
        self.lock.is_some() && self.path.join("stop").exists()
    }

    /// Deletes everything.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn delete(mut self) -> io::Result<()> {
        if self.lock.take().is_none() {
            return Ok(());
        }
        fs::remove_dir_all(&self.path)?;
        // The folders around it go when they are empty.
        let mut around = self.path.as_path();
        for _ in 0..2 {
            match around.parent() {
                Some(parent) if fs::remove_dir(parent).is_ok() => around = parent,
                _ => break,
            }
        }
        Ok(())
    }
}

/// Asks the living session in `path` to end.
///
/// # Errors
/// What the disk says.
pub(crate) fn ask_to_stop(path: &Path) -> io::Result<()> {
    fs::write(path.join("stop"), "")
}

/// When the session in `path` began, as its name says.
fn began(path: &Path) -> Option<Timestamp> {
    let (millis, _) = path.file_name()?.to_str()?.split_once('-')?;
    millis.parse().ok().map(Timestamp::from_millis)
}

/// The lock of a folder, or `None` if a living process holds it.
fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().create(true).truncate(false).write(true).open(path.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
