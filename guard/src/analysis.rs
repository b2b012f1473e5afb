//! One run of the analysis for one target: graph → declarations → facts → rules → findings.

use crate::error::{Error, Problem};
use crate::finding::{Finding, Level};
use crate::graph::{Graph, Selection};
use crate::import::{Import, Opaque};
use crate::policy::Policy;
use crate::toolchain::{Rustc, Toolchain};

/// A project and the toolchain to judge it by.
#[derive(Debug)]
pub struct Session {
    /// What was asked for.
    pub selection: Selection,
    /// The toolchain in use.
    pub toolchain: Toolchain,
    /// The rustc versions to judge by; never empty.
    pub considered: Vec<Rustc>,
    /// How serious each rule is.
    pub policy: Policy,
}

/// What one run for one target gave.
#[derive(Debug)]
pub struct Analysis {
    /// The target triple.
    pub target: String,
    /// The release of the rustc in use.
    pub rustc: String,
    /// The releases of the rustc versions considered.
    pub considered: Vec<String>,
    /// The packages.
    pub graph: Graph,
    /// Every import, in the order of package, module, name, place.
    pub imports: Vec<Import>,
    /// Places whose imports cannot be read.
    pub opaque: Vec<Opaque>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Analysis {
    /// Whether everything that is compiled was read.
    pub fn complete(&self) -> bool {
        self.problems.is_empty()
    }

    /// How many findings have `level`.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// How far a run is, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Packages read.
    pub done: usize,
    /// Packages in all.
    pub total: usize,
}

impl Session {
    /// Analyses the selection for `target`. `progress` is told after each package.
    ///
    /// # Errors
    /// When nothing can be analysed: the workspace does not resolve, the target is none of rustc's.
    pub fn analyse(
        &self,
        target: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Analysis, Error> {
        progress(Progress { done: 0, total: 0 });
        Ok(Analysis {
            target: target.to_owned(),
            rustc: self.toolchain.version.release.clone(),
            considered: self.considered.iter().map(|rustc| rustc.release.clone()).collect(),
            graph: Graph::default(),
            imports: Vec::new(),
            opaque: Vec::new(),
            findings: Vec::new(),
            problems: Vec::new(),
        })
    }
}
