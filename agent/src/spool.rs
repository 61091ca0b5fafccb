//! The spool: batches that the console has not acknowledged yet. Bounded, on disk where it can, in memory where it must.
//!
//! Each item gets its sequence number here and keeps it. A batch is packed once and stays as it is, on disk, in memory
//! and on the wire; what is acknowledged goes. [`segment`] says how the files look and what recovery does.
//!
//! When the bound is reached the oldest telemetry goes first. Its numbers stay: each lost event is replaced by a gap
//! event of one, each lost fact by *not collected* under the same path, so that the console's order has no holes, a batch
//! sent before and lost here is still taken once, and the loss shows. Replacements compress to next to nothing. Batches
//! of the control lane (consent, stop) are never lost.
//!
//! A disk that takes no more (full, read-only, gone) moves the spool to memory, within [`Limits::memory_bytes`].

mod entry;
mod segment;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;

use hotliner_protocol::batch::{BatchError, pack_events, pack_facts};
use hotliner_protocol::event::{Event, EventBody, Gap};
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::frame::{Ack, Batch, Lane};
use hotliner_protocol::sequence::Outbox;
use hotliner_protocol::{batch::Items, limits::MAX_BATCH_ITEMS};

use crate::redact::Redacted;
use entry::{Entry, Home};
use segment::Segments;
pub(crate) use segment::SyncHandle;

/// Why items were lost, as said in gap events.
const SPOOL_FULL: &str = "spool full";

/// Bounds of the spool, in bytes of packed batches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// On disk.
    pub(crate) disk_bytes: u64,
    /// In memory, when the disk takes no more.
    pub(crate) memory_bytes: u64,
    /// Of batches on disk that are kept in memory too, because they were not sent yet.
    pub(crate) cache_bytes: u64,
    /// Of one file.
    pub(crate) segment_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { disk_bytes: 64 << 20, memory_bytes: 8 << 20, cache_bytes: 1 << 20, segment_bytes: 4 << 20 }
    }
}

/// What the spool has to say to the customer, each once.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The disk takes no more; it goes on in memory.
    Disk(io::Error),
    /// The bound is reached; the oldest is being dropped.
    Full,
}

/// See the module.
pub(crate) struct Spool {
    limits: Limits,
    disk: Option<Segments>,
    lanes: [LaneQueue; 3],
    memory_bytes: u64,
    cache_bytes: u64,
    troubles: Vec<Trouble>,
    said_full: bool,
}

struct LaneQueue {
    lane: Lane,
    outbox: Outbox,
    entries: VecDeque<Entry>,
}

/// Items of one lane, ready to be packed.
enum Batchful {
    Events(Vec<Event>),
    Facts(Vec<Fact>),
}

impl Spool {
    /// A spool in `dir`, which is made if need be, with what an earlier run left there. Without a usable folder, a spool
    /// in memory, and the trouble to be told.
    pub(crate) fn open(dir: &Path, limits: Limits) -> Self {
        let mut spool = Self {
            limits,
            disk: None,
            lanes: Lane::DURABLE.map(|lane| LaneQueue {
                lane,
                outbox: Outbox::default(),
                entries: VecDeque::new(),
            }),
            memory_bytes: 0,
            cache_bytes: 0,
            troubles: Vec::new(),
            said_full: false,
        };
        match Segments::open(dir, limits.segment_bytes) {
            Ok((disk, found)) => {
                spool.disk = Some(disk);
                found.into_iter().for_each(|(head, home)| spool.recover(head, home));
            }
            Err(error) => spool.troubles.push(Trouble::Disk(error)),
        }
        spool
    }

    fn recover(&mut self, head: segment::Head, home: Home) {
        let Some(queue) = self.queue(head.lane) else { return };
        let due = queue.outbox.given() + 1;
        // The first of a lane may begin anywhere: what came before it was acknowledged.
        if queue.entries.is_empty() && queue.outbox.given() == 0 {
            queue.outbox = Outbox::resumed(head.last(), head.first_seq.saturating_sub(1));
        } else if head.first_seq == due {
            queue.outbox = Outbox::resumed(head.last(), queue.outbox.acked());
        } else {
            return;
        }
        queue.entries.push_back(Entry { head, home, cache: None, lost: false });
    }

    /// Lets go of its files, so that they can be deleted where a system keeps open ones. What comes later stays in memory.
    pub(crate) fn close(&mut self) {
        self.disk = None;
    }

