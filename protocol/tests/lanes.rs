//! Lanes over one byte stream: the bytes, and that nothing is lost, mixed up, or held up by another lane.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use hotliner_protocol::chunk::{self, Chunk, ChunkDecoder, ChunkTooLong};
use hotliner_protocol::codec;
use hotliner_protocol::frame::{Credit, Frame, Lane, Ping};
use hotliner_protocol::lanes::{LINK_LANE, Lanes, LanesError};
use hotliner_protocol::limits::{LANE_QUEUE_BYTES, LANE_WINDOW_BYTES, MAX_CHUNK_BYTES, MAX_LANES};
use proptest::prelude::*;

/// Everything one end has to say, moved to the other.
fn carry(from: &mut Lanes, to: &mut Lanes) {
    let mut bytes = Vec::new();
    while from.transmit(&mut bytes) {}
    to.receive(&bytes).unwrap();
}

fn read(lanes: &mut Lanes, lane: Lane) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 1000];
    while let Some(read) = lanes.read(lane, &mut buffer)
        && read > 0
    {
        all.extend_from_slice(&buffer[..read]);
    }
    all
}

#[test]
fn chunks_keep_their_bytes() {
    let mut bytes = Vec::new();
    chunk::encode(1, b"abc", &mut bytes).unwrap();
    chunk::encode(2, b"", &mut bytes).unwrap();
    chunk::encode(0, &[7; 300], &mut bytes).unwrap();
    let golden = [&[1, 0, 3, b'a', b'b', b'c', 2, 0, 0, 0, 1, 0x2c][..], &[7; 300]].concat();
    assert_eq!(bytes, golden);
}

#[test]
fn frames_of_the_link_keep_their_bytes() {
    let mut lanes = Lanes::default();
    lanes.ping();
    let mut bytes = Vec::new();
    assert!(lanes.transmit(&mut bytes) && !lanes.transmit(&mut bytes));
    assert_eq!(bytes, [255, 0, 9, 0, 0, 0, 5, 0, 60, 0xa1, 0x00, 0x01]);
    let credit = codec::encode(&Credit { lane: Lane::Events, through: 200_000 }.into()).unwrap();
    assert_eq!(credit, [0, 0, 0, 11, 0, 62, 0xa2, 0, 1, 1, 0x1a, 0x00, 0x03, 0x0d, 0x40]);
}

#[test]
fn a_chunk_over_the_limit_is_refused_by_its_header() {
    let too_long = u16::try_from(MAX_CHUNK_BYTES + 1).unwrap();
    let mut decoder = ChunkDecoder::default();
    decoder.push(&[&[1], &too_long.to_be_bytes()[..]].concat());
    assert_eq!(decoder.next(), Err(ChunkTooLong(MAX_CHUNK_BYTES + 1)));
    assert!(chunk::encode(1, &vec![0; MAX_CHUNK_BYTES + 1], &mut Vec::new()).is_err());
}

#[test]
fn control_goes_before_events_and_events_before_facts() {
    let mut lanes = Lanes::default();
    for lane in [Lane::Facts, Lane::Events, Lane::Control] {
        assert_eq!(lanes.write(lane, &[9; LANE_QUEUE_BYTES + 1]), LANE_QUEUE_BYTES);
    }
    let mut order = Vec::new();
    let mut bytes = Vec::new();
    while lanes.transmit(&mut bytes) {
        order.push(bytes[0]);
        bytes.clear();
    }
    assert_eq!(order, [0, 0, 1, 1, 2, 2]);
}

#[test]
fn a_lane_that_nobody_reads_stops_by_itself_and_holds_up_no_other() {
    let (mut agent, mut console) = (Lanes::default(), Lanes::default());
    let mut sent = 0;
    loop {
        let written = agent.write(Lane::Events, &[1; 50_000]);
        carry(&mut agent, &mut console);
        sent += written;
        if written == 0 {
            break;
        }
    }
    assert_eq!(sent, LANE_WINDOW_BYTES + LANE_QUEUE_BYTES, "a window on its way, a queue waiting");
    agent.write(Lane::Control, b"stop");
    carry(&mut agent, &mut console);
    assert_eq!(read(&mut console, Lane::Control), b"stop");
    // Once somebody reads, it goes on.
    let mut arrived = read(&mut console, Lane::Events).len();
    carry(&mut console, &mut agent);
    carry(&mut agent, &mut console);
    arrived += read(&mut console, Lane::Events).len();
    assert_eq!(arrived, sent);
}

#[test]
fn a_lane_that_nobody_wants_is_dropped_and_does_not_stop() {
    let (mut agent, mut console) = (Lanes::default(), Lanes::default());
    let mut sent = 0;
    while sent < 5 * LANE_WINDOW_BYTES {
        sent += agent.write(Lane::Bulk, &[1; 50_000]);
        carry(&mut agent, &mut console);
        console.discard(Lane::Bulk);
        carry(&mut console, &mut agent);
    }
    assert_eq!(console.read(Lane::Bulk, &mut [0; 9]), None);
}

#[test]
fn a_lane_ends_behind_what_was_written() {
    let (mut agent, mut console) = (Lanes::default(), Lanes::default());
    agent.write(Lane::Control, b"bye");
    agent.finish(Lane::Control);
    carry(&mut agent, &mut console);
    assert_eq!(console.opened(), Some(Lane::Control));
    let mut buffer = [0; 9];
    assert_eq!(console.read(Lane::Control, &mut buffer), Some(3));
    assert_eq!(console.read(Lane::Control, &mut buffer), Some(0));
}

