//! Every bound of the protocol in one place (invariant 10: every bound has a name and a number).

use std::time::Duration;

/// Largest frame on the wire, header excluded, in bytes. Checked before anything is allocated.
pub const MAX_FRAME_BYTES: usize = 1 << 20;

/// Largest decompressed body of a batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 4 << 20;

/// Most items in one batch.
pub const MAX_BATCH_ITEMS: usize = 4_096;

/// Longest text of one line event, in bytes of UTF-8. What is longer is cut by the agent, which says by how much.
pub const MAX_LINE_BYTES: usize = 64 << 10;

/// Deepest nesting of a [`crate::value::Value`].
pub const MAX_VALUE_DEPTH: usize = 8;

/// Longest fact path, in bytes.
pub const MAX_PATH_BYTES: usize = 512;

/// How long a join code may be used.
pub const JOIN_CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Wrong tries after which a join code is burnt.
pub const MAX_CODE_TRIES: u32 = 3;

/// How long a lease lasts unless the customer renews it.
pub const LEASE: Duration = Duration::from_secs(2 * 60 * 60);

/// How long either end waits for the next message of pairing or resume.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest chunk on TCP, header excluded, in bytes: what a lane of higher priority may have to wait behind.
pub const MAX_CHUNK_BYTES: usize = 16 << 10;

/// Bytes of one lane on TCP that may be on their way and not yet read at the other end.
pub const LANE_WINDOW_BYTES: usize = 128 << 10;

/// Bytes of one lane on TCP that wait at the sender for their turn.
pub const LANE_QUEUE_BYTES: usize = 32 << 10;

/// Most lanes a peer may open on TCP.
pub const MAX_LANES: usize = 8;

/// Interval of keep-alives (QUIC's own, [`crate::frame::Ping`] on TCP), sent by the agent only.
pub const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// Silence after which a connection counts as lost.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(40);

/// Most QUIC streams a peer may open in one direction.
pub const MAX_STREAMS: u32 = 8;

/// Digits of a join code's secret.
pub const CODE_SECRET_DIGITS: usize = 6;

/// Fewest digits of a nameplate.
pub const MIN_NAMEPLATE_DIGITS: usize = 3;

/// Most digits of a nameplate, for teams where a thousand codes wait at once.
pub const MAX_NAMEPLATE_DIGITS: usize = 6;

/// Longest SPAKE2 message accepted, in bytes (the Ed25519 group uses 33).
pub const MAX_PAIRING_MESSAGE_BYTES: usize = 64;
