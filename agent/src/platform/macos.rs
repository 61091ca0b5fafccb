//! macOS. What this version cannot tell there yet says so.

use std::io;
use std::path::{Path, PathBuf};

use hotliner_protocol::fact::Reading;
use rustix::fs::StatVfsMountFlags;

use super::{CpuTimes, Installed, Lock, Volume};

pub(super) const NAME: &str = "macos";

pub(super) fn no_exec(_: StatVfsMountFlags) -> bool {
    false
}

pub(super) fn ignored(_: i32) -> bool {
    false
}

pub(super) fn volumes() -> io::Result<Vec<Volume>> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn lock_holder(_: &Path) -> io::Result<Lock> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn default_route() -> Reading {
    Reading::Unsupported
}

pub(super) fn dns_servers() -> Reading {
    Reading::Unsupported
}

pub(super) fn timezone() -> Reading {
    Reading::Unsupported
}

pub(super) fn os_release() -> [Reading; 4] {
    [Reading::Unsupported, Reading::Unsupported, Reading::Unsupported, Reading::Unsupported]
}

pub(super) fn user_data() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join("Library/Application Support"))
}

pub(super) fn installed() -> io::Result<Vec<Installed>> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn installer_lock() -> io::Result<Lock> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn system_proxy() -> Option<String> {
    None
}

pub(super) fn cpu_times() -> io::Result<CpuTimes> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn pending_reboot() -> Reading {
    Reading::Unsupported
}

pub(super) fn cpu_model() -> Reading {
    Reading::Unsupported
}
