//! The program itself on logs in hand: what it reads, what it does not, what decides; and the tools of faults' authors.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "logs/attempts.rs"]
mod attempts;
#[path = "logs/authors.rs"]
mod authors;
#[path = "logs/hostile.rs"]
mod hostile;
#[path = "logs/packs.rs"]
mod packs;
#[path = "logs/program.rs"]
mod program;
#[path = "logs/reading.rs"]
mod reading;
