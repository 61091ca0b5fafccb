//! Logs with a structure of their own: time, level, component and error code of their lines. Pure.
//!
//! A source's format is known from its first line that has it. Lines that have none of it (continuations, free text) are lines
//! all the same: nothing here decides whether a line is looked at. Never filter by level: deciding lines are often at `Info`.

mod fields;

use hotliner_protocol::time::Timestamp;
use serde::Serialize;

/// A format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Windows Installer, `/l*v`.
    Msi,
    /// `date, Level  Component  text`: setupact.log, setuperr.log, CBS.log, dism.log.
    Servicing,
    /// setupapi.dev.log.
    Setupapi,
    /// WindowsUpdate.log, of both generations.
    WindowsUpdate,
    /// dpkg.log.
    Dpkg,
    /// apt's history.log.
    AptHistory,
    /// apt's term.log.
    AptTerm,
    /// dnf.log and its like.
    Dnf,
    /// pacman.log.
    Pacman,
    /// The table `snap changes` prints.
    SnapChanges,
    /// pip's `--log`.
    Pip,
    /// npm's debug log.
    Npm,
    /// macOS' install.log.
    MacInstall,
    /// Records of `journalctl -o json`.
    Journal,
    /// Inno Setup's `/LOG`.
    Inno,
}

/// How grave a line says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Less than a warning.
    Info,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

/// What a line says about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields<'l> {
    /// When, by the wall clock of the PC.
    pub(crate) at: Option<Timestamp>,
    /// How grave.
    pub(crate) level: Option<Level>,
    /// Which part of the program.
    pub(crate) component: Option<&'l str>,
    /// Which error code.
    pub(crate) code: Option<&'l str>,
}

/// Reads a line of a format; nothing for one that is not of it.
type Reader = for<'l> fn(&'l str) -> Option<Fields<'l>>;

/// The formats, each with how to read a line. The more particular ones first.
const READERS: &[(Format, Reader)] = &[
    (Format::AptTerm, fields::apt_term),
    (Format::AptHistory, fields::apt_history),
    (Format::Inno, fields::inno),
    (Format::Msi, fields::msi),
    (Format::Setupapi, fields::setupapi),
    (Format::Pacman, fields::pacman),
    (Format::Servicing, fields::servicing),
    (Format::WindowsUpdate, fields::windows_update),
    (Format::Dpkg, fields::dpkg),
    (Format::Dnf, fields::dnf),
    (Format::MacInstall, fields::mac_install),
    (Format::Pip, fields::pip),
    (Format::Npm, fields::npm),
    (Format::SnapChanges, fields::snap_changes),
];

impl Format {
    /// The format of a line that has one, and what it says.
    pub(crate) fn recognise(line: &str) -> Option<(Self, Fields<'_>)> {
        READERS.iter().find_map(|(format, read)| Some((*format, read(line)?)))
    }

