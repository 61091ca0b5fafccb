//! Probes read the PC's state, each its subject, into facts with an honest standing.
//!
//! [`TABLE`] says of each probe what it may need, cost and take. Each runs on a thread of its own under its limit: one that
//! hangs (a dead network drive) is reported as timed out and delays nothing. Only what has changed is passed on.

mod clock;
mod cpu;
mod disk;
mod memory;
mod network;
mod os;
mod packages;
mod process;
mod schedule;

use std::sync::Mutex;
use std::time::Duration;

use hotliner_protocol::fact::{FactPath, Reading};
use hotliner_protocol::scope::{Scope, Scopes};
use hotliner_protocol::value::Value;

use crate::attempt::Plan;
use crate::platform::{self, CpuTimes};
pub(crate) use schedule::Probes;

/// The right a probe needs to see everything. Without it, it says `denied` where it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// Any user's.
    User,
    /// Some of it needs the administrator's, on some systems.
    Partly,
}

impl Right {
    /// The word in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Partly => "partly-administrator",
        }
    }
}

/// What a probe costs the PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// A few small reads.
    Small,
    /// Reads that grow with the number of programs or volumes.
    Medium,
    /// Parses a large file.
    Large,
}

impl Cost {
    /// The word in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

/// When a probe reads again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interval {
    /// Never.
    Once,
    /// Always, at this interval.
    Every(Duration),
    /// At this interval while an installer runs, and once more when it has ended.
    Attempt(Duration),
    /// Once more when an installer has ended.
    AfterAttempt,
}

/// One probe.
pub(crate) struct Spec {
    /// Its subject; also the prefix by which the team asks for it.
    pub(crate) subject: &'static str,
    /// Paths it always answers for. Keyed facts (`package[…]`) come beside them.
    pub(crate) paths: &'static [&'static str],
    /// The consent it needs.
    pub(crate) scope: Scope,
    pub(crate) right: Right,
    pub(crate) cost: Cost,
    pub(crate) interval: Interval,
    /// When it counts as hanging.
    pub(crate) limit: Duration,
    read: fn(&Context, &mut Sink<'_>),
}

/// Where a probe puts what it finds, as it finds it.
pub(crate) struct Sink<'s>(&'s mut dyn FnMut(FactPath, Reading));

impl Sink<'_> {
    /// A reading. A path that does not follow the grammar (a mount point with a line break) is left out.
    fn put(&mut self, path: &str, reading: impl Into<Reading>) {
        if let Ok(path) = FactPath::new(path) {
            (self.0)(path, reading.into());
        }
    }

    fn value(&mut self, path: &str, value: impl Into<Value>) {
        self.put(path, value.into());
    }
}

/// What probes share: where the installer works, and figures that are differences between two looks.
pub(crate) struct Context {
    pub(crate) plan: Plan,
    cpu: Mutex<Option<CpuTimes>>,
    processes: Mutex<process::Seen>,
}

impl Context {
    /// A context for an attempt with this plan.
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan, cpu: Mutex::default(), processes: Mutex::default() }
    }
}

/// The reading that an error of sysinfo stands for.
fn reading_of(error: &sysinfo::Error) -> Reading {
    match error {
        sysinfo::Error::Io(error) => platform::reading_of(error),
        _ => Reading::Unsupported,
    }
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Every probe, in the order of usefulness for a failing installation.
pub(crate) const TABLE: &[Spec] = &[
    Spec {
        subject: "os",
        paths: &[
            "os.family",
            "os.id",
            "os.name",
            "os.version",
            "os.build",
            "os.kernel",
            "os.arch",
            "os.locale",
        ],
        scope: Scope::Software,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::Once,
        limit: seconds(2),
        read: os::read,
    },
    Spec {
        subject: "disk",
        paths: &["disk.system", "disk.install_root"],
        scope: Scope::Hardware,
        right: Right::Partly,
        cost: Cost::Medium,
        interval: Interval::Every(seconds(2)),
        limit: seconds(5),
        read: disk::read,
    },
    Spec {
        subject: "packages.lock",
        paths: &["packages.lock"],
        scope: Scope::Software,
        right: Right::Partly,
        cost: Cost::Small,
        interval: Interval::Attempt(seconds(1)),
        limit: seconds(2),
        read: packages::lock,
    },
    Spec {
        subject: "reboot",
        paths: &["os.pending_reboot"],
        scope: Scope::Software,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::AfterAttempt,
        limit: seconds(2),
        read: os::pending_reboot,
    },
    Spec {
        subject: "memory",
        paths: memory::PATHS,
        scope: Scope::Hardware,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::Every(seconds(2)),
        limit: seconds(2),
        read: memory::read,
    },
    Spec {
        subject: "process",
        paths: &["process"],
        scope: Scope::Software,
        right: Right::User,
        cost: Cost::Medium,
        interval: Interval::Attempt(seconds(1)),
        limit: seconds(5),
        read: process::read,
    },
    Spec {
        subject: "network",
        paths: &["network.default_route", "network.dns_servers", "network.proxy", "network.interfaces"],
        scope: Scope::Network,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::Every(seconds(10)),
        limit: seconds(5),
        read: network::read,
    },
    Spec {
        subject: "clock",
        paths: &["clock.utc", "clock.timezone"],
        scope: Scope::Software,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::Once,
        limit: seconds(2),
        read: clock::read,
    },
    Spec {
        subject: "cpu",
        paths: &["cpu.model", "cpu.count"],
        scope: Scope::Hardware,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::Every(seconds(2)),
        limit: seconds(2),
        read: cpu::read,
    },
    Spec {
        subject: "package",
        paths: &["packages.interrupted", "packages.broken", "packages.count"],
        scope: Scope::Software,
        right: Right::User,
        cost: Cost::Large,
        interval: Interval::AfterAttempt,
        limit: seconds(10),
        read: packages::read,
    },
];

/// Reads every probe once, one after the other: for `show`. Those that `scopes` do not allow are said to be not
/// collected, as they would be.
pub(crate) fn read_once(
    context: &Context,
    scopes: &Scopes,
    mut each: impl FnMut(&'static Spec, FactPath, Reading),
) {
    for spec in TABLE {
        let mut sink = |path, reading| each(spec, path, reading);
        if scopes.allows(spec.scope) {
            (spec.read)(context, &mut Sink(&mut sink));
        } else {
            spec.paths.iter().for_each(|path| Sink(&mut sink).put(path, Reading::NotCollected));
        }
    }
}

#[cfg(test)]
mod tests;
