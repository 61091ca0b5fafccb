//! The spool's files.
//!
//! ```text
//! NNNNNNNN.seg := "HLSPOOL1" record*
//! record       := length: u32 LE | crc32: u32 LE | head (25 bytes) | body
//! head         := lane: u16 LE | encoding: u16 LE | first_seq: u64 LE | count: u32 LE | reserved: 9 bytes
//! ```
//!
//! The length counts head and body; the checksum (CRC-32 of ISO 3309) covers both. Files are written at their end only,
//! in the order of their numbers; one whose batches are all acknowledged is deleted. Recovery reads them in order and cuts
//! a file at the first record that is torn or does not check: what came before is good, what comes after was never
//! promised. Dropping old telemetry writes a small new file and renames it over the old one.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hotliner_protocol::frame::{Batch, Encoding, Lane};
use hotliner_protocol::limits::MAX_FRAME_BYTES;

use super::entry::Home;

const MAGIC: &[u8; 8] = b"HLSPOOL1";
const PREFIX_BYTES: usize = 8;
const HEAD_BYTES: usize = 25;

/// What is known of a batch without its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) lane: Lane,
    encoding: Encoding,
    pub(super) first_seq: u64,
    pub(super) count: u32,
}

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: u64,
    offset: u64,
    /// Bytes of the body.
    length: u32,
}

impl Head {
    pub(super) fn of(batch: &Batch) -> Self {
        Self { lane: batch.lane, encoding: batch.encoding, first_seq: batch.first_seq, count: batch.count }
    }

    /// Number of the last item.
    pub(super) fn last(&self) -> u64 {
        self.first_seq.saturating_add(u64::from(self.count)).saturating_sub(1)
    }

    pub(super) fn with_body(self, body: &[u8]) -> io::Result<Batch> {
        let Self { lane, encoding, first_seq, count } = self;
        Ok(Batch { lane, first_seq, count, encoding, body: body.to_vec() })
    }

    fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[0..2].copy_from_slice(&self.lane.number().to_le_bytes());
        bytes[2..4].copy_from_slice(&self.encoding.number().to_le_bytes());
        bytes[4..12].copy_from_slice(&self.first_seq.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.count.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let u16_at = |at: usize| bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
        Some(Self {
            lane: Lane::from_number(u16_at(0)?),
            encoding: Encoding::from_number(u16_at(2)?),
            first_seq: bytes.get(4..12)?.try_into().ok().map(u64::from_le_bytes)?,
            count: bytes.get(12..16)?.try_into().ok().map(u32::from_le_bytes)?,
        })
    }
}

/// The body of a batch.
pub(super) fn body_of(batch: &Batch) -> Vec<u8> {
    batch.body.clone()
}

/// One file.
struct Segment {
    bytes: u64,
    /// Records not acknowledged yet.
    waiting: u64,
    /// Telemetry in it was replaced already.
    shrunk: bool,
}

/// All files of a spool.
pub(super) struct Segments {
    dir: PathBuf,
    segment_bytes: u64,
    files: BTreeMap<u64, Segment>,
    /// The file that is being written.
    active: Option<(u64, File)>,
    dirty: bool,
    writable: bool,
    /// Appends to go before a disk that failed is tried again.
    retry_in: u32,
}

/// Appends between two tries of a disk that failed.
const RETRY_AFTER: u32 = 64;

/// A file to be synced, off the data's way.
pub(crate) struct SyncHandle(File);

impl SyncHandle {
    /// Waits until the disk has it. A disk that cannot says so at the next write.
    pub(crate) fn sync(&self) {
        let _ = self.0.sync_data();
    }
}

