//! Folders: every file, by name. Links are not followed, so that no circle is walked and nothing outside is read.

use std::fs;
use std::io;
use std::path::Path;

use super::{Sink, Walk};
use crate::readers::limits::{MAX_FILES, MAX_FOLDER_DEPTH};
use crate::readers::not_read::Why;

impl<S: Sink> Walk<'_, S> {
    pub(super) fn folder(&mut self, folder: &Path) {
        self.below(folder, MAX_FOLDER_DEPTH);
    }

    /// Reads a folder. Returns whether the walk goes on.
    fn below(&mut self, folder: &Path, depth: usize) -> bool {
        let name = |path: &Path| path.display().to_string();
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => {
                self.leave(&name(folder), Why::Unreadable(error.to_string()));
                return true;
            }
        };
        let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        for path in paths {
            match fs::symlink_metadata(&path) {
                Ok(kind) if kind.is_dir() && depth > 0 => {
                    if !self.below(&path, depth - 1) {
                        return false;
                    }
                }
                Ok(kind) if kind.is_dir() => self.leave(&name(&path), Why::FolderDepth),
                Ok(kind) if kind.is_file() => {
                    self.files += 1;
                    if self.files > MAX_FILES {
                        self.leave(&name(&path), Why::Files);
                        return false;
                    }
                    self.file(&path);
                }
                Ok(kind) if kind.is_symlink() => self.leave(&name(&path), Why::Link),
                Ok(_) => self.leave(&name(&path), Why::Special),
                Err(error) => self.leave(&name(&path), Why::Unreadable(error.to_string())),
            }
        }
        true
    }
}
