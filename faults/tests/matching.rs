//! Events and facts in, diagnoses out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::diagnosis::Diagnosis;
use hotliner_faults::fault::Standing;
use hotliner_faults::matcher::Matcher;
use hotliner_faults::session::Session;
use hotliner_protocol::event::{
    AttemptEnded, AttemptStarted, Event, EventBody, Gap, Line, Outcome, SourceEnded,
};
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::time::Timestamp;
use hotliner_protocol::value::Value;
use proptest::prelude::*;

/// A fault with one literal, one fact and one question.
fn fault(id: &str, number: u32, literal: &str, conditions: &str, outranks: &str) -> (String, String) {
    let text = format!(
        r#"
id = "{id}"
number = {number}
revision = 1
status = "stable"
cause = "package.database-locked"
applies = 'os.family == "linux"'
severity = "blocking"
outranks = [{outranks}]
[[evidence.line.log]]
literal = "{literal}"
pattern = '{literal} ?(?P<what>\w+)?'
[evidence.other]
fact = 'process.any(name == "apt")'
[evidence.told]
ask.en = "Is it so?"
ask.fr = "Est-ce ainsi ?"
[match]
{conditions}
[text.en]
title = "{{what|something}}"
explain = "e"
say = "s"
[text.fr]
title = "{{what|quelque chose}}"
explain = "e"
say = "s"
[[step]]
id = "do"
actor = "customer"
text.en = "do {{what|it}}"
text.fr = "faire {{what|cela}}"
[verify]
retry = true
[[example]]
log = "{literal}"
expect = "likely"
[[example]]
log = "healthy"
expect = "none"
"#
    );
    (format!("{id}.toml"), text)
}

const FULL: &str =
    "confirmed = \"line and other\"\nlikely = \"line\"\npossible = \"told\"\nunless = \"attempt.succeeded\"";

fn session(faults: Vec<(String, String)>) -> Session {
    let catalogue = Catalogue::load(faults).unwrap_or_else(|errors| panic!("{errors:?}"));
    Session::new(Arc::new(Matcher::compile(catalogue).unwrap()))
}

fn event(attempt: u64, body: EventBody) -> Event {
    let at = Timestamp::default();
    Event { at, attempt: Some(AttemptId(attempt)), source: "installer:stderr".into(), body }
}

fn started(attempt: u64) -> Event {
    event(attempt, EventBody::AttemptStarted(AttemptStarted::default()))
}

fn line(attempt: u64, text: &str) -> Event {
    event(attempt, EventBody::Line(Line { number: 1, text: text.into(), cut_bytes: 0 }))
}

fn source_ended(attempt: u64, complete: bool) -> Event {
    event(attempt, EventBody::SourceEnded(SourceEnded { lines: 1, complete }))
}

fn ended(attempt: u64, outcome: Outcome) -> Event {
    event(attempt, EventBody::AttemptEnded(AttemptEnded { outcome, exit: None }))
}

fn fact(path: &str, reading: Reading) -> Fact {
    Fact { path: path.parse().unwrap(), observed_at: Timestamp::default(), reading }
}

fn apt_runs(runs: bool) -> Fact {
    let name = if runs { "apt" } else { "bash" };
    fact("process", Reading::Value(Value::List(vec![Value::map([("name", name)])])))
}

fn standings(diagnoses: &[Diagnosis]) -> Vec<(&str, Standing)> {
    diagnoses.iter().map(|diagnosis| (diagnosis.fault.as_str(), diagnosis.standing)).collect()
}

