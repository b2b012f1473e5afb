//! What children of a test see of the environment that the test itself was started in.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ is in the repository").to_owned()
}

/// The target directory that this very program was built into.
pub(crate) fn target_directory() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows its path");
    let profile = program
        .ancestors()
        .find(|it| it.file_name().is_some_and(|name| name == "debug" || name == "release"))
        .expect("tests are in a profile's directory");
    profile.parent().expect("below the target directory").to_owned()
}

/// cargo itself, as the running `cargo test` tells.
pub(crate) fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// cargo in `directory` for this machine itself, with a target directory that later runs find again.
pub fn cargo_for_host(directory: &Path) -> Command {
    let mut command = clean_command(&cargo(), directory);
    command.env("CARGO_TARGET_DIR", target_directory().join("host-tests"));
    command
}

/// A command in `directory` whose environment has nothing of the cargo that runs the tests, nor of
/// the developer's own settings for builds: those would decide what a test sees.
pub(crate) fn clean_command(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let cargo = text.starts_with("CARGO") && text != "CARGO_HOME";
        let rust = ["RUSTC", "RUSTFLAGS", "RUSTDOC", "RUSTDOCFLAGS"].contains(&text.as_ref())
            || text.starts_with("RUSTC_")
            || text.starts_with("WASM_IMPORT_GUARD");
        // What cargo sets for build scripts: a test may itself be run from one's environment.
        let build_script = ["TARGET", "HOST", "OUT_DIR", "PROFILE", "NUM_JOBS"];
        let other = build_script.contains(&text.as_ref()) || text == "LD_LIBRARY_PATH";
        if cargo || rust || other || text == "DOCS_RS" {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_TERM_COLOR", "never");
    command
}
