//! What a team does with cases.

use hotliner_protocol::batch::pack_events;
use hotliner_protocol::event::{AttemptEnded, AttemptStarted, EventBody, Outcome, SourceEnded};
use hotliner_protocol::frame::Lane;
use serde_json::{Value, json};

use crate::agent::{Agent, event, line};
use crate::browser::Browser;
use crate::console::Console;
use crate::live::Live;

const PASSWORD: &str = "correct horse";
const CONFLICT: &str = " trying to overwrite '/opt/tool.conf', which is also in package tool-one 1.0";

async fn signed_in(console: &Console, name: &str, role: &str) -> Browser {
    let account = json!({ "name": name, "role": role, "password": PASSWORD });
    console.post("/api/v1/accounts", account).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(name, PASSWORD).await.status, 200);
    browser
}

async fn agentless(console: &Console) -> String {
    let opened = console.post("/api/v1/cases", json!({ "agent": false, "product": "Lumio" })).await;
    assert!(opened["code"].is_null(), "{opened}");
    opened["case"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn of_two_who_claim_at_once_one_wins_and_the_other_is_told_who() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let mut ann = signed_in(&console, "ann", "hotliner").await;
    let mut bob = signed_in(&console, "bob", "hotliner").await;
    let mut eve = signed_in(&console, "eve", "supervisor").await;
    let case = agentless(&console).await;
    let path = |what: &str| format!("/api/v1/cases/{case}/{what}");
    let claim = path("claim");
    let (first, second) = tokio::join!(ann.ask("POST", &claim, None), bob.ask("POST", &claim, None));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{first:?} {second:?}");
    let (winner, loser) = if first.status == 204 { ("ann", second) } else { ("bob", first) };
    assert!(loser.json()["error"]["what"].as_str().unwrap().contains(winner), "{loser:?}");
    assert_eq!(console.show(&case).await["claimed_by"], winner);
    let mine = |name: &str| format!("/api/v1/cases?view=mine&q=lumio%20{name}");
    let rows = |answer: Value| answer["cases"].as_array().unwrap().len();
    let of_ann = rows(ann.ask("GET", &mine("ann"), None).await.json());
    let of_bob = rows(bob.ask("GET", &mine("bob"), None).await.json());
    assert_eq!((of_ann, of_bob), if winner == "ann" { (1, 0) } else { (0, 1) });
    assert_eq!(rows(console.get("/api/v1/cases?view=waiting").await), 0);
    // A supervisor may take it away, to an account that exists.
    let transfer = |to: &str| Some(json!({ "to": to, "note": "you know dpkg" }));
    assert_eq!(eve.ask("POST", &path("transfer"), transfer("nobody")).await.status, 400);
    assert_eq!(eve.ask("POST", &path("transfer"), transfer("EVE")).await.status, 204);
    let shown = console.show(&case).await;
    assert_eq!((&shown["claimed_by"], &shown["notes"][0]["by"]), (&json!("eve"), &json!("eve")));
    assert_eq!(ann.ask("POST", &path("release"), None).await.status, 409);
    assert_eq!(eve.ask("POST", &path("release"), None).await.status, 204);
    assert_eq!(rows(console.get("/api/v1/cases?view=waiting&q=DPKG").await), 1);
    assert_eq!(rows(console.get("/api/v1/cases?view=waiting&q=rpm").await), 0);
}

#[tokio::test]
async fn what_the_customer_reads_aloud_is_diagnosed_as_what_an_agent_sends() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let case = agentless(&console).await;
    let told = json!({ "text": format!("dpkg: error processing archive b.deb (--install):\n{CONFLICT}\n") });
    console.post(&format!("/api/v1/cases/{case}/lines"), told).await;
    let shown = console.show(&case).await;
    let best = &shown["diagnoses"][0];
    assert_eq!(
        (&best["fault"], &best["standing"]),
        (&json!("linux.dpkg.file-conflict"), &json!("confirmed"))
    );
    let seen = &best["evidence"][0];
    assert_eq!((&seen["source"], &seen["line"], &seen["n"]), (&json!("told"), &json!(2), &json!(2)));
    let log = console.get(&format!("/api/v1/cases/{case}/log")).await;
    assert_eq!((&log["total"], &log["lines"][0]["kind"]), (&json!(3), &json!("attempt-started")));
    assert_eq!(log["lines"][2]["text"], CONFLICT);
    let marks = log["marks"].as_array().unwrap();
    assert!(marks.iter().any(|mark| mark["n"] == 2 && mark["fault"] == best["fault"]), "{log}");
    // Steps, and the end.
    let step = json!({ "fault": best["fault"], "step": shown["steps"][0]["id"], "state": "said-done" });
    console.post(&format!("/api/v1/cases/{case}/steps"), step).await;
    assert_eq!(console.show(&case).await["steps"][0]["state"], "said-done");
    let resolved = json!({ "fault": best["fault"], "how": "removed tool-one" });
    console.post(&format!("/api/v1/cases/{case}/resolve"), resolved).await;
    let shown = console.show(&case).await;
    assert_eq!((&shown["status"], &shown["resolved"]["how"]), (&json!("closed"), &json!("removed tool-one")));
    let resolved = console.get("/api/v1/cases?view=resolved&lang=fr").await;
    assert_eq!(resolved["cases"][0]["case"], case.as_str());
    // Nothing of it is lost with the projection.
    console.running.stop().await;
    let mut settings = crate::console::settings(folder.path());
    settings.rebuild = true;
    let console = Console::start_with(&settings).await;
    assert_eq!(console.show(&case).await, shown);
}