#[test]
fn a_line_makes_a_fault_likely_a_fact_confirms_it_and_success_rules_it_out() {
    let mut session = session(vec![fault("linux.a.one", 1, "cannot lock", FULL, "")]);
    assert!(session.event(&started(1)) && session.diagnoses().is_empty());
    assert!(!session.event(&line(1, "all is well")));
    assert!(session.event(&line(1, "E: cannot lock database")));
    let found = session.diagnoses();
    assert_eq!(standings(&found), [("linux.a.one", Standing::Likely)]);
    assert_eq!(found[0].missing, ["other"]);
    assert_eq!(found[0].evidence[0].text, "E: cannot lock database");
    assert_eq!(found[0].variables["what"], "database");

    assert!(session.fact(&apt_runs(true)));
    assert!(!session.fact(&apt_runs(true)), "the same again is no news");
    assert!(!session.fact(&fact("memory.total_bytes", Reading::Value(Value::Int(1)))), "nobody reads it");
    assert_eq!(standings(&session.diagnoses()), [("linux.a.one", Standing::Confirmed)]);

    session.event(&ended(1, Outcome::Succeeded));
    let found = session.diagnoses();
    assert_eq!(standings(&found), [("linux.a.one", Standing::RuledOut)]);
    assert_eq!(found[0].ruled_out_by.as_deref(), Some("attempt.succeeded"));
}

#[test]
fn a_fault_of_another_system_is_out_and_an_unknown_system_keeps_it_in() {
    let mut session = session(vec![fault("linux.a.one", 1, "cannot lock", FULL, "")]);
    session.event(&started(1));
    session.event(&line(1, "cannot lock"));
    assert_eq!(session.diagnoses().len(), 1);
    session.fact(&fact("os.family", Reading::Value("windows".into())));
    assert!(session.diagnoses().is_empty());
    session.fact(&fact("os.family", Reading::Denied));
    assert_eq!(session.diagnoses().len(), 1);
}

#[test]
fn what_was_not_read_to_its_end_is_never_taken_for_absent() {
    let conditions = "likely = \"other and not line\"";
    let table = [
        (vec![ended(1, Outcome::Failed)], true, 0),
        (vec![source_ended(1, true), ended(1, Outcome::Failed)], true, 1),
        (vec![source_ended(1, false), ended(1, Outcome::Failed)], true, 0),
        (vec![source_ended(1, true)], true, 0),
        (
            vec![
                event(1, EventBody::Gap(Gap { dropped: 1, reason: "spool full".into() })),
                source_ended(1, true),
                ended(1, Outcome::Failed),
            ],
            true,
            0,
        ),
        (vec![source_ended(1, true), ended(1, Outcome::Failed)], false, 0),
    ];
    for (events, runs, expected) in table {
        let mut faults = vec![fault("linux.a.one", 1, "cannot lock", conditions, "")];
        faults[0].1 =
            faults[0].1.replace("[evidence.told]\nask.en = \"Is it so?\"\nask.fr = \"Est-ce ainsi ?\"\n", "");
        let mut session = session(faults);
        session.event(&started(1));
        session.event(&line(1, "something else"));
        session.fact(&apt_runs(runs));
        for event in &events {
            session.event(event);
        }
        assert_eq!(session.diagnoses().len(), expected, "{events:?}");
    }
}

#[test]
fn yesterdays_attempt_does_not_diagnose_todays() {
    let mut session = session(vec![fault("linux.a.one", 1, "cannot lock", FULL, "")]);
    session.event(&started(1));
    session.event(&line(1, "cannot lock"));
    session.event(&started(2));
    assert!(session.diagnoses().is_empty());
    assert!(!session.event(&line(1, "cannot lock")), "a straggler decides nothing");
    assert!(session.diagnoses().is_empty());
    session.event(&line(2, "cannot lock"));
    assert_eq!(session.diagnoses().len(), 1);
}

#[test]
fn a_consequence_stands_under_its_cause_and_never_beside_it() {
    let generic = fault("linux.a.generic", 1, "installation failed", FULL, "");
    let middle = fault("linux.a.middle", 2, "archive failed", FULL, "\"linux.a.generic\"");
    let cause = fault("linux.a.cause", 3, "disk is full", FULL, "\"linux.a.middle\"");
    let mut session = session(vec![generic, middle, cause]);
    session.event(&started(1));
    for text in ["disk is full", "archive failed", "installation failed with 1603"] {
        session.event(&line(1, text));
    }
    let found = session.diagnoses();
    assert_eq!(standings(&found), [("linux.a.cause", Standing::Likely)]);
    let below: Vec<&str> = found[0].explains.iter().map(|diagnosis| diagnosis.fault.as_str()).collect();
    assert_eq!(below, ["linux.a.generic", "linux.a.middle"], "the one outranked through another one too");
}

