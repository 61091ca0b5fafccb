//! The lines in which evidence was seen, and their order, in bounded memory however many there are.

use std::collections::{BTreeMap, VecDeque};

use crate::condition::{Count, MAX_COUNT, Sequence, Than};
use crate::diagnosis::Seen;
use crate::expression::Variables;
use crate::fault::Scope;
use crate::matcher::{Found, Matcher};
use crate::tri::Tri;

/// Hits kept of one piece of evidence: the first ones, and the last.
const HITS_KEPT: usize = 3;

/// A line: its number in the attempt or case, and its time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) line: u64,
    pub(super) millis: u64,
}

/// All that was seen, by fault and evidence.
#[derive(Clone, Debug, Default)]
pub(super) struct Board {
    pub(super) hits: BTreeMap<(usize, usize), Hits>,
    /// By fault and sequence.
    chains: BTreeMap<(usize, usize), Chain>,
}

/// The lines of one piece of evidence.
#[derive(Clone, Debug, Default)]
pub(super) struct Hits {
    /// Each with the line of the attempt at which it came.
    first: Vec<(u64, Seen)>,
    last: Option<(u64, Seen)>,
    /// Captures of the first hit; later hits fill in what it left empty.
    pub(super) captures: Variables,
    pub(super) literal_bytes: usize,
    /// Line at which the last hit came.
    pub(super) at: u64,
    /// Lines with a hit.
    lines: u64,
    /// Times of the last lines; kept only where a condition counts within a time.
    times: VecDeque<u64>,
    /// For each number of lines the shortest time in which so many came.
    shortest: [Option<u64>; MAX_COUNT + 1],
}

/// How far an order of evidence has come.
#[derive(Clone, Debug, Default)]
struct Chain {
    /// For each step: where the latest chain that reaches it began, and the line at which it reached it.
    reached: Vec<Option<(Moment, u64)>>,
    /// Shortest time from the first to the last step so far.
    shortest: Option<u64>,
}

impl Board {
    pub(super) fn of(&self, fault: usize, evidence: usize) -> Option<&Hits> {
        self.hits.get(&(fault, evidence))
    }

    /// A piece of evidence was found in the line at `moment`.
    pub(super) fn add(&mut self, matcher: &Matcher, found: Found, moment: Moment, seen: impl Fn() -> Seen) {
        let counts = matcher.ordered(found.fault).counts;
        let types = &matcher.fault(found.fault).captures;
        self.hits.entry((found.fault, found.evidence)).or_default().add(found, types, moment, counts, seen);
    }

    /// All evidence of the line at `moment` has been added: brings the orders of these faults up to date.
    pub(super) fn line_ends(&mut self, matcher: &Matcher, faults: &[usize], moment: Moment) {
        for fault in faults {
            for (index, steps) in matcher.ordered(*fault).sequences.iter().enumerate() {
                let here = |evidence: &usize| {
                    self.hits.get(&(*fault, *evidence)).is_some_and(|hits| hits.at == moment.line)
                };
                let hit: Vec<bool> = steps.iter().map(here).collect();
                self.chains.entry((*fault, index)).or_default().advance(&hit, moment);
            }
        }
    }

    /// Whether an order was seen; `complete` when no more lines can come.
    pub(super) fn sequence(
        &self,
        matcher: &Matcher,
        fault: usize,
        sequence: &Sequence,
        complete: bool,
    ) -> Tri {
        let index = matcher.ordered(fault).sequences.iter().position(|steps| *steps == sequence.steps);
        let shortest =
            index.and_then(|index| self.chains.get(&(fault, index))).and_then(|chain| chain.shortest);
        let held = shortest.is_some_and(|time| sequence.within.is_none_or(|limit| time <= limit));
        settled(held, complete)
    }

    /// Whether a count holds.
    pub(super) fn count(&self, fault: usize, count: &Count, complete: bool) -> Tri {
        let hits = self.of(fault, count.evidence);
        if let Some(limit) = count.within {
            let wanted = count.number + u64::from(count.than == Than::More);
            return settled(hits.is_some_and(|hits| hits.many_within(wanted, limit)), complete);
        }
        let lines = hits.map_or(0, |hits| hits.lines);
        match count.than {
            Than::AtLeast => settled(lines >= count.number, complete),
            Than::More => settled(lines > count.number, complete),
            Than::Less => !settled(lines >= count.number, complete),
            Than::AtMost => !settled(lines > count.number, complete),
            Than::Equal if lines > count.number => Tri::Absent,
            Than::Equal => {
                if complete {
                    Tri::of(lines == count.number)
                } else {
                    Tri::NotCollected
                }
            }
        }
    }

