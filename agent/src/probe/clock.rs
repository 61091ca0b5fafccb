//! The clock: a wrong one makes certificates and package indexes invalid.

use super::{Context, Sink};
use crate::{pipeline, platform};

pub(super) fn read(_: &Context, sink: &mut Sink<'_>) {
    sink.value("clock.utc", pipeline::now().to_string());
    sink.put("clock.timezone", platform::timezone());
}
