//! Order, counting, scopes, typed captures, and what to find out next.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::sync::Arc;

use hotliner_faults::catalogue::Catalogue;
use hotliner_faults::fault::Standing;
use hotliner_faults::lang::Lang;
use hotliner_faults::matcher::Matcher;
use hotliner_faults::session::{Kind, Session};
use hotliner_protocol::event::{AttemptEnded, AttemptStarted, Event, EventBody, Line, Outcome, SourceEnded};
use hotliner_protocol::fact::{Fact, Reading};
use hotliner_protocol::id::AttemptId;
use hotliner_protocol::time::Timestamp;
use hotliner_protocol::value::Value;
use proptest::prelude::*;

/// A fault with log evidence `a`, `b` and `c` (lines that hold `sign a`, …) and what else `more` says.
fn fault(id: &str, number: u32, status: &str, more: &str) -> (String, String) {
    let mut text = format!(
        "id = \"any.synthetic.{id}\"\nnumber = {number}\nrevision = 1\nstatus = \"{status}\"\n\
         cause = \"package.not-found\"\nseverity = \"blocking\"\n"
    );
    for name in ["a", "b", "c"] {
        let _ = write!(text, "[[evidence.{name}.log]]\nliteral = \"sign {name}\"\n");
        let _ = writeln!(text, "pattern = 'sign {name}(?: size=(?P<size>.*))?'");
    }
    text += more;
    text += r#"
[text.en]
title = "t"
explain = "e"
say = "s"
[text.fr]
title = "t"
explain = "e"
say = "s"
[[step]]
id = "do"
actor = "customer"
text.en = "do"
text.fr = "faire"
[verify]
retry = true
[[example]]
log = "x"
expect = "likely"
[[example]]
log = "healthy"
expect = "none"
"#;
    (format!("{id}.toml"), text)
}

fn on(condition: &str) -> String {
    format!("[match]\nlikely = \"{condition}\"\npossible = \"a and b and c\"\n")
}

fn session(faults: Vec<(String, String)>) -> Session {
    let catalogue = Catalogue::load(faults).unwrap_or_else(|errors| panic!("{errors:?}"));
    Session::new(Arc::new(Matcher::compile(catalogue).unwrap()))
}

fn event(attempt: u64, seconds: u64, body: EventBody) -> Event {
    let at = Timestamp::from_millis(seconds * 1000);
    Event { at, attempt: Some(AttemptId(attempt)), source: "log:x".into(), body }
}

fn start(session: &mut Session, attempt: u64) {
    session.event(&event(attempt, 0, EventBody::AttemptStarted(AttemptStarted::default())));
}

fn line(session: &mut Session, attempt: u64, seconds: u64, text: &str) {
    let body = EventBody::Line(Line { number: 1, text: text.into(), cut_bytes: 0 });
    session.event(&event(attempt, seconds, body));
}

fn end(session: &mut Session, attempt: u64) {
    session.event(&event(attempt, 0, EventBody::SourceEnded(SourceEnded { lines: 1, complete: true })));
    let body = AttemptEnded { outcome: Outcome::Failed, exit: None };
    session.event(&event(attempt, 0, EventBody::AttemptEnded(body)));
}

fn standing(session: &Session, id: &str) -> Option<Standing> {
    session.appraisal(&format!("any.synthetic.{id}")).and_then(|known| known.standing)
}

/// Lines as `a0 b5 ab9`: the evidence that stands in the line, and its second.
fn play(condition: &str, lines: &str, ends: bool) -> bool {
    let mut session = session(vec![fault("x", 1, "stable", &on(condition))]);
    start(&mut session, 1);
    for word in lines.split_whitespace() {
        let (names, seconds) = word.split_at(word.find(|c: char| c.is_ascii_digit()).unwrap());
        let text: Vec<String> = names.chars().map(|name| format!("sign {name}")).collect();
        line(&mut session, 1, seconds.parse().unwrap(), &text.join(" and "));
    }
    if ends {
        end(&mut session, 1);
    }
    standing(&session, "x") >= Some(Standing::Likely)
}

