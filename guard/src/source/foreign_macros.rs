//! The macros that crates call from others.

use super::model::{CrateSource, ExportedMacro};
use crate::cache::Digest;
use crate::graph::{Graph, PackageIndex};

/// Exported macros that can make extern blocks, with who can call them.
#[derive(Debug, Default)]
pub(super) struct ForeignMacros(Vec<ForeignMacro>);

#[derive(Debug)]
struct ForeignMacro {
    package: PackageIndex,
    exported: ExportedMacro,
    /// The package itself and those that depend on it, in the order of the graph.
    users: Vec<PackageIndex>,
    /// Of name and body.
    digest: Digest,
}

impl ForeignMacros {
    /// Those of `crates`.
    pub(super) fn of(crates: &[CrateSource], graph: &Graph) -> Self {
        let mut all = Vec::new();
        for source in crates.iter().filter(|source| !source.exported_macros.is_empty()) {
            let users = graph.dependents(&[source.package]);
            all.extend(source.exported_macros.iter().map(|exported| ForeignMacro {
                package: source.package,
                exported: exported.clone(),
                users: users.clone(),
                digest: Digest::of(
                    format!("{}\n{}", exported.name, exported.body.source()).as_bytes(),
                ),
            }));
        }
        Self(all)
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| it.exported.name.as_str())
    }

    /// Those that `package` can call.
    pub(super) fn of_package(&self, package: PackageIndex) -> Vec<ExportedMacro> {
        self.callable(package).map(|it| it.exported.clone()).collect()
    }

    /// Whether `package` can call one.
    pub(super) fn has_for(&self, package: PackageIndex) -> bool {
        self.callable(package).next().is_some()
    }

    /// The digests of those that `package` can call.
    pub(super) fn digests(&self, package: PackageIndex) -> impl Iterator<Item = Digest> {
        self.callable(package).map(|it| it.digest)
    }

    fn callable(&self, package: PackageIndex) -> impl Iterator<Item = &ForeignMacro> {
        self.0
            .iter()
            .filter(move |it| it.package != package && it.users.binary_search(&package).is_ok())
    }
}
