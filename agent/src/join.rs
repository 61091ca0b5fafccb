//! `join`, `resume` and `leave`: a case without an installer, what is left of an earlier one, and the end of all.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::Duration;

use hotliner_protocol::event::{AttemptEnded, EventBody, Outcome};
use hotliner_protocol::frame::Lane;
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::limits::LEASE;
use hotliner_protocol::scope::Scopes;

use crate::attempt::Plan;
use crate::cli::{Join, Shared};
use crate::consent;
use crate::link_file::{self, Folder, Found};
use crate::notice::Notices;
use crate::pipeline::{Input, now};
use crate::platform;
use crate::probe::Context;
use crate::session::{self, Delivery, Over, Session};
use crate::show;
use crate::words::fill;

/// How long `resume` waits for a console to have everything.
const RESUME_LIMIT: Duration = Duration::from_secs(60);

/// How long `leave` waits for a running session to end.
const LEAVE_LIMIT: Duration = Duration::from_secs(10);

/// How long the last words may take when the customer stops.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Runs `task` on a runtime of its own.
fn block_on(notices: &Notices, task: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(task);
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            notices.fail(notices.words.agent_failed, &[("why", &error.to_string())]);
            ExitCode::FAILURE
        }
    }
}

/// Joins a case and shows the PC's state until the customer, the team or the lease ends it.
pub(crate) fn join(shared: Shared, join: Join, consent: Option<Scopes>) -> ExitCode {
    let notices = shared.notices();
    block_on(&notices, joined(shared, join, consent, &notices))
}

async fn joined(shared: Shared, join: Join, given: Option<Scopes>, notices: &Notices) -> ExitCode {
    drop(Folder::find(&shared.data, now()));
    let opened = session::redactor(&shared.hide).and_then(|redactor| {
        let folder = Folder::create(&shared.data, now(), &join.console.to_string());
        Session::open(notices.clone(), folder, join.console, Some(join.code), redactor)
    });
    let mut session = match opened {
        Ok(session) => session,
        Err(error) => {
            notices.fail(notices.words.agent_failed, &[("why", &error.to_string())]);
            return ExitCode::FAILURE;
        }
    };
    tokio::select! {
        () = session.attend(|session| session.is_online() || session.over().is_some()) => {}
        () = platform::stop_wanted() => session.leave_now(),
    }
    if session.is_online() {
        work(&mut session, given, notices, &shared.hide).await;
    }
    let code = match session.over() {
        None | Some(Over::Left | Over::Closed) => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
    };
    session.leave_now();
    let _ = session.finish(STOP_LIMIT).await;
    code
}

async fn work(session: &mut Session, given: Option<Scopes>, notices: &Notices, hide: &[String]) {
    let words = notices.words;
    let team = session.team().unwrap_or_default().to_owned();
    notices.tell(words.joined, &[("team", &team)]);
    let scopes = match given {
        Some(scopes) => scopes,
        None if consent::can_ask() => {
            let (who, hide) = (fill(words.consent_intro, &[("team", &team)]), hide.to_vec());
            let (answer, answered) = tokio::sync::oneshot::channel();
            let question = tokio::task::spawn_blocking(move || {
                let asked = consent::ask_scopes(
                    words,
                    &who,
                    &consent::ASKED[1..],
                    |scope| show::example(scope, &hide),
                    consent::answer,
                );
                let _ = answer.send(asked);
            });
            session.attend_while(question).await;
            answered.await.unwrap_or_default()
        }
        None => Scopes::none(),
    };
    session.consent(&scopes);
    if scopes.is_empty() {
        notices.say(words.nothing_consented, &[]);
        return session.stopped("customer").await;
    }
    notices.tell(words.sending, &[("team", &team), ("scopes", &scopes.to_string())]);
    notices.tell(words.watching, &[]);
    session.probe(Context::new(Plan::default()), &scopes, false);
    let by = tokio::select! {
        () = session.attend(|session| session.over().is_some()) => "customer",
        () = platform::stop_wanted() => "customer",
        () = tokio::time::sleep(LEASE) => "lease",
    };
    session.stopped(by).await;
}

