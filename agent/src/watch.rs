//! Watchers follow what happens during an attempt: the installer's output, and the logs that belong to it.

pub(crate) mod output;
pub(crate) mod tail;
