//! A `wasm_import_module` that rustc ignores, for a rule to judge.

use crate::cfg::Truth;
use crate::graph::{Graph, PackageIndex, PackageSource};
use crate::import::{Certainty, Place};
use crate::sorted;
use crate::source::load::Declarations;

/// An import module that was written where rustc does not look for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredModule {
    /// The package that has it.
    pub package: PackageIndex,
    /// Where that package came from: whether its text is the user's to change.
    pub source: PackageSource,
    /// The identifier of the item it was meant for, or the first word of what it stands on.
    pub place: Place,
    /// The module.
    pub module: String,
    /// The link name of the item; `None` on what is no item of an extern block.
    pub name: Option<String>,
    /// Why rustc ignores it.
    pub why: IgnoredBecause,
    /// Whether it is surely compiled.
    pub certainty: Certainty,
    /// `name version` of each package from a root to the one that has it.
    pub path: Vec<String>,
}

/// Why rustc ignores an import module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IgnoredBecause {
    /// The extern block's ABI is one of Rust's own.
    Abi,
    /// It stands on an item inside an extern block, not on the block.
    OnForeignItem,
    /// It stands on something else than an extern block.
    NoExternBlock,
}

/// The ignored modules of all crates that were read, in the order of package and place.
pub(crate) fn of_graph(graph: &Graph, read: &Declarations) -> Vec<IgnoredModule> {
    let mut all = Vec::new();
    let paths = graph.shortest_paths();
    for source in &read.program.crates {
        let package = graph.package(source.package);
        let path = paths.to(source.package);
        for ignored in &source.ignored_modules {
            let is_certain = ignored.truth == Truth::True && package.certain;
            all.push(IgnoredModule {
                package: source.package,
                source: package.source.clone(),
                place: source.place(package, ignored.spot),
                module: ignored.module.clone(),
                name: ignored.name.clone(),
                why: ignored.why,
                certainty: Certainty::of(is_certain),
                path: path.clone(),
            });
        }
    }
    // A package's library and program may share a file.
    sorted::sort_by(&mut all, |a, b| {
        (&a.place, &a.module, &a.name).cmp(&(&b.place, &b.module, &b.name))
    });
    all.dedup_by(|a, b| a.place == b.place && a.module == b.module && a.name == b.name);
    all
}
