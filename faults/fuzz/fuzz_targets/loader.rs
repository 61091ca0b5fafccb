//! Any text as a fault file: refused with a place and a remedy, or loaded; never a panic.
#![no_main]

use hotliner_faults::load::load;
use hotliner_faults::taxonomy::Taxonomy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(errors) = load("fuzz.toml", text, &Taxonomy::built_in()) {
        assert!(!errors.is_empty());
        assert!(errors.iter().all(|error| error.line >= 1 && error.column >= 1 && !error.remedy.is_empty()));
    }
});
