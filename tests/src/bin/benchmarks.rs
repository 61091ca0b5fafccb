//! Measures agent and console as they are shipped, on this machine, and prints docs/BENCHMARKS.md. `tests/benchmarks` builds
//! what is needed and runs it.
//!
//! Figures are medians; machines are shared and noisy, so only rows of one run are compared.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement prints, and stops at the first surprise"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hotliner_tests::console::{Console, NewCase};
use hotliner_tests::dpkg::{Package, Root};
use hotliner_tests::measure::{Row, mebibytes, millis, process, quantile, table};
use hotliner_tests::{agent, programs};
use serde_json::Value;

const STARTS: usize = 11;
const IDLE: Duration = Duration::from_secs(15);
const LATENCIES: usize = 50;
const IDLE_AGENTS: usize = 40;
const LINES: u64 = 300_000;
const INSTALLS: usize = 9;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let asked = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    println!("# Measurements\n");
    println!(
        "`tests/benchmarks` prints this page. Figures are medians of several runs on one machine that is shared and noisy: compare\nonly rows of one run. Goals that are missed are shown as missed.\n"
    );
    println!("{}\n", machine());
    for (part, title, measure) in PARTS {
        if asked(part) {
            eprintln!("measuring: {part}");
            println!("## {title}\n\n{}", measure());
        }
    }
}

type Part = (&'static str, &'static str, fn() -> String);

const PARTS: &[Part] = &[
    ("agent", "The agent", agent_figures),
    ("console", "The console", console_figures),
    ("latency", "From the failing line to the diagnosis", latency_figures),
    ("pages", "The technician's page", page_figures),
    ("matcher", "The matcher", || sibling("matcher")),
    ("encoding", "Encoding of the wire", || sibling("encoding")),
];

/// What it ran on.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("Linux");
    format!("{}, {cores} cores, {}.", model.trim_start_matches([' ', ':', '\t']), name.trim_matches('"'))
}

/// A folder, a console in it, and a case.
struct Stage {
    folder: tempfile::TempDir,
    console: Console,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let console = Console::start(&folder.path().join("data"));
        Self { folder, console }
    }

    fn home(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// An agent that watches `installer`, silent, with its input in our hand.
    fn agent(&self, case: &NewCase, home: &Path, installer: &[&str]) -> Child {
        agent::run(&self.console, case, home, installer)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the agent starts")
    }
}

fn end(mut child: Child) {
    drop(child.stdin.take());
    child.wait().expect("it ends");
}

fn agent_figures() -> String {
    let mut rows = Vec::new();
    let size = std::fs::metadata(programs::built("hotliner-agent")).expect("it is built").len();
    rows.push(Row::new("executable", mebibytes(size), "≤ 5 MB", size <= 5_000_000));

    let stage = Stage::new();
    let mut starts: Vec<Duration> = (0..STARTS)
        .map(|n| {
            let case = stage.console.new_case();
            let mut live = stage.console.follow(&case.case);
            let begun = Instant::now();
            let child = stage.agent(&case, &stage.home(&format!("start-{n}")), &["cat"]);
            live.until(|item| item["kind"] == "agent-paired");
            let took = begun.elapsed();
            end(child);
            took
        })
        .collect();
    let first = quantile(&mut starts, 0.5);
    rows.push(Row::new(
        "started → paired and online, loopback",
        millis(first),
        "≤ 60 ms",
        first.as_millis() <= 60,
    ));

    let case = stage.console.new_case();
    let mut live = stage.console.follow(&case.case);
    let child = stage.agent(&case, &stage.home("idle"), &["cat"]);
    live.until(|item| item["kind"] == "attempt-started");
    let (begun, before) = (Instant::now(), process::cpu(child.id()));
    let bare = process::bare_reading(IDLE.as_secs() as u32);
    let share = (process::cpu(child.id()) - before).as_secs_f64() / begun.elapsed().as_secs_f64();
    let idle = process::pss(child.id());
    rows.push(Row::new("memory (PSS), watching an idle PC", mebibytes(idle), "≤ 6 MB", idle <= 6_000_000));
    rows.push(Row::new(
        "processor, gauges and processes each second",
        format!("{:.2} % of a core", share * 100.0),
        "≤ 2 × the bare reading",
        share <= bare * 2.0,
    ));
    rows.push(Row::peer(
        "the bare reading of the same files, same run",
        format!("{:.2} % of a core", bare * 100.0),
    ));
    end(child);

    let case = stage.console.new_case();
    let mut live = stage.console.follow(&case.case);
    let script = "i=0; while [ $i -lt 200000 ]; do echo \"Unpacking part $i of the suite ...\"; i=$((i+1)); done; echo all done; cat";
    let child = stage.agent(&case, &stage.home("busy"), &["sh", "-c", script]);
    live.until(|item| item["text"] == "all done");
    let busy = process::pss(child.id());
    rows.push(Row::new("memory (PSS) after 200,000 lines", mebibytes(busy), "≤ 9 MB", busy <= 9_000_000));
    end(child);
    rows.push(slowdown(&stage));
    table(&rows)
}

