//! `check` on real graphs, beside other programs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Measured, Program, Project, Tools, in_turn};

/// What was measured on one graph.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The graph.
    pub project: Project,
    /// How many packages are compiled for its target.
    pub packages: usize,
    /// The bytes of their Rust files.
    pub bytes: u64,
    /// `check`, which keeps nothing.
    pub check: Measured,
    /// `check` again, with what an earlier run kept.
    pub cached: Measured,
    /// `cargo tree`.
    pub tree: Measured,
    /// `rg -trust -l wasm_import_module` over the packages' directories.
    pub rg: Measured,
    /// Every Rust file of the packages parsed by syn.
    pub syn: Measured,
}

impl Compared {
    /// The wall time of `check` as a multiple of what `cargo tree` and `rg` take, one after the other.
    pub fn ratio(&self) -> f64 {
        self.check.wall / (self.tree.wall + self.rg.wall)
    }

    /// The wall time of `check` with what an earlier run kept, as a multiple of `cargo tree`'s.
    pub fn cached_ratio(&self) -> f64 {
        self.cached.wall / self.tree.wall
    }
}

/// Measures all on `project`, whose sources are downloaded first.
pub fn compare(project: &Project, tools: &Tools, rounds: usize) -> Compared {
    let directories = project.fetch();
    let cache = tools.scratch.join(format!("cache-{}", project.name));
    let check = |cache: OsString| {
        let arguments = ["check", "--quiet", "--offline", "--locked", "--target", project.target];
        Program::new(&tools.guard, &project.directory)
            .args(arguments)
            .env("WASM_IMPORT_GUARD_CACHE", cache)
            .accepting(&[0, 1])
    };
    let paths = || directories.iter().map(|path| path.clone().into_os_string());
    let programs = [
        check("off".into()),
        check(cache.into_os_string()),
        project.tree(),
        Program::new(&tools.rg, &project.directory)
            .args(["-trust", "-l", "wasm_import_module"])
            .args(paths())
            .accepting(&[0, 1]),
        Program::new(&tools.own, &project.directory).args(["--syntax"]).args(paths()),
    ];
    let [check, cached, tree, rg, syn] = in_turn(&programs, rounds)[..] else {
        unreachable!("there are as many figures as programs")
    };
    let bytes = directories.iter().flat_map(|it| rust_files(it)).map(|(_, bytes)| bytes).sum();
    let packages = directories.len();
    Compared { project: project.clone(), packages, bytes, check, cached, tree, rg, syn }
}

/// Parses every Rust file below `directories`, and counts the foreign items at the files' top level: what a
/// straightforward tool does.
pub fn syntax(directories: &[PathBuf]) -> usize {
    let files = directories.iter().flat_map(|it| rust_files(it));
    let texts = files.filter_map(|(path, _)| fs::read_to_string(path).ok());
    let parsed = texts.filter_map(|text| syn::parse_file(&text).ok());
    let items = parsed.flat_map(|file| file.items);
    items
        .map(|item| match item {
            syn::Item::ForeignMod(block) => block.items.len(),
            _ => 0,
        })
        .sum()
}

/// The Rust files below `directory`, with their sizes in bytes.
fn rust_files(directory: &Path) -> Vec<(PathBuf, u64)> {
    let (mut files, mut pending) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => pending.push(path),
                Ok(metadata) if path.extension().is_some_and(|it| it == "rs") => {
                    files.push((path, metadata.len()));
                }
                _ => {}
            }
        }
    }
    files
}
