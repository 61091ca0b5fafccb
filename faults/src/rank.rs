//! Which diagnosis comes first.
//!
//! 1. Standing: confirmed before likely before possible before ruled out.
//! 2. Score within the standing: how specific the find is, how late in the attempt its deciding line came (the last fatal line
//!    usually decides), and how often this fault is the answer.
//! 3. A fault that is at least likely takes those it outranks under itself: a generic consequence never stands above, or
//!    beside, its specific cause.

use crate::diagnosis::Diagnosis;
use crate::fault::Standing;

/// What a score is made of.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// Pieces of evidence that matched.
    pub evidence: usize,
    /// Variables captured.
    pub captures: usize,
    /// Longest literal that hit, in bytes.
    pub literal_bytes: usize,
    /// How often this fault is the answer, 0 to 1.
    pub prior: f64,
    /// Where in the attempt the deciding line came, 0 to 1.
    pub at: f64,
}

/// Lowest and highest score of a standing; they never overlap.
fn range(standing: Standing) -> (f64, f64) {
    match standing {
        Standing::Confirmed => (0.90, 0.99),
        Standing::Likely => (0.70, 0.89),
        Standing::Possible => (0.40, 0.69),
        Standing::RuledOut => (0.00, 0.09),
    }
}

/// The score, from 0 to 1, rounded to thousandths.
pub fn score(standing: Standing, weight: &Weight) -> f64 {
    let part = |count: usize, full: usize| share(count.min(full) as u64, full as u64);
    let specific = 0.5 * part(weight.evidence, 3)
        + 0.2 * part(weight.captures, 3)
        + 0.3 * part(weight.literal_bytes, 40);
    let share = 0.45 * specific + 0.35 * weight.at + 0.20 * weight.prior.clamp(0.0, 1.0);
    let (low, high) = range(standing);
    ((low + (high - low) * share) * 1000.0).round() / 1000.0
}

/// `part` of `whole` from 0 to 1; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share of lines needs no 53 bits")]
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Puts diagnoses (with the index of their fault) in order, and consequences under what explains them.
pub(crate) fn order(
    mut found: Vec<(usize, Diagnosis)>,
    outranks: impl Fn(usize, usize) -> bool,
) -> Vec<Diagnosis> {
    found.sort_by(|(_, a), (_, b)| {
        b.standing.cmp(&a.standing).then(b.score.total_cmp(&a.score)).then_with(|| a.fault.cmp(&b.fault))
    });
    let mut order: Vec<(usize, Diagnosis)> = Vec::new();
    let explainer = |index: usize, found: &[(usize, Diagnosis)]| {
        // The best of those above it; one that is itself explained passes its own up.
        found
            .iter()
            .position(|(above, diagnosis)| diagnosis.standing >= Standing::Likely && outranks(*above, index))
    };
    let tops: Vec<bool> = found.iter().map(|(index, _)| explainer(*index, &found).is_none()).collect();
    let (top, explained): (Vec<_>, Vec<_>) = found.into_iter().zip(tops).partition(|(_, top)| *top);
    order.extend(top.into_iter().map(|(entry, _)| entry));
    for ((index, diagnosis), _) in explained {
        let home =
            order.iter().position(|(above, top)| top.standing >= Standing::Likely && outranks(*above, index));
        match home {
            Some(home) => order[home].1.explains.push(diagnosis),
            None => order.push((index, diagnosis)),
        }
    }
    order.into_iter().map(|(_, diagnosis)| diagnosis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_different_standings_never_overlap() {
        let weak = Weight { evidence: 0, captures: 0, literal_bytes: 0, prior: 0.0, at: 0.0 };
        let strong = Weight { evidence: 9, captures: 9, literal_bytes: 999, prior: 1.0, at: 1.0 };
        let order = [Standing::RuledOut, Standing::Possible, Standing::Likely, Standing::Confirmed];
        for pair in order.windows(2) {
            assert!(score(pair[0], &strong) < score(pair[1], &weak), "{pair:?}");
        }
    }

    #[test]
    fn the_later_line_wins_between_equals() {
        let early = Weight { evidence: 1, captures: 1, literal_bytes: 20, prior: 0.5, at: 0.2 };
        let late = Weight { at: 0.9, ..early };
        assert!(score(Standing::Likely, &late) > score(Standing::Likely, &early));
    }
}
