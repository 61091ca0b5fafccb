//! Any bytes as a log, whole and in pieces: the same lines, each within its bound.
#![no_main]

use hotliner_faults::lines::{DecodedLine, LineDecoder};
use hotliner_protocol::limits::MAX_LINE_BYTES;
use libfuzzer_sys::fuzz_target;

fn lines(pieces: &[&[u8]]) -> Vec<(String, u64)> {
    let mut decoder = LineDecoder::new();
    let mut found = Vec::new();
    let mut each = |line: DecodedLine<'_>| {
        assert!(line.text.len() <= MAX_LINE_BYTES);
        found.push((line.text.to_owned(), line.cut_bytes));
    };
    for piece in pieces {
        decoder.push(piece, &mut each);
    }
    decoder.finish(&mut each);
    found
}

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (size, bytes) = input;
    let pieces: Vec<&[u8]> = bytes.chunks(usize::from(size).max(1)).collect();
    assert_eq!(lines(&[&bytes]), lines(&pieces));
});
