//! Pairing and resume: how an agent is let in. What is decided stands in `hotliner_protocol`; here is what is kept, counted
//! and told to the technician.

use std::net::IpAddr;
use std::sync::Arc;

use hotliner_link::Transport;
use hotliner_protocol::EXPORTER_LEN;
use hotliner_protocol::frame::{
    Frame, Hello, MAJOR, MINOR, PairStart, RefusalReason, Refused, ResumeStart, Welcome,
};
use hotliner_protocol::id::CaseId;
use hotliner_protocol::limits::LEASE;
use hotliner_protocol::pairing::{ConsolePairing, Proven, Verdict};
use hotliner_protocol::resume::ResumeVerdict;
use rand_core::OsRng;
use tokio::sync::mpsc;

use super::Desk;
use super::stream::{FrameReader, FrameWriter, StreamError};
use crate::case::{AgentSeen, Command};
use crate::codes::{Found, Outcome, Settled};
use crate::hub::{Attached, HubError, LINE_BACKLOG, Outgoing, now};

/// An agent that was let in.
pub(super) struct Admitted {
    pub(super) case: CaseId,
    pub(super) attached: Attached,
    pub(super) line: mpsc::Receiver<Outgoing>,
    /// After a resume: the agent has yet to confirm that it stored the next step of its ratchet.
    pub(super) unconfirmed: bool,
}

/// Why an agent was not let in.
#[derive(Debug)]
pub(super) enum NotAdmitted {
    /// It was told why.
    Refused,
    /// Its stream broke, or what came was no frame or not the one that was due.
    Broken,
}

impl From<StreamError> for NotAdmitted {
    fn from(_: StreamError) -> Self {
        Self::Broken
    }
}

/// One handshake.
pub(super) struct Handshake<'h> {
    pub(super) desk: &'h Arc<Desk>,
    pub(super) reader: &'h mut FrameReader,
    pub(super) writer: &'h mut FrameWriter,
    pub(super) address: IpAddr,
    pub(super) transport: Transport,
    pub(super) exporter: [u8; EXPORTER_LEN],
}

