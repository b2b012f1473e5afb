//! An analysis of a project for one target: what is asked for, and what it gives.

mod imports;
#[cfg(any(test, fuzzing))]
mod library;
mod run;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crate::build_output::{BuildDirectory, BuildOutputs};
use crate::cache::CacheChoice;
use crate::error::{Error, Problem};
use crate::finding::{Finding, Level};
use crate::graph::{self, Graph, Loaded, Mode, Selection};
use crate::import::{Import, Opaque};
use crate::linked::Parts;
use crate::parallel::{Threads, at_once};
use crate::pin::PinSource;
use crate::policy::{self, Excepted, ExceptionPlace, Levels};
use crate::source::kept::Ahead;
use crate::source::load::Prefetched;
use crate::source::text_scan;
use crate::symbols::CSymbols;
use crate::toolchain::{Rustc, Toolchain};

#[cfg(test)]
pub(crate) use library::read_for_tests;
#[cfg(any(test, fuzzing))]
pub(crate) use library::read_library;
pub(crate) use run::{Input, analyse};

/// A project and the toolchain to judge it by.
#[derive(Debug)]
pub struct Session {
    /// What was asked for.
    pub selection: Selection,
    /// The toolchain in use.
    pub toolchain: Toolchain,
    /// The rustc versions to judge by; never empty.
    pub considered: Vec<Rustc>,
    /// Where the places come from that choose the project's rustc; `None` to leave them out.
    pub pins: Option<Box<dyn PinSource>>,
    /// Whether what builds have left behind is read.
    pub reads_builds: bool,
    /// Levels that go before those of the project's manifests.
    pub levels: Levels,
    /// Where what is read of packages is kept for the next run.
    pub cache: CacheChoice,
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
    /// The directory of the workspace's manifest.
    pub workspace_root: PathBuf,
    /// Every import, in the order of package, module, name, place.
    pub imports: Vec<Import>,
    /// Places whose imports cannot be read.
    pub opaque: Vec<Opaque>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// Findings that the project accepts for a reason.
    pub excepted: Vec<Excepted>,
    /// Exceptions whose last day is past, and which match a finding: each with that day.
    pub expired_exceptions: Vec<(ExceptionPlace, String)>,
    /// Exceptions that match no finding.
    pub unused_exceptions: Vec<ExceptionPlace>,
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
        self.analyse_with(target, None, progress)
    }

    /// The same after a build, of which `built` are the files: where those tell who names an import,
    /// they decide its exposure, and what only they show is among the imports and findings.
    ///
    /// # Errors
    /// As [`Self::analyse`].
    #[cfg(feature = "linked")]
    pub fn analyse_built(
        &self,
        target: &str,
        built: &Parts,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Analysis, Error> {
        self.analyse_with(target, Some(built), progress)
    }

    /// The C symbols of the toolchain in use for `target`.
    ///
    /// # Errors
    /// When the target has none that are known.
    pub fn c_symbols(&self, target: &str) -> Result<CSymbols, Error> {
        CSymbols::for_target(target, Some(&self.toolchain.sysroot))
            .or_else(|_| CSymbols::for_target(target, None))
    }

    fn analyse_with(
        &self,
        target: &str,
        built: Option<&Parts>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Analysis, Error> {
        let (toolchain, selection) = (&self.toolchain, &self.selection);
        let reads_builds = self.reads_builds;
        let prefetched = Mutex::new(Prefetched::new());
        let (cache, ahead) = (self.cache.of_user(), Ahead::default());
        cache.sweep();
        let look = |source: &Path, stop: &AtomicBool| {
            if ahead.take_out(&cache, source) {
                return;
            }
            let hints = text_scan::hints_until(source, stop);
            // A poisoned lock is that of a thread whose panic is handed on.
            if let (Some(hints), Ok(mut prefetched)) = (hints, prefetched.lock()) {
                prefetched.insert(source.to_owned(), hints);
            }
        };
        let (directory, loaded) = at_once(
            // Most graphs have a build script somewhere: waiting for the graph to see one costs more than
            // asking in vain.
            || reads_builds.then(|| BuildDirectory::ask(toolchain, selection, target)).flatten(),
            || graph::load_beside(toolchain, selection, target, Mode::Command, &look),
        );
        let prefetched = prefetched.into_inner().unwrap_or_default();
        let loaded = loaded?;
        let policies = policy::of_packages(&loaded.graph, &loaded.workspace_root)?;
        let pins = match &self.pins {
            Some(source) => source.pins(&loaded.graph, &loaded.workspace_root),
            None => Vec::new(),
        };
        let builds = self.builds(&loaded, directory);
        let input = Input {
            target,
            cfg: &loaded.target_cfg,
            graph: loaded.graph,
            workspace_root: loaded.workspace_root,
            problems: loaded.problems,
            builds,
            in_use: &self.toolchain.version,
            considered: &self.considered,
            pins: &pins,
            sysroot: &self.toolchain.sysroot,
            built,
            policies: policies.under(&self.levels),
            policy_mode: policy::Mode::Command,
            threads: Threads::of_machine(),
            prefetched,
            cache: &cache,
            ahead,
        };
        Ok(analyse(input, progress))
    }

    /// What builds left of build scripts in `directory`.
    fn builds(&self, loaded: &Loaded, directory: Option<BuildDirectory>) -> BuildOutputs {
        let graph = &loaded.graph;
        if !graph.packages.iter().any(|package| package.has_build_script) {
            return BuildOutputs::nothing(graph, "the package has no build script");
        }
        if !self.reads_builds {
            return BuildOutputs::nothing(graph, "builds are left out here");
        }
        match directory {
            Some(directory) => {
                let rustc = &self.toolchain.version;
                BuildOutputs::read(&directory, graph, &loaded.workspace_root, rustc)
            }
            None => BuildOutputs::nothing(graph, "cargo does not tell where it builds"),
        }
    }
}
