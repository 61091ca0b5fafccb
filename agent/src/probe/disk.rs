//! Volumes: the system's, the one the installer writes to, and all others.

use std::path::Path;

use hotliner_protocol::fact::Reading;
use hotliner_protocol::value::Value;

use super::{Context, Sink};
use crate::platform::{self, Space, Volume};

pub(super) fn read(context: &Context, sink: &mut Sink<'_>) {
    let volumes = platform::volumes();
    let known = volumes.as_deref().unwrap_or_default();
    // The two that matter come first: a dead network drive among the others may hang.
    sink.put("disk.system", volume(&platform::system_root(), known));
    sink.put("disk.install_root", volume(existing(&context.plan.root), known));
    for one in known {
        sink.put(&format!("disk[{}]", one.mount), volume(Path::new(&one.mount), known));
    }
}

/// The folder itself, or the nearest one above it that exists already.
fn existing(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(path)
}

fn volume(path: &Path, volumes: &[Volume]) -> Reading {
    let space = match platform::space(path) {
        Ok(space) => space,
        Err(error) => return platform::reading_of(&error),
    };
    let Space { total_bytes, free_bytes, free_inodes, total_inodes, read_only, no_exec } = space;
    let mut parts: Vec<(&str, Value)> = vec![
        ("total_bytes", total_bytes.into()),
        ("free_bytes", free_bytes.into()),
        ("read_only", read_only.into()),
        ("no_exec", no_exec.into()),
    ];
    parts.extend(free_inodes.map(|count| ("free_inodes", count.into())));
    parts.extend(total_inodes.map(|count| ("total_inodes", count.into())));
    let holding = volumes.iter().filter(|one| path.starts_with(&one.mount)).max_by_key(|one| one.mount.len());
    parts.extend(holding.map(|one| ("file_system", one.file_system.clone().into())));
    Value::map(parts).into()
}
