//! What the console knows of faults, and the diagnosis of one case. Pure: a wrapper around [`hotliner_faults`] that turns
//! entries of the journal into what the matcher takes, and diagnoses into what the journal keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::fault::{EvidenceKind, Standing, Status};
use hotliner_faults::lang::Lang;
use hotliner_faults::load::LoadError;
use hotliner_faults::matcher::{CompileError, Matcher};
use hotliner_faults::session::Session;
use hotliner_protocol::batch::Items;
use hotliner_protocol::event::{Event, EventBody};
use serde_json::Value;

use crate::case::{Content, Diagnoses, Entry, Question, What, is_row};

/// Most diagnoses kept of a case; what ranks lower helps nobody.
const MAX_DIAGNOSES: usize = 16;

/// Most questions offered at a time.
const MAX_QUESTIONS: usize = 12;

/// Lines that any fault looks for, remembered with their ordinal. Evidence keeps its first lines and its last, so the
/// middle ones give way.
const MAX_MARKED: usize = 4_096;

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
        Examiner {
            knowledge: Arc::clone(self),
            session: Session::new(Arc::clone(&self.matcher)),
            rows: 0,
            marked: BTreeMap::new(),
        }
    }
}

/// The running diagnosis of one case.
#[derive(Clone)]
pub struct Examiner {
    knowledge: Arc<Knowledge>,
    session: Session,
    /// Rows of the case's log so far.
    rows: u64,
    /// Rows of lines that any fault looks for, by source and number, of the latest attempt.
    marked: BTreeMap<(String, u64), u64>,
}

impl Examiner {
    /// Takes the next entry in. Returns whether the diagnoses may have changed.
    pub fn take(&mut self, entry: &Entry) -> bool {
        let mut changed = false;
        match &entry.content {
            Content::Telemetry { items: Items::Events(events), .. } => {
                let mut row = 0;
                for event in events {
                    changed |= self.event(event, row);
                    row += u64::from(is_row(event));
                }
            }
            Content::Telemetry { items: Items::Facts(facts), .. } => {
                for fact in facts {
                    changed |= self.session.fact(fact);
                }
            }
            Content::Decision(decision) => match &decision.what {
                What::LinesTold(told) => {
                    let mut row = 0;
                    for event in told.events(entry.at) {
                        changed |= self.event(&event, row);
                        row += u64::from(is_row(&event));
                    }
                }
                What::Answered { fault, evidence, yes } => {
                    changed |= self.session.answer(fault, evidence, *yes);
                }
                _ => {}
            },
        }
        self.rows += entry.rows();
        changed
    }

    /// Takes an event in that has `before` rows of its entry before it.
    fn event(&mut self, event: &Event, before: u64) -> bool {
        if let EventBody::AttemptStarted(_) = &event.body {
            self.marked.clear();
        }
        let changed = self.session.event(event);
        if let EventBody::Line(line) = &event.body
            && changed
        {
            if self.marked.len() >= MAX_MARKED {
                let evident = self.evident();
                self.marked.retain(|place, _| evident.contains(place));
            }
            self.marked.entry((event.source.clone(), line.number)).or_insert(self.rows + before);
        }
        changed
    }

    /// Places of the lines that diagnoses rest on now.
    fn evident(&self) -> BTreeSet<(String, u64)> {
        let mut places = BTreeSet::new();
        let mut open = self.session.diagnoses();
        while let Some(diagnosis) = open.pop() {
            let lines = diagnosis.evidence.into_iter();
            places.extend(lines.filter_map(|seen| Some((seen.source, seen.line?))));
            open.extend(diagnosis.explains);
        }
        places
    }

    /// What is known so far, in both languages, with the ordinal `n` of each line in evidence.
    pub fn diagnoses(&self) -> Diagnoses {
        let mut found = self.session.diagnoses();
        found.truncate(MAX_DIAGNOSES);
        let catalogue = self.knowledge.catalogue();
        let view = |lang: Lang| -> Vec<Value> {
            let views = found.iter().map(|diagnosis| diagnosis.view(catalogue, lang));
            let mut views: Vec<Value> = views.filter_map(|view| serde_json::to_value(view).ok()).collect();
            views.iter_mut().for_each(|view| self.number(view));
            views
        };
        let (en, fr) = (view(Lang::En), view(Lang::Fr));
        Diagnoses { catalogue: self.knowledge.version.clone(), en, fr, questions: self.questions() }
    }

    /// Adds the ordinals of lines to the evidence of a diagnosis.
    fn number(&self, view: &mut Value) {
        for seen in view["evidence"].as_array_mut().into_iter().flatten() {
            let Some(line) = seen["line"].as_u64() else { continue };
            let place = (seen["source"].as_str().unwrap_or_default().to_owned(), line);
            if let Some(ordinal) = self.marked.get(&place) {
                seen["n"] = (*ordinal).into();
            }
        }
        view["explains"].as_array_mut().into_iter().flatten().for_each(|below| self.number(below));
    }

    /// Questions nobody has answered yet to which a yes would raise a fault's standing, the most telling first.
    fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        for fault in self.knowledge.catalogue().faults() {
            let asks: Vec<_> = fault
                .evidence
                .iter()
                .zip(0usize..)
                .filter_map(|(evidence, index)| match &evidence.kind {
                    EvidenceKind::Ask(text) => Some((index, evidence, text)),
                    _ => None,
                })
                .collect();
            if asks.is_empty() || fault.status != Status::Stable {
                continue;
            }
            let Some(before) = self.session.appraisal(&fault.id) else { continue };
            for (index, evidence, text) in asks {
                if !before.evidence.get(index).is_some_and(|known| known.is_unknown()) {
                    continue;
                }
                let mut supposed = self.session.clone();
                supposed.answer(&fault.id, &evidence.name, true);
                let after = supposed.appraisal(&fault.id).and_then(|appraisal| appraisal.standing);
                let gain = (certainty(after) - certainty(before.standing)) * fault.prior;
                if gain > 0.0 {
                    questions.push(Question {
                        fault: fault.id.clone(),
                        evidence: evidence.name.clone(),
                        en: text.en.clone(),
                        fr: text.fr.clone(),
                        gain,
                    });
                }
            }
        }
        questions
            .sort_by(|one, other| other.gain.total_cmp(&one.gain).then_with(|| one.fault.cmp(&other.fault)));
        questions.truncate(MAX_QUESTIONS);
        questions
    }
}

/// A standing as a share of certainty.
fn certainty(standing: Option<Standing>) -> f64 {
    match standing {
        None | Some(Standing::RuledOut) => 0.0,
        Some(Standing::Possible) => 1.0 / 3.0,
        Some(Standing::Likely) => 2.0 / 3.0,
        Some(Standing::Confirmed) => 1.0,
    }
}
