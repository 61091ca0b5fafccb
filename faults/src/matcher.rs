//! All faults compiled into one immutable matcher: every literal of every fault is looked for in one pass over a line, a
//! pattern is tried only where its literal hit, and the cost of a line hardly depends on the number of faults.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use crate::catalogue::{Catalogue, outranked};
use crate::code::System;
use crate::code::spelling::{self, Guard, MARKS, Mark};
use crate::condition::{Condition, Term, Than};
use crate::expression::Variables;
use crate::fault::{EvidenceKind, Fault, LogPattern, Looked};
use crate::literals::{Literals, MAX_LITERALS};
use crate::noise;

/// The variable that holds a code as it was spelled.
pub(crate) const CODE_VARIABLE: &str = "code";

/// Most alternatives tried on one line. A real line holds a handful; a hostile one must not run thousands of patterns.
pub const MAX_TRIALS_PER_LINE: usize = 256;

/// Most pairs of a literal's hit and an alternative that are looked at on one line.
pub const MAX_LOOKS_PER_LINE: usize = 16_384;

/// How specific the find of a number behind a word is, as if it were a literal of so many bytes.
const NUMBER_WEIGHT_BYTES: usize = 12;

/// How specific the find of any other spelling of a code is.
const CODE_WEIGHT_BYTES: usize = 24;

/// Compiled faults. Shared by all cases.
#[derive(Debug)]
pub struct Matcher {
    catalogue: Catalogue,
    literals: Literals,
    /// For each literal who wants it.
    wanted: Vec<Vec<Want>>,
    /// The places that want a number behind a mark.
    numbers: HashMap<(System, u32), Vec<Place>>,
    /// For each fault the indices of those it outranks, through others too.
    below: Vec<BTreeSet<usize>>,
    /// Faults that may match without any log line.
    without_logs: Vec<usize>,
    /// For each fault the sequences its conditions name, and whether they count.
    ordered: Vec<Ordered>,
    /// First segments of all fact paths that any fault reads.
    roots: BTreeSet<String>,
}

/// Who wants a literal, and for what.
#[derive(Clone, Copy, Debug)]
enum Want {
    /// Words of this place.
    Words(Place),
    /// A spelling of the code of this place.
    Spelling(Place, Guard),
    /// A mark, behind which a number may be a code.
    Mark(Mark),
}

/// An alternative of a log evidence, by indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    fault: usize,
    evidence: usize,
    alternative: usize,
}

/// What a fault's conditions want to know of the order of lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordered {
    /// The orders of evidence, each once.
    pub(crate) sequences: Vec<Vec<usize>>,
    /// Whether some evidence is counted within a time.
    pub(crate) counts: bool,
}

impl Ordered {
    fn of(fault: &Fault) -> Self {
        let of = &fault.conditions;
        let conditions = [&of.confirmed, &of.likely, &of.possible, &of.unless].into_iter().flatten();
        let mut ordered = Self::default();
        for term in conditions.flat_map(Condition::terms) {
            match term {
                Term::Seq(sequence) if !ordered.sequences.contains(&sequence.steps) => {
                    ordered.sequences.push(sequence.steps.clone());
                }
                Term::Count(count) => ordered.counts |= count.within.is_some(),
                _ => {}
            }
        }
        ordered
    }
}

/// A piece of log evidence found in a line.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) fault: usize,
    pub(crate) evidence: usize,
    pub(crate) captures: Variables,
    /// Length of the literal, in bytes: how specific the find is.
    pub(crate) literal_bytes: usize,
}

/// Why faults cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("the faults have {0} different literals and spellings; {MAX_LITERALS} fit into one matcher")]
pub struct CompileError(usize);

