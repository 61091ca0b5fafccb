//! HTTP proxies: which one stands before the console, and a tunnel through it (`CONNECT`, RFC 9110 section 9.3.6, with
//! Basic credentials, RFC 7617).
//!
//! Read from the environment as other programs do: `HTTPS_PROXY` or `https_proxy`, else `ALL_PROXY` or `all_proxy`, unless
//! `NO_PROXY` or `no_proxy` names the console. UDP never goes through a proxy; it is tried beside it.

use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::address::ConsoleAddress;
use super::problem::Problem;
use super::{tcp, wire};

/// Port of a proxy whose address names none, as curl has it.
const DEFAULT_PORT: u16 = 1080;

/// How long the proxy may take to open the tunnel.
const TUNNEL_LIMIT: Duration = Duration::from_secs(8);

/// Longest head of a proxy's answer, in bytes.
const MAX_HEAD: usize = 16 << 10;

/// Longest piece of a proxy's words that is shown, in characters.
const MAX_WORDS: usize = 80;

/// A name and a password.
#[derive(Clone, PartialEq, Eq)]
struct Credentials {
    name: String,
    password: String,
}

/// What the environment says about proxies.
#[derive(Clone, Default)]
pub(crate) struct Proxies {
    url: Option<String>,
    except: String,
}

/// One proxy.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    host: String,
    port: u16,
    credentials: Option<Credentials>,
}

impl Proxies {
    /// As the environment of this process has it.
    pub(crate) fn of_environment() -> Self {
        Self::from(|name| std::env::var(name).ok())
    }

    fn from(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| {
            names.iter().find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))
        };
        Self {
            url: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
            except: first(&["NO_PROXY", "no_proxy"]).unwrap_or_default(),
        }
    }

    /// The proxy before `host`, if there is one.
    pub(super) fn of(&self, host: &str) -> Result<Option<Proxy>, Problem> {
        let Some(url) = self.url.as_deref().filter(|_| !self.excepts(host)) else { return Ok(None) };
        parse(url).map(Some)
    }

    /// Whether `host` is to be reached without a proxy: it, or the end of its name, is listed.
    fn excepts(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.except.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
            let name = entry.trim_start_matches("*.").trim_start_matches('.');
            let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
            match name {
                "" => false,
                "*" => true,
                "localhost" if local => true,
                name => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
            }
        })
    }
}

/// Reads `[http://][NAME[:PASSWORD]@]HOST[:PORT][/]`.
fn parse(url: &str) -> Result<Proxy, Problem> {
    let (scheme, rest) = url.trim().split_once("://").unwrap_or(("http", url.trim()));
    // The last `@` first: a password may hold a `/` that nobody encoded, and must not be taken for a place.
    let (credentials, place) = match rest.rsplit_once('@') {
        Some((credentials, place)) => (Some(credentials), place),
        None => (None, rest),
    };
    let place = place.split('/').next().unwrap_or_default();
    let unusable = |why: &str| Problem::ProxyUnusable(place.to_owned(), why.to_owned());
    if !scheme.eq_ignore_ascii_case("http") {
        return Err(unusable(&format!("proxies of the kind {scheme}:// are not supported")));
    }
    let with_port = match place.rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => place.to_owned(),
        _ => format!("{place}:{DEFAULT_PORT}"),
    };
    let address: ConsoleAddress = with_port.parse().map_err(|_| unusable("its address does not read"))?;
    let credentials = credentials.map(|text| {
        let (name, password) = text.split_once(':').unwrap_or((text, ""));
        Credentials { name: decoded(name), password: decoded(password) }
    });
    Ok(Proxy { host: address.host, port: address.port, credentials })
}

/// Percent-encoding (RFC 3986 section 2.1) undone. What is none stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = digits
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Proxy {
    fn place(&self) -> String {
        ConsoleAddress { host: self.host.clone(), port: self.port }.to_string()
    }

    /// A connection to `console` through the proxy.
    pub(super) async fn tunnel(&self, console: &ConsoleAddress) -> Result<TcpStream, Problem> {
        let unusable = |why: String| Problem::ProxyUnusable(self.place(), why);
        let addresses = wire::look_up(&self.host, self.port).await;
        let addresses = addresses.map_err(|_| unusable("its name is not resolved".to_owned()))?;
        let mut stream = tcp::reach(addresses).await.map_err(|problem| match problem {
            Problem::Network(why) => unusable(why),
            Problem::Refused => unusable("it refuses the connection".to_owned()),
            _ => unusable("it does not answer".to_owned()),
        })?;
        let asked = async {
            stream.write_all(self.request(console).as_bytes()).await?;
            head(&mut stream).await
        };
        match tokio::time::timeout(TUNNEL_LIMIT, asked).await {
            Ok(Ok(head)) => self.verdict(&head).map(|()| stream),
            Ok(Err(error)) => Err(unusable(error.to_string())),
            Err(_) => Err(unusable("it does not answer".to_owned())),
        }
    }

    fn request(&self, console: &ConsoleAddress) -> String {
        let mut request = format!("CONNECT {console} HTTP/1.1\r\nHost: {console}\r\n");
        if let Some(Credentials { name, password }) = &self.credentials {
            let encoded = base64(format!("{name}:{password}").as_bytes());
            request.push_str(&format!("Proxy-Authorization: Basic {encoded}\r\n"));
        }
        request.push_str("\r\n");
        request
    }

    fn verdict(&self, head: &str) -> Result<(), Problem> {
        let line = head.lines().next().unwrap_or_default();
        let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
        match status.and_then(|status| status.parse::<u16>().ok()) {
            Some(200..=299) => Ok(()),
            Some(407) => Err(Problem::ProxyPassword(self.place())),
            Some(_) => {
                let words = line.split_once(' ').map_or(line, |(_, words)| words);
                let words = words.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect();
                Err(Problem::ProxyRefuses(self.place(), words))
            }
            None => Err(Problem::ProxyUnusable(self.place(), "its answer is not HTTP".to_owned())),
        }
    }
}

