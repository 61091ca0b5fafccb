//! Mutation: a fault without one piece of its evidence must fail one of its examples, else nothing shows that the piece is needed.
//! Questions are left out: no example answers them.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::example;
use crate::fault::{EvidenceKind, Fault};
use crate::matcher::{CompileError, Matcher};

/// What was taken out, and whether an example noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Id of the fault.
    pub fault: String,
    /// Its file.
    pub file: String,
    /// Name of the evidence.
    pub evidence: String,
    /// The alternative of log evidence that was taken out; none: all of the evidence was.
    pub alternative: Option<String>,
    /// Whether an example failed that passes with it.
    pub noticed: bool,
}

/// Takes each piece of evidence out of `fault` in turn; with `alternatives` each alternative of log evidence that has several.
///
/// # Errors
/// [`CompileError`] where the fault alone does not compile.
pub fn mutants(
    fault: &Fault,
    catalogue: &Catalogue,
    alternatives: bool,
) -> Result<Vec<Mutant>, CompileError> {
    let whole = failures(fault.clone(), catalogue)?;
    let mut found = Vec::new();
    let mut try_without = |evidence: usize, alternative: Option<usize>| -> Result<(), CompileError> {
        let mut mutated = fault.clone();
        let part = &mut mutated.evidence[evidence];
        let mut named = None;
        match (&mut part.kind, alternative) {
            (EvidenceKind::Log(all), Some(index)) => named = Some(all.remove(index).to_string()),
            // Log evidence without alternatives is never found.
            (kind, _) => *kind = EvidenceKind::Log(Vec::new()),
        }
        found.push(Mutant {
            fault: fault.id.clone(),
            file: fault.file.clone(),
            evidence: fault.evidence[evidence].name.clone(),
            alternative: named,
            noticed: failures(mutated, catalogue)? != whole,
        });
        Ok(())
    };
    for (index, part) in fault.evidence.iter().enumerate() {
        match &part.kind {
            EvidenceKind::Ask(_) => {}
            EvidenceKind::Log(all) if alternatives && all.len() > 1 => {
                for alternative in 0..all.len() {
                    try_without(index, Some(alternative))?;
                }
            }
            EvidenceKind::Log(_) | EvidenceKind::Fact(_) => try_without(index, None)?,
        }
    }
    Ok(found)
}

/// Which examples of the fault fail, held against this fault alone.
fn failures(fault: Fault, catalogue: &Catalogue) -> Result<Vec<bool>, CompileError> {
    let matcher = Arc::new(Matcher::compile(catalogue.alone(fault))?);
    Ok(example::run(&matcher).into_iter().map(|result| !result.problems.is_empty()).collect())
}
