//! Reads the places of a project that choose its rustc: toolchain files, workflows, `rust-version`.
//! What they come to is for the analysis to judge.

#[cfg(test)]
pub(crate) mod fuzzing;
mod rust_version;
mod text;
mod toolchain_file;
mod workflow;
mod workflows;
mod yaml;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use wasm_import_guard::graph::{Graph, Package};
use wasm_import_guard::pin::{PinSource, ToolchainPin};

use crate::repository::Repository;

/// The most packages whose toolchain files and manifests are looked at.
const MAX_PACKAGES: usize = 1_000;

/// Reads the pins of the repository that holds the selected packages, once for any number of targets.
#[derive(Debug, Clone, Default)]
pub(crate) struct PinReader(Rc<RefCell<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// The packages that were asked for, and their pins.
    read: Option<(Vec<PathBuf>, Vec<ToolchainPin>)>,
    notices: BTreeSet<String>,
}

impl PinReader {
    /// What could not be read: a sentence each, with the file's name in it.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.0.borrow().notices.iter().cloned().collect()
    }
}

impl PinSource for PinReader {
    fn pins(&self, graph: &Graph, workspace_root: &Path) -> Vec<ToolchainPin> {
        let roots = graph.roots.iter().map(|root| graph.package(*root)).take(MAX_PACKAGES);
        let roots: Vec<&Package> = roots.collect();
        let directories: Vec<PathBuf> = roots.iter().map(|root| root.directory.clone()).collect();
        let known = &mut *self.0.borrow_mut();
        if let Some((of, pins)) = &known.read
            && *of == directories
        {
            return pins.clone();
        }
        let pins = read(&directories, workspace_root, &mut known.notices);
        known.read = Some((directories, pins.clone()));
        pins
    }
}

/// The pins for packages in these directories.
fn read(
    packages: &[PathBuf],
    workspace_root: &Path,
    notices: &mut BTreeSet<String>,
) -> Vec<ToolchainPin> {
    let Some(first) = packages.first() else { return Vec::new() };
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let repository = Repository::around(first, workspace.as_deref());
    let mut pins = toolchain_file::read(packages, &repository, notices);
    pins.extend(workflows::read(&repository, notices));
    pins.extend(rust_version::read(packages, workspace_root, &repository));
    pins.sort();
    pins.dedup();
    pins
}

#[cfg(test)]
mod tests;
