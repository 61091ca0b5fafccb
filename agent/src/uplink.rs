//! The way to the console: connects, pairs or resumes, sends what the spool holds, takes acknowledgements, and starts
//! again after a loss until it is told to end.
//!
//! After a loss there is a fresh endpoint and a resume, with a growing pause in between. A path counts as lost when the
//! connection says so, or when we keep sending and nothing at all comes back.

pub(crate) mod address;
mod exchange;
mod handshake;
mod issuer;
mod plain_socket;
mod tls;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hotliner_protocol::frame::{ByeReason, Collect, RefusalReason};
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::resume::LinkSecret;
use rand_core::{OsRng, RngCore};
use tokio::sync::{mpsc, watch};

use crate::link_file::Folder;
use crate::pipeline::Outgoing;
use address::ConsoleAddress;

/// First pause before another try.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Longest pause before another try.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the uplink has to say.
#[derive(Debug)]
pub(crate) enum Report {
    /// The console could not be reached, and why. Tries go on.
    Unreachable(String),
    /// Paired for the first time, with the team's name.
    Paired(String),
    /// The console has what the spool holds, from here on.
    Online,
    /// The connection is lost; tries go on.
    Lost,
    /// The end: the console refuses.
    Refused(RefusalReason),
    /// The end: somebody sits in between, with a certificate of this issuer.
    Intercepted(String),
    /// The end: the other side is not the console that gave out the code, or not the one paired with.
    NotOurConsole,
    /// The end: the team closed the case.
    CaseClosed,
    /// The team wants facts now.
    Collect(Collect),
}

/// What the uplink is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Go on.
    Stay,
    /// End when everything is acknowledged, and say why.
    Finish(ByeReason),
    /// End now, and say why.
    Leave(ByeReason),
}

/// How to prove who we are.
#[derive(Clone)]
enum Credential {
    Code(JoinCode),
    Link(Box<LinkSecret>),
}

/// Why a connection, or a try for one, ended.
#[derive(Debug)]
enum Ending {
    /// Try again.
    Lost(String),
    /// Trying again is useless; the report says why.
    Final(Report),
    /// As wished.
    Done,
}

/// See the module.
pub(crate) struct Uplink {
    pub(crate) address: ConsoleAddress,
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) folder: Arc<Mutex<Folder>>,
    pub(crate) reports: mpsc::UnboundedSender<Report>,
    pub(crate) wish: watch::Receiver<Wish>,
}

impl Uplink {
    /// Runs until the wish is fulfilled or nothing can be done any more. `code` is needed only where the folder has no
    /// link yet.
    pub(crate) async fn run(mut self, code: Option<JoinCode>) {
        let link = self.folder().state().link.clone();
        let mut credential = match (link, code) {
            (Some(link), _) => Credential::Link(Box::new(link)),
            (None, Some(code)) => Credential::Code(code),
            (None, None) => return self.report(Report::Refused(RefusalReason::Code)),
        };
        let mut pause = FIRST_PAUSE;
        let mut said_unreachable = false;
        loop {
            let was_online = self.connection(&mut credential).await;
            self.outgoing.set_online(false);
            match was_online {
                Ok(Ending::Done) => return,
                Ok(Ending::Final(report)) | Err(Ending::Final(report)) => return self.report(report),
                Ok(Ending::Lost(_)) => {
                    self.report(Report::Lost);
                    pause = FIRST_PAUSE;
                }
                Err(Ending::Lost(why)) => {
                    if !std::mem::replace(&mut said_unreachable, true) {
                        self.report(Report::Unreachable(why));
                    }
                }
                Err(Ending::Done) => return,
            }
            if !self.pause(pause).await {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One connection from its beginning to its end; an `Err` is an end before it was of any use.
    async fn connection(&mut self, credential: &mut Credential) -> Result<Ending, Ending> {
        let mut wish = self.wish.clone();
        let leave = async {
            // An error means that nobody wishes anything any more.
            let _ = wish.wait_for(|wish| matches!(wish, Wish::Leave(_))).await;
        };
        let opened = tokio::select! {
            opened = self.open(credential) => opened?,
            () = leave => return Err(Ending::Done),
        };
        self.outgoing.set_online(true);
        self.report(Report::Online);
        Ok(exchange::run(opened, &self.outgoing, &self.reports, self.wish.clone()).await)
    }

    async fn open(&self, credential: &mut Credential) -> Result<wire::Opened, Ending> {
        let mut opened = wire::connect(&self.address).await.map_err(Ending::Lost)?;
        let link = match credential {
            Credential::Code(code) => {
                let paired = handshake::pair(&mut opened, code).await?;
                let link = paired.link.clone();
                self.keep(link.clone(), Some(paired.team_name.clone()));
                self.report(Report::Paired(paired.team_name));
                link
            }
            Credential::Link(link) => {
                let resumed = handshake::resume(&mut opened, link).await?;
                // Stored before the console is told: it forgets the old step then.
                self.keep(resumed.link.clone(), None);
                wire::send(&mut opened.control, &resumed.done.into()).await.map_err(Ending::Lost)?;
                self.outgoing.spool().resumed(&resumed.received);
                self.outgoing.wake();
                resumed.link
            }
        };
        *credential = Credential::Link(Box::new(link));
        Ok(opened)
    }

    /// Stores the link. A disk that refuses costs a later `resume` of another process, not this one.
    fn keep(&self, link: LinkSecret, team_name: Option<String>) {
        let _ = self.folder().update(|state| {
            state.link = Some(link);
            if team_name.is_some() {
                state.team_name = team_name;
            }
        });
    }

    /// Waits before the next try. Returns whether there is to be one.
    async fn pause(&mut self, pause: Duration) -> bool {
        // Up to a quarter more, so that a thousand agents do not come back in the same moment.
        let quarter = pause.as_millis() / 4 + 1;
        let jitter = u128::from(OsRng.next_u32()) % quarter;
        let pause = pause + Duration::from_millis(u64::try_from(jitter).unwrap_or_default());
        let leaving = self.wish.wait_for(|wish| matches!(wish, Wish::Leave(_)));
        tokio::time::timeout(pause, leaving).await.is_err()
    }

    fn folder(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, report: Report) {
        // An error means that nobody listens any more.
        let _ = self.reports.send(report);
    }
}
