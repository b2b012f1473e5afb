//! The command under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::environment::{cargo, clean_command, repository, target_directory};
use crate::toolchain::toolchain;

/// What a run of the command gave.
#[derive(Debug, Clone)]
pub struct Output {
    /// The exit code; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The program `cargo-wasm-import-guard`: the one that `WASM_IMPORT_GUARD_BIN` names, else built
/// once, beside the tests.
pub fn guard_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(binary) = std::env::var_os("WASM_IMPORT_GUARD_BIN") {
            return PathBuf::from(binary);
        }
        let target = target_directory();
        let mut build = clean_command(&cargo(), &repository());
        build.env("CARGO_TARGET_DIR", &target);
        build.args(["build", "--quiet", "-p", "cargo-wasm-import-guard"]);
        let output = build.output().expect("cargo can be started");
        assert!(
            output.status.success(),
            "the command does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        target.join("debug/cargo-wasm-import-guard")
    })
}

/// The command in `directory`, for the toolchain of the tests, to be changed before it is run.
pub fn guard(directory: &Path) -> Command {
    let mut command = clean_command(guard_binary(), directory);
    command.env("RUSTC", &toolchain().rustc).env("CARGO", cargo());
    // What one test left must not decide what another sees.
    command.env("WASM_IMPORT_GUARD_CACHE", "off");
    command
}

/// `cargo wasm-import-guard` in `directory`, as people type it: cargo finds the command on the path.
pub fn cargo_with_guard(directory: &Path) -> Command {
    let mut command = clean_command(&cargo(), directory);
    let mut path =
        guard_binary().parent().expect("a file is in a directory").as_os_str().to_owned();
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    command.env("PATH", path).env("RUSTC", &toolchain().rustc);
    command.env("WASM_IMPORT_GUARD_CACHE", "off").arg("wasm-import-guard");
    command
}

/// Runs the command in `directory`.
pub fn run(directory: &Path, arguments: &[&str]) -> Output {
    Output::of(guard(directory).args(arguments))
}

impl Output {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program can be started");
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}
