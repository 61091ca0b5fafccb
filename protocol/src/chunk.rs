//! Lanes on one byte stream: where UDP is blocked, the lanes of a connection share one TLS session over TCP, cut into
//! chunks.
//!
//! ```text
//! lane: u8 | length: u16 BE | bytes of that lane
//! ```
//!
//! The bytes of a lane, joined, are what its QUIC stream would carry after its first byte: frames, one after the other. A
//! chunk without bytes ends the lane in its direction. A chunk carries at most [`MAX_CHUNK_BYTES`], so that a lane of
//! higher priority never waits behind more than that. [`crate::lanes`] decides which chunk goes next.

use crate::limits::MAX_CHUNK_BYTES;

/// Bytes before those of the lane.
pub const HEADER_BYTES: usize = 3;

/// A chunk, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Number of the lane.
    pub lane: u8,
    /// Its bytes; none where the lane ends.
    pub bytes: Vec<u8>,
}

/// A chunk that is longer than allowed. The connection is beyond repair then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chunk of {0} bytes is over the limit of {MAX_CHUNK_BYTES}")]
pub struct ChunkTooLong(pub usize);

/// Appends a chunk of `lane` with `bytes` to `out`.
///
/// # Errors
/// [`ChunkTooLong`] if there are more than [`MAX_CHUNK_BYTES`]; nothing is appended then.
pub fn encode(lane: u8, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), ChunkTooLong> {
    let length = u16::try_from(bytes.len()).map_err(|_| ChunkTooLong(bytes.len()))?;
    if bytes.len() > MAX_CHUNK_BYTES {
        return Err(ChunkTooLong(bytes.len()));
    }
    out.push(lane);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

/// Takes bytes as they arrive and gives chunks. Holds at most one chunk and what arrived behind it.
#[derive(Debug, Default)]
pub struct ChunkDecoder {
    buffer: Vec<u8>,
    /// Bytes at the front of `buffer` that were given out already.
    used: usize,
}

impl ChunkDecoder {
    /// Takes bytes in.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole chunk, if it is there.
    ///
    /// # Errors
    /// [`ChunkTooLong`] as soon as a header says so; the stream cannot be read any further.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would have to end, a stream of chunks does not"
    )]
    pub fn next(&mut self) -> Result<Option<Chunk>, ChunkTooLong> {
        let rest = &self.buffer[self.used..];
        let Some((&[lane, high, low], rest)) = rest.split_first_chunk::<HEADER_BYTES>() else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > MAX_CHUNK_BYTES {
            return Err(ChunkTooLong(length));
        }
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        let chunk = Chunk { lane, bytes: bytes.to_vec() };
        self.used += HEADER_BYTES + length;
        if self.used == self.buffer.len() {
            // An idle connection keeps nothing.
            self.buffer = Vec::new();
            self.used = 0;
        }
        Ok(Some(chunk))
    }
}
