//! Where the console is: `HOST`, `HOST:PORT`, `[IPv6]:PORT`.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use hotliner_protocol::DEFAULT_PORT;

/// The address of a console, as a person gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConsoleAddress {
    /// Name or address, without brackets.
    pub(crate) host: String,
    /// Port, UDP and TCP.
    pub(crate) port: u16,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an address; write a name or address with or without a port, such as help.example.org:4433"
)]
pub(crate) struct BadAddress(String);

impl FromStr for ConsoleAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bad = || BadAddress(text.to_owned());
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or_else(bad)?;
            host.parse::<Ipv6Addr>().map_err(|_| bad())?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':').ok_or_else(bad)?) })
        } else if text.parse::<Ipv6Addr>().is_ok() {
            (text, None)
        } else {
            text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
        };
        let port = port.map_or(Ok(DEFAULT_PORT), |port| port.parse().map_err(|_| bad()))?;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || !host.chars().all(fits) || port == 0 {
            return Err(bad());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for ConsoleAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_give_is_understood() {
        let table = [
            ("help.example.org", "help.example.org:4433"),
            ("help.example.org:443", "help.example.org:443"),
            ("127.0.0.1:9", "127.0.0.1:9"),
            ("[::1]:4433", "[::1]:4433"),
            ("[2001:db8::1]", "[2001:db8::1]:4433"),
            ("::1", "[::1]:4433"),
        ];
        for (text, shown) in table {
            assert_eq!(text.parse::<ConsoleAddress>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "host:port",
            "host:",
            ":4433",
            "host:0",
            "host:70000",
            "[::1",
            "[x]:1",
            "a b",
            "[::1]4433",
            "https://x",
        ] {
            assert!(text.parse::<ConsoleAddress>().is_err(), "{text}");
        }
    }
}
