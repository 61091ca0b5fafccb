//! Agents against a real console: what was acknowledged stays, what must not come in does not.

use crate::agent::{self, Agent, event, fact};
use crate::console::{self, Console};
use hotliner_protocol::batch::pack_events;
use hotliner_protocol::event::{AttemptEnded, AttemptStarted, ConsentChanged, EventBody, Exit, Outcome};
use hotliner_protocol::fact::Reading;
use hotliner_protocol::frame::{Batch, ByeReason, Encoding, Frame, Lane, RefusalReason};
use hotliner_protocol::pairing::PairError;
use hotliner_protocol::scope::Scope;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_restart_and_a_resend_counts_once() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, paired) = Agent::join(console.address(), &code, None).await.unwrap();
    agent.lines(1, &["one", "two", "three"]).await;
    agent.acked(Lane::Events, 3).await;
    console.running.stop().await;

    let console = Console::start(folder.path()).await;
    assert_eq!(console.lines(&case).await, ["one", "two", "three"]);
    let (mut agent, link, received) = Agent::come_back(console.address(), &paired.link).await.unwrap();
    let events = received.iter().find(|ack| ack.lane == Lane::Events).unwrap();
    assert_eq!(events.through, 3, "the agent is told what it need not send again");
    agent.lines(2, &["two", "three", "four"]).await;
    agent.acked(Lane::Events, 4).await;
    agent.lines(1, &["one"]).await;
    agent.acked(Lane::Events, 4).await;
    assert_eq!(console.lines(&case).await, ["one", "two", "three", "four"]);
    assert_eq!(console.show(&case).await["journal"]["gaps"], 0);
    // The ratchet went on: the next secret works, too.
    Agent::come_back(console.address(), &link).await.unwrap();
}

#[tokio::test]
async fn a_case_shows_attempt_facts_consent_and_agent() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
    let granted = vec![Scope::Hardware, Scope::InstallerOutput];
    let consent = event(EventBody::ConsentChanged(ConsentChanged { granted }));
    agent.batch(pack_events(Lane::Control, 1, &[consent]).unwrap()).await;
    agent.acked(Lane::Control, 1).await;
    let started = AttemptStarted { program: "dpkg".into(), args: vec!["-i".into()], joined_late: false };
    let ended = AttemptEnded { outcome: Outcome::Failed, exit: Some(Exit { code: Some(1), signal: None }) };
    let events = [event(EventBody::AttemptStarted(started)), event(EventBody::AttemptEnded(ended))];
    agent.batch(pack_events(Lane::Events, 1, &events).unwrap()).await;
    agent.acked(Lane::Events, 2).await;
    let facts = [fact("cpu.count", Reading::Value(4i64.into())), fact("disk.system", Reading::Denied)];
    agent.facts(1, &facts).await;
    agent.acked(Lane::Facts, 2).await;
    agent.facts(3, &[fact("cpu.count", Reading::Value(8i64.into()))]).await;
    agent.acked(Lane::Facts, 3).await;
    // What comes after an acknowledgement of a later batch is applied to what readers see as well.
    console.post(&format!("/api/v1/cases/{case}/collect"), serde_json::json!({"prefixes": ["disk"]})).await;
    let Some(Frame::Command(_)) = agent.next().await else { panic!("the agent is asked to collect") };

    let shown = console.show(&case).await;
    assert_eq!(shown["consent"], serde_json::json!(["hardware", "installer-output"]));
    assert_eq!(shown["agent"]["standing"], "connected");
    assert_eq!(shown["code"]["state"], "used");
    let attempt = &shown["attempts"][0];
    assert_eq!((&attempt["program"], &attempt["outcome"]), (&"dpkg".into(), &"failed".into()));
    assert_eq!(attempt["exit"]["code"], 1);
    assert_eq!(shown["facts"][0]["path"], "cpu.count");
    assert_eq!(shown["facts"][0]["value"], 8);
    assert_eq!(shown["facts"][1]["standing"], "denied");
}

#[tokio::test]
async fn a_wrong_code_is_counted_shown_and_burnt_and_says_no_more_than_an_unknown_one() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let wrong = format!("{}{}", &code[..8], if code.ends_with('0') { '1' } else { '0' });
    for tries in 1..=3 {
        let refused = Agent::join(console.address(), &wrong, None).await.err().unwrap();
        assert_eq!(refused, PairError::Refused(RefusalReason::Code));
        assert_eq!(console.show(&case).await["code"]["tries"], tries);
    }
    assert_eq!(console.show(&case).await["code"]["state"], "burnt");
    let burnt = Agent::join(console.address(), &code, None).await.err().unwrap();
    assert_eq!(burnt, PairError::Refused(RefusalReason::Code));
    // A new code for the same case works, once.
    let again = console.post(&format!("/api/v1/cases/{case}/code"), serde_json::json!({})).await;
    let code = again["code"].as_str().unwrap();
    Agent::join(console.address(), code, None).await.unwrap();
    assert!(Agent::join(console.address(), code, None).await.is_err());
}

#[tokio::test]
async fn an_intercepted_connection_is_shown_and_costs_no_try() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    for _ in 0..4 {
        let refused = Agent::join(console.address(), &code, Some([7; 32])).await.err().unwrap();
        assert_eq!(refused, PairError::Intercepted);
    }
    let shown = console.show(&case).await;
    assert_eq!((&shown["interceptions"], &shown["code"]["tries"]), (&4.into(), &0.into()));
    Agent::join(console.address(), &code, None).await.unwrap();
}

