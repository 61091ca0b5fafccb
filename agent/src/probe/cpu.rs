//! The processor. Not through sysinfo: on Windows it takes its figures from performance counters, which are slow to open and
//! broken on many of the PCs that need help.

use std::sync::PoisonError;

use super::{Context, Sink};
use crate::platform::{self, CpuTimes};

pub(super) fn read(context: &Context, sink: &mut Sink<'_>) {
    let mut seen = context.cpu.lock().unwrap_or_else(PoisonError::into_inner);
    let now = platform::cpu_times();
    // At every look: what a probe does not answer for counts as unsupported.
    identity(sink);
    // Usage is a difference between two looks.
    if let Some(before) = seen.take() {
        usage(before, &now, sink);
    }
    *seen = Some(now.unwrap_or(CpuTimes { busy: 0, total: 0 }));
}

fn identity(sink: &mut Sink<'_>) {
    sink.put("cpu.model", platform::cpu_model());
    match std::thread::available_parallelism() {
        Ok(count) => sink.value("cpu.count", count.get() as u64),
        Err(error) => sink.put("cpu.count", platform::reading_of(&error)),
    }
}

fn usage(before: CpuTimes, now: &std::io::Result<CpuTimes>, sink: &mut Sink<'_>) {
    let now = match now {
        Ok(now) => now,
        Err(error) => return sink.put("cpu.usage_percent", platform::reading_of(error)),
    };
    let total = now.total.saturating_sub(before.total);
    let busy = now.busy.saturating_sub(before.busy);
    if total > 0 {
        sink.value("cpu.usage_percent", (busy as f64 * 1000.0 / total as f64).round() / 10.0);
    }
}
