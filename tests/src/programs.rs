//! Where the programs under test are.

use std::path::PathBuf;
use std::process::{Command, Output};

/// The program `name` of this workspace: in the folder `HOTLINER_PROGRAMS` names, else built in the profile of the running
/// test.
///
/// # Panics
/// If it was not built: `cargo build` makes it, and `tests/run` does so first.
pub fn built(name: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os("HOTLINER_PROGRAMS") {
        return PathBuf::from(folder).join(name);
    }
    // target/PROFILE/deps/test-0123 → target/PROFILE/name
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.ancestors().find(|folder| !folder.ends_with("deps") && folder.is_dir());
    let program = folder.map(|folder| folder.join(name)).unwrap_or_default();
    assert!(program.is_file(), "{} is not there: run `cargo build` first, or tests/run", program.display());
    program
}

/// Runs `command` to its end; what it printed goes into the panic if it cannot be started.
///
/// # Panics
/// If the program cannot be started.
pub fn output(command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?} cannot be started: {error}"),
    }
}

/// Standard output and standard error of `output`, for messages of failed assertions.
pub fn said(output: &Output) -> String {
    format!(
        "{}\n--- stdout\n{}--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Whether the tests run as root. Some failures (a full disk of one's own) can only be made by root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Whether a need that is missing fails the test instead of skipping it.
pub fn strict() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}
