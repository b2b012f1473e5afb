//! The tools that `tests/action/setup` installs.

use std::path::PathBuf;
use std::process::Command;

use crate::environment::repository;

/// A tool by its name, from PyPI or from npm. One that is missing is a failure, never a test left out.
pub fn tool(name: &str) -> Command {
    let directories = ["bin", "npm/node_modules/.bin"].map(|directory| tools().join(directory));
    let path = directories.iter().map(|directory| directory.join(name)).find(|path| path.is_file());
    Command::new(path.unwrap_or_else(|| panic!("no {name}: run tests/action/setup")))
}

/// A file that the set-up itself made, by its path in the directory of the tools.
pub(crate) fn tool_file(path: &str) -> PathBuf {
    let file = tools().join(path);
    assert!(file.is_file(), "{} is not there: run tests/action/setup", file.display());
    file
}

/// A file that one of the wheels brings along, by its path in it.
pub fn tool_data(path: &str) -> PathBuf {
    let libraries = tools().join("lib");
    let versions = std::fs::read_dir(&libraries)
        .unwrap_or_else(|_| panic!("{} is not there: run tests/action/setup", libraries.display()));
    let mut found =
        versions.map(|version| version.unwrap().path().join("site-packages").join(path));
    found.find(|path| path.is_file()).unwrap_or_else(|| panic!("no {path}: run tests/action/setup"))
}

fn tools() -> PathBuf {
    std::env::var_os("WASM_IMPORT_GUARD_ACTION_TOOLS").map_or_else(
        || {
            std::env::var_os("WASM_IMPORT_GUARD_TOOLCHAIN")
                .map_or_else(|| repository().join(".wasm-toolchain"), PathBuf::from)
                .join("action")
        },
        PathBuf::from,
    )
}
