//! Logs in hand: whatever was named is read in one pass and bounded memory, and its last attempt is held against the faults.
//!
//! | part | what it does |
//! | --- | --- |
//! | [`limits`] | every bound |
//! | [`kind`], [`walk`], [`guard`], [`not_read`] | files, folders, archives, streams into lines; what was not read and why |
//! | [`format`], [`journald`], [`time`] | what a line says about itself; pure |
//! | [`attempts`], [`select`] | which lines decide; pure |
//! | [`source`] | one source described |
//!
//! One source, or sources without marks of attempts, are read once. Several with marks are read twice: which attempt is the last
//! one is known only when all have been seen. Streams that cannot be read twice are put aside on disk then.

mod attempts;
mod format;
mod guard;
mod journald;
mod kind;
mod limits;
mod not_read;
mod select;
mod source;
mod time;
mod walk;

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotliner_faults::lines::DecodedLine;
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan::Scan;
use hotliner_faults::session::Session;
use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::Fact;

use limits::MAX_SOURCES;
pub(crate) use not_read::{NotRead, Why};
use select::Choice;
pub(crate) use source::Source;
use source::{Follower, Read as Line};
pub(crate) use walk::Seen;
use walk::{Sink, Walk};

/// Name of standard input.
const STDIN: &str = "stdin";

/// What came of reading.
pub(crate) struct Examined {
    /// The last attempt, held against the faults.
    pub(crate) session: Session,
    /// How it ended, as far as its logs say.
    pub(crate) outcome: Outcome,
    /// What was read, and what was not.
    pub(crate) seen: Seen,
    /// The sources of lines, at most [`MAX_SOURCES`].
    pub(crate) sources: Vec<Source>,
}

/// Something that was named.
enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// A stream put aside.
    Aside(String, File),
    /// A stream of text that stands alone.
    Once(String, Box<dyn Read>),
}

/// Reads `paths` (`-`: standard input) and holds their last attempt against the faults of `matcher`.
pub(crate) fn read(matcher: &Arc<Matcher>, facts: &[Fact], paths: &[PathBuf]) -> Examined {
    let mut before = Seen::default();
    let alone = paths.len() == 1;
    let mut inputs: Vec<Input> = paths.iter().filter_map(|path| input(path, alone, &mut before)).collect();
    let mut first = First { scan: Scan::new(Arc::clone(matcher), facts), followers: Vec::new() };
    let mut seen = walk(&mut inputs, &mut first);
    seen.trouble |= before.trouble;
    seen.not_read.splice(0..0, before.not_read);
    let marked: Vec<_> = first.followers.iter().map(Follower::marked).collect();
    let (choices, outcome) = select::choose(&marked);
    let again = marked.len() > 1 && marked.iter().any(|(_, attempt)| attempt.is_some());
    let session = if again {
        let scan = Scan::new(Arc::clone(matcher), facts);
        let chosen = marked.iter().map(|(name, _)| name.as_str()).zip(choices.iter().copied()).collect();
        let mut second =
            Second { scan, chosen, next: 0, choice: Choice::Nothing, follower: Follower::new("") };
        walk(&mut inputs, &mut second);
        second.scan.finish(outcome)
    } else {
        first.scan.finish(outcome)
    };
    let described = first.followers.into_iter().zip(choices).take(MAX_SOURCES);
    let sources = described.map(|(follower, choice)| follower.describe(choice)).collect();
    Examined { session, outcome, seen, sources }
}

/// The lines `first` to `last` of the first source of `path`; all that there are.
///
/// # Errors
/// What stood in the way, where there is no such line.
pub(crate) fn lines(path: &Path, first: u64, last: u64) -> Result<Vec<String>, NotRead> {
    let mut excerpt = Excerpt { first, last, sources: 0, lines: Vec::new() };
    let mut walk = Walk::new(&mut excerpt);
    walk.named(path);
    let left = walk.finish().not_read.into_iter().next();
    if excerpt.lines.is_empty() {
        let none = || NotRead { source: path.display().to_string(), why: Why::NoLine(first) };
        return Err(left.unwrap_or_else(none));
    }
    Ok(excerpt.lines)
}

/// Bytes a time takes at the start of a line, with the bracket around it and what parts it from the rest.
pub(crate) fn time_prefix(line: &str) -> usize {
    let begin = usize::from(line.starts_with('['));
    let Some((_, taken)) = time::at_start(&line[begin..]) else { return 0 };
    let end = begin + taken;
    let rest = line[end..].trim_start_matches(|c: char| c.is_ascii_digit() || " +-]Z,".contains(c));
    line.len() - rest.len()
}

