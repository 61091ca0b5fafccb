//! Frames: what travels between agent and console, and the number of each kind.
//!
//! A frame is a CBOR map with numbered fields ([`crate::codec`] puts length and kind before it). Numbers of kinds and
//! fields are never reused. A reader skips kinds and fields it does not know; a field added later has a default. Golden
//! bytes of every released version are kept in `protocol/tests/golden.rs`.

use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::id::CaseId;
use crate::identity::{PublicKey, SIGNATURE_BYTES};
use crate::keys::KEY_LEN;
use crate::numbered::numbered;

/// Major version: ends of neighbouring majors understand each other, others refuse.
pub const MAJOR: u16 = 1;

/// Minor version: grows with every addition.
///
/// | minor | added |
/// | ---: | --- |
/// | 1 | TLS over TCP with [`Ping`], [`Pong`], [`Credit`] on its link lane |
pub const MINOR: u16 = 1;

numbered! {
    /// A lane: a stream of its own with a priority, lower numbers first. The first byte on a stream is its lane.
    pub enum Lane {
        /// Handshake, consent, stop, commands, acknowledgements.
        Control = 0 => "control",
        /// What happens during attempts.
        Events = 1 => "events",
        /// What a PC is like.
        Facts = 2 => "facts",
        /// Pulled files and bundles. No frame uses it in 1.0.
        Bulk = 3 => "bulk",
    }
}

impl Lane {
    /// The lanes whose batches are numbered, kept until acknowledged, and resent.
    pub const DURABLE: [Lane; 3] = [Lane::Control, Lane::Events, Lane::Facts];
}

numbered! {
    /// Why a console refuses an agent.
    pub enum RefusalReason {
        /// The code is mistyped, used, expired or burnt; the console does not say which, so that guessing teaches nothing.
        Code = 1 => "code",
        /// Too many tries from this address; the code itself may be right.
        TooManyTries = 2 => "too-many-tries",
        /// The agent is too old or too new.
        Version = 3 => "version",
        /// The link is frozen, because a spent ratchet was presented; a new code is needed.
        Frozen = 4 => "frozen",
        /// The console knows no such link, or the case is closed.
        UnknownLink = 5 => "unknown-link",
        /// The console is full or going down; trying again later is right.
        Busy = 6 => "busy",
    }
}

numbered! {
    /// Why an end hangs up.
    pub enum ByeReason {
        /// The customer pressed Stop or left.
        CustomerLeft = 1 => "customer-left",
        /// All work is done and acknowledged.
        Finished = 2 => "finished",
        /// The case was closed by the team.
        CaseClosed = 3 => "case-closed",
        /// A newer connection of the same agent took over.
        Superseded = 4 => "superseded",
        /// The console is going down; come back.
        GoingDown = 5 => "going-down",
        /// The peer broke the protocol.
        Protocol = 6 => "protocol",
    }
}

numbered! {
    /// How the body of a batch is encoded.
    pub enum Encoding {
        /// As it is.
        Plain = 0 => "plain",
        /// One zstd frame (RFC 8878).
        Zstd = 1 => "zstd",
    }
}

/// First frame of every connection, from the agent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// [`MAJOR`] of the agent.
    #[n(0)]
    pub major: u16,
    /// [`MINOR`] of the agent.
    #[n(1)]
    pub minor: u16,
    /// Version of the program, for people.
    #[n(2)]
    pub version: String,
    /// `linux`, `windows` or `macos`.
    #[n(3)]
    pub platform: String,
}

/// First frame from the console, together with its answer to pairing or resume.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Welcome {
    /// [`MAJOR`] of the console.
    #[n(0)]
    pub major: u16,
    /// [`MINOR`] of the console.
    #[n(1)]
    pub minor: u16,
}

/// Agent: I hold a code with this nameplate. See [`crate::pairing`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PairStart {
    /// Public part of the join code.
    #[n(0)]
    pub nameplate: String,
    /// SPAKE2 message of side A.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub message: Vec<u8>,
}

