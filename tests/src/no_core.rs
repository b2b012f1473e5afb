//! Crates without a standard library, for every rustc that is there: what each does with extern blocks,
//! and what its link makes of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::environment::clean_command;
use crate::toolchain::{Toolchain, toolchain};

/// A rustc, its `-vV`, and the rust-lld to link with.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program.
    pub rustc: PathBuf,
    /// What `rustc -vV` says.
    pub version: String,
    linker: PathBuf,
}

/// What a link gave.
#[derive(Debug)]
pub struct Linked {
    /// The arguments that rustc gave the linker, one each.
    pub arguments: Vec<String>,
    /// rustc's messages, and the linker's among them.
    pub messages: String,
    /// The module; `None` when the link failed.
    pub module: Option<Vec<u8>>,
}

const TARGET: &str = "wasm32-unknown-unknown";

impl Compiler {
    /// The rustc versions that the tests have: 1.63 and 1.85 of `tests/toolchain/setup older`, the rustc
    /// that runs these tests, and the one that builds modules. With `WASM_IMPORT_GUARD_TEST_RUSTC` the
    /// older ones are not asked for.
    pub fn all() -> Vec<Self> {
        let modern = toolchain();
        let mut programs = vec![modern.rustc.clone(), own_rustc()];
        if modern.builds_std {
            let directory = modern.rustc.parent().expect("it lies in a directory");
            for older in ["rustc-1.85", "rustc-1.63"] {
                let rustc = directory.join(older);
                assert!(
                    rustc.is_file(),
                    "{} is not there: run `tests/toolchain/setup older`",
                    rustc.display()
                );
                programs.push(rustc);
            }
        }
        let linker = linker();
        let mut all: Vec<Self> = Vec::new();
        for rustc in programs {
            let version = Toolchain { rustc: rustc.clone(), builds_std: false }.version();
            if all.iter().all(|known| known.version != version) {
                all.push(Self { rustc, version, linker: linker.clone() });
            }
        }
        all
    }

    /// The minor version: 95 of 1.95.0.
    pub fn minor(&self) -> u32 {
        let release = self.version.lines().find_map(|line| line.strip_prefix("release: 1."));
        let minor = release.and_then(|rest| rest.split('.').next()?.parse().ok());
        minor.expect("a rustc names its release")
    }

    /// The object that a crate with these items compiles to.
    pub fn object(&self, items: &str) -> Vec<u8> {
        let directory = scratch();
        let object = directory.path().join("it.o");
        let source = self.source(directory.path(), "it", "cdylib", items, None);
        let output = self
            .compile(directory.path(), &source)
            .args(["--emit=obj", "-o"])
            .arg(&object)
            .output()
            .expect("rustc runs");
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}:\n{messages}", self.version);
        fs::read(&object).expect("rustc wrote it")
    }

    /// Links a cdylib with the items `own`, which uses a crate with the items `dependency`.
    pub fn link(&self, dependency: &str, own: &str) -> Linked {
        let directory = scratch();
        let path = directory.path();
        let rlib = path.join("libdependency.rlib");
        let source = self.source(path, "dependency", "rlib", dependency, None);
        for (emit, file) in [("--emit=link", &rlib), ("--emit=obj", &rlib.with_extension("o"))] {
            let mut rustc = self.compile(path, &source);
            let output = rustc.arg(emit).arg("-o").arg(file).output().expect("rustc runs");
            let messages = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}:\n{messages}", self.version);
        }

        let linker = recording_linker(path, &self.linker);
        let source = self.source(path, "own", "cdylib", own, Some("dependency"));
        let module = path.join("own.wasm");
        let output = self
            .compile(path, &source)
            .arg("--extern")
            .arg(format!("dependency={}", rlib.display()))
            .arg(format!("-Clinker={}", linker.display()))
            .args(["-Clinker-flavor=wasm-ld", "-o"])
            .arg(&module)
            .output()
            .expect("rustc runs");
        let arguments = fs::read_to_string(path.join("arguments")).expect("the linker was started");
        Linked {
            arguments: arguments.lines().map(str::to_owned).collect(),
            messages: String::from_utf8_lossy(&output.stderr).into_owned(),
            module: output.status.success().then(|| fs::read(&module).expect("it was linked")),
        }
    }

    fn compile(&self, directory: &Path, source: &Path) -> Command {
        let mut command = clean_command(&self.rustc, directory);
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["--target", TARGET, "-Cpanic=abort", "-O", "-Ccodegen-units=1"])
            .arg(source);
        command
    }

    /// Writes a crate that stands on its own, or on `dependency`.
    fn source(
        &self,
        directory: &Path,
        name: &str,
        kind: &str,
        items: &str,
        dependency: Option<&str>,
    ) -> PathBuf {
        let language_items = match dependency {
            Some(dependency) => format!("extern crate {dependency};\nuse {dependency}::*;\n"),
            None => format!(
                "{}#[lang = \"copy\"] pub trait Copy {{}}\nimpl Copy for i32 {{}}\nimpl Copy for f64 {{}}\n",
                self.sized()
            ),
        };
        let text = format!(
            "#![feature(no_core, lang_items)]\n#![no_core]\n#![allow(warnings)]\n\
             #![crate_type = \"{kind}\"]\n#![crate_name = \"{name}\"]\n{language_items}{items}\n"
        );
        let path = directory.join(format!("{name}.rs"));
        fs::write(&path, text).expect("the directory can be written");
        path
    }

    /// The language item `Sized`, with the hierarchy above it that came with rust#137944.
    fn sized(&self) -> &'static str {
        if self.minor() < 89 {
            "#[lang = \"sized\"] pub trait Sized {}\n"
        } else {
            "#[lang = \"pointee_sized\"] pub trait PointeeSized {}\n\
             #[lang = \"meta_sized\"] pub trait MetaSized: PointeeSized {}\n\
             #[lang = \"sized\"] pub trait Sized: MetaSized {}\n"
        }
    }
}

fn scratch() -> TempDir {
    let directory = tempfile::Builder::new().prefix("wasm-import-guard-no-core-").tempdir();
    directory.expect("the temporary directory can be written")
}

/// The rustc of the cargo that runs the tests.
fn own_rustc() -> PathBuf {
    PathBuf::from(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// The rust-lld of the rustc that runs the tests.
fn linker() -> PathBuf {
    let own = Toolchain { rustc: own_rustc(), builds_std: false };
    let host = own
        .version()
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .expect("a rustc names its host");
    let linker = own.sysroot().join("lib/rustlib").join(host).join("bin/rust-lld");
    assert!(linker.is_file(), "{} is not there: use a rustup toolchain", linker.display());
    linker
}

/// A program that notes its arguments and is the linker. It gets the dependency as the object that its
/// rlib holds: an old rlib's metadata is a warning to a new linker, and an old rustc asks for fatal ones.
fn recording_linker(directory: &Path, linker: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = directory.join("linker");
    let script = format!(
        "#!/bin/sh\n\
         printf '%s\\n' \"$@\" >'{}'\n\
         for argument; do\n\
         shift\n\
         case $argument in *.rlib) argument=${{argument%.rlib}}.o ;; esac\n\
         set -- \"$@\" \"$argument\"\n\
         done\n\
         exec '{}' \"$@\"\n",
        directory.join("arguments").display(),
        linker.display()
    );
    fs::write(&path, script).expect("the directory can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its files are one's own");
    path
}