/// What being watched costs a real installation: dpkg unpacking a package of many files, with and without the agent.
fn slowdown(stage: &Stage) -> Row {
    let names: Vec<String> = (0..1_500).map(|n| format!("opt/suite/part-{n}/data.bin")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &[7_u8; 4096][..])).collect();
    let deb = Package { name: "suite", files: &files, ..Package::default() }.build(stage.folder.path());
    let (mut bare, mut watched) = (Vec::new(), Vec::new());
    for n in 0..INSTALLS {
        let root = Root::new(&stage.home(&format!("bare-{n}")));
        let command = root.dpkg(&["-i", &deb]);
        let begun = Instant::now();
        let done = Command::new(&command[0])
            .args(&command[1..])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        bare.push(begun.elapsed());
        assert!(done.is_ok_and(|status| status.success()), "dpkg installs");

        let root = Root::new(&stage.home(&format!("watched-{n}")));
        // The installer's own time, taken around it inside the agent.
        let took = stage.home(&format!("took-{n}"));
        let script = format!(
            "a=$(date +%s%N); {}; b=$(date +%s%N); echo $((b-a)) > {}",
            root.dpkg(&["-i", &deb]).join(" "),
            took.display()
        );
        let case = stage.console.new_case();
        end(stage.agent(&case, &stage.home(&format!("agent-{n}")), &["sh", "-c", &script]));
        let nanos =
            std::fs::read_to_string(&took).expect("the installer ran").trim().parse().expect("a number");
        watched.push(Duration::from_nanos(nanos));
    }
    let (bare, watched) = (quantile(&mut bare, 0.5), quantile(&mut watched, 0.5));
    let slower = watched.as_secs_f64() / bare.as_secs_f64() - 1.0;
    let figure = format!("{:+.1} % ({} → {})", slower * 100.0, millis(bare), millis(watched));
    Row::new("a watched dpkg installation of 1,500 files is slower by", figure, "≤ 1 %", slower <= 0.01)
}

fn console_figures() -> String {
    let mut rows = Vec::new();
    let stage = Stage::new();
    let empty = process::pss(stage.console.pid());
    rows.push(Row::new("memory (PSS), empty", mebibytes(empty), "≤ 15 MB", empty <= 15_000_000));
    let agents: Vec<Child> = (0..IDLE_AGENTS)
        .map(|n| {
            let case = stage.console.new_case();
            let mut live = stage.console.follow(&case.case);
            let child = stage.agent(&case, &stage.home(&format!("idle-{n}")), &["cat"]);
            live.until(|item| item["kind"] == "attempt-started");
            child
        })
        .collect();
    let each = process::pss(stage.console.pid()).saturating_sub(empty) / IDLE_AGENTS as u64;
    let figure = format!("{} KB", each / 1000);
    rows.push(Row::new(
        format!("memory for each of {IDLE_AGENTS} connected agents, all in"),
        figure,
        "≤ 36 KB",
        each <= 36_000,
    ));
    agents.into_iter().for_each(end);

    let case = stage.console.new_case();
    let mut live = stage.console.follow(&case.case);
    let script =
        format!("yes 'Setting up component of the suite (3.2-1) ...' | head -n {LINES}; echo all done");
    let begun = Instant::now();
    let child = stage.agent(&case, &stage.home("flood"), &["sh", "-c", &script]);
    live.until(|item| item["text"] == "all done");
    let rate = LINES as f64 / begun.elapsed().as_secs_f64();
    end(child);
    let figure = format!("{:.0} lines/s", rate);
    rows.push(Row::new(
        "one agent's installer → redacted, sent, in the journal, matched, shown",
        figure,
        "≥ 200,000 events/s (ingest alone)",
        rate >= 200_000.0,
    ));
    table(&rows)
}

