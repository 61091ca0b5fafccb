//! Known faults: the language they are written in, the matcher that finds them in a stream of events and facts, and the
//! ranking that names the likeliest cause.
//!
//! Everything here is pure: the same faults and the same records give the same diagnoses, on an agent, on a console, in a
//! test or in a replay. `docs/FAULTS.md` teaches how a fault is written.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`catalogue`], [`fault`], [`taxonomy`] | the faults themselves |
//! | [`capture`], [`version`] | typed captures, and the order of versions |
//! | [`code`] | error codes and their spellings |
//! | [`load`], [`condition`], [`expression`], [`template`], [`pattern`], [`action`] | the language, loaded strictly |
//! | [`tri`] | evidence has four values |
//! | [`matcher`], [`session`] | compiled faults, and the state of one case |
//! | [`diagnosis`], [`rank`], [`explain`] | what comes out, in which order, and why |
//! | [`lines`], [`scan`] | logs as found: bytes into lines, lines into events |
//! | [`shape`] | what stays the same in unknown failures |
//! | [`example`], [`mutate`] | every fault proves itself |

pub mod action;
pub mod capture;
pub mod catalogue;
pub mod code;
pub mod condition;
pub mod diagnosis;
pub mod example;
pub mod explain;
pub mod expression;
pub mod fault;
pub mod lang;
mod lexer;
pub mod lines;
mod literals;
pub mod load;
pub mod matcher;
pub mod mutate;
mod noise;
pub mod pattern;
pub mod rank;
mod raw;
pub mod scan;
pub mod session;
pub mod shape;
pub mod taxonomy;
pub mod template;
pub mod tri;
pub mod version;

pub use lexer::SyntaxError;
