//! hotliner-agent.

fn main() {}
