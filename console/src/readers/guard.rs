//! Counts what goes into a decompressor and what comes out of it, and stops it where a bound is passed.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::limits::{MAX_RATIO, MAX_STREAM_BYTES, MAX_UNPACKED_BYTES, RATIO_FROM_BYTES};
use super::not_read::Why;

/// Counts of one layer, and what all layers of a named file share.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    packed: Rc<Cell<u64>>,
    unpacked: Rc<Cell<u64>>,
    total: Rc<Total>,
}

/// What all layers of a named file share.
#[derive(Debug, Default)]
pub(super) struct Total {
    unpacked: Cell<u64>,
    /// The bound that was passed.
    stopped: Cell<Option<Stop>>,
}

/// A bound that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Unpacked,
    Ratio,
    Endless,
}

impl From<Stop> for Why {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Unpacked => Self::Unpacked,
            Stop::Ratio => Self::Ratio,
            Stop::Endless => Self::Endless,
        }
    }
}

impl Total {
    /// The bound that was passed, if any: what breaks off afterwards breaks off because of it.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.stopped.get()
    }

    fn stop(&self, stop: Stop) -> io::Error {
        self.stopped.set(Some(stop));
        io::Error::other("a bound was passed")
    }

    /// A stream that is no file, up to [`MAX_STREAM_BYTES`].
    pub(super) fn bounded<R: Read>(self: &Rc<Self>, inner: R) -> Bounded<R> {
        Bounded { inner, left: MAX_STREAM_BYTES, total: Rc::clone(self) }
    }
}

impl Meter {
    /// A new layer.
    pub(super) fn new(total: &Rc<Total>) -> Self {
        Self { total: Rc::clone(total), ..Self::default() }
    }

    /// As if `bytes` had gone in.
    pub(super) fn packed(self, bytes: u64) -> Self {
        self.packed.set(bytes);
        self
    }

    /// Counts what goes in.
    pub(super) fn count_in<R: Read>(&self, inner: R) -> Packed<R> {
        Packed { inner, packed: Rc::clone(&self.packed) }
    }

    /// Counts what comes out, and stops it.
    pub(super) fn count_out<R: Read>(&self, inner: R) -> Unpacked<R> {
        Unpacked { inner, meter: self.clone() }
    }

    fn add(&self, bytes: usize) -> io::Result<()> {
        let bytes = bytes as u64;
        self.unpacked.set(self.unpacked.get() + bytes);
        self.total.unpacked.set(self.total.unpacked.get() + bytes);
        let unpacked = self.unpacked.get();
        let stop = if self.total.unpacked.get() > MAX_UNPACKED_BYTES {
            Stop::Unpacked
        } else if unpacked > RATIO_FROM_BYTES && unpacked / MAX_RATIO > self.packed.get() {
            Stop::Ratio
        } else {
            return Ok(());
        };
        Err(self.total.stop(stop))
    }
}

/// The way in.
pub(super) struct Packed<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.inner.read(buffer)?;
        self.packed.set(self.packed.get() + size as u64);
        Ok(size)
    }
}

/// The way out.
pub(super) struct Unpacked<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.inner.read(buffer)?;
        self.meter.add(size)?;
        Ok(size)
    }
}

/// A stream that may not go on for ever.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    total: Rc<Total>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(size as u64).ok_or_else(|| self.total.stop(Stop::Endless))?;
        Ok(size)
    }
}
