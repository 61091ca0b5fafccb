//! A session: everything that runs beside the installer, wired together. The one place where pure parts, threads and the
//! network meet.

mod end;
mod line;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hotliner_protocol::event::{ConsentChanged, EventBody};
use hotliner_protocol::frame::{ByeReason, Lane, RefusalReason};
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::scope::Scopes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::link_file::Folder;
use crate::notice::Notices;
use crate::pipeline::{self, Inlet, Input, Outgoing};
use crate::platform;
use crate::probe::{Context, Probes, TABLE};
use crate::redact::Redactor;
use crate::spool::{Limits, Spool, Trouble};
use crate::uplink::address::ConsoleAddress;
use crate::uplink::proxy::Proxies;
use crate::uplink::{Problem, Report, Uplink, Wish};
use crate::words::Message;

pub(crate) use end::Delivery;
use line::Line;

/// Time between two looks whether `leave` was called or the spool has something to say.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A session at work.
pub(crate) struct Session {
    pub(crate) inlet: Inlet,
    notices: Notices,
    outgoing: Arc<Outgoing>,
    folder: Arc<Mutex<Folder>>,
    console: String,
    wish: watch::Sender<Wish>,
    uplink: Option<JoinHandle<()>>,
    reports: mpsc::UnboundedReceiver<Report>,
    probes: Option<Probes>,
    /// The team's name, once paired.
    team: Option<String>,
    online: bool,
    /// Whether it is known, and said, whether the console can be reached.
    reach_known: bool,
    on_disk: bool,
    /// Why nothing can be sent any more.
    over: Option<Over>,
    /// What is known of the way to the console.
    line: Line,
}

/// Why a session can send nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The code was refused; another one may deliver what is waiting.
    Code,
    /// The link is of no use any more; a new code may deliver what is waiting.
    Link,
    /// The other side is not to be trusted.
    Untrusted,
    /// The team closed the case.
    Closed,
    /// The customer called `leave`.
    Left,
}

impl Session {
    /// Opens a session in `folder`: connecting and pairing begin at once, beside whatever the caller does next.
    ///
    /// # Errors
    /// If the redaction rules cannot be prepared or the system gives no thread: then nothing may be watched.
    pub(crate) fn open(
        notices: Notices,
        folder: Folder,
        address: ConsoleAddress,
        code: Option<JoinCode>,
        redactor: Redactor,
    ) -> io::Result<Self> {
        let spool = Spool::open(&folder.spool(), Limits::default());
        let outgoing = Arc::new(Outgoing::new(spool));
        let inlet = pipeline::start(redactor, outgoing.clone())?;
        let team = folder.state().team_name.clone();
        let folder = Arc::new(Mutex::new(folder));
        let (reporter, reports) = mpsc::unbounded_channel();
        let (wish, wishes) = watch::channel(Wish::Stay);
        let console = address.to_string();
        let uplink = Uplink {
            address,
            outgoing: outgoing.clone(),
            folder: folder.clone(),
            reports: reporter,
            wish: wishes,
            proxies: Proxies::of_environment(),
        };
        let uplink = tokio::spawn(uplink.run(code));
        Ok(Self {
            inlet,
            notices,
            outgoing,
            folder,
            console,
            wish,
            uplink: Some(uplink),
            reports,
            probes: None,
            team,
            online: false,
            reach_known: false,
            on_disk: true,
            over: None,
            line: Line::default(),
        })
    }

    /// Who is at the other end, as far as is known.
    pub(crate) fn team(&self) -> Option<&str> {
        self.team.as_deref()
    }

    /// Where an installer may write a log for us: beside what is kept for `resume`, and gone with it whatever happens. `None`
    /// where the disk gave no folder.
    pub(crate) fn own_log(&self) -> Option<PathBuf> {
        self.folder().own_log()
    }

    /// Where the console is.
    pub(crate) fn console(&self) -> &str {
        &self.console
    }

    /// Why nothing can be sent any more, if so.
    pub(crate) fn over(&self) -> Option<Over> {
        self.over
    }

    /// Whether the console was reached and has accepted us.
    pub(crate) fn is_online(&self) -> bool {
        self.online
    }

    /// Items waiting to be delivered.
    pub(crate) fn waiting(&self) -> u64 {
        self.outgoing.spool().waiting()
    }

    /// The customer wants it to end.
    pub(crate) fn leave_now(&mut self) {
        self.over.get_or_insert(Over::Left);
    }

    /// Notes what the customer has agreed to, and tells the console.
    pub(crate) fn consent(&mut self, scopes: &Scopes) {
        let granted: Vec<_> = scopes.iter().collect();
        self.keep(|state| state.granted.clone_from(&granted));
        self.line.consented(scopes, &self.inlet);
        self.inlet.put(Input::Event(Lane::Control, EventBody::ConsentChanged(ConsentChanged { granted })));
    }

    /// Starts the probes that `scopes` allow.
    pub(crate) fn probe(&mut self, context: Context, scopes: &Scopes, attempt_runs: bool) {
        let inlet = self.inlet.clone();
        let out = move |fact| inlet.put(Input::Fact(fact));
        match Probes::start(TABLE, context, scopes.clone(), attempt_runs, out) {
            Ok(probes) => self.probes = Some(probes),
            Err(error) => self.notices.say(self.notices.words.agent_failed, &[("why", &error.to_string())]),
        }
    }

