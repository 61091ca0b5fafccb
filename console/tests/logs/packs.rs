//! Packs through the program itself: what is refused, and why.

use std::fs;
use std::path::Path;
use std::process::Output;

use ed25519_dalek::SigningKey;
use hotliner_console::pack::{self, ENGINE, Head};

use crate::program::{fault, program, stderr, stdout};

/// A team with a key, a catalogue of one fault and a log that shows it; loading remembers eras in a home of its own.
struct Team {
    folder: tempfile::TempDir,
}

impl Team {
    fn new() -> Self {
        let team = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(team.path("faults")).unwrap();
        let text = fault("any.test.alpha", 1, "storage.disk-full", "alpha broke", "alpha broke");
        fs::write(team.path("faults/a.toml"), text).unwrap();
        fs::write(team.path("a.log"), "alpha broke\n").unwrap();
        assert_eq!(team.run(&["faults", "key", "key"]).status.code(), Some(0));
        team
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Runs in the team's folder.
    fn run(&self, args: &[&str]) -> Output {
        let mut command = program();
        command.current_dir(self.folder.path()).env("XDG_DATA_HOME", self.path("home"));
        command.args(args).output().unwrap()
    }

    fn pack(&self, name: &str, era: &str) {
        let made = self.run(&["faults", "pack", name, "--key", "key", "--era", era, "--dir", "faults"]);
        assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    }

    fn load(&self, name: &str) -> Output {
        self.run(&["diagnose", "--pack", name, "--trust", "key.pub", "a.log"])
    }

    fn refused(&self, name: &str, why: &str) {
        let output = self.load(name);
        assert_eq!(output.status.code(), Some(2), "{why}: {}", stdout(&output));
        assert!(stderr(&output).contains(why), "{why}: {}", stderr(&output));
        assert!(stderr(&output).contains("\n  "), "nothing to do is said: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{why}: something was loaded");
    }
}

#[test]
fn a_signed_pack_diagnoses_and_every_changed_byte_is_noticed() {
    let team = Team::new();
    team.pack("good", "5");
    let found = team.load("good");
    assert_eq!(found.status.code(), Some(0), "{}", stderr(&found));
    assert!(stdout(&found).contains("any.test.alpha"));
    let good = fs::read(team.path("good")).unwrap();
    // Where somebody else's folder was is nobody's business.
    let place = team.folder.path().to_str().unwrap().as_bytes().to_vec();
    assert!(!good.windows(place.len()).any(|part| part == place));
    for at in [7, 8, 20, good.len() / 2, good.len() - 70, good.len() - 1] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        fs::write(team.path("changed"), &changed).unwrap();
        let why = if at == 7 { "newer console" } else { "was changed after it was signed" };
        team.refused("changed", why);
    }
    fs::write(team.path("unsigned"), &good[..good.len() - 64]).unwrap();
    team.refused("unsigned", "it is not signed");
    fs::write(team.path("cut"), &good[..good.len() / 2]).unwrap();
    team.refused("cut", "was changed");
    fs::write(team.path("none"), "not a pack\n").unwrap();
    team.refused("none", "it is no pack");
    // Another team's key is not this team's.
    assert_eq!(team.run(&["faults", "key", "other"]).status.code(), Some(0));
    let foreign = team.run(&["diagnose", "--pack", "good", "--trust", "other.pub", "a.log"]);
    assert!(stderr(&foreign).contains("another key signed it"), "{}", stderr(&foreign));
}

#[test]
fn an_old_pack_does_not_come_back_and_a_newer_engine_is_not_guessed_at() {
    let team = Team::new();
    team.pack("new", "7");
    team.pack("old", "6");
    assert_eq!(team.load("old").status.code(), Some(0), "nothing newer was seen yet");
    assert_eq!(team.load("new").status.code(), Some(0));
    team.refused("old", "it is too old: its era is 6, and one of era 7 was loaded before");
    assert_eq!(team.load("new").status.code(), Some(0), "the same era is no step back");
    let text = fs::read_to_string(team.path("key")).unwrap();
    let bytes: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
    let key = SigningKey::from_bytes(&bytes.try_into().unwrap());
    let head = Head { engine: ENGINE + 1, era: 9, faults: 0, catalogue: "0".to_owned() };
    fs::write(team.path("next"), pack::seal(&head, &[], &key).unwrap()).unwrap();
    team.refused("next", "made for a newer engine");
    let head = Head { engine: ENGINE, ..head };
    let broken = [("b.toml".to_owned(), "id = 1".to_owned())];
    fs::write(team.path("broken"), pack::seal(&head, &broken, &key).unwrap()).unwrap();
    team.refused("broken", "its faults do not load: b.toml:1");
    // Neither raised the era.
    assert_eq!(team.load("new").status.code(), Some(0));
}

#[test]
fn keys_are_made_once_and_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let team = Team::new();
    let mode = |name: &str| fs::metadata(team.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("key"), 0o600);
    let again = team.run(&["faults", "key", "key"]);
    assert_eq!(again.status.code(), Some(2), "a key was overwritten");
    fs::write(team.path("bad"), "no key").unwrap();
    let bad = team.run(&["faults", "pack", "out", "--key", "bad"]);
    assert!(stderr(&bad).contains("holds no key"), "{}", stderr(&bad));
    assert!(!Path::new(&team.path("out")).exists());
}
