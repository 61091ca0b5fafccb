//! `hotliner-agent`: watches an installation on the customer's PC, removes private data, and shows the rest to the support
//! team.
//!
//! The data's way: [`probe`] and [`watch`] see, [`pipeline`] makes events of it, [`redact`] is the only door onward,
//! [`spool`] keeps it, [`uplink`] delivers it. [`session`] wires them; [`run`] and [`join`] are what a person calls.

mod attempt;
mod cli;
mod consent;
mod join;
mod lang;
mod link_file;
mod notice;
mod pipeline;
mod platform;
mod probe;
mod redact;
mod run;
mod session;
mod show;
mod spool;
mod uplink;
mod watch;
mod words;

fn main() -> std::process::ExitCode {
    cli::main()
}
