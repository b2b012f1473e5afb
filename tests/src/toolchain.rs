//! The rustc that builds wasm modules.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::environment::{cargo, clean_command, repository};

/// A rustc, and how to have cargo build with it.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// rustc, or a wrapper of it.
    pub rustc: PathBuf,
    /// Whether the standard library of wasm targets is built from source, for lack of a built one.
    pub builds_std: bool,
}

/// The toolchain of the tests: what `tests/toolchain/setup` made, or the rustc that
/// `WASM_IMPORT_GUARD_TEST_RUSTC` names, whose wasm targets are installed.
pub fn toolchain() -> &'static Toolchain {
    static TOOLCHAIN: OnceLock<Toolchain> = OnceLock::new();
    TOOLCHAIN.get_or_init(|| {
        if let Some(rustc) = std::env::var_os("WASM_IMPORT_GUARD_TEST_RUSTC") {
            let rustc = PathBuf::from(rustc);
            assert!(
                Command::new(&rustc).arg("-V").output().is_ok_and(|output| output.status.success()),
                "WASM_IMPORT_GUARD_TEST_RUSTC names `{}`, which does not run",
                rustc.display()
            );
            return Toolchain { rustc, builds_std: false };
        }
        let root = std::env::var_os("WASM_IMPORT_GUARD_TOOLCHAIN")
            .map_or_else(|| repository().join(".wasm-toolchain"), PathBuf::from);
        let rustc = root.join("bin/rustc");
        assert!(
            root.join("rustc-1.96.stamp").is_file() && rustc.is_file(),
            "the toolchain of the tests is not there ({}): run `tests/toolchain/setup`, or \
             `tests/run`, which does; or set WASM_IMPORT_GUARD_TEST_RUSTC to a rustc whose wasm \
             targets are installed",
            root.display()
        );
        Toolchain { rustc, builds_std: true }
    })
}

impl Toolchain {
    /// The same cargo with another rustc, such as one of [`rustc_reporting`].
    #[must_use]
    pub fn with_rustc(&self, rustc: &Path) -> Self {
        Self { rustc: rustc.to_owned(), builds_std: self.builds_std }
    }

    /// cargo in `directory`, to build with this rustc.
    pub fn cargo(&self, directory: &Path) -> Command {
        let mut command = clean_command(&cargo(), directory);
        command.env("RUSTC", &self.rustc);
        if self.builds_std {
            // For `-Zbuild-std`, and for the standard library's own unstable features.
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command
    }

    /// What cargo needs to be told to build for `target`.
    pub fn target_arguments(&self, target: &str) -> Vec<String> {
        let mut arguments = vec!["--target".to_owned(), target.to_owned()];
        if self.builds_std {
            let std = if target == "wasm32v1-none" { "core,alloc" } else { "std,panic_abort" };
            arguments.push(format!("-Zbuild-std={std}"));
        }
        arguments
    }

    /// What `rustc -vV` says.
    pub fn version(&self) -> String {
        let output = Command::new(&self.rustc).arg("-vV").output().expect("rustc runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// `rustc --print sysroot`.
    pub fn sysroot(&self) -> PathBuf {
        let output =
            Command::new(&self.rustc).args(["--print", "sysroot"]).output().expect("rustc runs");
        PathBuf::from(String::from_utf8(output.stdout).expect("UTF-8").trim_end())
    }
}

/// Writes a program into `directory` that answers `rustc -vV` (and `-V`) as the official release
/// `release` of `date` would, and is the toolchain's rustc in everything else.
pub fn rustc_reporting(directory: &Path, release: &str, commit: &str, date: &str) -> PathBuf {
    let real = &toolchain().rustc;
    let short = &commit[..9.min(commit.len())];
    let path = directory.join(format!("rustc-reporting-{release}"));
    let script = format!(
        "#!/bin/sh\n\
         case \"$*\" in\n\
         -V | --version) echo 'rustc {release} ({short} {date})'; exit ;;\n\
         -vV | '--version --verbose' | '--verbose --version')\n\
         cat <<'EOF'\n\
         rustc {release} ({short} {date})\n\
         binary: rustc\n\
         commit-hash: {commit}\n\
         commit-date: {date}\n\
         host: x86_64-unknown-linux-gnu\n\
         release: {release}\n\
         LLVM version: 21.1.2\n\
         EOF\n\
         exit ;;\n\
         esac\n\
         exec '{}' \"$@\"\n",
        real.display()
    );
    fs::write(&path, script).expect("the directory can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its files are one's own");
    path
}
