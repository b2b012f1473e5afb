//! Keeps the directory from growing for ever.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How often the entries are looked through.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an entry stays after it was written. What is still needed then is read once more.
const MAX_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Removes entries, and what unfinished writes left, that are older than [`MAX_AGE`], unless that was done
/// less than [`EVERY`] ago.
pub(super) fn sweep(directory: &Path) {
    let entries = directory.join("entries");
    let note = directory.join("swept");
    if !entries.is_dir() || is_younger(&note, EVERY) {
        return;
    }
    // First of all: two sweeps at once do no harm, but one is enough.
    let _ = fs::write(&note, "");
    for group in fs::read_dir(&entries).into_iter().flatten().flatten() {
        for entry in fs::read_dir(group.path()).into_iter().flatten().flatten() {
            if !is_younger(&entry.path(), MAX_AGE) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Whether `path` was written less than `age` ago.
fn is_younger(path: &Path, age: Duration) -> bool {
    let written = fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|since| since < age))
}
