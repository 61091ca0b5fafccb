//! Memory and swap.

use sysinfo::{MemoryRefreshKind, System};

use super::{Context, Sink, reading_of};

/// What it always answers for.
pub(super) const PATHS: &[&str] =
    &["memory.total_bytes", "memory.available_bytes", "memory.swap_total_bytes", "memory.swap_free_bytes"];

pub(super) fn read(_: &Context, sink: &mut Sink<'_>) {
    let mut system = match System::new() {
        Ok(system) => system,
        Err(error) => return PATHS.iter().for_each(|path| sink.put(path, reading_of(&error))),
    };
    system.refresh_memory_specifics(MemoryRefreshKind::everything());
    if system.total_memory() == 0 {
        return;
    }
    sink.value("memory.total_bytes", system.total_memory());
    sink.value("memory.available_bytes", system.available_memory());
    sink.value("memory.swap_total_bytes", system.total_swap());
    sink.value("memory.swap_free_bytes", system.free_swap());
}
