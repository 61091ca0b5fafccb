//! What is known of the way to the console, as facts of scope network: `link.transport` (`quic` or `tcp`), `link.udp` (`ok`,
//! or `blocked` where TCP got through and UDP did not) and `link.problem` (why the console could not be reached).
//!
//! They are remembered until the customer has agreed, and sent then.

use std::collections::BTreeMap;

use hotliner_link::Transport;
use hotliner_protocol::fact::{Fact, FactPath};
use hotliner_protocol::scope::{Scope, Scopes};
use hotliner_protocol::value::Value;

use crate::pipeline::{Inlet, Input, now};
use crate::uplink::Problem;

/// See the module.
#[derive(Default)]
pub(super) struct Line {
    known: BTreeMap<&'static str, Fact>,
    granted: bool,
}

impl Line {
    /// The customer has agreed to `scopes`.
    pub(super) fn consented(&mut self, scopes: &Scopes, inlet: &Inlet) {
        self.granted = scopes.allows(Scope::Network);
        if self.granted {
            self.known.values().for_each(|fact| inlet.put(Input::Fact(fact.clone())));
        }
    }

    /// The console was reached.
    pub(super) fn online(&mut self, transport: Transport, inlet: &Inlet) {
        let udp = if transport == Transport::Quic { "ok" } else { "blocked" };
        self.note("link.transport", transport.word(), inlet);
        self.note("link.udp", udp, inlet);
    }

    /// The console was not reached.
    pub(super) fn unreachable(&mut self, problem: &Problem, inlet: &Inlet) {
        self.note("link.problem", problem.word(), inlet);
    }

    fn note(&mut self, path: &'static str, word: &str, inlet: &Inlet) {
        let Ok(name) = FactPath::new(path) else { return };
        let fact = Fact { path: name, observed_at: now(), reading: Value::from(word).into() };
        self.known.insert(path, fact.clone());
        if self.granted {
            inlet.put(Input::Fact(fact));
        }
    }
}
