//! The options of a baseline.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(crate) struct BaselineArgs {
    /// Leave out findings that FILE has already, at this level or a graver one
    ///
    /// What is new, or has become graver, is reported and decides. Entries of FILE that are found no
    /// more are named on stderr.
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the findings at deny and warn into FILE, for later runs with --baseline
    ///
    /// They are reported as ever, and do not decide the exit code.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
}
