//! What the Action reports through GitHub's API, on fakes of it: the command runs as action.yml runs it, for
//! a small project.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod base;
mod check_run;
mod comment;
mod context;
mod emulate;
mod faults;
mod hostile;
mod step;
