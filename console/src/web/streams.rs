//! How many live streams somebody may have open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::timeout;

use super::App;
use super::access::{Caller, Who};
use super::answer::Answer;
use crate::tokens::hex;

/// Streams of one session or token at a time: some tabs, each with the queue and a case.
const MAX_STREAMS: usize = 16;

/// Streams of the local socket, and so of every program of the folder's owner, at a time.
const MAX_LOCAL_STREAMS: usize = 256;

/// Live streams that are open, by who has them. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// How often a session or token whose time may be over is looked at. One that is ended is noticed at once.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A place that is given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    streams: Streams,
    whose: String,
    caller: Caller,
}

impl Place {
    /// Returns when the caller may not watch any more: a stream must not outlive the session it was opened with.
    pub(super) fn over(&self, app: App) -> impl Future<Output = ()> + Send + use<> {
        let caller = self.caller.clone();
        let mut changes = app.vault.access_changes();
        async move {
            while caller.is_welcome(&app).await {
                // The vault lives as long as the application: there is no error.
                let _ = timeout(LOOK_EVERY, changes.changed()).await;
            }
        }
    }
}

impl Streams {
    /// A place for one more stream of the caller, if there is one.
    pub(super) fn enter(&self, caller: &Caller) -> Result<Place, Answer> {
        let (whose, most) = match &caller.who {
            Who::Account { session, .. } => (hex(session), MAX_STREAMS),
            Who::Token { name, .. } => (format!("token:{name}"), MAX_STREAMS),
            Who::Local | Who::Nobody => (String::new(), MAX_LOCAL_STREAMS),
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.entry(whose.clone()).or_default();
        if *held >= most {
            return Err(Answer::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!("{most} live streams are open already"),
                "close tabs or programs that watch cases",
            ));
        }
        *held += 1;
        Ok(Place { streams: self.clone(), whose, caller: caller.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = open.get_mut(&self.whose) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.whose);
            }
        }
    }
}
