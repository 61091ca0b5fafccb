//! The command line: what can be typed, and where it leads.

mod faults;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hotliner_faults::lang::Lang;

use crate::commands;
use crate::terminal;
use crate::trouble::Trouble;
pub use faults::{Faults, FaultsCommon, Origin};

/// Exit code for trouble, as grep has it.
pub const TROUBLE: u8 = 2;

/// The support team's side of hotliner.
#[derive(Debug, Parser)]
#[command(name = "hotliner-console", version, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See the main job done on this machine: a real installation fails, the console names the cause
    Try(Try),
    /// Run a console: takes agents in, diagnoses, answers technicians' programs
    Serve(Serve),
    /// Open, list, show and close cases of a running console
    #[command(subcommand)]
    Case(Case),
    /// Make, list and revoke access tokens of a running console
    #[command(subcommand)]
    Token(Token),
    /// Make, change, list and remove people's accounts, whether the console runs or not
    #[command(subcommand)]
    User(User),
    /// Name what went wrong in log files, folders, archives or standard input (`-`)
    #[command(after_help = DIAGNOSE_EXAMPLES)]
    Diagnose(Diagnose),
    /// Check, test, search, explain, write and pack the known faults
    #[command(subcommand)]
    Faults(Faults),
    /// Print the OpenAPI document of the REST interface
    Openapi,
    /// Print the version
    Version,
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// How diagnoses of files are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// For programs; the shape is stable.
    Json,
    /// SARIF 2.1.0, for code scanning services and editors.
    Sarif,
}

/// A language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

/// The platform logs come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    /// Not known: faults of every platform stay in play.
    #[default]
    Auto,
    /// Windows.
    Windows,
    /// Linux.
    Linux,
    /// macOS.
    Macos,
}

/// `--format` and `--lang`.
#[derive(Clone, Copy, Debug, Args)]
pub struct Output {
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Language of texts; by default the locale's
    #[arg(long, value_enum)]
    pub lang: Option<Language>,
}

/// Which console to talk to.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Data folder of a console running on this machine; by default the user's
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    pub data: Option<PathBuf>,
    /// A console elsewhere
    #[arg(long, value_name = "URL", requires = "token_file")]
    pub server: Option<String>,
    /// File with the access token for --server
    #[arg(long, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
    /// Certificate to expect of --server: its `certificate.pem`, or the authority that signed it
    #[arg(long, value_name = "FILE", requires = "server")]
    pub ca: Option<PathBuf>,
}

/// `try`
#[derive(Debug, Args)]
pub struct Try {
    /// End after the diagnosis; exit status 0 if it is right, 1 if not, 2 in trouble. Without it the console stays up
    #[arg(long)]
    pub once: bool,
    /// How the answer is printed.
    #[command(flatten)]
    pub output: Output,
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Data folder; by default the user's
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where agents come in (UDP), and technicians (TCP); port 0 picks a free one. By default every address, port 4433
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Where technicians come in, if elsewhere
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen_web: Option<String>,
    /// Where the journal lives: `embedded`
    #[arg(long, value_name = "WHERE")]
    pub journal: Option<String>,
    /// File of settings; by default console.toml in the data folder, if there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Throw away what pages and searches read, and build it anew from the journal
    #[arg(long)]
    pub rebuild: bool,
    /// The team's name, shown to customers before they consent
    #[arg(long, value_name = "TEAM")]
    pub name: Option<String>,
    /// What is logged to standard error: error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// How the answer is printed.
    #[command(flatten)]
    pub output: Output,
}

/// `case …`
#[derive(Debug, Subcommand)]
pub enum Case {
    /// Open a case and print its join code
    New {
        /// Words to find the case by
        #[arg(long, default_value = "")]
        note: String,
        /// Which console to talk to.
        #[command(flatten)]
        target: Target,
        /// How the answer is printed.
        #[command(flatten)]
        output: Output,
    },
    /// List cases, newest first
    List {
        /// Open ones only
        #[arg(long)]
        open: bool,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
        /// Which console to talk to.
        #[command(flatten)]
        target: Target,
        /// How the answer is printed.
        #[command(flatten)]
        output: Output,
    },
    /// Show a case: the PC, the attempts, the diagnoses with their evidence, the steps
    Show(OneCase),
    /// Print a new join code for a case
    Code(OneCase),
    /// Close a case
    Close(OneCase),
}

/// A command about one case.
#[derive(Debug, Args)]
pub struct OneCase {
    /// The case's id, as `case new` and `case list` print it
    pub case: String,
    /// Which console to talk to.
    #[command(flatten)]
    pub target: Target,
    /// How the answer is printed.
    #[command(flatten)]
    pub output: Output,
}

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TokenScope {
    /// Read cases.
    Read,
    /// Read cases, open, ask and close.
    Write,
}

