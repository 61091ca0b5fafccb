//! Agents over TCP: everything as over QUIC, on the technicians' port and on one of their own; and who abuses it.

use std::time::{Duration, Instant};

use hotliner_link::Transport;
use hotliner_protocol::frame::{ByeReason, Frame, Lane, RefusalReason};
use hotliner_protocol::pairing::{AgentPairing, PairError};
use rand_core::OsRng;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;

use crate::agent::Agent;
use crate::console::{self, Console};

const BOTH: [Transport; 2] = [Transport::Quic, Transport::Tcp];

fn texts(from: u64, to: u64) -> Vec<String> {
    (from..=to).map(|n| format!("line {n}")).collect()
}

#[tokio::test]
async fn a_session_moves_between_transports_and_each_line_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, paired) = Agent::join((console.address(), Transport::Tcp), &code, None).await.unwrap();
    assert_eq!(console.show(&case).await["agent"]["transport"], "tcp");
    agent.lines(1, &["line 1", "line 2"]).await;
    agent.acked(Lane::Events, 2).await;
    let mut link = paired.link;
    let mut older = agent;
    for (step, transport) in
        [Transport::Quic, Transport::Tcp, Transport::Tcp, Transport::Quic].iter().enumerate()
    {
        let (mut newer, next, received) =
            Agent::come_back((console.address(), *transport), &link).await.unwrap();
        let first = step as u64 + 3;
        let events = received.iter().find(|ack| ack.lane == Lane::Events).unwrap();
        assert_eq!(events.through, first - 1);
        // The older connection is told, whatever carries it.
        let bye = loop {
            match older.next().await {
                Some(Frame::Bye(bye)) => break bye,
                Some(_) => {}
                None => panic!("hung up without a word"),
            }
        };
        assert_eq!(bye.reason, ByeReason::Superseded);
        // What is sent once more counts once.
        newer.lines(first - 1, &[&format!("line {}", first - 1), &format!("line {first}")]).await;
        newer.acked(Lane::Events, first).await;
        assert_eq!(console.show(&case).await["agent"]["transport"], transport.word());
        (older, link) = (newer, next);
    }
    assert_eq!(console.lines(&case).await, texts(1, 6));
    assert_eq!(console.show(&case).await["journal"]["gaps"], 0);
}

#[tokio::test]
async fn with_pages_elsewhere_agents_come_in_on_the_tcp_port_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = console::settings(folder.path());
    settings.listen_web = Some("127.0.0.1:0".parse().unwrap());
    let console = Console::start_with(&settings).await;
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join((console.address(), Transport::Tcp), &code, None).await.unwrap();
    agent.lines(1, &["line 1"]).await;
    agent.acked(Lane::Events, 1).await;
    assert_eq!(console.lines(&case).await, ["line 1"]);
    assert_ne!(console.running.listen_web().port(), console.address().port());
}

#[tokio::test]
async fn a_large_log_over_tcp_arrives_whole_while_commands_go_the_other_way() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let (mut agent, _) = Agent::join((console.address(), Transport::Tcp), &code, None).await.unwrap();
    // Many windows of bytes that do not compress well.
    let texts: Vec<String> = (0..8_000u64).map(|n| format!("{:x}", u128::from(n).pow(9))).collect();
    for (batch, lines) in texts.chunks(1_000).enumerate() {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        agent.lines(batch as u64 * 1_000 + 1, &lines).await;
    }
    console.post(&format!("/api/v1/cases/{case}/collect"), json!({"prefixes": ["disk"]})).await;
    let (mut asked, mut acked) = (false, 0);
    while !asked || acked < 8_000 {
        match agent.next().await {
            Some(Frame::Command(_)) => asked = true,
            Some(Frame::Ack(ack)) if ack.lane == Lane::Events => acked = ack.through,
            Some(_) => {}
            None => panic!("hung up"),
        }
    }
    let stored = console.get(&format!("/api/v1/cases/{case}/log?from=-1&limit=1")).await;
    assert_eq!(stored["total"], 8_000);
}

