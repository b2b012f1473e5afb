//! Reads one crate of a graph.

use std::path::PathBuf;

use super::foreign_macros::ForeignMacros;
use super::load::Sources;
use super::model::{CrateSource, Declared};
use super::walk::{Task, Wanted, walk_crate};
use crate::cfg::CfgContext;
use crate::error::Problem;
use crate::graph::{Entry, Package, PackageIndex};

/// What reading a crate gave.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) source: CrateSource,
    pub(super) problems: Vec<Problem>,
    /// Whether it has files that a build made.
    pub(super) is_generated: bool,
}

/// Reads crates, each independently of the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) sources: Sources<'a>,
    pub(super) macros: &'a ForeignMacros,
}

impl Reader<'_> {
    /// Reads the crate at `entry`. With [`Wanted::All`] it has its mentions only where it declares an
    /// import of which it may matter who names it.
    pub(super) fn read(&self, index: PackageIndex, entry: &Entry, wanted: Wanted<'_>) -> Read {
        let package = self.sources.graph.package(index);
        let output = self.sources.builds.of(index);
        let cfg = CfgContext {
            target: self.sources.target,
            features: &package.features,
            possible_features: &package.possible_features,
            has_build_script: package.has_build_script,
            build_output: Some(output),
        };
        let mut roots = self.roots(package);
        roots.extend(output.runs.iter().map(|run| run.out_directory.clone()));
        let macros = self.macros.of_package(index);
        let mut walker = walk_crate(Task {
            graph: self.sources.graph,
            package: index,
            entry: (entry.kind, &entry.path),
            roots: &roots,
            cfg,
            build_output: output,
            wanted,
            foreign_macros: &macros,
        });
        let imports = &mut walker.source.imports;
        for import in imports.iter_mut().filter(|import| import.module.is_none()) {
            import.undecided =
                !import.native_library && !self.sources.known.surely_define(&import.name);
        }
        let may_be_followed = imports.iter().any(|import| self.may_be_followed(import));
        let is_asked_for = !matches!(wanted, Wanted::All) || may_be_followed;
        let is_generated = walker.texts.has_generated();
        let (source, problems) = walker.finish(is_asked_for);
        Read { source, problems, is_generated }
    }

    /// Whether it can matter who names `import`: where it has the name of a C function, its type decides.
    fn may_be_followed(&self, import: &Declared) -> bool {
        import.is_followed()
            || !import.native_library && self.sources.known.function_type(&import.name).is_some()
    }

    /// Where a package's files may lie: its own directory, and for members the workspace.
    fn roots(&self, package: &Package) -> Vec<PathBuf> {
        let workspace = self.sources.workspace_root;
        let candidates = [Some(package.directory.as_path()), Some(workspace)];
        let mut roots: Vec<PathBuf> =
            candidates.into_iter().flatten().filter_map(|path| path.canonicalize().ok()).collect();
        if !package.directory.starts_with(workspace) {
            roots.truncate(1);
        }
        roots
    }
}
