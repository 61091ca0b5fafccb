//! All literals of all faults, found in one pass over a line, ASCII case ignored.
//!
//! Every second position of a line gives a window of four bytes. A bitset tells whether any literal has such a window at its rarest
//! place; nearly always it does not, and the next window is looked at. Else a hash table gives the few literals that do, and each is
//! compared whole. So the cost of a line hardly depends on how many literals there are, unlike that of an automaton, which leaves
//! the processor's cache as it grows. `docs/BENCHMARKS.md` has the figures.
//!
//! A literal occupies its windows at two neighbouring offsets, one of which falls on an even position wherever it stands: every
//! occurrence is found exactly once. That takes five bytes; a literal of four has its second window begin with whatever byte stands
//! before it, and is entered once for each.

use std::collections::HashMap;
use std::ops::ControlFlow;

/// Bytes in a window.
const WINDOW: usize = 4;

/// Shortest literal, in bytes.
pub(crate) const MIN_BYTES: usize = WINDOW;

/// Most literals of one set.
pub(crate) const MAX_LITERALS: usize = 1 << 20;

/// Bits of the filter for each window entered: one window in 64 passes by accident.
const FILTER_BITS_PER_WINDOW: usize = 64;

/// Smallest and largest filter, as powers of two in bits: 2 KiB to 256 KiB, so that it stays in the second cache.
const FILTER_BITS: std::ops::RangeInclusive<u32> = 14..=21;

/// A set of literals.
#[derive(Debug)]
pub(crate) struct Literals {
    /// In lower case.
    literals: Vec<Box<[u8]>>,
    filter: Vec<u64>,
    /// 32 less the filter's power of two.
    shift: u32,
    /// Open addressing by window; its size is a power of two, at least twice the windows.
    slots: Vec<Slot>,
    /// Literals of a window, those of one window together.
    entries: Vec<Entry>,
}

/// A window and where its entries stand; no entries: the slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    window: u32,
    start: u32,
    count: u32,
}

/// A literal that has a window, and where the window stands in it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    literal: u32,
    /// -1 for a window that begins one byte before the literal.
    offset: i32,
}

/// Folds the case of four bytes. Other bytes are folded with letters too: the comparison tells them apart.
fn fold(window: u32) -> u32 {
    window | 0x2020_2020
}

fn window_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |four| fold(u32::from_le_bytes(*four)))
}

fn hash(window: u32) -> u32 {
    window.wrapping_mul(0x9E37_79B1)
}

