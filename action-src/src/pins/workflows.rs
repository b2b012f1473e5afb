//! The workflow files of a repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use wasm_import_guard::pin::{PinKind, ToolchainPin};

use super::{text, workflow, yaml};
use crate::repository::Repository;

/// Workflows above this size are not read; GitHub runs none of more than half of it.
const MAX_BYTES: u64 = 1024 * 1024;
/// How many workflows are read, in the order of their names.
const MAX_FILES: usize = 200;
/// How many bytes of workflows are read in all: several times what the largest repositories have.
const MAX_BYTES_OF_ALL: usize = 8 * 1024 * 1024;
/// How many names are taken from all of them.
const MAX_PINS: usize = 2_000;
/// How many entries of the directory are looked at.
const MAX_ENTRIES: usize = 10_000;

/// The toolchains that the workflows of `repository` name.
pub(super) fn read(repository: &Repository, notices: &mut BTreeSet<String>) -> Vec<ToolchainPin> {
    let mut pins = Vec::new();
    let mut bytes = 0;
    for path in files(&repository.root().join(".github/workflows"), notices) {
        if bytes > MAX_BYTES_OF_ALL || pins.len() > MAX_PINS {
            notices.insert(format!(
                "the workflow {} and those after it are not searched for toolchains: the ones before \
                 have more than {MAX_BYTES_OF_ALL} bytes or name more than {MAX_PINS}",
                path.display()
            ));
            break;
        }
        match read_one(&path, repository, &mut bytes) {
            Ok(found) => pins.extend(found),
            Err(reason) => {
                notices.insert(format!(
                    "the workflow {} is not searched for toolchains: {reason}",
                    path.display()
                ));
            }
        }
    }
    pins
}

fn files(directory: &Path, notices: &mut BTreeSet<String>) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .take(MAX_ENTRIES)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
        })
        .collect();
    files.sort();
    if files.len() > MAX_FILES {
        notices.insert(format!(
            "{} has {} workflows: only the first {MAX_FILES} are searched for toolchains",
            directory.display(),
            files.len()
        ));
        files.truncate(MAX_FILES);
    }
    files
}

fn read_one(
    path: &Path,
    repository: &Repository,
    bytes: &mut usize,
) -> Result<Vec<ToolchainPin>, String> {
    let source = text::read(path, MAX_BYTES, repository)?;
    *bytes += source.len();
    let found = in_text(&source)?;
    let pin = |(range, name): (std::ops::Range<usize>, String)| {
        text::pin(path, &source, range, &name, PinKind::Workflow)
    };
    Ok(found.into_iter().filter_map(pin).collect())
}

/// The toolchains that a workflow's text names, each with its place in bytes.
pub(super) fn in_text(source: &str) -> Result<Vec<(std::ops::Range<usize>, String)>, String> {
    let root = yaml::parse(source)?;
    let found = workflow::toolchains(source, &root)?;
    Ok(found.into_iter().map(|found| (found.at, found.text)).collect())
}
