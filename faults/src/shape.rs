//! The shape of an unknown failure: what stays the same when the same problem happens on another PC.
//!
//! From an attempt's lines those are picked that look like failures; in each, what differs from PC to PC is folded (numbers, hex,
//! paths, addresses, ids, versions, quoted names, times); the different templates, in an order of their own, are hashed. So two
//! PCs with the same problem have the same shape, whatever the order of their lines and however often each came, and cases can be
//! grouped before anybody has written a fault.
//!
//! The hash is FNV-1a, 64 bits, over the templates and line ends; it and the folding are part of stored data: a change to either
//! makes old and new shapes strangers, and [`VERSION`] must grow.

mod fold;

use std::collections::BTreeMap;
use std::fmt;

pub use fold::template;

/// Grows when the same lines give another shape than before.
pub const VERSION: u32 = 1;

/// Most different templates a shape is made of: the last ones decide.
pub const MAX_TEMPLATES: usize = 12;

/// Most different templates looked at in one attempt, so that an endless log stays bounded.
const MAX_KEPT: usize = 256;

/// Shortest template, in letters, that tells anything.
const MIN_LETTERS: usize = 8;

/// Words that begin or fill a line that looks like a failure, in lower case; English and French.
const SIGNS: [&str; 30] = [
    "error",
    "erreur",
    "fail",
    "échec",
    "échou",
    "fatal",
    "cannot",
    "can't",
    "could not",
    "couldn't",
    "unable to",
    "impossible",
    "denied",
    "refus",
    "not found",
    "introuvable",
    "no such",
    "aucun ",
    "invalid",
    "invalide",
    "abort",
    "exception",
    "panic",
    "missing",
    "manquant",
    "corrupt",
    "timed out",
    "expiré",
    "conflict",
    "err!",
];

/// Words of lines that speak of failures without being one.
const HARMLESS: [&str; 8] = [
    "0 error",
    "no error",
    "error: 0",
    "errors: 0",
    "aucune erreur",
    "without error",
    "0 failed",
    "ignore-errors",
];

/// Wrappers: lines that only say that something failed. They make no shape where anything else does.
const WRAPPERS: [&str; 8] = [
    "returned an error code",
    "exit status",
    "exit code",
    "exited with",
    "errors were encountered",
    "des erreurs ont été rencontrées",
    "état de sortie",
    "code de sortie",
];

/// The shape of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape(u64);

impl fmt::Display for Shape {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Gathers an attempt's lines.
#[derive(Clone, Debug, Default)]
pub struct Miner {
    /// Each template with the line at which it came last, and whether it is a wrapper.
    kept: BTreeMap<String, (u64, bool)>,
    lines: u64,
}

impl Miner {
    /// An attempt begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a line in; most are none of a failure and cost a look.
    pub fn line(&mut self, line: &str) {
        self.lines += 1;
        let lower = line.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if !has(&SIGNS) || has(&HARMLESS) {
            return;
        }
        let template = template(line);
        if template.chars().filter(|c| c.is_alphabetic()).count() < MIN_LETTERS {
            return;
        }
        self.kept.insert(template, (self.lines, has(&WRAPPERS)));
        if self.kept.len() > MAX_KEPT {
            let oldest =
                self.kept.iter().min_by_key(|(_, (at, _))| *at).map(|(template, _)| template.clone());
            oldest.and_then(|template| self.kept.remove(&template));
        }
    }

    /// The templates that make the shape, in their own order.
    pub fn templates(&self) -> Vec<&str> {
        let telling = self.kept.values().any(|(_, wrapper)| !wrapper);
        let mut kept: Vec<_> = self.kept.iter().filter(|(_, (_, wrapper))| !(telling && *wrapper)).collect();
        // The last lines decide; among them the order is that of the texts.
        kept.sort_by_key(|(_, (at, _))| std::cmp::Reverse(*at));
        kept.truncate(MAX_TEMPLATES);
        let mut templates: Vec<&str> = kept.into_iter().map(|(template, _)| template.as_str()).collect();
        templates.sort_unstable();
        templates
    }

    /// The shape; none if no line looks like a failure.
    pub fn shape(&self) -> Option<Shape> {
        let templates = self.templates();
        let bytes = templates.iter().flat_map(|template| template.bytes().chain([b'\n']));
        let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        (!templates.is_empty()).then_some(Shape(sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(log: &str) -> Option<String> {
        let mut miner = Miner::new();
        log.lines().for_each(|line| miner.line(line));
        miner.shape().map(|shape| shape.to_string())
    }

    #[test]
    fn the_same_problem_on_two_pcs_has_the_same_shape() {
        let table = [
            (
                "Unpacking a\nE: Sub-process /usr/bin/dpkg returned an error code (1)\nfrobnicate: cannot attach device 0x7f3a to '/home/ann/x' after 30s",
                "frobnicate: cannot attach device 0x11ff to '/home/bob y/z' after 4s\nfrobnicate: cannot attach device 0x1 to '/srv/q' after 5s\ndone\n",
            ),
            (
                "2026-03-14 09:26:53,589 ERROR [main-3] widget 1.2.3-4 failed: id 5f2c3b1a-1111-4222-8333-944445555666",
                "2027-12-01T23:59:59Z ERROR [main-17] widget 10.0~rc1 failed: id 00000000-aaaa-4bbb-8ccc-dddddddddddd",
            ),
            (
                "[  12.345678] gadget 0000:03:00.0: firmware failed to load (-2)\n[  13.0] gadget 0000:03:00.0: probe error",
                "[99999.1] gadget 0000:0a:1f.2: probe error\n[99999.2] gadget 0000:0a:1f.2: firmware failed to load (-110)",
            ),
            (
                "C:\\Users\\Ann\\setup.exe: cannot open \"C:\\Program Files\\A\\b.dll\" at 10.0.0.1:8080",
                "D:\\x\\setup.exe: cannot open \"E:\\b.dll\" at [fe80::1]:443",
            ),
        ];
        for (one, other) in table {
            assert!(shape(one).is_some(), "{one}");
            assert_eq!(shape(one), shape(other), "{one}\n{other}");
        }
    }

    #[test]
    fn different_problems_and_no_problem_are_told_apart() {
        let one = shape("frobnicate: cannot attach device 7");
        assert_eq!(one.as_ref().map(String::len), Some(16));
        assert_ne!(one, shape("frobnicate: cannot detach device 7"));
        for healthy in ["", "Setting up foo (1.2) ...", "Build finished with 0 errors", "error 12"] {
            assert_eq!(shape(healthy), None, "{healthy}");
        }
        assert!(
            shape("E: Sub-process dpkg returned an error code (1)").is_some(),
            "a wrapper alone is better than nothing"
        );
    }

    #[test]
    fn a_shape_stays_what_it_was_when_stored() {
        // If this fails, stored shapes no longer match: restore the folding, or let VERSION grow.
        let known = shape("widget: unable to open '/etc/widget.conf' (error 13)").unwrap_or_default();
        assert_eq!((VERSION, known.as_str()), (1, "f75cebfccf2a264c"));
    }

    #[test]
    fn an_endless_log_of_failures_stays_bounded() {
        let mut miner = Miner::new();
        for i in 0..2000_u32 {
            let word: String = i.to_string().bytes().map(|b| char::from(b - b'0' + b'a')).collect();
            miner.line(&format!("error: thing {word} failed badly"));
        }
        assert_eq!((miner.kept.len(), miner.templates().len()), (MAX_KEPT, MAX_TEMPLATES));
    }
}
