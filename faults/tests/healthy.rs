//! Healthy logs must stay silent: a support team that is called out for nothing stops listening.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::matcher::Matcher;
use hotliner_faults::scan;
use hotliner_protocol::event::Outcome;

/// The folder of healthy logs: one file a family of programs, every line of it as healthy runs print it.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/healthy");

fn loud(matcher: &Arc<Matcher>, log: &str) -> Vec<String> {
    let session = scan::text(Arc::clone(matcher), "log:healthy", log, &[], Outcome::Unknown);
    let diagnoses = session.diagnoses();
    let said = diagnoses.iter().filter(|diagnosis| diagnosis.is_loud());
    said.map(|diagnosis| format!("{} {} {:?}", diagnosis.fault, diagnosis.standing, diagnosis.evidence))
        .collect()
}

#[test]
fn healthy_logs_say_nothing_whole_or_line_by_line() {
    let catalogue = Catalogue::built_in().unwrap();
    let matcher = Arc::new(Matcher::compile(catalogue).unwrap());
    let mut wrong = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(Path::new(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        let log = fs::read_to_string(&path).unwrap();
        files += 1;
        for said in std::iter::once(log.as_str()).chain(log.lines()).flat_map(|part| loud(&matcher, part)) {
            wrong.push(format!("{}: {said}", path.display()));
        }
    }
    assert!(files >= 8, "only {files} healthy logs were found in {FOLDER}");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
