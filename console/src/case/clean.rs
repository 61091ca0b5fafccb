//! What an agent sends is hostile until it is cleaned: no control characters but tabs, no text or value without bounds.
//!
//! An honest agent sends nothing that changes here. Right-to-left marks and the like stay: they are part of languages, and
//! whoever shows a text keeps it apart from what stands around it.

use std::collections::BTreeMap;

use hotliner_protocol::batch::Items;
use hotliner_protocol::event::{Event, EventBody};
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::limits::MAX_LINE_BYTES;
use hotliner_protocol::value::Value;

/// Longest source of an event, in bytes.
const MAX_SOURCE_BYTES: usize = 1 << 10;

/// Longest program and longest argument of an attempt, in bytes.
const MAX_WORD_BYTES: usize = 4 << 10;

/// Most arguments of an attempt.
const MAX_ARGS: usize = 256;

/// Longest reason of a gap or of the end of sending, in bytes.
const MAX_REASON_BYTES: usize = 256;

/// Longest text within the value of a fact, in bytes.
const MAX_VALUE_TEXT_BYTES: usize = 16 << 10;

/// Most parts of a list or map within the value of a fact, and of the whole value.
const MAX_VALUE_PARTS: usize = 4_096;

/// Most scopes in a change of consent: there are not so many.
const MAX_SCOPES: usize = 64;

/// The items as the console takes them.
pub fn clean(items: Items) -> Items {
    match items {
        Items::Events(events) => Items::Events(events.into_iter().map(event).collect()),
        Items::Facts(facts) => Items::Facts(facts.into_iter().map(fact).collect()),
    }
}

fn event(mut event: Event) -> Event {
    shorten(&mut event.source, MAX_SOURCE_BYTES);
    match &mut event.body {
        EventBody::Line(line) => {
            let cut = shorten(&mut line.text, MAX_LINE_BYTES);
            line.cut_bytes = line.cut_bytes.saturating_add(cut as u64);
        }
        EventBody::AttemptStarted(started) => {
            shorten(&mut started.program, MAX_WORD_BYTES);
            started.args.truncate(MAX_ARGS);
            for arg in &mut started.args {
                shorten(arg, MAX_WORD_BYTES);
            }
        }
        EventBody::Gap(gap) => {
            shorten(&mut gap.reason, MAX_REASON_BYTES);
        }
        EventBody::Stopped(stopped) => {
            shorten(&mut stopped.by, MAX_REASON_BYTES);
        }
        EventBody::ConsentChanged(consent) => consent.granted.truncate(MAX_SCOPES),
        EventBody::SourceEnded(_) | EventBody::AttemptEnded(_) | EventBody::Unknown(_) => {}
    }
    event
}

fn fact(mut fact: Fact) -> Fact {
    if let Reading::Value(given) = &mut fact.reading {
        let mut room = MAX_VALUE_PARTS;
        value(given, &mut room);
    }
    fact
}

/// Cleans a value that may have `room` more parts.
fn value(given: &mut Value, room: &mut usize) {
    *room = room.saturating_sub(1);
    match given {
        Value::Text(text) => {
            shorten(text, MAX_VALUE_TEXT_BYTES);
        }
        Value::List(parts) => {
            let mut kept = Vec::new();
            for mut part in std::mem::take(parts) {
                if *room == 0 {
                    break;
                }
                value(&mut part, room);
                kept.push(part);
            }
            *parts = kept;
        }
        Value::Map(parts) => {
            let mut kept = BTreeMap::new();
            for (mut name, mut part) in std::mem::take(parts) {
                if *room == 0 {
                    break;
                }
                shorten(&mut name, MAX_REASON_BYTES);
                value(&mut part, room);
                kept.insert(name, part);
            }
            *parts = kept;
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

/// Removes control characters but tabs, and cuts `text` after `most` bytes. Returns the bytes cut.
fn shorten(text: &mut String, most: usize) -> usize {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        text.retain(|c| !c.is_control() || c == '\t');
    }
    let cut = text.len() - text.floor_char_boundary(most.min(text.len()));
    text.truncate(text.len() - cut);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotliner_protocol::event::{AttemptStarted, Gap, Line, Stopped};
    use hotliner_protocol::time::Timestamp;

    #[test]
    fn what_an_honest_agent_sends_stays_as_it_is() {
        let text = "a\tb «\u{202e}c\u{202c}» \u{1f600}".to_owned();
        let line = EventBody::Line(Line { number: 1, text: text.clone(), cut_bytes: 3 });
        let at = Timestamp::from_millis(1);
        let events = vec![Event { at, attempt: None, source: "log:/var/log/dpkg.log".into(), body: line }];
        let value =
            Value::map([("name", Value::from(text)), ("sizes", Value::from(vec![Value::from(1i64)]))]);
        let facts =
            vec![Fact { path: "os".parse().unwrap(), observed_at: at, reading: Reading::Value(value) }];
        for items in [Items::Events(events), Items::Facts(facts)] {
            assert_eq!(clean(items.clone()), items);
        }
    }

    #[test]
    fn every_text_is_cleaned_and_has_an_end() {
        let hostile = || format!("\u{1b}[2J\u{0}\u{9b}31m<script>{}", "é".repeat(1 << 20));
        let bodies = [
            EventBody::Line(Line { number: 1, text: hostile(), cut_bytes: 0 }),
            EventBody::AttemptStarted(AttemptStarted {
                program: hostile(),
                args: vec!["\u{7}x".to_owned(); 10_000],
                joined_late: false,
            }),
            EventBody::Gap(Gap { dropped: 1, reason: hostile() }),
            EventBody::Stopped(Stopped { by: hostile() }),
        ];
        for body in bodies {
            let at = Timestamp::from_millis(1);
            let Items::Events(events) =
                clean(Items::Events(vec![Event { at, attempt: None, source: hostile(), body }]))
            else {
                panic!("events stay events")
            };
            let shown = format!("{:?}", events[0]);
            assert!(shown.len() < 200 << 10, "{}", shown.len());
            for control in ["\\u{1b}", "\\0", "\\u{9b}", "\\u{7}"] {
                assert!(!shown.contains(control), "{control}");
            }
        }
    }

    fn parts(value: &Value) -> usize {
        let below = match value {
            Value::List(below) => below.iter().map(parts).sum(),
            Value::Map(below) => below.values().map(parts).sum(),
            _ => 0,
        };
        1 + below
    }

    #[test]
    fn a_value_without_end_gets_one() {
        let wide = Value::from(vec![Value::from(vec![Value::from("x".repeat(1 << 10)); 100]); 1_000]);
        let mut room = MAX_VALUE_PARTS;
        let mut cleaned = wide;
        value(&mut cleaned, &mut room);
        assert!(parts(&cleaned) <= MAX_VALUE_PARTS + 1, "{}", parts(&cleaned));
    }
}
