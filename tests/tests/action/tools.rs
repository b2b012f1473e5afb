//! The tools that `tests/action/setup` installs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A tool by its name. One that is missing is a failure, never a test left out.
pub(crate) fn tool(name: &str) -> Command {
    let directory = std::env::var_os("WASM_IMPORT_GUARD_ACTION_TOOLS").map_or_else(
        || {
            std::env::var_os("WASM_IMPORT_GUARD_TOOLCHAIN")
                .map_or_else(|| repository().join(".wasm-toolchain"), PathBuf::from)
                .join("action")
        },
        PathBuf::from,
    );
    let path = directory.join("bin").join(name);
    assert!(path.is_file(), "{} is not there: run tests/action/setup", path.display());
    Command::new(path)
}
