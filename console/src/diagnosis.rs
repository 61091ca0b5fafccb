//! What the console knows of faults, and the diagnosis of one case. Pure: a wrapper around [`hotliner_faults`] that turns
//! entries of the journal into what the matcher takes, and diagnoses into what the journal keeps.

use std::sync::Arc;

use hotliner_faults::lang::Lang;
use hotliner_faults::load::{Catalogue, LoadError};
use hotliner_faults::matcher::Matcher;
use hotliner_faults::session::Session;
use hotliner_protocol::batch::Items;
use serde_json::Value;

use crate::case::{Content, Diagnoses, Entry};
use crate::tokens::hex;

/// Most diagnoses kept of a case; what ranks lower helps nobody.
const MAX_DIAGNOSES: usize = 16;

/// The catalogue of faults and the matcher made of it. Shared by all cases.
pub struct Knowledge {
    catalogue: Catalogue,
    matcher: Arc<Matcher>,
    version: String,
}

impl Knowledge {
    /// The faults compiled into this program.
    ///
    /// # Errors
    /// What is wrong with them, which is a mistake of whoever built the program.
    pub fn built_in() -> Result<Arc<Self>, Vec<LoadError>> {
        Catalogue::built_in().map(|catalogue| Arc::new(Self::of(catalogue)))
    }

    /// The faults of `catalogue`.
    pub fn of(catalogue: Catalogue) -> Self {
        let matcher = Arc::new(Matcher::compile(&catalogue));
        let version = version(&catalogue);
        Self { catalogue, matcher, version }
    }

    /// The faults themselves.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The compiled matcher.
    pub fn matcher(&self) -> &Arc<Matcher> {
        &self.matcher
    }

    /// Names this very set of faults: two catalogues with the same version diagnose alike.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Begins the diagnosis of a case.
    pub fn begin(self: &Arc<Self>) -> Examiner {
        Examiner { knowledge: Arc::clone(self), session: Session::new(Arc::clone(&self.matcher)) }
    }
}

/// The running diagnosis of one case.
pub struct Examiner {
    knowledge: Arc<Knowledge>,
    session: Session,
}

impl Examiner {
    /// Takes the next entry in. Returns whether the diagnoses may have changed.
    pub fn take(&mut self, entry: &Entry) -> bool {
        let Content::Telemetry { items, .. } = &entry.content else { return false };
        let mut changed = false;
        match items {
            Items::Events(events) => {
                for event in events {
                    changed |= self.session.event(event);
                }
            }
            Items::Facts(facts) => {
                for fact in facts {
                    changed |= self.session.fact(fact);
                }
            }
        }
        changed
    }

    /// What is known so far, in both languages.
    pub fn diagnoses(&self) -> Diagnoses {
        let mut found = self.session.diagnoses();
        found.truncate(MAX_DIAGNOSES);
        let catalogue = &self.knowledge.catalogue;
        let view = |lang: Lang| -> Vec<Value> {
            let views = found.iter().map(|diagnosis| diagnosis.view(catalogue, lang));
            views.filter_map(|view| serde_json::to_value(view).ok()).collect()
        };
        Diagnoses { catalogue: self.knowledge.version.clone(), en: view(Lang::En), fr: view(Lang::Fr) }
    }
}

/// The first bytes of a hash over the identity and revision of every fault.
fn version(catalogue: &Catalogue) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for fault in catalogue.faults() {
        hash.update(format!("{} {}\n", fault.id, fault.revision));
    }
    format!("{}-{}", env!("CARGO_PKG_VERSION"), hex(&hash.finalize()[..4]))
}
