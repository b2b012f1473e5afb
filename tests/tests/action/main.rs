//! The Action as a workflow runs it, and what checks its definition. `tests/action/setup` sets up the
//! tools.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod act;
mod definition;
mod documents;
mod pins;
mod pre_commit;
mod pull_request;
mod reports;
mod self_test;
mod workflow_command;