#[test]
fn order_and_number_of_lines_decide() {
    let table = [
        ("seq(a, b)", "a0 b5", false, true),
        ("seq(a, b)", "b0 a5", false, false),
        ("seq(a, b)", "b0 a5 b9", false, true),
        ("seq(a, b)", "ab3", false, false),
        ("seq(a, b)", "a0 ab3", false, true),
        ("seq(a, b, 60s)", "a0 b60", false, true),
        ("seq(a, b, 60s)", "a0 b61", false, false),
        ("seq(a, b, 60s)", "a0 a30 b80", false, true),
        ("seq(a, b, 60s)", "a0 b90 a100 b130", false, true),
        ("seq(a, b, c, 60s)", "a0 b30 c60", false, true),
        ("seq(a, b, c, 60s)", "a0 a50 b55 b58 c100", false, true),
        ("seq(a, b, c)", "a0 c1 b2", false, false),
        ("seq(a, a)", "a0", false, false),
        ("seq(a, a)", "a0 a1", false, true),
        ("a and not seq(a, b)", "a0", false, false),
        ("a and not seq(a, b)", "a0", true, true),
        ("count(a) >= 3", "a0 a1", false, false),
        ("count(a) >= 3", "a0 a1 a2", false, true),
        ("count(a) > 3", "a0 a1 a2", false, false),
        ("count(a, 10min) >= 3", "a0 a400 a601", false, false),
        ("count(a, 10min) >= 3", "a0 a400 a600", false, true),
        ("count(a, 10min) >= 3", "a0 a1000 a1100 a1200 a9000", false, true),
        ("count(a, 10min) > 2", "a0 a1 a2", false, true),
        ("a and count(a) < 3", "a0 a1", false, false),
        ("a and count(a) < 3", "a0 a1", true, true),
        ("a and count(a) <= 3", "a0 a1 a2 a3", true, false),
        ("count(a) == 2", "a0 a1", true, true),
        ("count(a) == 2", "a0 a1 a2", true, false),
        ("last(a)", "a0", false, true),
        ("last(a)", "a0 b1", false, false),
        ("last(a)", "a0 b1 ab2", false, true),
        ("last(b) and not last(a)", "a0 b1", false, true),
    ];
    let wrong: Vec<_> = table
        .into_iter()
        .filter(|(condition, lines, ends, expected)| play(condition, lines, *ends) != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_evidence_of_the_scope_case_outlives_its_attempt() {
    let scoped = "[evidence.b]\nscope = \"case\"\n";
    let (name, text) = fault("x", 1, "stable", &on("seq(b, c) or not a and b"));
    let text = text.replace("[[evidence.b.log]]", &format!("{scoped}[[evidence.b.log]]"));
    let mut session = session(vec![(name, text)]);
    start(&mut session, 1);
    line(&mut session, 1, 0, "sign a");
    line(&mut session, 1, 1, "sign b");
    end(&mut session, 1);
    assert_eq!(standing(&session, "x"), None, "a was seen");
    start(&mut session, 2);
    assert_eq!(standing(&session, "x"), None, "a may still come");
    end(&mut session, 2);
    assert_eq!(standing(&session, "x"), Some(Standing::Likely), "b is remembered, a is not");
}

#[test]
fn a_capture_of_the_wrong_type_counts_as_not_captured() {
    let more = "[evidence.room]\nfact = 'disk.system.free_bytes < $size'\n[capture.size]\ntype = \"size\"\n\
                [match]\nconfirmed = \"a and room\"\nlikely = \"a and captured(size)\"\npossible = \"a or b or c\"\n";
    let table = [
        ("sign a size=1,5 Go", Some(Standing::Confirmed)),
        ("sign a size=100 MB", Some(Standing::Likely)),
        ("sign a size=$(reboot)", Some(Standing::Possible)),
        ("sign a", Some(Standing::Possible)),
    ];
    for (text, expected) in table {
        let mut session = session(vec![fault("x", 1, "stable", more)]);
        let free = Value::map([("free_bytes", Value::Int(500_000_000))]);
        let path = "disk.system".parse().unwrap();
        session.fact(&Fact { path, observed_at: Timestamp::default(), reading: Reading::Value(free) });
        start(&mut session, 1);
        line(&mut session, 1, 0, text);
        assert_eq!(standing(&session, "x"), expected, "{text}");
    }
}

#[test]
fn beta_faults_match_silently_and_retired_ones_not_at_all() {
    let status = ["draft", "beta", "stable", "retired"];
    let faults = (1..).zip(status).map(|(number, status)| fault(status, number, status, &on("a or b or c")));
    let mut session = session(faults.collect());
    start(&mut session, 1);
    line(&mut session, 1, 0, "sign a");
    let shown: Vec<String> = session.diagnoses().into_iter().map(|diagnosis| diagnosis.fault).collect();
    assert_eq!(shown, ["any.synthetic.stable"]);
    assert_eq!(session.silent(), [("any.synthetic.beta".to_owned(), Standing::Likely)]);
}

#[test]
fn what_separates_the_hypotheses_is_proposed_first_and_once_known_no_more() {
    let shared = "[evidence.lock]\nfact = 'packages.lock.held'\n[evidence.told]\nask.en = \"Is it so?\"\nask.fr = \"Est-ce ainsi ?\"\n";
    let one =
        "[match]\nconfirmed = \"a and lock\"\nlikely = \"a and not told or b or c\"\npossible = \"a\"\n";
    let two = "[match]\nlikely = \"b and c\"\npossible = \"a and told\"\nunless = \"lock\"\n";
    let mut session = session(vec![
        fault("one", 1, "stable", &format!("{shared}{one}")),
        fault("two", 2, "stable", &format!("{shared}{two}")),
    ]);
    start(&mut session, 1);
    assert!(session.next_best().is_empty(), "nothing is suspected yet");
    line(&mut session, 1, 0, "sign a");
    let found = session.next_best();
    let kinds: Vec<_> = found.iter().map(|proposal| (proposal.kind, proposal.evidence.as_str())).collect();
    assert_eq!(kinds, [(Kind::Probe, "lock"), (Kind::Question, "told")]);
    assert_eq!(found[0].paths, ["packages.lock.held"]);
    assert_eq!(
        (found[0].fault.as_str(), found[1].text.get(Lang::Fr)),
        ("any.synthetic.one", "Est-ce ainsi ?")
    );
    assert!(found[0].gain > found[1].gain);
    let path = "packages.lock".parse().unwrap();
    let reading = Reading::Value(Value::map([("held", true)]));
    session.fact(&Fact { path, observed_at: Timestamp::default(), reading });
    assert_eq!(standing(&session, "one"), Some(Standing::Confirmed));
    assert!(session.next_best().iter().all(|proposal| proposal.evidence != "lock"), "it is known");
}

#[test]
fn an_impossible_order_or_type_is_refused_with_a_remedy() {
    let told = "[evidence.told]\nask.en = \"q\"\nask.fr = \"q\"\n";
    let rest = "possible = \"a or b or c\"\n";
    let table = [
        (format!("{told}[match]\nlikely = \"seq(a, told)\"\n{rest}"), "no log evidence", "log evidence only"),
        (format!("{told}scope = \"case\"\n[match]\nlikely = \"told\"\n{rest}"), "has a scope", "remove"),
        (format!("[capture.size]\ntype = \"big\"\n[match]\nlikely = \"a\"\n{rest}"), "no type", "int, path"),
        (
            format!("[capture.gone]\ntype = \"int\"\n[match]\nlikely = \"a\"\n{rest}"),
            "nothing captures",
            "size",
        ),
        (
            format!("[evidence.f]\nfact = '$gone > 1'\n[match]\nlikely = \"f\"\n{rest}"),
            "nothing captures",
            "size",
        ),
    ];
    for (more, what, remedy) in table {
        let errors = Catalogue::load(vec![fault("x", 1, "stable", &more)]).map(drop).expect_err(what);
        let found = errors.iter().find(|error| error.what.contains(what));
        let error = found.unwrap_or_else(|| panic!("{what}: {errors:?}"));
        assert!(error.remedy.contains(remedy) && error.line > 1, "{error}");
    }
}

proptest! {
    /// The rules of `seq` and `count` as they are written down, against what the session keeps in bounded memory.
    #[test]
    fn bounded_memory_gives_what_all_lines_would(lines in prop::collection::vec((0..3_usize, 0..40_u64), 0..30)) {
        let mut now = 0;
        let lines: Vec<(usize, u64)> = lines.into_iter().map(|(name, wait)| { now += wait; (name, now) }).collect();
        let text: Vec<String> = lines.iter().map(|(name, at)| format!("{}{at}", ["a", "b", "c"][*name])).collect();
        let text = text.join(" ");
        let pairs = lines.iter().enumerate().flat_map(|(i, x)| lines[i + 1..].iter().map(move |y| (x, y)));
        let seq = pairs.clone().any(|(x, y)| x.0 == 0 && y.0 == 1 && y.1 - x.1 <= 60);
        prop_assert_eq!(play("seq(a, b, 60s)", &text, false), seq);
        let times: Vec<u64> = lines.iter().filter(|(name, _)| *name == 0).map(|(_, at)| *at).collect();
        let count = times.windows(3).any(|three| three[2] - three[0] <= 60);
        prop_assert_eq!(play("count(a, 60s) >= 3", &text, false), count);
    }
}
