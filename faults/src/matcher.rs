//! All faults compiled into one immutable matcher: every literal of every fault is looked for in one pass over a line, a
//! pattern is tried only where its literal hit, and the cost of a line hardly depends on the number of faults.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

use crate::catalogue::{Catalogue, outranked};
use crate::expression::Variables;
use crate::fault::{EvidenceKind, Fault, LogPattern};

/// Compiled faults. Shared by all cases.
#[derive(Debug)]
pub struct Matcher {
    catalogue: Catalogue,
    literals: AhoCorasick,
    /// For each literal the places that want it.
    wanted: Vec<Vec<Place>>,
    /// For each fault the indices of those it outranks, through others too.
    below: Vec<BTreeSet<usize>>,
    /// Faults that may match without any log line.
    without_logs: Vec<usize>,
    /// First segments of all fact paths that any fault reads.
    roots: BTreeSet<String>,
}

/// An alternative of a log evidence, by indices.
#[derive(Clone, Copy, Debug)]
struct Place {
    fault: usize,
    evidence: usize,
    alternative: usize,
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
#[error("the literals of the faults do not compile: {0}")]
pub struct CompileError(#[from] BuildError);

impl Matcher {
    /// Compiles all stable and beta faults of a catalogue.
    ///
    /// # Errors
    /// [`CompileError`] if there are more literals than the automaton can number (2³¹).
    pub fn compile(catalogue: Catalogue) -> Result<Self, CompileError> {
        let faults = catalogue.faults();
        let mut by_literal: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let mut roots = BTreeSet::new();
        for (index, fault) in faults.iter().enumerate().filter(|(_, fault)| fault.is_live()) {
            let applies = fault.applies.iter().flat_map(|applies| applies.paths());
            roots.extend(applies.map(root));
            for (evidence, part) in fault.evidence.iter().enumerate() {
                match &part.kind {
                    EvidenceKind::Log(patterns) => {
                        for (alternative, pattern) in patterns.iter().enumerate() {
                            let place = Place { fault: index, evidence, alternative };
                            by_literal.entry(pattern.literal.to_ascii_lowercase()).or_default().push(place);
                        }
                    }
                    EvidenceKind::Fact(expression) => roots.extend(expression.paths().map(root)),
                    EvidenceKind::Ask(_) => {}
                }
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
        // One automaton for all, folding case; literals that mind their case are compared again where they hit.
        let literals = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(by_literal.keys())?;
        Ok(Self {
            wanted: by_literal.into_values().collect(),
            literals,
            below,
            without_logs,
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

    /// Whether any fault reads facts under `path`'s first segment.
    pub(crate) fn reads(&self, path: &str) -> bool {
        self.roots.contains(&root(path))
    }

    /// Calls `each` for every piece of evidence in a line of `source`. Allocates nothing on lines without any.
    pub(crate) fn find(&self, source: &str, line: &str, mut each: impl FnMut(Found)) {
        let mut seen: Vec<usize> = Vec::new();
        for hit in self.literals.find_overlapping_iter(line) {
            let literal = hit.pattern().as_usize();
            // A pattern reads the whole line: a literal that stands in it twice is no news, unless its case differs.
            let text = &line[hit.start()..hit.end()];
            for place in &self.wanted[literal] {
                let pattern = self.pattern(*place);
                let exact = pattern.ignore_case || pattern.literal == text;
                let from = pattern.source.as_deref().is_none_or(|start| source.starts_with(start));
                if !exact || !from || seen.contains(&literal) {
                    continue;
                }
                if let Some(captures) = captures(pattern, line) {
                    let literal_bytes = pattern.literal.len();
                    each(Found { fault: place.fault, evidence: place.evidence, captures, literal_bytes });
                }
            }
            if self.wanted[literal].iter().any(|place| self.pattern(*place).literal == text) {
                seen.push(literal);
            }
        }
    }

    fn pattern(&self, place: Place) -> &LogPattern {
        match &self.fault(place.fault).evidence[place.evidence].kind {
            EvidenceKind::Log(patterns) => &patterns[place.alternative],
            EvidenceKind::Fact(_) | EvidenceKind::Ask(_) => unreachable!("only log evidence has places"),
        }
    }
}

/// The captures of a line the literal of `pattern` stands in; none if the pattern does not match it.
fn captures(pattern: &LogPattern, line: &str) -> Option<Variables> {
    let Some(regex) = &pattern.pattern else { return Some(Variables::new()) };
    let found = regex.captures(line)?;
    let group = |name: &str| found.name(name).map(|value| (name.to_owned(), value.as_str().to_owned()));
    Some(regex.capture_names().flatten().filter_map(group).collect())
}

/// Whether some standing of the fault can be reached by facts and answers alone. Judged to the safe side: a fault all of
/// whose conditions name log evidence is left out.
fn needs_no_log(fault: &Fault) -> bool {
    use crate::condition::Term;
    let conditions = &fault.conditions;
    [&conditions.confirmed, &conditions.likely, &conditions.possible].into_iter().flatten().any(|condition| {
        // With all log evidence absent and everything else present: can it hold?
        let value = condition.eval(&|term| match term {
            Term::Evidence(index) => {
                crate::tri::Tri::of(!matches!(fault.evidence[*index].kind, EvidenceKind::Log(_)))
            }
            _ => crate::tri::Tri::Matched,
        });
        value == crate::tri::Tri::Matched
    })
}

fn root(path: &str) -> String {
    path.split(['.', '[']).next().unwrap_or_default().to_owned()
}
