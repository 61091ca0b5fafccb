//! Frames over lanes, with time limits.

use std::time::Duration;

use hotliner_link::{LaneReceiver, LaneSender};
use hotliner_protocol::codec::{self, CodecError, FrameDecoder};
use hotliner_protocol::frame::{Frame, Lane};
use tokio::time::{Instant, timeout, timeout_at};

/// How long a frame may take from its first byte to its last: a megabyte over a slow telephone line.
const FRAME_TIMEOUT: Duration = Duration::from_secs(90);

/// How long the peer may leave what was sent to it untaken.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes read at a time.
const CHUNK: usize = 16 << 10;

/// Bytes of a frame's length.
const LENGTH_BYTES: usize = 4;

/// Why a stream gave no frame.
#[derive(Debug, thiserror::Error)]
pub(super) enum StreamError {
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The peer is too slow.
    #[error("the peer is too slow")]
    TooSlow,
    /// The bytes are no frame.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Reads frames.
pub(super) struct FrameReader {
    stream: LaneReceiver,
    decoder: FrameDecoder,
}

impl FrameReader {
    pub(super) fn new(stream: LaneReceiver) -> Self {
        Self { stream, decoder: FrameDecoder::new() }
    }

    /// The lane, which was opened just now.
    pub(super) async fn lane(&mut self) -> Result<Lane, StreamError> {
        match timeout(FRAME_TIMEOUT, self.stream.lane()).await {
            Ok(Ok(lane)) => Ok(lane),
            Ok(Err(_)) => Err(StreamError::Broken),
            Err(_) => Err(StreamError::TooSlow),
        }
    }

    /// The next frame; `None` when the peer has ended the stream. The wait for a frame to begin has no limit here: silence
    /// ends the connection. Not to be dropped halfway.
    pub(super) async fn next(&mut self) -> Result<Option<Frame>, StreamError> {
        let mut head = [0; LENGTH_BYTES];
        match self.stream.read(&mut head[..1]).await {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(None),
            Err(_) => return Err(StreamError::Broken),
        }
        let deadline = Instant::now() + FRAME_TIMEOUT;
        self.fill(&mut head[1..], deadline).await?;
        self.decoder.push(&head);
        let mut left = u32::from_be_bytes(head) as usize;
        let mut chunk = vec![0; CHUNK.min(left.max(1))];
        // The decoder refuses a length over the limit before a byte of it is read.
        loop {
            if let Some(frame) = self.decoder.next()? {
                return Ok(Some(frame));
            }
            let size = chunk.len().min(left);
            self.fill(&mut chunk[..size], deadline).await?;
            self.decoder.push(&chunk[..size]);
            left -= size;
        }
    }

    async fn fill(&mut self, bytes: &mut [u8], deadline: Instant) -> Result<(), StreamError> {
        match timeout_at(deadline, self.stream.read_exact(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StreamError::Broken),
            Err(_) => Err(StreamError::TooSlow),
        }
    }
}

/// Writes frames.
pub(super) struct FrameWriter(LaneSender);

impl FrameWriter {
    pub(super) fn new(stream: LaneSender) -> Self {
        Self(stream)
    }

    pub(super) async fn send(&mut self, frames: &[Frame]) -> Result<(), StreamError> {
        let mut bytes = Vec::new();
        for frame in frames {
            bytes.extend(codec::encode(frame)?);
        }
        let deadline = Instant::now() + SEND_TIMEOUT;
        match timeout_at(deadline, self.0.write_all(&bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StreamError::Broken),
            Err(_) => Err(StreamError::TooSlow),
        }
    }

    /// Ends the stream and waits until the peer has everything, or `patience` is over.
    pub(super) async fn finish(mut self, patience: Duration) {
        // Whether it arrived or not, there is nothing left to do.
        let _ = timeout(patience, self.0.finish()).await;
    }
}
