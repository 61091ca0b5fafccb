//! Agents that send what nobody should be shown.

use hotliner_protocol::batch::pack_events;
use hotliner_protocol::event::{AttemptStarted, Event, EventBody, Gap, Line, Stopped};
use hotliner_protocol::fact::Reading;
use hotliner_protocol::frame::Lane;
use hotliner_protocol::value::Value;

use crate::agent::{Agent, event, fact};
use crate::browser::Browser;
use crate::console::Console;
use crate::live::Live;

/// Script, controls of the terminal and of C1, marks that turn text around, ends of lines, and a word of 1 MB.
fn hostile() -> String {
    let turn = "\u{202e}txt.exe\u{2066}";
    let word = "A".repeat(1 << 20);
    format!("<script>alert(1)</script>\u{1b}]0;x\u{7}\u{9b}2J\0\r\nid: 9\ndata: {{}}\u{2028}{turn}\"'&{word}")
}

#[tokio::test]
async fn nothing_hostile_gets_out_of_any_field_as_it_came_in() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
    let mut live = Live::open(&console, &case, None).await;
    let bodies = [
        EventBody::AttemptStarted(AttemptStarted {
            program: hostile(),
            args: vec![hostile()],
            joined_late: true,
        }),
        EventBody::Line(Line { number: u64::MAX, text: hostile(), cut_bytes: u64::MAX }),
        EventBody::Gap(Gap { dropped: u64::MAX, reason: hostile() }),
    ];
    let mut sent = 0;
    for body in bodies {
        let events = [Event { source: hostile(), ..event(body) }];
        sent += 1;
        agent.batch(pack_events(Lane::Events, sent, &events).unwrap()).await;
    }
    agent.acked(Lane::Events, sent).await;
    let value = Value::map([(hostile(), Value::from(vec![Value::from(hostile())]))]);
    agent.facts(1, &[fact("os.name", Reading::Value(value))]).await;
    agent.acked(Lane::Facts, 1).await;
    let stopped = event(EventBody::Stopped(Stopped { by: hostile() }));
    agent.batch(pack_events(Lane::Control, 1, &[stopped]).unwrap()).await;
    agent.acked(Lane::Control, 1).await;
    console.settled(&case).await;

    let account = serde_json::json!({ "name": "ann", "role": "hotliner", "password": "correct horse" });
    console.post("/api/v1/accounts", account).await;
    let mut browser = Browser::new(&console);
    browser.sign_in("ann", "correct horse").await;
    for path in ["", "/events", "/events?before=0", "/log", "/log/search?q=alert"] {
        let answer = browser.ask("GET", &format!("/api/v1/cases/{case}{path}"), None).await;
        assert_eq!(
            (answer.status, answer.headers["content-type"].as_str()),
            (200, "application/json"),
            "{path}"
        );
        harmless(&answer.json(), path);
        assert!(answer.text.len() < 512 << 10, "{path}: {} bytes", answer.text.len());
    }
    harmless(&browser.ask("GET", "/api/v1/cases", None).await.json(), "list");
    // Nor does any of it break out of its event in a live stream.
    let mut seen = 0;
    while seen < 5 {
        let (_, items) = live.entry().await;
        seen += items.iter().filter(|item| item["kind"] != "agent-left").count();
        items.iter().for_each(|item| harmless(item, "live"));
    }
}

/// No text within has a control character, but what JSON escapes anyway: tabs.
fn harmless(value: &serde_json::Value, path: &str) {
    match value {
        serde_json::Value::String(text) => {
            assert!(!text.contains(|c: char| c.is_control() && c != '\t'), "{path}: {:.200}", text);
        }
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| harmless(part, path)),
        serde_json::Value::Object(parts) => {
            for (name, part) in parts {
                assert!(!name.contains(|c: char| c.is_control()), "{path}: {:.200}", name);
                harmless(part, path);
            }
        }
        _ => {}
    }
}
