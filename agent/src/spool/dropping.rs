//! Making room: the oldest telemetry is replaced by what says that it is lost.

use std::sync::Arc;

use hotliner_protocol::frame::Lane;

use super::entry::{Entry, Home};
use super::segment::{self, Segments};
use super::{Spool, lost_batch};

/// Part of the memory bound that is freed at a time, so that dropping is rare and not per batch.
const MEMORY_SHARE: u64 = 4;

impl Spool {
    /// Replaces telemetry in the oldest file, or, without a writable disk, in the oldest quarter of memory.
    pub(super) fn drop_oldest(&mut self) {
        match self.disk.as_ref().filter(|disk| disk.writable()).and_then(Segments::oldest_worth_dropping) {
            Some(file) => self.drop_file(file),
            None => self.drop_memory(),
        }
    }

    fn drop_file(&mut self, file: u64) {
        let Self { disk, lanes, cache_bytes, troubles, .. } = self;
        let Some(disk) = disk.as_mut() else { return };
        let in_file = |entry: &&mut Entry| matches!(&entry.home, Home::Disk(place) if place.file == file);
        let mut kept: Vec<(&mut Entry, Vec<u8>)> = Vec::new();
        for entry in lanes.iter_mut().flat_map(|queue| &mut queue.entries).filter(in_file) {
            let batch = entry.batch(Some(disk)).ok();
            if entry.head.lane == Lane::Control && batch.is_some() {
                kept.push((entry, batch.map(|batch| segment::body_of(&batch)).unwrap_or_default()));
                continue;
            }
            let items = batch.and_then(|batch| batch.unpack().ok());
            let Some(lost) = lost_batch(&entry.head, items) else { continue };
            *cache_bytes -= entry.cache_bytes();
            entry.cache = None;
            entry.head = segment::Head::of(&lost);
            entry.lost = true;
            kept.push((entry, segment::body_of(&lost)));
        }
        let records: Vec<_> = kept.iter().map(|(entry, body)| (entry.head, body.as_slice())).collect();
        match disk.rewrite(file, &records) {
            Ok(places) => {
                for ((entry, _), place) in kept.iter_mut().zip(places) {
                    entry.home = Home::Disk(place);
                }
            }
            // Not even a small file can be written: the replacements stay in memory.
            Err(error) => {
                for (entry, body) in &mut kept {
                    entry.cache = Some(Arc::from(body.as_slice()));
                    *cache_bytes += entry.cache_bytes();
                }
                troubles.push(super::Trouble::Disk(error));
            }
        }
    }

    fn drop_memory(&mut self) {
        let goal = self.memory_bytes.saturating_sub(self.limits.memory_bytes / MEMORY_SHARE);
        let Self { lanes, memory_bytes, .. } = self;
        for entry in
            lanes.iter_mut().filter(|queue| queue.lane != Lane::Control).flat_map(|queue| &mut queue.entries)
        {
            if *memory_bytes <= goal {
                return;
            }
            if entry.lost || !matches!(entry.home, Home::Memory(_)) {
                continue;
            }
            let items = entry.batch(None).ok().and_then(|batch| batch.unpack().ok());
            let Some(lost) = lost_batch(&entry.head, items) else { continue };
            let body: Arc<[u8]> = segment::body_of(&lost).into();
            *memory_bytes = *memory_bytes - entry.memory_bytes() + body.len() as u64;
            *entry =
                Entry { head: segment::Head::of(&lost), home: Home::Memory(body), cache: None, lost: true };
        }
    }
}
