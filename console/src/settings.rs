//! Settings: flags over environment variables over a TOML file over defaults.
//!
//! A wrong setting is refused with the place it stands at and what is allowed; nothing is guessed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::data_dir;
use crate::trouble::Trouble;

/// Team name shown to customers until one is set.
const DEFAULT_NAME: &str = "Support";

/// Longest team name, in characters.
const MAX_NAME_CHARS: usize = 80;

/// Connections of agents from one address, unless set.
const CONNECTIONS_PER_ADDRESS: u32 = 1_024;

/// File in the data folder that is read when `--config` names none.
const DEFAULT_FILE: &str = "console.toml";

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// Where agents come in (UDP), and technicians too (TCP, same port) unless `listen_web` says otherwise.
    pub listen: SocketAddr,
    /// Where technicians come in.
    pub listen_web: Option<SocketAddr>,
    /// The team's name, shown to customers before they consent.
    pub name: String,
    /// What is logged, as a filter of `tracing`: `info`, `hotliner_console=debug`.
    pub log: String,
    /// Throw the projection away and build it anew.
    pub rebuild: bool,
    /// Connections of agents from one address at a time.
    pub connections_per_address: u32,
    /// Largest size of the journal's file in bytes; `None`: as large as the disk.
    pub journal_max_bytes: Option<u64>,
}

/// One source of settings; what it leaves out, the next one says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// `data`
    pub data: Option<PathBuf>,
    /// `listen`
    pub listen: Option<String>,
    /// `listen_web`
    pub listen_web: Option<String>,
    /// `name`
    pub name: Option<String>,
    /// `log`
    pub log: Option<String>,
    /// `journal`
    pub journal: Option<String>,
    /// `connections_per_address`
    pub connections_per_address: Option<u32>,
    /// `journal_max_mb`
    pub journal_max_mb: Option<u64>,
}

const ALLOWED: &str =
    "data, listen, listen_web, name, log, journal, connections_per_address and journal_max_mb";

impl Layer {
    /// The settings of the environment: `HOTLINER_LISTEN` and so on.
    ///
    /// # Errors
    /// A number that is none.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, Trouble> {
        let number = |name: &str| -> Result<Option<u64>, Trouble> {
            let Some(text) = get(name) else { return Ok(None) };
            text.parse().map(Some).map_err(|_| {
                Trouble::new(format!("{name} is `{text}`, which is no number"), "give a whole number")
            })
        };
        Ok(Self {
            data: get("HOTLINER_DATA").map(PathBuf::from),
            listen: get("HOTLINER_LISTEN"),
            listen_web: get("HOTLINER_LISTEN_WEB"),
            name: get("HOTLINER_NAME"),
            log: get("HOTLINER_LOG"),
            journal: get("HOTLINER_JOURNAL"),
            connections_per_address: number("HOTLINER_CONNECTIONS_PER_ADDRESS")?
                .map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
            journal_max_mb: number("HOTLINER_JOURNAL_MAX_MB")?,
        })
    }

    /// The settings of a TOML text that stands in the file called `name`.
    ///
    /// # Errors
    /// What is wrong, with its line, and what is allowed.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, Trouble> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let what = error.message().lines().next().unwrap_or_default().to_owned();
            Trouble::new(format!("{name}:{line}: {what}"), format!("allowed are {ALLOWED}"))
        })
    }

    /// This layer, with what it leaves out taken from `under`.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        Self {
            data: self.data.or(under.data),
            listen: self.listen.or(under.listen),
            listen_web: self.listen_web.or(under.listen_web),
            name: self.name.or(under.name),
            log: self.log.or(under.log),
            journal: self.journal.or(under.journal),
            connections_per_address: self.connections_per_address.or(under.connections_per_address),
            journal_max_mb: self.journal_max_mb.or(under.journal_max_mb),
        }
    }

    /// The settings, with defaults for what no layer says.
    ///
    /// # Errors
    /// A value that is not allowed.
    pub fn settle(self, rebuild: bool) -> Result<Settings, Trouble> {
        if let Some(journal) = self.journal.filter(|journal| journal != "embedded") {
            return Err(Trouble::new(
                format!("the journal `{journal}` is not one this version can use"),
                "allowed is --journal embedded, which is also the default",
            ));
        }
        let name = self.name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
        if name.trim().is_empty() || name.chars().count() > MAX_NAME_CHARS || name.contains(char::is_control)
        {
            return Err(Trouble::new(
                "the team's name is empty, too long or has control characters in it",
                format!("give a name of 1 to {MAX_NAME_CHARS} characters with --name"),
            ));
        }
        let default = format!("[::]:{}", hotliner_protocol::DEFAULT_PORT);
        Ok(Settings {
            data: self.data.map_or_else(data_dir::default_path, Ok)?,
            listen: address("--listen", &self.listen.unwrap_or(default))?,
            listen_web: self.listen_web.map(|text| address("--listen-web", &text)).transpose()?,
            name,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            rebuild,
            connections_per_address: self.connections_per_address.unwrap_or(CONNECTIONS_PER_ADDRESS).max(1),
            journal_max_bytes: self.journal_max_mb.map(|mb| mb.saturating_mul(1 << 20)),
        })
    }
}

