//! Follows log files from where they ended when the attempt began.
//!
//! Never a line twice, never one skipped: what was read last is remembered, so that a file that was truncated and has
//! grown again is told from one that only grew; a file that was renamed is read to its end before the one that took its
//! place is read from its beginning. What is gone before it could be read cannot be had: then the source is not complete,
//! and says so. Files are opened so that others may write, rename and delete them meanwhile; Windows before 10 1809 lets nobody put
//! another file in place of one that is read. Files are looked at every 25 ms, which on every system costs less than being told.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::pipeline::{Inlet, Input, now};
use crate::platform::{file_identity, identity_at};

/// Time between two looks.
const EVERY: Duration = Duration::from_millis(25);

/// Bytes read at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// Bytes before the present position by which a file is recognised.
const MEMORY_BYTES: usize = 64;

/// The thread that follows all logs of an attempt.
pub(crate) struct Tails {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Tails {
    /// Begins at the present end of each of `paths`; those that are not there yet are read from their beginning.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(paths: &[PathBuf], inlet: Inlet) -> io::Result<Self> {
        let mut tails: Vec<Tail> = paths.iter().map(|path| Tail::new(path)).collect();
        let (stop, stopped) = channel();
        let follow = move || follow(&mut tails, &inlet, &stopped);
        let thread = std::thread::Builder::new().name("tails".into()).spawn(follow)?;
        Ok(Self { stop, thread })
    }

    /// Reads everything that is there, says that the sources ended, and ends.
    pub(crate) fn finish(self) {
        // An error means that the thread is gone already.
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

fn follow(tails: &mut [Tail], inlet: &Inlet, stopped: &Receiver<()>) {
    loop {
        let last = stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout);
        for tail in tails.iter_mut() {
            let source = tail.source.clone();
            tail.look(&mut |bytes| {
                let bytes = bytes.to_vec();
                inlet.put(Input::Bytes { source: source.clone(), at: now(), bytes, lost_lines: 0 });
            });
        }
        if last {
            break;
        }
    }
    for tail in tails.iter().filter(|tail| tail.seen) {
        let source = tail.source.clone();
        inlet.put(Input::SourceEnded { source, complete: tail.complete, lost_lines: 0 });
    }
}

/// One log.
struct Tail {
    path: PathBuf,
    source: Arc<str>,
    open: Option<Open>,
    /// There was something to read, or to be refused.
    seen: bool,
    complete: bool,
}

struct Open {
    file: File,
    identity: (u64, u64),
    position: u64,
    /// The last bytes before `position`.
    memory: Vec<u8>,
}

impl Tail {
    fn new(path: &Path) -> Self {
        let source = format!("log:{}", path.display()).into();
        let mut tail = Self { path: path.to_owned(), source, open: None, seen: false, complete: true };
        tail.open = tail.try_open(true);
        tail
    }

    /// Reads what is new and gives it on.
    fn look(&mut self, each: &mut impl FnMut(&[u8])) {
        let there = identity_at(&self.path);
        let replaced = match (&there, &self.open) {
            (Ok(identity), Some(open)) => *identity != open.identity,
            (Err(_), Some(_)) => true,
            (_, None) => false,
        };
        if let Some(open) = self.open.as_mut() {
            match open.read_new(each) {
                Ok(whole) => self.complete &= whole,
                Err(_) => self.complete = false,
            }
        }
        if self.open.is_none() || (replaced && there.is_ok()) {
            // The old one was read to its end above, and the new one has its name: nothing more comes to the old one.
            if let Some(mut open) = self.try_open(false) {
                self.complete &= open.read_new(each).unwrap_or(false);
                self.open = Some(open);
            }
        }
    }

    fn try_open(&mut self, at_end: bool) -> Option<Open> {
        match Open::new(&self.path, at_end) {
            Ok(open) => {
                self.seen = true;
                Some(open)
            }
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    self.seen = true;
                    self.complete = false;
                }
                None
            }
        }
    }
}

impl Open {
    fn new(path: &Path, at_end: bool) -> io::Result<Self> {
        let file = File::open(path)?;
        let identity = file_identity(&file)?;
        let length = file.metadata()?.len();
        let mut open = Self { file, identity, position: 0, memory: Vec::new() };
        if at_end {
            open.position = length;
            open.memory = open.before(MEMORY_BYTES)?;
        }
        Ok(open)
    }

