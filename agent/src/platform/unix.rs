//! What Linux and macOS have in common.

pub(crate) mod process;
mod signals;

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hotliner_protocol::event::Exit;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::StatVfsMountFlags;

use super::Space;
use crate::redact::Known;

pub(super) use process::start;
pub(super) use signals::{forward_signals, stop_wanted};

/// Accounts of people begin here; those below belong to services, whose names (`systemd-network`) diagnosis needs.
const FIRST_PERSON_UID: u32 = if cfg!(target_os = "macos") { 500 } else { 1_000 };

/// Accounts from here on are not people's (`nobody`, and what containers make up).
const LAST_PERSON_UID: u32 = 60_000;

/// Shells report a signal as this and its number.
const SIGNAL_BASE: i64 = 128;

/// Longest answer read from the terminal, in bytes.
const MAX_ANSWER_BYTES: usize = 4_096;

pub(super) fn exit_of(status: std::process::ExitStatus) -> Exit {
    Exit { code: status.code().map(i64::from), signal: status.signal() }
}

pub(super) fn exit_code(exit: Exit) -> ExitCode {
    let status = match exit {
        Exit { code: Some(code), .. } => code,
        Exit { signal: Some(signal), .. } => SIGNAL_BASE + i64::from(signal),
        Exit { code: None, signal: None } => SIGNAL_BASE,
    };
    ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX))
}

/// Waits until `fd` can be read, at most `limit`. Returns whether it can.
fn readable(fd: impl rustix::fd::AsFd, limit: Duration) -> io::Result<bool> {
    let limit = rustix::event::Timespec::try_from(limit).ok();
    let mut fds = [PollFd::new(&fd, PollFlags::IN)];
    match poll(&mut fds, limit.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn ask_line(limit: Duration) -> Option<String> {
    let stdin = io::stdin();
    let until = Instant::now() + limit;
    let mut line = Vec::new();
    // Byte by byte: what is typed after the line belongs to the installer.
    while line.len() < MAX_ANSWER_BYTES {
        if !readable(&stdin, until.saturating_duration_since(Instant::now())).ok()? {
            if Instant::now() >= until {
                return None;
            }
            continue;
        }
        let mut byte = [0];
        if rustix::io::read(&stdin, &mut byte).ok()? == 0 {
            return None;
        }
        if byte[0] == b'\n' {
            return Some(String::from_utf8_lossy(&line).trim().to_owned());
        }
        line.push(byte[0]);
    }
    None
}

pub(super) fn known_names() -> Known {
    let mut known = Known::default();
    for name in ["USER", "LOGNAME", "SUDO_USER", "DOAS_USER"] {
        known.users.extend(std::env::var(name).ok());
    }
    if let Some(home) = std::env::var_os("HOME") {
        let folder = Path::new(&home).file_name().and_then(OsStr::to_str);
        let home_of_person =
            home.to_str().is_some_and(|home| home.starts_with("/home/") || home.starts_with("/Users/"));
        known.users.extend(folder.filter(|_| home_of_person).map(str::to_owned));
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    for account in accounts.lines() {
        let fields: Vec<&str> = account.split(':').collect();
        let [name, _, uid, _, people, ..] = fields.as_slice() else { continue };
        let person = uid.parse().is_ok_and(|uid: u32| (FIRST_PERSON_UID..LAST_PERSON_UID).contains(&uid));
        if person || known.users.iter().any(|user| user == name) {
            known.users.push((*name).to_owned());
            if *name != "root" {
                known.people.extend(people.split(',').next().map(str::to_owned));
            }
        }
    }
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    known.hosts.extend(host.split_once('.').map(|(short, _)| short.to_owned()));
    known.hosts.push(host);
    known
}

pub(super) fn language() -> String {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}

pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub(super) fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&new, path)?;
    match path.parent() {
        // The new name must survive a power cut too.
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

pub(super) fn file_identity(file: &File) -> io::Result<(u64, u64)> {
    file.metadata().map(|metadata| (metadata.dev(), metadata.ino()))
}

pub(super) fn identity_at(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

pub(super) fn system_root() -> PathBuf {
    PathBuf::from("/")
}

pub(super) fn space(path: &Path) -> io::Result<Space> {
    let figures = rustix::fs::statvfs(path)?;
    let inodes = |count: u64| (figures.f_files > 0).then_some(count);
    Ok(Space {
        total_bytes: figures.f_blocks.saturating_mul(figures.f_frsize),
        free_bytes: figures.f_bavail.saturating_mul(figures.f_frsize),
        free_inodes: inodes(figures.f_favail),
        total_inodes: inodes(figures.f_files),
        read_only: figures.f_flag.contains(StatVfsMountFlags::RDONLY),
        no_exec: super::own::no_exec(figures.f_flag),
    })
}
