//! What each command does.

mod case;
mod catalogue;
mod diagnose;
mod faults;
mod serve;
mod token;
mod try_it;
mod user;

use crate::cli::Command;
use crate::terminal;
use crate::trouble::Trouble;
use crate::web::openapi;

/// Runs a command and gives the program's exit code.
///
/// # Errors
/// What is to be told to the person who typed it.
pub(crate) fn run(command: Command) -> Result<u8, Trouble> {
    match command {
        Command::Try(options) => try_it::run(options),
        Command::Serve(options) => serve::run(options),
        Command::Case(command) => case::run(command),
        Command::Token(command) => token::run(command),
        Command::User(command) => user::run(command),
        Command::Diagnose(options) => diagnose::run(&options),
        Command::Faults(command) => faults::run(command),
        Command::Openapi => {
            terminal::say(openapi::text().trim_end());
            Ok(0)
        }
        Command::Version => {
            terminal::say(&format!("hotliner-console {}", env!("CARGO_PKG_VERSION")));
            Ok(0)
        }
    }
}

/// A runtime for one question to a running console.
fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Trouble::new(
            format!("the program cannot run: {error}"),
            "free some memory and file descriptors, and try again",
        )
    })
}
