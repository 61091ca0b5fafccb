//! The installer as a process: its outputs through us, byte by byte as they come, and a pseudo-terminal only where our own
//! standard output is a terminal.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write, stderr, stdin, stdout};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pty_process::blocking as pty;
use rustix::io::Errno;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr};

use super::super::{Look, OutputKind, Started};
use super::readable;

/// Between two looks whether the keyboard is still to be forwarded.
const KEYBOARD_TICK: Duration = Duration::from_millis(100);

/// Bytes of the keyboard forwarded at a time.
const KEYBOARD_BYTES: usize = 4_096;

/// An output of the installer.
pub(crate) enum Output {
    /// A pipe.
    Pipe(OwnedFd),
    /// The pseudo-terminal.
    Terminal(Terminal),
}

impl Output {
    /// Reads what is there, waiting at most `wait`.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn look(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<Look> {
        let ready = match self {
            Self::Pipe(pipe) => readable(&*pipe, wait)?,
            Self::Terminal(terminal) => readable(&*terminal.pty, wait)?,
        };
        if !ready {
            return Ok(Look::Nothing);
        }
        let read = match self {
            Self::Pipe(pipe) => rustix::io::read(&*pipe, buffer),
            Self::Terminal(terminal) => rustix::io::read(&*terminal.pty, buffer),
        };
        match read {
            // A pseudo-terminal whose last user is gone says EIO on Linux.
            Ok(0) | Err(Errno::IO) => Ok(Look::End),
            Ok(bytes) => Ok(Look::Bytes(bytes)),
            Err(Errno::INTR | Errno::AGAIN) => Ok(Look::Nothing),
            Err(error) => Err(error.into()),
        }
    }
}

/// The installer's pseudo-terminal, and ours in raw mode as long as this lives.
#[derive(Clone)]
pub(crate) struct Terminal {
    pty: Arc<pty::Pty>,
    raw: Arc<RawMode>,
}

impl Terminal {
    /// Gives the installer's terminal the size of ours.
    pub(crate) fn resize(&self) {
        if let Ok(size) = tcgetwinsize(stdout()) {
            let size =
                pty_process::Size::new_with_pixel(size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
            // A terminal that refuses a size keeps the old one.
            let _ = self.pty.resize(size);
        }
    }

    /// Ends the forwarding of the keyboard and gives the terminal back as it was.
    pub(crate) fn restore(&self) {
        self.raw.restore();
    }

    fn forward_keyboard(&self) -> io::Result<()> {
        let (pty, raw) = (self.pty.clone(), self.raw.clone());
        let forward = move || {
            let mut buffer = [0; KEYBOARD_BYTES];
            while !raw.restored.load(Ordering::Acquire) {
                match readable(&raw.terminal, KEYBOARD_TICK) {
                    Ok(false) => continue,
                    Ok(true) => {}
                    Err(_) => return,
                }
                let mut terminal = &raw.terminal;
                match terminal.read(&mut buffer) {
                    Ok(bytes) if bytes > 0 && (&*pty).write_all(&buffer[..bytes]).is_ok() => {}
                    _ => return,
                }
            }
        };
        std::thread::Builder::new().name("keyboard".into()).spawn(forward).map(drop)
    }
}

/// Our terminal in raw mode; given back on every way out.
struct RawMode {
    terminal: File,
    before: Termios,
    restored: AtomicBool,
}

impl RawMode {
    fn enter(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&terminal, OptionalActions::Now, &raw)?;
        Ok(Self { terminal, before, restored: AtomicBool::new(false) })
    }

    fn restore(&self) {
        if !self.restored.swap(true, Ordering::AcqRel) {
            // Drain: what the installer printed last is shown first. There is nobody to tell if it fails.
            let _ = tcsetattr(&self.terminal, OptionalActions::Drain, &self.before);
        }
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        self.restore();
    }
}

/// See [`super::super::start`].
pub(crate) fn start(program: &OsStr, args: &[OsString]) -> io::Result<Started> {
    let mut command = Command::new(program);
    command.args(args);
    match own_terminal() {
        Some(terminal) => start_on_terminal(command, terminal),
        None => start_on_pipes(command),
    }
}

/// The terminal we are in the foreground of, if our standard output is one.
fn own_terminal() -> Option<File> {
    if !stdout().is_terminal() || tcgetpgrp(stdout()).ok()? != rustix::process::getpgrp() {
        return None;
    }
    if stdin().is_terminal() {
        return stdin().as_fd().try_clone_to_owned().ok().map(File::from);
    }
    // Programs that ask for passwords open the terminal themselves; their keyboard is this one.
    OpenOptions::new().read(true).write(true).open("/dev/tty").ok()
}

fn start_on_terminal(command: Command, own: File) -> io::Result<Started> {
    let failed = |error: pty_process::Error| match error {
        pty_process::Error::Io(error) => error,
        other => io::Error::other(other.to_string()),
    };
    let (master, slave) = pty::open().map_err(failed)?;
    // The settings of our terminal (which key interrupts, how erasing works) are those of the installer's.
    tcsetattr(&slave, OptionalActions::Now, &tcgetattr(&own)?)?;
    let mut command = pty::Command::from(command);
    if !stdin().is_terminal() {
        command = command.stdin(Stdio::inherit());
    }
    if !stderr().is_terminal() {
        command = command.stderr(Stdio::piped());
    }
    let master = Arc::new(master);
    if let Ok(size) = tcgetwinsize(stdout()) {
        let size =
            pty_process::Size::new_with_pixel(size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel);
        master.resize(size).map_err(failed)?;
    }
    let mut child = command.spawn(slave).map_err(failed)?;
    let terminal = Terminal { pty: master, raw: Arc::new(RawMode::enter(own)?) };
    terminal.forward_keyboard()?;
    let mut outputs = vec![(OutputKind::Terminal, Output::Terminal(terminal.clone()))];
    outputs.extend(child.stderr.take().map(|pipe| (OutputKind::Stderr, Output::Pipe(pipe.into()))));
    Ok(Started { child, outputs, terminal: Some(terminal) })
}

fn start_on_pipes(mut command: Command) -> io::Result<Started> {
    command.stdin(Stdio::inherit());
    let mut outputs = Vec::new();
    let mut child = if one_file() {
        // Both of ours are one file: through one pipe, so that their order stays.
        let (reader, writer) = io::pipe()?;
        outputs.push((OutputKind::Stdout, Output::Pipe(reader.into())));
        command.stdout(writer.try_clone()?).stderr(writer);
        let child = command.spawn()?;
        drop(command);
        child
    } else {
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?
    };
    outputs.extend(child.stdout.take().map(|pipe| (OutputKind::Stdout, Output::Pipe(pipe.into()))));
    outputs.extend(child.stderr.take().map(|pipe| (OutputKind::Stderr, Output::Pipe(pipe.into()))));
    Ok(Started { child, outputs, terminal: None })
}

/// Whether our standard output and standard error are the same file.
fn one_file() -> bool {
    match (rustix::fs::fstat(stdout()), rustix::fs::fstat(stderr())) {
        (Ok(out), Ok(err)) => (out.st_dev, out.st_ino) == (err.st_dev, err.st_ino),
        _ => false,
    }
}
