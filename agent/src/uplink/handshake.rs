//! The first words on a connection: pairing by a join code, or resuming a link.

use hotliner_protocol::frame::{self, Ack, Frame, Hello, RefusalReason, ResumeDone};
use hotliner_protocol::identity::CaseKey;
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::pairing::{AgentPairing, PairError, PairVerdict};
use hotliner_protocol::resume::{AgentResume, LinkSecret};
use rand_core::OsRng;

use super::wire::{Opened, send};
use super::{Ending, Problem, Report};
use crate::platform;

/// A pairing that succeeded.
pub(super) struct Paired {
    pub(super) link: LinkSecret,
    pub(super) team_name: String,
}

/// A resume that succeeded, but for its last frame.
pub(super) struct Resumed {
    pub(super) link: LinkSecret,
    /// To be sent once the link is stored.
    pub(super) done: ResumeDone,
    /// What the console has.
    pub(super) received: Vec<Ack>,
}

fn hello() -> Frame {
    Frame::Hello(Hello {
        major: frame::MAJOR,
        minor: frame::MINOR,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: platform::NAME.to_owned(),
    })
}

/// Proves `code`.
pub(super) async fn pair(opened: &mut Opened, code: &JoinCode) -> Result<Paired, Ending> {
    let (pairing, start) = AgentPairing::start(code, OsRng);
    send(&mut opened.control, &hello()).await.map_err(Ending::lost)?;
    send(&mut opened.control, &start.into()).await.map_err(Ending::lost)?;
    let reply = loop {
        match answer(opened).await? {
            Frame::PairReply(reply) => break reply,
            Frame::Refused(refused) => return Err(refusal(refused.reason)),
            _ => {}
        }
    };
    let exporter = opened.exporter().map_err(Ending::lost)?;
    let confirmed = pairing.confirm(&reply, exporter, CaseKey::generate(&mut OsRng));
    let (confirmed, confirm) = confirmed.map_err(|error| not_paired(error, opened))?;
    send(&mut opened.control, &confirm.into()).await.map_err(Ending::lost)?;
    let verdict = loop {
        match answer(opened).await? {
            Frame::PairAccepted(accepted) => break PairVerdict::Accepted(accepted),
            Frame::PairIntercepted(intercepted) => break PairVerdict::Intercepted(intercepted),
            Frame::Refused(refused) => break PairVerdict::Refused(refused),
            _ => {}
        }
    };
    let paired = confirmed.finish(&verdict).map_err(|error| not_paired(error, opened))?;
    Ok(Paired { link: paired.link, team_name: shown(&reply.team_name) })
}

/// Resumes `link`.
pub(super) async fn resume(opened: &mut Opened, link: &LinkSecret) -> Result<Resumed, Ending> {
    let exporter = opened.exporter().map_err(Ending::lost)?;
    let (resume, start) = AgentResume::start(link, exporter, &mut OsRng);
    send(&mut opened.control, &hello()).await.map_err(Ending::lost)?;
    send(&mut opened.control, &start.into()).await.map_err(Ending::lost)?;
    let accepted = loop {
        match answer(opened).await? {
            Frame::ResumeAccepted(accepted) => break accepted,
            Frame::Refused(refused) => return Err(refusal(refused.reason)),
            _ => {}
        }
    };
    let (link, done) = resume.accepted(&accepted).map_err(|_| Ending::Final(Report::NotOurConsole))?;
    Ok(Resumed { link, done, received: accepted.received })
}

/// The next frame that is not a farewell.
async fn answer(opened: &mut Opened) -> Result<Frame, Ending> {
    match opened.answers.next_in_time().await.map_err(Ending::lost)? {
        Frame::Bye(bye) => Err(Ending::lost(format!("the console hung up: {}", bye.reason))),
        frame => Ok(frame),
    }
}

/// A console that is busy is worth another try; everything else is not.
fn refusal(reason: RefusalReason) -> Ending {
    match reason {
        RefusalReason::Busy => Ending::Lost(Problem::Busy),
        reason => Ending::Final(Report::Refused(reason)),
    }
}

fn not_paired(error: PairError, opened: &Opened) -> Ending {
    match error {
        PairError::Refused(reason) => refusal(reason),
        PairError::Intercepted => Ending::Final(Report::Intercepted(opened.issuer.name())),
        PairError::NotOurConsole => Ending::Final(Report::NotOurConsole),
        PairError::Malformed => Ending::lost(error.to_string()),
    }
}

/// A name from outside, safe to print.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}