impl Literals {
    /// A set of these literals, in lower case, none shorter than [`MIN_BYTES`]; `None` if there are too many.
    pub(crate) fn new<'l>(literals: impl Iterator<Item = &'l str>) -> Option<Self> {
        let literals: Vec<Box<[u8]>> = literals.map(|literal| literal.as_bytes().into()).collect();
        if literals.len() > MAX_LITERALS {
            return None;
        }
        let mut by_window: HashMap<u32, Vec<Entry>> = HashMap::new();
        let shared = shared_windows(&literals);
        for (literal, index) in literals.iter().zip(0_u32..) {
            let mut enter = |window: u32, offset| {
                let entries = by_window.entry(window).or_default();
                entries.push(Entry { literal: index, offset });
            };
            if literal.len() == WINDOW {
                enter(window_at(literal, 0), 0);
                let behind = window_at(literal, 0) << 8;
                // Bytes that fold alike are one window.
                for before in (0..=u8::MAX).filter(|byte| byte & 0x20 != 0) {
                    enter(behind | u32::from(before), -1);
                }
            } else {
                let offset = rarest(literal, &shared);
                enter(window_at(literal, offset), i32::try_from(offset).unwrap_or(i32::MAX));
                enter(window_at(literal, offset + 1), i32::try_from(offset + 1).unwrap_or(i32::MAX));
            }
        }
        Some(Self::laid_out(literals, by_window))
    }

    /// Lays the windows out for the search.
    fn laid_out(literals: Vec<Box<[u8]>>, by_window: HashMap<u32, Vec<Entry>>) -> Self {
        let bits = (by_window.len() * FILTER_BITS_PER_WINDOW).next_power_of_two().ilog2();
        let bits = bits.clamp(*FILTER_BITS.start(), *FILTER_BITS.end());
        let shift = 32 - bits;
        let mut filter = vec![0_u64; 1 << (bits - 6)];
        let size = (2 * by_window.len()).next_power_of_two().max(2);
        let mut slots = vec![Slot::default(); size];
        let mut entries = Vec::new();
        let mut windows: Vec<(u32, Vec<Entry>)> = by_window.into_iter().collect();
        windows.sort_by_key(|(window, _)| *window);
        for (window, found) in windows {
            let bit = hash(window) >> shift;
            filter[(bit >> 6) as usize] |= 1 << (bit & 63);
            let mut at = first_slot(window, size);
            while slots[at].count > 0 {
                at = (at + 1) % size;
            }
            let start = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            slots[at] = Slot { window, start, count: u32::try_from(found.len()).unwrap_or(u32::MAX) };
            entries.extend(found);
        }
        Self { literals, filter, shift, slots, entries }
    }

    /// Calls `each` with the index, start and end of every literal that stands in `line`, until it breaks.
    #[inline]
    pub(crate) fn find(&self, line: &[u8], mut each: impl FnMut(usize, usize, usize) -> ControlFlow<()>) {
        let mut at = 0;
        // Eight bytes hold the windows at 0, 2 and 4.
        while let Some(eight) = line.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let bytes = u64::from_le_bytes(*eight) | 0x2020_2020_2020_2020;
            #[expect(clippy::cast_possible_truncation, reason = "a window is the lower half")]
            let windows = [bytes as u32, (bytes >> 16) as u32, (bytes >> 32) as u32];
            let passes = windows.map(|window| self.passes(window));
            if passes[0] | passes[1] | passes[2] {
                for ((window, passes), offset) in windows.into_iter().zip(passes).zip([0, 2, 4]) {
                    if passes && self.compare(window, line, at + offset, &mut each).is_break() {
                        return;
                    }
                }
            }
            at += 6;
        }
        while at + WINDOW <= line.len() {
            let window = window_at(line, at);
            if self.passes(window) && self.compare(window, line, at, &mut each).is_break() {
                return;
            }
            at += 2;
        }
    }

    /// Whether some literal may have this window.
    #[inline]
    fn passes(&self, window: u32) -> bool {
        let bit = hash(window) >> self.shift;
        self.filter.get((bit >> 6) as usize).is_some_and(|word| word >> (bit & 63) & 1 != 0)
    }

    /// Compares the literals that have this window, which stands at `at`.
    fn compare(
        &self,
        window: u32,
        line: &[u8],
        at: usize,
        each: &mut impl FnMut(usize, usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut slot = first_slot(window, self.slots.len());
        while self.slots[slot].count > 0 {
            let Slot { window: held, start, count } = self.slots[slot];
            if held == window {
                for entry in &self.entries[start as usize..(start + count) as usize] {
                    let literal = &self.literals[entry.literal as usize];
                    // Offsets are within the literal or -1, and positions within a line: neither overflows.
                    let Some(start) = at.checked_add_signed(-(entry.offset as isize)) else { continue };
                    let found = line.get(start..start + literal.len());
                    if found.is_some_and(|found| found.eq_ignore_ascii_case(literal)) {
                        each(entry.literal as usize, start, start + literal.len())?;
                    }
                }
                break;
            }
            slot = (slot + 1) % self.slots.len();
        }
        ControlFlow::Continue(())
    }
}

/// Where the search for a window begins among `size` slots, a power of two.
fn first_slot(window: u32, size: usize) -> usize {
    // Other bits than the filter's highest ones, or all that pass would crowd together.
    (hash(window).rotate_left(16) ^ window) as usize & (size - 1)
}

