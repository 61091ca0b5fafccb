//! Every bound of reading logs in hand.

/// Deepest folder looked into below a named one.
pub(crate) const MAX_FOLDER_DEPTH: usize = 32;

/// Most files read of the named folders; what comes behind them, by name, is not.
pub(crate) const MAX_FILES: usize = 100_000;

/// Containers (tar, zip) within each other: an archive, and one within it.
pub(crate) const MAX_CONTAINERS: u8 = 2;

/// Most members read of one archive.
pub(crate) const MAX_MEMBERS: usize = 20_000;

/// Longest name of an archive's member, in bytes.
pub(crate) const MAX_MEMBER_NAME_BYTES: u64 = 16 << 10;

/// Most bytes one named file may unpack to, all layers together.
pub(crate) const MAX_UNPACKED_BYTES: u64 = 8 << 30;

/// Most bytes that come out of one packed byte, from [`RATIO_FROM_BYTES`] on. Real logs stay below 100.
pub(crate) const MAX_RATIO: u64 = 250;

/// Bytes that may come out whatever the ratio: a short log of one line repeated packs very well.
pub(crate) const RATIO_FROM_BYTES: u64 = 16 << 20;

/// Memory an xz stream may ask for, in bytes. `xz -9` needs 65 MiB.
pub(crate) const XZ_MEMORY_BYTES: u64 = 128 << 20;

/// Window a zstd stream may ask for, as a power of two of bytes. `zstd --ultra -22` needs 27.
pub(crate) const ZSTD_WINDOW_LOG: u32 = 27;

/// Most bytes of standard input, or of an archive within another, put aside on disk to be read twice.
pub(crate) const MAX_SPOOLED_BYTES: u64 = 4 << 30;

/// Most entries of the list of what was not read; the others are counted.
pub(crate) const MAX_NOT_READ: usize = 200;

/// Most sources described one by one; the others are counted.
pub(crate) const MAX_SOURCES: usize = 1_000;

/// Most error codes named of one source.
pub(crate) const MAX_CODES: usize = 8;

/// Bytes read at a time.
pub(crate) const CHUNK_BYTES: usize = 128 << 10;

/// Lines looked at to recognise the format of a source.
pub(crate) const SNIFF_LINES: u64 = 200;

/// Most bytes read of a stream that is no file: one that never ends is left there.
pub(crate) const MAX_STREAM_BYTES: u64 = 64 << 30;
