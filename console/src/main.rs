//! hotliner-console.

fn main() {}