fn address(flag: &str, text: &str) -> Result<SocketAddr, Trouble> {
    text.parse().map_err(|_| {
        Trouble::new(
            format!("`{text}` is not an address to listen on"),
            format!("write ADDRESS:PORT, such as {flag} 0.0.0.0:4433 or {flag} [::]:4433"),
        )
    })
}

/// All layers together: flags, environment, and the file (`config`, else `console.toml` in the data folder if there is one).
///
/// # Errors
/// A setting that is wrong, or a named file that cannot be read.
pub fn resolve(flags: Layer, config: Option<&Path>, rebuild: bool) -> Result<Settings, Trouble> {
    let upper = flags.over(Layer::from_env(|name| std::env::var(name).ok())?);
    let named = config.map(Path::to_owned).or_else(|| std::env::var_os("HOTLINER_CONFIG").map(PathBuf::from));
    let file = match &named {
        Some(path) => path.clone(),
        None => upper.data.clone().map_or_else(data_dir::default_path, Ok)?.join(DEFAULT_FILE),
    };
    let under = match std::fs::read_to_string(&file) {
        Ok(text) => Layer::from_toml(&file.display().to_string(), &text)?,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Layer::default(),
        Err(error) => {
            return Err(Trouble::new(
                format!("the settings in {} cannot be read: {error}", file.display()),
                "name a file that is there with --config FILE",
            ));
        }
    };
    upper.over(under).settle(rebuild)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_setting_is_refused_with_its_line_and_what_is_allowed() {
        let trouble = Layer::from_toml("console.toml", "name = \"A\"\n\nlisten_wev = \"x\"\n").unwrap_err();
        assert!(trouble.what.starts_with("console.toml:3: "), "{trouble}");
        assert!(trouble.what.contains("listen_wev") && trouble.remedy.contains("listen_web"), "{trouble}");
    }

    #[test]
    fn flags_win_over_environment_and_file() {
        let layer = |name: &str| Layer { name: Some(name.to_owned()), ..Layer::default() };
        let env = Layer::from_env(|name| (name == "HOTLINER_LISTEN").then(|| "127.0.0.1:1".to_owned()));
        let file = Layer { listen: Some("127.0.0.1:2".to_owned()), ..layer("file") };
        let settings = layer("flag").over(env.unwrap()).over(file).settle(false).unwrap();
        assert_eq!((settings.name.as_str(), settings.listen.port()), ("flag", 1));
    }

    #[test]
    fn values_that_are_not_allowed_say_what_is() {
        let refuse = |layer: Layer| layer.settle(false).unwrap_err().to_string();
        let journal = refuse(Layer { journal: Some("nats://x".into()), ..Layer::default() });
        assert!(journal.contains("embedded"), "{journal}");
        let listen = refuse(Layer { listen: Some("4433".into()), ..Layer::default() });
        assert!(listen.contains("ADDRESS:PORT"), "{listen}");
        let name = refuse(Layer { name: Some("\n".into()), ..Layer::default() });
        assert!(name.contains("--name"), "{name}");
    }
}