    /// Changes what is kept on disk for `resume`. A disk that refuses is said by the spool.
    pub(crate) fn keep(&self, change: impl FnOnce(&mut crate::link_file::LinkState)) {
        let _ = self.folder().update(change);
    }

    /// Listens to the uplink, the spool and `leave`. Returns as soon as `until` holds; call it again to go on.
    pub(crate) async fn attend(&mut self, until: impl Fn(&Self) -> bool) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        while !until(self) {
            tokio::select! {
                Some(report) = self.reports.recv() => self.take(report),
                _ = look.tick() => self.look(),
            }
        }
    }

    fn look(&mut self) {
        self.inlet_online();
        let troubles = self.outgoing.spool().take_troubles();
        for trouble in troubles {
            match trouble {
                Trouble::Disk(error) => {
                    self.on_disk = false;
                    self.say(self.notices.words.spool_disk, &[("why", &error.to_string())]);
                }
                Trouble::Full => self.say(self.notices.words.spool_full, &[]),
            }
        }
        if self.over.is_none() && self.folder().asked_to_stop() {
            self.over = Some(Over::Left);
        }
    }

    fn take(&mut self, report: Report) {
        let words = self.notices.words;
        match report {
            Report::Unreachable(problem) => {
                self.reach_known = true;
                self.line.unreachable(&problem, &self.inlet);
                self.unreachable(&problem);
            }
            Report::Paired(team) => self.team = Some(team),
            Report::Online(transport) => {
                self.line.online(transport, &self.inlet);
                self.online = true;
                self.reach_known = true;
                self.inlet_online();
            }
            Report::Lost => {
                if std::mem::take(&mut self.online) {
                    self.say(words.lost, &[]);
                }
            }
            Report::Refused(reason) => self.refused(reason),
            Report::Intercepted(issuer) => {
                let issuer = if issuer.is_empty() { words.unknown_issuer.to_owned() } else { issuer };
                self.line.unreachable(&Problem::Intercepted(issuer.clone()), &self.inlet);
                self.end(Over::Untrusted, words.intercepted, &[("issuer", &issuer)]);
            }
            Report::NotOurConsole => self.end(Over::Untrusted, words.not_our_console, &[]),
            Report::CaseClosed => self.end(Over::Closed, words.case_closed, &[]),
            Report::Collect(collect) => {
                self.probes.iter().for_each(|probes| probes.collect(collect.prefixes.clone()));
            }
        }
    }

    /// Says why the console cannot be reached.
    fn unreachable(&self, problem: &Problem) {
        let words = self.notices.words;
        let issuer =
            |name: &str| if name.is_empty() { words.unknown_issuer.to_owned() } else { name.to_owned() };
        match problem {
            Problem::NameNotResolved => self.say(words.name_not_resolved, &[]),
            Problem::Refused => self.say(words.connection_refused, &[]),
            Problem::NoAnswer => self.say(words.no_answer, &[]),
            Problem::ProxyPassword(proxy) => self.say(words.proxy_password, &[("proxy", proxy)]),
            Problem::ProxyRefuses(proxy, why) => {
                self.say(words.proxy_refuses, &[("proxy", proxy), ("why", why)]);
            }
            Problem::ProxyUnusable(proxy, why) => {
                self.say(words.proxy_unusable, &[("proxy", proxy), ("why", why)]);
            }
            Problem::Intercepted(by) => self.say(words.intercepted_on_the_way, &[("issuer", &issuer(by))]),
            Problem::NotOurs(by) => self.say(words.not_a_console, &[("issuer", &issuer(by))]),
            Problem::Busy => self.say(words.console_busy, &[]),
            Problem::Network(why) => self.say(words.unreachable, &[("why", why)]),
        }
    }

    fn refused(&mut self, reason: RefusalReason) {
        let words = self.notices.words;
        let (over, message) = match reason {
            RefusalReason::TooManyTries => (Over::Code, words.too_many_tries),
            RefusalReason::Version => (Over::Code, words.version_refused),
            RefusalReason::Frozen => (Over::Link, words.frozen),
            RefusalReason::UnknownLink => (Over::Link, words.unknown_link),
            RefusalReason::Code | RefusalReason::Busy | RefusalReason::Other(_) => {
                (Over::Code, words.code_refused)
            }
        };
        if over == Over::Link {
            self.keep(|state| state.link = None);
        }
        self.end(over, message, &[]);
    }

    fn end(&mut self, over: Over, message: Message, values: &[(&str, &str)]) {
        self.over = Some(over);
        self.online = false;
        self.say(message, values);
    }

    /// Lets the pipeline see that facts can go. If it is busy it will see it anyway.
    fn inlet_online(&self) {
        if self.online {
            let _ = self.inlet.offer(Input::Online);
        }
    }

    fn say(&self, message: Message, values: &[(&str, &str)]) {
        let mut all = vec![("console", self.console.as_str())];
        all.extend_from_slice(values);
        self.notices.say(message, &all);
    }

    fn folder(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish_wish(&self) -> Wish {
        match self.over {
            Some(Over::Left) => Wish::Leave(ByeReason::CustomerLeft),
            _ => Wish::Finish(ByeReason::Finished),
        }
    }
}

/// The redactor for this PC, with the customer's own words.
///
/// # Errors
/// If its rules cannot be prepared.
pub(crate) fn redactor(hide: &[String]) -> io::Result<Redactor> {
    let mut known = platform::known_names();
    known.words.extend(hide.iter().cloned());
    Redactor::new(&known).map_err(|error| io::Error::other(error.to_string()))
}
