//! Bytes of a frame: `length: u32 BE | kind: u16 BE | payload`. The length counts kind and payload and is at most
//! [`MAX_FRAME_BYTES`]; it is checked before anything is allocated for it.

use crate::frame::Frame;
use crate::limits::MAX_FRAME_BYTES;

const LENGTH_BYTES: usize = 4;
const KIND_BYTES: usize = 2;

/// Why bytes are not a frame, or a frame cannot be written. The connection is beyond repair then.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Longer than allowed.
    #[error("a frame of {0} bytes is over the limit of {MAX_FRAME_BYTES}")]
    TooLong(usize),
    /// Too short to hold a kind.
    #[error("a frame of {0} bytes is too short")]
    TooShort(usize),
    /// The payload does not read.
    #[error("a frame of kind {kind} does not read: {error}")]
    Payload {
        /// Number of the kind.
        kind: u16,
        /// What is wrong.
        error: minicbor::decode::Error,
    },
}

/// The bytes of `frame`.
///
/// # Errors
/// [`CodecError::TooLong`] if the frame would exceed [`MAX_FRAME_BYTES`].
pub fn encode(frame: &Frame) -> Result<Vec<u8>, CodecError> {
    let mut out = vec![0; LENGTH_BYTES];
    out.extend(frame.kind().to_be_bytes());
    frame.encode_payload(&mut out);
    let length = out.len() - LENGTH_BYTES;
    match u32::try_from(length) {
        Ok(short) if length <= MAX_FRAME_BYTES => out[..LENGTH_BYTES].copy_from_slice(&short.to_be_bytes()),
        _ => return Err(CodecError::TooLong(length)),
    }
    Ok(out)
}

/// Takes bytes as they arrive and gives frames. Holds at most one frame and what arrived behind it.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    buffer: Vec<u8>,
    /// Bytes at the front of `buffer` that were given out already.
    used: usize,
}

impl FrameDecoder {
    /// An empty decoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes in.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame, if it is there.
    ///
    /// # Errors
    /// [`CodecError`]; the stream cannot be read any further.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator would have to end, a stream of frames does not"
    )]
    pub fn next(&mut self) -> Result<Option<Frame>, CodecError> {
        let rest = &self.buffer[self.used..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(CodecError::TooLong(length));
        }
        if length < KIND_BYTES {
            return Err(CodecError::TooShort(length));
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        let kind = u16::from_be_bytes([frame[0], frame[1]]);
        let decoded = Frame::decode_payload(kind, &frame[KIND_BYTES..]);
        self.used += LENGTH_BYTES + length;
        decoded.map(Some).map_err(|error| CodecError::Payload { kind, error })
    }
}
