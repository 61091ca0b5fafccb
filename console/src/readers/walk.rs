//! Reads whatever is named on the command line: files, folders, archives, standard input. Streaming, and within the bounds of
//! [`super::limits`]; every source of lines goes to a [`Sink`], what was not read to a list.

pub(crate) mod archive;
mod folder;

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::Path;
use std::rc::Rc;

use hotliner_faults::lines::{DecodedLine, LineDecoder};

use super::guard::{Meter, Total};
use super::kind::{HEAD, Kind, kind};
use super::limits::{CHUNK_BYTES, MAX_NOT_READ, XZ_MEMORY_BYTES, ZSTD_WINDOW_LOG};
use super::not_read::{NotRead, Why};

/// Takes sources of lines, one after the other.
pub(crate) trait Sink {
    /// A source begins.
    fn begin(&mut self, name: &str);
    /// Its next line.
    fn line(&mut self, line: DecodedLine<'_>);
    /// It ended; `whole`: it was read to its end.
    fn end(&mut self, whole: bool);
}

/// What was read, and what was not.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Sources of lines.
    pub(crate) files: u64,
    /// Their lines.
    pub(crate) lines: u64,
    /// Their bytes, unpacked.
    pub(crate) bytes: u64,
    /// What was not read, in the order it came.
    pub(crate) not_read: Vec<NotRead>,
    /// How many more there were.
    pub(crate) not_read_more: u64,
    /// Something that should have been read was not.
    pub(crate) trouble: bool,
}

/// How far inside archives a stream stands.
#[derive(Clone, Copy, Debug, Default)]
struct Nest {
    containers: u8,
    /// A layer of compression was taken off already.
    unpacked: bool,
}

/// A walk over what was named.
pub(crate) struct Walk<'s, S> {
    sink: &'s mut S,
    seen: Seen,
    total: Rc<Total>,
    files: usize,
}

impl<'s, S: Sink> Walk<'s, S> {
    /// Begins.
    pub(crate) fn new(sink: &'s mut S) -> Self {
        Self { sink, seen: Seen::default(), total: Rc::default(), files: 0 }
    }

    /// What was read.
    pub(crate) fn finish(self) -> Seen {
        self.seen
    }

