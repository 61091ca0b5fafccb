//! Windows. Installers run on pipes; what this version cannot tell there yet says so.

mod registry;
mod system;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use hotliner_protocol::event::Exit;
use hotliner_protocol::fact::Reading;

use super::{CpuTimes, Installed, Lock, Look, OutputKind, Space, Started, Volume};
use crate::redact::Known;

pub(super) const NAME: &str = "windows";

/// An output of the installer.
pub(crate) struct Output(Box<dyn Read + Send>);

impl Output {
    /// Reads what is there. A pipe here cannot be waited for with a limit; its end comes with the installer's.
    pub(crate) fn look(&mut self, buffer: &mut [u8], _: Duration) -> io::Result<Look> {
        match self.0.read(buffer)? {
            0 => Ok(Look::End),
            bytes => Ok(Look::Bytes(bytes)),
        }
    }
}

/// No pseudo-terminal on Windows in this version.
#[derive(Clone)]
pub(crate) struct Terminal(std::convert::Infallible);

impl Terminal {
    /// Cannot be called: there is none.
    pub(crate) fn restore(&self) {
        match self.0 {}
    }
}

pub(super) fn start(program: &OsStr, args: &[OsString]) -> io::Result<Started> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut outputs = Vec::new();
    outputs.extend(child.stdout.take().map(|pipe| (OutputKind::Stdout, Output(Box::new(pipe)))));
    outputs.extend(child.stderr.take().map(|pipe| (OutputKind::Stderr, Output(Box::new(pipe)))));
    Ok(Started { child, outputs, terminal: None })
}

pub(super) fn exit_of(status: std::process::ExitStatus) -> Exit {
    // Windows codes are unsigned: 0x80070643, not -2147023293.
    Exit { code: status.code().map(|code| i64::from(code as u32)), signal: None }
}

#[expect(clippy::disallowed_methods, reason = "exit codes of Windows have 32 bits, `ExitCode` has 8")]
pub(super) fn exit_code(exit: Exit) -> ExitCode {
    match exit.code.and_then(|code| u8::try_from(code).ok()) {
        Some(code) => ExitCode::from(code),
        None => std::process::exit(exit.code.unwrap_or(1) as i32),
    }
}

pub(super) async fn forward_signals(_: u32, _: Option<Terminal>) {
    // Control-C reaches every program of the window by itself; we only must not die of it.
    while tokio::signal::ctrl_c().await.is_ok() {}
}

pub(super) async fn stop_wanted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

pub(super) fn ask_line(_: Duration) -> Option<String> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}

pub(super) fn known_names() -> Known {
    let text = |name: &str| std::env::var(name).ok();
    let mut known = registry::known_names();
    known.users.extend(text("USERNAME"));
    known.hosts.extend(text("COMPUTERNAME"));
    known
}

pub(super) fn language() -> String {
    // Shells from elsewhere set LANG; Windows itself keeps the user's choice in the registry.
    std::env::var("LANG").ok().filter(|set| !set.is_empty()).or_else(registry::language).unwrap_or_default()
}

pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    // The user's local data folder is closed to other users already.
    fs::create_dir_all(path)
}

pub(super) fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, bytes)?;
    fs::File::open(&new)?.sync_all()?;
    fs::rename(&new, path)
}

pub(super) fn file_identity(file: &fs::File) -> io::Result<(u64, u64)> {
    system::file_identity(file)
}

pub(super) fn identity_at(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::windows::fs::OpenOptionsExt;
    // Asking for no access at all works on files that others hold for themselves.
    system::file_identity(&fs::File::options().access_mode(0).open(path)?)
}

pub(super) fn volumes() -> io::Result<Vec<Volume>> {
    system::volumes()
}

pub(super) fn system_root() -> PathBuf {
    let drive = std::env::var("SystemDrive").unwrap_or_else(|_| "C:".to_owned());
    PathBuf::from(format!("{drive}\\"))
}

pub(super) fn space(path: &Path) -> io::Result<Space> {
    system::space(path)
}

pub(super) fn cpu_times() -> io::Result<CpuTimes> {
    system::cpu_times()
}

pub(super) fn cpu_model() -> Reading {
    registry::cpu_model()
}

pub(super) fn installed() -> io::Result<Vec<Installed>> {
    registry::installed()
}

pub(super) fn installer_lock() -> io::Result<Lock> {
    system::installer_lock()
}

pub(super) fn pending_reboot() -> Reading {
    registry::pending_reboot()
}

pub(super) fn lock_holder(_: &Path) -> io::Result<Lock> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn default_route() -> Reading {
    Reading::Unsupported
}

pub(super) fn dns_servers() -> Reading {
    registry::dns_servers()
}

pub(super) fn system_proxy() -> Option<String> {
    registry::proxy()
}

pub(super) fn timezone() -> Reading {
    registry::timezone()
}

pub(super) fn os_release() -> [Reading; 4] {
    registry::os_release()
}

pub(super) fn user_data() -> Option<PathBuf> {
    std::env::var_os("LOCALAPPDATA").map(PathBuf::from)
}
