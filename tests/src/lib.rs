//! The harness that the end-to-end tests run on.

pub mod fixture;

use std::path::PathBuf;

/// The command, built.
pub fn binary() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/cargo-wasm-import-guard"))
}