    /// Up to `count` bytes before the position.
    fn before(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let from = self.position.saturating_sub(count as u64);
        self.file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&self.file).take(self.position - from).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads to the end. Returns whether nothing can have been missed.
    fn read_new(&mut self, each: &mut impl FnMut(&[u8])) -> io::Result<bool> {
        let length = self.file.metadata()?.len();
        if length == self.position {
            return Ok(true);
        }
        let same = length > self.position && self.before(self.memory.len())? == self.memory;
        if !same {
            // Truncated, and perhaps written anew: from its beginning. All that was there before had been read, as far
            // as it was there at the last look.
            self.position = 0;
            self.memory.clear();
        }
        self.file.seek(SeekFrom::Start(self.position))?;
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let count = match self.file.read(&mut buffer) {
                Ok(0) => return Ok(true),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            each(&buffer[..count]);
            self.position += count as u64;
            self.memory.extend_from_slice(&buffer[..count]);
            let surplus = self.memory.len().saturating_sub(MEMORY_BYTES);
            self.memory.drain(..surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::*;

    struct Log {
        _folder: tempfile::TempDir,
        path: PathBuf,
    }

    impl Log {
        fn new(content: Option<&str>) -> (Self, Tail) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.log");
            content.iter().for_each(|content| fs::write(&path, content).unwrap());
            let tail = Tail::new(&path);
            (Self { _folder: folder, path }, tail)
        }

        fn append(&self, text: &str) {
            OpenOptions::new()
                .append(true)
                .create(true)
                .open(&self.path)
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
        }
    }

    fn look(tail: &mut Tail) -> String {
        let mut text = String::new();
        tail.look(&mut |bytes| text.push_str(std::str::from_utf8(bytes).unwrap()));
        text
    }

    #[test]
    fn yesterday_is_not_read_and_what_is_added_is_read_once() {
        let (log, mut tail) = Log::new(Some("yesterday\n"));
        assert_eq!(look(&mut tail), "");
        log.append("one\ntw");
        assert_eq!(look(&mut tail), "one\ntw");
        assert_eq!(look(&mut tail), "");
        log.append("o\n");
        assert_eq!(look(&mut tail), "o\n");
        assert!(tail.complete && tail.seen);
    }

    #[test]
    fn a_log_that_appears_later_is_read_from_its_beginning() {
        let (log, mut tail) = Log::new(None);
        assert_eq!(look(&mut tail), "");
        assert!(!tail.seen);
        log.append("one\n");
        assert_eq!(look(&mut tail), "one\n");
        assert!(tail.complete && tail.seen);
    }

    #[test]
    fn a_rotated_log_is_read_to_its_end_and_then_the_new_one() {
        let (log, mut tail) = Log::new(Some("old\n"));
        log.append("one\n");
        assert_eq!(look(&mut tail), "one\n");
        log.append("two\n");
        fs::rename(&log.path, log.path.with_extension("1")).unwrap();
        assert_eq!(look(&mut tail), "two\n");
        let mut renamed = OpenOptions::new().append(true).open(log.path.with_extension("1")).unwrap();
        renamed.write_all(b"three\n").unwrap();
        assert_eq!(look(&mut tail), "three\n");
        log.append("four\n");
        assert_eq!(look(&mut tail), "four\n");
        assert!(tail.complete);
    }

    #[test]
    fn a_truncated_log_is_read_anew_even_if_it_has_grown_longer_than_before() {
        let (log, mut tail) = Log::new(Some("a long line of yesterday\n"));
        fs::write(&log.path, "new\n").unwrap();
        assert_eq!(look(&mut tail), "new\n");
        fs::write(&log.path, "a much longer line than the one before\n").unwrap();
        assert_eq!(look(&mut tail), "a much longer line than the one before\n");
        assert_eq!(look(&mut tail), "");
    }

    #[test]
    #[cfg_attr(windows, ignore = "Wine replaces no file that somebody reads; Windows does from 10 1809 on")]
    fn a_replaced_or_deleted_log_costs_nothing() {
        let (log, mut tail) = Log::new(Some("old\n"));
        let new = log.path.with_extension("new");
        fs::write(&new, "fresh\n").unwrap();
        fs::rename(&new, &log.path).unwrap();
        assert_eq!(look(&mut tail), "fresh\n");
        fs::remove_file(&log.path).unwrap();
        assert_eq!(look(&mut tail), "");
        log.append("again\n");
        assert_eq!(look(&mut tail), "again\n");
        assert!(tail.complete);
    }
}
