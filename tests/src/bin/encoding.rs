//! Measures encodings of a batch of installer lines: bytes and time an event, with and without zstd, and whether old and
//! new versions can read each other. `cargo run --release -p hotliner-tests --bin encoding` prints the table that stands in
//! docs/BENCHMARKS.md.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement prints, and stops at the first surprise"
)]

use std::hint::black_box;
use std::time::Instant;

use hotliner_protocol::event::{Event, EventBody, Line};
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

const BATCH: usize = 100;
const RUNS: usize = 301;

/// The event as peers see it: the same fields, for serde's formats.
#[derive(Serialize, Deserialize)]
struct Plain {
    at: u64,
    attempt: u64,
    source: String,
    number: u64,
    text: String,
}

/// The event as protobuf sees it.
#[derive(Clone, PartialEq, prost::Message)]
struct Proto {
    #[prost(uint64, tag = "1")]
    at: u64,
    #[prost(uint64, tag = "2")]
    attempt: u64,
    #[prost(string, tag = "3")]
    source: String,
    #[prost(uint64, tag = "4")]
    number: u64,
    #[prost(string, tag = "5")]
    text: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ProtoBatch {
    #[prost(message, repeated, tag = "1")]
    events: Vec<Proto>,
}

/// What apt and dpkg print for package number `i`, a line at a time.
fn text(i: usize) -> String {
    let name = ["libexample", "python3-", "fonts-", "linux-headers-", "texlive-"][i % 5];
    match i % 4 {
        0 => format!("Selecting previously unselected package {name}{i}:amd64."),
        1 => format!("Preparing to unpack .../{i:03}-{name}{i}_2.{i}.1-1+deb12u{}_amd64.deb ...", i % 7),
        2 => format!("Unpacking {name}{i}:amd64 (2.{i}.1-1+deb12u{}) over (2.{i}.0-2) ...", i % 7),
        _ => format!("Setting up {name}{i}:amd64 (2.{i}.1-1+deb12u{}) ...", i % 7),
    }
}

fn events() -> Vec<Event> {
    (0..BATCH)
        .map(|i| Event {
            at: Timestamp::from_millis(1_700_000_000_000 + 7 * i as u64),
            attempt: Some(AttemptId(1_700_000_000_000)),
            source: "installer:stdout".into(),
            body: EventBody::Line(Line { number: i as u64 + 1, text: text(i), cut_bytes: 0 }),
        })
        .collect()
}

fn plain() -> Vec<Plain> {
    let event = |i| Plain {
        at: 1_700_000_000_000 + 7 * i as u64,
        attempt: 1_700_000_000_000,
        source: "installer:stdout".into(),
        number: i as u64 + 1,
        text: text(i),
    };
    (0..BATCH).map(event).collect()
}

/// Median nanoseconds an event of `work` on a whole batch.
fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e9 / BATCH as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn row(name: &str, evolves: &str, encode: impl Fn() -> Vec<u8>, decode: impl Fn(&[u8])) {
    let bytes = encode();
    let small = zstd::bulk::compress(&bytes, 1).unwrap();
    let pack = nanoseconds(|| {
        black_box(zstd::bulk::compress(&encode(), 1).unwrap());
    });
    let unpack = nanoseconds(|| decode(&zstd::bulk::decompress(&small, 1 << 22).unwrap()));
    let each = |bytes: &[u8]| bytes.len() as f64 / BATCH as f64;
    println!(
        "| {name} | {evolves} | {:.0} | {:.1} | {:.0} | {:.0} |",
        each(&bytes),
        each(&small),
        pack,
        unpack
    );
}

fn main() {
    println!("Installer lines in batches of {BATCH}, zstd level 1, median of {RUNS} runs.\n");
    println!(
        "| encoding | old and new read each other | bytes/event | with zstd | pack ns/event | unpack ns/event |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    let ours = events();
    row(
        "CBOR, numbered fields (minicbor)",
        "yes",
        || minicbor::to_vec(&ours).unwrap(),
        |bytes| {
            black_box(minicbor::decode::<Vec<Event>>(bytes).unwrap());
        },
    );
    let proto = ProtoBatch {
        events: plain()
            .into_iter()
            .map(|p| Proto { at: p.at, attempt: p.attempt, source: p.source, number: p.number, text: p.text })
            .collect(),
    };
    row(
        "Protocol Buffers (prost)",
        "yes",
        || prost::Message::encode_to_vec(&proto),
        |bytes| {
            black_box(<ProtoBatch as prost::Message>::decode(bytes).unwrap());
        },
    );
    let plain = plain();
    row(
        "postcard",
        "no",
        || postcard::to_stdvec(&plain).unwrap(),
        |bytes| {
            black_box(postcard::from_bytes::<Vec<Plain>>(bytes).unwrap());
        },
    );
    row(
        "JSON (serde_json)",
        "yes",
        || serde_json::to_vec(&plain).unwrap(),
        |bytes| {
            black_box(serde_json::from_slice::<Vec<Plain>>(bytes).unwrap());
        },
    );
}
