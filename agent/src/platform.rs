//! Everything that differs between systems, and nothing else. `cfg(target_os)` and `cfg(unix)` stand here and below only.
//!
//! A system that cannot tell or do something says so ([`Reading::Unsupported`], [`std::io::ErrorKind::Unsupported`]); the
//! rest of the agent has one shape on every system.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode};
use std::time::Duration;

use hotliner_protocol::event::Exit;
use hotliner_protocol::fact::Reading;

use crate::redact::Known;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as own;
#[cfg(target_os = "macos")]
use macos as own;
#[cfg(unix)]
use unix as family;
#[cfg(windows)]
use windows as family;
#[cfg(windows)]
use windows as own;

#[cfg(unix)]
pub(crate) use unix::process::{Output, Terminal};
#[cfg(windows)]
pub(crate) use windows::{Output, Terminal};

/// The word for this system in the protocol.
pub(crate) const NAME: &str = own::NAME;

/// What one look at an installer's output gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// That many bytes.
    Bytes(usize),
    /// Nothing within the time given.
    #[cfg_attr(windows, expect(dead_code, reason = "a pipe of Windows cannot be waited for with a limit"))]
    Nothing,
    /// Its end.
    End,
}

/// Which of the installer's outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// Standard output; standard error too where both of ours are one.
    Stdout,
    /// Standard error.
    Stderr,
    /// The pseudo-terminal.
    #[cfg_attr(windows, expect(dead_code, reason = "installers run on pipes on Windows"))]
    Terminal,
}

impl OutputKind {
    /// The source its lines are sent under.
    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::Stdout => "installer:stdout",
            Self::Stderr => "installer:stderr",
            Self::Terminal => "installer:terminal",
        }
    }
}

/// An installer that was started.
pub(crate) struct Started {
    /// The process.
    pub(crate) child: Child,
    /// Its outputs.
    pub(crate) outputs: Vec<(OutputKind, Output)>,
    /// Its pseudo-terminal, if it has one.
    pub(crate) terminal: Option<Terminal>,
}

/// Starts the installer: standard input inherited, outputs through us, on a pseudo-terminal where ours is a terminal.
///
/// # Errors
/// What the system says: not found, not executable.
pub(crate) fn start(program: &OsStr, args: &[OsString]) -> io::Result<Started> {
    family::start(program, args)
}

/// How a process ended.
pub(crate) fn exit_of(status: std::process::ExitStatus) -> Exit {
    family::exit_of(status)
}

/// Our own exit status for an installer that ended so: its code, or 128 and the number of the signal.
pub(crate) fn exit_code(exit: Exit) -> ExitCode {
    family::exit_code(exit)
}

/// Waits for signals meant for the installer and hands them on, until dropped.
pub(crate) async fn forward_signals(pid: u32, terminal: Option<Terminal>) {
    family::forward_signals(pid, terminal).await;
}

/// Waits until a person or the system wants us to stop.
pub(crate) async fn stop_wanted() {
    family::stop_wanted().await;
}

/// Whether a person can be asked on this terminal, and reads one line of the answer; `None` at its end or when `limit`
/// has passed.
pub(crate) fn ask_line(limit: Duration) -> Option<String> {
    family::ask_line(limit)
}

/// The names that are private on this PC.
pub(crate) fn known_names() -> Known {
    family::known_names()
}

/// The user's language, as the system's setting says it: `fr_FR.UTF-8`.
pub(crate) fn language() -> String {
    family::language()
}

/// The folder under which programs keep data of this user.
///
/// # Errors
/// If the system names none.
pub(crate) fn user_data() -> io::Result<PathBuf> {
    let none = || io::Error::new(io::ErrorKind::NotFound, "no home folder is set");
    own::user_data().ok_or_else(none)
}

/// Makes a folder only its owner reads.
///
/// # Errors
/// What the system says.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    family::private_folder(path)
}

/// Writes a file only its owner reads, durably, in place of one that may be there.
///
/// # Errors
/// What the system says.
pub(crate) fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    family::private_file(path, bytes)
}

/// What stays the same for a file when its name or its content changes.
///
/// # Errors
/// What the system says.
pub(crate) fn file_identity(file: &std::fs::File) -> io::Result<(u64, u64)> {
    family::file_identity(file)
}