    /// Whether the last line of any log evidence of the fault is one of `evidence`.
    pub(super) fn last(&self, fault: usize, evidence: usize, complete: bool) -> Tri {
        let latest = self.hits.range((fault, 0)..(fault + 1, 0)).map(|(_, hits)| hits.at).max();
        match (self.of(fault, evidence), latest) {
            (Some(hits), Some(latest)) => Tri::of(hits.at == latest),
            _ => settled(false, complete),
        }
    }

    /// A new attempt begins: what counts for the case alone stays, before all of its lines.
    pub(super) fn begin(&mut self, matcher: &Matcher) {
        let stays =
            |fault: usize, evidence: usize| matcher.fault(fault).evidence[evidence].scope == Scope::Case;
        self.hits.retain(|(fault, evidence), _| stays(*fault, *evidence));
        for hits in self.hits.values_mut() {
            hits.at = 0;
            hits.first.iter_mut().chain(&mut hits.last).for_each(|(at, _)| *at = 0);
        }
        self.chains.retain(|(fault, index), _| {
            matcher.ordered(*fault).sequences[*index].iter().all(|evidence| stays(*fault, *evidence))
        });
        for chain in self.chains.values_mut() {
            chain.reached.iter_mut().flatten().for_each(|(_, line)| *line = 0);
        }
    }
}

/// What was not seen is absent only when no more can come.
fn settled(held: bool, complete: bool) -> Tri {
    match (held, complete) {
        (true, _) => Tri::Matched,
        (false, true) => Tri::Absent,
        (false, false) => Tri::NotCollected,
    }
}

impl Hits {
    fn add(
        &mut self,
        found: Found,
        types: &BTreeMap<String, crate::capture::CaptureType>,
        moment: Moment,
        counts: bool,
        seen: impl Fn() -> Seen,
    ) {
        let mut captures = found.captures;
        captures.retain(|name, text| types.get(name).is_none_or(|kind| kind.admits(text)));
        fill(&mut self.captures, &captures);
        self.literal_bytes = self.literal_bytes.max(found.literal_bytes);
        // Two alternatives may hit the same line: it is shown and counted once.
        if self.at == moment.line {
            return;
        }
        self.at = moment.line;
        self.lines += 1;
        if counts {
            self.time(moment.millis);
        }
        if self.first.len() < HITS_KEPT {
            self.first.push((moment.line, seen()));
        } else {
            self.last = Some((moment.line, seen()));
        }
    }

    fn time(&mut self, now: u64) {
        self.times.truncate(MAX_COUNT);
        self.times.push_front(now);
        for (shortest, then) in self.shortest.iter_mut().zip(&self.times) {
            let time = now.saturating_sub(*then);
            *shortest = Some(shortest.map_or(time, |known| known.min(time)));
        }
    }

    /// Whether `number` lines came within `limit` milliseconds.
    fn many_within(&self, number: u64, limit: u64) -> bool {
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| *self.shortest.get(index)?).is_some_and(|time| time <= limit)
    }

    pub(super) fn shown(&self) -> impl Iterator<Item = &(u64, Seen)> {
        self.first.iter().chain(&self.last)
    }
}

impl Chain {
    /// A line holds the steps marked in `hit`. The latest beginning makes the shortest chain, so it alone is kept.
    fn advance(&mut self, hit: &[bool], moment: Moment) {
        self.reached.resize(hit.len(), None);
        // From the last step to the first, so that one line is never two steps.
        for step in (0..hit.len()).rev().filter(|step| hit[*step]) {
            let start = match step.checked_sub(1) {
                None => Some(moment),
                Some(before) => {
                    self.reached[before].filter(|(_, line)| *line < moment.line).map(|(start, _)| start)
                }
            };
            let Some(start) = start else { continue };
            self.reached[step] = Some((start, moment.line));
            if step + 1 == hit.len() {
                let time = moment.millis.saturating_sub(start.millis);
                self.shortest = Some(self.shortest.map_or(time, |known| known.min(time)));
            }
        }
    }
}

/// Adds what `from` has and `into` lacks.
pub(super) fn fill(into: &mut Variables, from: &Variables) {
    for (name, value) in from {
        let held = into.entry(name.clone()).or_default();
        if held.is_empty() {
            held.clone_from(value);
        }
    }
}
