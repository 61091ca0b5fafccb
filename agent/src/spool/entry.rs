//! One batch of the spool, wherever it rests.

use std::io;
use std::sync::Arc;

use hotliner_protocol::frame::Batch;

use super::segment::{Head, Place, Segments};

/// Where the body of a batch is.
#[derive(Clone, Debug)]
pub(super) enum Home {
    Memory(Arc<[u8]>),
    Disk(Place),
}

/// A batch that waits for its acknowledgement.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) head: Head,
    pub(super) home: Home,
    /// The body of a batch on disk that was not sent yet.
    pub(super) cache: Option<Arc<[u8]>>,
    /// Its items were replaced already; there is nothing more to win.
    pub(super) lost: bool,
}

impl Entry {
    pub(super) fn memory_bytes(&self) -> u64 {
        match &self.home {
            Home::Memory(body) => body.len() as u64,
            Home::Disk(_) => 0,
        }
    }

    pub(super) fn cache_bytes(&self) -> u64 {
        self.cache.as_ref().map_or(0, |body| body.len() as u64)
    }

    /// The batch as it is sent.
    pub(super) fn batch(&self, disk: Option<&Segments>) -> io::Result<Batch> {
        let body = match (&self.home, &self.cache, disk) {
            (Home::Memory(body), _, _) | (Home::Disk(_), Some(body), _) => body.to_vec(),
            (Home::Disk(place), None, Some(disk)) => disk.read(*place)?,
            (Home::Disk(_), None, None) => return Err(io::Error::other("the spool's disk is gone")),
        };
        self.head.with_body(&body)
    }
}
