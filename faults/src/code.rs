//! Error codes as evidence: one code, every spelling.
//!
//! Prose is localised and reworded; codes stay. A fault names a code once, by value or by symbolic name, and it is found however a
//! program spells it:
//!
//! | system | spellings of a value |
//! | --- | --- |
//! | `hresult`, `ntstatus` | `0x80070070`, `80070070` behind a word such as `error` or `hr`, `-2147024784`, `2147942512`, the name |
//! | `win32` | `error 112`, `code: 112`, `Win32 error 0x70`, `failed (112)`, the name, the system's text, and the HRESULT of facility 7 |
//! | `msi` | `Error 1606`, `error status: 1603`, `returned 1603`; 1600 to 1699 are Win32 codes and have their spellings too |
//! | `errno` | `errno 28`, `os error 28`, `errno: -28`, `error -28`, `ENOSPC`, what `strerror` says in English and French |
//! | `exit` | `exit status 28`, `exited with code 28`, `returned 28`, `code de sortie 28` |
//!
//! An `hresult` of facility 7 is the Win32 code of its lower half and has the spellings of both. Digits within longer digits,
//! versions, GUIDs, addresses, hashes, times or amounts are no code: `code/spelling.rs` says how.
//!
//! Sources: Microsoft, [MS-ERREF] (layout of HRESULT and NTSTATUS, facility 7), winerror.h and ntstatus.h; Linux, errno.h.

pub(crate) mod spelling;
mod table;

use std::fmt;

pub use table::{Entry, known};

/// Who defines a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// HRESULT of Windows, 32 bits.
    Hresult,
    /// Windows system error code, 16 bits.
    Win32,
    /// NTSTATUS of the Windows kernel, 32 bits.
    Ntstatus,
    /// Windows Installer message or exit code.
    Msi,
    /// errno of Linux.
    Errno,
    /// Exit status of a process.
    Exit,
}

impl System {
    /// All systems.
    pub const ALL: [System; 6] =
        [Self::Hresult, Self::Win32, Self::Ntstatus, Self::Msi, Self::Errno, Self::Exit];

    /// The word in fault files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hresult => "hresult",
            Self::Win32 => "win32",
            Self::Ntstatus => "ntstatus",
            Self::Msi => "msi",
            Self::Errno => "errno",
            Self::Exit => "exit",
        }
    }

    /// The system called `word`.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.word() == word)
    }

    /// The values a code of this system may have.
    fn range(self) -> std::ops::RangeInclusive<u32> {
        match self {
            // Smaller values are not failures, and as bare numbers they would hit everywhere.
            Self::Hresult => 0x8000_0000..=u32::MAX,
            Self::Ntstatus => 0x4000_0000..=u32::MAX,
            Self::Win32 => 1..=0xFFFF,
            Self::Msi => 1000..=9999,
            Self::Errno => 1..=4095,
            Self::Exit => 1..=255,
        }
    }
}

/// One code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// Who defines it.
    pub system: System,
    /// Its value; negative ones as the 32 bits they are.
    pub value: u32,
}

/// Why a code cannot be written so: what is wrong, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCode {
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

impl Code {
    /// The code of this value.
    ///
    /// # Errors
    /// [`BadCode`] for a value outside of the system's range.
    pub fn of_value(system: System, value: i64) -> Result<Self, BadCode> {
        let range = system.range();
        let bits = u32::try_from(value).ok().or_else(|| i32::try_from(value).ok().map(i32::cast_unsigned));
        bits.filter(|bits| range.contains(bits)).map(|value| Self { system, value }).ok_or_else(|| BadCode {
            what: format!("{value} is not a failure of {}", system.word()),
            remedy: match system {
                System::Hresult | System::Ntstatus => {
                    format!("write a value from {:#x} to {:#x}", range.start(), range.end())
                }
                _ => format!("write a value from {} to {}", range.start(), range.end()),
            },
        })
    }

    /// The code of this symbolic name.
    ///
    /// # Errors
    /// [`BadCode`] for a name the table does not have.
    pub fn of_name(system: System, name: &str) -> Result<Self, BadCode> {
        let entry = table::named(name).filter(|entry| name_fits(system, entry.code));
        let (system, value) = match entry {
            Some(entry) if system == System::Hresult && entry.code.system == System::Win32 => {
                (system, FACILITY_WIN32 | entry.code.value)
            }
            Some(entry) => (system, entry.code.value),
            None => {
                let near = crate::taxonomy::nearest(name, table::known().map(|entry| entry.name));
                let near = near.map(|near| format!("perhaps {near}; ")).unwrap_or_default();
                return Err(BadCode {
                    what: format!("no {} is called `{name}`", system.word()),
                    remedy: format!("{near}any code can be written by its value"),
                });
            }
        };
        Ok(Self { system, value })
    }

    /// The Win32 code this is or contains.
    pub fn win32(self) -> Option<u32> {
        match self.system {
            System::Win32 => Some(self.value),
            System::Msi if (1600..1700).contains(&self.value) => Some(self.value),
            System::Hresult if self.value & 0xFFFF_0000 == FACILITY_WIN32 && self.value & 0xFFFF != 0 => {
                Some(self.value & 0xFFFF)
            }
            _ => None,
        }
    }

    /// The 32-bit values that mean this code, none for systems of small numbers.
    pub(crate) fn wide(self) -> Vec<u32> {
        match self.system {
            System::Hresult => vec![self.value],
            // HRESULT_FROM_NT sets bit 28.
            System::Ntstatus => vec![self.value, self.value | 0x1000_0000],
            System::Win32 | System::Msi => {
                self.win32().map(|code| FACILITY_WIN32 | code).into_iter().collect()
            }
            System::Errno | System::Exit => Vec::new(),
        }
    }

    /// The systems and small numbers that mean this code where a word before the number says so.
    pub(crate) fn small(self) -> Vec<(System, u32)> {
        let own =
            (!matches!(self.system, System::Hresult | System::Ntstatus)).then_some((self.system, self.value));
        let win32 = self.win32().map(|code| (System::Win32, code));
        let mut all: Vec<_> = own.into_iter().chain(win32).collect();
        all.dedup();
        all
    }

    /// Symbolic names and texts of this code.
    pub(crate) fn entry(self) -> Option<&'static Entry> {
        let direct = table::of(self);
        direct.or_else(|| self.win32().and_then(|value| table::of(Code { system: System::Win32, value })))
    }
}

/// HRESULTs made of Win32 codes begin so.
const FACILITY_WIN32: u32 = 0x8007_0000;

/// Whether a name of one system may stand for a code of another.
fn name_fits(wanted: System, named: Code) -> bool {
    named.system == wanted
        || matches!((wanted, named.system), (System::Hresult, System::Win32))
        || (wanted == System::Msi && named.system == System::Win32 && (1600..1700).contains(&named.value))
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.system {
            System::Hresult | System::Ntstatus => write!(f, "{} {:#010x}", self.system.word(), self.value)?,
            _ => write!(f, "{} {}", self.system.word(), self.value)?,
        }
        self.entry().map_or(Ok(()), |entry| write!(f, " ({})", entry.name))
    }
}
