//! What happened in a case, and the lines of its log.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::web) struct EventsQuery {
    /// Items of entries after this position; from the beginning unless said.
    #[serde(default)]
    pub(in crate::web) after: u64,
    /// Items of entries before this position, the newest ones; 0: the last ones. Excludes `after`.
    pub(in crate::web) before: Option<u64>,
    /// `line`: lines only.
    pub(in crate::web) kind: Option<String>,
    /// About so many items: entries are given whole; 200 unless said, at most 5000.
    pub(in crate::web) limit: Option<usize>,
}

/// A page of what happened in a case.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct Events {
    /// In order. Each with `position`, `kind` and, by kind, more: a line has `source`, `line`, `text`.
    #[schema(value_type = Vec<Object>)]
    pub(in crate::web) events: Vec<Value>,
    /// What to give as `after`, or as `before` where that was given, for the next page; `null` at the end.
    pub(in crate::web) next: Option<u64>,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::web) struct LogQuery {
    /// First row, from 0; below 0: so many rows before the end. The last rows unless said.
    pub(in crate::web) from: Option<i64>,
    /// At most so many rows; 500 unless said, at most 2000.
    pub(in crate::web) limit: Option<u64>,
}

/// Rows of a case's log: its lines, and what belongs between them, in the order of the journal, counted from 0. Every item
/// of a live update that is of one of the rows' kinds is the next row.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct Log {
    /// Rows there are.
    pub(in crate::web) total: u64,
    /// Position of the journal up to which `total` counts.
    pub(in crate::web) position: u64,
    /// In order.
    pub(in crate::web) lines: Vec<LogRow>,
    /// The rows that diagnoses of the case rest on, all of them.
    pub(in crate::web) marks: Vec<Mark>,
}

/// A row of a log.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct LogRow {
    /// Its number in the case, from 0.
    n: u64,
    /// Position of the entry that holds it.
    position: u64,
    /// `line`, `gap`, `attempt-started`, `attempt-ended`, `stopped`, `agent-left` or `agent-resumed`.
    kind: String,
    #[schema(format = DateTime)]
    at: String,
    /// `installer:stderr`, `log:…`; `told` for a line that was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Number of a line in its source, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Bytes the agent cut from the end of a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u64>,
    /// The rest, by kind, as among the events.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl LogRow {
    pub(in crate::web) fn new(n: u64, item: &Value) -> Self {
        let text = |key: &str| item[key].as_str().map(str::to_owned);
        Self {
            n,
            position: item["position"].as_u64().unwrap_or_default(),
            kind: text("kind").unwrap_or_default(),
            at: text("at").unwrap_or_default(),
            source: text("source"),
            line: item["line"].as_u64(),
            text: text("text"),
            cut_bytes: item["cut_bytes"].as_u64(),
            attempt: item["attempt"].as_u64(),
            body: item.get("body").cloned(),
        }
    }
}

/// A row that a diagnosis rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::web) struct Mark {
    /// The row.
    pub(in crate::web) n: u64,
    pub(in crate::web) fault: String,
    /// Name of the evidence.
    pub(in crate::web) evidence: String,
    pub(in crate::web) source: String,
    pub(in crate::web) line: u64,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(in crate::web) struct SearchQuery {
    /// What to find in the text of lines, whatever the case of its letters; 1 to 200 characters.
    pub(in crate::web) q: String,
    /// Row to begin at, and to go on at; the first, or with `back` the last, unless said.
    pub(in crate::web) from: Option<u64>,
    /// Towards the beginning.
    #[serde(default)]
    pub(in crate::web) back: bool,
    /// At most so many hits; 100 unless said, at most 1000.
    pub(in crate::web) limit: Option<usize>,
}

/// Rows in which something was found.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct Hits {
    /// In the order they were found.
    pub(in crate::web) hits: Vec<u64>,
    /// Where to go on as `from`: a call looks through a bounded number of rows; `null`: all were seen.
    pub(in crate::web) next: Option<u64>,
}
