//! How often somebody may try to sign in. Pure: `now` comes in.
//!
//! Wrong passwords are counted for the name they were tried for and for the address they came from, each in a window that
//! begins with the first. A name that is locked opens again by itself: whoever locks others out by guessing gains nothing
//! but their waiting, and the owner of the data folder can always set a new password.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use hotliner_protocol::time::Timestamp;

use crate::accounts;

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
        let (name, address) = (known(name), network(address));
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
        self.names.remove(&known(name));
        if let Some(tries) = self.addresses.get_mut(&network(address)) {
            tries.wrong = tries.wrong.saturating_sub(1);
        }
    }
}

/// The name as it is counted: names that no account can have are one, and take no memory of their own.
fn known(name: &str) -> String {
    // The first account's link is tried for no name, and is not locked by those who invent some.
    if name.is_empty() || accounts::is_name(name) { name.to_ascii_lowercase() } else { "?".to_owned() }
}

/// The address as it is counted. Of IPv6 everybody has a whole network of 64 bits (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            IpAddr::from((u128::from(address) & !u128::from(u64::MAX)).to_be_bytes())
        }
        other => other.to_canonical(),
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
    fn a_network_of_ipv6_is_one_address() {
        let mut limits = SignInLimits::default();
        for n in 0..40_u16 {
            let from = IpAddr::from([0x2001, 0xdb8, 0, 1, n, n, n, n]);
            assert_eq!(limits.enter(&format!("name{n}"), from, at(0)), None);
        }
        assert!(limits.enter("ann", IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9]), at(1)).is_some());
        assert_eq!(limits.enter("ann", IpAddr::from([0x2001, 0xdb8, 0, 2, 9, 9, 9, 9]), at(1)), None);
    }

    #[test]
    fn names_that_no_account_can_have_are_counted_as_one() {
        let mut limits = SignInLimits::default();
        for n in 0..8_u8 {
            assert_eq!(limits.enter(&"x".repeat(60_000 + usize::from(n)), address(n), at(0)), None);
        }
        assert!(limits.enter(&"y".repeat(50_000), address(99), at(0)).is_some());
        assert_eq!(limits.names.keys().map(String::len).max(), Some(1), "they are not kept");
        assert_eq!(limits.enter("", address(100), at(0)), None, "the first account can still be made");
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
