//! Measures the matcher on one core: megabytes of mixed install logs a second at 15, 1,000 and 5,000 faults, with exact fault
//! ids out, next to `regex::RegexSet` over the same patterns on the same lines in the same run.
//! `cargo run --release -p hotliner-tests --bin matcher` prints the table.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::lines::{DecodedLine, LineDecoder};
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan::Scan;
use hotliner_protocol::event::Outcome;
use regex::RegexSet;

const CORPUS_BYTES: usize = 32 << 20;
const RUNS: usize = 5;

const SUBJECTS: [&str; 10] = [
    "archive",
    "package database",
    "signature",
    "repository",
    "device",
    "service",
    "driver",
    "licence",
    "library",
    "disk",
];
const VERBS: [&str; 10] = [
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
];

/// The message of fault `i`, as a program would print it.
fn message(i: usize) -> String {
    format!("error {:04}: the {} of component-{} {}", 1000 + i, SUBJECTS[i % 10], i / 7, VERBS[(i / 10) % 10])
}

fn fault(i: usize) -> (String, String) {
    let literal = message(i);
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
pattern = '{literal}(?: \((?P<path>[^)]+)\))?'
[match]
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

fn main() {
    let corpus = corpus();
    println!("Mixed install logs, {} MB, one core, median of {RUNS} runs.\n", corpus.len() / 1_000_000);
    println!(
        "| faults | load ms | compile ms | matcher alone MB/s | bytes to diagnoses MB/s | RegexSet MB/s |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for count in [15, 1000, 5000] {
        let files: Vec<_> = (0..count).map(fault).collect();
        let start = Instant::now();
        let catalogue = Catalogue::load(files).unwrap();
        let load = start.elapsed();
        let start = Instant::now();
        let matcher = Arc::new(Matcher::compile(catalogue).unwrap());
        let compile = start.elapsed();
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
        let set = RegexSet::new((0..count).map(|i| regex::escape(&message(i)))).unwrap();
        // RegexSet falls to a crawl with many patterns: the more of them, the smaller the slice that tells its speed.
        let part = &corpus[..corpus.floor_char_boundary(CORPUS_BYTES / count.next_power_of_two())];
        let peer = speed(part.len(), || {
            let hits: usize = part.lines().map(|line| set.matches(line).iter().count()).sum();
            black_box(hits);
        });
        println!(
            "| {count} | {:.0} | {:.0} | {alone:.0} | {whole:.0} | {peer:.0} |",
            load.as_secs_f64() * 1e3,
            compile.as_secs_f64() * 1e3
        );
    }
}
