//! Records: what the journal stores.
//!
//! A *decision* is JSON, a *telemetry* record is the batch of the agent as it was received (compressed as it was), with
//! the number of items at its front that were known already.

use hotliner_protocol::batch::{BatchError, Items};
use hotliner_protocol::frame::Batch;
use hotliner_protocol::time::Timestamp;
use minicbor::{Decode, Encode};

use crate::case::{Content, Decision, Entry, clean};

/// One record, before or after it was given its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// When the console appended it.
    pub at: Timestamp,
    /// What it holds.
    pub body: Body,
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A decision; kept as long as the case.
    Decision(Decision),
    /// What an agent sent; may expire.
    Telemetry(Telemetry),
}

/// A batch as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Telemetry {
    /// Items at the front that an earlier record holds.
    #[n(0)]
    pub skip: u64,
    /// The batch.
    #[n(1)]
    pub batch: Batch,
}

/// Why stored bytes are not a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A kind of a newer console.
    #[error("a record of kind {0} is of a newer console")]
    Kind(i64),
    /// A decision that does not read.
    #[error("a decision does not read: {0}")]
    Decision(#[from] serde_json::Error),
    /// A telemetry record that does not read.
    #[error("a telemetry record does not read: {0}")]
    Telemetry(#[from] minicbor::decode::Error),
    /// A batch that does not unpack.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

const DECISION: i64 = 1;
const TELEMETRY: i64 = 2;

impl Body {
    /// Number of the kind and bytes.
    ///
    /// # Errors
    /// [`RecordError::Decision`] if the decision has no JSON form.
    pub fn to_bytes(&self) -> Result<(i64, Vec<u8>), RecordError> {
        match self {
            Self::Decision(decision) => Ok((DECISION, serde_json::to_vec(decision)?)),
            Self::Telemetry(telemetry) => {
                let mut bytes = Vec::with_capacity(telemetry.batch.body.len() + 32);
                let written = minicbor::encode(telemetry, &mut bytes);
                debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
                Ok((TELEMETRY, bytes))
            }
        }
    }

    /// The other way round.
    ///
    /// # Errors
    /// [`RecordError`] if the bytes are of a newer console, or damaged.
    pub fn from_bytes(kind: i64, bytes: &[u8]) -> Result<Self, RecordError> {
        match kind {
            DECISION => Ok(Self::Decision(serde_json::from_slice(bytes)?)),
            TELEMETRY => Ok(Self::Telemetry(minicbor::decode(bytes)?)),
            other => Err(RecordError::Kind(other)),
        }
    }
}

impl Telemetry {
    /// The items that are new in this record, cleaned: the only way to what an agent sent.
    ///
    /// # Errors
    /// [`BatchError`] if the batch does not hold what it says.
    pub fn items(&self) -> Result<Items, BatchError> {
        let skip = usize::try_from(self.skip).unwrap_or(usize::MAX);
        Ok(clean(match self.batch.unpack()? {
            Items::Events(mut events) => Items::Events(events.split_off(skip.min(events.len()))),
            Items::Facts(mut facts) => Items::Facts(facts.split_off(skip.min(facts.len()))),
        }))
    }
}

impl Record {
    /// The record opened, at its position.
    ///
    /// # Errors
    /// [`RecordError::Batch`] if its batch does not unpack.
    pub fn open(self, position: u64) -> Result<Entry, RecordError> {
        let content = match self.body {
            Body::Decision(decision) => Content::Decision(decision),
            Body::Telemetry(telemetry) => Content::Telemetry {
                lane: telemetry.batch.lane,
                through: telemetry.batch.last_seq(),
                items: telemetry.items()?,
            },
        };
        Ok(Entry { position, at: self.at, content })
    }
}
