//! Resume: an agent that was paired comes back on a new connection, by a one-use ratchet.
//!
//! Each resume spends the ratchet's step and agrees the next one; the old step dies when the agent has proven that it
//! stored the new one. Whoever copies an agent's link file can thus resume at most once before one of the two presents a
//! spent step, which freezes the link and needs a new join code.
//!
//! ```text
//! agent                                              console
//! ResumeStart   step n, nonce, proof, signature ──►  keeps n, remembers n+1 as pending
//! stores n+1                                    ◄──  ResumeAccepted   nonce, proof, team's signature, what it has
//! ResumeDone    proof of n+1                    ──►  forgets n
//! ```

use minicbor::{Decode, Encode};
use rand_core::{CryptoRng, RngCore};

use crate::frame::{Ack, ResumeAccepted, ResumeDone, ResumeStart};
use crate::id::CaseId;
use crate::identity::{CaseKey, KEY_BYTES, PublicKey, TeamIdentity, TeamPublic};
use crate::keys::{self, Key};

fn start_parts<'a>(exporter: &'a Key, case: &'a CaseId, step: &'a [u8; 4], nonce: &'a Key) -> [&'a [u8]; 5] {
    [b"hotliner resume 1", exporter, case.as_bytes(), step, nonce]
}

fn accepted_parts<'a>(exporter: &'a Key, case: &'a CaseId, ours: &'a Key, theirs: &'a Key) -> [&'a [u8]; 5] {
    [b"hotliner resume accepted 1", exporter, case.as_bytes(), theirs, ours]
}

fn next_ratchet(ratchet: &Key, agent_nonce: &Key, console_nonce: &Key) -> Key {
    let salt = keys::hash(&[agent_nonce, console_nonce]);
    keys::derive(ratchet, &salt, "next ratchet")
}

fn done_proof(next: &Key, exporter: &Key) -> Key {
    keys::prove(next, &[b"done", exporter])
}

/// What the agent keeps, in a file only its user reads, to resume a link. Encodes to CBOR.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct LinkSecret {
    /// The case.
    #[n(0)]
    pub case: CaseId,
    /// The pinned team.
    #[n(1)]
    pub team: TeamPublic,
    #[cbor(n(2), with = "minicbor::bytes")]
    case_key: [u8; KEY_BYTES],
    #[n(3)]
    step: u32,
    #[cbor(n(4), with = "minicbor::bytes")]
    ratchet: Key,
}

impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkSecret")
            .field("case", &self.case)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

impl LinkSecret {
    pub(crate) fn first(case: CaseId, team: TeamPublic, case_key: &CaseKey, ratchet: Key) -> Self {
        Self { case, team, case_key: case_key.to_bytes(), step: 0, ratchet }
    }
}

/// Agent: sent [`ResumeStart`], waits for [`ResumeAccepted`].
pub struct AgentResume {
    link: LinkSecret,
    exporter: Key,
    nonce: Key,
}

/// Why the console's answer cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// The console proved neither the ratchet nor the team's key: it is somebody else, or somebody sits in between.
    #[error("the console could not prove that it is the one paired with")]
    NotOurConsole,
}

impl AgentResume {
    /// Begins on the connection whose TLS `exporter` this is.
    pub fn start(
        link: &LinkSecret,
        exporter: Key,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> (Self, ResumeStart) {
        let nonce = keys::nonce(rng);
        let step = link.step.to_be_bytes();
        let parts = start_parts(&exporter, &link.case, &step, &nonce);
        let start = ResumeStart {
            case: link.case,
            step: link.step,
            nonce,
            proof: keys::prove(&link.ratchet, &parts),
            signature: CaseKey::from_bytes(&link.case_key).sign(&parts),
        };
        (Self { link: link.clone(), exporter, nonce }, start)
    }

    /// Checks the answer. Store the returned secret durably, *then* send the returned frame.
    ///
    /// # Errors
    /// [`ResumeError::NotOurConsole`]; the old secret stays good.
    pub fn accepted(self, accepted: &ResumeAccepted) -> Result<(LinkSecret, ResumeDone), ResumeError> {
        let parts = accepted_parts(&self.exporter, &self.link.case, &accepted.nonce, &self.nonce);
        let proven = keys::equal(&accepted.proof, &keys::prove(&self.link.ratchet, &parts));
        if !proven || !self.link.team.verify(&parts, &accepted.signature) {
            return Err(ResumeError::NotOurConsole);
        }
        let ratchet = next_ratchet(&self.link.ratchet, &self.nonce, &accepted.nonce);
        let done = ResumeDone { proof: done_proof(&ratchet, &self.exporter) };
        Ok((LinkSecret { ratchet, step: self.link.step.wrapping_add(1), ..self.link }, done))
    }
}

/// What the console keeps of a link. Encodes to CBOR; secret, and never in the journal.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoredLink {
    #[n(0)]
    case_key: PublicKey,
    #[n(1)]
    current: Step,
    #[n(2)]
    pending: Option<Step>,
    #[n(3)]
    #[cbor(default)]
    frozen: bool,
}

