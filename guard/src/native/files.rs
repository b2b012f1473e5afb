//! The files of a package that are not Rust and can end up in a link.

use crate::sorted;
use std::fs;
use std::path::{Path, PathBuf};

/// How many files of a package are looked at. The largest bindings in the registry ship some thousands.
pub(super) const MAX_FILES: usize = 20_000;
/// Directories whose files no build script of the package links.
const NOT_LINKED: &[&str] = &["benches", "examples", "node_modules", "tests"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Object,
    CText,
}

/// The files of a package that can define or import a symbol.
#[derive(Debug)]
pub(super) struct Files {
    /// Objects first, which say it for certain.
    pub(super) files: Vec<(PathBuf, Kind)>,
    /// Whether there are more files than [`MAX_FILES`].
    pub(super) are_cut: bool,
}

/// Looks through `directory`.
pub(super) fn files(directory: &Path) -> Files {
    let (mut files, mut are_cut) = (Vec::new(), false);
    let mut pending = vec![directory.to_path_buf()];
    let mut seen = 0;
    'directories: while let Some(directory) = pending.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        sorted::sort(&mut paths);
        for path in paths {
            seen += 1;
            if seen > MAX_FILES {
                are_cut = true;
                break 'directories;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || NOT_LINKED.contains(&name.as_ref()) {
                continue;
            }
            // Links could lead out of the package, or in a circle.
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            if metadata.is_dir() {
                let is_built = name == "target" && path.join("CACHEDIR.TAG").exists();
                let is_another_package = path.join("Cargo.toml").exists();
                if !(is_built || is_another_package) {
                    pending.push(path);
                }
            } else if metadata.is_file() {
                files.extend(kind(&path).map(|kind| (path, kind)));
            }
        }
    }
    sorted::sort_by_key(&mut files, |(_, kind)| *kind);
    Files { files, are_cut }
}

fn kind(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "o" | "obj" | "a" | "lib" => Some(Kind::Object),
        "c" | "cc" | "cpp" | "cxx" | "h" | "hh" | "hpp" | "inc" | "m" => Some(Kind::CText),
        _ => None,
    }
}
