//! The harness that the end-to-end tests run on: a rustc that builds real wasm modules, scratch
//! projects, the command under test, and rustc's own list of a crate's imports.
//!
//! `tests/README.md` describes the set-up. Everything here panics with a message that says what is
//! missing: a test that cannot run has failed.
#![allow(clippy::missing_panics_doc, reason = "see above: every function here does, by design")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test harness stops where it stands")]

pub mod benchmark;
mod build;
mod clean;
mod command;
pub mod console;
mod environment;
mod expanded;
pub mod fixture;
pub mod github;
pub mod graph;
mod imitation;
pub mod linking;
mod module;
mod no_core;
pub mod objects;
mod scratch;
mod signature;
mod terminal;
mod toolchain;
mod tools;
pub mod truth;

pub use build::{Build, Built, cargo_for_target, guard_that_builds};
pub use clean::{Checked, check_application};
pub use command::{Output, cargo_with_guard, guard, guard_binary, run};
pub use environment::{cargo_for_host, repository};
pub use expanded::{Declared, Expanded, declared_imports, read_expanded};
pub use imitation::Imitation;
pub use module::{ModuleImport, calls_of, function_names, module_imports};
pub use no_core::{Compiler, Linked};
pub use scratch::Scratch;
pub use terminal::picture_of_check;
pub use toolchain::{Toolchain, rustc_reporting, toolchain};
pub use tools::{tool, tool_data};
