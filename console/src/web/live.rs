//! Live updates of a case, as server-sent events.
//!
//! Each `entry` event holds the items of an entry of the journal. Facts that change faster than anybody reads are conflated:
//! the last value of a path wins. A `case` event holds what changed of the case itself. The id of an `entry` event tells how
//! far its reader is: `POSITION`, or `POSITION-OLDEST` where a conflated fact of an older entry is still to be sent. A reader
//! that comes back with it as `Last-Event-ID` gets what it missed from the journal first. A reader that is too slow is
//! dropped, never buffered without bound, and comes back the same way.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use hotliner_protocol::id::CaseId;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use super::App;
use super::access::Caller;
use super::answer::{Answer, ErrorBody};
use super::cases::{case_id, query, settle_code};
use super::conflate::Conflate;
use super::streams::Place;
use super::views::{CaseView, Language};
use crate::case::Item;
use crate::hub::{LiveUpdate, Watch};
use crate::projection::CaseRow;

/// Events that wait for the socket.
pub(super) const QUEUE: usize = 16;

/// How long a reader may take no event before it is dropped.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Comments in silence, so that proxies keep the connection.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A fact is sent at most once in this time.
const FACT_INTERVAL: Duration = Duration::from_millis(500);

/// Entries read at a time for a reader that comes back.
const CHUNK: usize = 64;

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct LiveQuery {
    /// Language of the diagnoses; English unless said.
    #[serde(default)]
    #[param(inline)]
    lang: Language,
    /// Position of the last entry seen, for the first connection of browsers; `Last-Event-ID` wins.
    after: Option<u64>,
}

/// What happens in a case, from now on, or from `after` or `Last-Event-ID` on.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/live", tag = "cases",
    params(
        ("id" = String, Path, description = "the case"),
        LiveQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "id of the last `entry` seen: what came after it is sent first"),
    ),
    responses(
        (status = 200, description = "server-sent events: `entry`, data is a list of items as among the events, id how far the reader is; `case`, data is what changed of the case, without its facts", content_type = "text/event-stream", body = String),
        (status = 404, description = "no such case", body = ErrorBody),
        (status = 429, description = "too many streams are open", body = ErrorBody),
    ),
)]
pub(super) async fn live(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    given: Result<Query<LiveQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Answer> {
    let case = case_id(&id)?;
    let LiveQuery { lang, after } = query(given)?;
    let place = app.streams.enter(&caller)?;
    let watch = app.hub.watch(case).await?;
    let last = headers.get("last-event-id").and_then(|id| Reached::parse(id.to_str().ok()?));
    let from = last.or(after.map(Reached::through)).unwrap_or(Reached::through(watch.position));
    let (sender, receiver) = mpsc::channel(QUEUE);
    let feed = Feed {
        app,
        case,
        lang,
        sender,
        reached: from.within(watch.position),
        facts: Conflate::new(FACT_INTERVAL),
        shown: Map::new(),
        place,
    };
    tokio::spawn(feed.run(watch));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// How far a reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    /// Everything up to this position was sent, but facts.
    entries: u64,
    /// Facts were sent up to this position.
    facts: u64,
}

impl Reached {
    fn through(position: u64) -> Self {
        Self { entries: position, facts: position }
    }

    fn parse(id: &str) -> Option<Self> {
        let id = id.trim();
        match id.split_once('-') {
            None => id.parse().ok().map(Self::through),
            Some((entries, oldest)) => {
                let (entries, oldest): (u64, u64) = (entries.parse().ok()?, oldest.parse().ok()?);
                Some(Self { entries, facts: oldest.saturating_sub(1).min(entries) })
            }
        }
    }

    fn within(self, position: u64) -> Self {
        Self { entries: self.entries.min(position), facts: self.facts.min(position) }
    }
}

/// Returns at this time; never for none.
pub(super) async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}

struct Feed {
    app: App,
    case: CaseId,
    lang: Language,
    sender: mpsc::Sender<Result<Event, Infallible>>,
    reached: Reached,
    /// Facts that are held back, by path.
    facts: Conflate<String, Item>,
    /// The case as the reader knows it.
    shown: Map<String, Value>,
    place: Place,
}

/// The reader has gone, or is too slow.
struct Gone;

impl Feed {
    async fn run(mut self, watch: Watch) {
        // Whoever fell behind comes back and is told what it missed.
        let _ = self.feed(watch).await;
    }

