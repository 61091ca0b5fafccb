//! `faults backtest`: two catalogues held against the same cases.

mod cases;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::fault::Fault;
use serde::Serialize;
use serde_json::json;

use super::print;
use crate::cli::{FaultsCommon, Format, Origin};
use crate::commands::catalogue;
use crate::diagnosis::Knowledge;
use crate::terminal::{self, harmless};
use crate::trouble::Trouble;
use crate::words::{Words, words};

/// Exit code where something is lost or newly wrong.
const WORSE: u8 = 1;

/// The cause of a case in which nothing is wrong.
const HEALTHY: &str = "none";

/// The best diagnosis that is likely or better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Best {
    fault: String,
    cause: String,
    standing: String,
}

/// What both catalogues say of a case.
struct Compared {
    id: String,
    /// The causes that are right; none: nobody knows.
    right: Vec<String>,
    before: Option<Best>,
    after: Option<Best>,
}

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// Right now, and was not before.
    Gained,
    /// Was right, and is not any more.
    Lost,
    /// A wrong cause where none was said.
    NewlyWrong,
    /// Otherwise: another fault or standing of the same worth, or a case whose cause nobody knows.
    Changed,
}

/// The two catalogues.
struct Pair {
    before: Arc<Knowledge>,
    after: Arc<Knowledge>,
}

pub(super) fn run(
    labelled: Option<&Path>,
    data: Option<&Path>,
    against: Option<&Path>,
    common: &FaultsCommon,
) -> Result<u8, Trouble> {
    let old = Origin { dir: against.map(Path::to_owned), ..Origin::default() };
    let pair = Pair { before: catalogue::knowledge(&old)?, after: catalogue::knowledge(&common.origin)? };
    let (mut count, mut worse) = (0_u64, false);
    let mut found: Vec<(Verdict, Compared)> = Vec::new();
    let mut each = |compared: Compared| {
        count += 1;
        if let Some(verdict) = compared.verdict() {
            worse |= matches!(verdict, Verdict::Lost | Verdict::NewlyWrong);
            found.push((verdict, compared));
        }
    };
    match (labelled, data) {
        (Some(file), _) => cases::labelled(file, &pair, &mut each)?,
        (None, Some(data)) => cases::stored(data, &pair, &mut each)?,
        (None, None) => {}
    }
    found.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.id.cmp(&right.id)));
    let differences = differences(pair.before.catalogue(), pair.after.catalogue());
    if common.output.format == Format::Json {
        let list: Vec<_> = found
            .iter()
            .map(|(verdict, case)| {
                json!({ "case": case.id, "verdict": verdict, "right": case.right, "before": case.before, "after": case.after })
            })
            .collect();
        let [new, changed, gone] = &differences;
        print(&json!({ "cases": count, "new": new, "changed": changed, "gone": gone, "differences": list }));
    } else {
        say(count, &found, &differences, words(common.output.lang()));
    }
    Ok(if worse { WORSE } else { 0 })
}

impl Compared {
    /// What became of the case; nothing where both say the same.
    fn verdict(&self) -> Option<Verdict> {
        if self.before == self.after {
            return None;
        }
        if self.right.is_empty() {
            return Some(Verdict::Changed);
        }
        let healthy = self.right.iter().any(|cause| cause == HEALTHY);
        let right = |best: &Option<Best>| match best {
            Some(best) => self.right.contains(&best.cause),
            None => healthy,
        };
        Some(match (right(&self.before), right(&self.after)) {
            (false, true) => Verdict::Gained,
            (true, false) if healthy => Verdict::NewlyWrong,
            (true, false) => Verdict::Lost,
            (false, false) if self.before.is_none() => Verdict::NewlyWrong,
            _ => Verdict::Changed,
        })
    }
}

/// Ids of the faults that are new, changed, gone.
fn differences(before: &Catalogue, after: &Catalogue) -> [Vec<String>; 3] {
    let by_id = |catalogue: &Catalogue| -> BTreeMap<String, String> {
        catalogue.faults().iter().map(|fault| (fault.id.clone(), what_matches(fault))).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let new = after.keys().filter(|id| !before.contains_key(*id)).cloned().collect();
    let gone = before.keys().filter(|id| !after.contains_key(*id)).cloned().collect();
    let differs = |(id, matches): &(&String, &String)| before.get(*id).is_some_and(|known| known != *matches);
    let changed = after.iter().filter(differs).map(|(id, _)| id.clone()).collect();
    [new, changed, gone]
}

/// Everything of a fault that decides what it matches and how it ranks.
fn what_matches(fault: &Fault) -> String {
    format!(
        "{} {} {:?} {:?} {} {:?} {:?} {}",
        fault.status,
        fault.cause,
        fault.applies,
        fault.outranks,
        fault.prior,
        fault.evidence,
        fault.conditions,
        fault.revision
    )
}

fn say(count: u64, found: &[(Verdict, Compared)], differences: &[Vec<String>; 3], words: &Words) {
    for (list, label) in differences.iter().zip(words.differences).filter(|(list, _)| !list.is_empty()) {
        terminal::say(&format!("{label}: {}", list.join(" ")));
    }
    let label = |verdict: Verdict| {
        words.backtest[match verdict {
            Verdict::Gained => 0,
            Verdict::Lost => 1,
            Verdict::NewlyWrong => 2,
            Verdict::Changed => 3,
        }]
    };
    let best = |best: &Option<Best>| match best {
        Some(best) => format!("{} ({})", best.fault, words.standing(&best.standing)),
        None => words.silent.to_owned(),
    };
    for (verdict, case) in found {
        let id = harmless(&case.id);
        terminal::say(&format!("{}  {id}  {} → {}", label(*verdict), best(&case.before), best(&case.after)));
    }
    let all = [Verdict::Gained, Verdict::Lost, Verdict::NewlyWrong, Verdict::Changed];
    let counts = all.map(|verdict| {
        format!("{} {}", found.iter().filter(|(found, _)| *found == verdict).count(), label(verdict))
    });
    terminal::say(&format!("{count} {}: {}", words.cases, counts.join(", ")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_case_is_judged_by_its_cause() {
        let best = |cause: &str| {
            Some(Best { fault: format!("any.{cause}"), cause: cause.into(), standing: "likely".into() })
        };
        let table = [
            ("right", None, best("right"), Some(Verdict::Gained)),
            ("right", best("right"), None, Some(Verdict::Lost)),
            ("right", best("right"), best("wrong"), Some(Verdict::Lost)),
            ("right", None, best("wrong"), Some(Verdict::NewlyWrong)),
            ("right", best("wrong"), best("other"), Some(Verdict::Changed)),
            ("right", best("wrong"), None, Some(Verdict::Changed)),
            ("right", best("right"), best("right"), None),
            (HEALTHY, None, best("wrong"), Some(Verdict::NewlyWrong)),
            (HEALTHY, best("wrong"), None, Some(Verdict::Gained)),
            ("", None, best("any"), Some(Verdict::Changed)),
        ];
        for (right, before, after, expected) in table {
            let right: Vec<String> =
                [right].iter().filter(|cause| !cause.is_empty()).map(|c| (*c).to_owned()).collect();
            let case = Compared { id: "1".to_owned(), right, before, after };
            assert_eq!(case.verdict(), expected, "{:?}: {:?} → {:?}", case.right, case.before, case.after);
        }
    }
}
