//! One entry of a case's journal, opened: what [`apply`](super::apply) takes and what readers are shown.

use hotliner_protocol::batch::Items;
use hotliner_protocol::event::{Event, EventBody};
use hotliner_protocol::fact::Fact;
use hotliner_protocol::frame::Lane;
use hotliner_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::Decision;

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
    /// The entry for readers: one item for a decision, one for each event or fact.
    pub fn items(&self) -> Vec<Item> {
        let mut items = match &self.content {
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
