//! The wire: golden bytes of released versions, what a newer peer may add, and hostile input.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hotliner_protocol::batch::{BatchError, Items, pack_events, pack_facts};
use hotliner_protocol::codec::{CodecError, FrameDecoder, encode};
use hotliner_protocol::event::{
    AttemptEnded, AttemptStarted, ConsentChanged, Event, EventBody, Exit, Gap, Line, Outcome, SourceEnded,
    Stopped,
};
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::frame::{
    Ack, Batch, Bye, ByeReason, Collect, Command, Credit, Encoding, Frame, Hello, Lane, PairAccepted,
    PairConfirm, PairIntercepted, PairReply, PairStart, Ping, Pong, RefusalReason, Refused, ResumeAccepted,
    ResumeDone, ResumeStart, Welcome,
};
use hotliner_protocol::id::{AttemptId, CaseId};
use hotliner_protocol::identity::PublicKey;
use hotliner_protocol::limits::{MAX_BATCH_BYTES, MAX_BATCH_ITEMS, MAX_FRAME_BYTES};
use hotliner_protocol::scope::Scope;
use hotliner_protocol::time::Timestamp;
use hotliner_protocol::value::Value;

fn at() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_123)
}

fn case() -> CaseId {
    CaseId::new(at(), [3; 10])
}

fn event(body: EventBody) -> Event {
    Event { at: at(), attempt: Some(AttemptId(7)), source: "installer:stderr".into(), body }
}

/// Every released version's bytes of [`frames_1_0`] and its successors, a line a frame. Lines never change; a new version
/// adds a file.
const GOLDEN_1_0: &str = include_str!("wire/golden-1.0.hex");

/// One frame of every kind of version 1.0.
fn frames_1_0() -> Vec<Frame> {
    let key = PublicKey::from_bytes([2; 32]);
    vec![
        Hello { major: 1, minor: 0, version: "0.1.0".into(), platform: "linux".into() }.into(),
        Welcome { major: 1, minor: 0 }.into(),
        PairStart { nameplate: "482".into(), message: vec![65, 1] }.into(),
        PairReply { message: vec![66, 1], team_name: "Acme".into() }.into(),
        PairConfirm { confirmation: [1; 32], binding: [2; 32], case_key: key }.into(),
        PairAccepted {
            confirmation: [1; 32],
            binding: [2; 32],
            team: key,
            signature: [3; 64],
            case: case(),
            lease_seconds: 7_200,
        }
        .into(),
        PairIntercepted { confirmation: [1; 32] }.into(),
        Refused { reason: RefusalReason::Code }.into(),
        ResumeStart { case: case(), step: 3, nonce: [1; 32], proof: [2; 32], signature: [3; 64] }.into(),
        ResumeAccepted {
            nonce: [1; 32],
            proof: [2; 32],
            signature: [3; 64],
            received: vec![Ack { lane: Lane::Events, through: 300 }],
            lease_seconds: 60,
        }
        .into(),
        ResumeDone { proof: [1; 32] }.into(),
        Batch { lane: Lane::Events, first_seq: 9, count: 1, encoding: Encoding::Plain, body: vec![0x80] }
            .into(),
        Ack { lane: Lane::Facts, through: 70_000 }.into(),
        Frame::Command(Command::Collect(Collect { prefixes: vec!["disk".into()] })),
        Bye { reason: ByeReason::Finished }.into(),
    ]
}

/// As [`GOLDEN_1_0`], of what version 1.1 adds.
const GOLDEN_1_1: &str = include_str!("wire/golden-1.1.hex");

