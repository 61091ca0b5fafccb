//! The words that `hotliner-agent` and `hotliner-console` share.
//!
//! Everything in this crate is pure: no clock, no file, no socket, no global state. Time, randomness and bytes come in
//! as arguments; values come out. `docs/PROTOCOL.md` describes the wire for readers who do not read Rust.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`time`], [`id`], [`value`], [`scope`] | the small words |
//! | [`fact`], [`event`] | what an agent observes |
//! | [`frame`], [`codec`], [`batch`] | what travels, its numbers and its limits |
//! | [`chunk`], [`lanes`] | several lanes over one TCP connection |
//! | [`join_code`], [`pairing`], [`resume`], [`identity`] | how two ends come to trust each other |
//! | [`sequence`] | how nothing is lost and nothing counted twice |
//! | [`limits`] | every bound, by name |

pub mod batch;
pub mod chunk;
pub mod codec;
pub mod event;
pub mod fact;
pub mod frame;
pub mod id;
pub mod identity;
pub mod join_code;
mod keys;
pub mod lanes;
pub mod limits;
mod numbered;
pub mod pairing;
pub mod resume;
pub mod scope;
pub mod sequence;
pub mod time;
pub mod value;

/// Application protocol (ALPN) that agents offer in the TLS handshake. The number is [`frame::MAJOR`].
pub const ALPN: &[u8] = b"hotliner/1";

/// The port the console listens on, UDP and TCP, when none is given.
pub const DEFAULT_PORT: u16 = 4433;

/// Label of the TLS exporter (RFC 5705) both ends compare after the join code has been proven.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-hotliner-binding";

/// Length of the exported keying material, in bytes.
pub const EXPORTER_LEN: usize = 32;
