//! The toolchain that is found, under one environment or another.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // Helpers outside of `#[test]` functions use it too.

mod support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Project, TARGET, compiled, rerun};
use wasm_import_guard::graph::{self, Mode, Selection};
use wasm_import_guard::toolchain::{ImportSymbols, Toolchain};
use wasm_import_guard::trust::Trust;

const OFFLINE: Trust = Trust { config: false, offline: true };

/// The rustc beside the cargo that runs the tests.
fn rustc() -> PathBuf {
    Path::new(env!("CARGO")).with_file_name("rustc")
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A package with one dependency.
fn small(name: &str) -> Project {
    let project = Project::new(name);
    project.package(".", "app", "0.1.0", "[workspace]\n[dependencies]\ndep = { path = \"dep\" }\n");
    project.package("dep", "dep", "0.1.0", "");
    project
}

#[test]
fn the_user_s_rustc_is_kept_and_says_its_version() {
    let tools = Project::new("toolchain-tools");
    let wrapper = tools.root.join("rustc-1.91.0");
    script(
        &wrapper,
        &format!(
            "[ \"$1\" = -vV ] && printf 'rustc 1.91.0 (f8297e351 2025-10-28)\\nhost: x\\nrelease: 1.91.0\\n' && exit\nexec '{}' \"$@\"",
            rustc().display()
        ),
    );
    let name = "the_user_s_rustc_is_kept_and_says_its_version";
    if !rerun(name, &[("RUSTC", wrapper.as_os_str())]) {
        return;
    }
    let project = small("toolchain-wrapper");
    let toolchain = Toolchain::find(&project.root, OFFLINE).unwrap();
    assert_eq!(toolchain.rustc, wrapper);
    assert_eq!(toolchain.version.release, "1.91.0");
    assert_eq!(toolchain.version.import_symbols(), ImportSymbols::PlainOutsideDeclaringCrate);
    assert!(toolchain.cargo.is_absolute());
    let loaded = graph::load(&toolchain, &project.selection(), TARGET, Mode::Command).unwrap();
    assert_eq!(loaded.graph.packages.len(), 2);
    assert!(toolchain.target_cfg(TARGET).unwrap().values["target_os"].contains("wasi"));
}

#[test]
fn a_rustc_that_does_not_run_is_named() {
    let name = "a_rustc_that_does_not_run_is_named";
    if !rerun(name, &[("RUSTC", OsStr::new("/nowhere/rustc"))]) {
        return;
    }
    let project = small("toolchain-broken");
    let error = Toolchain::find(&project.root, OFFLINE).unwrap_err();
    assert!(error.message().contains("could not run /nowhere/rustc"), "{error}");
}

#[test]
fn without_a_path_there_is_no_rustc() {
    let name = "without_a_path_there_is_no_rustc";
    let home = Project::new("toolchain-no-home");
    let home = home.root.as_os_str();
    let variables =
        [("PATH", OsStr::new(".:")), ("RUSTUP_HOME", home), ("CARGO_HOME", home), ("HOME", home)];
    if !rerun(name, &variables) {
        return;
    }
    let project = small("toolchain-no-path");
    let error = Toolchain::find(&project.root, OFFLINE).unwrap_err();
    assert!(error.message().starts_with("there is no rustc"), "{error}");
    assert!(error.helps()[0].contains("rustup.rs"));
}

#[test]
fn a_build_script_uses_the_cargo_that_runs_it() {
    let name = "a_build_script_uses_the_cargo_that_runs_it";
    let rustc = rustc();
    let variables = [
        ("CARGO", OsStr::new(env!("CARGO"))),
        ("RUSTC", rustc.as_os_str()),
        ("CARGO_CFG_TARGET_OS", OsStr::new("wasi")),
        ("CARGO_CFG_TARGET_FAMILY", OsStr::new("wasm")),
        ("CARGO_ENCODED_RUSTFLAGS", OsStr::new("-Zcodegen-backend=/x.so\u{1f}--cfg\u{1f}backend")),
    ];
    if !rerun(name, &variables) {
        return;
    }
    let project = small("toolchain-build-script");
    project.file("own/src/lib.rs", "");
    project.file("own/Cargo.toml", "[package]\nname = \"own\"\nversion = \"0.1.0\"\n");
    let manifest = fs::read_to_string(project.root.join("Cargo.toml")).unwrap();
    project.file(
        "Cargo.toml",
        &format!("{manifest}[target.'cfg(backend)'.dependencies]\nown = {{ path = \"own\" }}\n"),
    );
    let toolchain = Toolchain::in_build_script().unwrap();
    assert_eq!(toolchain.cargo, Path::new(env!("CARGO")));
    assert_eq!(toolchain.rustc, rustc);
    let selection = Selection { offline: false, ..project.selection() };
    // Always frozen, so that nothing is written.
    let error = graph::load(&toolchain, &selection, TARGET, Mode::BuildScript).unwrap_err();
    assert!(error.message().contains("lock file"), "{error}");
    let locked = Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline"])
        .current_dir(&project.root)
        .status()
        .unwrap();
    assert!(locked.success());
    let loaded = graph::load(&toolchain, &selection, TARGET, Mode::BuildScript).unwrap();
    let expected = ["app 0.1.0 []", "dep 0.1.0 []", "own 0.1.0 []"].map(str::to_owned);
    assert_eq!(compiled(&loaded.graph), expected.into());
    assert!(loaded.target_cfg.is_wasm());
}
