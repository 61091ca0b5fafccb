//! The command line.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::scope::Scopes;

use crate::consent;
use crate::lang::Lang;
use crate::notice::{Notices, ask};
use crate::run::Run;
use crate::uplink::address::ConsoleAddress;
use crate::words::fill;
use crate::{join, platform, run, show};

/// Exit status of the agent's own failures in `run`, as `env` and `timeout` have it.
pub(crate) const OWN_FAILURE: u8 = 125;

const EXAMPLES: &str = "Examples:
  hotliner-agent run --code 482913057 --console help.example.org -- apt-get install vlc
  hotliner-agent join 482913057 --console help.example.org
  hotliner-agent show
  hotliner-agent leave

The technician gives you the code and the address. Environment: HOTLINER_CONSOLE (address of the console),
HOTLINER_AGENT_DATA (folder for what is not sent yet), HOTLINER_QUIET=1 (as --quiet).";

/// Shows a support technician, live, why an installation fails. Private data is removed on this PC before anything is
/// sent; nothing is sent without your consent.
#[derive(Parser)]
#[command(name = "hotliner-agent", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// Folder for what is not sent yet [default: the user's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Say nothing, except when the agent cannot do what it was asked
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Language of the agent's own lines [default: the system's]
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    /// A word that is never to leave this PC; may be given several times
    #[arg(long, global = true, value_name = "WORD")]
    hide: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Run an installer under watch; its output and exit status stay its own
    #[command(
        after_help = "The exit status is the program's; 128+n when signal n ended it. 125: the agent was called \
                            wrongly; 126: the program cannot be executed; 127: it is not found."
    )]
    Run {
        /// Code that the technician gave you; asked for in the terminal when missing
        #[arg(long)]
        code: Option<JoinCode>,
        /// Address of the support team's console: a name or an IP address, with or without a port
        #[arg(long, value_name = "HOST:PORT")]
        console: Option<ConsoleAddress>,
        /// Consent given beforehand: hardware, software, network, installer-output, all or none, separated by commas
        #[arg(long, value_name = "SCOPE,…")]
        consent: Option<Scopes>,
        /// How long to wait for the console to have everything after the program has ended
        #[arg(long, value_name = "TIME", default_value = "10s", value_parser = humantime::parse_duration)]
        linger: Duration,
        /// The program and its arguments
        #[arg(trailing_var_arg = true, required = true, value_name = "PROGRAM")]
        program: Vec<OsString>,
    },
    /// Join a case without running anything: the technician sees the state of this PC until you stop
    Join {
        /// Code that the technician gave you
        #[arg(num_args = 1.., required = true)]
        code: Vec<String>,
        /// Address of the support team's console: a name or an IP address, with or without a port
        #[arg(long, value_name = "HOST:PORT")]
        console: Option<ConsoleAddress>,
        /// Consent given beforehand: hardware, software, network, all or none, separated by commas
        #[arg(long, value_name = "SCOPE,…")]
        consent: Option<Scopes>,
    },
    /// Deliver what an earlier run could not
    Resume {
        /// A new code, for what belongs to no case yet
        #[arg(long)]
        code: Option<JoinCode>,
        /// Another address of the console
        #[arg(long, value_name = "HOST:PORT")]
        console: Option<ConsoleAddress>,
    },
    /// Print exactly what would be sent, with private data removed, and send nothing
    Show {
        /// What you would consent to
        #[arg(long, value_name = "SCOPE,…", default_value = "all")]
        consent: Scopes,
        /// How to print it
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// End every session of yours and delete all files of the agent
    Leave,
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// What every command knows.
pub(crate) struct Shared {
    pub(crate) data: PathBuf,
    pub(crate) console: Option<ConsoleAddress>,
    pub(crate) hide: Vec<String>,
    lang: Lang,
    quiet: bool,
}

impl Shared {
    /// Speaks to the person at this PC.
    pub(crate) fn notices(&self) -> Notices {
        Notices::new(self.lang, self.quiet)
    }
}

/// A case to join.
pub(crate) struct Join {
    pub(crate) code: JoinCode,
    pub(crate) console: ConsoleAddress,
}

/// Runs the command line. Returns the exit status.
pub(crate) fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let running = args.iter().skip(1).find(|arg| !arg.to_string_lossy().starts_with('-'));
    let failure = if running.is_some_and(|word| word == "run") { OWN_FAILURE } else { 2 };
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Where neither output nor error output takes it there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(if asked { 0 } else { failure });
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(Usage) => ExitCode::from(failure),
    }
}

