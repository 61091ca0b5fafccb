//! `diagnose`: log files in hand, in one pass and bounded memory, whatever their size.

mod binary;
mod sarif;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotliner_faults::diagnosis::DiagnosisView;
use hotliner_faults::fault::Standing;
use hotliner_faults::lang::Lang;
use hotliner_faults::lines::{DecodedLine, LineDecoder};
use hotliner_faults::scan::Scan;
use hotliner_faults::session::Session;
use hotliner_protocol::event::Outcome;
use hotliner_protocol::fact::{Fact, FactPath, Reading};
use hotliner_protocol::time::Timestamp;
use serde::Serialize;

use super::catalogue;
use crate::cli::{Diagnose, Platform, ReportFormat, TROUBLE, language};
use crate::diagnosis::Knowledge;
use crate::report;
use crate::terminal::{self, Style, harmless};
use crate::trouble::Trouble;
use crate::words::words;

/// Exit code where something is likely or better.
const FOUND: u8 = 0;

/// Exit code where nothing is.
const NOTHING: u8 = 1;

/// Bytes read at a time.
const CHUNK: usize = 128 << 10;

/// Deepest folder looked into.
const MAX_DEPTH: usize = 32;

/// What was read.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Scanned {
    files: u64,
    lines: u64,
    bytes: u64,
}

/// What `--format json` prints. Keys are only ever added.
#[derive(Serialize)]
struct Report<'r> {
    schema: &'static str,
    scanned: Scanned,
    diagnoses: &'r [DiagnosisView],
}

/// Name and version of the shape of [`Report`].
const SCHEMA: &str = "hotliner.diagnosis/1";

/// A scan and what stood in its way.
struct Reader {
    scan: Scan,
    scanned: Scanned,
    /// A path that was asked for could not be read.
    trouble: bool,
}

pub(super) fn run(options: &Diagnose) -> Result<u8, Trouble> {
    let knowledge = catalogue::knowledge(options.dir.as_deref())?;
    let lang = language(options.lang);
    let (session, scanned, trouble) = scan(&knowledge, &options.paths, options.platform);
    if scanned.files == 0 {
        // What stood in the way has been said, path by path.
        return Ok(TROUBLE);
    }
    let found = session.diagnoses();
    let views: Vec<DiagnosisView> =
        found.iter().map(|diagnosis| diagnosis.view(knowledge.catalogue(), lang)).collect();
    let said = match options.format {
        ReportFormat::Json => pretty(&Report { schema: SCHEMA, scanned, diagnoses: &views }),
        ReportFormat::Sarif => pretty(&sarif::log(&views, knowledge.version())),
        ReportFormat::Text => text(&views, scanned, lang),
    };
    terminal::say(&said);
    let loud = found.iter().any(hotliner_faults::diagnosis::Diagnosis::is_loud);
    Ok(match (trouble, loud) {
        (true, _) => TROUBLE,
        (false, true) => FOUND,
        (false, false) => NOTHING,
    })
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn text(views: &[DiagnosisView], scanned: Scanned, lang: Lang) -> String {
    let (words, style) = (words(lang), Style::detect());
    let values: Vec<_> = views.iter().filter_map(|view| serde_json::to_value(view).ok()).collect();
    let counts =
        format!("{}: {} {}, {} {}", words.scanned, words.files, scanned.files, words.lines, scanned.lines);
    format!("{}\n\n{}", report::diagnoses(&values, words, style), style.faint(&counts))
}

/// Reads `paths` as one attempt whose end nobody saw.
pub(super) fn scan(
    knowledge: &Arc<Knowledge>,
    paths: &[PathBuf],
    platform: Platform,
) -> (Session, Scanned, bool) {
    let scan = Scan::new(Arc::clone(knowledge.matcher()), &known(platform));
    let mut reader = Reader { scan, scanned: Scanned::default(), trouble: false };
    for path in paths {
        reader.named(path);
    }
    (reader.scan.finish(Outcome::Unknown), reader.scanned, reader.trouble)
}

/// What is known of the PC by `--platform`.
fn known(platform: Platform) -> Vec<Fact> {
    let family = match platform {
        Platform::Auto => return Vec::new(),
        Platform::Windows => "windows",
        Platform::Linux => "linux",
        Platform::Macos => "macos",
    };
    let path = FactPath::new("os.family").ok();
    let fact =
        |path| Fact { path, observed_at: Timestamp::default(), reading: Reading::Value(family.into()) };
    path.map(fact).into_iter().collect()
}

impl Reader {
    /// Reads a path that was named on the command line.
    fn named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            return self.stream("stdin", io::stdin().lock());
        }
        match fs::metadata(path) {
            Ok(kind) if kind.is_dir() => self.folder(path, MAX_DEPTH),
            Ok(_) => self.file(path),
            Err(error) => self.complain(path, &error),
        }
    }

    /// Reads every file of a folder, by name; links are not followed, so that no circle is walked.
    fn folder(&mut self, folder: &Path, depth: usize) {
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.complain(folder, &error),
        };
        let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        for path in paths {
            match fs::symlink_metadata(&path) {
                Ok(kind) if kind.is_dir() && depth > 0 => self.folder(&path, depth - 1),
                Ok(kind) if kind.is_file() => self.file(&path),
                Ok(_) => {}
                Err(error) => self.complain(&path, &error),
            }
        }
    }

    fn file(&mut self, path: &Path) {
        match File::open(path) {
            Ok(file) => self.stream(&path.display().to_string(), file),
            Err(error) => self.complain(path, &error),
        }
    }

    /// Reads a stream to its end. One that is no text is named and left out.
    fn stream(&mut self, name: &str, mut stream: impl Read) {
        let mut chunk = vec![0; CHUNK];
        let mut decoder = LineDecoder::new();
        let mut first = true;
        loop {
            let size = match fill(&mut stream, &mut chunk) {
                Ok(size) => size,
                Err(error) => return self.complain(Path::new(name), &error),
            };
            if first {
                if let Some(kind) = binary::kind(&chunk[..size]) {
                    let name = harmless(name);
                    return terminal::complain(&format!(
                        "hotliner-console: {name} is {kind} and was left out\n  give its content as text"
                    ));
                }
                self.scan.source(name);
                self.scanned.files += 1;
                first = false;
            }
            let (scan, lines) = (&mut self.scan, &mut self.scanned.lines);
            let mut each = |line: DecodedLine<'_>| {
                *lines += 1;
                scan.line(line);
            };
            if size == 0 {
                return decoder.finish(&mut each);
            }
            decoder.push(&chunk[..size], &mut each);
            self.scanned.bytes += size as u64;
        }
    }

    fn complain(&mut self, path: &Path, error: &io::Error) {
        self.trouble = true;
        let path = harmless(&path.display().to_string());
        terminal::complain(&format!(
            "hotliner-console: {path} cannot be read: {error}\n  name a file that is there and that you may read"
        ));
    }
}

/// Reads until the chunk is full or the stream ends, so that the first chunk tells what a file is.
fn fill(stream: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < chunk.len() {
        match stream.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(size) => filled += size,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Whether a standing is worth a finding of its own in reports.
fn is_reported(standing: Standing) -> bool {
    standing > Standing::RuledOut
}
