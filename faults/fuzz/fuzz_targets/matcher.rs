//! Any lines against the built-in catalogue, and their shape: no panic, and whatever is found is explained.
#![no_main]

use std::sync::{Arc, LazyLock};

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::explain::explain;
use hotliner_faults::lang::Lang;
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan;
use hotliner_faults::shape::Miner;
use hotliner_protocol::event::Outcome;
use libfuzzer_sys::fuzz_target;

static MATCHER: LazyLock<Arc<Matcher>> = LazyLock::new(|| {
    let catalogue = Catalogue::built_in().expect("the catalogue loads");
    Arc::new(Matcher::compile(catalogue).expect("the catalogue compiles"))
});

fuzz_target!(|text: &str| {
    let session = scan::text(Arc::clone(&MATCHER), "log", text, &[], Outcome::Failed);
    for diagnosis in session.diagnoses() {
        assert!(explain(&session, &diagnosis.fault, Lang::Fr).is_some());
    }
    session.next_best();
    let mut miner = Miner::new();
    text.lines().for_each(|line| miner.line(line));
    miner.shape();
});