impl Handshake<'_> {
    pub(super) async fn run(mut self) -> Result<Admitted, NotAdmitted> {
        let Frame::Hello(hello) = self.frame().await? else { return Err(NotAdmitted::Broken) };
        if hello.major.abs_diff(MAJOR) > 1 {
            return self.refuse(true, RefusalReason::Version).await;
        }
        match self.frame().await? {
            Frame::PairStart(start) => self.pair(&hello, &start).await,
            Frame::ResumeStart(start) => self.resume(&hello, &start).await,
            _ => Err(NotAdmitted::Broken),
        }
    }

    /// The next frame of a kind this version knows.
    async fn frame(&mut self) -> Result<Frame, NotAdmitted> {
        loop {
            match self.reader.next().await? {
                Some(Frame::Unknown(_)) => {}
                Some(frame) => return Ok(frame),
                None => return Err(NotAdmitted::Broken),
            }
        }
    }

    /// Says no; with `welcome` the first thing the agent hears.
    async fn refuse<T>(&mut self, welcome: bool, reason: RefusalReason) -> Result<T, NotAdmitted> {
        let refused = Frame::from(Refused { reason });
        if welcome {
            self.writer.send(&[our_welcome(), refused]).await?;
        } else {
            self.writer.send(&[refused]).await?;
        }
        Err(NotAdmitted::Refused)
    }

    fn seen(&self, hello: &Hello) -> AgentSeen {
        AgentSeen::new(&hello.version, &hello.platform, self.address.to_string()).over(self.transport.word())
    }

    async fn pair(mut self, hello: &Hello, start: &PairStart) -> Result<Admitted, NotAdmitted> {
        let found = self.desk.codes.book().find(&start.nameplate, self.address, now());
        let code = match found {
            Found::TooManyTries => return self.refuse(true, RefusalReason::TooManyTries).await,
            Found::Code(code) => Some(code),
            Found::Unknown => None,
        };
        let (pairing, reply) = ConsolePairing::reply(code.as_ref(), &self.desk.team_name, start, OsRng);
        self.writer.send(&[our_welcome(), reply.into()]).await?;
        let Frame::PairConfirm(confirm) = self.frame().await? else { return Err(NotAdmitted::Broken) };
        let taken = code.and_then(|code| self.desk.codes.book().take_try(&code, self.address, now()));
        let verdict = pairing.check(&confirm, self.exporter);
        let Some(taken) = taken else {
            self.desk.codes.book().count_wrong(self.address, now());
            return self.refuse(false, RefusalReason::Code).await;
        };
        let case = taken.case;
        let outcome = match verdict {
            Verdict::Proven(_) => Outcome::Right,
            Verdict::WrongCode => Outcome::Wrong,
            Verdict::Intercepted(_) => Outcome::Intercepted,
        };
        let settled = self.desk.codes.book().settle(taken, outcome, now());
        match verdict {
            Verdict::Proven(proven) if settled == Settled::Used => self.admit(hello, case, *proven).await,
            Verdict::Proven(_) => self.refuse(false, RefusalReason::Code).await,
            Verdict::WrongCode => {
                let tries_left = if let Settled::Waits(left) = settled { left } else { 0 };
                let from = self.address.to_string();
                self.tell(case, Command::CountWrongCode { from, tries_left }).await;
                self.refuse(false, RefusalReason::Code).await
            }
            Verdict::Intercepted(intercepted) => {
                self.tell(case, Command::NoteInterception { from: self.address.to_string() }).await;
                self.writer.send(&[intercepted.into()]).await?;
                Err(NotAdmitted::Refused)
            }
        }
    }

    /// Notes something in the case for the technician to see.
    async fn tell(&self, case: CaseId, command: Command) {
        if let Err(error) = self.desk.hub.command(case, command, "console").await {
            tracing::warn!(%case, %error, "what happened to a join code could not be noted");
        }
    }

    async fn admit(mut self, hello: &Hello, case: CaseId, proven: Proven) -> Result<Admitted, NotAdmitted> {
        let lease = u32::try_from(LEASE.as_secs()).unwrap_or(u32::MAX);
        let (accepted, link) = proven.accept(case, &self.desk.team, lease);
        // The link is durable before the agent hears of it.
        if let Err(error) = self.desk.vault.put_link(case, &link).await {
            tracing::error!(%case, %error, "an agent is turned away: make room on the disk of the data folder");
            return self.refuse(false, RefusalReason::Busy).await;
        }
        let (line, outgoing) = mpsc::channel(LINE_BACKLOG);
        let command = Command::Pair { agent: self.seen(hello), lease_until: now().after(LEASE) };
        match self.desk.hub.attach(case, command, line).await {
            Ok(attached) => {
                self.writer.send(&[accepted.into()]).await?;
                Ok(Admitted { case, attached, line: outgoing, unconfirmed: false })
            }
            Err(error) => {
                tracing::warn!(%case, %error, "an agent that proved its code is turned away");
                self.refuse(false, refusal(&error)).await
            }
        }
    }

    async fn resume(mut self, hello: &Hello, start: &ResumeStart) -> Result<Admitted, NotAdmitted> {
        let case = start.case;
        let link = match self.desk.vault.link(case).await {
            Ok(Some(link)) => link,
            Ok(None) => return self.refuse(true, RefusalReason::UnknownLink).await,
            Err(error) => {
                tracing::error!(%case, %error, "an agent that comes back is turned away");
                return self.refuse(true, RefusalReason::Busy).await;
            }
        };
        let returning = match self.desk.hub.returning(case).await {
            Ok(returning) => returning,
            Err(error) => return self.refuse(true, refusal(&error)).await,
        };
        let lease = returning.lease_until.since(now()).as_secs();
        if lease == 0 {
            return self.refuse(true, RefusalReason::UnknownLink).await;
        }
        let lease = u32::try_from(lease).unwrap_or(u32::MAX);
        let verdict =
            link.check(start, &self.exporter, &self.desk.team, returning.received, lease, &mut OsRng);
        let (link, accepted) = match verdict {
            ResumeVerdict::Fresh { link, accepted } => (link, accepted),
            ResumeVerdict::Forged => return self.refuse(true, RefusalReason::UnknownLink).await,
            ResumeVerdict::Frozen => return self.refuse(true, RefusalReason::Frozen).await,
            ResumeVerdict::Spent { link } => {
                if let Err(error) = self.desk.vault.put_link(case, &link).await {
                    tracing::error!(%case, %error, "a link could not be frozen");
                }
                self.tell(case, Command::Freeze { from: self.address.to_string() }).await;
                return self.refuse(true, RefusalReason::Frozen).await;
            }
        };
        if let Err(error) = self.desk.vault.put_link(case, &link).await {
            tracing::error!(%case, %error, "an agent that comes back is turned away: make room on the disk of the data folder");
            return self.refuse(true, RefusalReason::Busy).await;
        }
        let (line, outgoing) = mpsc::channel(LINE_BACKLOG);
        let command = Command::Resume { agent: self.seen(hello) };
        match self.desk.hub.attach(case, command, line).await {
            Ok(attached) => {
                self.writer.send(&[our_welcome(), accepted.into()]).await?;
                Ok(Admitted { case, attached, line: outgoing, unconfirmed: true })
            }
            Err(error) => self.refuse(true, refusal(&error)).await,
        }
    }
}

fn our_welcome() -> Frame {
    Welcome { major: MAJOR, minor: MINOR }.into()
}

/// What an agent is told when its case does not take it.
fn refusal(error: &HubError) -> RefusalReason {
    match error {
        HubError::Refused(_) => RefusalReason::UnknownLink,
        _ => RefusalReason::Busy,
    }
}
