//! A fault held against a case, and the form in which people and scripts get it.

use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::expression::Variables;
use crate::fault::{Actor, Fault, Severity, Standing, Verify};
use crate::lang::Lang;

/// The name of the JSON form.
pub const SCHEMA: &str = "hotliner.diagnosis/1";

/// A line, fact or answer a diagnosis rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Name of the evidence.
    pub name: String,
    /// Where it was seen: a source of lines, `fact`, or `answer`.
    pub source: String,
    /// Line number in the source, from 1.
    pub line: Option<u64>,
    /// The line; for a fact the expression that holds; for an answer the question.
    pub text: String,
}

impl Seen {
    pub(crate) fn fact(name: &str, expression: &str) -> Self {
        Self { name: name.to_owned(), source: "fact".to_owned(), line: None, text: expression.to_owned() }
    }

    pub(crate) fn answer(name: &str, question: &str) -> Self {
        Self { name: name.to_owned(), source: "answer".to_owned(), line: None, text: question.to_owned() }
    }
}

/// A fault held against a case. Without words: these come from the catalogue, in the reader's language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Id of the fault.
    pub fault: String,
    /// Its permanent number.
    pub number: u32,
    /// Its cause.
    pub cause: String,
    /// How sure it is.
    pub standing: Standing,
    /// From 0 to 1; see [`crate::rank`].
    pub score: f64,
    /// What it rests on.
    pub evidence: Vec<Seen>,
    /// Evidence that is not known and would raise the standing.
    pub missing: Vec<String>,
    /// The condition that rules it out.
    pub ruled_out_by: Option<String>,
    /// Parts captured from the evidence. Untrusted.
    pub variables: Variables,
    /// Consequences that this fault explains.
    #[serde(default)]
    pub explains: Vec<Diagnosis>,
}

impl Diagnosis {
    /// Whether it is likely or better.
    pub fn is_loud(&self) -> bool {
        self.standing >= Standing::Likely
    }

    /// The form for people and scripts, in `lang`.
    pub fn view(&self, catalogue: &Catalogue, lang: Lang) -> DiagnosisView {
        let fault = catalogue.get(&self.fault);
        let fill = |template: &crate::template::Template| template.fill(&self.variables);
        let words = |pick: fn(&crate::fault::Text) -> &crate::template::Template| {
            fault.map(|fault| fill(pick(fault.text(lang)))).unwrap_or_default()
        };
        DiagnosisView {
            fault: self.fault.clone(),
            number: self.number,
            cause: self.cause.clone(),
            cause_label: catalogue.taxonomy().label(&self.cause).map(|both| both.get(lang).to_owned()),
            standing: self.standing,
            score: self.score,
            severity: fault.map(|fault| fault.severity),
            title: words(|text| &text.title),
            explain: words(|text| &text.explain),
            say: words(|text| &text.say),
            evidence: self.evidence.clone(),
            missing: self.missing.clone(),
            ruled_out_by: self.ruled_out_by.clone(),
            steps: fault.map(|fault| self.steps(fault, lang)).unwrap_or_default(),
            verify: fault.map(verify),
            explains: self.explains.iter().map(|below| below.view(catalogue, lang)).collect(),
        }
    }

    /// The steps whose needs were captured.
    fn steps(&self, fault: &Fault, lang: Lang) -> Vec<StepView> {
        let has = |name: &String| self.variables.get(name).is_some_and(|value| !value.is_empty());
        let offered = fault.steps.iter().filter(|step| step.needs.iter().all(has));
        let side = usize::from(lang == Lang::Fr);
        offered
            .map(|step| StepView {
                id: step.id.clone(),
                actor: step.actor,
                text: step.text[side].fill(&self.variables),
                say: step.say.as_ref().map(|say| say[side].fill(&self.variables)),
                action: step.action.as_ref().map(|(name, _)| (*name).to_owned()),
            })
            .collect()
    }
}

fn verify(fault: &Fault) -> String {
    match &fault.verify {
        Verify::Expect { expect, .. } => expect.as_str().to_owned(),
        Verify::Retry => "retry".to_owned(),
    }
}

/// A diagnosis in words. Its JSON form is stable; keys may be added.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DiagnosisView {
    /// Id of the fault.
    pub fault: String,
    /// Its permanent number.
    pub number: u32,
    /// Its cause.
    pub cause: String,
    /// The cause in words.
    pub cause_label: Option<String>,
    /// How sure it is.
    pub standing: Standing,
    /// From 0 to 1.
    pub score: f64,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// A few words.
    pub title: String,
    /// What happened, for the technician.
    pub explain: String,
    /// What to say to the customer.
    pub say: String,
    /// What it rests on.
    pub evidence: Vec<Seen>,
    /// What would raise the standing.
    pub missing: Vec<String>,
    /// What rules it out.
    pub ruled_out_by: Option<String>,
    /// The repair.
    pub steps: Vec<StepView>,
    /// What must hold afterwards; `retry`: the installation succeeds when run again.
    pub verify: Option<String>,
    /// Consequences that this fault explains.
    pub explains: Vec<DiagnosisView>,
}

/// A step in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepView {
    /// Its id within the fault.
    pub id: String,
    /// Who does it.
    pub actor: Actor,
    /// What to do.
    pub text: String,
    /// Words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
    /// The agent's action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}
