//! A whole console in the test's own process: agents over QUIC, programs over REST, what comes back after a restart.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "whole/agent.rs"]
mod agent;
#[path = "whole/agents.rs"]
mod agents;
#[path = "whole/console.rs"]
mod console;
#[path = "whole/diagnosis.rs"]
mod diagnosis;
#[path = "whole/rest.rs"]
mod rest;
