//! Several lanes over one ordered byte stream, as a pure state machine: which chunk goes next, and how much of a lane may
//! be on its way. Both ends run the same one; `hotliner-link` moves the bytes.
//!
//! * **Priority.** Of the lanes that have something to send and may, the lowest number goes first: control, events, facts,
//!   bulk. The *link lane* ([`LINK_LANE`]) goes before all of them; it carries only [`Ping`], [`Pong`] and [`Credit`], each
//!   frame whole in one chunk.
//! * **Flow control.** Of each lane at most [`LANE_WINDOW_BYTES`] may be on their way and not yet taken by the reader at the
//!   other end. The reader's end raises the limit by [`Credit`] as bytes are taken: an absolute count from the lane's
//!   beginning, so that a repeated or late one changes nothing. A lane whose reader is slow thus stops by itself, and
//!   never holds up another. Without that, one lane's unread bytes would fill the TCP connection for all.
//! * **Memory.** At most [`MAX_LANES`] lanes, a window each to receive, and [`LANE_QUEUE_BYTES`] each to send.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use crate::chunk::{self, Chunk, ChunkDecoder, ChunkTooLong};
use crate::codec::{self, CodecError, FrameDecoder};
use crate::frame::{Credit, Frame, Lane, Ping, Pong};
use crate::limits::{LANE_QUEUE_BYTES, LANE_WINDOW_BYTES, MAX_CHUNK_BYTES, MAX_LANES};

/// Number of the lane for the link itself.
pub const LINK_LANE: u8 = 255;