/// `token …`
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token; its secret is printed once
    New {
        /// Who or what uses it
        #[arg(long)]
        name: String,
        /// What it allows
        #[arg(long, value_enum, default_value = "read")]
        scope: TokenScope,
        /// Days it lives; for ever unless said
        #[arg(long)]
        days: Option<u32>,
        /// Data folder of the running console; by default the user's
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// How the answer is printed.
        #[command(flatten)]
        output: Output,
    },
    /// List tokens
    List {
        /// Data folder of the running console; by default the user's
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// How the answer is printed.
        #[command(flatten)]
        output: Output,
    },
    /// Revoke a token at once
    Revoke {
        /// The token's id, as `token list` prints it
        id: String,
        /// Data folder of the running console; by default the user's
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// How the answer is printed.
        #[command(flatten)]
        output: Output,
    },
}

/// `user …`
#[derive(Debug, Subcommand)]
pub enum User {
    /// Make an account; its password is read from the terminal, or from a file
    Add {
        /// The account's name
        name: String,
        /// What they do in the team
        #[arg(long, value_enum, default_value = "hotliner")]
        role: UserRole,
        /// Where the password is read from.
        #[command(flatten)]
        password: PasswordFile,
        /// What all of `user …` take.
        #[command(flatten)]
        common: UserCommon,
    },
    /// Set another password; their sessions end
    Passwd {
        /// The account's name
        name: String,
        /// Where the password is read from.
        #[command(flatten)]
        password: PasswordFile,
        /// What all of `user …` take.
        #[command(flatten)]
        common: UserCommon,
    },
    /// List accounts
    List(UserCommon),
    /// Remove an account; the last administrator stays
    Remove {
        /// The account's name
        name: String,
        /// What all of `user …` take.
        #[command(flatten)]
        common: UserCommon,
    },
}

/// `--password-file`
#[derive(Clone, Debug, Args)]
pub struct PasswordFile {
    /// File whose first line is the password; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// What all of `user …` take.
#[derive(Clone, Debug, Args)]
pub struct UserCommon {
    /// Data folder of the console; by default the user's
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How the answer is printed.
    #[command(flatten)]
    pub output: Output,
}

/// What somebody does in the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UserRole {
    /// Takes cases over the telephone.
    Hotliner,
    /// Takes what hot liners hand over.
    Engineer,
    /// Looks after the queue.
    Supervisor,
    /// Writes faults; reads cases.
    Author,
    /// Everything, and accounts.
    Admin,
}

/// What `diagnose --help` ends with.
const DIAGNOSE_EXAMPLES: &str = "\
Examples:
  hotliner-console diagnose /var/log/apt                    # a folder, read whole
  hotliner-console diagnose support.zip --lang fr           # an archive as a customer sends it
  journalctl -b -o json | hotliner-console diagnose -       # records of the journal
  hotliner-console diagnose --format sarif build.log        # for code scanning and editors

Reads .gz .xz .zst .zip .tar, one archive within another; UTF-8, UTF-16, Latin-1. The last attempt decides.
Exit status: 0 something is likely or better, 1 nothing is, 2 something could not be read.";

/// `diagnose`
#[derive(Debug, Args)]
pub struct Diagnose {
    /// Log files, folders, archives, or `-` for standard input
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
    /// Language of texts; by default the locale's
    #[arg(long, value_enum)]
    pub lang: Option<Language>,
    /// Where the logs come from
    #[arg(long, value_enum, default_value_t)]
    pub platform: Platform,
    /// Which faults.
    #[command(flatten)]
    pub origin: Origin,
}

impl Output {
    /// The language to speak.
    pub fn lang(self) -> Lang {
        language(self.lang)
    }
}

/// The language asked for, else the locale's.
pub fn language(asked: Option<Language>) -> Lang {
    match asked {
        Some(Language::En) => Lang::En,
        Some(Language::Fr) => Lang::Fr,
        None => {
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            Lang::of_locale(&locale.unwrap_or_default())
        }
    }
}

/// Runs the program with these arguments, the first of which is its own name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come as errors too, with exit code 0. Where they cannot be printed nothing can be said.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(TROUBLE));
        }
    };
    let json = cli.command.prints_json();
    match commands::run(cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => {
            report(&trouble, json);
            ExitCode::from(TROUBLE)
        }
    }
}

fn report(trouble: &Trouble, json: bool) {
    if json {
        terminal::complain(&trouble.to_json());
    } else {
        terminal::complain(&format!("hotliner-console: {trouble}"));
    }
}

impl Command {
    /// Whether answers, and thus errors too, are wanted as JSON.
    fn prints_json(&self) -> bool {
        let format = match self {
            Self::Try(options) => options.output.format,
            Self::Serve(serve) => serve.output.format,
            Self::Case(Case::New { output, .. } | Case::List { output, .. }) => output.format,
            Self::Case(Case::Show(one) | Case::Code(one) | Case::Close(one)) => one.output.format,
            Self::Token(
                Token::New { output, .. } | Token::List { output, .. } | Token::Revoke { output, .. },
            ) => output.format,
            Self::User(
                User::Add { common, .. }
                | User::Passwd { common, .. }
                | User::List(common)
                | User::Remove { common, .. },
            ) => common.output.format,
            Self::Diagnose(diagnose) => return diagnose.format != ReportFormat::Text,
            Self::Faults(faults) => faults.output().format,
            Self::Openapi | Self::Version => Format::Text,
        };
        format == Format::Json
    }
}
