//! Which packages cargo will most likely say are compiled, by the lock file and their manifests.
//!
//! cargo takes its time over the answer, with one thread. Meanwhile the manifests can be read that will be
//! asked for, and their packages be looked into. A wrong guess costs time and nothing else: features are
//! left out of account, what is not found is passed over, and cargo's answer is the one that counts.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Manifest;
use super::locate::{Locator, Source};
use crate::cfg::TargetCfg;
use crate::document::{MAX_DOCUMENT_BYTES, read_regular};
use crate::trust::{Configuration, cfg_holds};

/// Called with the directory of a package's source, and with what says that there is no more time.
pub(crate) type Look<'a> = dyn Fn(&Path, &AtomicBool) + Sync + 'a;

/// What decides which packages are expected.
pub(super) struct Expected<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) workspace_root: &'a Path,
    pub(super) target: &'a str,
    pub(super) cfg: &'a TargetCfg,
}

impl Expected<'_> {
    /// Reads the manifests of the registry's packages that are expected, by their directories, and has
    /// each of them looked into, until `stop`.
    pub(super) fn read(&self, look: &Look<'_>, stop: &AtomicBool) -> HashMap<PathBuf, Manifest> {
        let mut manifests = HashMap::new();
        let bytes = read_regular(&self.workspace_root.join("Cargo.lock"), MAX_DOCUMENT_BYTES);
        let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return manifests;
        };
        let locked = packages(&text);
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, package) in locked.iter().enumerate() {
            by_name.entry(package.name).or_default().push(at);
        }
        let locator = Locator::new(self.configuration);
        let mut pending: Vec<usize> =
            (0..locked.len()).filter(|&at| !locked[at].is_of_registry).collect();
        let mut seen: HashSet<usize> = pending.iter().copied().collect();
        let mut next = 0;
        while let Some(&at) = pending.get(next).filter(|_| !stop.load(Ordering::Relaxed)) {
            next += 1;
            let package = &locked[at];
            if !package.is_plain() {
                continue;
            }
            let mut wanted: Option<HashSet<String>> = None;
            if package.is_of_registry {
                let source = Source::Default;
                let Ok(directory) = locator.locate(package.name, package.version, &source) else {
                    continue;
                };
                let Ok(manifest) = Manifest::read(&directory) else { continue };
                // What it depends on is compiled for the host.
                if manifest.is_proc_macro() {
                    continue;
                }
                let declared = manifest.dependencies().into_iter();
                let for_target = declared.filter(|it| {
                    let key = it.target.as_deref();
                    key.is_none_or(|key| key == self.target || cfg_holds(key, self.cfg))
                });
                wanted = Some(for_target.map(|it| it.package).collect());
                if let Some(source) = manifest.library().as_ref().and_then(|it| it.path.parent()) {
                    look(source, stop);
                }
                manifests.insert(directory, manifest);
            }
            for dependency in &package.dependencies {
                let (name, version) = dependency.split_once(' ').unwrap_or((dependency, ""));
                if wanted.as_ref().is_some_and(|wanted| !wanted.contains(name)) {
                    continue;
                }
                for &at in by_name.get(name).into_iter().flatten() {
                    let is_meant =
                        version.is_empty() || version.split(' ').next() == Some(locked[at].version);
                    if is_meant && seen.insert(at) {
                        pending.push(at);
                    }
                }
            }
        }
        manifests
    }
}

/// A package of a lock file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Locked<'a> {
    name: &'a str,
    version: &'a str,
    is_of_registry: bool,
    /// Each with its name, behind it the version where there are several of that name.
    dependencies: Vec<&'a str>,
}

impl Locked<'_> {
    /// Whether name and version can be part of a directory's name, and of no other path.
    fn is_plain(&self) -> bool {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        !self.name.starts_with('.') && self.name.chars().chain(self.version.chars()).all(is_plain)
    }
}

/// The packages of a lock file, as cargo writes them: a line for each key and each dependency.
fn packages(lock: &str) -> Vec<Locked<'_>> {
    let mut packages: Vec<Locked<'_>> = Vec::new();
    for line in lock.lines() {
        if line == "[[package]]" {
            packages.push(Locked::default());
        }
        let Some(package) = packages.last_mut() else { continue };
        if let Some(dependency) = line.strip_prefix(" \"").and_then(|it| it.strip_suffix("\",")) {
            package.dependencies.push(dependency);
        }
        let Some((key, value)) = line.split_once(" = ") else { continue };
        let value = value.trim_matches('"');
        match key {
            "name" => package.name = value,
            "version" => package.version = value,
            "source" => package.is_of_registry = value.starts_with("registry+"),
            _ => {}
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_is_read_by_its_lines() {
        let lock = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n \
                    \"b 2.0.0\",\n]\n\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\nsource = \
                    \"registry+https://example.com\"\nchecksum = \"0\"\n";
        let app = Locked {
            name: "app",
            version: "0.1.0",
            dependencies: vec!["a", "b 2.0.0"],
            ..Locked::default()
        };
        let a =
            Locked { name: "a", version: "1.2.3", is_of_registry: true, dependencies: Vec::new() };
        assert!(app.is_plain());
        assert_eq!(packages(lock), [app, a]);
        assert!(!Locked { name: "../a", version: "1.0.0", ..Locked::default() }.is_plain());
        assert!(!Locked { name: "a", version: "1/../..", ..Locked::default() }.is_plain());
    }
}
