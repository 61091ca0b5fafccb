//! An attempt: one run of an installer, from start to outcome. What is to be watched beside its output follows from the
//! command line alone. Pure.

use std::path::{Path, PathBuf};

use hotliner_protocol::event::{Exit, Outcome};

/// Signals by which a person or the system stops a program on purpose: SIGINT and SIGTERM.
const STOP_SIGNALS: [i32; 2] = [2, 15];

/// Exit statuses by which a shell reports the same.
const STOP_CODES: [i64; 2] = [130, 143];

/// The installers whose logs and folders are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// dpkg itself.
    Dpkg,
    /// apt and what is built on it; it runs dpkg.
    Apt,
    /// Anything else.
    Other,
}

/// What a command line tells about where an installer works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whose logs to follow.
    pub(crate) family: Family,
    /// Where it installs to: `/` unless the arguments say otherwise.
    pub(crate) root: PathBuf,
    /// dpkg's database.
    pub(crate) admin_dir: PathBuf,
    /// Logs that belong to it, whether they exist yet or not.
    pub(crate) logs: Vec<PathBuf>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { family: Family::Other, root: "/".into(), admin_dir: "/var/lib/dpkg".into(), logs: Vec::new() }
    }
}

impl Plan {
    /// The plan for `command` (program and arguments) started in `cwd`.
    pub(crate) fn new(command: &[String], cwd: &Path) -> Self {
        let words = installer_words(command);
        // Without a wrapper in front only the first word is a program: `pip install apt` is no run of apt.
        let reach = if command.first().is_some_and(|first| is_wrapper(first)) { words.len() } else { 1 };
        let Some((family, args)) = words.iter().take(reach).enumerate().find_map(|(at, word)| {
            family_of(word).map(|family| (family, words.get(at + 1..).unwrap_or_default()))
        }) else {
            return Self::default();
        };
        let given = Given::read(args);
        let place = |path: &str| cwd.join(path);
        let root = given.root.as_deref().map_or_else(|| PathBuf::from("/"), place);
        let admin_dir = match (&given.admin_dir, &given.root) {
            (Some(dir), _) => place(dir),
            (None, Some(_)) => root.join("var/lib/dpkg"),
            (None, None) => "/var/lib/dpkg".into(),
        };
        let dpkg_log = given.dpkg_log.as_deref().map_or_else(|| PathBuf::from("/var/log/dpkg.log"), place);
        let mut logs = vec![dpkg_log];
        if family == Family::Apt {
            let base = given.apt_log_dir.as_deref().unwrap_or("/var/log/apt");
            let log =
                |name: &Option<String>, default: &str| place(base).join(name.as_deref().unwrap_or(default));
            logs.push(log(&given.apt_terminal, "term.log"));
            logs.push(log(&given.apt_history, "history.log"));
        }
        Self { family, root, admin_dir, logs }
    }
}

/// The outcome an exit speaks of.
pub(crate) fn outcome(exit: Exit) -> Outcome {
    match exit {
        Exit { code: Some(0), .. } => Outcome::Succeeded,
        Exit { code: Some(code), .. } if STOP_CODES.contains(&code) => Outcome::Cancelled,
        Exit { signal: Some(signal), .. } if STOP_SIGNALS.contains(&signal) => Outcome::Cancelled,
        Exit { code: None, signal: None } => Outcome::Unknown,
        _ => Outcome::Failed,
    }
}

fn is_wrapper(word: &str) -> bool {
    const WRAPPERS: &[&str] = &[
        "sudo", "doas", "env", "nice", "ionice", "timeout", "nohup", "stdbuf", "setsid", "strace", "time",
        "sh", "bash", "dash", "zsh",
    ];
    let name = Path::new(word).file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| WRAPPERS.contains(&name))
}

fn family_of(word: &str) -> Option<Family> {
    match Path::new(word).file_name()?.to_str()? {
        "dpkg" => Some(Family::Dpkg),
        "apt" | "apt-get" | "aptitude" | "unattended-upgrade" | "unattended-upgrades" => Some(Family::Apt),
        _ => None,
    }
}

/// The words among which the installer is looked for: those of the command, with the text behind a shell's `-c` taken
/// apart, so that `sudo apt-get …`, `env X=y dpkg …` and `sh -c 'apt-get …'` are recognised.
fn installer_words(command: &[String]) -> Vec<String> {
    let shell = command.iter().any(|word| {
        let name = Path::new(word).file_name().and_then(|name| name.to_str());
        matches!(name, Some("sh" | "bash" | "dash" | "zsh"))
    });
    let mut words = Vec::with_capacity(command.len());
    let mut script = false;
    for word in command {
        if script {
            let parts = word.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')'));
            words.extend(
                parts.filter(|part| !part.is_empty()).map(|part| part.trim_matches(['\'', '"']).into()),
            );
        } else {
            words.push(word.clone());
        }
        script = shell && word.starts_with('-') && word.ends_with('c');
    }
    words
}

