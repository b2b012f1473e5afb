//! What GitHub Actions and a step say to each other: workflow commands on stdout, and files.

pub(crate) mod step_files;
pub(crate) mod workflow_command;