/// The head of the proxy's answer, and not a byte more: what follows it is TLS.
async fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < MAX_HEAD {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Base64 (RFC 4648 section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let group =
            three.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &'static [(&str, &str)]) -> Proxies {
        Proxies::from(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn shown(proxy: Option<Proxy>) -> String {
        proxy.map_or("none".to_owned(), |proxy| {
            let who = proxy.credentials.clone().map(|who| format!("{}:{}@", who.name, who.password));
            format!("{}{}", who.unwrap_or_default(), proxy.place())
        })
    }

    #[test]
    fn the_proxy_that_other_programs_use_is_found() {
        let table: &[(&'static [(&str, &str)], &str)] = &[
            (&[], "none"),
            (&[("HTTP_PROXY", "http://p:1")], "none"),
            (&[("HTTPS_PROXY", "http://p:3128/")], "p:3128"),
            (&[("https_proxy", "p:3128"), ("ALL_PROXY", "http://other:1")], "p:3128"),
            (&[("all_proxy", "p")], "p:1080"),
            (&[("HTTPS_PROXY", "http://[::1]")], "[::1]:1080"),
            (&[("HTTPS_PROXY", "http://ann:s%40crët%3A@p:8080")], "ann:s@crët:@p:8080"),
            (&[("HTTPS_PROXY", "http://ann@p:8080")], "ann:@p:8080"),
            (&[("HTTPS_PROXY", "p:1"), ("NO_PROXY", "x.org, .example.org")], "none"),
            (&[("HTTPS_PROXY", "p:1"), ("no_proxy", "example.org")], "none"),
            (&[("HTTPS_PROXY", "p:1"), ("NO_PROXY", "*")], "none"),
            (&[("HTTPS_PROXY", "p:1"), ("NO_PROXY", "ample.org,localhost")], "p:1"),
        ];
        for (variables, found) in table {
            let proxy =
                proxies(variables).of("help.example.org").unwrap_or_else(|problem| panic!("{problem:?}"));
            assert_eq!(shown(proxy), *found, "{variables:?}");
        }
    }

    #[test]
    fn a_proxy_of_another_kind_is_named_and_not_gone_around() {
        let socks = proxies(&[("ALL_PROXY", "socks5://p:1080")]).of("help.example.org");
        assert!(matches!(socks, Err(Problem::ProxyUnusable(place, _)) if place == "p:1080"));
    }

    #[test]
    fn credentials_go_as_the_rfc_has_them() {
        let proxies = proxies(&[("HTTPS_PROXY", "http://new:a%3Ab@p:1")]);
        let proxy = proxies.of("help.example.org").unwrap_or_default().unwrap();
        let request = proxy.request(&"help.example.org:443".parse().unwrap());
        assert_eq!(
            request,
            "CONNECT help.example.org:443 HTTP/1.1\r\nHost: help.example.org:443\r\n\
             Proxy-Authorization: Basic bmV3OmE6Yg==\r\n\r\n"
        );
    }

    #[test]
    fn base64_has_the_test_vectors_of_its_rfc() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn what_the_proxy_says_is_understood() {
        let proxy = Proxy { host: "p".into(), port: 1, credentials: None };
        assert_eq!(proxy.verdict("HTTP/1.1 200 Connection established\r\n\r\n"), Ok(()));
        assert_eq!(proxy.verdict("HTTP/1.0 407 x\r\n"), Err(Problem::ProxyPassword("p:1".into())));
        let refused = Problem::ProxyRefuses("p:1".into(), "403 Blocked by policy".into());
        assert_eq!(proxy.verdict("HTTP/1.1 403 Blocked by policy\r\n"), Err(refused));
        assert!(matches!(proxy.verdict("SSH-2.0"), Err(Problem::ProxyUnusable(..))));
    }
}