impl Segments {
    /// Opens a folder and finds what is in it, in order.
    pub(super) fn open(dir: &Path, segment_bytes: u64) -> io::Result<(Self, Vec<(Head, Home)>)> {
        fs::create_dir_all(dir)?;
        let mut numbers: Vec<u64> = fs::read_dir(dir)?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".seg")?.parse().ok())
            .collect();
        numbers.sort_unstable();
        let mut segments = Self {
            dir: dir.to_owned(),
            segment_bytes,
            files: BTreeMap::new(),
            active: None,
            dirty: false,
            writable: true,
            retry_in: 0,
        };
        let mut found = Vec::new();
        for number in numbers {
            let records = segments.recover(number)?;
            found.extend(records.into_iter().map(|(head, place)| (head, Home::Disk(place))));
        }
        Ok((segments, found))
    }

    fn recover(&mut self, number: u64) -> io::Result<Vec<(Head, Place)>> {
        let path = self.path(number);
        let mut bytes = Vec::new();
        File::open(&path)?.read_to_end(&mut bytes)?;
        let mut records = Vec::new();
        let mut at = if bytes.starts_with(MAGIC) { MAGIC.len() } else { 0 };
        while at > 0
            && let Some((head, body)) = record_at(&bytes, at)
        {
            let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
            let offset = (at + PREFIX_BYTES + HEAD_BYTES) as u64;
            records.push((head, Place { file: number, offset, length }));
            at += PREFIX_BYTES + HEAD_BYTES + body.len();
        }
        if records.is_empty() {
            fs::remove_file(&path)?;
            return Ok(records);
        }
        if at < bytes.len() {
            OpenOptions::new().write(true).open(&path)?.set_len(at as u64)?;
        }
        let waiting = records.len() as u64;
        self.files.insert(number, Segment { bytes: at as u64, waiting, shrunk: false });
        Ok(records)
    }

    /// Bytes on disk.
    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.bytes).sum()
    }

    /// Whether the disk took the last write.
    pub(super) fn writable(&self) -> bool {
        self.writable
    }

    /// Notes that a write failed. Returns whether that is news.
    pub(super) fn failed(&mut self) -> bool {
        self.retry_in = RETRY_AFTER;
        std::mem::replace(&mut self.writable, false)
    }

    /// Appends a record. A disk that failed is left alone for some appends.
    pub(super) fn append(&mut self, head: &Head, body: &[u8]) -> io::Result<Place> {
        if !self.writable {
            self.retry_in = self.retry_in.saturating_sub(1);
            if self.retry_in > 0 {
                return Err(io::Error::other("the disk failed before"));
            }
        }
        let number = self.writable_file()?;
        let Some((_, file)) = self.active.as_mut() else {
            return Err(io::Error::other("no file to write to"));
        };
        let offset = self.files.get(&number).map_or(MAGIC.len() as u64, |file| file.bytes);
        let record = record(head, body);
        if let Err(error) = file.write_all(&record) {
            // A torn record would hide those after it: back to where it began, and on in a new file.
            let _ = file.set_len(offset);
            self.active = None;
            return Err(error);
        }
        self.writable = true;
        self.dirty = true;
        if let Some(file) = self.files.get_mut(&number) {
            file.bytes += record.len() as u64;
            file.waiting += 1;
        }
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        Ok(Place { file: number, offset: offset + (PREFIX_BYTES + HEAD_BYTES) as u64, length })
    }

    /// The file to append to; a new one where the last is full.
    fn writable_file(&mut self) -> io::Result<u64> {
        if let Some((number, _)) = &self.active
            && self.files.get(number).is_some_and(|file| file.bytes < self.segment_bytes)
        {
            return Ok(*number);
        }
        let number = self.files.last_key_value().map_or(1, |(last, _)| last + 1);
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(self.path(number))?;
        file.write_all(MAGIC)?;
        self.files.insert(number, Segment { bytes: MAGIC.len() as u64, waiting: 0, shrunk: false });
        if let Some((old, _)) = self.active.replace((number, file)) {
            self.delete_if_done(old);
        }
        Ok(number)
    }

    /// Reads a body back.
    pub(super) fn read(&self, place: Place) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.path(place.file))?;
        file.seek(SeekFrom::Start(place.offset))?;
        let mut body = vec![0; place.length as usize];
        file.read_exact(&mut body)?;
        Ok(body)
    }

    /// The record is acknowledged.
    pub(super) fn release(&mut self, place: Place) {
        if let Some(file) = self.files.get_mut(&place.file) {
            file.waiting = file.waiting.saturating_sub(1);
        }
        self.delete_if_done(place.file);
    }

    fn delete_if_done(&mut self, number: u64) {
        let active = self.active.as_ref().is_some_and(|(active, _)| *active == number);
        let Some(file) = self.files.get_mut(&number).filter(|file| file.waiting == 0) else { return };
        // What is acknowledged needs no sync, and the active file is worth a new one only when it has grown.
        self.dirty &= !active;
        if active && file.bytes < self.segment_bytes / 4 {
            return;
        }
        if active {
            self.active = None;
        }
        self.files.remove(&number);
        let _ = fs::remove_file(self.path(number));
    }

    /// The oldest file that is neither being written nor shrunk already; the active one is closed if it is the only one.
    pub(super) fn oldest_worth_dropping(&self) -> Option<u64> {
        self.files.iter().find(|(_, file)| !file.shrunk).map(|(number, _)| *number)
    }

    /// Replaces a file by one that holds `records`.
    pub(super) fn rewrite(&mut self, number: u64, records: &[(Head, &[u8])]) -> io::Result<Vec<Place>> {
        if self.active.as_ref().is_some_and(|(active, _)| *active == number) {
            self.active = None;
        }
        let mut bytes = MAGIC.to_vec();
        let mut places = Vec::with_capacity(records.len());
        for (head, body) in records {
            let offset = (bytes.len() + PREFIX_BYTES + HEAD_BYTES) as u64;
            places.push(Place {
                file: number,
                offset,
                length: u32::try_from(body.len()).unwrap_or(u32::MAX),
            });
            bytes.extend(record(head, body));
        }
        let new = self.dir.join(format!("{number:08}.new"));
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_data()
        });
        if let Err(error) = written.and_then(|()| fs::rename(&new, self.path(number))) {
            let _ = fs::remove_file(&new);
            return Err(error);
        }
        let waiting = records.len() as u64;
        self.files.insert(number, Segment { bytes: bytes.len() as u64, waiting, shrunk: true });
        Ok(places)
    }

    /// The file to sync, if anything was written since the last time.
    pub(super) fn take_unsynced(&mut self) -> Option<SyncHandle> {
        if !std::mem::take(&mut self.dirty) {
            return None;
        }
        let (_, file) = self.active.as_ref()?;
        file.try_clone().ok().map(SyncHandle)
    }

    fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number:08}.seg"))
    }
}

