//! Looks into the packages that a lock file names while cargo still works out which of them are compiled.
//!
//! It is a guess that costs nothing when it is wrong: cargo has one thread busy, and what was not looked
//! into before it is done, or is in another place than most, is looked into afterwards.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::document::{MAX_DOCUMENT_BYTES, read_regular};
use crate::graph::{Selection, registry_directories};
use crate::source::text_scan::{Hints, hints_until};
use crate::trust::Configuration;

/// What was seen of packages, by the directory of their source.
pub(crate) type Prefetched = HashMap<PathBuf, Hints>;

/// Looks into the registry's packages of the lock file that `selection` most likely has, until `stop`.
pub(crate) fn prefetch(
    selection: &Selection,
    configuration: &Configuration,
    stop: &AtomicBool,
) -> Prefetched {
    let mut found = Prefetched::new();
    let Some(lock) = lock_file(selection) else { return found };
    let names = locked_packages(&lock);
    for directory in registry_directories(configuration, &names) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let source = directory.join("src");
        if let Some(hints) = hints_until(&source, stop) {
            found.insert(source, hints);
        }
    }
    found
}

/// The nearest lock file around the selection.
fn lock_file(selection: &Selection) -> Option<String> {
    let manifest = selection.manifest_path.as_deref().map(|path| selection.directory.join(path));
    let start = manifest.as_deref().and_then(Path::parent).unwrap_or(&selection.directory);
    let lock = start.ancestors().map(|it| it.join("Cargo.lock")).find(|lock| lock.is_file())?;
    String::from_utf8(read_regular(&lock, MAX_DOCUMENT_BYTES).ok()?).ok()
}

/// Name and version of each package that has a source, as cargo writes them: a line for each key.
fn locked_packages(lock: &str) -> Vec<(&str, &str)> {
    fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
        line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')
    }
    let (mut name, mut version) = ("", "");
    let mut packages = Vec::new();
    for line in lock.lines() {
        name = value(line, "name").unwrap_or(name);
        version = value(line, "version").unwrap_or(version);
        if value(line, "source").is_some_and(|source| source.starts_with("registry+")) {
            packages.push((name, version));
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_of_a_registry_are_looked_into() {
        let lock = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \
                    \"a\"\nversion = \"1.2.3\"\nsource = \"registry+https://example.com\"\nchecksum = \"0\"\n\n\
                    [[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"git+https://example.com#1\"\n";
        assert_eq!(locked_packages(lock), [("a", "1.2.3")]);
    }
}