#[test]
fn a_possible_cause_does_not_hide_a_likely_one() {
    let weak = fault(
        "linux.a.weak",
        1,
        "hint of trouble",
        "likely = \"line and other and told\"\npossible = \"line\"",
        "\"linux.a.strong\"",
    );
    let strong = fault("linux.a.strong", 2, "surely broken", FULL, "");
    let mut session = session(vec![weak, strong]);
    session.event(&started(1));
    session.event(&line(1, "hint of trouble, surely broken"));
    let expected = [("linux.a.strong", Standing::Likely), ("linux.a.weak", Standing::Possible)];
    assert_eq!(standings(&session.diagnoses()), expected);
}

#[test]
fn overlapping_literals_do_not_hide_each_other() {
    let mut session = session(vec![
        fault("linux.a.long", 1, "No space left on device", FULL, ""),
        fault("linux.a.short", 2, "left on", FULL, ""),
        fault("linux.a.same", 3, "space left", FULL, ""),
    ]);
    session.event(&started(1));
    session.event(&line(1, "write: No space left on device"));
    assert_eq!(session.diagnoses().len(), 3);
}

#[test]
fn an_answer_counts_where_there_is_no_agent() {
    let mut session = session(vec![fault("linux.a.one", 1, "cannot lock", FULL, "")]);
    assert!(!session.answer("linux.a.one", "line", true), "a line is not a question");
    assert!(session.answer("linux.a.one", "told", true));
    assert_eq!(standings(&session.diagnoses()), [("linux.a.one", Standing::Possible)]);
    session.answer("linux.a.one", "told", false);
    assert!(session.diagnoses().is_empty());
}

#[derive(Clone, Debug)]
enum Record {
    Event(Event),
    Fact(Fact),
}

fn record() -> impl Strategy<Value = Record> {
    let texts = prop::sample::select(vec![
        "cannot lock x",
        "disk is full",
        "installation failed",
        "fine",
        "CANNOT LOCK",
    ]);
    let attempt = 1..3_u64;
    prop_oneof![
        attempt.clone().prop_map(|a| Record::Event(started(a))),
        (attempt.clone(), texts).prop_map(|(a, text)| Record::Event(line(a, text))),
        (attempt.clone(), any::<bool>()).prop_map(|(a, whole)| Record::Event(source_ended(a, whole))),
        (attempt, any::<bool>()).prop_map(|(a, well)| {
            Record::Event(ended(a, if well { Outcome::Succeeded } else { Outcome::Failed }))
        }),
        any::<bool>().prop_map(|runs| Record::Fact(apt_runs(runs))),
    ]
}

proptest! {
    /// Looking in between, or taking up a stored state, changes nothing.
    #[test]
    fn the_same_records_give_the_same_diagnoses_in_any_batching(records in prop::collection::vec(record(), 0..40), cut in 0..40_usize) {
        let faults = || vec![
            fault("linux.a.one", 1, "cannot lock", FULL, "\"linux.a.generic\""),
            fault("linux.a.two", 2, "disk is full", FULL, "\"linux.a.generic\""),
            fault("linux.a.generic", 3, "installation failed", FULL, ""),
            fault("linux.a.order", 4, "is full", "likely = \"seq(line, line) and other and last(line)\"\npossible = \"told or count(line) >= 3\"", ""),
        ];
        let take = |session: &mut Session, record: &Record| match record {
            Record::Event(event) => session.event(event),
            Record::Fact(fact) => session.fact(fact),
        };
        let mut whole = session(faults());
        let mut stepwise = session(faults());
        let mut last = Vec::new();
        for (i, record) in records.iter().enumerate() {
            take(&mut whole, record);
            let changed = take(&mut stepwise, record);
            let now = stepwise.diagnoses();
            prop_assert!(changed || standings(&now) == standings(&last), "a change was not told");
            last = now;
            if i == cut {
                stepwise = stepwise.clone();
            }
        }
        prop_assert_eq!(whole.diagnoses(), stepwise.diagnoses());
    }
}
