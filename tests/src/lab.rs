//! The fault lab: breaks a machine in a throw-away place, runs the real installer under the real agent, and looks at what
//! the real console says. A scenario is one file; see [`scenario`] and docs/LAB.md.

pub mod language;
pub mod place;
pub mod report;
pub mod runner;
pub mod scenario;
