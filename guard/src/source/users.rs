//! The crates that may name an import.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::model::{CrateSource, Target};
use super::names::{CrateId, Program};
use crate::graph::{Entry, Graph, PackageIndex};
use crate::sorted;

/// The crates that can name an import: those of packages that depend on a declaring one, and that package's
/// own other crates.
pub(super) struct Users<'a> {
    pub(super) entries: Vec<(PackageIndex, &'a Entry)>,
    /// The place in the program of each that has one.
    crate_ids: Vec<Option<CrateId>>,
    /// The names by which they know the declaring packages.
    pub(super) crate_names: HashSet<String>,
}

impl<'a> Users<'a> {
    /// Without the `declaring` crates themselves, which are read whole.
    pub(super) fn new(graph: &'a Graph, program: &Program, declaring: &[CrateId]) -> Self {
        let packages = sorted::set(declaring.iter().map(|&id| program.crates[id].package));
        let mut crate_names: HashSet<String> =
            packages.iter().map(|&package| graph.package(package).crate_name.clone()).collect();
        let edges = graph.packages.iter().flat_map(|package| &package.dependencies);
        let edges = edges.filter(|edge| packages.binary_search(&edge.package).is_ok());
        crate_names.extend(edges.map(|edge| edge.extern_name.clone()));
        let known: HashMap<(PackageIndex, &Path), CrateId> = program
            .crates
            .iter()
            .enumerate()
            .map(|(id, source)| ((source.package, source.root.as_path()), id))
            .collect();
        let declaring: HashSet<CrateId> = declaring.iter().copied().collect();
        let (mut entries, mut crate_ids) = (Vec::new(), Vec::new());
        for index in graph.dependents(&packages) {
            for entry in &graph.package(index).entries {
                let id = known.get(&(index, entry.path.as_path())).copied();
                if !id.is_some_and(|id| declaring.contains(&id)) {
                    entries.push((index, entry));
                    crate_ids.push(id);
                }
            }
        }
        Self { entries, crate_ids, crate_names }
    }

    /// Puts what was read of an entry in its place.
    pub(super) fn place(&mut self, at: usize, source: CrateSource, program: &mut Program) {
        if let Some(id) = self.crate_ids[at] {
            program.crates[id] = source;
        } else {
            self.crate_ids[at] = Some(program.crates.len());
            program.crates.push(source);
        }
    }
}

/// What crates call the items with one of `names` by `use … as …`, where that is none of them.
pub(super) fn aliases(program: &Program, names: &HashSet<String>) -> HashSet<String> {
    let mut new = HashSet::new();
    for scope in program.crates.iter().flat_map(|source| &source.scopes) {
        for (alias, bindings) in &scope.names {
            let stands_for_one = bindings.iter().any(|binding| match &binding.target {
                Target::Path(path) => path.segments.last().is_some_and(|it| names.contains(it)),
                _ => false,
            });
            if stands_for_one && !names.contains(alias) {
                new.insert(alias.clone());
            }
        }
    }
    new
}
