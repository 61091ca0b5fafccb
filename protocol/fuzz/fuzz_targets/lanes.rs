//! Chunks from anybody: nothing panics, and no lane holds more than its window.
#![no_main]

use hotliner_protocol::frame::Lane;
use hotliner_protocol::lanes::Lanes;
use hotliner_protocol::limits::LANE_WINDOW_BYTES;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pieces: Vec<(u8, Vec<u8>)>| {
    let mut lanes = Lanes::default();
    let mut buffer = vec![0; 2 * LANE_WINDOW_BYTES];
    let mut out = Vec::new();
    for (act, bytes) in pieces {
        let lane = Lane::from_number(u16::from(act & 7));
        match act >> 6 {
            0 => {
                let read = lanes.read(lane, &mut buffer).unwrap_or_default();
                assert!(read <= LANE_WINDOW_BYTES);
            }
            1 => _ = lanes.write(lane, &bytes),
            2 => lanes.discard(lane),
            _ => {}
        }
        if lanes.receive(&bytes).is_err() {
            return;
        }
        while lanes.transmit(&mut out) {}
        out.clear();
    }
});