/// Delivers what earlier runs could not.
pub(crate) fn resume(shared: Shared, code: Option<JoinCode>) -> ExitCode {
    let notices = shared.notices();
    block_on(&notices, resumed(shared, code, &notices))
}

async fn resumed(shared: Shared, mut code: Option<JoinCode>, notices: &Notices) -> ExitCode {
    let words = notices.words;
    let mut any = false;
    let mut all = true;
    for found in Folder::find(&shared.data, now()) {
        let Found::Left(folder) = found else { continue };
        any = true;
        // A code opens one case; what belongs to a case already needs none.
        let own = if folder.state().link.is_none() { code.take() } else { None };
        if folder.state().link.is_none() && own.is_none() {
            notices.say(words.needs_code, &[]);
            all = false;
            continue;
        }
        all &= deliver(*folder, own, &shared, notices).await;
    }
    if !any {
        notices.tell(words.nothing_to_resume, &[]);
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Delivers one folder. Returns whether the console has all of it.
async fn deliver(folder: Folder, code: Option<JoinCode>, shared: &Shared, notices: &Notices) -> bool {
    let words = notices.words;
    let open_attempt = folder.state().open_attempt;
    let address = match &shared.console {
        Some(console) => Ok(console.clone()),
        None => folder.state().console.parse(),
    };
    let opened = address.map_err(|error| std::io::Error::other(error.to_string())).and_then(|address| {
        let redactor = session::redactor(&shared.hide)?;
        Session::open(notices.clone(), folder, address, code, redactor)
    });
    let mut session = match opened {
        Ok(session) => session,
        Err(error) => {
            notices.fail(words.agent_failed, &[("why", &error.to_string())]);
            return false;
        }
    };
    let count = session.waiting();
    tokio::select! {
        _ = tokio::time::timeout(
            RESUME_LIMIT,
            session.attend(|session| session.is_online() || session.over().is_some()),
        ) => {}
        () = platform::stop_wanted() => {}
    }
    // New numbers are given only once it is known what the console has.
    if session.is_online() {
        if open_attempt.is_some() {
            // Nobody saw how it ended.
            let ended = AttemptEnded { outcome: Outcome::Unknown, exit: None };
            session.inlet.put(Input::Attempt(open_attempt));
            session.inlet.put(Input::Event(Lane::Events, EventBody::AttemptEnded(ended)));
            session.inlet.put(Input::Attempt(None));
        }
        session.stopped("finished").await;
    }
    let team = session.team().unwrap_or_default().to_owned();
    let limit = if session.is_online() { RESUME_LIMIT } else { Duration::ZERO };
    let delivery = session.finish(limit).await;
    if delivery == Delivery::Complete {
        notices.tell(words.resumed, &[("count", &count.to_string()), ("team", &team)]);
    }
    matches!(delivery, Delivery::Complete | Delivery::Dropped)
}

/// Ends every session of this user and deletes what they left.
pub(crate) fn leave(shared: Shared) -> ExitCode {
    let notices = shared.notices();
    let words = notices.words;
    let mut any = false;
    let mut all = true;
    for found in Folder::find(&shared.data, now()) {
        any = true;
        let (path, ended) = match found {
            Found::Left(folder) => (folder.spool(), folder.delete()),
            Found::Alive(path) => {
                let ended = link_file::ask_to_stop(&path).and_then(|()| wait_for_end(&path));
                (path, ended)
            }
        };
        if let Err(error) = ended {
            all = false;
            let folder = path.display().to_string();
            notices.fail(words.not_deleted, &[("why", &error.to_string()), ("folder", &folder)]);
        }
    }
    if all {
        notices.tell(if any { words.left } else { words.nothing_to_leave }, &[]);
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Waits until the session in `path` has let go of its folder.
fn wait_for_end(path: &Path) -> std::io::Result<()> {
    let lock = match File::open(path.join("lock")) {
        Ok(lock) => lock,
        Err(_) => return Ok(()),
    };
    let (ended, wait) = channel();
    std::thread::spawn(move || {
        drop(lock.lock().and_then(|()| ended.send(()).map_err(std::io::Error::other)))
    });
    wait.recv_timeout(LEAVE_LIMIT).map_err(|_| std::io::Error::other("the running agent does not end"))
}
