//! Pairing and resume, both ends in one process, with and without somebody in between.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use hotliner_protocol::frame::{Ack, Lane, RefusalReason, Refused};
use hotliner_protocol::id::CaseId;
use hotliner_protocol::identity::{CaseKey, SecretKey, TeamIdentity};
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::pairing::{
    AgentConfirmed, AgentPairing, ConsolePairing, PairError, PairVerdict, Paired, Verdict,
};
use hotliner_protocol::resume::{AgentResume, LinkSecret, ResumeError, ResumeVerdict, StoredLink};
use hotliner_protocol::time::Timestamp;
use rand_core::OsRng;

const LEASE: u32 = 7_200;
const SESSION: [u8; 32] = [7; 32];
const OTHER_SESSION: [u8; 32] = [8; 32];

fn code(text: &str) -> JoinCode {
    text.parse().unwrap()
}

fn case() -> CaseId {
    CaseId::new(Timestamp::from_millis(1_700_000_000_000), [3; 10])
}

/// Runs the two first messages and the proof; each end sees the exporter it is given.
fn exchange(
    typed: &str,
    known: Option<&str>,
    agent_sees: [u8; 32],
    console_sees: [u8; 32],
) -> (AgentConfirmed, Verdict) {
    let (agent, start) = AgentPairing::start(&code(typed), OsRng);
    let known = known.map(code);
    let (console, reply) = ConsolePairing::reply(known.as_ref(), "Acme support", &start, OsRng);
    let (agent, confirm) = agent.confirm(&reply, agent_sees, CaseKey::generate(&mut OsRng)).unwrap();
    (agent, console.check(&confirm, console_sees))
}

fn pair() -> (Paired, StoredLink, TeamIdentity) {
    let team = SecretKey::generate(&mut OsRng);
    let (agent, verdict) = exchange("482913057", Some("482913057"), SESSION, SESSION);
    let Verdict::Proven(proven) = verdict else { panic!("the right code must be accepted") };
    let (accepted, stored) = proven.accept(case(), &team, LEASE);
    (agent.finish(&PairVerdict::Accepted(accepted)).unwrap(), stored, team)
}

#[test]
fn the_right_code_pins_the_team_and_the_case() {
    let (paired, stored, team) = pair();
    assert_eq!(paired.link.case, case());
    assert_eq!(paired.link.team, team.public());
    assert_eq!(paired.lease_seconds, LEASE);
    assert!(!stored.is_frozen());
}

#[test]
fn a_wrong_and_an_unknown_code_look_alike_and_are_refused() {
    for known in [Some("482913058"), None] {
        let (agent, verdict) = exchange("482913057", known, SESSION, SESSION);
        assert!(matches!(verdict, Verdict::WrongCode), "{known:?}");
        let refused = PairVerdict::Refused(Refused { reason: RefusalReason::Code });
        assert_eq!(agent.finish(&refused).unwrap_err(), PairError::Refused(RefusalReason::Code));
    }
}

#[test]
fn an_interceptor_who_relays_the_messages_is_found_out_by_both_ends() {
    let (agent, verdict) = exchange("482913057", Some("482913057"), SESSION, OTHER_SESSION);
    let Verdict::Intercepted(told) = verdict else { panic!("two TLS sessions must not pass") };
    assert_eq!(agent.finish(&PairVerdict::Intercepted(told)).unwrap_err(), PairError::Intercepted);

    // The console's end was fooled somehow: the agent's end still sees it.
    let (agent, verdict) = exchange("482913057", Some("482913057"), SESSION, SESSION);
    let Verdict::Proven(proven) = verdict else { panic!() };
    let (mut accepted, _) = proven.accept(case(), &SecretKey::generate(&mut OsRng), LEASE);
    accepted.team = SecretKey::generate(&mut OsRng).public();
    assert_eq!(agent.finish(&PairVerdict::Accepted(accepted)).unwrap_err(), PairError::Intercepted);
}

#[test]
fn a_console_that_does_not_know_the_code_cannot_claim_anything() {
    let (agent, _) = exchange("482913057", Some("482913057"), SESSION, SESSION);
    let (_, other) = exchange("482913057", Some("482913057"), SESSION, OTHER_SESSION);
    let Verdict::Intercepted(forged) = other else { panic!() };
    assert_eq!(agent.finish(&PairVerdict::Intercepted(forged)).unwrap_err(), PairError::NotOurConsole);
}