    /// Reads a path that was named.
    pub(crate) fn named(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(kind) if kind.is_dir() => self.folder(path),
            Ok(_) => self.file(path),
            Err(error) => self.leave(&path.display().to_string(), Why::Unreadable(error.to_string())),
        }
    }

    /// Reads a stream that is read only once.
    pub(crate) fn once(&mut self, name: &str, stream: impl Read) {
        self.total = Rc::default();
        let mut bounded = self.total.bounded(stream);
        self.stream(name, &mut bounded, Nest::default());
    }

    /// Reads a file that is open.
    pub(crate) fn open(&mut self, name: &str, mut file: File) {
        self.total = Rc::default();
        let begun = Begun::of(&mut file);
        // What cannot go back (a pipe, a device) is read as a stream.
        if begun.kind() == Kind::Zip && file.rewind().is_ok() {
            return self.zip(name, file, Nest::default());
        }
        self.begun(name, begun, &mut file, Nest::default());
    }

    fn file(&mut self, path: &Path) {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => self.open(&name, file),
            Err(error) => self.leave(&name, Why::Unreadable(error.to_string())),
        }
    }

    /// Reads a stream, whatever it is.
    fn stream(&mut self, name: &str, stream: &mut dyn Read, nest: Nest) {
        let begun = Begun::of(stream);
        self.begun(name, begun, stream, nest);
    }

    /// Reads a stream whose beginning is known.
    fn begun(&mut self, name: &str, begun: Begun, stream: &mut dyn Read, nest: Nest) {
        let kind = begun.kind();
        match begun {
            Begun { head, broken: Some(error) } if head.is_empty() => self.broken(name, &error),
            Begun { head, broken } => {
                let mut whole = io::Cursor::new(head).chain(Broken(broken)).chain(stream);
                self.sniffed(name, kind, &mut whole, nest);
            }
        }
    }

    /// Reads a stream of a kind.
    fn sniffed(&mut self, name: &str, kind: Kind, stream: &mut dyn Read, nest: Nest) {
        match kind {
            Kind::Text => self.text(name, stream),
            Kind::Gzip | Kind::Xz | Kind::Zstd => self.unpack(name, kind, stream, nest),
            Kind::Tar => self.tar(name, stream, nest),
            Kind::Zip => self.zip_within(name, stream, nest),
            Kind::EventLog => self.leave(name, Why::EventLog),
            Kind::Other(english, french) => self.leave(name, Why::Kind(english, french)),
        }
    }

    /// Takes a layer of compression off.
    fn unpack(&mut self, name: &str, kind: Kind, stream: &mut dyn Read, nest: Nest) {
        if nest.unpacked {
            return self.leave(name, Why::ArchiveDepth);
        }
        let meter = Meter::new(&self.total);
        let packed = meter.count_in(stream);
        let unpacked: io::Result<Box<dyn Read + '_>> = match kind {
            Kind::Gzip => Ok(Box::new(flate2::read::MultiGzDecoder::new(packed))),
            Kind::Xz => {
                liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_BYTES, liblzma::stream::CONCATENATED)
                    .map(|stream| {
                        Box::new(liblzma::read::XzDecoder::new_stream(packed, stream)) as Box<dyn Read>
                    })
                    .map_err(io::Error::from)
            }
            _ => zstd::Decoder::new(packed).and_then(|mut decoder| {
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Ok(Box::new(decoder) as Box<dyn Read>)
            }),
        };
        match unpacked {
            Ok(unpacked) => {
                let mut guarded = meter.count_out(unpacked);
                self.stream(name, &mut guarded, Nest { unpacked: true, ..nest });
            }
            Err(error) => self.leave(name, Why::Damaged(error.to_string())),
        }
    }

    /// Reads lines to their end.
    fn text(&mut self, name: &str, stream: &mut dyn Read) {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut decoder = LineDecoder::new();
        self.seen.files += 1;
        self.sink.begin(name);
        loop {
            let (size, broken) = fill(stream, &mut chunk);
            let (sink, lines) = (&mut *self.sink, &mut self.seen.lines);
            let mut each = |line: DecodedLine<'_>| {
                *lines += 1;
                sink.line(line);
            };
            decoder.push(&chunk[..size], &mut each);
            self.seen.bytes += size as u64;
            if size > 0 && broken.is_none() {
                continue;
            }
            decoder.finish(&mut each);
            self.sink.end(broken.is_none());
            if let Some(error) = broken {
                self.broken(name, &error);
            }
            return;
        }
    }

    /// A stream broke off: a bound was passed, or it is damaged.
    fn broken(&mut self, name: &str, error: &io::Error) {
        let why = self.total.stopped().map_or_else(|| Why::Damaged(error.to_string()), Why::from);
        self.leave(name, why);
    }

    /// Something is not read.
    pub(crate) fn leave(&mut self, name: &str, why: Why) {
        self.seen.trouble |= why.is_trouble();
        if self.seen.not_read.len() < MAX_NOT_READ {
            self.seen.not_read.push(NotRead { source: name.to_owned(), why });
        } else {
            self.seen.not_read_more += 1;
        }
    }
}

/// The beginning of a stream, and what broke it off there.
struct Begun {
    head: Vec<u8>,
    broken: Option<io::Error>,
}

impl Begun {
    fn of(stream: &mut dyn Read) -> Self {
        let mut head = vec![0; HEAD];
        let (size, broken) = fill(stream, &mut head);
        head.truncate(size);
        Self { head, broken }
    }

    fn kind(&self) -> Kind {
        kind(&self.head)
    }
}

/// An error, in its place in a stream. Some decompressors give theirs once and then an end as if all were well.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Reads until the chunk is full or the stream ends, so that the first chunk tells what a file is; and what broke it off.
fn fill(stream: &mut dyn Read, chunk: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < chunk.len() {
        match stream.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(size) => filled += size,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}