/// How many literals hold each window anywhere.
fn shared_windows(literals: &[Box<[u8]>]) -> HashMap<u32, u32> {
    let mut shared = HashMap::new();
    for literal in literals {
        for offset in 0..=literal.len() - WINDOW {
            *shared.entry(window_at(literal, offset)).or_default() += 1;
        }
    }
    shared
}

/// The offset of the literal's rarest pair of neighbouring windows.
fn rarest(literal: &[u8], shared: &HashMap<u32, u32>) -> usize {
    let cost = |offset: usize| {
        let letters: u32 = literal[offset..offset + WINDOW].iter().map(|byte| commonness(*byte)).sum();
        let sharers = shared.get(&window_at(literal, offset)).copied().unwrap_or(1);
        // A window that many literals share costs as many comparisons, and is probably common in logs too.
        letters + 8 * sharers.ilog2()
    };
    (0..literal.len() - WINDOW).min_by_key(|offset| cost(*offset) + cost(offset + 1)).unwrap_or_default()
}

/// How common a byte is in logs, in quarters of a power of two; estimated, and only a matter of speed.
fn commonness(byte: u8) -> u32 {
    match byte {
        b' ' | b'e' => 28,
        b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 25,
        b'0'..=b'9' | b'.' | b'-' | b'/' | b':' => 24,
        b'l' | b'd' | b'c' | b'u' | b'm' | b'p' => 22,
        b'g' | b'f' | b'h' | b'y' | b'b' | b'w' | b'v' | b'_' | b'=' | b'(' | b')' => 18,
        b'k' | b'x' => 15,
        _ => 11,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[&str], line: &str) -> Vec<(usize, usize)> {
        let set = Literals::new(literals.iter().copied()).unwrap();
        let mut found = Vec::new();
        set.find(line.as_bytes(), |literal, start, end| {
            assert!(line[start..end].eq_ignore_ascii_case(literals[literal]));
            found.push((literal, start));
            ControlFlow::Continue(())
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn every_occurrence_is_found_once_at_whatever_position() {
        let literals = ["code", "error", "cannot lock", "échec", "lock", "kkkk", "no space left"];
        for before in 0..20 {
            for after in 0..20 {
                let around = |text: &str| format!("{}{text}{}", "·x".repeat(before), "y".repeat(after));
                for (index, literal) in literals.iter().enumerate() {
                    let line = around(literal);
                    let start = line.find(literal).unwrap();
                    assert!(found(&literals, &line).contains(&(index, start)), "{line}");
                }
            }
        }
        assert_eq!(found(&literals, "CANNOT Lock: kkkkk"), [(2, 0), (4, 7), (5, 13), (5, 14)]);
        assert_eq!(found(&literals, "cod"), []);
        assert_eq!(found(&literals, ""), []);
        assert_eq!(found(&[], "anything"), []);
    }

    #[test]
    fn a_search_that_is_broken_off_stops() {
        let set = Literals::new(["kkkk"].into_iter()).unwrap();
        let mut hits = 0;
        set.find("k".repeat(100).as_bytes(), |_, _, _| {
            hits += 1;
            if hits == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(hits, 3);
    }

    proptest::proptest! {
        /// The same finds as by looking for each literal alone.
        #[test]
        fn the_filter_misses_nothing(
            literals in proptest::collection::btree_set("[ab0 é]{4,9}", 0..40),
            line in "[abAB0 é]{0,60}",
        ) {
            let literals: Vec<&str> = literals.iter().map(String::as_str).filter(|text| text.len() >= MIN_BYTES).collect();
            let lower = line.to_ascii_lowercase();
            let mut expected = Vec::new();
            for (index, literal) in literals.iter().enumerate() {
                let starts = (0..lower.len()).filter(|at| lower.as_bytes()[*at..].starts_with(literal.as_bytes()));
                expected.extend(starts.map(|at| (index, at)));
            }
            proptest::prop_assert_eq!(found(&literals, &line), expected);
        }
    }
}
