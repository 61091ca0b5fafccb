//! One entry of a case's journal, opened: what [`apply`](super::apply) takes and what readers are shown.

use hotliner_protocol::batch::Items;
use hotliner_protocol::event::{Event, EventBody};
use hotliner_protocol::fact::Fact;
use hotliner_protocol::frame::Lane;
use hotliner_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::{Decision, What};

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its ordinal in the case, from 1.
    pub position: u64,
    /// When the console appended it.
    pub at: Timestamp,
    /// What it holds.
    pub content: Content,
}

/// What an entry holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A decision.
    Decision(Decision),
    /// Items from the agent.
    Telemetry {
        /// Their lane.
        lane: Lane,
        /// Sequence number of the last one.
        through: u64,
        /// The items; those resent and known already are left out.
        items: Items,
    },
}

/// One item of an entry as JSON, for REST and live updates: always `position` and `kind`, the rest by kind.
pub type Item = Value;

impl Entry {
    /// How many rows of the log the entry holds: lines, and what belongs between them: the start and end of attempts,
    /// gaps, the coming and going of the agent. As many of its [`items`](Self::items) are rows ([`is_row_item`]).
    pub fn rows(&self) -> u64 {
        match &self.content {
            Content::Decision(Decision { what: What::LinesTold(told), .. }) => {
                told.lines.len() as u64 + u64::from(told.begins)
            }
            Content::Decision(Decision {
                what: What::AgentLeft { .. } | What::AgentResumed { .. }, ..
            }) => 1,
            Content::Telemetry { items: Items::Events(events), .. } => {
                events.iter().filter(|event| is_row(event)).count() as u64
            }
            _ => 0,
        }
    }

    /// How many items the entry has for readers, about.
    pub fn size(&self) -> u64 {
        match &self.content {
            Content::Decision(_) => self.rows().max(1),
            Content::Telemetry { items: Items::Events(events), .. } => events.len() as u64,
            Content::Telemetry { items: Items::Facts(facts), .. } => facts.len() as u64,
        }
    }

    /// The entry for readers: one item for a decision, one for each event or fact.
    pub fn items(&self) -> Vec<Item> {
        let mut items = match &self.content {
            Content::Decision(Decision { by, what: What::LinesTold(told) }) => {
                let rows = told.events(self.at).into_iter().filter(is_row);
                let rows = rows.map(|event| {
                    let mut item = event_json(&event);
                    item["by"] = json!(by);
                    item
                });
                rows.collect()
            }
            Content::Decision(decision) => {
                let mut item = serde_json::to_value(decision).unwrap_or_default();
                item["at"] = json!(self.at);
                vec![item]
            }
            Content::Telemetry { items: Items::Events(events), .. } => {
                events.iter().map(event_json).collect()
            }
            Content::Telemetry { items: Items::Facts(facts), .. } => facts
                .iter()
                .map(|fact| {
                    let mut item = fact_json(fact);
                    item["kind"] = json!("fact");
                    item
                })
                .collect(),
        };
        for item in &mut items {
            item["position"] = json!(self.position);
        }
        items
    }
}

/// Whether an event is a row of the log.
pub fn is_row(event: &Event) -> bool {
    matches!(
        event.body,
        EventBody::Line(_)
            | EventBody::Gap(_)
            | EventBody::AttemptStarted(_)
            | EventBody::AttemptEnded(_)
            | EventBody::Stopped(_)
    )
}

/// Whether an item is a row of the log.
pub fn is_row_item(item: &Item) -> bool {
    const KINDS: [&str; 7] =
        ["line", "gap", "attempt-started", "attempt-ended", "stopped", "agent-left", "agent-resumed"];
    item["kind"].as_str().is_some_and(|kind| KINDS.contains(&kind))
}

fn event_json(event: &Event) -> Value {
    let mut json = json!({ "at": event.at, "source": event.source });
    if let Some(attempt) = event.attempt {
        json["attempt"] = json!(attempt);
    }
    let (kind, body) = match &event.body {
        EventBody::Line(line) => {
            json["line"] = json!(line.number);
            json["text"] = json!(line.text);
            if line.cut_bytes > 0 {
                json["cut_bytes"] = json!(line.cut_bytes);
            }
            ("line", Value::Null)
        }
        EventBody::AttemptStarted(started) => (
            "attempt-started",
            json!({ "program": started.program, "args": started.args, "joined_late": started.joined_late }),
        ),
        EventBody::SourceEnded(ended) => {
            ("source-ended", json!({ "lines": ended.lines, "complete": ended.complete }))
        }
        EventBody::AttemptEnded(ended) => {
            ("attempt-ended", json!({ "outcome": ended.outcome, "exit": ended.exit }))
        }
        EventBody::Gap(gap) => ("gap", json!({ "dropped": gap.dropped, "reason": gap.reason })),
        EventBody::ConsentChanged(consent) => ("consent-changed", json!({ "granted": consent.granted })),
        EventBody::Stopped(stopped) => ("stopped", json!({ "by": stopped.by })),
        EventBody::Unknown(number) => ("unknown", json!({ "number": number })),
    };
    json["kind"] = json!(kind);
    if !body.is_null() {
        json["body"] = body;
    }
    json
}

/// A fact as JSON: `path`, `observed_at`, `standing`, and `value` where there is one.
pub(crate) fn fact_json(fact: &Fact) -> Value {
    json!({
        "path": fact.path,
        "value": fact.reading.value(),
        "observed_at": fact.observed_at,
        "standing": fact.reading.standing(),
    })
}
