//! Evidence: words and codes in logs, facts, questions.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Loader;
use super::captures::Captures;
use crate::capture::CaptureType;
use crate::code::{Code, System};
use crate::fault::{CodePattern, Evidence, EvidenceKind, LogPattern, Looked};
use crate::pattern::Pattern;
use crate::raw::{Placed, RawCode, RawEvidence, RawFault, RawLog};

/// Shortest literal, in bytes: shorter ones hit everywhere.
const MIN_LITERAL_BYTES: usize = 4;

impl Loader<'_> {
    pub(super) fn evidence(&mut self, name: &Placed, raw: &RawEvidence) -> Option<Evidence> {
        let at = name.span();
        let text = name.get_ref();
        if !text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
            || text.starts_with(|c: char| c.is_ascii_digit())
        {
            self.report(&at, format!("`{text}` is not a name"), "use lower-case letters, digits and _");
        }
        let kinds = usize::from(!raw.log.is_empty() || !raw.code.is_empty())
            + usize::from(raw.fact.is_some())
            + usize::from(raw.ask.is_some());
        if kinds != 1 {
            let what = format!("evidence `{text}` must be of one kind");
            self.report(&at, what, "give it either log and code, or fact, or ask");
            return None;
        }
        let kind = if let Some(fact) = &raw.fact {
            EvidenceKind::Fact(self.expression(fact)?)
        } else if let Some(ask) = &raw.ask {
            if ask.en.trim().is_empty() || ask.fr.trim().is_empty() {
                self.report(&at, format!("the question of `{text}` is empty"), "write ask.en and ask.fr");
            }
            EvidenceKind::Ask(ask.clone())
        } else {
            let words = raw.log.iter().filter_map(|log| self.log(log).map(Looked::Words));
            let mut looked: Vec<Looked> = words.collect();
            looked.extend(raw.code.iter().filter_map(|code| self.code(code).map(Looked::Code)));
            EvidenceKind::Log(looked)
        };
        if let Some(scope) = raw.scope.as_ref().filter(|_| !matches!(kind, EvidenceKind::Log(_))) {
            let remedy = "remove it; facts and answers hold until they change";
            self.report(&scope.span(), "only log evidence has a scope", remedy);
        }
        let scope = raw.scope.as_ref().map(|scope| *scope.get_ref()).unwrap_or_default();
        Some(Evidence { name: text.clone(), kind, scope })
    }

    fn log(&mut self, raw: &RawLog) -> Option<LogPattern> {
        let literal = raw.literal.get_ref();
        if literal.len() < MIN_LITERAL_BYTES || literal.contains(['\n', '\r']) {
            let what = format!("the literal `{literal}` is too weak");
            let remedy = format!(
                "write at least {MIN_LITERAL_BYTES} characters of one line that every match contains"
            );
            self.report(&raw.literal.span(), what, remedy);
        }
        let pattern = match &raw.pattern {
            Some(pattern) => Some(self.pattern(pattern, raw.ignore_case)?),
            None => None,
        };
        Some(LogPattern {
            literal: literal.clone(),
            ignore_case: raw.ignore_case,
            source: raw.source.clone(),
            pattern,
        })
    }

    fn pattern(&mut self, text: &Placed, ignore_case: bool) -> Option<Pattern> {
        if self.trusted {
            return Some(Pattern::trusted(text.get_ref(), ignore_case));
        }
        Pattern::checked(text.get_ref(), ignore_case)
            .map_err(|error| {
                let whole = error.to_string();
                let reason =
                    whole.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let remedy = "see docs.rs/regex for the syntax; look-around and back-references do not exist";
                self.report(&text.span(), format!("this pattern does not compile: {reason}"), remedy);
            })
            .ok()
    }

    fn code(&mut self, raw: &Spanned<RawCode>) -> Option<CodePattern> {
        let place = raw.span();
        let raw = raw.get_ref();
        let word = raw.system.get_ref();
        let Some(system) = System::of(word) else {
            let known: Vec<&str> = System::ALL.into_iter().map(System::word).collect();
            let what = format!("`{word}` is no system of codes");
            self.report(&raw.system.span(), what, format!("write one of {}", known.join(", ")));
            return None;
        };
        let (code, at) = match (&raw.value, &raw.name) {
            (Some(value), None) => (Code::of_value(system, *value.get_ref()), value.span()),
            (None, Some(name)) => (Code::of_name(system, name.get_ref()), name.span()),
            _ => {
                let remedy = "write either value = 0x80070070 or name = \"ERROR_DISK_FULL\"";
                self.report(&place, "a code has a value or a name, and not both", remedy);
                return None;
            }
        };
        if let Some(near) = raw.near.as_ref().filter(|near| near.get_ref().trim().is_empty()) {
            self.report(&near.span(), "`near` is empty", "write words of the same line, or remove it");
        }
        let near = raw.near.as_ref().map(|near| near.get_ref().clone());
        code.map_err(|bad| self.report(&at, bad.what, bad.remedy)).ok().map(|code| CodePattern {
            code,
            near,
            source: raw.source.clone(),
        })
    }

    /// The types of captured variables.
    pub(super) fn capture_types(
        &mut self,
        raw: &RawFault,
        captures: &Captures,
    ) -> BTreeMap<String, CaptureType> {
        let mut types = BTreeMap::new();
        for (name, capture) in &raw.capture {
            if !captures.all.contains(name.get_ref()) {
                let remedy = format!("captured here: {}", captures.list());
                self.report(&name.span(), format!("nothing captures `{}`", name.get_ref()), remedy);
            }
            let word = capture.kind.get_ref();
            match CaptureType::of(word) {
                Some(kind) => drop(types.insert(name.get_ref().clone(), kind)),
                None => {
                    let known: Vec<&str> = CaptureType::ALL.into_iter().map(CaptureType::word).collect();
                    let remedy = format!("write one of {}", known.join(", "));
                    self.report(&capture.kind.span(), format!("`{word}` is no type of a capture"), remedy);
                }
            }
        }
        types
    }

    /// Variables that an expression reads must be captured.
    pub(super) fn variables_are_captured(
        &mut self,
        raw: &RawFault,
        evidence: &[Evidence],
        captures: &Captures,
    ) {
        for part in evidence {
            let EvidenceKind::Fact(expression) = &part.kind else { continue };
            let named = raw.evidence.iter().find(|(name, _)| *name.get_ref() == part.name);
            let Some(fact) = named.and_then(|(_, raw)| raw.fact.as_ref()) else { continue };
            for name in expression.variables().into_iter().filter(|name| !captures.all.contains(*name)) {
                let remedy = format!("captured here: {}", captures.list());
                self.report(&fact.span(), format!("nothing captures `{name}`"), remedy);
            }
        }
    }
}
