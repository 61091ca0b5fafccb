//! The codes this program knows by name, from `faults/codes/*.tsv`: value, name, the system's text in English and French.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Code, System};

/// A known code.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The code.
    pub code: Code,
    /// Its symbolic name.
    pub name: &'static str,
    /// What the system says of it, in English and French where it says anything distinctive.
    pub texts: [Option<&'static str>; 2],
}

const FILES: [(System, &str); 4] = [
    (System::Win32, include_str!("../../codes/win32.tsv")),
    (System::Hresult, include_str!("../../codes/hresult.tsv")),
    (System::Ntstatus, include_str!("../../codes/ntstatus.tsv")),
    (System::Errno, include_str!("../../codes/errno.tsv")),
];

struct Table {
    entries: Vec<Entry>,
    by_name: HashMap<&'static str, usize>,
    by_code: HashMap<Code, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let entries: Vec<Entry> = FILES
        .into_iter()
        .flat_map(|(system, text)| text.lines().filter_map(move |line| entry(system, line)))
        .collect();
    let by_name = entries.iter().enumerate().map(|(index, entry)| (entry.name, index)).collect();
    let by_code = entries.iter().enumerate().map(|(index, entry)| (entry.code, index)).collect();
    Table { entries, by_name, by_code }
});

/// Reads a line; comments and blank lines are none.
fn entry(system: System, line: &'static str) -> Option<Entry> {
    let mut parts = line.split('\t');
    let value = parts.next()?;
    let value = match value.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => value.parse().ok()?,
    };
    Some(Entry { code: Code { system, value }, name: parts.next()?, texts: [parts.next(), parts.next()] })
}

/// All known codes.
pub fn known() -> impl Iterator<Item = &'static Entry> {
    TABLE.entries.iter()
}

pub(super) fn named(name: &str) -> Option<&'static Entry> {
    TABLE.by_name.get(name).map(|index| &TABLE.entries[*index])
}

pub(super) fn of(code: Code) -> Option<&'static Entry> {
    TABLE.by_code.get(&code).map(|index| &TABLE.entries[*index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_read_and_no_name_or_code_stands_twice() {
        let lines = FILES
            .iter()
            .flat_map(|(_, text)| text.lines())
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .count();
        assert_eq!(TABLE.entries.len(), lines);
        assert_eq!(TABLE.by_name.len(), lines);
        assert_eq!(TABLE.by_code.len(), lines);
        for entry in known() {
            assert!(entry.code.system.range().contains(&entry.code.value), "{}", entry.name);
            let plain = entry.name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
            assert!(plain, "{}", entry.name);
            assert!(entry.texts.iter().flatten().all(|text| text.trim().len() >= 8), "{}", entry.name);
        }
    }
}
