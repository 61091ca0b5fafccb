//! From a failing line to the diagnosis a reader sees, live and after a rebuild.

use std::time::{Duration, Instant};

use hotliner_protocol::batch::pack_events;
use hotliner_protocol::event::{AttemptEnded, AttemptStarted, EventBody, Gap, Outcome};
use hotliner_protocol::fact::Reading;
use hotliner_protocol::frame::Lane;
use serde_json::{Value, json};

use crate::agent::{Agent, event, fact, line};
use crate::console::{Console, settings};
use crate::live::Live;

#[tokio::test]
async fn a_reader_that_comes_back_is_told_what_it_missed_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
    let mut live = Live::open(&console, &case, None).await;
    agent.lines(1, &["one"]).await;
    let (first, items) = live.entry().await;
    assert_eq!(items[0]["text"], "one");
    drop(live);
    agent.lines(2, &["two"]).await;
    agent.lines(3, &["three"]).await;
    agent.acked(Lane::Events, 3).await;
    let mut live = Live::open(&console, &case, Some(&first)).await;
    agent.lines(4, &["four"]).await;
    let mut seen = Vec::new();
    let first: u64 = first.parse().unwrap();
    for expected in first + 1..=first + 3 {
        let (id, items) = live.entry().await;
        assert_eq!(id, expected.to_string());
        seen.push(items[0]["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["two", "three", "four"]);
}

#[tokio::test]
async fn the_diagnosis_is_there_while_the_installer_still_runs_and_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    if console.running.hub().knowledge().catalogue().get("linux.dpkg.file-conflict").is_none() {
        panic!("the built-in catalogue lacks the fault this test is about");
    }
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
    let mut live = Live::open(&console, &case, None).await;
    agent.batch(pack_events(Lane::Events, 1, &[event(EventBody::AttemptStarted(started()))]).unwrap()).await;
    live.entry().await;
    let sent = Instant::now();
    agent.lines(2, &["dpkg: error processing archive b.deb (--install):", CONFLICT]).await;
    let diagnosed = loop {
        let (_, items) = live.entry().await;
        // The first ones hold questions only.
        if items[0]["kind"] == "diagnoses-changed" && items[0]["en"][0].is_object() {
            break items[0].clone();
        }
    };
    let took = sent.elapsed();
    assert_eq!(diagnosed["en"][0]["cause"], "package.file-conflict", "{diagnosed:#}");
    assert!(took < Duration::from_secs(2), "line to live diagnosis took {took:?}");
    let shown = console.show(&case).await;
    assert_eq!(shown["diagnoses"][0]["evidence"][0]["line"], 3, "{:#}", shown["diagnoses"]);
    assert!(!shown["steps"].as_array().unwrap().is_empty());
    let french = console.get(&format!("/api/v1/cases/{case}?lang=fr")).await;
    assert_ne!(french["diagnoses"][0]["title"], shown["diagnoses"][0]["title"]);
}

const CONFLICT: &str = " trying to overwrite '/opt/tool.conf', which is also in package tool-one 1.0";

fn started() -> AttemptStarted {
    AttemptStarted { program: "dpkg".to_owned(), args: Vec::new(), joined_late: false }
}

#[tokio::test]
async fn a_projection_rebuilt_from_the_journal_equals_the_one_live_operation_gives() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let mut cases = Vec::new();
    for round in 0..3u64 {
        let (case, code) = console.new_case().await;
        let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
        agent
            .facts(1, &[fact("cpu.count", Reading::Value(json_int(round))), fact("os", Reading::Redacted)])
            .await;
        let gap = Gap { dropped: 7, reason: "spool full".to_owned() };
        let ended = AttemptEnded { outcome: Outcome::Failed, exit: None };
        let events = [
            event(EventBody::AttemptStarted(started())),
            line(1, CONFLICT),
            event(EventBody::Gap(gap)),
            event(EventBody::AttemptEnded(ended)),
        ];
        agent.batch(pack_events(Lane::Events, 1, &events).unwrap()).await;
        agent.acked(Lane::Events, 4).await;
        agent.facts(3, &[fact("cpu.count", Reading::TimedOut)]).await;
        agent.acked(Lane::Facts, 3).await;
        cases.push(case);
    }
    console.post(&format!("/api/v1/cases/{}/close", cases[0]), json!({})).await;
    console.running.stop().await;
    // What the end of the first console left, and what a rebuild makes of the same journal.
    let mut settings = settings(folder.path());
    let console = Console::start_with(&settings).await;
    let before = all(&console, &cases).await;
    assert_eq!(before[1]["journal"]["dropped"], 7);
    console.running.stop().await;
    settings.rebuild = true;
    let console = Console::start_with(&settings).await;
    assert_eq!(all(&console, &cases).await, before);
    console.running.stop().await;
    // One of another schema is thrown away by itself.
    for name in ["projection.db", "projection.db-wal"] {
        std::fs::write(folder.path().join(name), "not a database").unwrap();
    }
    settings.rebuild = false;
    let console = Console::start_with(&settings).await;
    assert_eq!(all(&console, &cases).await, before);
}

fn json_int(n: u64) -> hotliner_protocol::value::Value {
    n.into()
}

async fn all(console: &Console, cases: &[String]) -> Vec<Value> {
    let mut shown = Vec::new();
    for case in cases {
        shown.push(console.show(case).await);
    }
    shown.push(console.get("/api/v1/cases").await);
    shown
}