/// One frame of every kind that version 1.1 adds.
fn added_in_1_1() -> Vec<Frame> {
    vec![
        Ping { number: 7 }.into(),
        Pong { number: 7 }.into(),
        Credit { lane: Lane::Events, through: 131_072 }.into(),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

fn decode_one(bytes: &[u8]) -> Result<Option<Frame>, CodecError> {
    let mut decoder = FrameDecoder::new();
    decoder.push(bytes);
    decoder.next()
}

#[test]
fn frames_of_version_1_0_keep_their_bytes() {
    let written: Vec<String> = frames_1_0().iter().map(|frame| hex(&encode(frame).unwrap())).collect();
    assert_eq!(written, GOLDEN_1_0.lines().collect::<Vec<_>>(), "\n{}", written.join("\n"));
    for (frame, bytes) in frames_1_0().into_iter().zip(&written) {
        assert_eq!(decode_one(&unhex(bytes)).unwrap(), Some(frame));
    }
}

#[test]
fn frames_of_version_1_1_keep_their_bytes() {
    let written: Vec<String> = added_in_1_1().iter().map(|frame| hex(&encode(frame).unwrap())).collect();
    assert_eq!(written, GOLDEN_1_1.lines().collect::<Vec<_>>(), "\n{}", written.join("\n"));
    for (frame, bytes) in added_in_1_1().into_iter().zip(&written) {
        assert_eq!(decode_one(&unhex(bytes)).unwrap(), Some(frame));
    }
}

#[test]
fn every_kind_of_frame_has_golden_bytes() {
    let frames = [frames_1_0(), added_in_1_1()].concat();
    let kinds: Vec<u16> = frames.iter().map(Frame::kind).collect();
    assert_eq!(kinds, [1, 2, 10, 11, 12, 13, 14, 15, 20, 21, 22, 30, 31, 40, 50, 60, 61, 62]);
    // Whatever number is none of these is not understood by this version: a new kind shows here.
    for number in (0..=u16::MAX).filter(|number| !kinds.contains(number)) {
        let bytes = [&[0, 0, 0, 3], &number.to_be_bytes()[..], &[0xa0]].concat();
        assert_eq!(decode_one(&bytes).unwrap(), Some(Frame::Unknown(number)));
    }
}

#[test]
fn frames_come_out_whole_however_the_bytes_are_cut() {
    let frames: Vec<Frame> = frames_1_0();
    let bytes: Vec<u8> = frames.iter().flat_map(|frame| encode(frame).unwrap()).collect();
    for size in [1, 2, 3, 5, 64, bytes.len()] {
        let mut decoder = FrameDecoder::new();
        let mut found = Vec::new();
        for piece in bytes.chunks(size) {
            decoder.push(piece);
            while let Some(frame) = decoder.next().unwrap() {
                found.push(frame);
            }
        }
        assert_eq!(found, frames, "pieces of {size}");
    }
}

#[test]
fn kinds_and_fields_of_a_newer_version_are_skipped() {
    assert_eq!(decode_one(&[0, 0, 0, 4, 0x7f, 0xff, 0xa0, 0x00]).unwrap(), Some(Frame::Unknown(0x7fff)));
    // Bye with a field 9 this version does not know: {0: 2, 9: "later"}
    let bytes = [&[0, 0, 0, 12, 0, 50, 0xa2, 0x00, 0x02, 0x09, 0x65][..], b"later"].concat();
    assert_eq!(decode_one(&bytes).unwrap(), Some(Bye { reason: ByeReason::Finished }.into()));
    // Refused for reason 99 stays reason 99.
    let bytes = [0, 0, 0, 6, 0, 15, 0xa1, 0x00, 0x18, 99];
    assert_eq!(decode_one(&bytes).unwrap(), Some(Refused { reason: RefusalReason::Other(99) }.into()));
}

#[test]
fn hostile_frames_are_refused_before_anything_is_allocated() {
    let huge = ((MAX_FRAME_BYTES + 1) as u32).to_be_bytes();
    assert!(matches!(decode_one(&huge), Err(CodecError::TooLong(_))));
    assert!(matches!(decode_one(&[0, 0, 0, 1, 9]), Err(CodecError::TooShort(1))));
    assert!(matches!(decode_one(&[0, 0, 0, 3, 0, 30, 0xff]), Err(CodecError::Payload { kind: 30, .. })));
    // A map that announces 2^32 entries.
    assert!(decode_one(&[0, 0, 0, 7, 0, 30, 0xba, 0xff, 0xff, 0xff, 0xff]).is_err());
    let body = vec![0; MAX_FRAME_BYTES];
    let batch = Batch { lane: Lane::Bulk, first_seq: 1, count: 1, encoding: Encoding::Plain, body };
    assert!(matches!(encode(&batch.into()), Err(CodecError::TooLong(_))));
}

#[test]
fn every_event_survives_a_batch() {
    let events: Vec<Event> = [
        EventBody::Line(Line { number: 3, text: "E: Sub-process returned an error".into(), cut_bytes: 0 }),
        EventBody::AttemptStarted(AttemptStarted {
            program: "dpkg".into(),
            args: vec!["-i".into(), "x.deb".into()],
            joined_late: false,
        }),
        EventBody::SourceEnded(SourceEnded { lines: 3, complete: true }),
        EventBody::AttemptEnded(AttemptEnded {
            outcome: Outcome::Failed,
            exit: Some(Exit { code: Some(1), signal: None }),
        }),
        EventBody::Gap(Gap { dropped: 12, reason: "spool full".into() }),
        EventBody::ConsentChanged(ConsentChanged { granted: vec![Scope::Hardware, Scope::Other(77)] }),
        EventBody::Stopped(Stopped { by: "customer".into() }),
        EventBody::Unknown(500),
    ]
    .into_iter()
    .map(event)
    .collect();
    let batch = pack_events(Lane::Events, 5, &events).unwrap();
    assert_eq!((batch.count, batch.last_seq()), (8, 12));
    assert_eq!(batch.unpack().unwrap(), Items::Events(events));
}

#[test]
fn every_reading_survives_a_batch() {
    let reading = |value: Option<Value>| value.map_or(Reading::Denied, Reading::Value);
    let facts: Vec<Fact> = [Some(Value::Bool(true)), Some(Value::map([("version", "2.36-9")])), None]
        .into_iter()
        .map(|value| Fact {
            path: "package[dpkg:libc6]".parse().unwrap(),
            observed_at: at(),
            reading: reading(value),
        })
        .collect();
    assert_eq!(pack_facts(1, &facts).unwrap().unpack().unwrap(), Items::Facts(facts));
}

#[test]
fn a_compressed_batch_of_installer_lines_is_small() {
    let events: Vec<Event> = (0..100)
        .map(|i| {
            let text = format!("Unpacking libexample{i}:amd64 (2.{i}-1+deb12u1) over (2.{i}-1) ...");
            event(EventBody::Line(Line { number: i, text, cut_bytes: 0 }))
        })
        .collect();
    let batch = pack_events(Lane::Events, 1, &events).unwrap();
    assert_eq!(batch.encoding, Encoding::Zstd);
    assert!(batch.body.len() / 100 <= 50, "{} bytes an event", batch.body.len() / 100);
    assert_eq!(batch.unpack().unwrap(), Items::Events(events));
}

#[test]
fn a_batch_that_lies_is_refused() {
    let events = vec![event(EventBody::Line(Line::default())); 3];
    let good = pack_events(Lane::Events, 1, &events).unwrap();
    let bomb = zstd::bulk::compress(&vec![0; MAX_BATCH_BYTES + 1], 1).unwrap();
    let table = [
        Batch { count: 2, ..good.clone() },
        Batch { count: 4, ..good.clone() },
        Batch { count: MAX_BATCH_ITEMS as u32 + 1, ..good.clone() },
        Batch { lane: Lane::Facts, ..good.clone() },
        Batch { lane: Lane::Bulk, ..good.clone() },
        Batch { lane: Lane::Other(9), ..good.clone() },
        Batch { encoding: Encoding::Other(9), ..good.clone() },
        Batch { encoding: Encoding::Zstd, body: b"rubbish".to_vec(), ..good.clone() },
        Batch { encoding: Encoding::Zstd, body: bomb, ..good.clone() },
        Batch { encoding: Encoding::Plain, body: vec![0x9f, 0xff], ..good.clone() },
        Batch { encoding: Encoding::Plain, body: vec![], ..good },
    ];
    for batch in table {
        assert!(batch.unpack().is_err(), "{batch:?}");
    }
    let many = vec![event(EventBody::Unknown(1)); MAX_BATCH_ITEMS + 1];
    assert!(matches!(pack_events(Lane::Events, 1, &many), Err(BatchError::TooManyItems(_))));
}