    /// Sends until the reader goes, falls behind, or the case's task ends.
    async fn feed(&mut self, mut watch: Watch) -> Result<(), Gone> {
        self.catch_up(watch.position).await?;
        self.send_case(&watch.row).await?;
        let over = self.place.over(self.app.clone());
        tokio::pin!(over);
        loop {
            let update: Arc<LiveUpdate> = tokio::select! {
                update = watch.updates.recv() => update.map_err(|_| Gone)?,
                () = wait(self.facts.next()) => {
                    let due = self.facts.due(Instant::now());
                    self.send_items(due).await?;
                    continue;
                }
                () = self.sender.closed() => return Err(Gone),
                () = &mut over => return Err(Gone),
            };
            if update.position > self.reached.entries {
                match &update.items {
                    Some(items) => self.entry(update.position, items.clone()).await?,
                    None => self.catch_up(update.position).await?,
                }
            }
            if let Some(row) = &update.row {
                self.send_case(row).await?;
            }
        }
    }

    /// Sends what lies between what was sent and `position`.
    async fn catch_up(&mut self, position: u64) -> Result<(), Gone> {
        let mut read = self.reached.facts.min(self.reached.entries);
        while read < position {
            let journal = self.app.hub.journal();
            let entries = journal.entries(self.case, read, CHUNK).await.map_err(|error| {
                tracing::error!(case = %self.case, %error, "a reader cannot be told what it missed");
                Gone
            })?;
            let Some(last) = entries.last() else { return Ok(()) };
            read = last.position;
            for entry in entries.into_iter().filter(|entry| entry.position <= position) {
                let mut items = entry.items();
                if entry.position <= self.reached.entries {
                    items.retain(|item| item["kind"] == "fact");
                }
                self.entry(entry.position, items).await?;
            }
        }
        Ok(())
    }

    /// Sends the items of an entry but for facts that come too fast.
    async fn entry(&mut self, position: u64, mut items: Vec<Item>) -> Result<(), Gone> {
        let now = Instant::now();
        let facts = &mut self.facts;
        items = items
            .into_iter()
            .filter_map(|item| match (item["kind"] == "fact", item["path"].as_str()) {
                (true, Some(path)) => facts.offer(path.to_owned(), item, now),
                _ => Some(item),
            })
            .collect();
        self.reached.entries = self.reached.entries.max(position);
        // What is held stays to be told; the rest has been.
        self.reached.facts = self.reached.entries;
        self.send_items(items).await
    }

    async fn send_items(&mut self, items: Vec<Item>) -> Result<(), Gone> {
        if items.is_empty() {
            return Ok(());
        }
        let oldest = self.facts.held().filter_map(|item| item["position"].as_u64()).min();
        let entries = self.reached.entries;
        let id = oldest.map_or_else(|| entries.to_string(), |oldest| format!("{entries}-{oldest}"));
        let data = serde_json::to_string(&items).map_err(|_| Gone)?;
        self.send(Event::default().id(id).event("entry").data(data)).await
    }

    /// Sends what the reader does not know of the case yet.
    async fn send_case(&mut self, row: &CaseRow) -> Result<(), Gone> {
        let mut row = row.clone();
        settle_code(&self.app, &mut row);
        let view = serde_json::to_value(CaseView::new(row, Vec::new(), self.lang)).map_err(|_| Gone)?;
        let Value::Object(mut view) = view else { return Err(Gone) };
        view.remove("facts");
        let known = &self.shown;
        let news: Map<String, Value> = view
            .iter()
            .filter(|(key, value)| known.get(*key) != Some(*value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        self.shown = view;
        let data = serde_json::to_string(&news).map_err(|_| Gone)?;
        self.send(Event::default().event("case").data(data)).await
    }

    async fn send(&self, event: Event) -> Result<(), Gone> {
        match tokio::time::timeout(PATIENCE, self.sender.send(Ok(event))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_how_far_a_reader_is() {
        let reached = |entries, facts| Some(Reached { entries, facts });
        for (id, expected) in [
            ("12", reached(12, 12)),
            ("12-9", reached(12, 8)),
            ("12-40", reached(12, 12)),
            ("0", reached(0, 0)),
            ("x", None),
            ("1-", None),
            ("", None),
        ] {
            assert_eq!(Reached::parse(id), expected, "{id}");
        }
    }
}