/// The identity of the file that has this name now.
///
/// # Errors
/// What the system says.
pub(crate) fn identity_at(path: &Path) -> io::Result<(u64, u64)> {
    family::identity_at(path)
}

/// One mounted volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Volume {
    /// Where it is mounted.
    pub(crate) mount: String,
    /// Kind of file system.
    pub(crate) file_system: String,
}

/// The mounted volumes that hold files of people or of the system.
///
/// # Errors
/// What the system says; [`io::ErrorKind::Unsupported`] where it cannot be asked.
pub(crate) fn volumes() -> io::Result<Vec<Volume>> {
    own::volumes()
}

/// Figures of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    /// Size.
    pub(crate) total_bytes: u64,
    /// Free for an ordinary user.
    pub(crate) free_bytes: u64,
    /// Free inodes; absent where the file system has no fixed number.
    pub(crate) free_inodes: Option<u64>,
    /// All inodes; absent as above.
    pub(crate) total_inodes: Option<u64>,
    /// Mounted read-only.
    pub(crate) read_only: bool,
    /// Mounted so that programs on it cannot be run.
    pub(crate) no_exec: bool,
}

/// The figures of the volume that holds `path`.
///
/// # Errors
/// What the system says.
pub(crate) fn space(path: &Path) -> io::Result<Space> {
    family::space(path)
}

/// The root of the volume the system lives on.
pub(crate) fn system_root() -> PathBuf {
    family::system_root()
}

/// Time the processors have spent since the system started, in a unit of the system's own. A load is the difference of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CpuTimes {
    /// At work.
    pub(crate) busy: u64,
    /// In all.
    pub(crate) total: u64,
}

/// The processors' times.
///
/// # Errors
/// What the system says; [`io::ErrorKind::Unsupported`] where it cannot be asked.
pub(crate) fn cpu_times() -> io::Result<CpuTimes> {
    own::cpu_times()
}

/// The processor's name.
pub(crate) fn cpu_model() -> Reading {
    own::cpu_model()
}

/// A program as the system's list of installed ones has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    /// Who installed it: `msi` for Windows Installer, `windows` for any other installer.
    pub(crate) manager: &'static str,
    /// The name people see.
    pub(crate) name: String,
    /// Its version, or an empty text.
    pub(crate) version: String,
    /// Who made it, or an empty text.
    pub(crate) publisher: String,
    /// `x86_64`, `x86` and so on.
    pub(crate) arch: &'static str,
}

/// The system's own list of installed programs.
///
/// # Errors
/// What the system says; [`io::ErrorKind::Unsupported`] where programs are packages, in a database of their manager.
pub(crate) fn installed() -> io::Result<Vec<Installed>> {
    own::installed()
}

/// Whether the system's own installer service is at work.
///
/// # Errors
/// What the system says; [`io::ErrorKind::Unsupported`] where there is none and lock files tell.
pub(crate) fn installer_lock() -> io::Result<Lock> {
    own::installer_lock()
}

/// Whether the system waits for a restart.
pub(crate) fn pending_reboot() -> Reading {
    own::pending_reboot()
}

/// The proxy of the system's settings, beside the one in the environment.
pub(crate) fn system_proxy() -> Option<String> {
    own::system_proxy()
}

/// Who holds a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Nobody.
    Free,
    /// The process with this id; 0 where the system does not say which.
    Held(i64),
}

/// Whether somebody holds a record lock on the file at `path`.
///
/// # Errors
/// What the system says.
pub(crate) fn lock_holder(path: &Path) -> io::Result<Lock> {
    own::lock_holder(path)
}

/// Whether there is a default route.
pub(crate) fn default_route() -> Reading {
    own::default_route()
}

/// The name servers in use.
pub(crate) fn dns_servers() -> Reading {
    own::dns_servers()
}

/// The time zone's name.
pub(crate) fn timezone() -> Reading {
    own::timezone()
}

/// Identification of the system: `(id, name, version, build)`.
pub(crate) fn os_release() -> [Reading; 4] {
    own::os_release()
}

/// The reading that an error of the system stands for.
pub(crate) fn reading_of(error: &io::Error) -> Reading {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Reading::Denied,
        io::ErrorKind::TimedOut => Reading::TimedOut,
        _ => Reading::Unsupported,
    }
}
