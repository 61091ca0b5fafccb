//! What the console knows of faults, and the diagnosis of one case. Pure: a wrapper around [`hotliner_faults`] that turns
//! entries of the journal into what the matcher takes, and diagnoses into what the journal keeps.

use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::lang::Lang;
use hotliner_faults::load::LoadError;
use hotliner_faults::matcher::{CompileError, Matcher};
use hotliner_faults::session::Session;
use hotliner_protocol::batch::Items;
use serde_json::Value;

use crate::case::{Content, Diagnoses, Entry};

/// Most diagnoses kept of a case; what ranks lower helps nobody.
const MAX_DIAGNOSES: usize = 16;

/// The catalogue of faults and the matcher made of it. Shared by all cases.
pub struct Knowledge {
    matcher: Arc<Matcher>,
    version: String,
}

/// Why there is no knowledge.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// Faults do not load.
    #[error("{} mistakes in the faults", .0.len())]
    Load(Vec<LoadError>),
    /// The matcher cannot be made of them.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

impl Knowledge {
    /// The faults compiled into this program.
    ///
    /// # Errors
    /// [`KnowledgeError`]: a mistake of whoever built the program.
    pub fn built_in() -> Result<Arc<Self>, KnowledgeError> {
        Self::of(Catalogue::built_in().map_err(KnowledgeError::Load)?)
    }

    /// The faults of `catalogue`.
    ///
    /// # Errors
    /// [`KnowledgeError::Compile`] if their literals are too many for one matcher.
    pub fn of(catalogue: Catalogue) -> Result<Arc<Self>, KnowledgeError> {
        let version = catalogue.version();
        let matcher = Arc::new(Matcher::compile(catalogue)?);
        Ok(Arc::new(Self { matcher, version }))
    }

    /// The faults themselves.
    pub fn catalogue(&self) -> &Catalogue {
        self.matcher.catalogue()
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
        let catalogue = self.knowledge.catalogue();
        let view = |lang: Lang| -> Vec<Value> {
            let views = found.iter().map(|diagnosis| diagnosis.view(catalogue, lang));
            views.filter_map(|view| serde_json::to_value(view).ok()).collect()
        };
        Diagnoses { catalogue: self.knowledge.version.clone(), en: view(Lang::En), fr: view(Lang::Fr) }
    }
}
