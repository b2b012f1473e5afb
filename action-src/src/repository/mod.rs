//! Where in the user's own repository a finding belongs: reviewers see lines of their files, not
//! lines of a registry crate.

mod location;
mod lock_file;
mod manifest;

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use wasm_import_guard::graph::{Graph, Package, PackageIndex, PackageSource};
use wasm_import_guard::import::Place;

pub(crate) use self::location::Location;

/// Manifests and lock files above this size name no line. The largest lock files of real projects
/// have about a megabyte.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The repository that holds the analysed packages.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// Its top directory, without links.
    root: PathBuf,
}

/// A token in a file: line and column from 1, in characters, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) length: usize,
}

impl Repository {
    /// The repository around `directory`: the outermost git checkout at or below `workspace`, which
    /// is `GITHUB_WORKSPACE` (a submodule's files belong to the checkout around it), else
    /// `workspace` itself. Outside `workspace`, or without one, the git checkout that holds
    /// `directory`, else `directory`.
    pub(crate) fn around(directory: &Path, workspace: Option<&Path>) -> Self {
        let directory = without_links(directory);
        let is_checkout = |ancestor: &&Path| ancestor.join(".git").exists();
        let workspace = workspace.filter(|path| path.is_absolute()).map(without_links);
        let root = match &workspace {
            Some(workspace) if directory.starts_with(workspace) => directory
                .ancestors()
                .take_while(|ancestor| ancestor.starts_with(workspace))
                .filter(is_checkout)
                .last()
                .unwrap_or(workspace),
            _ => directory.ancestors().find(is_checkout).unwrap_or(&directory),
        };
        Self { root: root.to_owned() }
    }

    /// Its top directory, without links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The directories from `directory` up to the top; none for one outside.
    pub(crate) fn upwards(&self, directory: &Path) -> Vec<PathBuf> {
        let directory = without_links(directory);
        let within = directory.ancestors().take_while(|ancestor| ancestor.starts_with(&self.root));
        within.map(Path::to_owned).collect()
    }

    /// Whether `path`, with its links followed, lies below the top.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        without_links(path).starts_with(&self.root)
    }

    /// The line to show something at that stands at `place` and came in by `path`, labels from a root on:
    /// its own line when its package is the repository's, else the line of the manifest that brings its
    /// package in, else the package's line in the lock file.
    pub(crate) fn locate(&self, graph: &Graph, place: &Place, path: &[String]) -> Option<Location> {
        let chain = chain(graph, place, path);
        let is_own = |index: &PackageIndex| self.owns(graph.package(*index));
        if chain.last().is_none_or(is_own)
            && let Some(file) = self.relative(&place.directory.join(&place.file))
        {
            let (line, column, length) = (place.line, place.column, place.length);
            return Some(Location { file, line, column, length });
        }
        let last_own = chain.iter().rposition(is_own);
        let named = last_own.and_then(|at| {
            let next = *chain.get(at + 1)?;
            self.dependency(graph, chain[at], next)
        });
        named.or_else(|| {
            let from = last_own.map_or(&self.root, |at| &graph.package(chain[at]).directory);
            self.locked(from, &place.package, &place.version)
        })
    }

    /// The same; where there is no such line, the first line of a root's manifest: for readers that show
    /// nothing without a place.
    pub(crate) fn locate_somewhere(
        &self,
        graph: &Graph,
        place: &Place,
        path: &[String],
    ) -> Option<Location> {
        self.locate(graph, place, path).or_else(|| {
            let package = graph.package(self.owner(graph, place, path)?);
            let file = self.relative(&package.directory.join("Cargo.toml"))?;
            Some(Location { file, line: 1, column: 1, length: 0 })
        })
    }

    /// `place` itself, when its package is the repository's.
    pub(crate) fn own(&self, graph: &Graph, place: &Place) -> Option<Location> {
        let package = graph.packages.iter().find(|it| it.directory == place.directory);
        let file = package
            .is_none_or(|package| self.owns(package))
            .then(|| self.relative(&place.directory.join(&place.file)))??;
        let (line, column, length) = (place.line, place.column, place.length);
        Some(Location { file, line, column, length })
    }

    /// The last package of `path` whose text is the repository's, else a root.
    pub(crate) fn owner(
        &self,
        graph: &Graph,
        place: &Place,
        path: &[String],
    ) -> Option<PackageIndex> {
        let chain = chain(graph, place, path);
        let own = chain.iter().rfind(|index| self.owns(graph.package(**index)));
        own.or(graph.roots.first()).copied()
    }

    /// Whether the text of `package` is this repository's. (A vendor directory or cargo's home may
    /// lie in it too.)
    fn owns(&self, package: &Package) -> bool {
        package.source == PackageSource::Path && self.relative(&package.directory).is_some()
    }

    /// `path` from the root on, when it lies below.
    fn relative(&self, path: &Path) -> Option<String> {
        let path = without_links(path);
        let below = path.strip_prefix(&self.root).ok()?;
        let names: Vec<_> = below
            .components()
            .map(|component| match component {
                Component::Normal(name) => Some(name.to_string_lossy()),
                _ => None,
            })
            .collect::<Option<_>>()?;
        Some(names.join("/"))
    }

    /// The line where the manifest of `package` names `dependency`.
    pub(crate) fn dependency(
        &self,
        graph: &Graph,
        package: PackageIndex,
        dependency: PackageIndex,
    ) -> Option<Location> {
        let package = graph.package(package);
        let path = package.directory.join("Cargo.toml");
        let edge = package.dependencies.iter().find(|edge| edge.package == dependency);
        let extern_name = edge.map(|edge| edge.extern_name.as_str());
        let name = &graph.package(dependency).name;
        self.location(&path, manifest::dependency(&text(&path)?, name, extern_name)?)
    }

    /// The line of a package in the lock file that is nearest above `directory`.
    fn locked(&self, directory: &Path, name: &str, version: &str) -> Option<Location> {
        let directory = without_links(directory);
        let path = directory
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(&self.root))
            .map(|ancestor| ancestor.join("Cargo.lock"))
            .find(|path| path.is_file())?;
        self.location(&path, lock_file::package(&text(&path)?, name, version)?)
    }

    fn location(&self, path: &Path, spot: Spot) -> Option<Location> {
        let Spot { line, column, length } = spot;
        Some(Location { file: self.relative(path)?, line, column, length })
    }
}

