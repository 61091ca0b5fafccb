//! What the fuzz targets share. Run one with `cargo +nightly fuzz run codec -- -max_total_time=60` in `protocol/`; the others
//! are `lanes` and `handshake`.

use hotliner_protocol::codec::FrameDecoder;
use hotliner_protocol::frame::Frame;
use rand_core::{CryptoRng, RngCore, impls};

/// Numbers that are the same in every run, so that what is found is found again. Not random, whatever the trait says.
pub struct Counting(pub u64);

impl RngCore for Counting {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        self.0
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        impls::fill_bytes_via_next(self, bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Counting {}

/// The frames in `bytes`, up to the first that does not read.
pub fn frames(bytes: &[u8]) -> Vec<Frame> {
    let mut decoder = FrameDecoder::new();
    decoder.push(bytes);
    std::iter::from_fn(|| decoder.next().ok().flatten()).collect()
}
