//! hotliner-agent.

mod attempt;
mod redact;
mod spool;

fn main() {}
