//! Whether the next build would use what a run of a build script left, by cargo's own rules: what the
//! script was compiled from and what it asked cargo to watch is no younger than its output.
//!
//! Flags for rustc that changed since make cargo run it again too, and leave no mark that could be
//! read.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::fingerprint::RunNotes;
use super::instructions::Instructions;
use crate::graph::{Package, PackageSource};

/// What a run depended on.
pub(super) struct Watched<'a> {
    pub(super) package: &'a Package,
    /// What the build script was compiled from.
    pub(super) sources: &'a [PathBuf],
    pub(super) said: &'a Instructions,
    pub(super) notes: &'a RunNotes,
}

/// Why the next build may run the script again, if it may; `output` is what the run printed, to which
/// cargo gives the time when the run began.
/// `left` is how many more files may be looked at.
pub(super) fn doubt(watched: &Watched<'_>, output: &Path, left: &Cell<usize>) -> Option<String> {
    let changed = watched
        .notes
        .watched_variables
        .iter()
        .find(|(name, value)| std::env::var(name).ok() != *value);
    if let Some((name, _)) = changed {
        return Some(format!("`{name}` had another value when the build script ran"));
    }
    let Some(since) = modified(output) else {
        return Some("the age of what the build script left cannot be told".to_owned());
    };
    let package = watched.package;
    // cargo takes what it downloaded for unchangeable.
    let is_downloaded = package.source == PackageSource::Downloaded;
    if !is_downloaded && watched.sources.iter().any(|file| is_younger(file, since) != Some(false)) {
        return Some("the build script has changed since it ran".to_owned());
    }
    let mut watched_paths: Vec<PathBuf> =
        watched.said.watched_paths.iter().map(|path| package.directory.join(path)).collect();
    if !watched.said.watches {
        watched_paths.push(package.directory.clone());
    }
    let changed = watched_paths
        .iter()
        .filter(|path| !(is_downloaded && path.starts_with(&package.directory)))
        .any(|path| holds_younger(path, since, left));
    changed
        .then(|| "files that the build script depends on may have changed since it ran".to_owned())
}

/// Whether `path` or a file below it is younger than `since`, missing, or past counting.
fn holds_younger(path: &Path, since: SystemTime, left: &Cell<usize>) -> bool {
    let mut pending = vec![path.to_owned()];
    while let Some(path) = pending.pop() {
        if left.get() == 0 {
            return true;
        }
        left.set(left.get() - 1);
        let Ok(metadata) = fs::symlink_metadata(&path) else { return true };
        if !metadata.is_dir() {
            // What a link leads to counts, and is not walked.
            if is_younger(&path, since) != Some(false) {
                return true;
            }
            continue;
        }
        let Ok(entries) = fs::read_dir(&path) else { return true };
        for entry in entries.flatten().take(left.get().saturating_add(1)) {
            let name = entry.file_name();
            let below = entry.path();
            // cargo watches neither what it builds, nor what is hidden, nor the packages below this one.
            let is_skipped = name == "target"
                || name.to_string_lossy().starts_with('.')
                || ["CACHEDIR.TAG", "Cargo.toml"].iter().any(|mark| below.join(mark).exists());
            if !is_skipped {
                pending.push(below);
            }
        }
    }
    false
}

fn is_younger(path: &Path, since: SystemTime) -> Option<bool> {
    Some(modified(path)? > since)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
