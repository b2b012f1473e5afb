//! What a package holds besides Rust: objects, archives, and C code that its build script can link.
//!
//! Which of it a build script takes, only running it would tell. What is found answers one question: whether
//! the package's own code defines a name that its own extern blocks declare.

mod c_text;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::document::read_regular;
use crate::object::{self, Content, SymbolKind};

/// How many files of a package are looked at. The largest bindings in the registry ship some thousands.
const MAX_FILES: usize = 20_000;
/// Larger files are passed over: the amalgamation of `SQLite`, one of the largest texts, has 9 MB.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How many bytes are read of a package.
const MAX_PACKAGE_BYTES: u64 = 512 * 1024 * 1024;

/// The definitions that were found for names that were looked for.
#[derive(Debug, Default)]
pub(crate) struct NativeCode {
    defined: HashSet<String>,
}

impl NativeCode {
    /// Whether the package's own objects or C code define `name`.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Looks for definitions of `names` below `directory`.
    pub(crate) fn look_for(&mut self, directory: &Path, names: &[&str]) {
        let mut missing: BTreeSet<&str> =
            names.iter().copied().filter(|name| !self.defined.contains(*name)).collect();
        let mut budget = MAX_PACKAGE_BYTES;
        for (path, kind) in files(directory) {
            if missing.is_empty() {
                return;
            }
            // What cannot be read defines nothing that is known: the names stay in question.
            let Ok(bytes) = read_regular(&path, MAX_FILE_BYTES.min(budget)) else { continue };
            budget -= bytes.len() as u64;
            let found = match kind {
                Kind::Object => defined_in_object(&bytes, &missing),
                Kind::CText => c_text::defined(&bytes, &missing),
            };
            for name in found {
                missing.remove(name.as_str());
                self.defined.insert(name);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Object,
    CText,
}

/// The files that can define a symbol: objects first, which say it for certain.
fn files(directory: &Path) -> Vec<(PathBuf, Kind)> {
    let mut files = Vec::new();
    let mut pending = vec![directory.to_path_buf()];
    let mut seen = 0;
    while let Some(directory) = pending.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            seen += 1;
            if seen > MAX_FILES {
                return files;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            // Links could lead out of the package, or in a circle.
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                let is_built = name == "target" && path.join("CACHEDIR.TAG").exists();
                if !is_built {
                    pending.push(path);
                }
            } else if metadata.is_file() {
                files.extend(kind(&path).map(|kind| (path, kind)));
            }
        }
    }
    files.sort_by_key(|(_, kind)| *kind);
    files
}

fn kind(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "o" | "obj" | "a" | "lib" => Some(Kind::Object),
        "c" | "cc" | "cpp" | "cxx" | "h" | "hh" | "hpp" | "inc" | "m" => Some(Kind::CText),
        _ => None,
    }
}

/// Which of `names` a wasm object or archive defines.
fn defined_in_object(bytes: &[u8], names: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for unit in object::read(bytes).unwrap_or_default() {
        match unit.content {
            Ok(Content::Wasm(symbols)) => {
                let defined = symbols.defined.iter().filter(|definition| {
                    matches!(definition.kind, SymbolKind::Function | SymbolKind::Data)
                });
                found.extend(defined.map(|definition| definition.name.to_owned()));
            }
            Ok(Content::Bitcode { defines }) => {
                found.extend(defines.into_iter().map(std::borrow::Cow::into_owned));
            }
            _ => {}
        }
    }
    found.retain(|name| names.contains(name.as_str()));
    found
}
