//! The Windows agent under Wine, and packages for Windows Installer made on the spot with `wixl`.
//!
//! Wine's `msiexec` runs real packages and ends with real exit codes; its log and its messages are not Windows Installer's. What is
//! tested here is the way from an installer to the console.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::console::{Console, NewCase};
use crate::programs;

/// The agent built for Windows by `packaging/windows/cargo build --package hotliner-agent`, or why it cannot be run here.
///
/// # Errors
/// One line: what is missing.
pub fn agent() -> Result<PathBuf, String> {
    let agent = root().join("target/x86_64-pc-windows-gnu/debug/hotliner-agent.exe");
    if !agent.is_file() {
        return Err(
            "the Windows agent is not built: packaging/windows/cargo build --package hotliner-agent".into()
        );
    }
    for need in ["/usr/lib/wine/wine64", "/usr/bin/wixl", "/usr/bin/msibuild"] {
        if !Path::new(need).exists() {
            return Err(format!("{need} is missing: apt-get install wine wine64 wixl msitools"));
        }
    }
    Ok(agent)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// `hotliner-agent.exe run` for `case` under Wine, watching `installer`.
pub fn run(agent: &Path, console: &Console, case: &NewCase, installer: &[&str]) -> Command {
    let mut command = Command::new(root().join("packaging/windows/wine"));
    command.arg(agent).args([
        "run",
        "--code",
        &case.code,
        "--console",
        console.address(),
        "--consent",
        "all",
        "--",
    ]);
    command.args(installer).env("LANG", "C.UTF-8").env_remove("LC_ALL").stdin(std::process::Stdio::null());
    command
}

/// A package of Windows Installer.
pub struct Msi<'a> {
    /// The product's name.
    pub name: &'a str,
    /// A condition without which it refuses to install, and its message.
    pub condition: Option<(&'a str, &'a str)>,
}

impl Msi<'_> {
    /// Builds it in `folder` and gives its path as Windows sees it.
    ///
    /// # Panics
    /// If `wixl` fails.
    pub fn build(&self, folder: &Path) -> String {
        let source = folder.join("package.wxs");
        std::fs::write(folder.join("readme.txt"), "made for a test\n").expect("a file can be written");
        let text = format!(
            r#"<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Name="{name}" Id="*" UpgradeCode="7D2B3E0A-6B0E-4C7A-9C43-0F8B4D1E2A11" Language="1033" Version="1.2.3" Manufacturer="Lumio">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine"/>
    <Media Id="1" Cabinet="a.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="ProgramFilesFolder"><Directory Id="INSTALLDIR" Name="Lumio">
      <Component Id="Main" Guid="0E5B4D1C-53A4-4C39-8A1C-0D6C1B1F7A22"><File Id="f1" Name="readme.txt" Source="readme.txt" KeyPath="yes"/></Component>
    </Directory></Directory></Directory>
    <Feature Id="F" Level="1"><ComponentRef Id="Main"/></Feature>
  </Product>
</Wix>
"#,
            name = self.name
        );
        std::fs::write(&source, text).expect("a file can be written");
        let package = folder.join("package.msi");
        let built = programs::output(
            Command::new("wixl").arg("-o").arg(&package).arg("package.wxs").current_dir(folder),
        );
        assert!(built.status.success() && package.is_file(), "{}", programs::said(&built));
        if let Some((condition, message)) = self.condition {
            // wixl makes the table and leaves it empty: the rows come from msibuild.
            let row = format!(
                "INSERT INTO `LaunchCondition` (`Condition`, `Description`) VALUES ('{condition}', '{message}')"
            );
            let action = "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('LaunchConditions', 100)";
            for query in [row.as_str(), action] {
                let done = programs::output(Command::new("msibuild").arg(&package).args(["-q", query]));
                assert!(done.status.success(), "{query}: {}", programs::said(&done));
            }
        }
        windows_path(&package)
    }
}

/// A path of this machine as Wine shows it: the root is drive Z.
pub fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}