/// Called wrongly; it has been said how.
struct Usage;

fn dispatch(cli: Cli) -> Result<ExitCode, Usage> {
    let Cli { command, common } = cli;
    let mut shared = common.shared()?;
    Ok(match command {
        Command::Run { code, console, consent, linger, program } => {
            let join = shared.join(code, console)?;
            run::run(Run { shared, join, consent, linger, command: program })
        }
        Command::Join { code, console, consent } => {
            let code = code.concat().parse().map_err(|error| shared.not_a_code(&error))?;
            let join = shared.join(Some(code), console)?;
            join::join(shared, join, consent)
        }
        Command::Resume { code, console } => {
            shared.console = console;
            join::resume(shared, code)
        }
        Command::Show { consent, format } => show::show(&shared, &consent, format),
        Command::Leave => join::leave(shared),
    })
}

impl Common {
    fn shared(self) -> Result<Shared, Usage> {
        let lang = self.lang.unwrap_or_else(|| Lang::of_system(&platform::language()));
        let quiet = self.quiet || std::env::var_os("HOTLINER_QUIET").is_some_and(|value| value != "0");
        let set = self.data.or_else(|| std::env::var_os("HOTLINER_AGENT_DATA").map(PathBuf::from));
        let data = match set.map_or_else(|| platform::user_data().map(|base| base.join("hotliner-agent")), Ok)
        {
            Ok(data) => data,
            // Without a home the session lives in memory.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                PathBuf::from("/nonexistent/hotliner-agent")
            }
            Err(error) => {
                let notices = Notices::new(lang, quiet);
                notices.fail(notices.words.agent_failed, &[("why", &error.to_string())]);
                return Err(Usage);
            }
        };
        Ok(Shared { data, console: None, hide: self.hide, lang, quiet })
    }
}

impl Shared {
    /// The case to join: as given, from the environment, or asked for where there is somebody to ask.
    fn join(&self, code: Option<JoinCode>, console: Option<ConsoleAddress>) -> Result<Join, Usage> {
        let notices = self.notices();
        let words = notices.words;
        let console = match console {
            Some(console) => console,
            None => self.console_by_default()?,
        };
        if let Some(code) = code {
            return Ok(Join { code, console });
        }
        while consent::can_ask() {
            ask(words.ask_code);
            let Some(answer) = consent::answer().filter(|answer| !answer.is_empty()) else { break };
            match answer.parse() {
                Ok(code) => return Ok(Join { code, console }),
                Err(error) => _ = self.not_a_code(&error),
            }
        }
        notices.fail(words.no_code, &[]);
        Err(Usage)
    }

    fn console_by_default(&self) -> Result<ConsoleAddress, Usage> {
        let notices = self.notices();
        let set = std::env::var("HOTLINER_CONSOLE").ok().filter(|value| !value.is_empty());
        let given = set.or_else(|| {
            consent::can_ask().then(|| ask(notices.words.ask_console))?;
            consent::answer()
        });
        given.and_then(|given| given.parse().ok()).ok_or_else(|| {
            notices.fail(notices.words.no_console, &[]);
            Usage
        })
    }

    fn not_a_code(&self, error: &hotliner_protocol::join_code::BadJoinCode) -> Usage {
        let words = self.notices().words;
        ask(&format!("hotliner-agent: {}\n", fill(words.not_a_code, &[("why", &error.to_string())])));
        Usage
    }
}
