//! A line that holds nothing costs no allocation: a busy log must not make the agent busy.

#![expect(unsafe_code, reason = "a counting allocator wraps the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::lines::{DecodedLine, LineDecoder};
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan::Scan;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn lines_that_hit_nothing_allocate_nothing() {
    let catalogue = Catalogue::built_in().unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut scan = Scan::new(Arc::new(Matcher::compile(catalogue).unwrap()), &[]);
    scan.source("installer:stdout");
    let mut decoder = LineDecoder::new();
    let log: String =
        (0..1000).map(|i| format!("Unpacking libexample{i}:amd64 (2.{i}-1) over (2.0-2) ...\n")).collect();
    // The first lines make the source known and the decoder's buffers.
    decoder.push(log.as_bytes(), &mut |line: DecodedLine<'_>| scan.line(line));
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    decoder.push(log.as_bytes(), &mut |line: DecodedLine<'_>| scan.line(line));
    let during = ALLOCATIONS.load(Ordering::Relaxed) - before;
    // The harness has threads of its own that may allocate now and then; a line's allocation would count a thousand.
    assert!(during < 10, "{during} allocations for 1000 lines");
}
