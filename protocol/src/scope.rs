//! What a customer may consent to, scope by scope.

use std::fmt;
use std::str::FromStr;

use crate::numbered::numbered;

numbered! {
    /// One kind of data the customer may allow to be looked at, or one kind of thing that may be done.
    pub enum Scope {
        /// Processor, memory, disks, devices.
        Hardware = 1 => "hardware",
        /// Installed software, packages, processes.
        Software = 2 => "software",
        /// Drivers and firmware.
        Drivers = 3 => "drivers",
        /// Interfaces, addresses, name resolution, proxies.
        Network = 4 => "network",
        /// What the watched installer prints and the logs it writes.
        InstallerOutput = 5 => "installer-output",
        /// The system's own logs.
        SystemLogs = 6 => "system-logs",
        /// Files, each asked for by name.
        Files = 7 => "files",
        /// Repair actions, each asked for.
        Actions = 8 => "actions",
    }
}

impl Scope {
    /// Every scope, in the order they are asked.
    pub const ALL: [Scope; 8] = [
        Scope::Hardware,
        Scope::Software,
        Scope::Drivers,
        Scope::Network,
        Scope::InstallerOutput,
        Scope::SystemLogs,
        Scope::Files,
        Scope::Actions,
    ];

    /// The scopes that the word `all` stands for: all but files and actions, which are asked one by one.
    pub fn covered_by_all() -> impl Iterator<Item = Scope> {
        Self::ALL.into_iter().filter(|scope| !matches!(scope, Scope::Files | Scope::Actions))
    }
}

/// A set of scopes, as given on a command line: `hardware,network` or `all`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// The set of `scopes`, in asking order, without repeats.
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut list: Vec<Scope> = scopes.into_iter().collect();
        list.sort();
        list.dedup();
        Self(list)
    }

    /// Nothing consented.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether `scope` is in the set.
    pub fn allows(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, in asking order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

/// A word that names no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a scope; allowed are hardware, software, drivers, network, installer-output, system-logs, files, actions and all, separated by commas"
)]
pub struct UnknownScope(String);

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut scopes = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "all" => scopes.extend(Scope::covered_by_all()),
                "none" => {}
                _ => scopes.push(Scope::from_word(word).ok_or_else(|| UnknownScope(word.to_owned()))?),
            }
        }
        Ok(Self::new(scopes))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, scope) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{scope}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_never_includes_files_or_actions() {
        let all: Scopes = "all".parse().unwrap();
        assert!(all.allows(Scope::InstallerOutput) && all.allows(Scope::Hardware));
        assert!(!all.allows(Scope::Files) && !all.allows(Scope::Actions));
        let more: Scopes = "all,actions".parse().unwrap();
        assert!(more.allows(Scope::Actions) && !more.allows(Scope::Files));
    }

    #[test]
    fn an_unknown_scope_names_the_allowed_ones() {
        let error = "hardware,everything".parse::<Scopes>().unwrap_err().to_string();
        assert!(error.contains("`everything`") && error.contains("installer-output"), "{error}");
    }
}
