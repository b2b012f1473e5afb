//! Which rustc is in use, and what a rustc does with wasm imports.

use std::ffi::OsString;
use std::path::PathBuf;

/// The programs of the toolchain in use, found outside the project.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// cargo itself, never a rustup proxy where that can be told.
    pub cargo: PathBuf,
    /// rustc itself, never a wrapper.
    pub rustc: PathBuf,
    /// `rustc --print sysroot`.
    pub sysroot: PathBuf,
    /// What children get as `RUSTUP_TOOLCHAIN`, so that no file of the project decides it.
    pub rustup_toolchain: Option<OsString>,
    /// What `rustc -vV` says.
    pub version: Rustc,
}

/// A rustc by its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rustc {
    /// `1.91.0`, `1.92.0-beta.3`, `1.93.0-nightly`.
    pub release: String,
}
/// stub
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportSymbols {
    /// stub
    Mangled,
    /// stub
    Plain,
    /// stub
    PlainOutsideDeclaringCrate,
    /// stub
    Unknown,
}
impl Rustc {
    /// stub
    pub fn import_symbols(&self) -> ImportSymbols {
        ImportSymbols::Mangled
    }
}