#[test]
fn a_peer_that_takes_more_than_it_was_given_is_refused() {
    let chunk = |lane, bytes: &[u8]| {
        let mut out = Vec::new();
        chunk::encode(lane, bytes, &mut out).unwrap();
        out
    };
    let mut over = Lanes::default();
    let full = chunk(1, &[0; MAX_CHUNK_BYTES]);
    for _ in 0..LANE_WINDOW_BYTES / MAX_CHUNK_BYTES {
        over.receive(&full).unwrap();
    }
    assert!(matches!(over.receive(&chunk(1, &[0])), Err(LanesError::OverWindow(1))));

    let mut ended = Lanes::default();
    ended.receive(&chunk(1, b"")).unwrap();
    assert!(matches!(ended.receive(&chunk(1, b"more")), Err(LanesError::OverWindow(1))));

    let mut many = Lanes::default();
    let opened = (0..=u8::MAX).take_while(|lane| many.receive(&chunk(*lane, b"x")).is_ok()).count();
    assert_eq!(opened, MAX_LANES);

    let mut rubbish = Lanes::default();
    assert!(matches!(rubbish.receive(&chunk(LINK_LANE, &[0xff; 8])), Err(LanesError::Link(_))));
}

#[test]
fn a_flood_of_pings_costs_one_answer_and_what_is_unknown_is_skipped() {
    let mut lanes = Lanes::default();
    let mut flood = Vec::new();
    for number in 0..1000 {
        chunk::encode(LINK_LANE, &codec::encode(&Ping { number }.into()).unwrap(), &mut flood).unwrap();
    }
    chunk::encode(LINK_LANE, &codec::encode(&Frame::Unknown(999)).unwrap(), &mut flood).unwrap();
    lanes.receive(&flood).unwrap();
    let mut out = Vec::new();
    assert!(lanes.transmit(&mut out) && !lanes.transmit(&mut out));
}

/// One thing that happens to a pair of ends.
#[derive(Clone, Debug)]
enum Act {
    Write(u8, Vec<u8>),
    Read(u8, usize),
    /// So many bytes of what is under way arrive, at the console or at the agent.
    Arrive(bool, usize),
    Ping,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..3u8, prop::collection::vec(any::<u8>(), 0..40_000))
            .prop_map(|(lane, bytes)| Act::Write(lane, bytes)),
        (0..3u8, 1..60_000usize).prop_map(|(lane, size)| Act::Read(lane, size)),
        (any::<bool>(), 1..50_000usize).prop_map(|(there, size)| Act::Arrive(there, size)),
        Just(Act::Ping),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_lane_gives_what_was_written_in_order(acts in prop::collection::vec(act(), 1..60)) {
        let (mut agent, mut console) = (Lanes::default(), Lanes::default());
        let (mut there, mut back) = (Vec::new(), Vec::new());
        let mut written: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        let mut arrived: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Write(lane, bytes) => {
                    let taken = agent.write(Lane::from_number(lane.into()), &bytes);
                    written.entry(lane).or_default().extend(&bytes[..taken]);
                }
                Act::Read(lane, size) => {
                    let mut buffer = vec![0; size];
                    let read = console.read(Lane::from_number(lane.into()), &mut buffer).unwrap_or_default();
                    arrived.entry(lane).or_default().extend(&buffer[..read]);
                }
                Act::Arrive(true, size) => {
                    while agent.transmit(&mut there) {}
                    let some: Vec<u8> = there.drain(..size.min(there.len())).collect();
                    console.receive(&some).unwrap();
                }
                Act::Arrive(false, size) => {
                    while console.transmit(&mut back) {}
                    let some: Vec<u8> = back.drain(..size.min(back.len())).collect();
                    agent.receive(&some).unwrap();
                }
                Act::Ping => agent.ping(),
            }
        }
        // What is under way arrives, and is read, until nothing moves any more.
        console.receive(&there).unwrap();
        agent.receive(&back).unwrap();
        for _ in 0..40 {
            carry(&mut agent, &mut console);
            for lane in 0..3u8 {
                arrived.entry(lane).or_default().extend(read(&mut console, Lane::from_number(lane.into())));
            }
            carry(&mut console, &mut agent);
        }
        for (lane, bytes) in written {
            prop_assert!(arrived[&lane] == bytes, "lane {lane}");
        }
    }

    #[test]
    fn chunks_come_out_whole_however_the_bytes_are_cut(
        chunks in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 1..20),
        cuts in prop::collection::vec(1..200usize, 1..50),
    ) {
        let mut bytes = Vec::new();
        for (lane, content) in &chunks {
            chunk::encode(*lane, content, &mut bytes).unwrap();
        }
        let mut decoder = ChunkDecoder::default();
        let mut found = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            decoder.push(now);
            while let Some(Chunk { lane, bytes }) = decoder.next().unwrap() {
                found.push((lane, bytes));
            }
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(found, chunks);
    }

    #[test]
    fn rubbish_never_panics_and_never_takes_more_memory_than_allowed(bytes in prop::collection::vec(any::<u8>(), 0..5_000)) {
        let mut lanes = Lanes::default();
        let _ = lanes.receive(&bytes);
        let mut decoder = codec::FrameDecoder::new();
        decoder.push(&bytes);
        while let Ok(Some(_)) = decoder.next() {}
    }
}
