//! Why a fault has the standing it has, in words, piece by piece.

use std::fmt::Write as _;

use crate::fault::{EvidenceKind, Fault, Standing};
use crate::lang::Lang;
use crate::rank;
use crate::session::Session;
use crate::tri::Tri;

/// Explains the standing of the fault called `id` in a case; `None` if there is no such fault.
pub fn explain(session: &Session, id: &str, lang: Lang) -> Option<String> {
    let fault = session.matcher().catalogue().get(id)?;
    let appraisal = session.appraisal(id)?;
    let words = Words::of(lang);
    let mut out = String::new();
    // Writing to a String cannot fail; the results are dropped for that reason.
    let _ = writeln!(out, "{} — {}", fault.id, fault.text(lang).title.fill(&appraisal.variables));
    let standing = appraisal.standing.map_or(words.none, |standing| words.standing(standing));
    let _ = writeln!(out, "{}: {standing}\n", words.result);
    if let Some(applies) = &fault.applies {
        let _ = writeln!(out, "{}: {} → {}", words.applies, applies.as_str(), words.tri(appraisal.applies));
    }
    let _ = writeln!(out, "{}:", words.evidence);
    for (index, known) in appraisal.evidence.iter().enumerate() {
        evidence(&mut out, session, fault, index, *known, &words, lang);
    }
    let _ = writeln!(out, "{}:", words.conditions);
    let of = &fault.conditions;
    let names = ["confirmed", "likely", "possible", "unless"];
    for ((name, condition), value) in
        names.into_iter().zip([&of.confirmed, &of.likely, &of.possible, &of.unless]).zip(appraisal.conditions)
    {
        if let (Some(condition), Some(value)) = (condition, value) {
            let _ = writeln!(out, "  {name:<10} {} → {}", condition.as_str(), words.tri(value));
        }
    }
    for (name, value) in &appraisal.variables {
        let _ = writeln!(out, "  {{{name}}} = {value}");
    }
    if let Some(standing) = appraisal.standing {
        let weight = session.weight(&appraisal);
        let _ = writeln!(out, "{}: {:.3}", words.score, rank::score(standing, &weight));
        for line in rank::words(standing, &weight, lang) {
            let _ = writeln!(out, "  {line}");
        }
    }
    Some(out)
}

fn evidence(
    out: &mut String,
    session: &Session,
    fault: &Fault,
    index: usize,
    known: Tri,
    words: &Words,
    lang: Lang,
) {
    let part = &fault.evidence[index];
    let _ = writeln!(out, "  {:<16} {}", part.name, words.tri(known));
    match &part.kind {
        EvidenceKind::Log(patterns) => {
            for hit in session.hits(&fault.id, index) {
                let line = hit.line.unwrap_or_default();
                let _ = writeln!(out, "      {}:{line}: {}", hit.source, hit.text);
            }
            if known != Tri::Matched {
                for looked in patterns {
                    let _ = writeln!(out, "      {} {looked}", words.looked_for);
                }
            }
        }
        EvidenceKind::Fact(expression) => {
            let _ = writeln!(out, "      {}", expression.as_str());
        }
        EvidenceKind::Ask(question) => {
            let _ = writeln!(out, "      {}", question.get(lang));
        }
    }
}

/// The words of an explanation in one language.
struct Words {
    lang: Lang,
    result: &'static str,
    none: &'static str,
    applies: &'static str,
    evidence: &'static str,
    conditions: &'static str,
    looked_for: &'static str,
    score: &'static str,
}

impl Words {
    fn of(lang: Lang) -> Self {
        match lang {
            Lang::En => Self {
                lang,
                result: "Standing",
                none: "none: nothing speaks for it",
                applies: "Applies",
                evidence: "Evidence",
                conditions: "Conditions",
                looked_for: "looked for",
                score: "Score",
            },
            Lang::Fr => Self {
                lang,
                result: "Statut",
                none: "aucun : rien ne parle pour elle",
                applies: "S'applique",
                evidence: "Indices",
                conditions: "Conditions",
                looked_for: "cherché :",
                score: "Note",
            },
        }
    }

    fn tri(&self, tri: Tri) -> &'static str {
        match (self.lang, tri) {
            (Lang::En, tri) => tri.word(),
            (Lang::Fr, Tri::Matched) => "présent",
            (Lang::Fr, Tri::Absent) => "absent",
            (Lang::Fr, Tri::NotCollected) => "non collecté",
            (Lang::Fr, Tri::Redacted) => "masqué",
        }
    }

    fn standing(&self, standing: Standing) -> &'static str {
        match (self.lang, standing) {
            (Lang::En, standing) => standing.word(),
            (Lang::Fr, Standing::Confirmed) => "confirmée",
            (Lang::Fr, Standing::Likely) => "probable",
            (Lang::Fr, Standing::Possible) => "possible",
            (Lang::Fr, Standing::RuledOut) => "écartée",
        }
    }
}
