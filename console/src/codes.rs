//! The book of join codes that wait to be used. Pure: time and randomness come in.
//!
//! A code is used once, lives ten minutes and burns after three wrong tries. Tries are limited per address and in total,
//! so that nobody can walk through the codes of many cases. Codes are never written anywhere: after a restart the
//! technician gives out new ones.
//!
//! A try is taken *before* the proof is judged ([`CodeBook::take_try`]) and settled afterwards, so that any number of
//! connections at once share the same three tries.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use hotliner_protocol::id::CaseId;
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::limits::{JOIN_CODE_LIFETIME, MAX_CODE_TRIES};
use hotliner_protocol::time::Timestamp;
use rand_core::RngCore;

/// Wrong tries from one address within [`TRY_WINDOW`] after which it is turned away.
pub const MAX_TRIES_PER_ADDRESS: usize = 10;

/// Wrong tries from everywhere within [`TRY_WINDOW`] after which everybody is turned away: a million secrets, at this
/// rate, hold out for years.
pub const MAX_TRIES_IN_TOTAL: usize = 300;

/// How long a wrong try counts against an address.
pub const TRY_WINDOW: Duration = Duration::from_secs(10 * 60);

/// Most codes that wait at once.
pub const MAX_WAITING: usize = 50_000;

/// Three-digit nameplates are given out until this many wait; then they grow longer.
const SHORT_NAMEPLATES: usize = 900;

/// What a nameplate leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A code that waits.
    Code(JoinCode),
    /// Nothing; goes the same way as a code, with the same answers and the same work.
    Unknown,
    /// Too many wrong tries lately; the code itself may be right.
    TooManyTries,
}

/// A try that was taken and is to be settled with [`CodeBook::settle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    nameplate: String,
    code: JoinCode,
    address: IpAddr,
    /// The case the code leads to.
    pub case: CaseId,
}

/// How a try came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The code was right and is used up now.
    Right,
    /// The code was wrong.
    Wrong,
    /// The code was right on a connection that somebody intercepts: not the customer's fault, no try counts.
    Intercepted,
}

/// What settling a try did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The code was right, and this is its one use.
    Used,
    /// It was right, but somebody else used it, or it was withdrawn, a moment before.
    TooLate,
    /// It still waits, with so many tries left.
    Waits(u32),
    /// It is burnt.
    Burnt,
}

/// There is no room for another code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_WAITING} join codes are waiting already")]
pub struct BookFull;

#[derive(Debug)]
struct Waiting {
    code: JoinCode,
    case: CaseId,
    expires: Timestamp,
    tries: u32,
}

/// The book.
#[derive(Debug, Default)]
pub struct CodeBook {
    waiting: BTreeMap<String, Waiting>,
    wrong_by_address: HashMap<IpAddr, VecDeque<Timestamp>>,
    wrong_in_total: VecDeque<Timestamp>,
}

impl CodeBook {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new code for `case`, and until when it may be used. An older code of the same case is withdrawn.
    ///
    /// # Errors
    /// [`BookFull`] when [`MAX_WAITING`] codes wait.
    pub fn issue(
        &mut self,
        case: CaseId,
        now: Timestamp,
        rng: &mut impl RngCore,
    ) -> Result<(JoinCode, Timestamp), BookFull> {
        self.withdraw(case);
        self.forget_expired(now);
        if self.waiting.len() >= MAX_WAITING {
            return Err(BookFull);
        }
        let code = loop {
            let code = JoinCode::new(self.nameplate(rng), uniform(rng, 1_000_000)).map_err(|_| BookFull)?;
            if !self.waiting.contains_key(code.nameplate()) {
                break code;
            }
        };
        let expires = now.after(JOIN_CODE_LIFETIME);
        let entry = Waiting { code: code.clone(), case, expires, tries: 0 };
        self.waiting.insert(code.nameplate().to_owned(), entry);
        Ok((code, expires))
    }

    /// A random nameplate from a range with enough free ones that few draws suffice.
    fn nameplate(&self, rng: &mut impl RngCore) -> u32 {
        if self.waiting.len() < SHORT_NAMEPLATES {
            uniform(rng, 1_000)
        } else {
            // Four digits for up to 4,500 codes, then five, then six.
            let digits =
                if self.waiting.len() < 4_500 { 4 } else { 5 + u32::from(self.waiting.len() >= 45_000) };
            let low = 10u32.pow(digits - 1);
            low + uniform(rng, 9 * low)
        }
    }

