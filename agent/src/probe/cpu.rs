//! The processor.

use std::sync::PoisonError;

use hotliner_protocol::fact::Reading;
use sysinfo::{CpuRefreshKind, System};

use super::{Context, Sink, reading_of};
use crate::platform::{self, CpuTimes};

pub(super) fn read(context: &Context, sink: &mut Sink<'_>) {
    let mut seen = context.cpu.lock().unwrap_or_else(PoisonError::into_inner);
    let now = platform::cpu_times();
    match seen.take() {
        None => identity(sink),
        // Usage is a difference between two looks.
        Some(before) => usage(before, &now, sink),
    }
    // Where the times cannot be read, the processor is still named only once.
    *seen = Some(now.unwrap_or(CpuTimes { busy: 0, total: 0 }));
}

/// Asks for no figures: sysinfo would take them from Windows' performance counters, which are slow to open and broken on
/// many of the PCs that need help.
fn identity(sink: &mut Sink<'_>) {
    let mut system = match System::new() {
        Ok(system) => system,
        Err(error) => {
            sink.put("cpu.model", reading_of(&error));
            return sink.put("cpu.count", reading_of(&error));
        }
    };
    system.refresh_cpu_list(CpuRefreshKind::nothing());
    let model =
        system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).filter(|model| !model.is_empty());
    match model {
        Some(model) => sink.value("cpu.model", model),
        None => sink.put("cpu.model", Reading::Unsupported),
    }
    sink.value("cpu.count", system.cpus().len() as u64);
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
