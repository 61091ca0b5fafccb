//! Pairing: two ends that share nothing but a six-digit secret come to trust each other, on a TLS connection that neither
//! has authenticated.
//!
//! ```text
//! agent                                              console
//! PairStart     nameplate, SPAKE2 A        ─────►    finds the code (or a random one: same work, same answer)
//!               key                        ◄─────    PairReply        SPAKE2 B, team name
//! PairConfirm   proof of key, binding      ─────►    proof wrong → Refused, a try is counted
//!                                                    binding wrong → PairIntercepted, no try is counted
//! pins team                                ◄─────    PairAccepted     proof of key, binding, team, signature, case
//! ```
//!
//! The *binding* is a proof under the agreed key over the TLS exporter: both ends of one TLS session export the same
//! bytes, two sessions joined by somebody in between do not. An interceptor who does not know the secret can thus relay
//! SPAKE2 but never the binding. SPAKE2 is RFC 9382's scheme over Ed25519 as the `spake2` crate has it; proofs are
//! HMAC-SHA256 under keys derived by HKDF-SHA256.

use rand_core::{CryptoRng, RngCore};
use spake2::{Ed25519Group, Identity, Password, Spake2};

use crate::frame::{
    PairAccepted, PairConfirm, PairIntercepted, PairReply, PairStart, RefusalReason, Refused,
};
use crate::id::CaseId;
use crate::identity::{CaseKey, PublicKey, TeamIdentity, TeamPublic};
use crate::join_code::JoinCode;
use crate::keys::{self, Key};
use crate::limits::MAX_PAIRING_MESSAGE_BYTES;
use crate::resume::{LinkSecret, StoredLink};

const AGENT: &[u8] = b"hotliner-agent";
const CONSOLE: &[u8] = b"hotliner-console";

/// Keys agreed by SPAKE2, one for each purpose.
struct Agreed {
    confirm_agent: Key,
    confirm_console: Key,
    bind_agent: Key,
    bind_console: Key,
    ratchet: Key,
    transcript: Key,
}

impl Agreed {
    fn new(shared: &[u8], nameplate: &str, agent_message: &[u8], console_message: &[u8]) -> Self {
        let transcript =
            keys::hash(&[b"hotliner pairing 1", nameplate.as_bytes(), agent_message, console_message]);
        let key = |purpose| keys::derive(shared, &transcript, purpose);
        Self {
            confirm_agent: key("confirm agent"),
            confirm_console: key("confirm console"),
            bind_agent: key("bind agent"),
            bind_console: key("bind console"),
            ratchet: key("ratchet"),
            transcript,
        }
    }

    fn agent_confirmation(&self) -> Key {
        keys::prove(&self.confirm_agent, &[&self.transcript])
    }

    fn console_confirmation(&self) -> Key {
        keys::prove(&self.confirm_console, &[&self.transcript])
    }

    fn agent_binding(&self, exporter: &Key, case_key: &PublicKey) -> Key {
        keys::prove(&self.bind_agent, &[exporter, case_key.as_bytes()])
    }

    fn console_binding(&self, exporter: &Key, team: &TeamPublic, case: &CaseId) -> Key {
        keys::prove(&self.bind_console, &[exporter, team.as_bytes(), case.as_bytes()])
    }
}

/// What the team signs when it accepts an agent.
fn accepted_parts<'a>(exporter: &'a Key, case: &'a CaseId, case_key: &'a PublicKey) -> [&'a [u8]; 4] {
    [b"hotliner pair accepted 1", exporter, case.as_bytes(), case_key.as_bytes()]
}

/// Agent, first step: sent [`PairStart`], waits for [`PairReply`].
pub struct AgentPairing {
    spake: Spake2<Ed25519Group>,
    start: PairStart,
}

/// Agent, second step: sent [`PairConfirm`], waits for the verdict.
pub struct AgentConfirmed {
    agreed: Agreed,
    exporter: Key,
    case_key: CaseKey,
}

/// A finished pairing, on the agent.
#[derive(Clone, Debug)]
pub struct Paired {
    /// What resuming the link needs.
    pub link: LinkSecret,
    /// Length of the lease in seconds.
    pub lease_seconds: u32,
}

/// The console's answers to [`PairConfirm`].
#[derive(Clone, Debug)]
pub enum PairVerdict {
    /// Accepted.
    Accepted(PairAccepted),
    /// Somebody sits in between.
    Intercepted(PairIntercepted),
    /// No.
    Refused(Refused),
}

/// Why pairing failed, on the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The console said no.
    #[error("refused: {0}")]
    Refused(RefusalReason),
    /// The code is right, and the connection does not end where the console's does.
    #[error("the connection is intercepted")]
    Intercepted,
    /// The console does not know the code either: it is not the one that gave it out.
    #[error("the console could not prove that it knows the code")]
    NotOurConsole,
    /// A message does not read.
    #[error("the console's pairing message does not read")]
    Malformed,
}

impl AgentPairing {
    /// Begins with `code`.
    pub fn start(code: &JoinCode, rng: impl CryptoRng + RngCore) -> (Self, PairStart) {
        let (spake, message) = Spake2::<Ed25519Group>::start_a_with_rng(
            &Password::new(code.digits()),
            &Identity::new(AGENT),
            &Identity::new(CONSOLE),
            rng,
        );
        let start = PairStart { nameplate: code.nameplate().to_owned(), message };
        (Self { spake, start: start.clone() }, start)
    }

