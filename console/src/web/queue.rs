//! Live updates of the queue, as server-sent events: each case whose state changes, at most so often.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use hotliner_protocol::id::CaseId;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use super::App;
use super::access::Caller;
use super::answer::{Answer, ErrorBody};
use super::cases::{in_list, query};
use super::conflate::Conflate;
use super::live::{KEEP_ALIVE, PATIENCE, QUEUE, wait};
use super::streams::Place;
use super::views::{Language, ShowQuery};
use crate::projection::CaseRow;

/// A case is sent at most once in this time.
const INTERVAL: Duration = Duration::from_millis(250);

/// What changes in the queue, from now on. Whoever was away reads the list anew.
#[utoipa::path(
    get, path = "/api/v1/live", tag = "cases", params(ShowQuery),
    responses(
        (status = 200, description = "server-sent events named `case`: data is the changed case as in the list, at most 4 a second of a case", content_type = "text/event-stream", body = String),
        (status = 429, description = "too many streams are open", body = ErrorBody),
    ),
)]
pub(super) async fn live(
    State(app): State<App>,
    caller: Caller,
    given: Result<Query<ShowQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Answer> {
    let ShowQuery { lang } = query(given)?;
    let place = app.streams.enter(&caller)?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    let changes = app.hub.changes();
    tokio::spawn(Feed { app, lang, sender, place }.run(changes));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Feed {
    app: App,
    lang: Language,
    sender: mpsc::Sender<Result<Event, Infallible>>,
    place: Place,
}

impl Feed {
    /// Sends until the reader goes, falls behind or may not watch any more.
    async fn run(self, mut changes: broadcast::Receiver<Arc<CaseRow>>) {
        let mut cases: Conflate<CaseId, Arc<CaseRow>> = Conflate::new(INTERVAL);
        let over = self.place.over(self.app.clone());
        tokio::pin!(over);
        loop {
            let rows = tokio::select! {
                changed = changes.recv() => match changed {
                    Ok(row) => Vec::from_iter(cases.offer(row.state.case, row, Instant::now())),
                    Err(_) => return,
                },
                () = wait(cases.next()) => cases.due(Instant::now()),
                () = self.sender.closed() => return,
                () = &mut over => return,
            };
            for row in rows {
                if !self.send(CaseRow::clone(&row)).await {
                    return;
                }
            }
        }
    }

    async fn send(&self, row: CaseRow) -> bool {
        let Ok(data) = serde_json::to_string(&in_list(&self.app, row, self.lang)) else { return false };
        let event = Event::default().event("case").data(data);
        matches!(tokio::time::timeout(PATIENCE, self.sender.send(Ok(event))).await, Ok(Ok(())))
    }
}
