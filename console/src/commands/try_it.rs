//! `try`: the main job in one command, with the real programs.
//!
//! Starts a console on loopback with a store of its own, opens a case, lets a real agent run an installer that really fails,
//! and shows what the console says of it. Nothing is left behind: everything lives in a temporary folder.

mod report;
mod scenario;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::client::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::cli::{Format, Try};
use crate::client::Client;
use crate::lookup;
use crate::running::{self, Running};
use crate::settings::Layer;
use crate::trouble::Trouble;
use scenario::Scenario;

/// How long the installation may take, and then the diagnosis.
const INSTALL_PATIENCE: Duration = Duration::from_secs(120);
const DIAGNOSIS_PATIENCE: Duration = Duration::from_secs(15);

/// Interval at which the case is looked at until its diagnosis is there.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Exit code where the console named another cause, or none.
const NOT_RIGHT: u8 = 1;

/// What has been tried and what came out.
struct Tried {
    scenario: Scenario,
    case: String,
    address: String,
    data: PathBuf,
    /// The case as `case show` prints it.
    shown: Value,
    /// The agent's own end: exit code, output.
    agent: Output,
    /// From the start of the agent to the diagnosis in hand.
    took: Duration,
}

impl Tried {
    /// The best diagnosis.
    fn best(&self) -> &Value {
        &self.shown["diagnoses"][0]
    }

    /// Whether the cause is the one the installation was made to fail with, resting on the line that says so.
    fn is_right(&self) -> bool {
        let best = self.best();
        let loud = best["standing"] == "confirmed" || best["standing"] == "likely";
        loud && best["cause"] == self.scenario.cause && self.deciding_line().is_some()
    }

    fn deciding_line(&self) -> Option<&Value> {
        let evidence = self.best()["evidence"].as_array()?;
        evidence
            .iter()
            .find(|hit| hit["text"].as_str().is_some_and(|text| text.contains(self.scenario.deciding)))
    }
}

pub(super) fn run(options: Try) -> Result<u8, Trouble> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Trouble::new(
            format!("the programs cannot run: {error}"),
            "free some memory and threads, and try again",
        )
    })?;
    runtime.block_on(try_it(&options))
}

async fn try_it(options: &Try) -> Result<u8, Trouble> {
    let agent = lookup::find_companion("hotliner-agent").ok_or_else(|| {
        Trouble::new(
            "hotliner-agent is neither beside this program nor in PATH",
            "build both programs with `cargo build --release`, or put them into one folder",
        )
    })?;
    let folder = tempfile::Builder::new().prefix("hotliner-try-").tempdir().map_err(|error| {
        Trouble::new(
            format!("no temporary folder can be made: {error}"),
            "set TMPDIR to a folder you may write to",
        )
    })?;
    let text = options.output.format == Format::Text;
    let lang = options.output.lang();
    let scenario = scenario::prepare(folder.path())?;
    let data = folder.path().join("data");
    let console = start_console(&data).await?;
    let tried = attempt(&agent, folder.path(), &console, scenario, options).await?;
    if text {
        report::text(&tried, lang);
    } else {
        report::json(&tried);
    }
    if !options.once {
        if text {
            report::stay(&tried, console.first_link(), lang);
        }
        // Where Ctrl-C cannot be waited for, ending is better than staying for ever.
        let _ = tokio::signal::ctrl_c().await;
    }
    console.stop().await;
    Ok(if tried.is_right() { 0 } else { NOT_RIGHT })
}

/// A console on a free port of the loopback, with a store of its own.
async fn start_console(data: &Path) -> Result<Running, Trouble> {
    let flags =
        Layer { data: Some(data.to_owned()), listen: Some("127.0.0.1:0".to_owned()), ..Layer::default() };
    running::start(&flags.settle(false)?).await
}

async fn attempt(
    agent: &Path,
    folder: &Path,
    console: &Running,
    scenario: Scenario,
    options: &Try,
) -> Result<Tried, Trouble> {
    let data = console.data().to_owned();
    let address = console.listen().to_string();
    let client = Client::local(Some(&data))?;
    let opened =
        client.ask(Method::POST, "/api/v1/cases", Some(&json!({ "note": "hotliner-console try" }))).await?;
    let text = |key: &str| opened[key].as_str().unwrap_or_default().to_owned();
    let (case, code) = (text("case"), text("code"));
    if options.output.format == Format::Text {
        report::begin(options.output.lang(), &address, &code, &scenario.command);
    }
    let started = Instant::now();
    let run = run_agent(agent, folder, &address, &code, &scenario.command);
    let ended = tokio::time::timeout(INSTALL_PATIENCE, run).await.map_err(|_| {
        Trouble::new(
            format!("the installation did not end within {} s", INSTALL_PATIENCE.as_secs()),
            "try again; if it stays so, please report it with your system's name",
        )
    })??;
    let path = format!("/api/v1/cases/{case}?lang={}", options.output.lang());
    let shown = diagnosis(&client, &path).await?;
    let took = started.elapsed();
    Ok(Tried { scenario, case, address, data, shown, agent: ended, took })
}

async fn run_agent(
    agent: &Path,
    folder: &Path,
    address: &str,
    code: &str,
    installer: &[String],
) -> Result<Output, Trouble> {
    let home = folder.join("home");
    let run = Command::new(agent)
        .args(["run", "--quiet", "--code", code, "--console", address, "--consent", "all", "--"])
        .args(installer)
        // The agent's own files stay in the temporary folder.
        .env("HOME", &home)
        .env("XDG_DATA_HOME", home.join("data"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    run.await.map_err(|error| {
        Trouble::new(
            format!("{} cannot be run: {error}", agent.display()),
            "build it again with `cargo build --release`",
        )
    })
}

/// The case, once its attempt has ended and something is named; or as it is when patience ends.
async fn diagnosis(client: &Client, path: &str) -> Result<Value, Trouble> {
    let until = Instant::now() + DIAGNOSIS_PATIENCE;
    loop {
        let shown = client.ask(Method::GET, path, None).await?;
        let ended = shown["attempts"][0]["ended_at"].is_string();
        let named = shown["diagnoses"][0]["fault"].is_string();
        if (ended && named) || Instant::now() >= until {
            return Ok(shown);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