/// Why the peer's bytes cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum LanesError {
    /// A chunk is too long.
    #[error(transparent)]
    Chunk(#[from] ChunkTooLong),
    /// The link lane does not read.
    #[error("the link lane: {0}")]
    Link(#[from] CodecError),
    /// More than was allowed, or after the lane's end.
    #[error("lane {0} carries more than it may")]
    OverWindow(u8),
    /// Too many lanes.
    #[error("more than {MAX_LANES} lanes")]
    TooManyLanes,
}

#[derive(Debug, Default)]
struct Sending {
    queue: VecDeque<u8>,
    sent: u64,
    /// Bytes that may be sent, counted from the lane's beginning.
    allowed: u64,
    ended: bool,
    end_sent: bool,
}

#[derive(Debug, Default)]
struct Receiving {
    queue: VecDeque<u8>,
    received: u64,
    taken: u64,
    allowed: u64,
    credit_due: bool,
    ended: bool,
    /// Nobody reads it: what comes is dropped.
    unwanted: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Lanes {
    decoder: ChunkDecoder,
    sending: BTreeMap<u8, Sending>,
    receiving: BTreeMap<u8, Receiving>,
    opened: VecDeque<u8>,
    ping: Option<u32>,
    pings: u32,
    pong: Option<u32>,
}

impl Lanes {
    /// Takes as many of `bytes` to be sent on `lane` as there is room for: how many.
    pub fn write(&mut self, lane: Lane, bytes: &[u8]) -> usize {
        let lane = self.sending_lane(lane);
        let room = LANE_QUEUE_BYTES.saturating_sub(lane.queue.len()).min(bytes.len());
        lane.queue.extend(&bytes[..room]);
        room
    }

    /// Ends `lane` in our direction, behind what was written.
    pub fn finish(&mut self, lane: Lane) {
        self.sending_lane(lane).ended = true;
    }

    fn sending_lane(&mut self, lane: Lane) -> &mut Sending {
        self.sending
            .entry(lane_byte(lane))
            .or_insert_with(|| Sending { allowed: WINDOW, ..Sending::default() })
    }

    /// Asks the peer for a sign of life. One that has not left yet is enough for two.
    pub fn ping(&mut self) {
        if self.ping.is_none() {
            self.pings = self.pings.wrapping_add(1);
            self.ping = Some(self.pings);
        }
    }

    /// Appends the next chunk to `out`. Returns whether there was one.
    pub fn transmit(&mut self, out: &mut Vec<u8>) -> bool {
        if let Some(frame) = self.link_frame() {
            // A link frame is far below both limits.
            return codec::encode(&frame).is_ok_and(|bytes| chunk::encode(LINK_LANE, &bytes, out).is_ok());
        }
        self.sending.iter_mut().any(|(number, lane)| lane.transmit(*number, out))
    }

    fn link_frame(&mut self) -> Option<Frame> {
        if let Some(number) = self.pong.take() {
            return Some(Pong { number }.into());
        }
        if let Some(number) = self.ping.take() {
            return Some(Ping { number }.into());
        }
        let (number, lane) = self.receiving.iter_mut().find(|(_, lane)| lane.credit_due)?;
        lane.credit_due = false;
        lane.allowed = lane.taken + WINDOW;
        Some(Credit { lane: Lane::from_number(u16::from(*number)), through: lane.allowed }.into())
    }

    /// Takes in bytes from the peer.
    ///
    /// # Errors
    /// [`LanesError`]: the peer broke the protocol.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), LanesError> {
        self.decoder.push(bytes);
        while let Some(chunk) = self.decoder.next()? {
            if chunk.lane == LINK_LANE { self.take_link(&chunk)? } else { self.take(chunk)? }
        }
        Ok(())
    }

    fn take(&mut self, chunk: Chunk) -> Result<(), LanesError> {
        let Chunk { lane: number, bytes } = chunk;
        if !self.receiving.contains_key(&number) {
            if self.receiving.len() >= MAX_LANES {
                return Err(LanesError::TooManyLanes);
            }
            self.opened.push_back(number);
        }
        let lane = self
            .receiving
            .entry(number)
            .or_insert_with(|| Receiving { allowed: WINDOW, ..Receiving::default() });
        lane.received += bytes.len() as u64;
        if lane.ended || lane.received > lane.allowed {
            return Err(LanesError::OverWindow(number));
        }
        lane.ended = bytes.is_empty();
        if lane.unwanted {
            lane.took(bytes.len());
        } else {
            lane.queue.extend(bytes);
        }
        Ok(())
    }

    fn take_link(&mut self, chunk: &Chunk) -> Result<(), LanesError> {
        let mut decoder = FrameDecoder::new();
        decoder.push(&chunk.bytes);
        while let Some(frame) = decoder.next()? {
            match frame {
                // Only the newest is answered: a flood of them costs one answer.
                Frame::Ping(ping) => self.pong = Some(ping.number),
                Frame::Credit(credit) => {
                    if let Some(lane) = self.sending.get_mut(&lane_byte(credit.lane)) {
                        lane.allowed = lane.allowed.max(credit.through);
                    }
                }
                // A pong has done its work by arriving; newer kinds are skipped.
                _ => {}
            }
        }
        Ok(())
    }

    /// The next lane on which the peer has begun to send.
    pub fn opened(&mut self) -> Option<Lane> {
        self.opened.pop_front().map(|number| Lane::from_number(u16::from(number)))
    }

    /// Moves received bytes of `lane` into `buffer`: how many, zero at the lane's end; `None` if there are none yet.
    pub fn read(&mut self, lane: Lane, buffer: &mut [u8]) -> Option<usize> {
        let lane = self.receiving.get_mut(&lane_byte(lane))?;
        let mut read = 0;
        // A ring may hold its bytes in two pieces.
        while read < buffer.len() {
            match lane.queue.read(&mut buffer[read..]) {
                Ok(0) | Err(_) => break,
                Ok(more) => read += more,
            }
        }
        lane.took(read);
        if lane.queue.is_empty() {
            // An idle lane keeps no memory.
            lane.queue = VecDeque::new();
        }
        (read > 0 || lane.ended).then_some(read)
    }

    /// Nobody will read `lane`: what came and comes on it is dropped.
    pub fn discard(&mut self, lane: Lane) {
        if let Some(lane) = self.receiving.get_mut(&lane_byte(lane)) {
            lane.unwanted = true;
            let left = std::mem::take(&mut lane.queue).len();
            lane.took(left);
        }
    }
}

/// [`LANE_WINDOW_BYTES`], to count with.
const WINDOW: u64 = LANE_WINDOW_BYTES as u64;

impl Sending {
    fn transmit(&mut self, number: u8, out: &mut Vec<u8>) -> bool {
        let may = usize::try_from(self.allowed.saturating_sub(self.sent)).unwrap_or(usize::MAX);
        let size = self.queue.len().min(may).min(MAX_CHUNK_BYTES);
        if size == 0 {
            let ends =
                self.ended && self.queue.is_empty() && !std::mem::replace(&mut self.end_sent, self.ended);
            return ends && chunk::encode(number, &[], out).is_ok();
        }
        let bytes: Vec<u8> = self.queue.drain(..size).collect();
        self.sent += size as u64;
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
        chunk::encode(number, &bytes, out).is_ok()
    }
}

impl Receiving {
    fn took(&mut self, bytes: usize) {
        self.taken += bytes as u64;
        // Half a window at a time: a frame of credit for every few chunks, and the lane never stands still for it.
        self.credit_due |= !self.ended && self.allowed - self.taken <= WINDOW / 2;
    }
}

/// The number of a lane in a chunk, and the first byte on a QUIC stream.
pub fn lane_byte(lane: Lane) -> u8 {
    // Lanes of this version are below 256.
    u8::try_from(lane.number()).unwrap_or(u8::MAX)
}