impl Matcher {
    /// Compiles all stable and beta faults of a catalogue.
    ///
    /// # Errors
    /// [`CompileError`] if there are more than 2²⁰ literals.
    pub fn compile(catalogue: Catalogue) -> Result<Self, CompileError> {
        let faults = catalogue.faults();
        let mut by_literal: BTreeMap<String, Vec<Want>> = BTreeMap::new();
        let mut numbers: HashMap<(System, u32), Vec<Place>> = HashMap::new();
        let mut roots = BTreeSet::new();
        for (index, fault) in faults.iter().enumerate().filter(|(_, fault)| fault.is_live()) {
            let applies = fault.applies.iter().flat_map(|applies| applies.paths());
            roots.extend(applies.map(root));
            for (evidence, part) in fault.evidence.iter().enumerate() {
                match &part.kind {
                    EvidenceKind::Log(patterns) => {
                        for (alternative, looked) in patterns.iter().enumerate() {
                            let place = Place { fault: index, evidence, alternative };
                            let mut want = |literal: &str, want| {
                                by_literal.entry(literal.to_ascii_lowercase()).or_default().push(want);
                            };
                            match looked {
                                Looked::Words(pattern) => want(&pattern.literal, Want::Words(place)),
                                Looked::Code(pattern) => {
                                    for (literal, guard) in spelling::literals(pattern.code) {
                                        want(&literal, Want::Spelling(place, guard));
                                    }
                                    for number in pattern.code.small() {
                                        numbers.entry(number).or_default().push(place);
                                    }
                                }
                            }
                        }
                    }
                    EvidenceKind::Fact(expression) => roots.extend(expression.paths().map(root)),
                    EvidenceKind::Ask(_) => {}
                }
            }
        }
        if !numbers.is_empty() {
            for (word, mark) in MARKS {
                by_literal.entry(word.to_owned()).or_default().push(Want::Mark(mark));
            }
        }
        let index_of: BTreeMap<&str, usize> =
            faults.iter().enumerate().map(|(index, fault)| (fault.id.as_str(), index)).collect();
        let below = faults
            .iter()
            .map(|fault| {
                outranked(faults, fault).into_iter().filter_map(|id| index_of.get(id).copied()).collect()
            })
            .collect();
        let without_logs =
            (0..faults.len()).filter(|&i| faults[i].is_live() && needs_no_log(&faults[i])).collect();
        let ordered = faults.iter().map(Ordered::of).collect();
        // One search for all, folding case; literals that mind their case are compared again where they hit.
        let literals =
            Literals::new(by_literal.keys().map(String::as_str)).ok_or(CompileError(by_literal.len()))?;
        Ok(Self {
            wanted: by_literal.into_values().collect(),
            literals,
            numbers,
            below,
            without_logs,
            ordered,
            roots,
            catalogue,
        })
    }

