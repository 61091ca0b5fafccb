//! The way to the console: connects, pairs or resumes, sends what the spool holds, takes acknowledgements, and starts
//! again after a loss until it is told to end.
//!
//! QUIC and TCP are raced ([`wire`]). After a loss there is a fresh endpoint and a resume, with a growing pause in between. A path counts as lost when the
//! connection says so, or when we keep sending and nothing at all comes back.

pub(crate) mod address;
mod exchange;
mod handshake;
mod issuer;
mod plain_socket;
mod problem;
pub(crate) mod proxy;
mod quic;
mod tcp;
mod tls;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hotliner_link::Transport;
use hotliner_protocol::frame::{ByeReason, Collect, RefusalReason};
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::resume::LinkSecret;
use rand_core::{OsRng, RngCore};
use tokio::sync::{mpsc, watch};

use crate::link_file::Folder;
use crate::pipeline::Outgoing;
use address::ConsoleAddress;
use exchange::Worked;
pub(crate) use problem::Problem;
use proxy::Proxies;

/// First pause before another try.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Longest pause before another try, so that a line that comes back is noticed soon.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The same once the line has been away for [`LONG_AWAY`].
const LONGEST_PAUSE_LATER: Duration = Duration::from_secs(5);

/// See [`LONGEST_PAUSE_LATER`].
const LONG_AWAY: Duration = Duration::from_secs(60);

/// What the uplink has to say.
#[derive(Debug)]
pub(crate) enum Report {
    /// The console could not be reached, and why. Tries go on; said again when the reason changes.
    Unreachable(Problem),
    /// Paired for the first time, with the team's name.
    Paired(String),
    /// The console has what the spool holds, from here on, over this.
    Online(Transport),
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
    Lost(Problem),
    /// Trying again is useless; the report says why.
    Final(Report),
    /// As wished.
    Done,
}

impl Ending {
    /// The connection broke, and why.
    fn lost(why: impl Into<String>) -> Self {
        Self::Lost(Problem::Network(why.into()))
    }
}

/// See the module.
pub(crate) struct Uplink {
    pub(crate) address: ConsoleAddress,
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) folder: Arc<Mutex<Folder>>,
    pub(crate) reports: mpsc::UnboundedSender<Report>,
    pub(crate) wish: watch::Receiver<Wish>,
    pub(crate) proxies: Proxies,
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
        let mut said: Option<Problem> = None;
        let mut away_since = Instant::now();
        loop {
            let was_online = self.connection(&mut credential).await;
            self.outgoing.set_online(false);
            match was_online {
                Ok(Ending::Done) => return,
                Ok(Ending::Final(report)) | Err(Ending::Final(report)) => return self.report(report),
                Ok(Ending::Lost(_)) => {
                    self.report(Report::Lost);
                    pause = FIRST_PAUSE;
                    said = None;
                    away_since = Instant::now();
                }
                Err(Ending::Lost(problem)) => {
                    if said.as_ref() != Some(&problem) {
                        self.report(Report::Unreachable(problem.clone()));
                        said = Some(problem);
                    }
                }
                Err(Ending::Done) => return,
            }
            if !self.pause(pause).await {
                return;
            }
            let long = away_since.elapsed() >= LONG_AWAY;
            pause = (pause * 2).min(if long { LONGEST_PAUSE_LATER } else { LONGEST_PAUSE });
        }
    }

    /// One connection from its beginning to its end; an `Err` is an end before it was of any use.
    async fn connection(&mut self, credential: &mut Credential) -> Result<Ending, Ending> {
        let mut wish = self.wish.clone();
        let leave = async {
            // An error means that nobody wishes anything any more.
            let _ = wish.wait_for(|wish| matches!(wish, Wish::Leave(_))).await;
        };
        let mut opened = tokio::select! {
            opened = self.open(credential) => opened?,
            () = leave => return Err(Ending::Done),
        };
        loop {
            self.outgoing.set_online(true);
            self.report(Report::Online(opened.transport()));
            let worked =
                exchange::run(opened, &self.address, &self.outgoing, &self.reports, self.wish.clone()).await;
            let (from, to) = match worked {
                Worked::Ended(ending) => return Ok(ending),
                Worked::Moves { from, to } => (from, *to),
            };
            let resumed = self.prove(to, credential).await;
            exchange::end(&from).await;
            match resumed {
                Ok(resumed) => opened = resumed,
                Err(ending) => return Ok(ending),
            }
        }
    }

    async fn open(&self, credential: &mut Credential) -> Result<wire::Opened, Ending> {
        let opened = wire::connect(&self.address, &self.proxies).await.map_err(Ending::Lost)?;
        self.prove(opened, credential).await
    }

    /// Pairs or resumes on a new connection.
    async fn prove(
        &self,
        mut opened: wire::Opened,
        credential: &mut Credential,
    ) -> Result<wire::Opened, Ending> {
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
                wire::send(&mut opened.control, &resumed.done.into()).await.map_err(Ending::lost)?;
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
