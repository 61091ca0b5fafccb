//! Live updates of a case, as server-sent events.
//!
//! Each event holds the items of one entry of the journal and has the entry's position as its id. A reader that comes back
//! with `Last-Event-ID` gets what it missed from the journal first. A reader that is too slow is dropped, never buffered
//! without bound, and comes back the same way.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use hotliner_protocol::id::CaseId;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use super::App;
use super::access::Reader;
use super::answer::{Answer, ErrorBody};
use super::cases::case_id;
use crate::case::Item;
use crate::hub::{LiveUpdate, Watch};
use crate::journal::Journal;

/// Events that wait for the socket.
const QUEUE: usize = 16;

/// How long a reader may take no event before it is dropped.
const PATIENCE: Duration = Duration::from_secs(20);

/// Comments in silence, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Entries read at a time for a reader that comes back.
const CHUNK: usize = 64;

/// What happens in a case, from now on or from `Last-Event-ID` on.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/live", tag = "cases",
    params(
        ("id" = String, Path, description = "the case"),
        ("Last-Event-ID" = Option<u64>, Header, description = "position of the last entry seen: what came after it is sent first"),
    ),
    responses(
        (status = 200, description = "server-sent events named `entry`: data is the JSON list of an entry's items, id its position", content_type = "text/event-stream", body = String),
        (status = 404, description = "no such case", body = ErrorBody),
    ),
)]
pub(super) async fn live(
    State(app): State<App>,
    _: Reader,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Answer> {
    let case = case_id(&id)?;
    let watch = app.hub.watch(case).await?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let (sender, receiver) = mpsc::channel(QUEUE);
    let feed = Feed { sender, sent: last.unwrap_or(watch.position).min(watch.position) };
    tokio::spawn(feed.run(app.hub.journal().clone(), case, watch));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Feed {
    sender: mpsc::Sender<Result<Event, Infallible>>,
    /// Position of the last entry sent.
    sent: u64,
}

impl Feed {
    /// Sends until the reader goes, falls behind, or the case's task ends.
    async fn run(mut self, journal: Journal, case: CaseId, mut watch: Watch) {
        if !self.catch_up(&journal, case, watch.position).await {
            return;
        }
        loop {
            let update: Arc<LiveUpdate> = tokio::select! {
                update = watch.updates.recv() => match update {
                    Ok(update) => update,
                    Err(_) => return,
                },
                () = self.sender.closed() => return,
            };
            if update.position > self.sent && !self.send(update.position, &update.items).await {
                return;
            }
        }
    }

    /// Sends what lies between what was sent and `position`.
    async fn catch_up(&mut self, journal: &Journal, case: CaseId, position: u64) -> bool {
        while self.sent < position {
            let entries = match journal.entries(case, self.sent, CHUNK).await {
                Ok(entries) if !entries.is_empty() => entries,
                Ok(_) => return true,
                Err(error) => {
                    tracing::error!(%case, %error, "a reader cannot be told what it missed");
                    return false;
                }
            };
            for entry in entries {
                if !self.send(entry.position, &entry.items()).await {
                    return false;
                }
            }
        }
        true
    }

    async fn send(&mut self, position: u64, items: &[Item]) -> bool {
        let Ok(data) = serde_json::to_string(items) else { return false };
        let event = Event::default().id(position.to_string()).event("entry").data(data);
        self.sent = position;
        matches!(tokio::time::timeout(PATIENCE, self.sender.send(Ok(event))).await, Ok(Ok(())))
    }
}
