//! What GitHub and a step say to each other: workflow commands on stdout, files, the event that started
//! the run, and the API.

pub(crate) mod api;
pub(crate) mod event;
pub(crate) mod step_files;
pub(crate) mod workflow_command;
