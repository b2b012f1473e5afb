//! The options of `diff`.

use clap::Args;

use super::{Common, DiffFormat, PolicyArgs};

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The revision to compare with: a branch, tag or commit of this clone
    #[arg(long, value_name = "REVISION")]
    pub(crate) base: String,
    /// Compare with the last commit that the present one and REVISION have in common
    #[arg(long)]
    pub(crate) merge_base: bool,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// What to print on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    pub(crate) format: DiffFormat,
    /// Exit with 3 when a part of either graph could not be read and no new finding is denied
    #[arg(long, help_heading = "Verdict")]
    pub(crate) require_complete: bool,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo wasm-import-guard diff --base HEAD
  cargo wasm-import-guard diff --base origin/main --merge-base --target wasm32-wasip1";

pub(crate) const LONG: &str = "\
Examples:
  cargo wasm-import-guard diff --base HEAD
      What the uncommitted changes do to the imports.
  cargo wasm-import-guard diff --base origin/main --merge-base --target wasm32-wasip1
      What this branch does, without what main did since.

The revision's files are written into a temporary directory and analysed there, as the present ones
are: by their source alone, whatever builds have left. Neither the repository nor its working tree is
touched, and no code of either is run. Where the revision has no Cargo.lock, it starts from the
present one. Submodules are not looked into.

A row is an import that a package did not declare before, or no longer declares: by package, import
module and import name. A new version of a package, another line or file, and an import that moved to
another package are no such change; the last is told apart. So is an import whose function type
changed. Findings are compared by their fingerprint, which contains no line.

Exit codes:
  0  no new finding is denied
  1  a new finding is denied, for any target
  2  nothing could be analysed: usage, configuration or environment
  3  no new finding is denied, but either side is incomplete, and --require-complete was given";
