//! Measures the matcher on one core: megabytes of mixed install logs a second at 100, 1,000 and 5,000 faults, with exact fault ids
//! out, beside its peers over the same literals and lines in the same run: `regex::RegexSet`, Aho-Corasick on the literals with the
//! pattern behind it, Debian's ripgrep (`rg -f`, if installed) and, with `--features vectorscan`, vectorscan a line at a time.
//! `cargo run --release -p hotliner-tests --bin matcher` prints the table.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::lines::{DecodedLine, LineDecoder};
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan::Scan;
use hotliner_protocol::event::Outcome;
use regex::{Regex, RegexSet};

const CORPUS_BYTES: usize = 32 << 20;
const RUNS: usize = 5;

/// A small generator of numbers (splitmix64): the same corpus and faults in every run.
struct Seed(u64);

impl Seed {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap_or_default()
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

const SUBJECTS: [&str; 24] = [
    "archive",
    "package database",
    "signature",
    "repository",
    "device",
    "service",
    "driver",
    "licence",
    "shared library",
    "disk",
    "certificate",
    "registry key",
    "payload",
    "manifest",
    "catalog file",
    "firmware",
    "control file",
    "mirror",
    "component store",
    "trigger",
    "lock file",
    "bootloader",
    "kernel module",
    "checksum",
];
const VERBS: [&str; 24] = [
    "could not be opened",
    "is held by another program",
    "has expired",
    "does not match",
    "was not found",
    "is damaged",
    "refused the connection",
    "timed out",
    "is not supported",
    "could not be written",
    "is not signed",
    "returned no data",
    "needs a newer version",
    "conflicts with",
    "was interrupted",
    "is out of range",
    "cannot be removed",
    "ran out of space",
    "is read-only",
    "failed to load",
    "is blocked by policy",
    "was rejected",
    "has unmet dependencies",
    "could not be resolved",
];
const PLACES: [&str; 12] = [
    "while unpacking",
    "during configuration",
    "before commit",
    "in the pre-install script",
    "on rollback",
    "at first boot",
    "while downloading",
    "in phase 2",
    "after verification",
    "in the sandbox",
    "on the target volume",
    "during cleanup",
];
const PROGRAMS: [&str; 16] = [
    "dpkg",
    "apt",
    "rpm",
    "dnf",
    "pip",
    "npm",
    "cargo",
    "snapd",
    "flatpak",
    "msiexec",
    "setupapi",
    "CBS",
    "DISM",
    "wusa",
    "brew",
    "softwareupdate",
];

/// The message of fault `i`, as a program would print it: some begin with a program's name, some carry a code, some are bare.
fn message(i: usize) -> String {
    let mut seed = Seed(i as u64 * 7 + 1);
    let (subject, verb, place) = (seed.pick(&SUBJECTS), seed.pick(&VERBS), seed.pick(&PLACES));
    match i % 4 {
        0 => format!("{}: {subject} of {}{} {verb}", seed.pick(&PROGRAMS), seed.pick(&PROGRAMS), i / 4),
        1 => format!("E{:04}: the {subject} {verb}", 1000 + i),
        2 => format!("{subject} {verb} {place} (step {i})"),
        _ => format!("0x80{:06x}: {subject} {verb}", 0x07_0000 + i * 3),
    }
}

/// A fault as a file: every third has a pattern behind its literal.
fn fault(i: usize) -> (String, String) {
    let literal = message(i);
    let pattern = if i.is_multiple_of(3) {
        format!("pattern = '{}(?: \\((?P<path>[^)]+)\\))?'\n", regex::escape(&literal))
    } else {
        String::new()
    };
    let text = format!(
        r#"
id = "any.synthetic.f{i}"
number = {i}
revision = 1
status = "stable"
cause = "package.not-found"
severity = "blocking"
[[evidence.line.log]]
literal = "{literal}"
{pattern}[match]
likely = "line"
[text.en]
title = "t"
explain = "e"
say = "s"
[text.fr]
title = "t"
explain = "e"
say = "s"
[[step]]
id = "do"
actor = "customer"
text.en = "do"
text.fr = "faire"
[verify]
retry = true
[[example]]
log = "{literal}"
expect = "likely"
[[example]]
log = "healthy"
expect = "none"
"#
    );
    (format!("any/synthetic/f{i}.toml"), text)
}

/// What installers print, and now and then (one line in a thousand) a message some fault knows.
fn corpus() -> String {
    let mut text = String::with_capacity(CORPUS_BYTES + 200);
    let mut i: usize = 0;
    while text.len() < CORPUS_BYTES {
        i += 1;
        let n = i.wrapping_mul(2_654_435_761) % 9_973;
        let _ = match i % 8 {
            0 => writeln!(
                text,
                "Unpacking libexample{n}:amd64 (2.{n}.1-1+deb12u{}) over (2.{n}.0-2) ...",
                n % 7
            ),
            1 => writeln!(
                text,
                "2026-03-14 09:26:{:02} status half-configured python3-{n}:all 1.{n}-2",
                n % 60
            ),
            2 => writeln!(
                text,
                "MSI (s) (A4:{n:04X}) [09:26:{:02}:{:03}]: Executing op: FileCopy(SourceName=f{n}.dll,,FileSize={n}12)",
                n % 60,
                n % 999
            ),
            3 => writeln!(text, "  Downloading package-{n}-1.{n}.0-py3-none-any.whl ({n} kB)"),
            4 => writeln!(
                text,
                "Get:{n} http://deb.example.org/debian bookworm/main amd64 lib{n} amd64 1.{n} [{n} kB]"
            ),
            5 => writeln!(text, "npm timing build:run:install:node_modules/p{n} Completed in {n}ms"),
            6 => writeln!(
                text,
                "[{n}.{:06}] usb 1-{}: new high-speed USB device number {} using xhci_hcd",
                n * 7,
                n % 9,
                n % 99
            ),
            _ => writeln!(
                text,
                "Info: the service of component-{} was started and could be opened in {n} ms",
                n % 700
            ),
        };
        if i.is_multiple_of(1000) {
            let _ = writeln!(text, "{} (/var/lib/x{n})", message(n % 5000));
        }
    }
    text
}

/// Median of some runs of `work`, in MB/s over `bytes`.
fn speed(bytes: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    bytes as f64 / 1e6 / times[RUNS / 2]
}

/// Median seconds of some runs of `work`.
fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

/// `rg -c -f` over a file, less its start; none without ripgrep.
fn ripgrep(messages: &[String], corpus: &str) -> Option<f64> {
    let folder = tempfile::tempdir().ok()?;
    let (patterns, log) = (folder.path().join("patterns"), folder.path().join("log"));
    std::fs::write(
        &patterns,
        messages.iter().map(|text| format!("{}\n", regex::escape(text))).collect::<String>(),
    )
    .ok()?;
    std::fs::write(&log, corpus).ok()?;
    let run = |log: &std::path::Path| {
        let mut command = Command::new("rg");
        command
            .args(["-c", "-j1", "--no-mmap", "-f"])
            .arg(&patterns)
            .arg(log)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok()
    };
    run(&log).then(|| {
        let empty = folder.path().join("empty");
        let _ = std::fs::write(&empty, "");
        let start = median(|| {
            black_box(run(&empty));
        });
        corpus.len() as f64
            / 1e6
            / (median(|| {
                black_box(run(&log));
            }) - start)
                .max(1e-9)
    })
}

/// Aho-Corasick over the literals of each fault, the pattern behind it where there is one.
fn automaton(messages: &[String], corpus: &str) -> f64 {
    let ac = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(messages)
        .unwrap();
    let regexes: Vec<Option<Regex>> = messages
        .iter()
        .enumerate()
        .map(|(i, text)| i.is_multiple_of(3).then(|| Regex::new(&regex::escape(text)).unwrap()))
        .collect();
    speed(corpus.len(), || {
        let mut hits = 0;
        for line in corpus.lines() {
            for hit in ac.find_overlapping_iter(line) {
                hits += usize::from(regexes[hit.pattern()].as_ref().is_none_or(|regex| regex.is_match(line)));
            }
        }
        black_box(hits);
    })
}

fn main() {
    let corpus = corpus();
    println!("Mixed install logs, {} MB, one core, median of {RUNS} runs.\n", corpus.len() / 1_000_000);
    println!(
        "| faults | load ms | compile ms | matcher MB/s | bytes to diagnoses MB/s | Aho-Corasick + regex | RegexSet | ripgrep -f |{}",
        vectorscan::HEAD
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |{}", vectorscan::RULE);
    for count in [100, 1000, 5000] {
        let messages: Vec<String> = (0..count).map(message).collect();
        let files: Vec<_> = (0..count).map(fault).collect();
        let start = Instant::now();
        let catalogue = Catalogue::load(files).unwrap();
        let load = start.elapsed();
        let mut compiled = None;
        let compile = median(|| compiled = Some(Matcher::compile(catalogue.clone()).unwrap()));
        let clone = median(|| drop(black_box(catalogue.clone())));
        let matcher = Arc::new(compiled.unwrap());
        let alone = speed(corpus.len(), || {
            let hits: usize = corpus.lines().map(|line| matcher.hits("installer:stdout", line)).sum();
            black_box(hits);
        });
        let whole = speed(corpus.len(), || {
            let mut scan = Scan::new(Arc::clone(&matcher), &[]);
            scan.source("installer:stdout");
            let mut decoder = LineDecoder::new();
            let mut each = |line: DecodedLine<'_>| scan.line(line);
            decoder.push(corpus.as_bytes(), &mut each);
            decoder.finish(&mut each);
            black_box(scan.finish(Outcome::Failed).diagnoses());
        });
        let set = RegexSet::new(messages.iter().map(|text| regex::escape(text))).unwrap();
        // RegexSet falls to a crawl with many patterns: the more of them, the smaller the slice that tells its speed.
        let part =
            &corpus[..corpus.floor_char_boundary(CORPUS_BYTES / count.next_power_of_two().max(64) * 32)];
        let peer = speed(part.len(), || {
            let hits: usize = part.lines().map(|line| set.matches(line).iter().count()).sum();
            black_box(hits);
        });
        let rg = ripgrep(&messages, &corpus).map_or("–".to_owned(), |speed| format!("{speed:.0}"));
        println!(
            "| {count} | {:.0} | {:.0} | {alone:.0} | {whole:.0} | {:.0} | {peer:.2} | {rg} |{}",
            load.as_secs_f64() * 1e3,
            (compile - clone).max(0.0) * 1e3,
            automaton(&messages, &corpus),
            vectorscan::cell(&messages, &corpus),
        );
    }
}

/// Vectorscan's column; empty without its feature. Linked here only: nothing that is delivered contains it.
#[cfg(not(feature = "vectorscan"))]
mod vectorscan {
    pub(crate) const HEAD: &str = "";
    pub(crate) const RULE: &str = "";

    pub(crate) fn cell(_: &[String], _: &str) -> String {
        String::new()
    }
}

/// Vectorscan's column: literals and regular expressions alike as its own patterns, a line at a time, ids reported.
#[cfg(feature = "vectorscan")]
mod vectorscan {
    #![expect(unsafe_code, reason = "the peer is a C library; hs.h of vectorscan 5.4")]

    use std::ffi::{CString, c_char, c_int, c_uint, c_ulonglong, c_void};
    use std::hint::black_box;
    use std::ptr::{null, null_mut};

    pub(crate) const HEAD: &str = " vectorscan |";
    pub(crate) const RULE: &str = " ---: |";

    const MODE_BLOCK: c_uint = 1;

    type OnMatch = extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

    #[link(name = "hs")]
    unsafe extern "C" {
        fn hs_compile_multi(
            expressions: *const *const c_char,
            flags: *const c_uint,
            ids: *const c_uint,
            elements: c_uint,
            mode: c_uint,
            platform: *const c_void,
            database: *mut *mut c_void,
            error: *mut *mut c_void,
        ) -> c_int;
        fn hs_alloc_scratch(database: *const c_void, scratch: *mut *mut c_void) -> c_int;
        fn hs_scan(
            database: *const c_void,
            data: *const c_char,
            length: c_uint,
            flags: c_uint,
            scratch: *mut c_void,
            on_match: OnMatch,
            context: *mut c_void,
        ) -> c_int;
    }

    extern "C" fn count(_: c_uint, _: c_ulonglong, _: c_ulonglong, _: c_uint, context: *mut c_void) -> c_int {
        // SAFETY: `cell` passes a counter that outlives the scan.
        unsafe { *context.cast::<u64>() += 1 };
        0
    }

    pub(crate) fn cell(messages: &[String], corpus: &str) -> String {
        let patterns: Vec<CString> =
            messages.iter().map(|text| CString::new(regex::escape(text)).unwrap_or_default()).collect();
        let pointers: Vec<*const c_char> = patterns.iter().map(|pattern| pattern.as_ptr()).collect();
        let ids: Vec<c_uint> = (0..).take(patterns.len()).collect();
        let count_of = ids.len() as c_uint;
        let (mut database, mut scratch, mut error) = (null_mut(), null_mut(), null_mut());
        // SAFETY: every array has `count_of` elements and outlives the call; null flags mean none, null platform this one.
        let compiled = unsafe {
            hs_compile_multi(
                pointers.as_ptr(),
                null(),
                ids.as_ptr(),
                count_of,
                MODE_BLOCK,
                null(),
                &raw mut database,
                &raw mut error,
            )
        };
        // SAFETY: the database was compiled if the first call says so.
        if compiled != 0 || unsafe { hs_alloc_scratch(database, &raw mut scratch) } != 0 {
            return " – |".to_owned();
        }
        let speed = super::speed(corpus.len(), || {
            let mut hits = 0_u64;
            for line in corpus.lines() {
                // SAFETY: the line and the counter outlive the call; the scratch is used by this thread only.
                unsafe {
                    hs_scan(
                        database,
                        line.as_ptr().cast(),
                        line.len() as c_uint,
                        0,
                        scratch,
                        count,
                        (&raw mut hits).cast(),
                    )
                };
            }
            black_box(hits);
        });
        format!(" {speed:.0} |")
    }
}