/// Takes some lines of the first source.
struct Excerpt {
    first: u64,
    last: u64,
    sources: usize,
    lines: Vec<String>,
}

impl Sink for Excerpt {
    fn begin(&mut self, _: &str) {
        self.sources += 1;
    }

    fn line(&mut self, line: DecodedLine<'_>) {
        if self.sources == 1 && (self.first..=self.last).contains(&line.number) {
            self.lines.push(line.text.to_owned());
        }
    }

    fn end(&mut self, _: bool) {}
}

/// How a path is read. What is no plain file can be read only once.
fn input(path: &Path, alone: bool, before: &mut Seen) -> Option<Input> {
    let stdin = path.as_os_str() == "-";
    let plain = fs::metadata(path).map_or(true, |meta| meta.is_file() || meta.is_dir());
    if !stdin && plain {
        return Some(Input::Path(path.to_owned()));
    }
    let name = if stdin { STDIN.to_owned() } else { path.display().to_string() };
    let put_aside = || -> io::Result<Option<Input>> {
        let mut stream: Box<dyn Read> =
            if stdin { Box::new(io::stdin().lock()) } else { Box::new(File::open(path)?) };
        let mut head = Vec::new();
        (&mut stream).take(kind::HEAD as u64).read_to_end(&mut head)?;
        let is_text = kind::kind(&head) == kind::Kind::Text;
        let whole = io::Cursor::new(head).chain(stream);
        if alone && is_text {
            return Ok(Some(Input::Once(name.clone(), Box::new(whole))));
        }
        Ok(walk::archive::spool(&mut { whole })?.map(|file| Input::Aside(name.clone(), file)))
    };
    let why = match put_aside() {
        Ok(Some(input)) => return Some(input),
        Ok(None) => Why::Spooled,
        Err(error) => Why::Unreadable(error.to_string()),
    };
    before.trouble = true;
    before.not_read.push(NotRead { source: name, why });
    None
}

fn walk<S: Sink>(inputs: &mut [Input], sink: &mut S) -> Seen {
    let mut walk = Walk::new(sink);
    for input in inputs {
        match input {
            Input::Path(path) => walk.named(path),
            Input::Once(name, stream) => walk.once(name, stream),
            Input::Aside(name, file) => match file.rewind().and_then(|()| file.try_clone()) {
                Ok(file) => walk.open(name, file),
                Err(error) => walk.leave(name, Why::Unreadable(error.to_string())),
            },
        }
    }
    walk.finish()
}

/// The first reading: follows every source, and scans as if each stood alone.
struct First {
    scan: Scan,
    followers: Vec<Follower>,
}

impl Sink for First {
    fn begin(&mut self, name: &str) {
        self.scan.source(name);
        self.followers.push(Follower::new(name));
    }

    fn line(&mut self, line: DecodedLine<'_>) {
        let Some(follower) = self.followers.last_mut() else { return };
        let Line { begins, at, text } = follower.line(&line);
        if begins {
            self.scan.again();
        }
        let text = text.as_deref().unwrap_or(line.text);
        self.scan.line_at(DecodedLine { text, ..line }, at.unwrap_or_default());
    }

    fn end(&mut self, whole: bool) {
        if !whole {
            self.scan.cut_source();
        }
    }
}

/// The second reading: scans the lines that decide.
struct Second<'c> {
    scan: Scan,
    chosen: Vec<(&'c str, Choice)>,
    next: usize,
    choice: Choice,
    follower: Follower,
}

impl Sink for Second<'_> {
    fn begin(&mut self, name: &str) {
        // A file that came or went meanwhile is read whole: nothing is lost.
        let chosen = self.chosen.get(self.next).filter(|(known, _)| *known == name);
        self.choice = chosen.map_or(Choice::Whole, |(_, choice)| *choice);
        self.next += 1;
        self.follower = Follower::new(name);
        if self.choice != Choice::Nothing {
            self.scan.source(name);
        }
    }

    fn line(&mut self, line: DecodedLine<'_>) {
        let decides = match self.choice {
            Choice::Whole => true,
            Choice::From(first) => line.number >= first,
            Choice::Nothing => false,
        };
        if decides {
            let Line { at, text, .. } = self.follower.line(&line);
            let text = text.as_deref().unwrap_or(line.text);
            self.scan.line_at(DecodedLine { text, ..line }, at.unwrap_or_default());
        }
    }

    fn end(&mut self, whole: bool) {
        if !whole && self.choice != Choice::Nothing {
            self.scan.cut_source();
        }
    }
}