#[tokio::test]
async fn a_recorded_handshake_is_of_no_use_on_another_connection() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    for transport in BOTH {
        let (case, code) = console.new_case().await;
        let target = (console.address(), transport);
        // A pairing, its frames kept by somebody who saw them.
        let mut agent = Agent::connect(target).await;
        agent.hello().await;
        let (pairing, start) = AgentPairing::start(&code.parse().unwrap(), OsRng);
        agent.send(start.clone()).await;
        let reply = loop {
            if let Some(Frame::PairReply(reply)) = agent.next().await {
                break reply;
            }
        };
        let case_key = hotliner_protocol::identity::CaseKey::generate(&mut OsRng);
        let (_, confirm) = pairing.confirm(&reply, agent.exporter(), case_key).unwrap();
        drop(agent);

        let mut thief = Agent::connect(target).await;
        thief.hello().await;
        thief.send(start).await;
        thief.send(confirm).await;
        let refused = loop {
            match thief.next().await {
                Some(Frame::Refused(refused)) => break refused.reason,
                Some(Frame::Welcome(_) | Frame::PairReply(_)) => {}
                other => panic!("{transport:?}: let in with {other:?}"),
            }
        };
        assert_eq!(refused, RefusalReason::Code);
        assert_eq!(console.show(&case).await["agent"], serde_json::Value::Null);

        // The owner comes in, and a resume that somebody replays does not.
        let (_, paired) = Agent::join(target, &code, None).await.unwrap();
        let mut owner = Agent::connect(target).await;
        owner.hello().await;
        let (_, start) =
            hotliner_protocol::resume::AgentResume::start(&paired.link, owner.exporter(), &mut OsRng);
        let mut thief = Agent::connect(target).await;
        thief.hello().await;
        thief.send(start).await;
        let refused = loop {
            match thief.next().await {
                Some(Frame::Refused(refused)) => break refused.reason,
                Some(Frame::Welcome(_)) => {}
                other => panic!("{transport:?}: let in with {other:?}"),
            }
        };
        assert_eq!(refused, RefusalReason::UnknownLink);
        // It froze nothing.
        assert!(Agent::come_back(target, &paired.link).await.is_ok());
    }
}

#[tokio::test]
async fn wrong_and_unknown_codes_get_the_same_answer_over_tcp_and_burn_after_three_tries_over_both() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let wrong = format!("{}{}", &code[..8], if code.ends_with('0') { '1' } else { '0' });
    let unknown = format!("{}{}", if code.starts_with("999") { "998" } else { "999" }, &code[3..]);
    for (tries, transport) in [Transport::Tcp, Transport::Quic, Transport::Tcp].into_iter().enumerate() {
        let target = (console.address(), transport);
        let refused = Agent::join(target, &wrong, None).await.err();
        assert_eq!(refused, Some(PairError::Refused(RefusalReason::Code)));
        assert_eq!(Agent::join(target, &unknown, None).await.err(), refused);
        assert_eq!(console.show(&case).await["code"]["tries"], tries + 1);
    }
    assert_eq!(console.show(&case).await["code"]["state"], "burnt");
    let burnt = Agent::join((console.address(), Transport::Tcp), &code, None).await.err();
    assert_eq!(burnt, Some(PairError::Refused(RefusalReason::Code)));
}

#[tokio::test]
async fn interception_over_tcp_is_shown_and_costs_no_try() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (case, code) = console.new_case().await;
    let target = (console.address(), Transport::Tcp);
    assert_eq!(Agent::join(target, &code, Some([7; 32])).await.err(), Some(PairError::Intercepted));
    let shown = console.show(&case).await;
    assert_eq!((&shown["interceptions"], &shown["code"]["tries"]), (&1.into(), &0.into()));
    Agent::join(target, &code, None).await.unwrap();
}

#[tokio::test]
async fn half_open_connections_keep_no_customer_out() {
    let folder = tempfile::tempdir().unwrap();
    let console = Console::start(folder.path()).await;
    let (_, code) = console.new_case().await;
    // Some stop after TCP, some after TLS, some after their first frame.
    let mut half_open = Vec::new();
    for _ in 0..1_200 {
        // All from one address, as one machine has it.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        half_open.push(socket.connect(console.address()).await.unwrap());
    }
    let mut greeted = Vec::new();
    for _ in 0..20 {
        greeted.push(Agent::connect((console.address(), Transport::Tcp)).await);
        let mut agent = Agent::connect(console.address()).await;
        agent.hello().await;
        greeted.push(agent);
    }
    for transport in BOTH {
        let (_, code) = if transport == Transport::Quic {
            (String::new(), code.clone())
        } else {
            console.new_case().await
        };
        let begun = Instant::now();
        let (mut agent, _) = Agent::join((console.address(), transport), &code, None).await.unwrap();
        agent.lines(1, &["line 1"]).await;
        agent.acked(Lane::Events, 1).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{transport:?}: {:?}", begun.elapsed());
    }
    // Nothing was said to those who said nothing.
    for stream in &mut half_open {
        let said = tokio::time::timeout(Duration::from_millis(1), stream.read_u8()).await;
        assert!(said.is_err() || said.unwrap().is_err());
    }
}
