//! `rust-version` of manifests.

use std::path::{Path, PathBuf};

use toml::de::DeTable;
use wasm_import_guard::pin::{PinKind, ToolchainPin};

use super::text;
use crate::repository::Repository;

/// Manifests above this size are not read.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The minimum versions of `packages`, each at the line that says it: of the workspace's manifest where a
/// package inherits it.
pub(super) fn read(
    packages: &[PathBuf],
    workspace_root: &Path,
    repository: &Repository,
) -> Vec<ToolchainPin> {
    let mut pins = Vec::new();
    let mut inherited = false;
    for package in packages {
        let path = package.join("Cargo.toml");
        match read_one(&path, &["package"], repository) {
            Some(Version::Here(pin)) => pins.push(pin),
            Some(Version::OfWorkspace) => inherited = true,
            None => {}
        }
    }
    let path = workspace_root.join("Cargo.toml");
    if inherited
        && let Some(Version::Here(pin)) = read_one(&path, &["workspace", "package"], repository)
    {
        pins.push(pin);
    }
    pins
}

enum Version {
    Here(ToolchainPin),
    OfWorkspace,
}

/// A manifest that cannot be read is said elsewhere: it is part of the graph.
fn read_one(path: &Path, table: &[&str], repository: &Repository) -> Option<Version> {
    let source = text::read(path, MAX_BYTES, repository).ok()?;
    let document = DeTable::parse(&source).ok()?;
    let mut keys = table.iter();
    let mut node = document.get_ref().get(*keys.next()?)?;
    for key in keys {
        node = node.get_ref().get(*key)?;
    }
    let value = node.get_ref().get("rust-version")?;
    if let Some(inherits) = value.get_ref().get("workspace") {
        return (inherits.get_ref().as_bool() == Some(true)).then_some(Version::OfWorkspace);
    }
    let version = value.get_ref().as_str()?;
    let quoted = value.span();
    // Where it is not written as it reads, the whole value is pointed at.
    let range = match source.get(quoted.clone())?.find(version) {
        Some(at) => quoted.start + at..quoted.start + at + version.len(),
        None => quoted,
    };
    text::pin(path, &source, range, version, PinKind::MinimumVersion).map(Version::Here)
}