    /// What a line of this format says; `None` for one that says nothing of the kind.
    pub(crate) fn read(self, line: &str) -> Option<Fields<'_>> {
        let (_, read) = READERS.iter().find(|(format, _)| *format == self)?;
        read(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_each_format_says_when_how_grave_where_and_which_code() {
        use Level::{Error, Info, Warning};
        let table = [
            ("Log started: 2024-05-31  10:11:12", Format::AptTerm, "10:11:12", None, None, None),
            ("Start-Date: 2024-05-31  10:11:12", Format::AptHistory, "10:11:12", None, None, None),
            (
                "Error: Sub-process /usr/bin/dpkg returned an error code (1)",
                Format::AptHistory,
                "",
                Some(Error),
                None,
                Some("1"),
            ),
            (
                "2024-05-31 10:11:12.345   Log opened. (Time zone: UTC+02:00)",
                Format::Inno,
                "10:11:12",
                None,
                None,
                None,
            ),
            (
                "MSI (s) (2C:F4) [10:11:12:345]: Product: X -- Error 1303.",
                Format::Msi,
                "",
                Some(Error),
                Some("s"),
                Some("1303"),
            ),
            (
                "MSI (s) (2C:F4) [10:11:12:345]: MainEngineThread is returning 1603",
                Format::Msi,
                "",
                None,
                Some("s"),
                Some("1603"),
            ),
            (">>>  Section start 2024/05/31 10:11:12.345", Format::Setupapi, "10:11:12", None, None, None),
            (
                "!!!  dvi:      Device not started: Error 0x0000001f",
                Format::Setupapi,
                "",
                Some(Error),
                Some("dvi"),
                Some("0x0000001f"),
            ),
            (
                "<<<  [Exit status: FAILURE(0xe000020b)]",
                Format::Setupapi,
                "",
                Some(Error),
                None,
                Some("0xe000020b"),
            ),
            (
                "[2024-05-31T10:11:12+0200] [ALPM] transaction started",
                Format::Pacman,
                "10:11:12",
                None,
                Some("ALPM"),
                None,
            ),
            (
                "2024-05-31 10:11:12, Error                 CBS    Failed to pin [HRESULT = 0x80070002 - E]",
                Format::Servicing,
                "10:11:12",
                Some(Error),
                Some("CBS"),
                Some("0x80070002"),
            ),
            (
                "2024-05-31 10:11:12, Warning               DISM   DISM OS Provider: PID=1",
                Format::Servicing,
                "10:11:12",
                Some(Warning),
                Some("DISM"),
                None,
            ),
            (
                "2024/05/31 10:11:12.1234567 980   1234  Agent           *FAILED* [8024402C] x",
                Format::WindowsUpdate,
                "10:11:12",
                Some(Error),
                Some("Agent"),
                None,
            ),
            (
                "2024-05-31\t10:11:12:345\t 980\t4d0\tAU\tsetting",
                Format::WindowsUpdate,
                "10:11:12",
                None,
                Some("AU"),
                None,
            ),
            (
                "2024-05-31 10:11:12 status half-installed foo:amd64 1.0",
                Format::Dpkg,
                "10:11:12",
                None,
                Some("status"),
                None,
            ),
            (
                "2024-05-31T10:11:12+0200 CRITICAL Error: Transaction failed",
                Format::Dnf,
                "10:11:12",
                Some(Error),
                None,
                None,
            ),
            (
                "2024-05-31 10:11:12+02 mac Installer[42]: Install failed: x",
                Format::MacInstall,
                "10:11:12",
                Some(Error),
                Some("Installer"),
                None,
            ),
            (
                "2024-05-31T10:11:12,345 ERROR: No matching distribution",
                Format::Pip,
                "10:11:12",
                Some(Error),
                None,
                None,
            ),
            ("12 error code EACCES", Format::Npm, "", Some(Error), None, Some("EACCES")),
            ("14 warn deprecated x", Format::Npm, "", Some(Warning), None, None),
            (
                "17   Error   today at 10:11 CEST  today at 10:12 CEST  Install \"x\" snap",
                Format::SnapChanges,
                "",
                Some(Error),
                None,
                None,
            ),
            (
                "2024-05-31 10:11:12, Info                  MOUPG  x",
                Format::Servicing,
                "10:11:12",
                Some(Info),
                Some("MOUPG"),
                None,
            ),
        ];
        for (line, format, clock, level, component, code) in table {
            let (found, fields) = Format::recognise(line).expect(line);
            assert_eq!(found, format, "{line}");
            let at = fields.at.map(|at| at.to_string()[11..19].to_owned()).unwrap_or_default();
            assert_eq!(
                (at.as_str(), fields.level, fields.component, fields.code),
                (clock, level, component, code),
                "{line}"
            );
        }
        for free in ["", "E: Unable to locate package", "Error 5", "12 apples", "dpkg: error processing"] {
            assert_eq!(Format::recognise(free), None, "{free}");
        }
    }
}
