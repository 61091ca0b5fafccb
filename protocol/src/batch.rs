//! Batches: numbered items of one lane, packed together.
//!
//! The body is a CBOR array of items, compressed with zstd where that makes it smaller. Which items a batch holds follows
//! from its lane: facts on [`Lane::Facts`], events on [`Lane::Control`] (consent, stop) and [`Lane::Events`].

use minicbor::{Decode, Encode};

use crate::event::Event;
use crate::fact::Fact;
use crate::frame::{Batch, Encoding, Lane};
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_ITEMS, MAX_FRAME_BYTES};

/// Compression level: the fastest of zstd's ordinary levels. Measured in docs/BENCHMARKS.md.
const ZSTD_LEVEL: i32 = 1;

/// Bodies shorter than this are sent as they are; compression would not pay for its header.
const COMPRESS_FROM_BYTES: usize = 128;

/// Room for the other fields of a batch within a frame.
const FRAME_OVERHEAD_BYTES: usize = 64;

/// What a batch holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Items {
    /// Events, in order.
    Events(Vec<Event>),
    /// Facts, in order.
    Facts(Vec<Fact>),
}

/// Why a batch cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Too many items.
    #[error("{0} items in a batch are over the limit of {MAX_BATCH_ITEMS}")]
    TooManyItems(usize),
    /// Too large.
    #[error("a batch of {0} bytes is over its limit")]
    TooLarge(usize),
    /// Says a number of items it does not hold.
    #[error("a batch says {said} items and holds {held}")]
    Count {
        /// Items announced.
        said: u32,
        /// Items found.
        held: usize,
    },
    /// A lane or encoding of a newer version.
    #[error("lane {lane} with encoding {encoding} is not understood")]
    NotUnderstood {
        /// The lane.
        lane: Lane,
        /// The encoding.
        encoding: Encoding,
    },
    /// zstd refuses the body.
    #[error("the body of a batch does not decompress: {0}")]
    Decompress(std::io::Error),
    /// The items do not read.
    #[error("the items of a batch do not read: {0}")]
    Decode(#[from] minicbor::decode::Error),
}

/// Packs `events` for `lane` ([`Lane::Control`] or [`Lane::Events`]).
///
/// # Errors
/// [`BatchError::TooManyItems`] and [`BatchError::TooLarge`]: pack fewer at a time.
pub fn pack_events(lane: Lane, first_seq: u64, events: &[Event]) -> Result<Batch, BatchError> {
    pack(lane, first_seq, events)
}

/// Packs `facts` for [`Lane::Facts`].
///
/// # Errors
/// As [`pack_events`].
pub fn pack_facts(first_seq: u64, facts: &[Fact]) -> Result<Batch, BatchError> {
    pack(Lane::Facts, first_seq, facts)
}

fn pack<T: Encode<()>>(lane: Lane, first_seq: u64, items: &[T]) -> Result<Batch, BatchError> {
    let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
    if items.len() > MAX_BATCH_ITEMS {
        return Err(BatchError::TooManyItems(items.len()));
    }
    let mut plain = Vec::new();
    let written = minicbor::encode(items, &mut plain);
    debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    if plain.len() > MAX_BATCH_BYTES {
        return Err(BatchError::TooLarge(plain.len()));
    }
    let (encoding, body) = match compress(&plain) {
        Some(small) => (Encoding::Zstd, small),
        None => (Encoding::Plain, plain),
    };
    if body.len() > MAX_FRAME_BYTES - FRAME_OVERHEAD_BYTES {
        return Err(BatchError::TooLarge(body.len()));
    }
    Ok(Batch { lane, first_seq, count, encoding, body })
}

/// The compressed form, if it is smaller.
fn compress(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < COMPRESS_FROM_BYTES {
        return None;
    }
    zstd::bulk::compress(plain, ZSTD_LEVEL).ok().filter(|small| small.len() < plain.len())
}

impl Batch {
    /// The items inside.
    ///
    /// # Errors
    /// [`BatchError`] if anything about the batch is not as it says; nothing larger than [`MAX_BATCH_BYTES`] is ever
    /// allocated for it.
    pub fn unpack(&self) -> Result<Items, BatchError> {
        if self.count as usize > MAX_BATCH_ITEMS {
            return Err(BatchError::TooManyItems(self.count as usize));
        }
        let decompressed;
        let plain = match self.encoding {
            Encoding::Plain => &self.body,
            Encoding::Zstd => {
                decompressed =
                    zstd::bulk::decompress(&self.body, MAX_BATCH_BYTES).map_err(BatchError::Decompress)?;
                &decompressed
            }
            Encoding::Other(_) => return Err(self.not_understood()),
        };
        match self.lane {
            Lane::Control | Lane::Events => self.items(plain).map(Items::Events),
            Lane::Facts => self.items(plain).map(Items::Facts),
            Lane::Bulk | Lane::Other(_) => Err(self.not_understood()),
        }
    }

    fn items<'b, T: Decode<'b, ()>>(&self, plain: &'b [u8]) -> Result<Vec<T>, BatchError> {
        let mut decoder = minicbor::Decoder::new(plain);
        let mut items = Vec::new();
        for item in decoder.array_iter::<T>()? {
            items.push(item?);
            if items.len() > self.count as usize {
                break;
            }
        }
        if items.len() != self.count as usize {
            return Err(BatchError::Count { said: self.count, held: items.len() });
        }
        Ok(items)
    }

    fn not_understood(&self) -> BatchError {
        BatchError::NotUnderstood { lane: self.lane, encoding: self.encoding }
    }

    /// Sequence number of the last item; one before the first for an empty batch.
    pub fn last_seq(&self) -> u64 {
        self.first_seq.saturating_add(u64::from(self.count)).saturating_sub(1)
    }
}
