//! Projects that a test makes up.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::toolchain::{Toolchain, toolchain};

/// A directory of its own, which goes when this does.
#[derive(Debug)]
pub struct Scratch {
    directory: TempDir,
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// An empty directory.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("wasm-import-guard-").tempdir();
        Self { directory: directory.expect("the temporary directory can be written") }
    }

    /// A package `name` 0.1.0 that is a cdylib and an rlib, with `lib` as its source and
    /// dependencies written as in a manifest: `("fastly-sys", "\"=0.13.2\"")`.
    pub fn library(name: &str, dependencies: &[(&str, &str)], lib: &str) -> Self {
        let scratch = Self::new();
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\n[dependencies]\n"
        );
        for (dependency, requirement) in dependencies {
            writeln!(manifest, "{dependency} = {requirement}").expect("text");
        }
        scratch.write("Cargo.toml", &manifest);
        scratch.write("src/lib.rs", lib);
        scratch
    }

    /// Writes a file, with the directories above it.
    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file")).expect("a directory can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    /// A path below it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Resolves the project and downloads all that it depends on, into the ordinary `CARGO_HOME`.
    pub fn fetch(&self) -> &Self {
        self.fetch_in("")
    }

    /// The same for a project in a directory below.
    pub fn fetch_in(&self, directory: &str) -> &Self {
        self.cargo_fetch(directory, &[])
    }

    /// The same, as the project's lock file says.
    pub fn fetch_locked(&self) -> &Self {
        self.cargo_fetch("", &["--locked"])
    }

    fn cargo_fetch(&self, directory: &str, options: &[&str]) -> &Self {
        let mut cargo = toolchain().cargo(&self.path(directory));
        let output = cargo.arg("fetch").args(options).output().expect("cargo can be started");
        assert!(
            output.status.success(),
            "cargo fetch failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self
    }

    /// The target directory of [`Self::try_check`] and [`Self::try_expand`], which all tests share. Packages
    /// of the same name in it are told apart by their place below the workspace's root alone.
    pub fn build_directory(target: &str) -> PathBuf {
        crate::build::shared_directory(target, "build")
    }

    /// What rustc makes of the library of `package` (a package id specification) after `cfg` and
    /// macros, for `target`: the compiler's own view, as Rust text.
    pub fn expand(&self, package: &str, target: &str) -> String {
        self.try_expand(package, target, &[]).unwrap_or_else(|stderr| {
            panic!("rustc does not expand {package} for {target}:\n{stderr}")
        })
    }

    /// The same, with further `options` of cargo, such as `--features`.
    ///
    /// # Errors
    /// What cargo and rustc said, when they failed.
    pub fn try_expand(
        &self,
        package: &str,
        target: &str,
        options: &[&str],
    ) -> Result<String, String> {
        let toolchain: &Toolchain = toolchain();
        let directory = crate::build::shared_directory(target, "build");
        let _lock = crate::build::lock(&directory);
        let mut cargo = toolchain.cargo(self.root());
        cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &directory);
        cargo.args(["rustc", "--quiet", "-p", package, "--lib", "--crate-type", "rlib"]);
        // Expansion needs no more of dependencies than their metadata: nothing is compiled to code,
        // so that targets without a C library or linker are in reach too.
        cargo.args(["--profile", "check"]).args(options);
        cargo.args(toolchain.target_arguments(target));
        // Without output cargo would take the crate for fresh the next time, and print nothing.
        let since = std::time::UNIX_EPOCH.elapsed().expect("a clock").as_nanos();
        cargo.args(["--", "-Zunpretty=expanded", &format!("--cfg=expanded_{since}")]);
        let output = cargo.output().expect("cargo can be started");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let text = String::from_utf8(output.stdout).expect("Rust is UTF-8");
        assert!(!text.is_empty(), "cargo printed nothing for {package}");
        Ok(text)
    }

    /// Whether rustc compiles `package`, up to the making of code.
    ///
    /// # Errors
    /// What cargo and rustc said, when they failed.
    pub fn try_check(&self, package: &str, target: &str, options: &[&str]) -> Result<(), String> {
        let toolchain: &Toolchain = toolchain();
        let directory = crate::build::shared_directory(target, "build");
        let _lock = crate::build::lock(&directory);
        let mut cargo = toolchain.cargo(self.root());
        cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", &directory);
        cargo.args(["check", "--quiet", "-p", package]);
        cargo.args(["--lib"]).args(options).args(toolchain.target_arguments(target));
        let output = cargo.output().expect("cargo can be started");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(stderr) }
    }
}
