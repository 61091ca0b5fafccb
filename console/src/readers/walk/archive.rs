//! Archives: tar as a stream, zip from a file; one within an archive is put aside on disk first.
//!
//! Members are only ever read, never written by their own names. A tar archive is taken entry by entry as it lies there: names
//! longer than its header holds (GNU and pax) are read here, within [`MAX_MEMBER_NAME_BYTES`].

use std::fs::File;
use std::io::{self, Read, Seek};

use tar::EntryType;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Nest, Sink, Walk};
use crate::readers::guard::Meter;
use crate::readers::limits::{MAX_CONTAINERS, MAX_MEMBER_NAME_BYTES, MAX_MEMBERS, MAX_SPOOLED_BYTES};
use crate::readers::not_read::Why;

impl<S: Sink> Walk<'_, S> {
    /// Reads a tar archive.
    pub(super) fn tar(&mut self, name: &str, stream: &mut dyn Read, nest: Nest) {
        if nest.containers >= MAX_CONTAINERS {
            return self.leave(name, Why::ArchiveDepth);
        }
        let within = Nest { containers: nest.containers + 1, unpacked: false };
        let meter = Meter::new(&self.total);
        let mut archive = tar::Archive::new(meter.count_in(stream));
        let entries = match archive.entries() {
            Ok(entries) => entries.raw(true),
            Err(error) => return self.broken(name, &error),
        };
        let mut long_name = None;
        for (index, entry) in entries.enumerate() {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.broken(name, &error),
            };
            if index >= MAX_MEMBERS {
                return self.leave(name, Why::Members);
            }
            let kind = entry.header().entry_type();
            match kind {
                EntryType::GNULongName | EntryType::XHeader => {
                    let mut text = Vec::new();
                    if let Err(error) = (&mut entry).take(MAX_MEMBER_NAME_BYTES).read_to_end(&mut text) {
                        return self.broken(name, &error);
                    }
                    long_name =
                        if kind == EntryType::XHeader { pax_path(&text) } else { Some(gnu_name(&text)) };
                    continue;
                }
                _ => {}
            }
            let header_name = || String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let member = format!("{name}!{}", long_name.take().unwrap_or_else(header_name));
            match kind {
                EntryType::Regular | EntryType::Continuous => {
                    let mut guarded = meter.count_out(entry);
                    self.stream(&member, &mut guarded, within);
                }
                EntryType::Symlink | EntryType::Link => self.leave(&member, Why::Link),
                EntryType::Directory | EntryType::XGlobalHeader | EntryType::GNULongLink => {}
                _ => self.leave(&member, Why::Special),
            }
        }
    }

    /// Reads a zip archive within another stream.
    pub(super) fn zip_within(&mut self, name: &str, stream: &mut dyn Read, nest: Nest) {
        if nest.containers >= MAX_CONTAINERS {
            return self.leave(name, Why::ArchiveDepth);
        }
        match spool(stream) {
            Ok(Some(file)) => self.zip(name, file, nest),
            Ok(None) => self.leave(name, Why::Spooled),
            Err(error) => self.broken(name, &error),
        }
    }

    /// Reads a zip archive.
    pub(super) fn zip(&mut self, name: &str, file: File, nest: Nest) {
        let size = file.metadata().map_or(0, |meta| meta.len());
        let mut archive = match ZipArchive::new(io::BufReader::new(file)) {
            Ok(archive) => archive,
            Err(error) => return self.leave(name, Why::Damaged(error.to_string())),
        };
        let within = Nest { containers: nest.containers + 1, unpacked: false };
        // One meter for all members: those that overlap count each time.
        let meter = Meter::new(&self.total).packed(size);
        let name_of = |index| match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("#{index}"),
        };
        let mut members: Vec<(String, usize)> =
            (0..archive.len()).map(|index| (name_of(index), index)).collect();
        members.sort();
        if members.len() > MAX_MEMBERS {
            members.truncate(MAX_MEMBERS);
            self.leave(name, Why::Members);
        }
        for (member, index) in members {
            let member = format!("{name}!{member}");
            match archive.by_index(index) {
                Ok(entry) if entry.is_dir() => {}
                Ok(entry) if entry.is_symlink() => self.leave(&member, Why::Link),
                Ok(entry) => {
                    let mut guarded = meter.count_out(entry);
                    self.stream(&member, &mut guarded, within);
                }
                Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                    self.leave(&member, Why::Password);
                }
                Err(error) => self.leave(&member, Why::Damaged(error.to_string())),
            }
        }
    }
}

/// Puts a stream aside in a file without a name; `None` if it is longer than [`MAX_SPOOLED_BYTES`].
pub(crate) fn spool(stream: &mut dyn Read) -> io::Result<Option<File>> {
    let mut file = tempfile::tempfile()?;
    let copied = io::copy(&mut stream.take(MAX_SPOOLED_BYTES + 1), &mut file)?;
    file.rewind()?;
    Ok((copied <= MAX_SPOOLED_BYTES).then_some(file))
}

fn gnu_name(text: &[u8]) -> String {
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    String::from_utf8_lossy(&text[..end]).into_owned()
}

/// The value of `path` in a pax header: records of `LENGTH KEY=VALUE\n` (POSIX.1-2001, pax).
fn pax_path(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let record = |line: &str| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned);
    text.lines().find_map(record)
}
