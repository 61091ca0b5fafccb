//! Pairing and resume with frames from anybody: nothing panics, and nobody comes in.
#![no_main]

use hotliner_protocol::frame::Frame;
use hotliner_protocol::id::CaseId;
use hotliner_protocol::identity::{CaseKey, TeamIdentity};
use hotliner_protocol::join_code::JoinCode;
use hotliner_protocol::pairing::{AgentPairing, ConsolePairing, Verdict};
use hotliner_protocol::resume::ResumeVerdict;
use hotliner_protocol::time::Timestamp;
use hotliner_protocol_fuzz::{Counting, frames};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let code: JoinCode = "482913057".parse().expect("nine digits");
    let team = TeamIdentity::generate(&mut Counting(1));
    let case = CaseId::new(Timestamp::from_millis(1), [3; 10]);
    let link = paired(&code, &team, case);
    let mut pairing = None;
    for frame in frames(bytes) {
        match frame {
            Frame::PairStart(start) => {
                pairing = Some(ConsolePairing::reply(Some(&code), "team", &start, Counting(2)).0);
            }
            Frame::PairConfirm(confirm) => {
                if let Some(pairing) = pairing.take() {
                    assert!(!matches!(pairing.check(&confirm, [5; 32]), Verdict::Proven(_)), "let in");
                }
            }
            Frame::ResumeStart(start) => {
                let verdict = link.check(&start, &[5; 32], &team, Vec::new(), 60, &mut Counting(3));
                assert!(matches!(verdict, ResumeVerdict::Forged), "a forged resume is nothing else");
            }
            Frame::PairReply(reply) => {
                let (agent, _) = AgentPairing::start(&code, Counting(4));
                let _ = agent.confirm(&reply, [5; 32], CaseKey::generate(&mut Counting(5)));
            }
            _ => {}
        }
    }
});

/// A link as a console keeps it after a pairing.
fn paired(
    code: &JoinCode,
    team: &TeamIdentity,
    case: CaseId,
) -> hotliner_protocol::resume::StoredLink {
    let (agent, start) = AgentPairing::start(code, Counting(6));
    let (console, reply) = ConsolePairing::reply(Some(code), "team", &start, Counting(7));
    let confirmed = agent.confirm(&reply, [1; 32], CaseKey::generate(&mut Counting(8)));
    let Ok((_, confirm)) = confirmed else { unreachable!("both know the code") };
    let Verdict::Proven(proven) = console.check(&confirm, [1; 32]) else { unreachable!("both know the code") };
    proven.accept(case, team, 60).1
}
