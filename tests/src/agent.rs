//! The real agent, run as a customer would.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::console::{Console, NewCase};
use crate::programs;

/// `hotliner-agent run` for `case`, watching `installer`. The agent's own files go under `home`.
pub fn run(console: &Console, case: &NewCase, home: &Path, installer: &[&str]) -> Command {
    let mut command = agent(home);
    command.args(["run", "--code", &case.code, "--console", console.address(), "--consent", "all", "--"]);
    command.args(installer);
    command
}

/// `hotliner-agent` with its files under `home` and messages in English.
pub fn agent(home: &Path) -> Command {
    let mut command = Command::new(programs::built("hotliner-agent"));
    command
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null());
    command.env_remove("LC_ALL").env_remove("LANGUAGE").env_remove("LC_MESSAGES");
    command
}

/// Runs a failing or succeeding installation under the agent to its end.
pub fn watch(console: &Console, case: &NewCase, home: &Path, installer: &[&str]) -> Output {
    programs::output(&mut run(console, case, home, installer))
}