#[test]
fn rubbish_instead_of_a_spake_message_is_a_wrong_code_and_not_a_crash() {
    for message in [vec![], vec![0x41; 33], vec![0xff; 33], vec![0x42; 5_000]] {
        let (_, mut start) = AgentPairing::start(&code("482913057"), OsRng);
        start.message = message;
        let (console, reply) = ConsolePairing::reply(Some(&code("482913057")), "Acme", &start, OsRng);
        let (agent, _) = AgentPairing::start(&code("482913057"), OsRng);
        let (_, confirm) = agent.confirm(&reply, SESSION, CaseKey::generate(&mut OsRng)).unwrap();
        assert!(matches!(console.check(&confirm, SESSION), Verdict::WrongCode));
    }
}

/// One resume, up to the agent's new secret and the console's link with its pending step.
fn resume(
    link: &LinkSecret,
    stored: &StoredLink,
    team: &TeamIdentity,
) -> Result<(LinkSecret, StoredLink, StoredLink), &'static str> {
    let (agent, start) = AgentResume::start(link, SESSION, &mut OsRng);
    let received = vec![Ack { lane: Lane::Events, through: 42 }];
    match stored.check(&start, &SESSION, team, received, LEASE, &mut OsRng) {
        ResumeVerdict::Fresh { link: pending, accepted } => {
            assert_eq!(accepted.received, [Ack { lane: Lane::Events, through: 42 }]);
            let (next, done) = agent.accepted(&accepted).unwrap();
            let settled = pending.done(&done, &SESSION).unwrap();
            Ok((next, pending, settled))
        }
        ResumeVerdict::Spent { link } => {
            assert!(link.is_frozen());
            Err("spent")
        }
        ResumeVerdict::Frozen => Err("frozen"),
        ResumeVerdict::Forged => Err("forged"),
    }
}

#[test]
fn a_link_resumes_again_and_again_and_survives_a_line_cut_at_any_message() {
    let (paired, mut stored, team) = pair();
    let mut link = paired.link;
    for round in 0..6 {
        let (next, pending, settled) = resume(&link, &stored, &team).unwrap();
        match round % 3 {
            // All messages arrived.
            0 => (link, stored) = (next, settled),
            // The agent stored the new step and the line broke before ResumeDone.
            1 => (link, stored) = (next, pending),
            // The line broke before ResumeAccepted: the agent still has the old step.
            _ => stored = pending,
        }
    }
}

#[test]
fn a_copied_link_freezes_when_its_second_holder_comes() {
    let (paired, stored, team) = pair();
    let copy = paired.link.clone();
    let (_, _, stored) = resume(&paired.link, &stored, &team).unwrap();
    assert_eq!(resume(&copy, &stored, &team).unwrap_err(), "spent");
}

#[test]
fn somebody_without_the_agents_key_can_neither_resume_nor_freeze() {
    let (paired, stored, team) = pair();
    let (other, _, _) = pair();
    assert_eq!(resume(&other.link, &stored, &team).unwrap_err(), "forged");
    // A start recorded on one connection proves nothing on another.
    let (_, start) = AgentResume::start(&paired.link, OTHER_SESSION, &mut OsRng);
    let verdict = stored.check(&start, &SESSION, &team, vec![], LEASE, &mut OsRng);
    assert!(matches!(verdict, ResumeVerdict::Forged));
}

#[test]
fn an_agent_does_not_resume_with_another_team() {
    let (paired, stored, _) = pair();
    let (agent, start) = AgentResume::start(&paired.link, SESSION, &mut OsRng);
    let stranger = SecretKey::generate(&mut OsRng);
    let verdict = stored.check(&start, &SESSION, &stranger, vec![], LEASE, &mut OsRng);
    let ResumeVerdict::Fresh { accepted, .. } = verdict else { panic!() };
    assert_eq!(agent.accepted(&accepted).unwrap_err(), ResumeError::NotOurConsole);
}

#[test]
fn stored_secrets_read_back() {
    let (paired, stored, team) = pair();
    let link: LinkSecret = minicbor::decode(&minicbor::to_vec(&paired.link).unwrap()).unwrap();
    let stored: StoredLink = minicbor::decode(&minicbor::to_vec(&stored).unwrap()).unwrap();
    assert!(resume(&link, &stored, &team).is_ok());
    let again = SecretKey::from_bytes(&team.to_bytes());
    assert_eq!(again.public().to_string(), team.public().to_string());
}
