//! The state of one case: records in, diagnoses out.
//!
//! The same records give the same diagnoses in one pass, in any batching, or replayed later. Log evidence belongs to an
//! attempt: it is unknown while the attempt runs, and settles to absent at its end if every source was read to its end. The
//! latest attempt decides; evidence of the scope `case` stays from earlier ones.

mod hits;
mod next;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hotliner_protocol::event::{Event, EventBody, Outcome};
use hotliner_protocol::fact::{Fact, FactSet};
use hotliner_protocol::id::AttemptId;

use crate::condition::Term;
use crate::diagnosis::{Diagnosis, Seen};
use crate::expression::Variables;
use crate::fault::{EvidenceKind, Scope, Standing, Status};
use crate::matcher::Matcher;
use crate::rank;
use crate::tri::Tri;

use hits::{Board, Moment, fill};
pub use next::{Kind, MAX_PROPOSALS, Proposal};

/// Longest text kept of a hit, in bytes.
const HIT_TEXT_BYTES: usize = 2_048;

/// What one case has shown so far.
#[derive(Clone, Debug)]
pub struct Session {
    matcher: Arc<Matcher>,
    facts: FactSet,
    attempt: Attempt,
    board: Board,
    /// Whether an earlier attempt lost lines, or was not read to its end.
    holes: bool,
    answers: BTreeMap<(usize, usize), bool>,
}

#[derive(Clone, Debug, Default)]
struct Attempt {
    id: Option<AttemptId>,
    /// Sources seen, and how each ended: `None` while it runs.
    sources: BTreeMap<String, Option<bool>>,
    /// The source of the last line.
    source: String,
    outcome: Option<Outcome>,
    lost: bool,
    lines: u64,
}

/// What is known of one fault in one case.
#[derive(Clone, Debug)]
pub struct Appraisal {
    pub(crate) fault: usize,
    /// For each piece of evidence: what is known.
    pub evidence: Vec<Tri>,
    /// Whether the fault applies to this PC.
    pub applies: Tri,
    /// `confirmed`, `likely`, `possible`, `unless`: what each condition gives; `None` where it is not written.
    pub conditions: [Option<Tri>; 4],
    /// What follows.
    pub standing: Option<Standing>,
    /// Captured variables.
    pub variables: Variables,
}

impl Session {
    /// A case nothing is known of.
    pub fn new(matcher: Arc<Matcher>) -> Self {
        Self {
            matcher,
            facts: FactSet::default(),
            attempt: Attempt::default(),
            board: Board::default(),
            holes: false,
            answers: BTreeMap::new(),
        }
    }

    /// The faults held against the case.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Takes an event in. Returns whether diagnoses may have changed.
    pub fn event(&mut self, event: &Event) -> bool {
        if let EventBody::AttemptStarted(_) = &event.body {
            self.holes |= self.attempt.lines > 0 && !self.attempt.read_to_its_end();
            self.attempt = Attempt { id: event.attempt, ..Attempt::default() };
            self.board.begin(&self.matcher);
            return true;
        }
        if event.attempt != self.attempt.id {
            // A straggler of an earlier attempt: it decides nothing any more.
            return false;
        }
        match &event.body {
            EventBody::Line(line) => self.line(&event.source, line.number, &line.text, event.at.millis()),
            EventBody::SourceEnded(ended) => {
                // A source that goes on afterwards is asked for again.
                self.attempt.source.clear();
                self.attempt.sources.insert(event.source.clone(), Some(ended.complete));
                self.attempt.outcome.is_some()
            }
            EventBody::AttemptEnded(ended) => {
                self.attempt.outcome = Some(ended.outcome);
                true
            }
            EventBody::Gap(_) => {
                self.attempt.lost = true;
                self.attempt.outcome.is_some()
            }
            _ => false,
        }
    }

    /// Takes a line in: what [`Session::event`] does with one, without an event around it. `millis` is its time.
    pub(crate) fn line(&mut self, source: &str, number: u64, text: &str, millis: u64) -> bool {
        let attempt = &mut self.attempt;
        attempt.lines += 1;
        // Lines of one source mostly come together: the map is asked only when it changes.
        if attempt.source != source {
            source.clone_into(&mut attempt.source);
            if !attempt.sources.contains_key(source) {
                attempt.sources.insert(source.to_owned(), None);
            }
        }
        let mut faults: Vec<usize> = Vec::new();
        let (board, matcher) = (&mut self.board, &*self.matcher);
        let moment = Moment { line: attempt.lines, millis };
        matcher.find(source, text, |found| {
            if !faults.contains(&found.fault) {
                faults.push(found.fault);
            }
            let seen = || Seen {
                name: String::new(),
                source: source.to_owned(),
                line: Some(number),
                text: text[..text.floor_char_boundary(HIT_TEXT_BYTES.min(text.len()))].to_owned(),
            };
            board.add(matcher, found, moment, seen);
        });
        board.line_ends(matcher, &faults, moment);
        !faults.is_empty()
    }

