//! The tools that `tests/action/setup` installs.

use std::path::PathBuf;
use std::process::Command;

use crate::environment::repository;

/// A tool by its name. One that is missing is a failure, never a test left out.
pub fn tool(name: &str) -> Command {
    let path = tools().join("bin").join(name);
    assert!(path.is_file(), "{} is not there: run tests/action/setup", path.display());
    Command::new(path)
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