    /// Goes on with the console's half: proves the code, bound to the connection whose TLS `exporter` this is.
    ///
    /// # Errors
    /// [`PairError::Malformed`] if the reply is no SPAKE2 message.
    pub fn confirm(
        self,
        reply: &PairReply,
        exporter: Key,
        case_key: CaseKey,
    ) -> Result<(AgentConfirmed, PairConfirm), PairError> {
        if reply.message.len() > MAX_PAIRING_MESSAGE_BYTES {
            return Err(PairError::Malformed);
        }
        let shared = self.spake.finish(&reply.message).map_err(|_| PairError::Malformed)?;
        let agreed = Agreed::new(&shared, &self.start.nameplate, &self.start.message, &reply.message);
        let public = case_key.public();
        let confirm = PairConfirm {
            confirmation: agreed.agent_confirmation(),
            binding: agreed.agent_binding(&exporter, &public),
            case_key: public,
        };
        Ok((AgentConfirmed { agreed, exporter, case_key }, confirm))
    }
}

impl AgentConfirmed {
    /// Takes the console's verdict; on success the team is known and pinned.
    ///
    /// # Errors
    /// [`PairError`]: why not.
    pub fn finish(self, verdict: &PairVerdict) -> Result<Paired, PairError> {
        let confirmed = |proof: &Key| {
            if keys::equal(proof, &self.agreed.console_confirmation()) {
                Ok(())
            } else {
                Err(PairError::NotOurConsole)
            }
        };
        let accepted = match verdict {
            PairVerdict::Refused(refused) => return Err(PairError::Refused(refused.reason)),
            PairVerdict::Intercepted(intercepted) => {
                confirmed(&intercepted.confirmation)?;
                return Err(PairError::Intercepted);
            }
            PairVerdict::Accepted(accepted) => accepted,
        };
        confirmed(&accepted.confirmation)?;
        let binding = self.agreed.console_binding(&self.exporter, &accepted.team, &accepted.case);
        if !keys::equal(&accepted.binding, &binding) {
            return Err(PairError::Intercepted);
        }
        let public = self.case_key.public();
        if !accepted
            .team
            .verify(&accepted_parts(&self.exporter, &accepted.case, &public), &accepted.signature)
        {
            return Err(PairError::NotOurConsole);
        }
        let link = LinkSecret::first(accepted.case, accepted.team, &self.case_key, self.agreed.ratchet);
        Ok(Paired { link, lease_seconds: accepted.lease_seconds })
    }
}

/// Console: sent [`PairReply`], waits for [`PairConfirm`].
pub struct ConsolePairing {
    agreed: Agreed,
}

/// What the console learns from [`PairConfirm`].
pub enum Verdict {
    /// Code and connection are right.
    Proven(Box<Proven>),
    /// The code is wrong: count a try.
    WrongCode,
    /// The code is right and the connection is not the agent's: count no try, tell the technician.
    Intercepted(PairIntercepted),
}

/// An agent that proved its code.
pub struct Proven {
    agreed: Agreed,
    exporter: Key,
    case_key: PublicKey,
}

impl ConsolePairing {
    /// Answers [`PairStart`]. `code` is `None` where the nameplate is unknown, expired, used or burnt: the same work is
    /// done with a random secret, so that neither answer nor time tells.
    pub fn reply(
        code: Option<&JoinCode>,
        team_name: &str,
        start: &PairStart,
        mut rng: impl CryptoRng + RngCore,
    ) -> (Self, PairReply) {
        let random = keys::nonce(&mut rng);
        let password = match code {
            Some(code) => Password::new(code.digits()),
            None => Password::new(random),
        };
        let (agent, console) = (Identity::new(AGENT), Identity::new(CONSOLE));
        let (spake, message) = Spake2::<Ed25519Group>::start_b_with_rng(&password, &agent, &console, rng);
        let short = start.message.len() <= MAX_PAIRING_MESSAGE_BYTES;
        let given = if short { start.message.as_slice() } else { &[] };
        // A message that is no point on the curve gives a random key, which no confirmation fits.
        let shared = spake.finish(given).unwrap_or_else(|_| random.to_vec());
        let agreed = Agreed::new(&shared, &start.nameplate, given, &message);
        (Self { agreed }, PairReply { message, team_name: team_name.to_owned() })
    }

    /// Judges the agent's proof on the connection whose TLS `exporter` this is.
    pub fn check(self, confirm: &PairConfirm, exporter: Key) -> Verdict {
        if !keys::equal(&confirm.confirmation, &self.agreed.agent_confirmation()) {
            return Verdict::WrongCode;
        }
        if !keys::equal(&confirm.binding, &self.agreed.agent_binding(&exporter, &confirm.case_key)) {
            return Verdict::Intercepted(PairIntercepted {
                confirmation: self.agreed.console_confirmation(),
            });
        }
        Verdict::Proven(Box::new(Proven { agreed: self.agreed, exporter, case_key: confirm.case_key }))
    }
}

impl Proven {
    /// Lets the agent into `case`. The link is to be stored before the frame is sent.
    pub fn accept(self, case: CaseId, team: &TeamIdentity, lease_seconds: u32) -> (PairAccepted, StoredLink) {
        let accepted = PairAccepted {
            confirmation: self.agreed.console_confirmation(),
            binding: self.agreed.console_binding(&self.exporter, &team.public(), &case),
            team: team.public(),
            signature: team.sign(&accepted_parts(&self.exporter, &case, &self.case_key)),
            case,
            lease_seconds,
        };
        (accepted, StoredLink::first(self.case_key, self.agreed.ratchet))
    }
}