    /// The faults compiled.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn fault(&self, index: usize) -> &Fault {
        &self.catalogue.faults()[index]
    }

    pub(crate) fn index_of(&self, id: &str) -> Option<usize> {
        self.catalogue.faults().iter().position(|fault| fault.id == id)
    }

    pub(crate) fn outranks(&self, above: usize, below: usize) -> bool {
        self.below[above].contains(&below)
    }

    pub(crate) fn without_logs(&self) -> &[usize] {
        &self.without_logs
    }

    pub(crate) fn ordered(&self, fault: usize) -> &Ordered {
        &self.ordered[fault]
    }

    /// Whether any fault reads facts under `path`'s first segment.
    pub(crate) fn reads(&self, path: &str) -> bool {
        self.roots.contains(&root(path))
    }

    /// Calls `each` for every piece of evidence in a line of `source`. Allocates nothing on lines without any.
    ///
    /// At most [`MAX_TRIALS_PER_LINE`] alternatives are tried and [`MAX_LOOKS_PER_LINE`] looked at; what a line holds beyond that
    /// is not found.
    pub(crate) fn find(&self, source: &str, line: &str, mut each: impl FnMut(Found)) {
        let mut noise = None;
        let mut each = |found| {
            if !*noise.get_or_insert_with(|| noise::is_noise(line)) {
                each(found);
            }
        };
        let mut find = Find { matcher: self, source, line, tried: Vec::new(), looks: 0 };
        self.literals.find(line.as_bytes(), |literal, start, end| {
            for want in &self.wanted[literal] {
                find.looks += 1;
                find.want(*want, start, end, &mut each);
            }
            if find.looks > MAX_LOOKS_PER_LINE || find.tried.len() >= MAX_TRIALS_PER_LINE {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    }

    /// How many pieces of evidence a line of `source` holds.
    pub fn hits(&self, source: &str, line: &str) -> usize {
        let mut hits = 0;
        self.find(source, line, |_| hits += 1);
        hits
    }

    fn looked(&self, place: Place) -> &Looked {
        match &self.fault(place.fault).evidence[place.evidence].kind {
            EvidenceKind::Log(all) => &all[place.alternative],
            EvidenceKind::Fact(_) | EvidenceKind::Ask(_) => unreachable!("only log evidence has places"),
        }
    }
}

/// The search of one line.
struct Find<'m> {
    matcher: &'m Matcher,
    source: &'m str,
    line: &'m str,
    /// Alternatives that were tried: each reads the whole line, so a second hit of its literal is no news.
    tried: Vec<Place>,
    looks: usize,
}

impl Find<'_> {
    /// A literal hit at `start..end`, and this is who wants it.
    fn want(&mut self, want: Want, start: usize, end: usize, each: &mut impl FnMut(Found)) {
        match want {
            Want::Words(place) => {
                let Looked::Words(pattern) = self.matcher.looked(place) else { return };
                let exact = pattern.ignore_case || pattern.literal == self.line[start..end];
                if exact
                    && self.first_time(place)
                    && let Some(captures) = captures(pattern, self.line)
                {
                    each(found(place, captures, pattern.literal.len()));
                }
            }
            Want::Spelling(place, guard) => {
                let Looked::Code(pattern) = self.matcher.looked(place) else { return };
                // A name is compared in its own case.
                let name = pattern.code.entry().map_or("", |entry| entry.name);
                if spelling::holds(guard, name, self.line, start, end) {
                    // What stands before the digits belongs to the spelling.
                    let prefixed = self.line[..start].ends_with(['x', 'X']) && guard == Guard::Hex;
                    let start = start - if prefixed { 2 } else { 0 } + usize::from(guard == Guard::ShortName);
                    self.code(place, start, end, CODE_WEIGHT_BYTES, each);
                }
            }
            Want::Mark(mark) => {
                let Some(number) = spelling::number(mark, self.line, start, end) else { return };
                for system in number.systems() {
                    for place in self.matcher.numbers.get(&(system, number.value)).into_iter().flatten() {
                        self.looks += 1;
                        self.code(*place, number.start, number.end, NUMBER_WEIGHT_BYTES, each);
                    }
                }
            }
        }
    }

    /// The code of `place` is spelled at `start..end`.
    fn code(&mut self, place: Place, start: usize, end: usize, weight: usize, each: &mut impl FnMut(Found)) {
        let Looked::Code(pattern) = self.matcher.looked(place) else { return };
        if !self.first_time(place) {
            return;
        }
        let near = pattern.near.as_deref().is_none_or(|near| contains_ignoring_case(self.line, near));
        if near {
            let spelled = (CODE_VARIABLE.to_owned(), self.line[start..end].to_owned());
            each(found(place, Variables::from([spelled]), weight));
        }
    }

    /// Whether `place` reads this source and has not been tried on this line.
    fn first_time(&mut self, place: Place) -> bool {
        let from = self.matcher.looked(place).source().is_none_or(|start| self.source.starts_with(start));
        let first = from && self.tried.len() < MAX_TRIALS_PER_LINE && !self.tried.contains(&place);
        if first {
            self.tried.push(place);
        }
        first
    }
}

fn found(place: Place, captures: Variables, literal_bytes: usize) -> Found {
    Found { fault: place.fault, evidence: place.evidence, captures, literal_bytes }
}

fn contains_ignoring_case(line: &str, part: &str) -> bool {
    line.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// The captures of a line the literal of `pattern` stands in; none if the pattern does not match it.
fn captures(pattern: &LogPattern, line: &str) -> Option<Variables> {
    let Some(pattern) = &pattern.pattern else { return Some(Variables::new()) };
    let found = pattern.captures(line)?;
    let group = |name: &str| found.name(name).map(|value| (name.to_owned(), value.as_str().to_owned()));
    Some(pattern.names().filter_map(group).collect())
}

/// Whether some standing of the fault can be reached by facts and answers alone. Judged to the safe side: a fault all of
/// whose conditions name log evidence is left out.
fn needs_no_log(fault: &Fault) -> bool {
    let conditions = &fault.conditions;
    [&conditions.confirmed, &conditions.likely, &conditions.possible].into_iter().flatten().any(|condition| {
        // With all log evidence absent and everything else present: can it hold?
        let value = condition.eval(&|term| match term {
            Term::Evidence(index) => {
                crate::tri::Tri::of(!matches!(fault.evidence[*index].kind, EvidenceKind::Log(_)))
            }
            Term::Seq(_) | Term::Last(_) => crate::tri::Tri::Absent,
            Term::Count(count) => crate::tri::Tri::of(matches!(count.than, Than::Less | Than::AtMost)),
            _ => crate::tri::Tri::Matched,
        });
        value == crate::tri::Tri::Matched
    })
}

fn root(path: &str) -> String {
    path.split(['.', '[']).next().unwrap_or_default().to_owned()
}
