//! Events: dated occurrences on a PC, with their source, their text and their fields.

use minicbor::{Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Serialize};

use crate::id::AttemptId;
use crate::numbered::numbered;
use crate::scope::Scope;
use crate::time::Timestamp;

/// Where an event comes from: `installer:stdout`, `installer:stderr`, `installer:terminal`, `log:/var/log/dpkg.log`,
/// `agent`. Free text for display; only the prefix before `:` has a meaning.
pub type Source = String;

numbered! {
    /// How an attempt ended.
    pub enum Outcome {
        /// The installer reports success.
        Succeeded = 1 => "succeeded",
        /// The installer reports failure.
        Failed = 2 => "failed",
        /// A person or the system stopped it.
        Cancelled = 3 => "cancelled",
        /// It undid its own changes.
        RolledBack = 4 => "rolled-back",
        /// It goes on after a restart.
        RebootNeeded = 5 => "reboot-needed",
        /// Nobody saw the end.
        Unknown = 6 => "unknown",
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Exit {
    /// Exit code; absent when a signal ended the process. Windows codes are kept whole (1603, 0x80070643 as unsigned).
    #[n(0)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// Number of the signal that ended the process, on Unix.
    #[n(1)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
}

/// One dated occurrence.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Event {
    /// When it was seen, by the PC's clock.
    #[n(0)]
    pub at: Timestamp,
    /// The attempt it belongs to, if any.
    #[n(1)]
    pub attempt: Option<AttemptId>,
    /// Where it comes from.
    #[n(2)]
    pub source: Source,
    /// What happened.
    #[n(3)]
    pub body: EventBody,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventBody {
    /// A line was printed or appended.
    Line(Line),
    /// An installer was started or found running.
    AttemptStarted(AttemptStarted),
    /// A source was read to where it ends for this attempt.
    SourceEnded(SourceEnded),
    /// The installer ended.
    AttemptEnded(AttemptEnded),
    /// Something was lost on the way, and how much.
    Gap(Gap),
    /// The customer changed what may be looked at. The whole new set; empty: consent withdrawn.
    ConsentChanged(ConsentChanged),
    /// The customer pressed Stop, or the lease ended.
    Stopped(Stopped),
    /// A kind of a newer version, by its number.
    Unknown(u16),
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Line {
    /// Its number in the source, counted from 1 where watching began.
    #[n(0)]
    pub number: u64,
    /// The text without its line end, at most [`crate::limits::MAX_LINE_BYTES`].
    #[n(1)]
    pub text: String,
    /// Bytes cut from the end, 0 for a whole line.
    #[n(2)]
    #[cbor(default)]
    pub cut_bytes: u64,
}

/// An installer was started or found running.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AttemptStarted {
    /// The program, as typed.
    #[n(0)]
    pub program: String,
    /// Its arguments, redacted; empty without consent to see them.
    #[n(1)]
    pub args: Vec<String>,
    /// The installer ran already when watching began.
    #[n(2)]
    #[cbor(default)]
    pub joined_late: bool,
}

/// A source was read to where it ends for this attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SourceEnded {
    /// Lines read.
    #[n(0)]
    pub lines: u64,
    /// Whether every line up to the end was read: only then is what was not seen really absent.
    #[n(1)]
    pub complete: bool,
}

/// The installer ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AttemptEnded {
    /// How.
    #[n(0)]
    pub outcome: Outcome,
    /// The process's own end; absent when nobody saw it.
    #[n(1)]
    pub exit: Option<Exit>,
}

/// Something was lost on the way.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Gap {
    /// Items lost.
    #[n(0)]
    pub dropped: u64,
    /// Why, as a short English phrase for logs: `spool full`, `installer faster than the disk`.
    #[n(1)]
    pub reason: String,
}

/// What may be looked at from now on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ConsentChanged {
    /// The whole new set.
    #[n(0)]
    pub granted: Vec<Scope>,
}

/// The end of sending.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Stopped {
    /// `customer`, `lease`, `finished`.
    #[n(0)]
    pub by: String,
}

/// Wire: `[number, body]`. Numbers are never reused.
impl<C> Encode<C> for EventBody {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?;
        match self {
            Self::Line(body) => e.u16(1)?.encode_with(body, ctx)?.ok(),
            Self::AttemptStarted(body) => e.u16(2)?.encode_with(body, ctx)?.ok(),
            Self::SourceEnded(body) => e.u16(3)?.encode_with(body, ctx)?.ok(),
            Self::AttemptEnded(body) => e.u16(4)?.encode_with(body, ctx)?.ok(),
            Self::Gap(body) => e.u16(5)?.encode_with(body, ctx)?.ok(),
            Self::ConsentChanged(body) => e.u16(6)?.encode_with(body, ctx)?.ok(),
            Self::Stopped(body) => e.u16(7)?.encode_with(body, ctx)?.ok(),
            Self::Unknown(number) => e.u16(*number)?.null()?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for EventBody {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let len = d.array()?.ok_or_else(|| minicbor::decode::Error::message("indefinite length"))?;
        if len < 2 {
            return Err(minicbor::decode::Error::message("event body without content"));
        }
        let body = match d.u16()? {
            1 => Self::Line(d.decode_with(ctx)?),
            2 => Self::AttemptStarted(d.decode_with(ctx)?),
            3 => Self::SourceEnded(d.decode_with(ctx)?),
            4 => Self::AttemptEnded(d.decode_with(ctx)?),
            5 => Self::Gap(d.decode_with(ctx)?),
            6 => Self::ConsentChanged(d.decode_with(ctx)?),
            7 => Self::Stopped(d.decode_with(ctx)?),
            number => {
                d.skip()?;
                Self::Unknown(number)
            }
        };
        for _ in 2..len {
            d.skip()?;
        }
        Ok(body)
    }
}

impl Event {
    /// The text, if the event is a line.
    pub fn line(&self) -> Option<&Line> {
        match &self.body {
            EventBody::Line(line) => Some(line),
            _ => None,
        }
    }
}