/// What the arguments of dpkg and apt say.
#[derive(Default)]
struct Given {
    root: Option<String>,
    admin_dir: Option<String>,
    dpkg_log: Option<String>,
    apt_log_dir: Option<String>,
    apt_terminal: Option<String>,
    apt_history: Option<String>,
}

impl Given {
    fn read(args: &[String]) -> Self {
        let mut given = Self::default();
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            if let Some(setting) = apt_setting(arg, &mut args) {
                given.apt(setting);
            } else {
                given.dpkg(arg);
            }
        }
        given
    }

    fn dpkg(&mut self, arg: &str) {
        let Some((name, value)) = arg.split_once('=') else { return };
        let value = Some(value.trim_matches('"').to_owned());
        match name {
            "--root" | "--instdir" => self.root = value,
            "--admindir" => self.admin_dir = value,
            "--log" => self.dpkg_log = value,
            _ => {}
        }
    }

    /// apt's settings are not case-sensitive.
    fn apt(&mut self, setting: &str) {
        let Some((name, value)) = setting.split_once('=') else { return };
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "dir::log" => self.apt_log_dir = Some(value.to_owned()),
            "dir::log::terminal" => self.apt_terminal = Some(value.to_owned()),
            "dir::log::history" => self.apt_history = Some(value.to_owned()),
            "dir::state::status" => {
                self.admin_dir = Path::new(value).parent().map(|dir| dir.to_string_lossy().into_owned());
            }
            "dir" | "rootdir" => self.root = Some(value.to_owned()),
            "dpkg::options" | "dpkg::options::" => self.dpkg(value),
            _ => {}
        }
    }
}

/// The `NAME=VALUE` of `-o NAME=VALUE`, `-oNAME=VALUE` and `--option=NAME=VALUE`.
fn apt_setting<'a>(arg: &'a str, rest: &mut impl Iterator<Item = &'a str>) -> Option<&'a str> {
    match arg {
        "-o" | "--option" => rest.next(),
        _ => {
            arg.strip_prefix("--option=").or_else(|| arg.strip_prefix("-o").filter(|set| set.contains("::")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(command: &str) -> Plan {
        let words: Vec<String> = command.split('\u{20}').map(|word| word.replace('_', " ")).collect();
        Plan::new(&words, Path::new("/work dir"))
    }

    #[test]
    fn the_arguments_say_where_to_look() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let table = [
            ("dpkg -i a.deb", Family::Dpkg, "/", "/var/lib/dpkg", paths(&["/var/log/dpkg.log"])),
            (
                "/usr/bin/dpkg --root=/srv/r --log=/tmp/l -i a.deb",
                Family::Dpkg,
                "/srv/r",
                "/srv/r/var/lib/dpkg",
                paths(&["/tmp/l"]),
            ),
            (
                "dpkg --root=r --admindir=/a -i x",
                Family::Dpkg,
                "/work dir/r",
                "/a",
                paths(&["/var/log/dpkg.log"]),
            ),
            (
                "sudo apt-get -y -o Dir::Log::Terminal=/t/term -oDir::State::status=/s/status install x",
                Family::Apt,
                "/",
                "/s",
                paths(&["/var/log/dpkg.log", "/t/term", "/var/log/apt/history.log"]),
            ),
            (
                "apt -o Dpkg::Options::=--log=/tmp/d --option=Dir::Log=/l upgrade",
                Family::Apt,
                "/",
                "/var/lib/dpkg",
                paths(&["/tmp/d", "/l/term.log", "/l/history.log"]),
            ),
            (
                "sh -c cd_/x;_dpkg_--root=/r_-i_a.deb",
                Family::Dpkg,
                "/r",
                "/r/var/lib/dpkg",
                paths(&["/var/log/dpkg.log"]),
            ),
            ("pip install apt", Family::Apt, "/", "/var/lib/dpkg", vec![]),
        ];
        for (command, family, root, admin, logs) in table {
            let plan = plan(command);
            if command.starts_with("pip") {
                assert_eq!(plan.family, Family::Other, "{command}: a package name is no program");
                continue;
            }
            assert_eq!(plan, Plan { family, root: root.into(), admin_dir: admin.into(), logs }, "{command}");
        }
    }

    #[test]
    fn an_exit_says_how_it_ended() {
        let exit = |code, signal| Exit { code, signal };
        let table = [
            (exit(Some(0), None), Outcome::Succeeded),
            (exit(Some(1), None), Outcome::Failed),
            (exit(Some(130), None), Outcome::Cancelled),
            (exit(None, Some(15)), Outcome::Cancelled),
            (exit(None, Some(9)), Outcome::Failed),
            (exit(None, None), Outcome::Unknown),
        ];
        for (exit, expected) in table {
            assert_eq!(outcome(exit), expected, "{exit:?}");
        }
    }
}
