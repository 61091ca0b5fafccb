//! Harness of hotliner's whole-system tests: starts the real programs, breaks real packages, reads what the console says.
//!
//! Nothing here is a stand-in. The programs are the ones `cargo build` made; installers are those of the machine, on roots
//! of their own under a temporary folder.

#![expect(clippy::expect_used, clippy::panic, reason = "a harness stops at the first surprise")]

pub mod agent;
pub mod console;
pub mod dpkg;
pub mod lab;
pub mod measure;
pub mod middle;
pub mod paced;
pub mod programs;
pub mod relay;
pub mod windows;
