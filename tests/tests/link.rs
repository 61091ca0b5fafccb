//! The link on networks as customers have them: the real agent and the real console, with a bad network in between.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hotliner_tests::agent;
use hotliner_tests::console::{Console, NewCase};
use hotliner_tests::middle::{self, Interceptor};
use hotliner_tests::paced::{PACED, Paced};
use hotliner_tests::programs;
use hotliner_tests::relay::{Conditions, Random, Relay};

/// Seeds of a run that names none with `HOTLINER_SEEDS=FIRST..LAST`.
const SEEDS: (u64, u64) = (1, 6);

/// What a proxy's users know: `ann:secret`, and that in Base64.
const PASSWORD: (&str, &str) = ("ann:secret", "YW5uOnNlY3JldA==");

fn agent_for(address: &str, case: &NewCase, home: &Path, linger: &str, installer: &[&str]) -> Command {
    let mut command = agent::agent(home);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    command.args([
        "run",
        "--code",
        &case.code,
        "--console",
        address,
        "--consent",
        "all",
        "--linger",
        linger,
        "--",
    ]);
    command.args(installer);
    command
}

fn fact<'v>(shown: &'v serde_json::Value, path: &str) -> &'v str {
    let facts = shown["facts"].as_array().expect("facts");
    facts.iter().find(|fact| fact["path"] == path).and_then(|fact| fact["value"].as_str()).unwrap_or_default()
}

#[test]
fn where_udp_is_blocked_the_agent_is_there_over_tcp_within_a_second_and_moves_when_udp_comes_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let console = Console::start(&folder.path().join("data"));
    let relay = Relay::start(console.address(), 1, Conditions::default());
    relay.block_udp(true);
    let case = console.new_case();
    let mut follow = console.follow(&case.case);
    let begun = Instant::now();
    let mut installer = Paced::start(&mut agent_for(&relay.address(), &case, folder.path(), "30s", &PACED));
    follow.until(|item| item["kind"] == "agent-paired");
    let took = begun.elapsed();
    println!("UDP blocked: paired over TCP {took:?} after the start of the agent");
    assert!(took < Duration::from_secs(1), "{took:?}");
    installer.print(10);
    let shown = console.wait_for(&case.case, "link.udp", |shown| fact(shown, "link.udp") == "blocked");
    assert_eq!((fact(&shown, "link.transport"), &shown["agent"]["transport"]), ("tcp", &"tcp".into()));

    relay.block_udp(false);
    let shown = console.wait_for(&case.case, "QUIC", |shown| {
        shown["agent"]["transport"] == "quic" && fact(shown, "link.udp") == "ok"
    });
    assert_eq!(shown["agent"]["standing"], "connected");
    installer.print(10);
    let (code, said) = installer.finish();
    assert_eq!(code, Some(3), "{said}");
    assert!(!said.contains("is lost"), "moving is no loss: {said}");
    everything_arrived(&console, &case, 20);
}

fn everything_arrived(console: &Console, case: &NewCase, lines: u64) {
    let expected: Vec<String> = (1..=lines).map(|n| format!("line {n}")).collect();
    let arrived: Vec<String> = console.lines(&case.case).into_iter().map(|(_, text)| text).collect();
    assert_eq!(arrived, expected, "nothing lost, nothing twice, in order");
    assert_eq!(console.show(&case.case)["journal"]["gaps"], 0);
}

/// Seeds to run: those of `HOTLINER_SEEDS`, or [`SEEDS`].
fn seeds() -> std::ops::RangeInclusive<u64> {
    let given = std::env::var("HOTLINER_SEEDS").ok();
    let given = given.as_deref().and_then(|text| text.split_once(".."));
    let given = given
        .and_then(|(first, last)| Some((first.parse().ok()?, last.trim_start_matches('=').parse().ok()?)));
    let (first, last) = given.unwrap_or(SEEDS);
    first..=last
}

/// A network drawn from a seed: up to 10 % loss, 40 ms each way, repeated and reordered datagrams.
fn conditions(random: &mut Random) -> Conditions {
    Conditions {
        loss: random.below(100),
        repeat: random.below(100),
        reorder: random.below(200),
        delay: random.up_to(Duration::from_millis(40)),
        jitter: random.up_to(Duration::from_millis(20)),
    }
}

/// One session on a network drawn from `seed`: datagrams lost and connections made.
fn session(console: &Console, home: &Path, seed: u64) -> (u64, u64) {
    let mut random = Random::new(seed);
    let relay = Relay::start(console.address(), seed, conditions(&mut random));
    // Every third line begins with UDP blocked.
    relay.block_udp(seed.is_multiple_of(3));
    let case = console.new_case();
    let mut installer = Paced::start(&mut agent_for(&relay.address(), &case, home, "120s", &PACED));
    installer.print(5);
    // Lines prove that the agent knows that it is paired: a line torn before that costs the code, and the customer is told
    // to ask for another.
    console.wait_for(&case.case, "the first lines", |shown| shown["attempts"][0]["id"].is_u64());
    for _ in 0..8 {
        match random.below(6) {
            0 => relay.rebind(),
            1 => relay.tear(),
            2 => relay.cut(true),
            3 => relay.block_udp(true),
            4 => relay.block_udp(false),
            _ => {
                relay.rebind();
                relay.tear();
            }
        }
        installer.print(5 + random.below(200));
        relay.cut(false);
        installer.print(random.below(50));
    }
    let printed = installer.printed();
    let (code, said) = installer.finish();
    assert_eq!(code, Some(3), "seed {seed}: {said}");
    assert!(said.contains("Everything has reached"), "seed {seed}: {said}");
    everything_arrived(console, &case, printed);
    let counts = relay.counts();
    (
        counts.lost.load(std::sync::atomic::Ordering::Relaxed),
        counts.connections.load(std::sync::atomic::Ordering::Relaxed),
    )
}

