//! `serve`: a console until somebody ends it.

use std::io::IsTerminal;

use hotliner_faults::lang::Lang;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::cli::{Format, Serve};
use crate::running::{self, Running};
use crate::settings::{self, Layer, Settings};
use crate::terminal::{self, Style};
use crate::trouble::Trouble;
use crate::words::words;

pub(super) fn run(options: Serve) -> Result<u8, Trouble> {
    let flags = Layer {
        data: options.data,
        listen: options.listen,
        listen_web: options.listen_web,
        name: options.name,
        log: options.log,
        journal: options.journal,
        ..Layer::default()
    };
    let settings = settings::resolve(flags, options.config.as_deref(), options.rebuild)?;
    start_log(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Trouble::new(
            format!("the console cannot run: {error}"),
            "free some memory and threads, and try again",
        )
    })?;
    runtime.block_on(serve(&settings, options.output.format, options.output.lang()))?;
    Ok(0)
}

async fn serve(settings: &Settings, format: Format, lang: Lang) -> Result<(), Trouble> {
    let (mut interrupt, mut terminate) = (on(SignalKind::interrupt())?, on(SignalKind::terminate())?);
    let console = running::start(settings).await?;
    announce(&console, format, lang);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("going down");
    console.stop().await;
    Ok(())
}

fn on(kind: SignalKind) -> Result<Signal, Trouble> {
    signal(kind).map_err(|error| {
        Trouble::new(
            format!("signals cannot be received: {error}"),
            "try again on a system that is not overloaded",
        )
    })
}

/// Logs go to standard error, so that what `serve` prints stays apart.
fn start_log(filter: &str) -> Result<(), Trouble> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Trouble::new(
            format!("`{filter}` says nothing that can be logged: {error}"),
            "allowed are error, warn, info, debug and trace",
        )
    })?;
    let colour = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that a log was started already, by whoever runs more than one console in a process.
    let _ = log.with_ansi(colour).try_init();
    Ok(())
}

/// Says where the console is and what to type next. The last line, or the only one as JSON, says that it is ready.
fn announce(console: &Running, format: Format, lang: Lang) {
    let data = console.data().display().to_string();
    let link = console.first_link().map(|token| first_link(console, token));
    if format == Format::Json {
        let mut ready = json!({
            "ready": true,
            "listen": console.listen().to_string(),
            "web": format!("https://{}", console.listen_web()),
            "data": data,
            "team": { "name": console.team_name(), "fingerprint": console.team().to_string() },
        });
        if let Some(link) = link {
            ready["first_account"] = json!(link);
        }
        terminal::say(&ready.to_string());
        return;
    }
    let words = words(lang);
    let style = Style::detect();
    let rows = [
        format!("{} (QUIC)", console.listen()),
        format!("https://{}", console.listen_web()),
        format!("{}  {}", console.team_name(), console.team()),
        data.clone(),
        format!("hotliner-console case new --data {data}"),
    ];
    terminal::say(&style.strong(&format!("hotliner-console {}", env!("CARGO_PKG_VERSION"))));
    for (label, text) in words.banner.iter().zip(rows) {
        let pad = " ".repeat(12usize.saturating_sub(label.chars().count()));
        terminal::say(&format!("  {label}{pad} {text}"));
    }
    if let Some(link) = link {
        terminal::say(&format!("\n{}: {}\n  {link}\n", words.first_account, words.first_account_once));
    }
    terminal::say(words.ready);
}

/// The link that makes the first account. Its token stands behind `#`: browsers send that nowhere.
fn first_link(console: &Running, token: &str) -> String {
    let address = console.listen_web();
    // What listens on every address is reached from this machine by name.
    let host = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    format!("https://{host}/#/first/{token}")
}
