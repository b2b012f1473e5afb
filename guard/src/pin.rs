//! The places of a project that choose its rustc: handed in by whoever reads them, judged by the rule
//! `affected-toolchain`.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::graph::Graph;
use crate::import::Place;
use crate::sorted;

/// A place that names a rustc: a channel of rustup, or a minimum version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolchainPin {
    /// The file, absolute.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length of what stands there, in characters.
    pub length: usize,
    /// The channel or version, as it is written: `1.91.0`, `nightly-2025-10-01`.
    pub text: String,
    /// What kind of place it is.
    pub kind: PinKind,
}

/// Where a rustc is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PinKind {
    /// A `rust-toolchain` or `rust-toolchain.toml`.
    ToolchainFile,
    /// A workflow of GitHub Actions.
    Workflow,
    /// `rust-version` of a manifest: not one rustc but every one from there on.
    MinimumVersion,
}

/// Reads the pins of a project.
pub trait PinSource: fmt::Debug {
    /// The pins that matter to the selected packages: the roots of `graph`, in the workspace whose
    /// manifest lies in `workspace_root`. Asked once for each target.
    fn pins(&self, graph: &Graph, workspace_root: &Path) -> Vec<ToolchainPin>;
}

/// A pin as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedPin {
    /// Where it stands, seen from the first of the selected packages.
    pub place: Place,
    /// The channel or version, as it is written.
    pub text: String,
    /// What kind of place it is.
    pub kind: PinKind,
    /// The label of the package that `place` belongs to.
    pub path: Vec<String>,
}

/// `pins` in the order of their places, each place once. None without a selected package.
pub(crate) fn placed(pins: &[ToolchainPin], graph: &Graph) -> Vec<PlacedPin> {
    let Some(root) = graph.roots.first().map(|root| graph.package(*root)) else {
        return Vec::new();
    };
    let from = without_links(&root.directory);
    let mut placed: Vec<PlacedPin> = pins
        .iter()
        .map(|pin| PlacedPin {
            place: Place {
                package: root.name.clone(),
                version: root.version.clone(),
                directory: root.directory.clone(),
                file: relative(&from, &without_links(&pin.path)),
                line: pin.line,
                column: pin.column,
                length: pin.length,
            },
            text: pin.text.clone(),
            kind: pin.kind,
            path: vec![root.label()],
        })
        .collect();
    sorted::sort_by(&mut placed, |a, b| (&a.place, &a.text).cmp(&(&b.place, &b.text)));
    placed.dedup_by(|a, b| a.place == b.place);
    placed
}

/// A path that crosses a link has another parent than its text says.
fn without_links(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// `path` seen from the directory `from`, with `/`; as it is where they have nothing in common.
fn relative(from: &Path, path: &Path) -> String {
    let common = from.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return path.to_string_lossy().into_owned();
    }
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common).filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Package, PackageIndex};

    #[test]
    fn a_file_is_named_from_the_package() {
        let named = |path: &str| relative(Path::new("/r/a/b"), Path::new(path));
        assert_eq!(named("/r/a/b/Cargo.toml"), "Cargo.toml");
        assert_eq!(named("/r/.github/workflows/ci.yml"), "../../.github/workflows/ci.yml");
        assert_eq!(named("/r/a/bc/x"), "../bc/x");
        assert_eq!(relative(Path::new("here"), Path::new("/r/x")), "/r/x");
    }

    #[test]
    fn a_place_counts_once_and_a_graph_without_roots_has_none() {
        let pin = |line| ToolchainPin {
            path: PathBuf::from("/r/x"),
            line,
            column: 1,
            length: 6,
            text: "1.91.0".to_owned(),
            kind: PinKind::Workflow,
        };
        let pins = [pin(3), pin(2), pin(3)];
        let root = Package { directory: PathBuf::from("/r/a"), ..Package::without_source("app") };
        let graph = Graph { packages: vec![root], roots: vec![PackageIndex(0)] };
        let found = placed(&pins, &graph);
        let places: Vec<(&str, usize)> =
            found.iter().map(|pin| (&*pin.place.file, pin.place.line)).collect();
        assert_eq!(places, [("../x", 2), ("../x", 3)]);
        assert!(placed(&pins, &Graph::default()).is_empty());
    }
}