    /// Appends events to `lane` ([`Lane::Control`] or [`Lane::Events`]).
    pub(crate) fn append_events(&mut self, lane: Lane, events: Vec<Redacted<Event>>) {
        let mut events: Vec<Event> = events.into_iter().map(Redacted::into_inner).collect();
        while !events.is_empty() {
            let rest = events.split_off(events.len().min(MAX_BATCH_ITEMS));
            self.append(lane, Batchful::Events(events));
            events = rest;
        }
    }

    /// Appends facts.
    pub(crate) fn append_facts(&mut self, facts: Vec<Redacted<Fact>>) {
        let mut facts: Vec<Fact> = facts.into_iter().map(Redacted::into_inner).collect();
        while !facts.is_empty() {
            let rest = facts.split_off(facts.len().min(MAX_BATCH_ITEMS));
            self.append(Lane::Facts, Batchful::Facts(facts));
            facts = rest;
        }
    }

    /// The first batch of `lane` that holds an item after `sent`, to be sent next.
    pub(crate) fn after(&mut self, lane: Lane, sent: u64) -> Option<Batch> {
        let Self { disk, lanes, .. } = self;
        let queue = lanes.iter_mut().find(|queue| queue.lane == lane)?;
        let at = queue.entries.partition_point(|entry| entry.head.last() <= sent);
        let entry = queue.entries.get(at)?;
        match entry.batch(disk.as_ref()) {
            Ok(batch) => Some(batch),
            Err(error) => {
                // What cannot be read back is lost; its numbers are kept by replacements.
                let lost = lost_batch(&entry.head, None)?;
                let bytes: Arc<[u8]> = segment::body_of(&lost).into();
                self.memory_bytes += bytes.len() as u64;
                let entry = queue.entries.get_mut(at)?;
                entry.head = segment::Head::of(&lost);
                entry.home = Home::Memory(bytes);
                entry.lost = true;
                self.troubles.push(Trouble::Disk(error));
                Some(lost)
            }
        }
    }

    /// Forgets what the console has on disk.
    pub(crate) fn acknowledge(&mut self, ack: Ack) {
        let Self { disk, lanes, memory_bytes, cache_bytes, .. } = self;
        let Some(queue) = lanes.iter_mut().find(|queue| queue.lane == ack.lane) else { return };
        queue.outbox.ack(ack.through);
        while let Some(entry) = queue.entries.front() {
            if entry.head.last() > queue.outbox.acked() {
                break;
            }
            *memory_bytes -= entry.memory_bytes();
            *cache_bytes -= entry.cache_bytes();
            if let (Home::Disk(place), Some(disk)) = (&entry.home, disk.as_mut()) {
                disk.release(*place);
            }
            queue.entries.pop_front();
        }
    }

    /// What the console says it has when a link is resumed. Numbers go on from there, even if the spool has lost them.
    pub(crate) fn resumed(&mut self, received: &[Ack]) {
        for ack in received {
            if let Some(queue) = self.queue(ack.lane)
                && queue.outbox.given() < ack.through
            {
                queue.outbox = Outbox::resumed(ack.through, queue.outbox.acked());
            }
            self.acknowledge(*ack);
        }
    }

    /// Items waiting for their acknowledgement.
    pub(crate) fn waiting(&self) -> u64 {
        self.lanes.iter().map(|queue| queue.outbox.waiting()).sum()
    }

    /// What is to be told, once each.
    pub(crate) fn take_troubles(&mut self) -> Vec<Trouble> {
        std::mem::take(&mut self.troubles)
    }

    /// What the driver syncs to disk every 200 ms, off the data's way; `None` when there is nothing to sync.
    pub(crate) fn take_unsynced(&mut self) -> Option<SyncHandle> {
        self.disk.as_mut()?.take_unsynced()
    }

    fn queue(&mut self, lane: Lane) -> Option<&mut LaneQueue> {
        self.lanes.iter_mut().find(|queue| queue.lane == lane)
    }

    fn append(&mut self, lane: Lane, items: Batchful) {
        let Some(queue) = self.queue(lane) else { return };
        let first_seq = queue.outbox.given() + 1;
        let (count, packed) = match &items {
            Batchful::Events(events) => (events.len(), pack_events(lane, first_seq, events)),
            Batchful::Facts(facts) => (facts.len(), pack_facts(first_seq, facts)),
        };
        match packed {
            Ok(batch) => self.keep(batch),
            Err(_) if count > 1 => {
                let (left, right) = items.halves();
                self.append(lane, left);
                self.append(lane, right);
            }
            Err(error) => self.keep_replacement(lane, first_seq, items, &error),
        }
    }