    /// Withdraws the code of a case, used or not.
    pub fn withdraw(&mut self, case: CaseId) {
        self.waiting.retain(|_, waiting| waiting.case != case);
    }

    /// Whether a code of `case` may still be used.
    pub fn waits(&self, case: CaseId, now: Timestamp) -> bool {
        self.waiting.values().any(|waiting| waiting.case == case && now < waiting.expires)
    }

    /// What `nameplate` leads to, for somebody at `address`.
    pub fn find(&mut self, nameplate: &str, address: IpAddr, now: Timestamp) -> Found {
        if self.turned_away(address, now) {
            return Found::TooManyTries;
        }
        match self.alive(nameplate, now) {
            Some(waiting) => Found::Code(waiting.code.clone()),
            None => Found::Unknown,
        }
    }

    /// Takes one of the tries of `code`, or `None` if it is used, burnt, expired or replaced by now.
    pub fn take_try(&mut self, code: &JoinCode, address: IpAddr, now: Timestamp) -> Option<Try> {
        let nameplate = code.nameplate().to_owned();
        let waiting = self.alive(&nameplate, now).filter(|waiting| waiting.code == *code)?;
        waiting.tries += 1;
        Some(Try { nameplate, code: code.clone(), address, case: waiting.case })
    }

    /// Settles a try.
    pub fn settle(&mut self, taken: Try, outcome: Outcome, now: Timestamp) -> Settled {
        if outcome == Outcome::Wrong {
            self.count_wrong(taken.address, now);
        }
        let ours = self.waiting.get_mut(&taken.nameplate).filter(|waiting| waiting.code == taken.code);
        let Some(waiting) = ours else {
            return if outcome == Outcome::Right { Settled::TooLate } else { Settled::Burnt };
        };
        match outcome {
            Outcome::Right => {
                self.waiting.remove(&taken.nameplate);
                Settled::Used
            }
            Outcome::Intercepted => {
                waiting.tries -= 1;
                Settled::Waits(MAX_CODE_TRIES - waiting.tries)
            }
            Outcome::Wrong if waiting.tries < MAX_CODE_TRIES => {
                Settled::Waits(MAX_CODE_TRIES - waiting.tries)
            }
            Outcome::Wrong => {
                self.waiting.remove(&taken.nameplate);
                Settled::Burnt
            }
        }
    }

    /// Counts a wrong try that met no code at all.
    pub fn count_wrong(&mut self, address: IpAddr, now: Timestamp) {
        self.forget_expired(now);
        self.wrong_by_address.entry(address).or_default().push_back(now);
        self.wrong_in_total.push_back(now);
    }

    fn turned_away(&self, address: IpAddr, now: Timestamp) -> bool {
        let recent = |tries: &VecDeque<Timestamp>| {
            tries.iter().rev().take_while(|tried| now.since(**tried) < TRY_WINDOW).count()
        };
        recent(&self.wrong_in_total) >= MAX_TRIES_IN_TOTAL
            || self.wrong_by_address.get(&address).is_some_and(|tries| recent(tries) >= MAX_TRIES_PER_ADDRESS)
    }

    /// The code of `nameplate` if it may still be tried.
    fn alive(&mut self, nameplate: &str, now: Timestamp) -> Option<&mut Waiting> {
        self.waiting
            .get_mut(nameplate)
            .filter(|waiting| now < waiting.expires && waiting.tries < MAX_CODE_TRIES)
    }

    fn forget_expired(&mut self, now: Timestamp) {
        self.waiting.retain(|_, waiting| now < waiting.expires);
        let old = |tried: &Timestamp| now.since(*tried) >= TRY_WINDOW;
        self.wrong_in_total.retain(|tried| !old(tried));
        self.wrong_by_address.retain(|_, tries| {
            tries.retain(|tried| !old(tried));
            !tries.is_empty()
        });
    }
}

