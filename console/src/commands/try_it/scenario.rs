//! Installations that really fail on this machine: a package is made on the spot that asks for something that does not exist,
//! and a real installer is given it, in a folder of its own. Works as root and as an ordinary user.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::lookup::find_program;
use crate::trouble::Trouble;

/// Name of the package that is asked for.
const PACKAGE: &str = "photo-suite";

/// What it needs and nobody has.
const NEEDED: &str = "libphoto-core";

/// An installation that is going to fail.
pub(super) struct Scenario {
    /// The installer's command line.
    pub(super) command: Vec<String>,
    /// The cause the console must name.
    pub(super) cause: &'static str,
    /// Text the deciding line must hold.
    pub(super) deciding: &'static str,
}

/// Prepares an installation in `folder` with the first installer that is there.
pub(super) fn prepare(folder: &Path) -> Result<Scenario, Trouble> {
    if find_program("dpkg").is_some() && find_program("dpkg-deb").is_some() {
        return dpkg(folder);
    }
    for python in ["python3", "python"] {
        if find_program(python).is_some() && has_pip(python) {
            return pip(folder, python);
        }
    }
    Err(Trouble::new(
        "no installer that can be tried is on this machine",
        "install dpkg, or Python with pip, and try again",
    ))
}

/// A package that depends on one nobody has, for dpkg with a root of its own.
fn dpkg(folder: &Path) -> Result<Scenario, Trouble> {
    let root = folder.join("root");
    let tree = folder.join("package");
    let package = folder.join(format!("{PACKAGE}.deb"));
    let made = || -> io::Result<()> {
        let admin = root.join("var/lib/dpkg");
        for part in ["info", "updates", "triggers"] {
            fs::create_dir_all(admin.join(part))?;
        }
        fs::write(admin.join("status"), "")?;
        fs::create_dir_all(root.join("var/log"))?;
        fs::write(root.join("var/log/dpkg.log"), "")?;
        fs::create_dir_all(tree.join("DEBIAN"))?;
        fs::create_dir_all(tree.join(format!("opt/{PACKAGE}")))?;
        fs::write(tree.join(format!("opt/{PACKAGE}/README")), "Nothing to see here.\n")?;
        let control = format!(
            "Package: {PACKAGE}\nVersion: 4.1\nArchitecture: all\nMaintainer: Photo Suite <support@example.org>\n\
             Depends: {NEEDED} (>= 3.2)\nDescription: a package that asks for something nobody has\n"
        );
        fs::write(tree.join("DEBIAN/control"), control)
    };
    made().map_err(|error| cannot_prepare(&error.to_string()))?;
    let built =
        Command::new("dpkg-deb").arg("--build").arg(&tree).arg(&package).stdin(Stdio::null()).output();
    match built {
        Ok(output) if output.status.success() => {}
        Ok(output) => return Err(cannot_prepare(String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => return Err(cannot_prepare(&error.to_string())),
    }
    let root = root.display();
    let command = vec![
        "dpkg".to_owned(),
        format!("--root={root}"),
        format!("--log={root}/var/log/dpkg.log"),
        "--force-not-root".to_owned(),
        // An ordinary user's PATH has no ldconfig and start-stop-daemon; nothing here needs them.
        "--force-bad-path".to_owned(),
        "--install".to_owned(),
        package.display().to_string(),
    ];
    Ok(Scenario { command, cause: "package.dependency-missing", deciding: NEEDED })
}

/// A package that no index has, for pip with an empty folder as its only index.
fn pip(folder: &Path, python: &str) -> Result<Scenario, Trouble> {
    let index = folder.join("index");
    fs::create_dir_all(&index).map_err(|error| cannot_prepare(&error.to_string()))?;
    let target = folder.join("target").display().to_string();
    let words = ["-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--find-links"];
    let mut command: Vec<String> = std::iter::once(python).chain(words).map(str::to_owned).collect();
    command.extend([index.display().to_string(), "--target".to_owned(), target, PACKAGE.to_owned()]);
    Ok(Scenario { command, cause: "package.not-found", deciding: PACKAGE })
}

fn has_pip(python: &str) -> bool {
    let asked = Command::new(python).args(["-m", "pip", "--version"]).stdin(Stdio::null()).output();
    asked.is_ok_and(|output| output.status.success())
}

fn cannot_prepare(why: &str) -> Trouble {
    Trouble::new(
        format!("the installation to try could not be prepared: {why}"),
        "check that the folder for temporary files has room and may be written (TMPDIR names another)",
    )
}