    /// A single item beyond the protocol's limits: said to be lost instead of being silently left out.
    fn keep_replacement(&mut self, lane: Lane, first_seq: u64, items: Batchful, error: &BatchError) {
        let replaced = match items {
            Batchful::Events(events) => Items::Events(events),
            Batchful::Facts(facts) => Items::Facts(facts),
        };
        if let Some(batch) = pack_lost(lane, first_seq, replaced, &error.to_string()) {
            self.keep(batch);
        }
    }

    fn keep(&mut self, batch: Batch) {
        let head = segment::Head::of(&batch);
        let body = segment::body_of(&batch);
        self.make_room(body.len() as u64);
        let written = match self.disk.as_mut() {
            Some(disk) => disk.append(&head, &body).map(Some),
            None => Ok(None),
        };
        let place = written.unwrap_or_else(|error| {
            self.disk_failed(error);
            None
        });
        let bytes: Arc<[u8]> = body.into();
        let entry = match place {
            Some(place) => {
                let cache = (self.cache_bytes < self.limits.cache_bytes).then(|| bytes.clone());
                Entry { head, home: Home::Disk(place), cache, lost: false }
            }
            None => Entry { head, home: Home::Memory(bytes), cache: None, lost: false },
        };
        self.memory_bytes += entry.memory_bytes();
        self.cache_bytes += entry.cache_bytes();
        let Some(queue) = self.queue(head.lane) else { return };
        queue.outbox = Outbox::resumed(head.last(), queue.outbox.acked());
        queue.entries.push_back(entry);
    }

    fn disk_failed(&mut self, error: io::Error) {
        if let Some(disk) = self.disk.as_mut()
            && disk.failed()
        {
            self.troubles.push(Trouble::Disk(error));
        }
    }

    /// Replaces the oldest telemetry until `more` bytes fit.
    fn make_room(&mut self, more: u64) {
        let on_disk = self.disk.as_ref().map_or(0, Segments::bytes);
        let full = if self.disk.as_ref().is_some_and(Segments::writable) {
            on_disk + more > self.limits.disk_bytes
        } else {
            self.memory_bytes + more > self.limits.memory_bytes
        };
        if !full {
            return;
        }
        if !std::mem::replace(&mut self.said_full, true) {
            self.troubles.push(Trouble::Full);
        }
        self.drop_oldest();
    }
}

impl Batchful {
    fn halves(self) -> (Self, Self) {
        match self {
            Self::Events(mut events) => {
                let right = events.split_off(events.len() / 2);
                (Self::Events(events), Self::Events(right))
            }
            Self::Facts(mut facts) => {
                let right = facts.split_off(facts.len() / 2);
                (Self::Facts(facts), Self::Facts(right))
            }
        }
    }
}

mod dropping;

/// What stands for a batch that was lost: as many items, each saying so. `items` are those that were in it, if they are
/// still known; without them facts have no path to stand under, and are said under `agent.lost`.
fn lost_batch(head: &segment::Head, items: Option<Items>) -> Option<Batch> {
    let items = items.unwrap_or_else(|| match head.lane {
        Lane::Facts => Items::Facts(Vec::new()),
        _ => Items::Events(Vec::new()),
    });
    let count = head.count as usize;
    let filled = match items {
        Items::Facts(mut facts) => {
            let path = hotliner_protocol::fact::FactPath::new("agent.lost").ok()?;
            facts.resize_with(count, || Fact {
                path: path.clone(),
                observed_at: hotliner_protocol::time::Timestamp::default(),
                reading: Reading::NotCollected,
            });
            Items::Facts(facts)
        }
        Items::Events(mut events) => {
            events.resize_with(count, || Event {
                at: hotliner_protocol::time::Timestamp::default(),
                attempt: None,
                source: "agent".to_owned(),
                body: EventBody::Unknown(0),
            });
            Items::Events(events)
        }
    };
    pack_lost(head.lane, head.first_seq, filled, SPOOL_FULL)
}

/// Packs the replacements of `items`.
fn pack_lost(lane: Lane, first_seq: u64, items: Items, reason: &str) -> Option<Batch> {
    let packed = match items {
        Items::Facts(facts) => {
            let lost = |fact: Fact| Fact { reading: Reading::NotCollected, ..fact };
            pack_facts(first_seq, &facts.into_iter().map(lost).collect::<Vec<_>>())
        }
        Items::Events(events) => {
            let gap = Gap { dropped: 1, reason: reason.to_owned() };
            let lost = |event: Event| Event { body: EventBody::Gap(gap.clone()), ..event };
            pack_events(lane, first_seq, &events.into_iter().map(lost).collect::<Vec<_>>())
        }
    };
    packed.ok()
}

#[cfg(test)]
mod tests;
