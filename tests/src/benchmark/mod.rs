//! What the command costs, next to what other programs cost in the same run: `tests/benchmark`.
//!
//! Times of a machine mean little elsewhere, so that everything is told as a ratio too. Programs that are
//! compared run in turn, round after round, and each figure is the median of the rounds: what else the
//! machine does meets them all alike.

mod growth;
mod guarded;
mod measure;
mod project;
mod real;
mod table;
mod weight;

use std::path::PathBuf;

pub use self::growth::{Growth, files, packages};
pub use self::guarded::{Members, Script, for_other_target, members, script};
pub use self::measure::{Measured, Program, in_turn};
pub use self::project::Project;
pub use self::real::{Compared, compare, syntax};
pub use self::table::{Results, document};
pub use self::weight::{Weight, crates, weights};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Rounds for each figure.
    pub rounds: usize,
    /// The sizes of synthetic graphs, in packages.
    pub packages: &'static [usize],
    /// The sizes of single files, in megabytes.
    pub megabytes: &'static [usize],
    /// The members of the workspace that all call the guard.
    pub members: usize,
}

impl Extent {
    /// What `BENCHMARKS.md` is made of.
    pub const FULL: Self = Self {
        rounds: 5,
        packages: &[10, 100, 1_000, 5_000],
        megabytes: &[1, 10, 100],
        members: 200,
    };
    /// What tells that the benchmark itself works.
    pub const SHORT: Self = Self { rounds: 1, packages: &[10, 100], megabytes: &[1], members: 3 };
}

/// The programs that are measured, and where their work goes.
#[derive(Debug, Clone)]
pub struct Tools {
    /// `cargo-wasm-import-guard`, optimised.
    pub guard: PathBuf,
    /// This very program, which reads sources as a straightforward tool would.
    pub own: PathBuf,
    /// ripgrep.
    pub rg: PathBuf,
    /// A directory for what is made on the way.
    pub scratch: PathBuf,
}