/// Console: my half of SPAKE2, whether the nameplate is known or not.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PairReply {
    /// SPAKE2 message of side B.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub message: Vec<u8>,
    /// The team's name, to show before consent is asked. Trusted only once the pairing is accepted.
    #[n(1)]
    pub team_name: String,
}

/// Agent: proof of the code, and of the connection it is used on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PairConfirm {
    /// Key confirmation of side A.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub confirmation: [u8; KEY_LEN],
    /// Binding of the agreed key to this connection's TLS exporter and to `case_key`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub binding: [u8; KEY_LEN],
    /// Public half of the key the agent made for this case.
    #[n(2)]
    pub case_key: PublicKey,
}

/// Console: accepted; this is who we are.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PairAccepted {
    /// Key confirmation of side B.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub confirmation: [u8; KEY_LEN],
    /// Binding of the agreed key to this connection's TLS exporter, the team and the case.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub binding: [u8; KEY_LEN],
    /// The team's public key, to pin.
    #[n(2)]
    pub team: PublicKey,
    /// The team's signature over the exporter and the case.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub signature: [u8; SIGNATURE_BYTES],
    /// The case joined.
    #[n(4)]
    pub case: CaseId,
    /// Length of the lease in seconds.
    #[n(5)]
    pub lease_seconds: u32,
}

/// Console: the code is right, yet the two ends see different TLS sessions: somebody sits in between.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PairIntercepted {
    /// Key confirmation of side B, so that the agent can believe it.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub confirmation: [u8; KEY_LEN],
}

/// Console: no.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refused {
    /// Why.
    #[n(0)]
    pub reason: RefusalReason,
}

/// Agent: I am the agent of this case, here again. See [`crate::resume`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ResumeStart {
    /// The case.
    #[n(0)]
    pub case: CaseId,
    /// Step of the ratchet.
    #[n(1)]
    pub step: u32,
    /// Random, for the next step.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub nonce: [u8; KEY_LEN],
    /// Proof of the ratchet at this step on this connection.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub proof: [u8; KEY_LEN],
    /// Signature of the agent's case key.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub signature: [u8; SIGNATURE_BYTES],
}

/// Console: welcome back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ResumeAccepted {
    /// Random, for the next step.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub nonce: [u8; KEY_LEN],
    /// Proof of the ratchet at this step on this connection.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub proof: [u8; KEY_LEN],
    /// The team's signature.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signature: [u8; SIGNATURE_BYTES],
    /// What is durable already, lane by lane; lanes not named have nothing.
    #[n(3)]
    pub received: Vec<Ack>,
    /// Seconds left of the lease.
    #[n(4)]
    pub lease_seconds: u32,
}

/// Agent: the next step of the ratchet is stored here; the old one may die.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ResumeDone {
    /// Proof of the next step.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub proof: [u8; KEY_LEN],
}

/// Agent: numbered items of one lane. See [`crate::batch`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Batch {
    /// The lane, which says what the items are.
    #[n(0)]
    pub lane: Lane,
    /// Sequence number of the first item in its lane, counted from 1.
    #[n(1)]
    pub first_seq: u64,
    /// Items inside.
    #[n(2)]
    pub count: u32,
    /// Encoding of the body.
    #[n(3)]
    pub encoding: Encoding,
    /// The items: a CBOR array.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

/// Console: everything of this lane up to and including `through` is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ack {
    /// The lane.
    #[n(0)]
    pub lane: Lane,
    /// Last sequence number that is durable.
    #[n(1)]
    pub through: u64,
}

/// Console: please do this. The agent does it only within what the customer has consented to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Collect the facts under these path prefixes now.
    Collect(Collect),
    /// A kind of a newer version, by its number: ignored.
    Unknown(u16),
}

