//! `run`: one installer under watch, which must not notice.
//!
//! The installer starts at once; connecting, pairing and probing go on beside it. Whatever happens to the agent, the
//! installer runs on and its exit status is ours.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hotliner_protocol::event::{AttemptEnded, AttemptStarted, EventBody, Exit};
use hotliner_protocol::frame::Lane;
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::scope::{Scope, Scopes};

use crate::attempt::{self, Plan};
use crate::cli::{Join, OWN_FAILURE, Shared};
use crate::consent;
use crate::link_file::Folder;
use crate::notice::Notices;
use crate::pipeline::{Inlet, Input, now};
use crate::platform::{self, Started};
use crate::probe::Context;
use crate::session::{self, Delivery, Session};
use crate::show;
use crate::watch::output::PassThrough;
use crate::watch::tail::Tails;
use crate::words::fill;

/// How long the question for consent waits for the team's name.
const TEAM_NAME_WAIT: Duration = Duration::from_secs(3);

/// Exit status where the program cannot be executed, as `env` has it.
const NOT_EXECUTABLE: i64 = 126;

/// Exit status where the program is not found, as `env` has it.
const NOT_FOUND: i64 = 127;

/// What is run, and how.
pub(crate) struct Run {
    pub(crate) shared: Shared,
    pub(crate) join: Join,
    pub(crate) consent: Option<Scopes>,
    pub(crate) linger: Duration,
    /// The program and its arguments.
    pub(crate) command: Vec<OsString>,
}

/// Runs the installer under watch. The exit code is the installer's.
pub(crate) fn run(run: Run) -> ExitCode {
    let notices = run.shared.notices();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            notices.fail(notices.words.agent_failed, &[("why", &error.to_string())]);
            return ExitCode::from(OWN_FAILURE);
        }
    };
    let linger = run.linger;
    let (attempt, exit) = runtime.block_on(watched(run, &notices));
    // Whatever goes wrong from here on, the exit status is known.
    let rest = std::panic::AssertUnwindSafe(|| runtime.block_on(attempt.finish(exit, linger)));
    let _ = std::panic::catch_unwind(rest);
    // A look-up of a name may still hang; it is not waited for.
    runtime.shutdown_background();
    platform::exit_code(exit)
}

async fn watched(run: Run, notices: &Notices) -> (Attempt<'_>, Exit) {
    let Run { shared, join, consent, command, .. } = run;
    let shown: Vec<String> = command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let opened = session::redactor(&shared.hide).and_then(|redactor| {
        // What earlier runs left beyond its lease goes now.
        drop(Folder::find(&shared.data, now()));
        let folder = Folder::create(&shared.data, now(), &join.console.to_string());
        Session::open(notices.clone(), folder, join.console, Some(join.code), redactor)
    });
    let mut session = match opened {
        Ok(session) => Some(session),
        Err(error) => {
            notices.say(notices.words.agent_failed, &[("why", &error.to_string())]);
            None
        }
    };
    let scopes = match session.as_mut() {
        Some(session) => agree(session, consent, notices, &shared.hide, &shown).await,
        None => Scopes::none(),
    };
    let mut attempt = Attempt::new(session, scopes, &shown, notices);
    let exit = attempt.run(&command).await;
    (attempt, exit)
}

/// Finds out what the customer agrees to, and tells the console.
async fn agree(
    session: &mut Session,
    given: Option<Scopes>,
    notices: &Notices,
    hide: &[String],
    command: &[String],
) -> Scopes {
    let words = notices.words;
    let scopes = match given {
        Some(scopes) => scopes,
        None if consent::can_ask() => {
            let known = |session: &Session| session.team().is_some() || session.over().is_some();
            // Without the name the console's address must do.
            let _ = tokio::time::timeout(TEAM_NAME_WAIT, session.attend(known)).await;
            match session.over() {
                Some(_) => Scopes::none(),
                None => ask(session, notices, hide, command).await,
            }
        }
        None => Scopes::none(),
    };
    session.consent(&scopes);
    let console = session.console().to_owned();
    match (scopes.is_empty(), session.team()) {
        (true, _) => notices.say(words.nothing_consented, &[]),
        (false, Some(team)) => {
            notices.tell(words.sending, &[("team", team), ("scopes", &scopes.to_string())])
        }
        (false, None) => {
            notices.tell(words.sending_unnamed, &[("console", &console), ("scopes", &scopes.to_string())]);
        }
    }
    scopes
}

/// Asks in the terminal, while the session goes on.
async fn ask(session: &mut Session, notices: &Notices, hide: &[String], command: &[String]) -> Scopes {
    let words = notices.words;
    let who = match session.team() {
        Some(team) => fill(words.consent_intro, &[("team", team)]),
        None => fill(words.consent_intro_unnamed, &[("console", session.console())]),
    };
    let (hide, program) = (hide.to_vec(), command.first().cloned().unwrap_or_default());
    let (answer, answered) = tokio::sync::oneshot::channel();
    let question = tokio::task::spawn_blocking(move || {
        let example = |scope| match scope {
            Scope::InstallerOutput => vec![fill(words.output_example, &[("program", &program)])],
            scope => show::example(scope, &hide),
        };
        let scopes = consent::ask_scopes(words, &who, &consent::ASKED, example, consent::answer);
        // An error means that the agent is ending.
        let _ = answer.send(scopes);
    });
    session.attend_while(question).await;
    answered.await.unwrap_or_default()
}

/// The attempt and what watches it.
struct Attempt<'a> {
    session: Option<Session>,
    scopes: Scopes,
    notices: &'a Notices,
    plan: Plan,
    tails: Option<Tails>,
}

