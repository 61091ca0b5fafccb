//! Figures of a process as Linux tells them (proc(5)).

use std::fs;
use std::time::{Duration, Instant};

/// Clock ticks a second in `/proc/PID/stat`: 100 on every Linux of today (sysconf(_SC_CLK_TCK)).
const TICKS_PER_SECOND: f64 = 100.0;

/// Proportional set size, in bytes: memory of its own, and its part of what is shared.
///
/// # Panics
/// If the process is gone.
pub fn pss(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("the process lives");
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).expect("the kernel tells");
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kib * 1024
}

/// Processor time spent so far.
///
/// # Panics
/// If the process is gone.
pub fn cpu(pid: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process lives");
    // The name may hold blanks and brackets: fields are counted from behind its last one.
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND)
}

/// Share of one core that reading the files behind one-second gauges and the list of processes costs, without anything
/// done with them: what no agent can go below.
pub fn bare_reading(seconds: u32) -> f64 {
    let own = std::process::id();
    let (begun, cpu_before) = (Instant::now(), cpu(own));
    let (tick, ticks) = std::sync::mpsc::channel::<()>();
    for _ in 0..seconds {
        read_once();
        // Nothing is ever sent: the wait is the interval.
        let _ = ticks.recv_timeout(Duration::from_secs(1));
    }
    drop(tick);
    (cpu(own) - cpu_before).as_secs_f64() / begun.elapsed().as_secs_f64()
}

fn read_once() {
    for file in [
        "/proc/stat",
        "/proc/meminfo",
        "/proc/loadavg",
        "/proc/net/dev",
        "/proc/diskstats",
        "/proc/self/mounts",
    ] {
        drop(fs::read(file));
    }
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
            drop(fs::read(entry.path().join("stat")));
        }
    }
}