/// See [`Command::Collect`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Collect {
    /// Path prefixes, such as `process` or `disk`.
    #[n(0)]
    pub prefixes: Vec<String>,
}

/// Wire: `[number, body]`.
impl<C> Encode<C> for Command {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?;
        match self {
            Self::Collect(body) => e.u16(1)?.encode_with(body, ctx)?.ok(),
            Self::Unknown(number) => e.u16(*number)?.null()?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Command {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let len = d.array()?.unwrap_or_default();
        if len < 2 {
            return Err(minicbor::decode::Error::message("command without content"));
        }
        let command = match d.u16()? {
            1 => Self::Collect(d.decode_with(ctx)?),
            number => {
                d.skip()?;
                Self::Unknown(number)
            }
        };
        for _ in 2..len {
            d.skip()?;
        }
        Ok(command)
    }
}

/// Either end: I hang up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Bye {
    /// Why.
    #[n(0)]
    pub reason: ByeReason,
}

/// Either end, on the link lane of TCP: are you there?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ping {
    /// Comes back in [`Pong`].
    #[n(0)]
    pub number: u32,
}

/// Either end, on the link lane of TCP: I am.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pong {
    /// That of the [`Ping`].
    #[n(0)]
    pub number: u32,
}

/// Either end, on the link lane of TCP: so much may be sent on a lane. See [`crate::lanes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Credit {
    /// The lane.
    #[n(0)]
    pub lane: Lane,
    /// Bytes that may be sent on it, counted from its beginning.
    #[n(1)]
    pub through: u64,
}

/// Declares [`Frame`] with its wire numbers.
macro_rules! frames {
    ($( $(#[$meta:meta])* $kind:ident = $number:literal, )+) => {
        /// Any frame.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Frame {
            $( $(#[$meta])* $kind($kind), )+
            /// A kind of a newer version, by its number: to be ignored.
            Unknown(u16),
        }

        impl Frame {
            /// The number of the kind on the wire.
            pub fn kind(&self) -> u16 {
                match self {
                    $( Self::$kind(_) => $number, )+
                    Self::Unknown(number) => *number,
                }
            }

            pub(crate) fn encode_payload(&self, out: &mut Vec<u8>) {
                let written = match self {
                    $( Self::$kind(payload) => minicbor::encode(payload, &mut *out), )+
                    Self::Unknown(_) => minicbor::encode((), &mut *out),
                };
                debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
            }

            pub(crate) fn decode_payload(kind: u16, payload: &[u8]) -> Result<Self, minicbor::decode::Error> {
                match kind {
                    $( $number => minicbor::decode(payload).map(Self::$kind), )+
                    other => Ok(Self::Unknown(other)),
                }
            }
        }

        $( impl From<$kind> for Frame {
            fn from(payload: $kind) -> Self {
                Self::$kind(payload)
            }
        } )+
    };
}

frames! {
    /// See [`Hello`].
    Hello = 1,
    /// See [`Welcome`].
    Welcome = 2,
    /// See [`PairStart`].
    PairStart = 10,
    /// See [`PairReply`].
    PairReply = 11,
    /// See [`PairConfirm`].
    PairConfirm = 12,
    /// See [`PairAccepted`].
    PairAccepted = 13,
    /// See [`PairIntercepted`].
    PairIntercepted = 14,
    /// See [`Refused`].
    Refused = 15,
    /// See [`ResumeStart`].
    ResumeStart = 20,
    /// See [`ResumeAccepted`].
    ResumeAccepted = 21,
    /// See [`ResumeDone`].
    ResumeDone = 22,
    /// See [`Batch`].
    Batch = 30,
    /// See [`Ack`].
    Ack = 31,
    /// See [`Command`].
    Command = 40,
    /// See [`Bye`].
    Bye = 50,
    /// See [`Ping`].
    Ping = 60,
    /// See [`Pong`].
    Pong = 61,
    /// See [`Credit`].
    Credit = 62,
}
