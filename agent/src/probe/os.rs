//! The operating system.

use hotliner_protocol::fact::Reading;
use hotliner_protocol::value::Value;
use sysinfo::System;

use super::{Context, Sink};
use crate::platform;

pub(super) fn read(_: &Context, sink: &mut Sink<'_>) {
    sink.value("os.family", platform::NAME);
    let [id, name, version, build] = platform::os_release();
    // Where the system has no file that says it, sysinfo asks the system itself.
    let or = |reading: Reading, other: Option<String>| match (reading, other) {
        (Reading::Unsupported, Some(text)) => Value::Text(text).into(),
        (reading, _) => reading,
    };
    sink.put("os.id", or(id, Some(System::distribution_id())));
    sink.put("os.name", or(name, System::name().ok()));
    sink.put("os.version", or(version, System::os_version().ok()));
    sink.put("os.build", build);
    sink.put("os.kernel", text(System::kernel_version().ok()));
    sink.value("os.arch", System::cpu_arch());
    let locale = platform::language();
    sink.put("os.locale", text(Some(locale).filter(|locale| !locale.is_empty())));
}

pub(super) fn pending_reboot(_: &Context, sink: &mut Sink<'_>) {
    sink.put("os.pending_reboot", platform::pending_reboot());
}

fn text(text: Option<String>) -> Reading {
    text.map_or(Reading::Unsupported, |text| Value::Text(text).into())
}
