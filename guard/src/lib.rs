//! Finds the host imports of a Rust dependency graph that compiles to WebAssembly, and tells, before
//! the link, which of them a given rustc and linker will not bind where their authors meant.
//!
//! In `main` of a `build.rs`:
//!
//! ```no_run
//! wasm_import_guard::check();
//! ```
//!
//! The data flows one way: [`graph`] → [`source`] (declarations and exposure) → [`symbols`] and
//! [`toolchain`] → [`outcome`] → [`rules`] → [`finding`]; `linked` adds what built files show.
//! [`analysis`] runs that way once for one target; the command `cargo wasm-import-guard` and the build
//! script both start there.
//!
//! # Features
//!
//! * `linked`, off by default: the module of that name, which judges objects, archives and linked modules.
//!   The command has it on; a build script runs before there are any, and would compile it in vain.
//! * `wit`, off by default: reads the imports that `wit_bindgen::generate!` declares, from the call's
//!   arguments and the package's WIT documents, for wit-bindgen 0.20 to 0.63. It adds wit-parser and what
//!   that needs, eleven crates in all, and compiles with the same minimum Rust. Without it each call is an
//!   opaque place, as is with it a call that cannot be read. The command has it on.
#![deny(missing_docs)]

pub mod analysis;
mod bare_extern;
mod build_output;
mod build_script;
pub mod cache;
pub mod cfg;
pub mod definition;
mod document;
pub mod error;
pub mod facts;
pub mod finding;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod graph;
pub mod ignored;
pub mod import;
mod json;
#[cfg(feature = "linked")]
pub mod linked;
#[cfg(not(feature = "linked"))]
#[path = "linked/without.rs"]
mod linked;
mod native;
pub mod object;
pub mod outcome;
mod parallel;
pub mod pin;
pub mod policy;
mod process;
pub mod rules;
#[cfg(test)]
mod scratch;
mod sorted;
pub mod source;
pub mod symbols;
pub mod text;
pub mod toolchain;
pub mod trust;
pub mod why;

pub use build_script::{Guard, check};