    /// Takes a fact in. Returns whether diagnoses may have changed.
    pub fn fact(&mut self, fact: &Fact) -> bool {
        // A fact no fault reads is not kept: thousands of packages cost a case nothing.
        self.matcher.reads(fact.path.as_str()) && self.facts.insert(fact.clone())
    }

    /// Takes an answer to the question `evidence` of fault `fault`. Returns whether there is such a question.
    pub fn answer(&mut self, fault: &str, evidence: &str, yes: bool) -> bool {
        let Some(index) = self.matcher.index_of(fault) else { return false };
        let asked = self
            .matcher
            .fault(index)
            .evidence
            .iter()
            .position(|known| known.name == evidence && matches!(known.kind, EvidenceKind::Ask(_)));
        if let Some(asked) = asked {
            self.answers.insert((index, asked), yes);
        }
        asked.is_some()
    }

    /// What the case shows, best first; consequences stand under the fault that explains them.
    pub fn diagnoses(&self) -> Vec<Diagnosis> {
        let stable = self.candidates().filter(|index| self.matcher.fault(*index).status == Status::Stable);
        let found = stable.filter_map(|index| {
            let appraisal = self.appraise(index);
            let standing = appraisal.standing?;
            Some((index, self.diagnosis(&appraisal, standing)))
        });
        rank::order(found.collect(), |above, below| self.matcher.outranks(above, below))
    }

    /// Beta faults that would be shown as likely or better, by id: they match silently, to be counted.
    pub fn silent(&self) -> Vec<(String, Standing)> {
        let beta = self.candidates().filter(|index| self.matcher.fault(*index).status == Status::Beta);
        let loud = beta.filter_map(|index| {
            let standing = self.appraise(index).standing.filter(|standing| *standing >= Standing::Likely)?;
            Some((self.matcher.fault(index).id.clone(), standing))
        });
        loud.collect()
    }

    /// Faults something may speak for.
    fn candidates(&self) -> impl Iterator<Item = usize> + use<> {
        let mut candidates: BTreeSet<usize> = self.matcher.without_logs().iter().copied().collect();
        candidates.extend(self.board.hits.keys().map(|(fault, _)| *fault));
        candidates.extend(self.answers.keys().map(|(fault, _)| *fault));
        candidates.into_iter()
    }

    /// What is known of the fault called `id`.
    pub fn appraisal(&self, id: &str) -> Option<Appraisal> {
        self.matcher.index_of(id).map(|index| self.appraise(index))
    }

    fn appraise(&self, index: usize) -> Appraisal {
        let fault = self.matcher.fault(index);
        let variables = self.variables(index);
        let known = |i: usize| self.evidence(index, i, &variables);
        let evidence: Vec<Tri> = (0..fault.evidence.len()).map(known).collect();
        self.judge(index, evidence, variables)
    }

    /// What follows for a fault if this is known of its evidence.
    fn judge(&self, index: usize, evidence: Vec<Tri>, variables: Variables) -> Appraisal {
        let fault = self.matcher.fault(index);
        let term = |term: &Term| self.term(index, term, &evidence, &variables);
        let of = &fault.conditions;
        let conditions = [&of.confirmed, &of.likely, &of.possible, &of.unless]
            .map(|condition| condition.as_ref().map(|condition| condition.eval(&term)));
        let applies =
            fault.applies.as_ref().map_or(Tri::Matched, |applies| applies.eval(&self.facts, &variables));
        let holds = |i: usize| conditions[i] == Some(Tri::Matched);
        let reached = [Standing::Confirmed, Standing::Likely, Standing::Possible]
            .into_iter()
            .zip(0..)
            .find(|(_, i)| holds(*i))
            .map(|(standing, _)| standing)
            .filter(|_| applies != Tri::Absent);
        let standing = reached.map(|reached| if holds(3) { Standing::RuledOut } else { reached });
        Appraisal { fault: index, evidence, applies, conditions, standing, variables }
    }

    fn term(&self, fault: usize, term: &Term, evidence: &[Tri], variables: &Variables) -> Tri {
        let complete = |index: usize| self.complete(fault, index);
        match term {
            Term::Evidence(i) => evidence[*i],
            Term::Captured(name) => Tri::of(variables.get(name).is_some_and(|value| !value.is_empty())),
            Term::Seq(sequence) => {
                let complete = sequence.steps.iter().all(|step| complete(*step));
                self.board.sequence(&self.matcher, fault, sequence, complete)
            }
            Term::Count(count) => self.board.count(fault, count, complete(count.evidence)),
            Term::Last(index) => self.board.last(fault, *index, complete(*index)),
            Term::AttemptEnded => Tri::of(self.attempt.outcome.is_some()),
            Term::AttemptSucceeded => self.ended(|outcome| outcome == Outcome::Succeeded),
            Term::AttemptFailed => {
                self.ended(|outcome| matches!(outcome, Outcome::Failed | Outcome::RolledBack))
            }
        }
    }

    /// Whether no more lines can come that hold this evidence.
    fn complete(&self, fault: usize, evidence: usize) -> bool {
        let case = self.matcher.fault(fault).evidence[evidence].scope == Scope::Case;
        self.attempt.read_to_its_end() && !(case && self.holes)
    }

