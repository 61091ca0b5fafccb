//! The journal: the append-only record of everything in every case, and the only write path.
//!
//! One ordinal per case, counted from 1, over all its records. An append names the position it expects to come after:
//! that is the fence, so that two writers never both win. An append that returned is on disk.

mod embedded;
mod record;

use std::path::Path;

use hotliner_protocol::id::CaseId;

use crate::case::Entry;
use embedded::Embedded;
pub use embedded::GROUP;
pub use record::{Body, Record, RecordError, Telemetry};

/// Why records were not appended. Nothing of them is in the journal then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote to the case: its last position is another than expected.
    #[error("the case is at position {last}, not at {expected}")]
    Taken {
        /// Where the case is.
        last: u64,
        /// What was expected.
        expected: u64,
    },
    /// There is no room. The same append may succeed later.
    #[error("there is no room left for the journal: {0}")]
    Full(String),
    /// The disk or the file failed. The same append may succeed later.
    #[error("the journal cannot be written: {0}")]
    Storage(String),
    /// The console is going down.
    #[error("the journal is closed")]
    Closed,
}

/// Why the journal cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// SQLite's words.
    #[error("the journal cannot be read: {0}")]
    Storage(#[from] rusqlite::Error),
    /// Written by a newer console.
    #[error("the journal has format {0}, this console knows {FORMAT}")]
    Format(i64),
    /// A record is damaged or newer.
    #[error("position {position}: {error}")]
    Record {
        /// Where.
        position: u64,
        /// What is wrong.
        error: RecordError,
    },
    /// A case's id does not read.
    #[error("`{0}` is not the id of a case")]
    CaseId(String),
    /// The writer thread could not be started.
    #[error("the journal's thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// The console is going down.
    #[error("the journal is closed")]
    Closed,
}

/// Format of the journal's file. 1: first.
const FORMAT: i64 = 1;

/// Limits of a journal.
#[derive(Clone, Copy, Debug, Default)]
pub struct JournalLimits {
    /// Largest size of the journal's file in bytes; `None`: as large as the disk.
    pub max_bytes: Option<u64>,
}

/// A journal. Cheap to clone; the last clone dropped closes it.
#[derive(Clone, Debug)]
pub struct Journal {
    home: Embedded,
}

impl Journal {
    /// Opens the journal that lives in the file at `path`, or makes it.
    ///
    /// # Errors
    /// [`JournalError`] if the file is no journal this console can read and write.
    pub fn open(path: &Path, limits: JournalLimits) -> Result<Self, JournalError> {
        Embedded::open(path, limits).map(|home| Self { home })
    }

    /// Appends `records` to `case` after position `expected` (0 for a new case), all or none, and returns the new last
    /// position once they are on disk.
    ///
    /// # Errors
    /// [`AppendError`].
    pub async fn append(
        &self,
        case: CaseId,
        expected: u64,
        records: Vec<Record>,
    ) -> Result<u64, AppendError> {
        self.home.append(case, expected, records).await
    }

    /// At most `limit` records of `case` after position `after`, in order, with their positions.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn read(
        &self,
        case: CaseId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Record)>, JournalError> {
        self.home.read(case, after, limit).await
    }

    /// As [`Journal::read`], with the records opened.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn entries(&self, case: CaseId, after: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        open(self.read(case, after, limit).await?)
    }

    /// The last `limit` entries of `case` before position `before`, in order.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn entries_before(
        &self,
        case: CaseId,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        open(self.home.read_before(case, before, limit).await?)
    }

    /// The entries of `case` at these positions, in their order; those that are not there are left out.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn entries_at(&self, case: CaseId, positions: Vec<u64>) -> Result<Vec<Entry>, JournalError> {
        open(self.home.read_at(case, positions).await?)
    }

    /// Every case in the journal with its last position, oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn cases(&self) -> Result<Vec<(CaseId, u64)>, JournalError> {
        self.home.cases().await
    }
}

fn open(records: Vec<(u64, Record)>) -> Result<Vec<Entry>, JournalError> {
    let open = |(position, record): (u64, Record)| {
        record.open(position).map_err(|error| JournalError::Record { position, error })
    };
    records.into_iter().map(open).collect()
}
