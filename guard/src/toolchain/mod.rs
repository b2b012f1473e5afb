//! Which rustc is in use, and what a rustc does with wasm imports.

mod channel;
mod find;
mod rustup;
mod said;
mod target;
mod version;
mod wasi_sdk;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use channel::without_host;
pub use version::{ImportSymbols, Rustc, UndefinedSymbols};

use crate::error::Error;
use crate::process;
use crate::trust::{Configuration, Trust};

/// The programs of the toolchain in use, found outside the project.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// cargo itself, never a rustup proxy where that can be told.
    pub cargo: PathBuf,
    /// rustc itself, never a wrapper.
    pub rustc: PathBuf,
    /// `rustc --print sysroot`.
    pub sysroot: PathBuf,
    /// What children get as `RUSTUP_TOOLCHAIN`, so that no file of the project decides it.
    pub rustup_toolchain: Option<OsString>,
    /// What `rustc -vV` says.
    pub version: Rustc,
    /// The `PATH` of children: without entries that the project could fill. `None` in a build script,
    /// where it is cargo's own.
    path: Option<OsString>,
    /// The configuration that was in force where the toolchain was looked for.
    configuration: Configuration,
    /// What the user lets the project's configuration decide.
    trust: Trust,
}

impl Toolchain {
    /// A command that runs rustc where no file of the project is looked at.
    fn rustc_command(&self) -> Command {
        let mut command = Command::new(&self.rustc);
        self.set_environment(&mut command);
        command.current_dir(neutral_directory(&self.configuration.directory));
        command
    }

    /// A command that runs cargo in `directory`, with nothing that the project's configuration names.
    pub(crate) fn cargo_command(&self, directory: &Path) -> Command {
        let mut command = Command::new(&self.cargo);
        self.set_environment(&mut command);
        command
            .current_dir(directory)
            .env("RUSTC", &self.rustc)
            // rustc is asked anew: cargo's notes on it lie in the project's target directory, where
            // the project can write what it likes.
            .env("CARGO_CACHE_RUSTC_INFO", "0")
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("CARGO_TERM_QUIET", "false")
            .env("CARGO_TERM_VERBOSE", "false");
        command
    }

    /// A command that runs cargo in `directory` as the user would: with the environment and all that
    /// the configuration names, for a build that the user asked for. cargo and rustc are those of this
    /// toolchain, so that what is built is what is judged.
    pub fn build_command(&self, directory: &Path) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(directory).env("RUSTC", &self.rustc);
        if let Some(toolchain) = &self.rustup_toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }

    fn set_environment(&self, command: &mut Command) {
        command
            // Empty switches a wrapper off that the configuration names; unset would not.
            .env("RUSTC_WRAPPER", "")
            .env("RUSTC_WORKSPACE_WRAPPER", "")
            .env("RUSTUP_AUTO_INSTALL", "0")
            // Messages are quoted; a backtrace would bury them.
            .env_remove("RUST_BACKTRACE");
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        if let Some(toolchain) = &self.rustup_toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
    }

    /// What the user lets the project's configuration decide.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// The configuration that was in force where the toolchain was looked for.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }
}

/// The root of `directory`'s file system: it exists, and nothing of a project lies in it or above.
fn neutral_directory(directory: &Path) -> PathBuf {
    match directory.ancestors().last() {
        Some(root) if root.is_absolute() => root.to_owned(),
        _ => std::env::temp_dir(),
    }
}

/// Runs `command` and gives its standard output.
fn ask(command: &mut Command, rustc: &Path) -> Result<String, Error> {
    let output = process::run(command, process::LOCAL_TIME_LIMIT)?;
    if !output.success {
        let words = process::first_error(&output.stderr);
        return Err(Error::new(format!("rustc ({}) does not run: {words}", rustc.display())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
