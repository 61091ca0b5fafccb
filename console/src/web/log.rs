//! What happened in a case, page by page, and its log, row by row: as fast with a million rows as with ten.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use hotliner_protocol::id::CaseId;
use serde_json::Value;

use super::App;
use super::answer::{Answer, ErrorBody};
use super::cases::{case_id, query};
use super::views::{Events, EventsQuery, Hits, Log, LogQuery, LogRow, Mark, SearchQuery};
use crate::case::{CaseState, Entry, is_row_item};
use crate::hub::{Hub, HubError};
use crate::projection::{Block, Blocks, CaseRow};

const DEFAULT_EVENTS: usize = 200;
const MAX_EVENTS: usize = 5_000;

/// Entries read from the journal at a time for a page of events.
const CHUNK: usize = 16;

const DEFAULT_ROWS: u64 = 500;
const MAX_ROWS: u64 = 2_000;

const DEFAULT_HITS: usize = 100;
const MAX_HITS: usize = 1_000;

/// Longest text that is searched for, in characters.
const MAX_SEARCH_CHARS: usize = 200;

/// Rows one search looks through before it says where to go on.
const SEARCHED_ROWS: u64 = 50_000;

/// Rows a search reads at a time.
const SEARCH_CHUNK: u64 = 2_000;

/// What happened in a case, in order.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/events", tag = "cases",
    params(("id" = String, Path, description = "the case"), EventsQuery),
    responses((status = 200, description = "a page of items", body = Events), (status = 404, description = "no such case", body = ErrorBody)),
)]
pub(super) async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Json<Events>, Answer> {
    let case = case_id(&id)?;
    let EventsQuery { after, before, kind, limit } = query(given)?;
    let limit = limit.unwrap_or(DEFAULT_EVENTS).clamp(1, MAX_EVENTS);
    let lines = match kind.as_deref() {
        None => false,
        Some("line") => true,
        Some(other) => {
            return Err(Answer::bad_request(format!("`{other}` cannot be asked for"), "allowed is line"));
        }
    };
    let pages = Pages { hub: &app.hub, case, lines };
    let page = match before {
        None => pages.after(after, limit).await?,
        Some(0) => pages.before(u64::MAX, limit).await?,
        Some(before) => pages.before(before, limit).await?,
    };
    if page.events.is_empty() {
        known(&app, case).await?;
    }
    Ok(Json(page))
}

async fn known(app: &App, case: CaseId) -> Result<CaseRow, Answer> {
    app.hub.projection().row(case).await?.ok_or_else(Answer::no_such_case)
}

/// Pages of what happened.
struct Pages<'h> {
    hub: &'h Hub,
    case: CaseId,
    /// Lines only.
    lines: bool,
}

impl Pages<'_> {
    async fn after(&self, after: u64, limit: usize) -> Result<Events, Answer> {
        let (mut events, mut last) = (Vec::new(), after);
        while events.len() < limit {
            let entries = self.read(Blocks::After(last, CHUNK as u32)).await?;
            if entries.is_empty() {
                return Ok(Events { events, next: None });
            }
            for entry in entries {
                if events.len() >= limit {
                    break;
                }
                last = entry.position;
                events.extend(self.items(&entry));
            }
        }
        Ok(Events { events, next: Some(last) })
    }

    async fn before(&self, before: u64, limit: usize) -> Result<Events, Answer> {
        let (mut pages, mut count, mut first) = (Vec::new(), 0, before);
        while count < limit {
            let entries = self.read(Blocks::Before(first, CHUNK as u32)).await?;
            if entries.is_empty() {
                break;
            }
            for entry in entries.into_iter().rev() {
                if count >= limit {
                    break;
                }
                first = entry.position;
                let items = self.items(&entry);
                count += items.len();
                pages.push(items);
            }
        }
        let events = pages.into_iter().rev().flatten().collect();
        Ok(Events { events, next: (count >= limit && first > 1).then_some(first) })
    }

    async fn read(&self, which: Blocks) -> Result<Vec<Entry>, Answer> {
        let journal = self.hub.journal();
        let entries = if self.lines {
            let blocks = self.hub.projection().blocks(self.case, which).await?;
            journal.entries_at(self.case, blocks.iter().map(|block| block.position).collect()).await
        } else {
            match which {
                Blocks::After(after, limit) => journal.entries(self.case, after, limit as usize).await,
                Blocks::Before(before, limit) => {
                    journal.entries_before(self.case, before, limit as usize).await
                }
                Blocks::Rows(..) => Ok(Vec::new()),
            }
        };
        entries.map_err(|error| HubError::from(error).into())
    }

    fn items(&self, entry: &Entry) -> Vec<Value> {
        let mut items = entry.items();
        if self.lines {
            items.retain(|item| item["kind"] == "line");
        }
        items
    }
}

