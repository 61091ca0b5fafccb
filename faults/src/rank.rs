//! Which diagnosis comes first.
//!
//! 1. Standing: confirmed before likely before possible before ruled out.
//! 2. Score within the standing: how specific the find is, how late in the attempt its deciding line came (the last fatal line
//!    usually decides), and how often this fault is the answer.
//! 3. A fault that is at least likely takes those it outranks under itself: a generic consequence never stands above, or
//!    beside, its specific cause.

use crate::diagnosis::Diagnosis;
use crate::fault::Standing;
use crate::lang::Lang;

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

/// What each part adds to the share of a standing's range that a score reaches; together 1.
const SHARES: [f64; 5] = [0.225, 0.09, 0.135, 0.35, 0.20];

/// How much of each part there is, from 0 to 1: evidence, captures, literal, lateness, prior.
fn parts(weight: &Weight) -> [f64; 5] {
    let part = |count: usize, full: usize| share(count.min(full) as u64, full as u64);
    [
        part(weight.evidence, 3),
        part(weight.captures, 3),
        part(weight.literal_bytes, 40),
        weight.at.clamp(0.0, 1.0),
        weight.prior.clamp(0.0, 1.0),
    ]
}

/// The score, from 0 to 1, rounded to thousandths.
pub fn score(standing: Standing, weight: &Weight) -> f64 {
    let share: f64 = parts(weight).into_iter().zip(SHARES).map(|(part, share)| part * share).sum();
    let (low, high) = range(standing);
    ((low + (high - low) * share) * 1000.0).round() / 1000.0
}

/// Where a score comes from, a line for each part, in words.
pub fn words(standing: Standing, weight: &Weight, lang: Lang) -> Vec<String> {
    let (low, high) = range(standing);
    let percent = |at: f64| format!("{:.0} %", at * 100.0);
    let [evidence, captures, literal, late, prior] =
        std::array::from_fn(|part| format!("+{:.3}", parts(weight)[part] * SHARES[part] * (high - low)));
    let Weight { evidence: pieces, captures: values, literal_bytes: bytes, prior: often, at } = *weight;
    match lang {
        Lang::En => vec![
            format!("{low:.3}  a fault that is {standing} lies between {low:.2} and {high:.2}"),
            format!("{evidence}  pieces of evidence that matched: {pieces} (3 count in full)"),
            format!("{captures}  variables captured: {values} (3 count in full)"),
            format!("{literal}  longest words found: {bytes} bytes (40 count in full)"),
            format!(
                "{late}  its last line came after {} of the attempt's lines: the last fatal line usually decides",
                percent(at)
            ),
            format!("{prior}  how often this fault is the answer: {}", percent(often)),
        ],
        Lang::Fr => {
            let word = match standing {
                Standing::Confirmed => "confirmée",
                Standing::Likely => "probable",
                Standing::Possible => "possible",
                Standing::RuledOut => "écartée",
            };
            vec![
                format!("{low:.3}  une panne {word} se situe entre {low:.2} et {high:.2}"),
                format!("{evidence}  indices présents : {pieces} (3 comptent en entier)"),
                format!("{captures}  variables capturées : {values} (3 comptent en entier)"),
                format!("{literal}  plus long texte trouvé : {bytes} octets (40 comptent en entier)"),
                format!(
                    "{late}  sa dernière ligne vient après {} des lignes de la tentative : la dernière ligne fatale décide d'ordinaire",
                    percent(at)
                ),
                format!("{prior}  fréquence de cette panne comme réponse : {}", percent(often)),
            ]
        }
    }
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
    fn the_parts_in_words_add_up_to_the_score() {
        let weight = Weight { evidence: 2, captures: 1, literal_bytes: 21, prior: 0.6, at: 0.97 };
        for standing in [Standing::RuledOut, Standing::Possible, Standing::Likely, Standing::Confirmed] {
            for lang in Lang::ALL {
                let words = words(standing, &weight, lang);
                let number = |line: &String| line.split(' ').next().unwrap().parse::<f64>().unwrap();
                let sum: f64 = words.iter().map(number).sum();
                assert!((sum - score(standing, &weight)).abs() < 0.004, "{sum} {words:?}");
            }
        }
    }

    #[test]
    fn the_later_line_wins_between_equals() {
        let early = Weight { evidence: 1, captures: 1, literal_bytes: 20, prior: 0.5, at: 0.2 };
        let late = Weight { at: 0.9, ..early };
        assert!(score(Standing::Likely, &late) > score(Standing::Likely, &early));
    }
}
