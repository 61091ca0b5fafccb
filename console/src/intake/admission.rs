//! Who may come in: limits before any work is done for a connection.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Handshakes at a time from which on addresses have to prove themselves first.
const BUSY_HANDSHAKES: usize = 64;

/// Handshakes at a time beyond which nobody is let in.
const MAX_HANDSHAKES: usize = 2_048;

/// The counts.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    counts: Arc<Mutex<Counts>>,
    per_address: u32,
}

#[derive(Debug, Default)]
struct Counts {
    handshakes: usize,
    by_address: HashMap<IpAddr, u32>,
}

/// A place that is given back when it is dropped.
#[derive(Debug)]
pub struct Pass {
    admission: Admission,
    address: IpAddr,
    shaking_hands: bool,
}

impl Admission {
    pub(super) fn new(per_address: u32) -> Self {
        Self { counts: Arc::default(), per_address }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Counts) -> T) -> T {
        work(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether so many handshakes are going on that addresses have to prove themselves.
    pub(super) fn is_busy(&self) -> bool {
        self.with(|counts| counts.handshakes >= BUSY_HANDSHAKES)
    }

    /// A place for a connection from `address`, if there is one.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Pass> {
        self.with(|counts| {
            let held = counts.by_address.get(&address).copied().unwrap_or_default();
            if counts.handshakes >= MAX_HANDSHAKES || held >= self.per_address {
                return None;
            }
            counts.by_address.insert(address, held + 1);
            counts.handshakes += 1;
            Some(Pass { admission: self.clone(), address, shaking_hands: true })
        })
    }
}

impl Pass {
    /// The handshake is over.
    pub(super) fn established(&mut self) {
        if std::mem::take(&mut self.shaking_hands) {
            self.admission.with(|counts| counts.handshakes -= 1);
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.established();
        self.admission.with(|counts| {
            if let Some(held) = counts.by_address.get_mut(&self.address) {
                *held -= 1;
                if *held == 0 {
                    counts.by_address.remove(&self.address);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place_and_gives_back_what_it_took() {
        let admission = Admission::new(2);
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let first = admission.enter(here).unwrap();
        let second = admission.enter(here).unwrap();
        assert!(admission.enter(here).is_none());
        assert!(admission.enter(there).is_some());
        drop((first, second));
        assert!(admission.enter(here).is_some());
        assert_eq!(admission.with(|counts| counts.by_address.len()), 0, "forgotten when nobody is there");
    }

    #[test]
    fn half_open_handshakes_make_addresses_prove_themselves() {
        let admission = Admission::new(u32::MAX);
        let here = IpAddr::from([192, 0, 2, 1]);
        let mut passes: Vec<_> = (0..BUSY_HANDSHAKES).filter_map(|_| admission.enter(here)).collect();
        assert!(admission.is_busy());
        passes[0].established();
        assert!(!admission.is_busy());
    }
}
