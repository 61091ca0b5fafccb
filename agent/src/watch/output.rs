//! The installer's output on its way through us: unchanged and at once, also half a line and a prompt. A copy goes to the
//! pipeline if it has room; if not, the copy is dropped and the loss is said, and the installer notices nothing.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::pipeline::{Inlet, Input, now};
use crate::platform::{Look, Output, OutputKind};

/// Bytes taken at a time: what a pipe of Linux holds.
const BUFFER_BYTES: usize = 64 << 10;

/// Bytes held back at most while the pipeline is busy; beyond that they are given up, and the loss is said.
const HELD_BYTES: usize = 8 << 20;

/// How long one look waits while the installer runs.
const WAIT: Duration = Duration::from_millis(100);

/// How long an output may be quiet after the installer's end before it counts as read to its end. A program it started
/// and left behind may hold it open for ever.
const QUIET_AFTER_END: Duration = Duration::from_millis(150);

/// The thread behind one output.
pub(crate) struct PassThrough(JoinHandle<()>);

impl PassThrough {
    /// Starts passing `output` through. With an `inlet`, a copy goes there.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(
        kind: OutputKind,
        output: Output,
        inlet: Option<Inlet>,
        ended: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let copy = inlet.map(|inlet| Copy::new(inlet, kind.source()));
        let pass = move || match kind {
            OutputKind::Stderr => pass(output, &mut io::stderr(), copy, &ended),
            OutputKind::Stdout | OutputKind::Terminal => pass(output, &mut Unbuffered, copy, &ended),
        };
        std::thread::Builder::new().name(kind.source().into()).spawn(pass).map(Self)
    }

    /// Waits until everything was passed through.
    pub(crate) fn wait(self) {
        // A panic in the thread was said by the panic itself.
        let _ = self.0.join();
    }
}

/// Standard output without the line buffer of [`io::Stdout`]: bytes go on as they come.
struct Unbuffered;

impl Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The copy for the pipeline.
struct Copy {
    inlet: Inlet,
    source: Arc<str>,
    /// Bytes the pipeline had no room for yet.
    held: Vec<u8>,
    lost_lines: u64,
}

impl Copy {
    fn new(inlet: Inlet, source: &str) -> Self {
        Self { inlet, source: source.into(), held: Vec::new(), lost_lines: 0 }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if self.held.len() + bytes.len() > HELD_BYTES {
            // At least one: the end of a line that began before.
            self.lost_lines += (memchr::memchr_iter(b'\n', &self.held).count() as u64).max(1);
            self.held.clear();
        }
        self.held.extend_from_slice(bytes);
        self.offer();
    }

    /// Gives what is held to the pipeline, if it has room.
    fn offer(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let input = self.input();
        match self.inlet.offer(input) {
            Ok(()) => self.lost_lines = 0,
            Err(Input::Bytes { bytes, .. }) => self.held = bytes,
            Err(_) => {}
        }
    }

    fn input(&mut self) -> Input {
        let bytes = std::mem::take(&mut self.held);
        Input::Bytes { source: self.source.clone(), at: now(), bytes, lost_lines: self.lost_lines }
    }

    fn ended(mut self, complete: bool) {
        if !self.held.is_empty() {
            let input = self.input();
            self.inlet.put(input);
            self.lost_lines = 0;
        }
        let Self { inlet, source, lost_lines, .. } = self;
        inlet.put(Input::SourceEnded { source, complete, lost_lines });
    }
}

fn pass(mut output: Output, to: &mut impl Write, mut copy: Option<Copy>, ended: &AtomicBool) {
    let mut buffer = vec![0; BUFFER_BYTES];
    let complete = loop {
        let was_over = ended.load(Ordering::Acquire);
        let wait = if was_over { QUIET_AFTER_END } else { WAIT };
        match output.look(&mut buffer, wait) {
            Ok(Look::Bytes(count)) => {
                // Our reader is gone. So is the installer's, then: it gets the broken pipe it would have got without us.
                if to.write_all(&buffer[..count]).is_err() {
                    break false;
                }
                if let Some(copy) = copy.as_mut() {
                    copy.bytes(&buffer[..count]);
                }
            }
            Ok(Look::Nothing) if was_over => break true,
            Ok(Look::Nothing) => {
                if let Some(copy) = copy.as_mut() {
                    copy.offer();
                }
            }
            Ok(Look::End) => break true,
            Err(_) => break false,
        }
    };
    drop(output);
    if let Some(copy) = copy {
        copy.ended(complete);
    }
}
