//! Running programs: names and figures, never arguments.

use std::sync::PoisonError;

use hotliner_protocol::value::Value;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

use super::{Context, Sink, reading_of};

/// Most programs listed; those with the most memory stay.
const MAX_LISTED: usize = 1_000;

/// What was seen at the last look. A program's load is a difference between two.
#[derive(Default)]
pub(super) struct Seen {
    system: Option<System>,
    looked: bool,
}

pub(super) fn read(context: &Context, sink: &mut Sink<'_>) {
    let seen = &mut *context.processes.lock().unwrap_or_else(PoisonError::into_inner);
    let again = std::mem::replace(&mut seen.looked, true);
    let figures = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
    let system = match seen.system.take().map_or_else(System::new, Ok) {
        Ok(system) => seen.system.insert(system),
        Err(error) => return sink.put("process", reading_of(&error)),
    };
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, figures);
    let mut processes: Vec<_> = system.processes().values().collect();
    if processes.len() > MAX_LISTED {
        processes.sort_by_key(|process| std::cmp::Reverse(process.memory()));
        processes.truncate(MAX_LISTED);
    }
    processes.sort_by_key(|process| process.pid());
    let one = |process: &&sysinfo::Process| {
        let mut parts: Vec<(&str, Value)> = vec![
            ("pid", process.pid().as_u32().into()),
            ("name", process.name().to_string_lossy().into_owned().into()),
            ("memory_bytes", process.memory().into()),
        ];
        parts.extend(process.parent().map(|parent| ("ppid", parent.as_u32().into())));
        if again {
            parts.push(("cpu_percent", ((f64::from(process.cpu_usage()) * 10.0).round() / 10.0).into()));
        }
        Value::map(parts)
    };
    sink.value("process", Value::List(processes.iter().map(one).collect()));
}
