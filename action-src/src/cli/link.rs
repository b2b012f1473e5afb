//! The options of what looks at built files.

use std::path::PathBuf;

use clap::Args;

use super::{Common, ListFormat};

#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    /// Objects, archives, rlibs, modules, components, or a target directory
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to print on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub(crate) format: ListFormat,
    /// Exit with 3 when a file or a part of the graph could not be read and nothing was denied
    #[arg(long, help_heading = "Verdict")]
    pub(crate) require_complete: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Build")]
pub(crate) struct BuildArgs {
    /// Build the project first, and judge by what the build made too
    ///
    /// This runs the project's code: build scripts, procedural macros, and the programs that its
    /// configuration names. The built objects decide who names an import, and findings that only
    /// they or the linked module show are added. A build that fails makes the analysis incomplete.
    #[arg(long)]
    pub(crate) build: bool,
    /// Profile to build with `--build`
    #[arg(long, value_name = "NAME", requires = "build")]
    pub(crate) profile: Option<String>,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard link target
  cargo wasm-import-guard link target/wasm32-wasip1/release/app.wasm --format json";

pub(crate) const LONG: &str = "\
Examples:
  cargo wasm-import-guard link target
      What the builds in a target directory show, for every wasm target.
  cargo wasm-import-guard link target/wasm32-wasip1/release/app.wasm --format json
      One module, for programs.

Of a target directory it reads, for each wasm target and profile in it, the rlibs and objects in
`deps`, of several rlibs from one source only the newest, and the modules beside `deps`. Of another
directory it reads the rlibs, archives, objects and modules in it. Give a profile's directory to leave
others out: all files of a target are taken for one link. Members of a thin archive are read below
the archive's directory only.

Where there is a project (--manifest-path, or a Cargo.toml in the current directory or above), what it
declares is compared with what the files hold, and findings name the source line. Files whose path
has no target in it are judged for the one that --target names.

A symbol is mangled (nothing else has it), or the import's plain name (anything else of that name in
the link is the same symbol). Absence of an import from a module proves nothing alone.

Exit codes:
  0  nothing denied
  1  a finding is denied, even when a file could not be read
  2  nothing could be read: usage, configuration or environment
  3  nothing denied, but something could not be read, and --require-complete was given";