#[test]
fn on_a_bad_network_nothing_is_lost_nothing_comes_twice_and_the_order_is_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let console = Console::start(&folder.path().join("data"));
    let (mut lost, mut connections, mut passed) = (0, 0, 0);
    for seed in seeds() {
        let home = folder.path().join(format!("home-{seed}"));
        std::fs::create_dir(&home).expect("room for a folder");
        let (datagrams, tcp) = session(&console, &home, seed);
        lost += datagrams;
        connections += tcp;
        passed += 1;
    }
    println!(
        "{passed} seeds: nothing lost, nothing twice, order kept ({lost} datagrams lost, {connections} TCP connections)"
    );
    assert!(passed > 0 && lost > 0 && connections > 0, "the network was not bad");
}

#[test]
fn a_proxy_that_wants_a_password_is_named_and_with_one_the_agent_gets_through() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let console = Console::start(&folder.path().join("data"));
    let relay = Relay::start(console.address(), 1, Conditions::default());
    relay.block_udp(true);
    let proxy = middle::proxy(PASSWORD.1);
    let case = console.new_case();
    let without = |lang| {
        let mut command = agent_for(&relay.address(), &case, folder.path(), "5s", &["true"]);
        let output =
            programs::output(command.env("HTTPS_PROXY", format!("http://{proxy}")).env("LANG", lang));
        assert!(output.status.success(), "the installation is not affected: {}", programs::said(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = without("C.UTF-8");
    assert!(
        said.contains(&format!(
            "The proxy {proxy} on the way to the support team wants a name and a password."
        )),
        "{said}"
    );
    assert!(said.contains(&format!("Set HTTPS_PROXY=http://NAME:PASSWORD@{proxy}")), "{said}");
    let said = without("fr_FR.UTF-8");
    assert!(
        said.contains(&format!("Le proxy {proxy}")) && said.contains("demande un nom et un mot de passe"),
        "{said}"
    );

    let mut with = agent_for(&relay.address(), &case, folder.path(), "30s", &["sh", "-c", "echo line 1"]);
    let output = programs::output(with.env("HTTPS_PROXY", format!("http://{}@{proxy}", PASSWORD.0)));
    let said = programs::said(&output);
    assert!(said.contains("Everything has reached"), "{said}");
    everything_arrived(&console, &case, 1);
    assert_eq!(console.show(&case.case)["code"]["tries"], 0);
}

#[test]
fn who_opens_tls_on_the_way_is_named_and_no_try_is_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let console = Console::start(&folder.path().join("data"));
    let case = console.new_case();
    let said = |address: &str| {
        let mut command = agent_for(address, &case, folder.path(), "6s", &["true"]);
        let output = programs::output(&mut command);
        assert!(output.status.success(), "the installation is not affected: {}", programs::said(&output));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    // One that only knows HTTPS, with the console behind.
    let ordinary = Interceptor::start(console.address(), "Shield Antivirus", None);
    let words = said(&ordinary.address());
    assert!(words.contains("opens the connection (certificate of: Shield Antivirus)"), "{words}");
    assert_eq!(console.show(&case.case)["interceptions"], 0, "it never came to pairing");

    // One that was made for us passes everything on, and is found by pairing.
    let made_for_us = Interceptor::start(console.address(), "Shield Antivirus", Some(b"hotliner/1"));
    let words = said(&made_for_us.address());
    assert!(words.contains("reads the connection (certificate of: Shield Antivirus)"), "{words}");
    let shown = console.show(&case.case);
    assert_eq!((&shown["interceptions"], &shown["code"]["tries"]), (&1.into(), &0.into()));

    // The code is still good where nobody is in between.
    let mut command = agent_for(console.address(), &case, folder.path(), "30s", &["sh", "-c", "echo line 1"]);
    let words = programs::said(&programs::output(&mut command));
    assert!(words.contains("Everything has reached"), "{words}");
}

#[test]
fn what_is_no_console_is_said_to_be_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let console = Console::start(&folder.path().join("data"));
    let case = console.new_case();
    // Behind this one is not the console, but its own like: a server of something else.
    let nobody = Interceptor::start("127.0.0.1:9", "Example Web Server", None);
    let table = [
        (nobody.address(), "is not a hotliner console (certificate of: Example Web Server)"),
        ("127.0.0.1:9".to_owned(), "the computer there refuses the connection"),
        ("console.invalid:4433".to_owned(), "its name is not resolved"),
    ];
    for (address, words) in table {
        let mut command = agent_for(&address, &case, folder.path(), "6s", &["true"]);
        let said = programs::said(&programs::output(&mut command));
        assert!(said.contains(words), "{address}: {said}");
    }
    let relay = Relay::start(console.address(), 1, Conditions::default());
    relay.block_udp(true);
    relay.block_tcp(true);
    let mut command = agent_for(&relay.address(), &case, folder.path(), "8s", &["true"]);
    let said = programs::said(&programs::output(&mut command));
    assert!(said.contains("nothing comes back over UDP or TCP"), "{said}");
}
