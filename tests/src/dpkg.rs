//! Packages made on the spot with `dpkg-deb`, and throw-away roots for the real `dpkg` to install them into.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs;

/// What goes into a package.
#[derive(Default)]
pub struct Package<'a> {
    /// Its name.
    pub name: &'a str,
    /// Further control fields, each with its line end.
    pub fields: &'a str,
    /// Files: path below the root, content.
    pub files: &'a [(&'a str, &'a [u8])],
    /// Architecture; `all` when empty.
    pub architecture: &'a str,
    /// Version; `1.0` when empty.
    pub version: &'a str,
}

impl Package<'_> {
    /// Builds the package in `folder` and gives the path of its file.
    ///
    /// # Panics
    /// If `dpkg-deb` fails.
    pub fn build(&self, folder: &Path) -> String {
        let or =
            |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
        let tree = folder.join(format!("{}-tree", self.name));
        let control = format!(
            "Package: {}\nVersion: {}\nArchitecture: {}\nMaintainer: Support <support@example.org>\n{}Description: test\n",
            self.name,
            or(self.version, "1.0"),
            or(self.architecture, "all"),
            self.fields
        );
        write(&tree.join("DEBIAN/control"), control.as_bytes());
        for (path, content) in self.files {
            write(&tree.join(path), content);
        }
        let file = folder.join(format!("{}.deb", self.name));
        let built = programs::output(Command::new("dpkg-deb").arg("--build").arg(&tree).arg(&file));
        assert!(built.status.success(), "{}", programs::said(&built));
        file.display().to_string()
    }
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
    fs::write(path, content).expect("a file can be written");
}

/// A root of its own for dpkg, usable by root and by an ordinary user.
pub struct Root {
    folder: PathBuf,
}

impl Root {
    /// An empty root in `folder`.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn new(folder: &Path) -> Self {
        let admin = folder.join("var/lib/dpkg");
        for part in ["info", "updates", "triggers"] {
            fs::create_dir_all(admin.join(part)).expect("a folder can be made");
        }
        write(&admin.join("status"), b"");
        write(&folder.join("var/log/dpkg.log"), b"");
        Self { folder: folder.to_owned() }
    }

    /// The command line of `dpkg ARGS…` on this root.
    pub fn dpkg(&self, args: &[&str]) -> Vec<String> {
        let root = self.folder.display();
        let own = ["dpkg".to_owned(), format!("--root={root}"), format!("--log={root}/var/log/dpkg.log")];
        let force = ["--force-not-root", "--force-bad-path"].map(str::to_owned);
        own.into_iter().chain(force).chain(args.iter().map(|arg| (*arg).to_owned())).collect()
    }
}
