//! The throw-away place of one run: a folder, and a mount and process namespace around everything that happens in it.
//!
//! Whatever a scenario starts or mounts goes away with the namespace; `timeout` ends a run that hangs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use super::scenario::{Scenario, folder};
use crate::programs;

/// Seconds between the polite and the final end of a run that takes too long.
const GRACE: &str = "3";

/// Beginnings of settings of whoever starts the lab that would change what installers print or where they look.
const NOT_INHERITED: [&str; 11] = [
    "lc_",
    "language",
    "http_",
    "https_",
    "all_proxy",
    "no_proxy",
    "pip_",
    "npm_config_",
    "apt_",
    "ssl_cert_",
    "requests_",
];

/// After the breaking: the agent, then the repair if the answer is yes. Statuses go to descriptor 3, all else to the log.
const REST: &str = r#"
set +e
run() { "$AGENT" run --code "$CODE" --console "$CONSOLE" --consent all -- RUN </dev/null; }
run
echo "run $?" >&3
read -r answer && [ "$answer" = yes ] || exit 0
bash "$LAB/repair.sh" </dev/null && bash "$LAB/run.sh" </dev/null
echo "repair $?" >&3
"#;

/// One run of a scenario, under way.
pub struct Place {
    folder: TempDir,
    child: Child,
    statuses: BufReader<ChildStdout>,
}

/// What the agent is told.
pub struct Uplink<'a> {
    /// Address of the console.
    pub console: &'a str,
    /// The nine digits of the case.
    pub code: &'a str,
}

impl Place {
    /// Starts the scenario's scripts, broken or as the healthy twin, with `env` set.
    ///
    /// # Panics
    /// If the folder cannot be made or the programs around the run cannot be started.
    pub fn start(scenario: &Scenario, healthy: bool, uplink: &Uplink<'_>, env: &[(String, String)]) -> Self {
        let place = tempfile::Builder::new().prefix("hotliner-lab-").tempdir().expect("a temporary folder");
        // Scenarios may become other users, who must be able to pass through.
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("a folder can be opened");
        let home = place.path().join("home");
        fs::create_dir(&home).expect("a folder can be made");
        write_scripts(&place, scenario, healthy);
        let mut command = Command::new("timeout");
        command.args(["--kill-after", GRACE, &scenario.limit.to_string(), "unshare"]);
        if !programs::is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"]);
        command.arg(place.path().join("main.sh"));
        let foreign =
            |name: &str| NOT_INHERITED.iter().any(|start| name.to_ascii_lowercase().starts_with(start));
        for (name, _) in std::env::vars_os().filter(|(name, _)| foreign(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        command
            .env("LAB", place.path())
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("AGENT", programs::built("hotliner-agent"))
            .env("CODE", uplink.code)
            .env("CONSOLE", uplink.console)
            .env("LANG", "C.UTF-8")
            .envs(rustup_home())
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("timeout and unshare are there");
        let statuses = BufReader::new(child.stdout.take().expect("piped above"));
        Self { folder: place, child, statuses }
    }

    /// Waits until what runs under the agent has ended; gives its exit status, none if it never came to that.
    pub fn wait_for_run(&mut self) -> Option<i32> {
        self.status("run")
    }

    /// Says yes to the repair and waits until it was made and the installer ran again; gives that run's exit status.
    pub fn repair(&mut self) -> Option<i32> {
        self.child.stdin.take()?.write_all(b"yes\n").ok()?;
        self.status("repair")
    }

    /// Lets the place end, and gives what its scripts printed.
    pub fn end(mut self) -> String {
        drop(self.child.stdin.take());
        // An error means that it has ended already.
        let _ = self.child.wait();
        let log = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The next status, which must be that of `what`.
    fn status(&mut self, what: &str) -> Option<i32> {
        let mut line = String::new();
        self.statuses.read_line(&mut line).ok()?;
        line.trim().strip_prefix(what)?.trim().parse().ok()
    }
}

fn write_scripts(place: &TempDir, scenario: &Scenario, healthy: bool) {
    let library = folder().join("lib.sh");
    let write = |name: &str, first: &str, text: &str| {
        let head = format!("{first}set -eu\n. '{}'\ncd \"$LAB\"\n", library.display());
        fs::write(place.path().join(name), format!("{head}{text}\n")).expect("a script can be written");
    };
    let state = if healthy { &scenario.healthy } else { &scenario.broken };
    let run = if scenario.direct { scenario.run.trim() } else { "bash \"$LAB/run.sh\"" };
    let rest = REST.replace("RUN", run);
    let repair = scenario.repair.as_ref().map(|repair| repair.run.as_str()).unwrap_or_default();
    write("run.sh", "", &scenario.run);
    write("repair.sh", "", repair);
    write("main.sh", "exec 3>&1 >>\"$LAB/log\" 2>&1\n", &format!("{}\n{state}\n{rest}", scenario.prepare));
}

/// Where rustup keeps its toolchains, for the scenarios of cargo: it looks in the home folder, and a run has its own.
fn rustup_home() -> Option<(&'static str, std::path::PathBuf)> {
    let folder = std::env::var_os("RUSTUP_HOME").map(std::path::PathBuf::from);
    let usual = || std::env::home_dir().map(|home| home.join(".rustup"));
    folder.or_else(usual).filter(|folder| folder.is_dir()).map(|folder| ("RUSTUP_HOME", folder))
}
