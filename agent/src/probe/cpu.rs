//! The processor.

use std::sync::PoisonError;

use hotliner_protocol::fact::Reading;
use sysinfo::System;

use super::{Context, Sink, reading_of};

pub(super) fn read(context: &Context, sink: &mut Sink<'_>) {
    let mut held = context.cpu.lock().unwrap_or_else(PoisonError::into_inner);
    let first = held.is_none();
    let system = match held.take().map_or_else(System::new, Ok) {
        Ok(system) => held.insert(system),
        Err(error) => {
            sink.put("cpu.model", reading_of(&error));
            return sink.put("cpu.count", reading_of(&error));
        }
    };
    if first {
        system.refresh_cpu_all();
    } else {
        system.refresh_cpu_usage();
    }
    let model =
        system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).filter(|model| !model.is_empty());
    match model {
        Some(model) => sink.value("cpu.model", model),
        None => sink.put("cpu.model", Reading::Unsupported),
    }
    sink.value("cpu.count", system.cpus().len() as u64);
    // Usage is a difference between two looks.
    if !first {
        sink.value("cpu.usage_percent", (f64::from(system.global_cpu_usage()) * 10.0).round() / 10.0);
    }
}
