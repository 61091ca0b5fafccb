//! The Debian packages hold what they must, and install and go without a trace.

use std::path::Path;
use std::process::Command;

use hotliner_tests::dpkg::Root;
use hotliner_tests::programs::{built, output, said};

#[test]
fn the_packages_install_their_programs_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/deb/build");
    let programs = built("hotliner-agent");
    let programs = programs.parent().expect("a program has a folder");
    let packages = folder.path().join("packages");
    let made = output(Command::new(script).arg(programs).arg(&packages));
    assert!(made.status.success(), "{}", said(&made));

    let place = folder.path().join("root");
    let root = Root::new(&place);
    for name in ["hotliner-agent", "hotliner-console"] {
        let found = std::fs::read_dir(&packages).expect("the packages are there");
        let file = found
            .map(|entry| entry.expect("readable").path())
            .find(|path| path.to_string_lossy().contains(name));
        let file = file.unwrap_or_default().display().to_string();
        let program = place.join("usr/bin").join(name);
        // An ordinary user may not give files to root; dpkg is told to look past libc6, which this empty root lacks.
        if !hotliner_tests::programs::is_root() {
            let listed = output(Command::new("dpkg-deb").args(["--contents", &file]));
            assert!(
                String::from_utf8_lossy(&listed.stdout).contains(&format!("./usr/bin/{name}")),
                "{}",
                said(&listed)
            );
            continue;
        }
        let run = |args: &[&str]| {
            let command = root.dpkg(args);
            output(Command::new(&command[0]).args(&command[1..]))
        };
        let installed = run(&["--force-depends", "--install", &file]);
        assert!(installed.status.success(), "{}", said(&installed));
        let version = output(Command::new(&program).arg("--version"));
        assert!(version.status.success(), "{}", said(&version));
        let removed = run(&["--purge", name]);
        assert!(removed.status.success(), "{}", said(&removed));
        assert!(!program.exists(), "{} is left behind", program.display());
    }
}
