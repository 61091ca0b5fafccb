//! Frames and batches from anybody: nothing panics, and what reads is written and read back the same.
#![no_main]

use hotliner_protocol::codec::encode;
use hotliner_protocol::frame::Frame;
use hotliner_protocol_fuzz::frames;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for frame in frames(bytes) {
        if let Frame::Batch(batch) = &frame {
            // Whatever it says of itself, it is refused or within the limits.
            let _ = batch.unpack();
        }
        if matches!(frame, Frame::Unknown(_)) {
            continue;
        }
        let Ok(written) = encode(&frame) else { continue };
        assert_eq!(frames(&written), [frame]);
    }
});
