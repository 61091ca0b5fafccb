//! How often somebody may try to sign in. Pure: `now` comes in.
//!
//! Wrong passwords are counted for the name they were tried for and for the address they came from, each in a window that
//! begins with the first. A name that is locked opens again by itself: whoever locks others out by guessing gains nothing
//! but their waiting, and the owner of the data folder can always set a new password.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use hotliner_protocol::time::Timestamp;

/// Wrong passwords for one name within [`WINDOW`].
const MAX_OF_NAME: u32 = 8;

/// Wrong passwords from one address within [`WINDOW`]: a whole team may sit behind one address.
const MAX_OF_ADDRESS: u32 = 40;

/// How long wrong passwords count.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// Names, and addresses, remembered. Where more are tried the oldest are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// What was tried of late.
#[derive(Debug, Default)]
pub struct SignInLimits {
    names: HashMap<String, Tries>,
    addresses: HashMap<IpAddr, Tries>,
}

#[derive(Clone, Copy, Debug)]
struct Tries {
    since: Timestamp,
    wrong: u32,
}

impl SignInLimits {
    /// How long whoever comes from `address` and says to be `name` has to wait; `None`: not at all. The try is counted as
    /// wrong until [`SignInLimits::right`] says otherwise, so that many at once do not pass together.
    pub fn enter(&mut self, name: &str, address: IpAddr, now: Timestamp) -> Option<Duration> {
        let name = name.to_ascii_lowercase();
        let of_name = wait(self.names.get(&name), MAX_OF_NAME, now);
        let of_address = wait(self.addresses.get(&address), MAX_OF_ADDRESS, now);
        if let Some(wait) = of_name.max(of_address) {
            return Some(wait);
        }
        count(&mut self.names, name, now);
        count(&mut self.addresses, address, now);
        None
    }

    /// The password was right.
    pub fn right(&mut self, name: &str, address: IpAddr) {
        self.names.remove(&name.to_ascii_lowercase());
        if let Some(tries) = self.addresses.get_mut(&address) {
            tries.wrong = tries.wrong.saturating_sub(1);
        }
    }
}

fn wait(tries: Option<&Tries>, most: u32, now: Timestamp) -> Option<Duration> {
    let tries = tries.filter(|tries| tries.wrong >= most)?;
    let end = tries.since.after(WINDOW);
    let left = end.millis().saturating_sub(now.millis());
    (left > 0).then(|| Duration::from_millis(left))
}

fn count<K: Eq + std::hash::Hash + Clone>(all: &mut HashMap<K, Tries>, key: K, now: Timestamp) {
    if all.len() >= MAX_REMEMBERED && !all.contains_key(&key) {
        all.retain(|_, tries| now < tries.since.after(WINDOW));
        while all.len() >= MAX_REMEMBERED {
            let oldest = all.iter().min_by_key(|(_, tries)| tries.since).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            all.remove(&oldest);
        }
    }
    let tries = all.entry(key).or_insert(Tries { since: now, wrong: 0 });
    if now >= tries.since.after(WINDOW) {
        *tries = Tries { since: now, wrong: 0 };
    }
    tries.wrong += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + seconds * 1_000)
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn a_name_is_guessed_no_faster_from_many_addresses() {
        let mut limits = SignInLimits::default();
        for n in 0..8 {
            assert_eq!(limits.enter(if n % 2 == 0 { "ann" } else { "ANN" }, address(n), at(0)), None);
        }
        assert_eq!(limits.enter("ann", address(9), at(1)), Some(Duration::from_secs(599)));
        assert_eq!(limits.enter("bob", address(9), at(1)), None, "others go on");
        assert_eq!(limits.enter("ann", address(9), at(600)), None, "it opens by itself");
    }

    #[test]
    fn an_address_tries_no_more_names_than_others() {
        let mut limits = SignInLimits::default();
        for n in 0..40 {
            assert_eq!(limits.enter(&format!("name{n}"), address(1), at(0)), None);
        }
        assert!(limits.enter("name40", address(1), at(2)).is_some());
        assert_eq!(limits.enter("name40", address(2), at(2)), None);
    }

    #[test]
    fn who_knows_the_password_is_not_counted() {
        let mut limits = SignInLimits::default();
        for n in 0..200 {
            assert_eq!(limits.enter("ann", address(1), at(n)), None);
            limits.right("ann", address(1));
        }
    }

    #[test]
    fn a_flood_of_names_takes_no_memory_without_end() {
        let mut limits = SignInLimits::default();
        for n in 0..MAX_REMEMBERED as u64 + 50 {
            let [.., a, b, c] = n.to_be_bytes();
            limits.enter(&format!("n{n}"), IpAddr::from([10, a, b, c]), at(n));
        }
        assert!(limits.names.len() <= MAX_REMEMBERED && limits.addresses.len() <= MAX_REMEMBERED);
    }
}
