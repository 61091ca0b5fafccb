//! Tests named after the failure they survive.

use std::fs;
use std::sync::{LazyLock, Mutex, MutexGuard};

use hotliner_protocol::event::Line;
use hotliner_protocol::time::Timestamp;

use super::*;
use crate::redact::{Known, Redactor};

/// One for all tests: compiling the rules takes longer than what is tested.
fn redactor() -> MutexGuard<'static, Redactor> {
    static REDACTOR: LazyLock<Mutex<Redactor>> =
        LazyLock::new(|| Mutex::new(Redactor::new(&Known::default()).unwrap()));
    REDACTOR.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn raw(text: String) -> Event {
    let line = Line { number: 1, text, cut_bytes: 0 };
    let source = "installer:stdout".to_owned();
    Event { at: Timestamp::from_millis(1), attempt: None, source, body: EventBody::Line(line) }
}

fn event(text: &str) -> Redacted<Event> {
    redactor().event(raw(text.to_owned()))
}

/// Lines that do not compress, so that bounds are reached.
fn lines(count: usize, from: usize) -> Vec<Redacted<Event>> {
    let mut redactor = redactor();
    let noise = |n: u64| format!("{:016x}", (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    (from..from + count)
        .map(|n| redactor.event(raw((0..8).map(|k| noise(n as u64 * 8 + k)).collect())))
        .collect()
}

/// Everything waiting in a lane, in order.
fn drain(spool: &mut Spool, lane: Lane) -> Vec<(u64, EventBody)> {
    let mut all = Vec::new();
    let mut sent = 0;
    while let Some(batch) = spool.after(lane, sent) {
        let Items::Events(events) = batch.unpack().unwrap() else { panic!("facts on an event lane") };
        all.extend(events.into_iter().zip(batch.first_seq..).map(|(event, seq)| (seq, event.body)));
        sent = batch.last_seq();
    }
    all
}

fn small() -> Limits {
    Limits { disk_bytes: 64 << 10, memory_bytes: 32 << 10, cache_bytes: 4 << 10, segment_bytes: 8 << 10 }
}

#[test]
fn a_killed_agent_finds_everything_again_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(dir.path(), small());
    for n in 0..20 {
        spool.append_events(Lane::Events, lines(5, n * 5));
    }
    spool.append_events(Lane::Control, vec![event("consent")]);
    let before = drain(&mut spool, Lane::Events);
    drop(spool);
    let mut spool = Spool::open(dir.path(), small());
    assert_eq!(drain(&mut spool, Lane::Events), before);
    assert_eq!(before.len(), 100);
    assert!(before.iter().map(|(seq, _)| *seq).eq(1..=100));
    assert_eq!(spool.waiting(), 101);
    spool.append_events(Lane::Events, lines(1, 0));
    assert_eq!(drain(&mut spool, Lane::Events).last().unwrap().0, 101, "numbers go on");
}

#[test]
fn a_torn_tail_costs_the_torn_record_and_nothing_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(dir.path(), Limits::default());
    for n in 0..4 {
        spool.append_events(Lane::Events, lines(3, n * 3));
    }
    drop(spool);
    let file = dir.path().join("00000001.seg");
    let whole = fs::read(&file).unwrap();
    for cut in 1..whole.len() {
        fs::write(&file, &whole[..whole.len() - cut]).unwrap();
        let mut spool = Spool::open(dir.path(), Limits::default());
        let found = drain(&mut spool, Lane::Events).len();
        assert!(found.is_multiple_of(3) && found < 12, "{cut} bytes cut: {found}");
        spool.append_events(Lane::Events, lines(1, 99));
        let found_again = drain(&mut Spool::open(dir.path(), Limits::default()), Lane::Events).len();
        assert_eq!(found_again, found + 1, "{cut} bytes cut");
        fs::read_dir(dir.path()).unwrap().for_each(|file| fs::remove_file(file.unwrap().path()).unwrap());
    }
}

#[test]
fn a_flipped_bit_is_never_delivered() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(dir.path(), Limits::default());
    spool.append_events(Lane::Events, lines(3, 0));
    let before = drain(&mut spool, Lane::Events);
    drop(spool);
    let file = dir.path().join("00000001.seg");
    let whole = fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&file, &bytes).unwrap();
        let found = drain(&mut Spool::open(dir.path(), Limits::default()), Lane::Events);
        assert!(found.is_empty() || found == before, "byte {at}");
        fs::write(&file, &whole).unwrap();
    }
}

#[test]
fn what_is_acknowledged_leaves_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(dir.path(), small());
    for n in 0..40 {
        spool.append_events(Lane::Events, lines(5, n * 5));
    }
    spool.acknowledge(Ack { lane: Lane::Events, through: 103 });
    assert_eq!(spool.waiting(), 97);
    assert_eq!(drain(&mut spool, Lane::Events)[0].0, 101, "the batch that holds 104 stays whole");
    spool.acknowledge(Ack { lane: Lane::Events, through: 200 });
    assert_eq!(spool.waiting(), 0);
    let left: u64 =
        fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(left < 8 << 10, "{left} bytes left");
}

#[test]
fn a_full_spool_drops_the_oldest_telemetry_keeps_consent_and_says_how_much_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(dir.path(), small());
    spool.append_events(Lane::Control, vec![event("consent")]);
    for n in 0..400 {
        spool.append_events(Lane::Events, lines(20, n * 20));
    }
    assert!(matches!(spool.take_troubles().as_slice(), [Trouble::Full]), "said once");
    let on_disk: u64 =
        fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(on_disk < (64 << 10) + (16 << 10), "{on_disk} bytes");
    for mut spool in [spool, Spool::open(dir.path(), small())] {
        let all = drain(&mut spool, Lane::Events);
        assert!(all.iter().map(|(seq, _)| *seq).eq(1..=8000), "no number is missing");
        let lost = all
            .iter()
            .take_while(|(_, body)| matches!(body, EventBody::Gap(gap) if gap.dropped == 1))
            .count();
        assert!(lost > 1000 && lost < 8000, "{lost} lost");
        assert!(all[lost..].iter().all(|(_, body)| matches!(body, EventBody::Line(_))), "only the oldest");
        let control = drain(&mut spool, Lane::Control);
        assert!(matches!(&control[0].1, EventBody::Line(line) if line.text == "consent"));
    }
}

#[test]
fn a_folder_that_cannot_be_made_moves_the_spool_to_memory_within_its_bound() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("file");
    fs::write(&blocked, "").unwrap();
    let mut spool = Spool::open(&blocked.join("spool"), small());
    assert!(matches!(spool.take_troubles().as_slice(), [Trouble::Disk(_)]));
    for n in 0..200 {
        spool.append_events(Lane::Events, lines(20, n * 20));
    }
    assert!(spool.memory_bytes < 48 << 10, "{} bytes", spool.memory_bytes);
    let all = drain(&mut spool, Lane::Events);
    assert!(all.iter().map(|(seq, _)| *seq).eq(1..=4000));
    assert!(matches!(all.last().unwrap().1, EventBody::Line(_)), "the newest are kept");
}

#[test]
fn numbers_go_on_where_the_console_is_even_if_the_spool_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(dir.path(), small());
    spool.resumed(&[Ack { lane: Lane::Events, through: 41 }]);
    spool.append_events(Lane::Events, lines(1, 0));
    assert_eq!(drain(&mut spool, Lane::Events)[0].0, 42);
    assert_eq!(spool.waiting(), 1);
}
