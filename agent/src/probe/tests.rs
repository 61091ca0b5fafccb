//! The probes on the machine that runs the tests, and the schedule with probes of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use hotliner_protocol::fact::Fact;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn facts(table: &'static [Spec], scopes: &str) -> (Probes, Receiver<Fact>) {
    let (sender, facts) = channel();
    let out = move |fact| drop(sender.send(fact));
    (Probes::start(table, Context::new(Plan::default()), scopes.parse().unwrap(), true, out).unwrap(), facts)
}

/// Waits for the fact at `path`.
fn wait_for(facts: &Receiver<Fact>, path: &str) -> Reading {
    let until = Instant::now() + PATIENCE;
    loop {
        let fact = facts.recv_timeout(until.saturating_duration_since(Instant::now()));
        let fact = fact.unwrap_or_else(|_| panic!("no {path}"));
        if fact.path.as_str() == path {
            return fact.reading;
        }
    }
}

#[test]
fn every_declared_path_is_answered_for_on_this_machine() {
    let mut found = BTreeMap::new();
    let context = Context::new(Plan::new(&["dpkg".into(), "-i".into()], Path::new("/"), None));
    read_once(&context, &"all".parse().unwrap(), |_, path, reading| {
        found.insert(path.as_str().to_owned(), reading);
    });
    for path in TABLE.iter().flat_map(|spec| spec.paths) {
        assert!(found.contains_key(*path), "{path}");
    }
    assert!(matches!(found["memory.total_bytes"], Reading::Value(Value::Int(bytes)) if bytes > 1 << 20));
    let own = i64::from(std::process::id());
    let Some(Value::List(processes)) = found["process"].value() else { panic!("{:?}", found["process"]) };
    assert!(processes.iter().any(|process| process.get("pid") == Some(&Value::Int(own))), "we are running");
    assert!(found["disk.system"].value().and_then(|disk| disk.get("free_bytes")).is_some());
}

#[test]
fn without_consent_nothing_is_read_and_it_is_said() {
    let (_probes, facts) = facts(TABLE, "hardware");
    assert_eq!(wait_for(&facts, "os.family"), Reading::NotCollected);
    assert_eq!(wait_for(&facts, "network.interfaces"), Reading::NotCollected);
    assert!(wait_for(&facts, "memory.total_bytes").value().is_some());
}

fn hang(_: &Context, sink: &mut Sink<'_>) {
    sink.value("slow.first", 1i64);
    // Until the test's process ends.
    std::thread::park();
}

fn quick(_: &Context, sink: &mut Sink<'_>) {
    sink.value("quick.answer", 42i64);
}

fn panics(_: &Context, _: &mut Sink<'_>) {
    panic!("a probe that breaks");
}

const fn spec(
    subject: &'static str,
    paths: &'static [&'static str],
    read: fn(&Context, &mut Sink<'_>),
    limit: Duration,
) -> Spec {
    Spec {
        subject,
        paths,
        scope: Scope::Hardware,
        right: Right::User,
        cost: Cost::Small,
        interval: Interval::AfterAttempt,
        limit,
        read,
    }
}

#[test]
fn a_probe_that_hangs_is_said_to_and_delays_no_other() {
    static SPECS: [Spec; 3] = [
        spec("slow", &["slow.first", "slow.second"], hang, Duration::from_millis(500)),
        // A panic is printed with its backtrace, which takes its time on a busy machine.
        spec("broken", &["broken.answer"], panics, PATIENCE),
        spec("quick", &["quick.answer"], quick, PATIENCE),
    ];
    let (probes, facts) = facts(&SPECS, "hardware");
    let mut found = BTreeMap::new();
    while found.len() < 4 {
        let fact = facts.recv_timeout(PATIENCE).unwrap();
        found.insert(fact.path.as_str().to_owned(), fact.reading);
    }
    assert_eq!(found["slow.first"], Value::Int(1).into());
    assert_eq!(found["slow.second"], Reading::TimedOut);
    assert_eq!(found["broken.answer"], Reading::Unsupported);
    assert_eq!(found["quick.answer"], Value::Int(42).into());
    let before = Instant::now();
    probes.attempt_ended();
    assert!(before.elapsed() < Duration::from_secs(10), "the last readings wait for no one that hangs");
}

#[test]
fn scopes_of_the_table_are_those_a_customer_is_asked_for() {
    let asked: Scopes = "hardware,software,network".parse().unwrap();
    for spec in TABLE {
        assert!(asked.allows(spec.scope), "{}", spec.subject);
        assert!(spec.limit <= Duration::from_secs(10), "{}", spec.subject);
    }
}
