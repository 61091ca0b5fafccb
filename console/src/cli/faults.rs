//! `faults …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Output, Platform};

/// `faults …`
#[derive(Debug, Subcommand)]
pub enum Faults {
    /// Load every fault strictly, and count them by family
    Check(FaultsCommon),
    /// Run every fault's examples
    Test(FaultsCommon),
    /// List every fault
    List(FaultsCommon),
    /// Find faults by words: of their ids, titles, causes, what they look for
    #[command(
        after_help = "Examples:\n  hotliner-console faults search certificate expired\n  hotliner-console \
        faults search 0x80070070\n\nExit status: 0 something was found, 1 nothing, 2 trouble."
    )]
    Search {
        /// Words, all of which must be there
        #[arg(required = true)]
        words: Vec<String>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        /// What all of `faults …` take.
        #[command(flatten)]
        common: FaultsCommon,
    },
    /// Explain a fault, or why it stands as it does for a log
    #[command(
        after_help = "Examples:\n  hotliner-console faults explain linux.apt.lock-held\n  hotliner-console \
        faults explain 1017 --log /var/log/apt/term.log"
    )]
    Explain {
        /// The fault's id or number
        id: String,
        /// A log, folder or archive to hold the fault against
        #[arg(long, value_name = "FILE")]
        log: Option<PathBuf>,
        /// Where the log comes from
        #[arg(long, value_enum, default_value_t, requires = "log")]
        platform: Platform,
        /// What all of `faults …` take.
        #[command(flatten)]
        common: FaultsCommon,
    },
    /// Begin a fault from lines of a log: a draft that loads, with the parts that vary captured
    #[command(
        after_help = "Examples:\n  hotliner-console faults new --from term.log:311\n  hotliner-console faults \
        new --from setupact.log:88-90 --id windows.setup.driver-blocked --out faults/catalogue\n\nThe draft never \
        matches until its status is beta or stable: write its texts first, then run `faults check` and `faults test`."
    )]
    New {
        /// The deciding line, or lines, of a log
        #[arg(long, value_name = "FILE:LINE[-LINE]")]
        from: String,
        /// Its id; by default one made of the line's words
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Its cause; by default the first one, to be replaced
        #[arg(long, value_name = "CAUSE")]
        cause: Option<String>,
        /// The catalogue's folder to write the file to; by default it is printed
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// What all of `faults …` take.
        #[command(flatten)]
        common: FaultsCommon,
    },
    /// Hold two catalogues against known cases: what the new one gains, loses, gets newly wrong
    #[command(after_help = "Examples:\n  hotliner-console faults backtest --dir faults/catalogue --cases \
        labelled.jsonl\n  hotliner-console faults backtest --dir faults/catalogue --data /srv/hotliner\n\nA line of \
        the file of cases: {\"id\", \"platform\", \"log\", \"cause\", \"alt_causes\"}; cause \"none\" for a healthy log.\n\
        Exit status: 0 nothing is lost or newly wrong, 1 something is, 2 trouble.")]
    Backtest {
        /// Labelled logs, one JSON object a line
        #[arg(long, value_name = "FILE", required_unless_present = "data")]
        cases: Option<PathBuf>,
        /// Cases of the console whose data folder this is; it must not be running
        #[arg(long, value_name = "DIR", conflicts_with = "cases")]
        data: Option<PathBuf>,
        /// The catalogue to compare with, instead of the built-in one
        #[arg(long, value_name = "DIR")]
        against: Option<PathBuf>,
        /// What all of `faults …` take.
        #[command(flatten)]
        common: FaultsCommon,
    },
    /// Take out each fault's evidence in turn: an example that does not fail proves nothing
    #[command(
        after_help = "Examples:\n  hotliner-console faults mutate linux.apt\n  hotliner-console faults mutate \
        --alternatives --dir faults/catalogue\n\nExit status: 0 every one is noticed, 1 some survive, 2 trouble."
    )]
    Mutate {
        /// Only faults whose id begins so
        #[arg(default_value = "")]
        prefix: String,
        /// Take out each alternative of the evidence by itself
        #[arg(long)]
        alternatives: bool,
        /// What all of `faults …` take.
        #[command(flatten)]
        common: FaultsCommon,
    },
    /// Make a key to sign packs with: FILE, and FILE.pub for those who load them
    Key {
        /// Where the secret key goes
        file: PathBuf,
        /// How the answer is printed.
        #[command(flatten)]
        output: Output,
    },
    /// Check, compress and sign the faults into one file
    #[command(
        after_help = "Examples:\n  hotliner-console faults key team.key\n  hotliner-console faults pack \
        team.hlpack --key team.key --dir faults/catalogue\n  hotliner-console diagnose --pack team.hlpack --trust \
        team.key.pub term.log"
    )]
    Pack {
        /// Where the pack goes
        out: PathBuf,
        /// The secret key to sign with, as `faults key` makes it
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Its era: a pack of a lower era than one that was loaded is refused. By default days since 1970
        #[arg(long, value_name = "N")]
        era: Option<u64>,
        /// What all of `faults …` take.
        #[command(flatten)]
        common: FaultsCommon,
    },
}

/// Where faults come from.
#[derive(Clone, Debug, Default, Args)]
pub struct Origin {
    /// A folder of fault files instead of the built-in faults
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// A signed pack of faults instead of the built-in ones
    #[arg(long, value_name = "FILE", conflicts_with = "dir", requires = "trust")]
    pub pack: Option<PathBuf>,
    /// The public key the pack must be signed with
    #[arg(long, value_name = "FILE", requires = "pack")]
    pub trust: Option<PathBuf>,
}

/// What all of `faults …` take.
#[derive(Clone, Debug, Args)]
pub struct FaultsCommon {
    /// Which faults.
    #[command(flatten)]
    pub origin: Origin,
    /// How the answer is printed.
    #[command(flatten)]
    pub output: Output,
}

impl Faults {
    /// How the answer is printed.
    pub(super) fn output(&self) -> Output {
        match self {
            Self::Check(common) | Self::Test(common) | Self::List(common) => common.output,
            Self::Search { common, .. }
            | Self::Explain { common, .. }
            | Self::New { common, .. }
            | Self::Backtest { common, .. }
            | Self::Mutate { common, .. }
            | Self::Pack { common, .. } => common.output,
            Self::Key { output, .. } => *output,
        }
    }
}
