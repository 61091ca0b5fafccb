//! An attempt: one run of an installer, from start to outcome. What is to be watched beside its output follows from the
//! command line alone. Pure.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hotliner_protocol::event::{Exit, Outcome};

/// Signals by which a person or the system stops a program on purpose: SIGINT and SIGTERM.
const STOP_SIGNALS: [i32; 2] = [2, 15];

/// Exit statuses by which a shell reports the same.
const STOP_CODES: [i64; 2] = [130, 143];

/// Exit codes by which Windows Installer and programs like it report that a person stopped them (ERROR_INSTALL_USEREXIT,
/// ERROR_CANCELLED in winerror.h, STATUS_CONTROL_C_EXIT in ntstatus.h).
const CANCELLED_CODES: [i64; 3] = [1602, 1223, 0xC000_013A];

/// Exit codes of success that takes effect after a restart (ERROR_SUCCESS_REBOOT_REQUIRED, ERROR_SUCCESS_REBOOT_INITIATED in
/// winerror.h). No program of another system can end with a code above 255.
const REBOOT_CODES: [i64; 2] = [3010, 1641];

/// The installers whose logs and folders are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// dpkg itself.
    Dpkg,
    /// apt and what is built on it; it runs dpkg.
    Apt,
    /// Windows Installer.
    Msi,
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
    /// Arguments to add to the installer's own, so that it writes the log that tells why.
    pub(crate) added_args: Vec<OsString>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            family: Family::Other,
            root: "/".into(),
            admin_dir: "/var/lib/dpkg".into(),
            logs: Vec::new(),
            added_args: Vec::new(),
        }
    }
}

impl Plan {
    /// The plan for `command` (program and arguments) started in `cwd`; `own_log` is where an installer may be asked to write
    /// a log of this attempt alone, if it may be asked.
    pub(crate) fn new(command: &[String], cwd: &Path, own_log: Option<&Path>) -> Self {
        let words = installer_words(command);
        // Without a wrapper in front only the first word is a program: `pip install apt` is no run of apt.
        let reach = if command.first().is_some_and(|first| is_wrapper(first)) { words.len() } else { 1 };
        let Some((family, args)) = words.iter().take(reach).enumerate().find_map(|(at, word)| {
            family_of(word).map(|family| (family, words.get(at + 1..).unwrap_or_default()))
        }) else {
            return Self::default();
        };
        if family == Family::Msi {
            // Arguments behind a wrapper's command might be anybody's: only msiexec itself is asked for a log.
            return Self::msi(args, cwd, own_log.filter(|_| reach == 1));
        }
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
        Self { family, root, admin_dir, logs, ..Self::default() }
    }

    /// Windows Installer writes no log unless asked, and its messages say little: it is asked for a verbose one, if the
    /// command does not name one.
    fn msi(args: &[String], cwd: &Path, own_log: Option<&Path>) -> Self {
        let (logs, added_args) = match (msi_log(args), own_log) {
            (Some(named), _) => (vec![cwd.join(named)], Vec::new()),
            (None, Some(own)) => (vec![own.to_owned()], vec!["/l*v".into(), own.as_os_str().to_owned()]),
            (None, None) => (Vec::new(), Vec::new()),
        };
        Self { family: Family::Msi, logs, added_args, ..Self::default() }
    }
}

/// The log that a command line of msiexec names: `/L*v FILE`, `-lv FILE`, `/log FILE`.
fn msi_log(args: &[String]) -> Option<&str> {
    let asks = |arg: &&String| {
        let switch = arg.strip_prefix(['/', '-']).unwrap_or_default().to_ascii_lowercase();
        switch == "log"
            || switch
                .strip_prefix('l')
                .is_some_and(|kinds| kinds.chars().all(|c| "iwearucmopvx+!*".contains(c)))
    };
    let at = args.iter().position(|arg| asks(&arg))?;
    args.get(at + 1).map(|file| file.trim_matches('"'))
}

/// The outcome an exit speaks of.
pub(crate) fn outcome(exit: Exit) -> Outcome {
    match exit {
        Exit { code: Some(0), .. } => Outcome::Succeeded,
        Exit { code: Some(code), .. } if STOP_CODES.contains(&code) => Outcome::Cancelled,
        Exit { code: Some(code), .. } if CANCELLED_CODES.contains(&code) => Outcome::Cancelled,
        Exit { code: Some(code), .. } if REBOOT_CODES.contains(&code) => Outcome::RebootNeeded,
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
        name if ["msiexec", "msiexec.exe"].iter().any(|msi| name.eq_ignore_ascii_case(msi)) => {
            Some(Family::Msi)
        }
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
        Plan::new(&words, Path::new("/work dir"), Some(Path::new("/tmp/own.log")))
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
            let expected =
                Plan { family, root: root.into(), admin_dir: admin.into(), logs, added_args: vec![] };
            assert_eq!(plan, expected, "{command}");
        }
    }

    #[test]
    fn windows_installer_is_asked_for_a_log_unless_it_writes_one() {
        let table = [
            ("msiexec /i app.msi /qn", "/tmp/own.log", true),
            ("MSIEXEC.EXE /i app.msi", "/tmp/own.log", true),
            ("msiexec /i app.msi /L*v log.txt", "/work dir/log.txt", false),
            ("msiexec -i app.msi -lvx setup.log", "/work dir/setup.log", false),
            ("msiexec /log setup.log /x {1234}", "/work dir/setup.log", false),
            ("msiexec /i language.msi /lang 1036", "/tmp/own.log", true),
        ];
        for (command, log, asked) in table {
            let plan = plan(command);
            assert_eq!(plan.family, Family::Msi, "{command}");
            assert_eq!(plan.logs, [PathBuf::from(log)], "{command}");
            let added: &[&str] = if asked { &["/l*v", "/tmp/own.log"] } else { &[] };
            assert_eq!(plan.added_args, added, "{command}");
        }
    }

    #[test]
    fn a_word_behind_a_wrapper_is_given_no_arguments() {
        for command in
            ["env printf choose msiexec", "sudo setup --engine msiexec", "timeout 9 msiexec /i app.msi"]
        {
            let plan = plan(command);
            assert!(plan.added_args.is_empty() && plan.logs.is_empty(), "{command}");
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
            (exit(Some(1603), None), Outcome::Failed),
            (exit(Some(1602), None), Outcome::Cancelled),
            (exit(Some(0xC000_013A), None), Outcome::Cancelled),
            (exit(Some(3010), None), Outcome::RebootNeeded),
        ];
        for (exit, expected) in table {
            assert_eq!(outcome(exit), expected, "{exit:?}");
        }
    }
}