#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Step {
    #[n(0)]
    number: u32,
    #[cbor(n(1), with = "minicbor::bytes")]
    ratchet: Key,
}

/// What the console learns from [`ResumeStart`].
pub enum ResumeVerdict {
    /// The agent is back. Store the link, then send the frame.
    Fresh {
        /// The link with its pending step.
        link: StoredLink,
        /// The answer.
        accepted: ResumeAccepted,
    },
    /// The agent's key is right and its step is spent: two hold the same link. Store the link, which is frozen now.
    Spent {
        /// The frozen link.
        link: StoredLink,
    },
    /// The link was frozen before.
    Frozen,
    /// Not this agent: nothing changes.
    Forged,
}

impl std::fmt::Debug for StoredLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredLink")
            .field("step", &self.current.number)
            .field("frozen", &self.frozen)
            .finish_non_exhaustive()
    }
}

impl StoredLink {
    pub(crate) fn first(case_key: PublicKey, ratchet: Key) -> Self {
        Self { case_key, current: Step { number: 0, ratchet }, pending: None, frozen: false }
    }

    /// Whether a spent ratchet was presented.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Judges a resume on the connection whose TLS `exporter` this is. `received` is what the console has of each lane.
    pub fn check(
        &self,
        start: &ResumeStart,
        exporter: &Key,
        team: &TeamIdentity,
        received: Vec<Ack>,
        lease_seconds: u32,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> ResumeVerdict {
        let number = start.step.to_be_bytes();
        let parts = start_parts(exporter, &start.case, &number, &start.nonce);
        if !self.case_key.verify(&parts, &start.signature) {
            return ResumeVerdict::Forged;
        }
        if self.frozen {
            return ResumeVerdict::Frozen;
        }
        // The pending step counts too: the agent may have stored it and lost the line before it could say so.
        let step = [Some(&self.current), self.pending.as_ref()].into_iter().flatten().find(|step| {
            step.number == start.step && keys::equal(&start.proof, &keys::prove(&step.ratchet, &parts))
        });
        let Some(step) = step else {
            return ResumeVerdict::Spent { link: Self { frozen: true, ..self.clone() } };
        };
        let nonce = keys::nonce(rng);
        let signed = accepted_parts(exporter, &start.case, &nonce, &start.nonce);
        let accepted = ResumeAccepted {
            nonce,
            proof: keys::prove(&step.ratchet, &signed),
            signature: team.sign(&signed),
            received,
            lease_seconds,
        };
        let pending = Step {
            number: step.number.wrapping_add(1),
            ratchet: next_ratchet(&step.ratchet, &start.nonce, &nonce),
        };
        ResumeVerdict::Fresh {
            link: Self { current: step.clone(), pending: Some(pending), ..self.clone() },
            accepted,
        }
    }

    /// Takes the agent's word that the pending step is stored: the link with the old step forgotten, to be stored; or
    /// `None` if the proof is wrong.
    pub fn done(&self, done: &ResumeDone, exporter: &Key) -> Option<Self> {
        let pending = self.pending.as_ref()?;
        keys::equal(&done.proof, &done_proof(&pending.ratchet, exporter)).then(|| Self {
            current: pending.clone(),
            pending: None,
            ..self.clone()
        })
    }
}