/// The installer notes when it prints its failing line; the diagnosis is there when the live stream tells it.
fn latency_figures() -> String {
    let stage = Stage::new();
    let mut samples: Vec<Duration> = (0..LATENCIES)
        .map(|n| {
            let case = stage.console.new_case();
            let mut live = stage.console.follow(&case.case);
            let stamp = stage.home(&format!("stamp-{n}"));
            let script = format!(
                "read go; date +%s%N > {}; echo 'dpkg: error: dpkg frontend lock was locked by another process with pid 77' >&2; cat",
                stamp.display()
            );
            let mut child = stage.agent(&case, &stage.home(&format!("late-{n}")), &["sh", "-c", &script]);
            live.until(|item| item["kind"] == "attempt-started");
            std::io::Write::write_all(child.stdin.as_mut().expect("piped"), b"\n").expect("written");
            live.until(|item| item["kind"] == "diagnoses-changed");
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
            let printed: u64 = std::fs::read_to_string(&stamp).expect("noted").trim().parse().expect("a number");
            end(child);
            now.saturating_sub(Duration::from_nanos(printed))
        })
        .collect();
    let (half, most) = (quantile(&mut samples, 0.5), quantile(&mut samples, 0.99));
    table(&[
        Row::new(
            "failing line printed → diagnosis in the live stream, p50",
            millis(half),
            "≤ 10 ms",
            half.as_millis() <= 10,
        ),
        Row::new("the same, p99", millis(most), "≤ 40 ms", most.as_millis() <= 40),
    ])
}

/// What a technician waits for in the page, measured in a real browser (tests/browser/measure.mjs).
fn page_figures() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    if !folder.join("node_modules").is_dir() {
        return "Not measured in this run: `npm ci` in tests/browser first.\n".to_owned();
    }
    let output =
        programs::output(Command::new("npm").args(["run", "--silent", "measure"]).current_dir(&folder));
    assert!(output.status.success(), "{}", programs::said(&output));
    let measured: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let figure =
        |of: &Value, key: &str| of[key].as_f64().unwrap_or_else(|| panic!("no {key} in {measured:#}"));
    let (diagnosis, row, million) =
        (&measured["failing_line_to_diagnosis"], &measured["line_to_row"], &measured["million_rows"]);
    let (half, most) = (figure(diagnosis, "p50_ms"), figure(diagnosis, "p99_ms"));
    let opens = figure(&million["open"], "p50_ms");
    let frames = figure(&million["scroll"], "frames_per_second");
    table(&[
        Row::new(
            "failing line printed → diagnosis in the DOM, p50",
            format!("{half:.1} ms"),
            "≤ 10 ms",
            half <= 10.0,
        ),
        Row::new("the same, p99", format!("{most:.1} ms"), "≤ 40 ms", most <= 40.0),
        Row::peer("line printed → row in the DOM, p50", format!("{:.1} ms", figure(row, "p50_ms"))),
        Row::new(
            "a log of a million rows opens at its end",
            format!("{opens:.0} ms"),
            "≤ 1 s",
            opens <= 1_000.0,
        ),
        Row::new("it scrolls at", format!("{frames:.1} frames/s"), "60 frames/s", frames >= 59.0),
    ])
}

/// What another measurement of this crate prints.
fn sibling(name: &str) -> String {
    let output = programs::output(&mut Command::new(programs::built(name)));
    assert!(output.status.success(), "{}", programs::said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