/// A number below `bound`, each as likely as the others.
fn uniform(rng: &mut impl RngCore, bound: u32) -> u32 {
    let fair = u32::MAX - u32::MAX % bound;
    loop {
        let drawn = rng.next_u32();
        if drawn < fair {
            return drawn % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + seconds * 1000)
    }

    fn case(n: u8) -> CaseId {
        CaseId::new(at(0), [n; 10])
    }

    fn book() -> (CodeBook, JoinCode) {
        let mut book = CodeBook::new();
        let (code, expires) = book.issue(case(1), at(0), &mut OsRng).unwrap();
        assert_eq!(expires, at(600));
        (book, code)
    }

    #[test]
    fn a_code_is_good_once() {
        let (mut book, code) = book();
        let first = book.take_try(&code, HERE, at(1)).unwrap();
        let second = book.take_try(&code, HERE, at(1)).unwrap();
        assert_eq!(book.settle(first, Outcome::Right, at(1)), Settled::Used);
        assert_eq!(book.settle(second, Outcome::Right, at(1)), Settled::TooLate);
        assert_eq!(book.find(code.nameplate(), HERE, at(2)), Found::Unknown);
    }

    #[test]
    fn three_wrong_tries_burn_a_code_however_many_connections_guess_at_once() {
        let (mut book, code) = book();
        let taken: Vec<_> = (0..10).filter_map(|_| book.take_try(&code, HERE, at(1))).collect();
        assert_eq!(taken.len(), 3);
        let settled: Vec<_> =
            taken.into_iter().map(|taken| book.settle(taken, Outcome::Wrong, at(1))).collect();
        // All three had been taken when the first was settled: it burns at once.
        assert_eq!(settled, [Settled::Burnt, Settled::Burnt, Settled::Burnt]);
        assert_eq!(book.find(code.nameplate(), HERE, at(2)), Found::Unknown);
    }

    #[test]
    fn tries_one_after_the_other_count_down() {
        let (mut book, code) = book();
        for expected in [Settled::Waits(2), Settled::Waits(1), Settled::Burnt] {
            let taken = book.take_try(&code, HERE, at(1)).unwrap();
            assert_eq!(book.settle(taken, Outcome::Wrong, at(1)), expected);
        }
        assert!(book.take_try(&code, HERE, at(1)).is_none());
    }

    #[test]
    fn an_intercepted_connection_costs_the_customer_no_try() {
        let (mut book, code) = book();
        for _ in 0..5 {
            let taken = book.take_try(&code, HERE, at(1)).unwrap();
            assert_eq!(book.settle(taken, Outcome::Intercepted, at(1)), Settled::Waits(3));
        }
    }

    #[test]
    fn a_code_dies_after_ten_minutes_and_when_a_newer_one_replaces_it() {
        let (mut book, code) = book();
        assert_eq!(book.find(code.nameplate(), HERE, at(599)), Found::Code(code.clone()));
        assert_eq!(book.find(code.nameplate(), HERE, at(600)), Found::Unknown);
        let (newer, _) = book.issue(case(1), at(10), &mut OsRng).unwrap();
        assert!(book.take_try(&code, HERE, at(11)).is_none());
        assert!(book.take_try(&newer, HERE, at(11)).is_some());
    }

    #[test]
    fn an_address_that_guesses_is_turned_away_and_others_are_not() {
        let (mut book, code) = book();
        for _ in 0..MAX_TRIES_PER_ADDRESS {
            book.count_wrong(HERE, at(1));
        }
        assert_eq!(book.find(code.nameplate(), HERE, at(2)), Found::TooManyTries);
        let elsewhere = IpAddr::from([192, 0, 2, 1]);
        assert_eq!(book.find(code.nameplate(), elsewhere, at(2)), Found::Code(code.clone()));
        assert_eq!(book.find("999999", HERE, at(2 + 600)), Found::Unknown);
    }

    #[test]
    fn nameplates_grow_instead_of_running_out() {
        let mut book = CodeBook::new();
        for n in 0..1_200u32 {
            let [a, b, c, d] = n.to_be_bytes();
            book.issue(CaseId::new(at(0), [a, b, c, d, 0, 0, 0, 0, 0, 0]), at(0), &mut OsRng).unwrap();
        }
        assert_eq!(book.waiting.len(), 1_200);
        assert!(book.waiting.keys().any(|nameplate| nameplate.len() == 4));
    }
}