impl<'a> Attempt<'a> {
    /// Gets everything ready that must be there before the installer's first word.
    fn new(session: Option<Session>, scopes: Scopes, command: &[String], notices: &'a Notices) -> Self {
        let cwd = std::env::current_dir().unwrap_or_default();
        let output = scopes.allows(Scope::InstallerOutput);
        // What may not be looked at is not asked for.
        let own_log = session.as_ref().filter(|_| output).and_then(Session::own_log);
        let plan = Plan::new(command, &cwd, own_log.as_deref());
        let mut attempt = Self { session, scopes, notices, plan, tails: None };
        let Some(inlet) = attempt.watching() else { return attempt };
        if output {
            attempt.tails = Tails::start(&attempt.plan.logs, inlet.clone()).ok();
        }
        let id = AttemptId(now().millis());
        attempt.session.iter().for_each(|session| session.keep(|state| state.open_attempt = Some(id)));
        let (program, args) =
            command.split_first().map_or((String::new(), &[][..]), |(p, args)| (p.clone(), args));
        let args = if output { args.to_vec() } else { Vec::new() };
        inlet.put(Input::Attempt(Some(id)));
        let started = AttemptStarted { program, args, joined_late: false };
        inlet.put(Input::Event(Lane::Events, EventBody::AttemptStarted(started)));
        attempt
    }

    /// The way in, if anything may be watched at all.
    fn watching(&self) -> Option<Inlet> {
        self.session.as_ref().filter(|_| !self.scopes.is_empty()).map(|session| session.inlet.clone())
    }

    /// Runs the installer to its end.
    async fn run(&mut self, command: &[OsString]) -> Exit {
        let Some((program, args)) = command.split_first() else {
            return Exit { code: Some(OWN_FAILURE.into()), signal: None };
        };
        let args: Vec<OsString> = args.iter().chain(&self.plan.added_args).cloned().collect();
        match platform::start(program, &args) {
            Ok(started) => {
                if self.watching().is_some()
                    && let Some(session) = self.session.as_mut()
                {
                    session.probe(Context::new(self.plan.clone()), &self.scopes, true);
                }
                self.follow(started).await
            }
            Err(error) => self.not_started(&program.to_string_lossy(), &error),
        }
    }

    fn not_started(&self, program: &str, error: &io::Error) -> Exit {
        let words = self.notices.words;
        let code = if error.kind() == io::ErrorKind::NotFound {
            self.notices.fail(words.not_found, &[("program", program)]);
            NOT_FOUND
        } else {
            let values = [("program", program), ("why", &error.to_string())];
            self.notices.fail(words.not_executable, &values);
            NOT_EXECUTABLE
        };
        Exit { code: Some(code), signal: None }
    }

    async fn follow(&mut self, started: Started) -> Exit {
        let Started { mut child, outputs, terminal } = started;
        self.notices.set_raw(terminal.is_some());
        let ended = Arc::new(AtomicBool::new(false));
        let inlet = self.watching().filter(|_| self.scopes.allows(Scope::InstallerOutput));
        let mut passing = Vec::new();
        for (kind, output) in outputs {
            match PassThrough::start(kind, output, inlet.clone(), ended.clone()) {
                Ok(pass) => passing.push(pass),
                Err(error) => {
                    self.notices.say(self.notices.words.agent_failed, &[("why", &error.to_string())])
                }
            }
        }
        let pid = child.id();
        let (report, exited) = tokio::sync::oneshot::channel();
        let waiting = tokio::task::spawn_blocking(move || {
            let status = child.wait();
            // An error means that the agent is ending.
            let _ = report.send(status);
        });
        tokio::select! {
            () = self.attend_while(waiting) => {}
            () = platform::forward_signals(pid, terminal.clone()) => {}
        }
        let status = exited.await;
        ended.store(true, Ordering::Release);
        let passed = tokio::task::spawn_blocking(move || passing.into_iter().for_each(PassThrough::wait));
        self.attend_while(passed).await;
        terminal.iter().for_each(platform::Terminal::restore);
        self.notices.set_raw(false);
        match status {
            Ok(Ok(status)) => platform::exit_of(status),
            _ => Exit { code: None, signal: None },
        }
    }

    async fn attend_while(&mut self, task: tokio::task::JoinHandle<()>) {
        match self.session.as_mut() {
            Some(session) => session.attend_while(task).await,
            None => drop(task.await),
        }
    }

    /// Says how the attempt ended, and delivers.
    async fn finish(mut self, exit: Exit, linger: Duration) {
        if let Some(signal) = exit.signal {
            let status = (128 + signal).to_string();
            self.notices
                .say(self.notices.words.killed, &[("signal", &signal.to_string()), ("status", &status)]);
        }
        let watching = self.watching();
        if let Some(tails) = self.tails.take() {
            self.attend_while(tokio::task::spawn_blocking(move || tails.finish())).await;
        }
        if !self.plan.added_args.is_empty() {
            // The log that was asked for is not redacted: it goes at once. One that was never written leaves nothing to remove.
            self.plan.logs.iter().for_each(|log| _ = std::fs::remove_file(log));
        }
        let Some(mut session) = self.session.take() else { return };
        if let Some(inlet) = watching {
            let ended = AttemptEnded { outcome: attempt::outcome(exit), exit: Some(exit) };
            inlet.put(Input::Event(Lane::Events, EventBody::AttemptEnded(ended)));
            inlet.put(Input::Attempt(None));
            session.keep(|state| state.open_attempt = None);
            session.last_readings().await;
        }
        session.stopped("finished").await;
        let team = session.team().unwrap_or_else(|| session.console()).to_owned();
        if session.finish(linger).await == Delivery::Complete && !self.scopes.is_empty() {
            self.notices.tell(self.notices.words.delivered, &[("team", &team)]);
        }
    }
}
