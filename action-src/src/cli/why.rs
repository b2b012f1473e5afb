//! The options of `why`.

use clap::Args;

use super::{Common, ListFormat};

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// The import module; `-` for an import without one, `env` for both that module and none
    #[arg(value_name = "MODULE")]
    pub(crate) module: String,
    /// The import name; without it, every import of the module
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to print on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub(crate) format: ListFormat,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard why env now --target wasm32-unknown-unknown
  cargo wasm-import-guard why wasi_snapshot_preview1";

pub(super) const LONG: &str = "\
Examples:
  cargo wasm-import-guard why env now --target wasm32-unknown-unknown
      A module asks its host for `env.now`, and nobody knows why: which crate declares it, on
      which line, by which dependencies it came in, and which of them to drop.
  cargo wasm-import-guard why wasi_snapshot_preview1
      The same for every import of a module.
  cargo wasm-import-guard why - now --format json
      Only declarations without `wasm_import_module`, for programs.

What it tells of each package that declares the import:
  * every place, and whether other crates' objects name it (its exposure; `imports --help`)
  * what the rustc versions that are judged make of it, where `check` has a finding
  * the dependency paths from the packages you selected, the shortest first; -v lists more
  * for an optional dependency on such a path, the feature that brings it in, and who asks for it
  * the direct dependencies without which it would be gone, each with its line

An import that only a macro or generated code writes may not be seen: places that could hide it
are named when nothing is found.

Exit codes:
  0  found, for at least one target
  1  not found, and everything could be read
  2  nothing could be analysed: usage, configuration or environment
  3  not found, and a part of the graph or a target could not be read";
