//! Which files a crate is made of: how `mod x;`, `#[path]` and `include!` find them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::tokens::{LexError, MAX_FILE_BYTES, Tokens};
use crate::document::read_regular;
use crate::error::Problem;

/// How deep modules may nest. rustc has no limit of its own, its stack has; published crates stay
/// below ten.
pub(super) const MAX_MODULE_DEPTH: usize = 128;

/// How deep modules with a body may nest in one file. Each has a directory of its own, whose path grows with
/// the depth.
pub(super) const MAX_INLINE_DEPTH: usize = 1024;

/// Where the files of a module's children are looked for.
#[derive(Debug, Clone)]
pub(super) struct ModuleDirectory {
    /// Where `mod x;` looks for `x.rs` and `x/mod.rs`.
    pub(super) children: PathBuf,
    /// What a `#[path]` is relative to.
    pub(super) path_base: PathBuf,
    /// How many modules with a body lie around, in the same file.
    pub(super) depth: usize,
}

impl ModuleDirectory {
    /// For the crate root, a `mod.rs`, and a file that a `#[path]` named: children are its siblings.
    pub(super) fn beside(file: &Path) -> Self {
        let directory = file.parent().unwrap_or(Path::new("")).to_path_buf();
        Self { children: directory.clone(), path_base: directory, depth: 0 }
    }

    /// For `x.rs` found through `mod x;`: children are in `x/`, a `#[path]` is beside it.
    pub(super) fn below(file: &Path) -> Self {
        let directory = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let stem = file.file_stem().unwrap_or_default();
        Self { children: directory.join(stem), path_base: directory, depth: 0 }
    }

    /// For `mod name { … }` inside.
    pub(super) fn inline(&self, name: &str, path_attribute: Option<&str>) -> Self {
        let directory = match path_attribute {
            Some(path) => self.path_base.join(path),
            None => self.children.join(name),
        };
        Self { children: directory.clone(), path_base: directory, depth: self.depth + 1 }
    }

    /// The file of `mod name;` and where its children are; `None` when there is no such file.
    pub(super) fn find(&self, name: &str) -> Option<(PathBuf, Self)> {
        let file = self.children.join(format!("{name}.rs"));
        if is_file(&file) {
            let directory = Self::below(&file);
            return Some((file, directory));
        }
        let file = self.children.join(name).join("mod.rs");
        is_file(&file).then(|| {
            let directory = Self::beside(&file);
            (file, directory)
        })
    }
}

/// Whether `path` is a regular file, or a link to one: never a device or a pipe, whose reading may not
/// end.
pub(super) fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// The real places of the directories that modules lie in, each asked for once: a crate has hundreds of
/// modules in a handful of directories.
#[derive(Debug, Default)]
pub(super) struct RealDirectories(HashMap<PathBuf, PathBuf>);

impl RealDirectories {
    /// What [`Path::canonicalize`] gives for a file.
    fn file(&mut self, path: &Path) -> std::io::Result<PathBuf> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return path.canonicalize();
        };
        if std::fs::symlink_metadata(path)?.is_symlink() {
            return path.canonicalize();
        }
        if let Some(real) = self.0.get(parent) {
            return Ok(real.join(name));
        }
        let real = parent.canonicalize()?;
        let file = real.join(name);
        self.0.insert(parent.to_owned(), real);
        Ok(file)
    }
}

/// Reads and lexes `path`, which must lie below one of `roots`; the problem names no package yet.
pub(super) fn read(
    path: &Path,
    roots: &[PathBuf],
    directories: &mut RealDirectories,
) -> Result<Tokens, Problem> {
    let text = text_of(directories.file(path), roots, MAX_FILE_BYTES)
        .map_err(|message| problem(path, message))?;
    Tokens::lex(text).map_err(|LexError| {
        problem(path, "is no Rust text: what it declares is not known".to_owned())
    })
}

/// Reads the text of `path`, of at most `limit` bytes, from a regular file below one of `roots`.
pub(super) fn read_text(path: &Path, roots: &[PathBuf], limit: u64) -> Result<String, String> {
    text_of(path.canonicalize(), roots, limit)
}

fn text_of(
    real: std::io::Result<PathBuf>,
    roots: &[PathBuf],
    limit: u64,
) -> Result<String, String> {
    let real = real.map_err(|error| format!("cannot be read: {error}"))?;
    if !roots.iter().any(|root| real.starts_with(root)) {
        return Err("lies outside its package and workspace: it is not read".to_owned());
    }
    let bytes = read_regular(&real, limit).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8, which rustc refuses too".to_owned())
}

/// A problem with a file.
pub(super) fn problem(path: &Path, message: String) -> Problem {
    Problem { package: None, path: Some(path.to_path_buf()), message }
}

/// `path` relative to the package's directory, with `/`; as it is when it lies elsewhere.
pub(crate) fn relative_name(path: &Path, package_directory: &Path) -> String {
    let path = normalised(path);
    let relative = path.strip_prefix(package_directory).unwrap_or(&path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/").replace("//", "/")
}

/// `path` with `.` and `..` taken out, so that `a/b/../c` and `a/c` are one file.
fn normalised(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_lie_where_rustc_looks() {
        let root = ModuleDirectory::beside(Path::new("/p/src/lib.rs"));
        assert_eq!(root.children, Path::new("/p/src"));
        let plain = ModuleDirectory::below(Path::new("/p/src/a.rs"));
        assert_eq!(plain.children, Path::new("/p/src/a"));
        assert_eq!(plain.path_base, Path::new("/p/src"));
        let inline = plain.inline("b", None);
        assert_eq!(inline.children, Path::new("/p/src/a/b"));
        assert_eq!(inline.path_base, Path::new("/p/src/a/b"));
        assert_eq!(root.inline("b", Some("other")).children, Path::new("/p/src/other"));
    }

    #[test]
    fn names_are_relative_and_use_slashes() {
        assert_eq!(relative_name(Path::new("/p/src/a/../b.rs"), Path::new("/p")), "src/b.rs");
    }
}