    fn ended(&self, how: impl Fn(Outcome) -> bool) -> Tri {
        match self.attempt.outcome {
            None | Some(Outcome::Unknown | Outcome::Other(_)) => Tri::NotCollected,
            Some(outcome) => Tri::of(how(outcome)),
        }
    }

    fn evidence(&self, fault: usize, index: usize, variables: &Variables) -> Tri {
        match &self.matcher.fault(fault).evidence[index].kind {
            EvidenceKind::Log(_) if self.board.of(fault, index).is_some() => Tri::Matched,
            EvidenceKind::Log(_) if self.complete(fault, index) => Tri::Absent,
            EvidenceKind::Log(_) => Tri::NotCollected,
            EvidenceKind::Fact(expression) => expression.eval(&self.facts, variables),
            EvidenceKind::Ask(_) => {
                self.answers.get(&(fault, index)).map_or(Tri::NotCollected, |yes| Tri::of(*yes))
            }
        }
    }

    fn variables(&self, fault: usize) -> Variables {
        let mut variables = Variables::new();
        for (_, hits) in self.board.hits.range((fault, 0)..(fault + 1, 0)) {
            fill(&mut variables, &hits.captures);
        }
        variables
    }

    fn diagnosis(&self, appraisal: &Appraisal, standing: Standing) -> Diagnosis {
        let index = appraisal.fault;
        let fault = self.matcher.fault(index);
        let mut seen = Vec::new();
        for (i, evidence) in fault.evidence.iter().enumerate() {
            if let Some(hits) = self.board.of(index, i) {
                let named =
                    |(at, hit): &(u64, Seen)| (*at, Seen { name: evidence.name.clone(), ..hit.clone() });
                seen.extend(hits.shown().map(named));
            } else if let (EvidenceKind::Fact(expression), Tri::Matched) =
                (&evidence.kind, appraisal.evidence[i])
            {
                seen.push((u64::MAX, Seen::fact(&evidence.name, expression.as_str())));
            } else if let (EvidenceKind::Ask(question), Tri::Matched) =
                (&evidence.kind, appraisal.evidence[i])
            {
                seen.push((u64::MAX, Seen::answer(&evidence.name, &question.en)));
            }
        }
        // Lines in the order they came; facts and answers behind them.
        seen.sort_by_key(|(at, _)| *at);
        let weight = self.weight(appraisal);
        Diagnosis {
            fault: fault.id.clone(),
            number: fault.number,
            cause: fault.cause.clone(),
            standing,
            score: rank::score(standing, &weight),
            evidence: seen.into_iter().map(|(_, seen)| seen).collect(),
            missing: self.missing(appraisal, standing),
            ruled_out_by: (standing == Standing::RuledOut)
                .then(|| fault.conditions.unless.as_ref().map(|unless| unless.as_str().to_owned()))
                .flatten(),
            variables: appraisal.variables.clone(),
            explains: Vec::new(),
        }
    }

    /// What the score of a fault is made of.
    pub fn weight(&self, appraisal: &Appraisal) -> rank::Weight {
        let fault = appraisal.fault;
        let hits = || self.board.hits.range((fault, 0)..(fault + 1, 0)).map(|(_, hits)| hits);
        rank::Weight {
            evidence: appraisal.evidence.iter().filter(|known| **known == Tri::Matched).count(),
            captures: appraisal.variables.len(),
            literal_bytes: hits().map(|hits| hits.literal_bytes).max().unwrap_or_default(),
            prior: self.matcher.fault(fault).prior,
            at: rank::share(hits().map(|hits| hits.at).max().unwrap_or_default(), self.attempt.lines),
        }
    }

    /// Evidence that is unknown and named by a condition of a higher standing than the one reached.
    fn missing(&self, appraisal: &Appraisal, standing: Standing) -> Vec<String> {
        let fault = self.matcher.fault(appraisal.fault);
        let above = [
            (Standing::Confirmed, &fault.conditions.confirmed),
            (Standing::Likely, &fault.conditions.likely),
        ];
        let mut missing = Vec::new();
        for condition in
            above.into_iter().filter(|(higher, _)| *higher > standing).filter_map(|(_, c)| c.as_ref())
        {
            for term in condition.terms() {
                for i in term.evidence() {
                    let name = &fault.evidence[*i].name;
                    if appraisal.evidence[*i].is_unknown() && !missing.contains(name) {
                        missing.push(name.clone());
                    }
                }
            }
        }
        missing
    }

    pub(crate) fn hits(&self, fault: &str, evidence: usize) -> Vec<&Seen> {
        let index = self.matcher.index_of(fault);
        let hits = index.and_then(|index| self.board.of(index, evidence));
        hits.map(|hits| hits.shown().map(|(_, seen)| seen).collect()).unwrap_or_default()
    }
}

impl Attempt {
    fn read_to_its_end(&self) -> bool {
        self.outcome.is_some() && !self.lost && self.sources.values().all(|ended| *ended == Some(true))
    }
}
