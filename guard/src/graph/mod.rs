//! Which packages are compiled for a wasm target, with which features, from which files, and why.

mod expected;
mod features;
mod load;
mod locate;
mod manifest;
mod merge;
mod paths;
mod requirement;
mod selection;
mod tree;

#[cfg(any(test, fuzzing))]
pub use self::tree::fuzzing::tree_reader;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub use features::{Activation, Request};
pub(crate) use load::load_beside;
pub use load::{Loaded, Mode, load, single_package};
pub use manifest::{DeclaredDependency, Manifest};
pub use merge::merge;
pub use paths::Paths;
pub(crate) use paths::ShortestPaths;
pub use selection::Selection;

/// A package's place in [`Graph::packages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageIndex(pub usize);

/// The packages that cargo compiles for one target.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Every package, the roots first.
    pub packages: Vec<Package>,
    /// The packages that were selected.
    pub roots: Vec<PackageIndex>,
}

/// One package as it is compiled for the target.
#[derive(Debug, Clone)]
pub struct Package {
    /// Name, version and source as cargo writes them: the same for the same package in every graph.
    pub id: String,
    /// The name in its manifest.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it came from.
    pub source: PackageSource,
    /// The directory of its manifest.
    pub directory: PathBuf,
    /// The name other crates' source knows its library by, `-` as `_`.
    pub crate_name: String,
    /// The files rustc is started on, that other packages or the final module come from.
    pub entries: Vec<Entry>,
    /// Features that are surely on.
    pub features: BTreeSet<String>,
    /// Features that only a wider selection of workspace members turns on.
    pub possible_features: BTreeSet<String>,
    /// Whether every selection that cargo could be building has this package.
    pub certain: bool,
    /// What it depends on, for this target.
    pub dependencies: Vec<Dependency>,
    /// Whether a build script runs for it: it can set `cfg`s and compile C.
    pub has_build_script: bool,
    /// The `links` key of its manifest: a native library it brings in.
    pub links: Option<String>,
    /// Whether it was selected.
    pub is_root: bool,
}

/// Where a package's source came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageSource {
    /// A member of the workspace, or a path dependency.
    Path,
    /// A registry, git repository or vendor directory.
    Downloaded,
}

/// A crate that rustc compiles from a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is made of it.
    pub kind: EntryKind,
    /// The crate root, absolute.
    pub path: PathBuf,
}

/// What rustc makes of an [`Entry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A library that other crates link (`lib`, `rlib`, `dylib`).
    Library,
    /// A library that nothing in Rust links (`cdylib` or `staticlib` alone).
    FinalLibrary,
    /// A program.
    Binary,
}

/// An edge of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package.
    pub package: PackageIndex,
    /// The name that the depending package's source uses: the library's name, or the manifest's
    /// rename, `-` as `_`.
    pub extern_name: String,
}

impl Graph {
    /// The package at `index`.
    pub fn package(&self, index: PackageIndex) -> &Package {
        &self.packages[index.0]
    }

    /// Whether `from` depends on `on`, directly or through others.
    pub fn depends_on(&self, from: PackageIndex, on: PackageIndex) -> bool {
        let mut seen = vec![false; self.packages.len()];
        let mut pending = vec![from];
        while let Some(at) = pending.pop() {
            for dependency in &self.package(at).dependencies {
                if dependency.package == on {
                    return true;
                }
                if !std::mem::replace(&mut seen[dependency.package.0], true) {
                    pending.push(dependency.package);
                }
            }
        }
        false
    }

    /// `packages` and every package that depends on one of them, in the order of the graph.
    pub(crate) fn dependents(&self, packages: &[PackageIndex]) -> Vec<PackageIndex> {
        let mut users: Vec<Vec<PackageIndex>> = vec![Vec::new(); self.packages.len()];
        for (at, package) in self.packages.iter().enumerate() {
            for dependency in &package.dependencies {
                users[dependency.package.0].push(PackageIndex(at));
            }
        }
        self.reached(packages, &|at, next| next.extend(&users[at.0]))
    }

    /// `from` and every package that it depends on, in the order of the graph.
    pub fn reached_from(&self, from: PackageIndex) -> Vec<PackageIndex> {
        self.reached(&[from], &|at, next| {
            next.extend(self.package(at).dependencies.iter().map(|dependency| dependency.package));
        })
    }

    /// `starts` and what `extend` adds for each package that is reached, in the order of the graph.
    fn reached(
        &self,
        starts: &[PackageIndex],
        extend: &dyn Fn(PackageIndex, &mut Vec<PackageIndex>),
    ) -> Vec<PackageIndex> {
        let mut is_reached = vec![false; self.packages.len()];
        let mut pending = starts.to_vec();
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut is_reached[at.0], true) {
                extend(at, &mut pending);
            }
        }
        (0..self.packages.len()).filter(|at| is_reached[*at]).map(PackageIndex).collect()
    }

    /// `name version` of each package on a shortest path from a root to `index`, the root first.
    pub fn path_to(&self, index: PackageIndex) -> Vec<String> {
        self.shortest_paths().to(index)
    }
}

impl Package {
    /// A package of which nothing but the name is known.
    pub fn without_source(name: &str) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            version: String::new(),
            source: PackageSource::Downloaded,
            directory: PathBuf::new(),
            crate_name: name.replace('-', "_"),
            entries: Vec::new(),
            features: BTreeSet::new(),
            possible_features: BTreeSet::new(),
            certain: true,
            dependencies: Vec::new(),
            has_build_script: false,
            links: None,
            is_root: false,
        }
    }

    /// `name version`, as messages and JSON write it.
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}
