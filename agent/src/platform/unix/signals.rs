//! Signals are meant for the installer. We catch those that would end us and hand them on.
//!
//! A signal that was ignored when we were started (`nohup`) stays ignored, for us and for the installer. An interrupt
//! typed at a terminal whose foreground we share reaches the installer from the kernel already and is not sent twice.

use std::future::pending;
use std::io::stdin;

use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

use super::super::{Terminal, own};

/// A stream of `kind`, unless it is ignored.
fn caught(kind: SignalKind) -> Option<Stream> {
    (!own::ignored(kind.as_raw_value())).then(|| signal(kind).ok()).flatten()
}

async fn next(stream: &mut Option<Stream>) {
    let came = match stream {
        Some(stream) => stream.recv().await.is_some(),
        None => false,
    };
    if !came {
        pending().await
    }
}

pub(crate) async fn forward_signals(pid: u32, terminal: Option<Terminal>) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    let mut interrupt = caught(SignalKind::interrupt());
    let mut quit = caught(SignalKind::quit());
    let mut terminate = caught(SignalKind::terminate());
    let mut hangup = caught(SignalKind::hangup());
    let mut window = caught(SignalKind::window_change());
    loop {
        let typed = terminal.is_none() && shares_foreground();
        let (signal, by_kernel_too) = tokio::select! {
            () = next(&mut interrupt) => (Signal::INT, typed),
            () = next(&mut quit) => (Signal::QUIT, typed),
            () = next(&mut terminate) => (Signal::TERM, false),
            () = next(&mut hangup) => (Signal::HUP, false),
            () = next(&mut window) => {
                terminal.iter().for_each(Terminal::resize);
                continue;
            }
        };
        if !by_kernel_too {
            // The process may have ended meanwhile; it is not waited for before this future is dropped.
            let _ = kill_process(pid, signal);
        }
    }
}

pub(crate) async fn stop_wanted() {
    let mut interrupt = caught(SignalKind::interrupt());
    let mut terminate = caught(SignalKind::terminate());
    let mut hangup = caught(SignalKind::hangup());
    tokio::select! {
        () = next(&mut interrupt) => {}
        () = next(&mut terminate) => {}
        () = next(&mut hangup) => {}
    }
}

/// Whether our process group is the one that the terminal sends typed signals to.
fn shares_foreground() -> bool {
    rustix::termios::tcgetpgrp(stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
}