/// Rows of a case's log.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/log", tag = "cases",
    params(("id" = String, Path, description = "the case"), LogQuery),
    responses((status = 200, description = "rows", body = Log), (status = 404, description = "no such case", body = ErrorBody)),
)]
pub(super) async fn log(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Json<Log>, Answer> {
    let case = case_id(&id)?;
    let LogQuery { from, limit } = query(given)?;
    let limit = limit.unwrap_or(DEFAULT_ROWS).clamp(1, MAX_ROWS);
    let CaseRow { state, .. } = known(&app, case).await?;
    let total = state.journal.rows;
    let from = match from {
        None => total.saturating_sub(limit),
        Some(from @ ..0) => total.saturating_sub(from.unsigned_abs()),
        Some(from) => from.unsigned_abs(),
    };
    let to = from.saturating_add(limit).min(total);
    let lines = rows(&app.hub, case, from, to).await?;
    let lines = lines.iter().map(|(n, item)| LogRow::new(*n, item)).collect();
    Ok(Json(Log { total, position: state.journal.last, lines, marks: marks(&state) }))
}

/// The rows from `from` up to before `to`, each with its number.
async fn rows(hub: &Hub, case: CaseId, from: u64, to: u64) -> Result<Vec<(u64, Value)>, Answer> {
    if from >= to {
        return Ok(Vec::new());
    }
    let blocks = hub.projection().blocks(case, Blocks::Rows(from, to)).await?;
    let positions = blocks.iter().map(|block| block.position).collect();
    let entries = hub.journal().entries_at(case, positions).await.map_err(HubError::from)?;
    let mut found = Vec::new();
    for Block { first, position, .. } in blocks {
        let Some(entry) = entries.iter().find(|entry| entry.position == position) else { continue };
        let items = entry.items().into_iter().filter(is_row_item);
        found.extend((first..).zip(items).filter(|(n, _)| (from..to).contains(n)));
    }
    Ok(found)
}

/// Every row that a diagnosis rests on, in order.
fn marks(state: &CaseState) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut open: Vec<&Value> = state.diagnoses.en.iter().collect();
    while let Some(diagnosis) = open.pop() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for seen in diagnosis["evidence"].as_array().into_iter().flatten() {
            let (Some(n), Some(line)) = (seen["n"].as_u64(), seen["line"].as_u64()) else { continue };
            let (fault, evidence) = (text(&diagnosis["fault"]), text(&seen["name"]));
            marks.push(Mark { n, fault, evidence, source: text(&seen["source"]), line });
        }
        open.extend(diagnosis["explains"].as_array().into_iter().flatten());
    }
    marks.sort_by(|one, other| {
        (one.n, &one.fault, &one.evidence).cmp(&(other.n, &other.fault, &other.evidence))
    });
    marks
}

/// Finds lines of a case's log.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/log/search", tag = "cases",
    params(("id" = String, Path, description = "the case"), SearchQuery),
    responses((status = 200, description = "rows in which it was found", body = Hits), (status = 400, description = "nothing to find", body = ErrorBody),
        (status = 404, description = "no such case", body = ErrorBody)),
)]
pub(super) async fn search(
    State(app): State<App>,
    Path(id): Path<String>,
    given: Result<Query<SearchQuery>, QueryRejection>,
) -> Result<Json<Hits>, Answer> {
    let case = case_id(&id)?;
    let SearchQuery { q, from, back, limit } = query(given)?;
    if q.is_empty() || q.chars().count() > MAX_SEARCH_CHARS {
        let remedy = format!("give 1 to {MAX_SEARCH_CHARS} characters as `q`");
        return Err(Answer::bad_request("this cannot be searched for", remedy));
    }
    let total = known(&app, case).await?.state.journal.rows;
    let limit = limit.unwrap_or(DEFAULT_HITS).clamp(1, MAX_HITS);
    let wanted = q.to_lowercase();
    let is_hit =
        |item: &Value| item["text"].as_str().is_some_and(|text| text.to_lowercase().contains(&wanted));
    let mut hits = Vec::new();
    // What is still to be seen lies from `low` up to before `high`.
    let (mut low, mut high) = match (back, from) {
        (false, from) => (from.unwrap_or(0), total),
        (true, from) => (0, from.map_or(total, |from| from.saturating_add(1).min(total))),
    };
    let mut seen = 0;
    while low < high && seen < SEARCHED_ROWS && hits.len() < limit {
        let (from, to) = if back {
            (high.saturating_sub(SEARCH_CHUNK).max(low), high)
        } else {
            (low, low.saturating_add(SEARCH_CHUNK).min(high))
        };
        let mut found = rows(&app.hub, case, from, to).await?;
        found.retain(|(_, item)| is_hit(item));
        if back {
            found.reverse();
        }
        let room = limit - hits.len();
        let last = found.get(room - 1).map(|(n, _)| *n);
        hits.extend(found.into_iter().take(room).map(|(n, _)| n));
        seen += to - from;
        match (back, last) {
            (false, last) => low = last.map_or(to, |last| last + 1),
            (true, last) => high = last.unwrap_or(from),
        }
    }
    let next = (low < high).then_some(if back { high - 1 } else { low });
    Ok(Json(Hits { hits, next }))
}