#[tokio::test]
async fn a_stolen_link_freezes_as_soon_as_both_have_used_it() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (_, paired) = Agent::join(console.address(), &code, None).await.unwrap();
    // The thief comes first and confirms; acknowledged lines prove that the confirmation has been read.
    let (mut thief, next, _) = Agent::come_back(console.address(), &paired.link).await.unwrap();
    thief.batch(pack_events(Lane::Control, 1, &[event(EventBody::Unknown(99))]).unwrap()).await;
    thief.acked(Lane::Control, 1).await;
    let refused = |answer: Result<_, Frame>| match answer {
        Err(Frame::Refused(refused)) => refused.reason,
        _ => panic!("let in"),
    };
    let owner = Agent::come_back(console.address(), &paired.link).await;
    assert_eq!(refused(owner.map(|_| ())), RefusalReason::Frozen);
    assert_eq!(console.show(&case).await["agent"]["standing"], "frozen");
    let thief_again = Agent::come_back(console.address(), &next).await;
    assert_eq!(refused(thief_again.map(|_| ())), RefusalReason::Frozen);
}

#[tokio::test]
async fn the_newest_connection_wins() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut first, paired) = Agent::join(console.address(), &code, None).await.unwrap();
    let (mut second, ..) = Agent::come_back(console.address(), &paired.link).await.unwrap();
    let Some(Frame::Bye(bye)) = first.next().await else { panic!("the older one is told") };
    assert_eq!(bye.reason, ByeReason::Superseded);
    second.lines(1, &["here"]).await;
    second.acked(Lane::Events, 1).await;
    assert_eq!(console.show(&case).await["agent"]["standing"], "connected");
}

#[tokio::test]
async fn who_breaks_the_protocol_is_hung_up_and_leaves_nothing_behind() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let lie =
        Batch { lane: Lane::Events, first_seq: 1, count: 9, encoding: Encoding::Plain, body: vec![0x80] };
    let bomb = Batch {
        lane: Lane::Events,
        first_seq: 1,
        count: 1,
        encoding: Encoding::Zstd,
        // zstd: a frame of 16 MiB in a repeated block.
        body: [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 1][..], &[0x03, 0x00, 0x80, 0x41].repeat(8)].concat(),
    };
    let gap = pack_events(Lane::Events, 5, &[agent::line(5, "x")]).unwrap();
    let too_long = [0xff; 16].to_vec();
    let attacks = [Ok(lie), Ok(bomb), Ok(gap), Err(too_long)];
    for attack in attacks {
        let (case, code) = console.new_case().await;
        let (mut agent, _) = Agent::join(console.address(), &code, None).await.unwrap();
        match attack {
            Ok(batch) => agent.batch(batch).await,
            Err(bytes) => agent.bytes(Lane::Events, &bytes).await,
        }
        let Some(Frame::Bye(bye)) = agent.next().await else { panic!("not hung up") };
        assert_eq!(bye.reason, ByeReason::Protocol);
        assert_eq!(agent.next().await, None);
        assert!(console.lines(&case).await.is_empty());
    }
}

#[tokio::test]
async fn a_journal_without_room_acknowledges_nothing_and_loses_nothing() {
    let folder = folder();
    let mut settings = console::settings(folder.path());
    settings.journal_max_bytes = Some(64 << 10);
    let console = Console::start_with(&settings).await;
    let (case, code) = console.new_case().await;
    let (mut agent, paired) = Agent::join(console.address(), &code, None).await.unwrap();
    let texts: Vec<String> =
        (0..4000u64).map(|n| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut sent = 0;
    // Fill it: what is acknowledged is there, and at some point nothing is acknowledged any more.
    let acked = loop {
        agent.lines(sent + 1, &texts[sent as usize..sent as usize + 500]).await;
        let waited =
            tokio::time::timeout(std::time::Duration::from_secs(2), agent.acked(Lane::Events, sent + 500));
        if waited.await.is_err() {
            break sent;
        }
        sent += 500;
        assert!(sent < 4000, "the journal never filled");
    };
    console.running.stop().await;
    settings.journal_max_bytes = None;
    let console = Console::start_with(&settings).await;
    assert_eq!(console.lines(&case).await, &texts[..acked as usize]);
    let (mut agent, _, received) = Agent::come_back(console.address(), &paired.link).await.unwrap();
    assert_eq!(received.iter().find(|ack| ack.lane == Lane::Events).unwrap().through, acked);
    agent.lines(acked + 1, &texts[acked as usize..acked as usize + 500]).await;
    agent.acked(Lane::Events, acked + 500).await;
    assert_eq!(console.lines(&case).await, &texts[..acked as usize + 500]);
}

#[tokio::test]
async fn a_closed_case_sends_its_agent_away_for_good() {
    let folder = folder();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, paired) = Agent::join(console.address(), &code, None).await.unwrap();
    console.post(&format!("/api/v1/cases/{case}/close"), serde_json::json!({})).await;
    let Some(Frame::Bye(bye)) = agent.next().await else { panic!("not told") };
    assert_eq!(bye.reason, ByeReason::CaseClosed);
    let Err(Frame::Refused(refused)) = Agent::come_back(console.address(), &paired.link).await else {
        panic!("let in")
    };
    assert_eq!(refused.reason, RefusalReason::UnknownLink);
}
