//! Builds of scratch projects for wasm targets.
//!
//! One target directory per wasm target is shared by all tests, so that the standard library and
//! common dependencies are built once. A lock is held during a build; what it made is copied away
//! before the next.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::guard;
use crate::environment::target_directory;
use crate::scratch::Scratch;
use crate::toolchain::toolchain;

/// How to build a scratch project.
#[derive(Debug, Clone)]
pub struct Build {
    target: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    rustc: Option<PathBuf>,
    linker: Option<PathBuf>,
}

/// What a build gave.
#[derive(Debug)]
pub struct Built {
    /// Whether cargo succeeded.
    pub success: bool,
    /// cargo's messages, and rustc's as a person sees them.
    pub stderr: String,
    /// Copies of the wasm modules and rlibs of the project's own packages; they go with this.
    pub files: Vec<PathBuf>,
    /// cargo's words on each crate that it built or had built for the target, in JSON: the standard
    /// library's, where that is built, the dependencies' and the project's own. The files are in the
    /// shared target directory.
    pub artifacts: Vec<Value>,
    _copies: TempDir,
}

impl Build {
    /// `cargo build --target` this.
    pub fn new(target: &str) -> Self {
        Self {
            target: target.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            rustc: None,
            linker: None,
        }
    }

    /// A further argument of `cargo build`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another rustc, such as one of [`crate::rustc_reporting`]; it gets a target directory by its
    /// file name, for it has a std of its own.
    #[must_use]
    pub fn rustc(mut self, rustc: &Path) -> Self {
        self.rustc = Some(rustc.to_owned());
        self
    }

    /// Another linker for the project's library, which is all that is built of the project itself. What
    /// it depends on stays as it is, and so does the shared target directory.
    #[must_use]
    pub fn linker(mut self, linker: &Path) -> Self {
        self.linker = Some(linker.to_owned());
        self
    }

    /// Builds `project`.
    pub fn run(&self, project: &Scratch) -> Built {
        let mut toolchain = toolchain().clone();
        let mut label = "build".to_owned();
        if let Some(rustc) = &self.rustc {
            toolchain = toolchain.with_rustc(rustc);
            label = rustc.file_name().unwrap_or_default().to_string_lossy().into_owned();
        }
        let directory = shared_directory(&self.target, &label);
        let _lock = lock(&directory);
        let mut cargo = toolchain.cargo(project.root());
        cargo.env("CARGO_TARGET_DIR", &directory);
        cargo.envs(self.environment.iter().map(|(name, value)| (name, value)));
        // Where the linker is configured, all of the graph would be built again.
        let command = if self.linker.is_some() { &["rustc", "--lib"][..] } else { &["build"] };
        cargo.args(command).arg("--message-format=json-render-diagnostics");
        cargo.args(toolchain.target_arguments(&self.target)).args(&self.arguments);
        if let Some(linker) = &self.linker {
            cargo.arg("--").arg(format!("-Clinker={}", linker.display()));
        }
        let output = cargo.output().expect("cargo can be started");

        let copies = tempfile::Builder::new().prefix("wasm-import-guard-built-").tempdir();
        let copies = copies.expect("the temporary directory can be written");
        let root = fs::canonicalize(project.root()).expect("the project is there");
        let mut files = Vec::new();
        let mut artifacts = Vec::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            if message["reason"] != "compiler-artifact" {
                continue;
            }
            let names = message["filenames"].as_array().into_iter().flatten();
            let names: Vec<_> = names.filter_map(Value::as_str).map(PathBuf::from).collect();
            let for_target = directory.join(&self.target);
            if names.iter().any(|file| file.starts_with(&for_target)) {
                artifacts.push(message.clone());
            }
            let manifest = message["manifest_path"].as_str().map(Path::new);
            if !manifest.is_some_and(|it| it.starts_with(&root) || it.starts_with(project.root())) {
                continue;
            }
            for file in &names {
                let kind = file.extension().and_then(OsStr::to_str);
                if matches!(kind, Some("wasm" | "rlib")) {
                    let copy = copies.path().join(file.file_name().expect("a file has a name"));
                    fs::copy(file, &copy).expect("cargo names files that are there");
                    files.push(copy);
                }
            }
        }
        Built {
            success: output.status.success(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            files,
            artifacts,
            _copies: copies,
        }
    }
}

/// The command under test in `project`, made to build with the toolchain of the tests: for
/// `check --build`. No other test builds for `target` as long as the file is held.
pub fn guard_that_builds(project: &Scratch, target: &str) -> (Command, File) {
    let toolchain = toolchain();
    let directory = shared_directory(target, "build");
    let lock = lock(&directory);
    let mut command = guard(project.root());
    command.env("CARGO_TARGET_DIR", &directory);
    if toolchain.builds_std {
        // What `-Zbuild-std` says on a command line.
        project.write(".cargo/config.toml", "[unstable]\nbuild-std = [\"std\", \"panic_abort\"]\n");
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    (command, lock)
}

/// cargo in `directory`, whose project stays where it is, to be told to build with `--target` this: with the
/// toolchain of the tests, or with another rustc, which gets a target directory by its file name. No other
/// test builds there as long as the file is held.
pub fn cargo_for_target(directory: &Path, target: &str, rustc: Option<&Path>) -> (Command, File) {
    let mut toolchain = toolchain().clone();
    let mut label = "build".to_owned();
    if let Some(rustc) = rustc {
        toolchain = toolchain.with_rustc(rustc);
        label = rustc.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    let shared = shared_directory(target, &label);
    let lock = lock(&shared);
    let mut cargo = toolchain.cargo(directory);
    cargo.env("CARGO_TARGET_DIR", &shared);
    // The target itself is the caller's to name, behind cargo's subcommand.
    cargo.args(toolchain.target_arguments(target).iter().filter(|it| it.starts_with("-Z")));
    (cargo, lock)
}

impl Built {
    /// Panics with cargo's messages unless the build succeeded.
    pub fn expect_success(&self) -> &Self {
        assert!(self.success, "the build failed:\n{}", self.stderr);
        self
    }

    /// The content of the module of that file name, `app.wasm`.
    pub fn module(&self, name: &str) -> Vec<u8> {
        let file = self.files.iter().find(|file| file.file_name() == Some(OsStr::new(name)));
        let file =
            file.unwrap_or_else(|| panic!("no {name} among {:?}:\n{}", self.files, self.stderr));
        fs::read(file).expect("it was copied there")
    }
}

/// The target directory that all builds of a kind for `target` share.
pub(crate) fn shared_directory(target: &str, label: &str) -> PathBuf {
    let directory = target_directory().join("wasm-tests").join(format!("{target}-{label}"));
    fs::create_dir_all(&directory).expect("the target directory can be written");
    directory
}

/// Waits until no other test uses `directory`, in this process or another.
pub(crate) fn lock(directory: &Path) -> File {
    let file = File::create(directory.join(".tests-lock")).expect("it can be written");
    file.lock().expect("files can be locked");
    file
}
