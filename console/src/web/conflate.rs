//! Conflation: of values that change faster than anybody can read, the last one wins. Pure: `now` comes in.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Names remembered beyond which those that are quiet are forgotten.
const MAX_QUIET: usize = 4_096;

/// Lets a value of each name through at most once in an interval; one that comes earlier is held until the interval is
/// over, or until a later one takes its place.
#[derive(Debug)]
pub(super) struct Conflate<K, V> {
    interval: Duration,
    slots: HashMap<K, Slot<V>>,
    /// When the first of the held values is due.
    next: Option<Instant>,
}

#[derive(Debug)]
struct Slot<V> {
    passed: Instant,
    held: Option<V>,
}

impl<K: Eq + Hash, V> Conflate<K, V> {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, slots: HashMap::new(), next: None }
    }

    /// Takes a value in. Gives it back if it may pass now.
    pub(super) fn offer(&mut self, name: K, value: V, now: Instant) -> Option<V> {
        if self.slots.len() >= MAX_QUIET {
            let interval = self.interval;
            self.slots.retain(|_, slot| slot.held.is_some() || slot.passed + interval > now);
        }
        let Some(slot) = self.slots.get_mut(&name) else {
            self.slots.insert(name, Slot { passed: now, held: None });
            return Some(value);
        };
        let due = slot.passed + self.interval;
        if due <= now {
            *slot = Slot { passed: now, held: None };
            return Some(value);
        }
        slot.held = Some(value);
        self.next = Some(self.next.map_or(due, |next| next.min(due)));
        None
    }

    /// When to ask for what is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// The held values whose interval is over.
    pub(super) fn due(&mut self, now: Instant) -> Vec<V> {
        let mut due = Vec::new();
        self.next = None;
        for slot in self.slots.values_mut().filter(|slot| slot.held.is_some()) {
            let end = slot.passed + self.interval;
            if end <= now {
                due.extend(slot.held.take());
                slot.passed = now;
            } else {
                self.next = Some(self.next.map_or(end, |next| next.min(end)));
            }
        }
        due
    }

    /// The values that are held.
    pub(super) fn held(&self) -> impl Iterator<Item = &V> {
        self.slots.values().filter_map(|slot| slot.held.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_passes_at_once_and_the_last_one_is_never_lost() {
        let begun = Instant::now();
        let at = |millis| begun + Duration::from_millis(millis);
        let mut gauge = Conflate::new(Duration::from_millis(500));
        assert_eq!(gauge.offer("cpu", 1, at(0)), Some(1));
        assert_eq!(gauge.offer("cpu", 2, at(10)), None);
        assert_eq!(gauge.offer("ram", 7, at(20)), Some(7));
        assert_eq!(gauge.offer("cpu", 3, at(499)), None);
        assert_eq!(gauge.next(), Some(at(500)));
        assert!(gauge.due(at(499)).is_empty());
        assert_eq!(gauge.due(at(500)), [3]);
        assert_eq!((gauge.next(), gauge.held().count()), (None, 0));
        assert_eq!(gauge.offer("cpu", 4, at(501)), None, "the interval begins anew");
        assert_eq!(gauge.due(at(1_000)), [4]);
        assert_eq!(gauge.offer("cpu", 5, at(2_000)), Some(5));
    }

    #[test]
    fn names_without_end_take_no_memory_without_end() {
        let begun = Instant::now();
        let mut gauge = Conflate::new(Duration::from_millis(500));
        for n in 0..20_000u64 {
            gauge.offer(n, n, begun + Duration::from_millis(n));
        }
        assert!(gauge.slots.len() <= MAX_QUIET, "{}", gauge.slots.len());
    }
}
