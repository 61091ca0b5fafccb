//! A whole console in the test's own process: agents over QUIC and TCP, programs over REST, what comes back after a restart.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

#[path = "whole/accounts.rs"]
mod accounts;
#[path = "whole/agent.rs"]
mod agent;
#[path = "whole/agents.rs"]
mod agents;
#[path = "whole/browser.rs"]
mod browser;
#[path = "whole/console.rs"]
mod console;
#[path = "whole/diagnosis.rs"]
mod diagnosis;
#[path = "whole/hostile.rs"]
mod hostile;
#[path = "whole/live.rs"]
mod live;
#[path = "whole/log.rs"]
mod log;
#[path = "whole/pages.rs"]
mod pages;
#[path = "whole/rest.rs"]
mod rest;
#[path = "whole/transports.rs"]
mod transports;
#[path = "whole/work.rs"]
mod work;