/// The packages on `path`, the root first, to that of `place`; empty when the graph does not have it. The
/// path has labels, and two packages can share one (a fork beside the original).
fn chain(graph: &Graph, place: &Place, path: &[String]) -> Vec<PackageIndex> {
    let mut labels = path.iter();
    let Some(first) = labels.next() else { return Vec::new() };
    let named = |label: &str, index: PackageIndex| graph.package(index).label() == *label;
    // Each layer: packages that fit the label, with the position of their parent in the layer before.
    let mut layers: Vec<Vec<(PackageIndex, usize)>> = Vec::new();
    let roots = graph.roots.iter().filter(|root| named(first, **root));
    layers.push(roots.map(|root| (*root, 0)).collect());
    for label in labels {
        let mut layer: Vec<(PackageIndex, usize)> = Vec::new();
        for (parent, (package, _)) in layers.last().into_iter().flatten().enumerate() {
            for edge in &graph.package(*package).dependencies {
                let known = layer.iter().any(|(index, _)| *index == edge.package);
                if !known && named(label, edge.package) {
                    layer.push((edge.package, parent));
                }
            }
        }
        layers.push(layer);
    }
    let ends = layers.last().map(Vec::as_slice).unwrap_or_default();
    let is_place = |index: PackageIndex| graph.package(index).directory == place.directory;
    let end = ends.iter().position(|(index, _)| is_place(*index)).unwrap_or(0);
    let (mut chain, mut at) = (Vec::new(), end);
    for layer in layers.iter().rev() {
        let Some((index, parent)) = layer.get(at) else { return Vec::new() };
        chain.push(*index);
        at = *parent;
    }
    chain.reverse();
    chain
}

/// `path` with links followed; as it is when it does not exist.
fn without_links(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The text of a regular file of a bounded size.
fn text(path: &Path) -> Option<String> {
    // A pipe or a device would block, or never end.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return None;
    }
    String::from_utf8(bytes).ok()
}

/// The token at `range`, in bytes of `text`.
pub(crate) fn spot(text: &str, range: std::ops::Range<usize>) -> Option<Spot> {
    let before = text.get(..range.start)?;
    let start_of_line = before.rfind('\n').map_or(0, |at| at + 1);
    Some(Spot {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[start_of_line..].chars().count() + 1,
        length: text.get(range)?.chars().count(),
    })
}

#[cfg(test)]
mod tests;