#[tokio::test]
async fn lines_told_beside_an_agent_leave_what_was_settled_settled() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
    let started = AttemptStarted { program: "dpkg".into(), args: vec![], joined_late: false };
    let events = [
        event(EventBody::AttemptStarted(started)),
        line(1, CONFLICT),
        event(EventBody::SourceEnded(SourceEnded { lines: 1, complete: true })),
        event(EventBody::AttemptEnded(AttemptEnded { outcome: Outcome::Failed, exit: None })),
    ];
    agent.batch(pack_events(Lane::Events, 1, &events).unwrap()).await;
    agent.acked(Lane::Events, 4).await;
    console.settled(&case).await;
    let before = console.show(&case).await;
    console.post(&format!("/api/v1/cases/{case}/lines"), json!({ "text": "a window says hello" })).await;
    let after = console.show(&case).await;
    for key in ["fault", "standing", "evidence", "missing"] {
        assert_eq!(after["diagnoses"][0][key], before["diagnoses"][0][key]);
    }
    assert_eq!(after["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(after["attempts"][0]["told"], 1);
}

#[tokio::test]
async fn an_answer_changes_the_diagnoses_and_its_question_is_asked_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let case = agentless(&console).await;
    let mut live = Live::open(&console, &case, None).await;
    let (_, whole) = live.named("case").await;
    let question = whole["questions"][0].clone();
    assert!(question["text"].as_str().is_some_and(|text| text.ends_with('?')), "{whole}");
    assert!(whole.get("facts").is_none() && whole["note"].is_string());
    let french = console.get(&format!("/api/v1/cases/{case}?lang=fr")).await;
    assert_ne!(french["questions"][0]["text"], question["text"]);
    let answer = json!({ "fault": question["fault"], "evidence": question["evidence"], "yes": true });
    let path = format!("/api/v1/cases/{case}/answers");
    console.post(&path, answer).await;
    // The reader is told what changed, and only that.
    let (_, change) = live.named("case").await;
    assert_eq!(change["diagnoses"][0]["fault"], question["fault"], "{change}");
    assert!(change.get("note").is_none(), "{change}");
    let asked = change["questions"].as_array().unwrap();
    assert!(asked.iter().all(|asked| *asked != question), "{change}");
    assert_eq!(change["answers"][0]["yes"], true);
    let unknown = json!({ "fault": "linux.dpkg.file-conflict", "evidence": "none", "yes": true });
    let refused = console.client.ask(hyper::Method::POST, &path, Some(&unknown)).await.unwrap_err();
    assert!(refused.what.contains("no fault asks"), "{refused}");
}

#[tokio::test]
async fn the_queue_is_told_of_every_case_that_changes() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let mut queue = Live::of(&console, "/api/v1/live", None).await;
    let case = agentless(&console).await;
    let (_, row) = queue.named("case").await;
    assert_eq!(
        (&row["case"], &row["product"], &row["agentless"]),
        (&json!(case), &json!("Lumio"), &json!(true))
    );
    console.post(&format!("/api/v1/cases/{case}/claim"), json!({})).await;
    console.post(&format!("/api/v1/cases/{case}/lines"), json!({ "text": CONFLICT })).await;
    // However it is conflated, the last state comes.
    loop {
        let (_, row) = queue.named("case").await;
        if row["diagnosis"]["standing"] == "confirmed" {
            assert_eq!((&row["claimed_by"], &row["customer_waits_since"]), (&json!("local"), &Value::Null));
            break;
        }
    }
}
