//! What an agent may ever be asked to do in a step. Nothing else can be written in a fault.

/// An allow-listed action: its name and its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The word in fault files.
    pub name: &'static str,
    /// Arguments that must be given.
    pub arguments: &'static [&'static str],
}

/// All actions of this version.
pub const ACTIONS: [Action; 9] = [
    Action { name: "wait-until", arguments: &["until", "timeout"] },
    Action { name: "remove-stale-lock", arguments: &["path"] },
    Action { name: "dpkg-configure-pending", arguments: &[] },
    Action { name: "apt-fix-broken", arguments: &[] },
    Action { name: "apt-update", arguments: &[] },
    Action { name: "clean-package-cache", arguments: &["manager"] },
    Action { name: "set-clock", arguments: &[] },
    Action { name: "retry-installer", arguments: &[] },
    Action { name: "install-package", arguments: &["manager", "name"] },
];

/// The action called `name`.
pub fn find(name: &str) -> Option<Action> {
    ACTIONS.into_iter().find(|action| action.name == name)
}