fn record(head: &Head, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEAD_BYTES + body.len()).unwrap_or(u32::MAX);
    let mut checked = head.to_bytes().to_vec();
    checked.extend_from_slice(body);
    let mut bytes = Vec::with_capacity(PREFIX_BYTES + checked.len());
    bytes.extend(length.to_le_bytes());
    bytes.extend(crc32(&checked).to_le_bytes());
    bytes.extend(checked);
    bytes
}

/// The record that begins at `at`, if it is whole and checks.
fn record_at(bytes: &[u8], at: usize) -> Option<(Head, &[u8])> {
    let prefix = bytes.get(at..at + PREFIX_BYTES)?;
    let length = u32::from_le_bytes(prefix[..4].try_into().ok()?) as usize;
    let sum = u32::from_le_bytes(prefix[4..].try_into().ok()?);
    if !(HEAD_BYTES..=MAX_FRAME_BYTES).contains(&length) {
        return None;
    }
    let checked = bytes.get(at + PREFIX_BYTES..at + PREFIX_BYTES + length)?;
    (crc32(checked) == sum).then_some(())?;
    let head = Head::from_bytes(checked)?;
    (head.first_seq > 0 && head.count > 0).then_some((head, &checked[HEAD_BYTES..]))
}

const CRC_TABLE: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut rest = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 == 1 { rest >> 1 ^ 0xEDB8_8320 } else { rest >> 1 };
            bit += 1;
        }
        table[byte] = rest;
        byte += 1;
    }
    table
}

/// CRC-32 as in ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| CRC_TABLE[usize::from(sum as u8 ^ byte)] ^ sum >> 8)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
    }
}
