//! Where cargo, or what it needs, is not as it should be.

use std::fs;

use wasm_import_guard_tests::{Output, Scratch, cargo_for_host, guard};

use super::{CLASH, TARGET, assert_incomplete, check, run};

fn assert_refused(output: &Output, parts: &[&str]) {
    assert_eq!(output.status, Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    for part in parts {
        assert!(output.stderr.contains(part), "{part} is not in: {}", output.stderr);
    }
}

#[test]
fn without_a_rustc_nothing_is_clean() {
    let project = Scratch::library("app", &[], CLASH);
    let mut command = guard(project.root());
    let home = project.path("home");
    for name in ["RUSTC", "CARGO", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_HOME"] {
        command.env_remove(name);
    }
    command.env("HOME", home).env("PATH", project.path("empty"));
    assert_refused(&run(command.args(["check", "--target", TARGET])), &["there is no rustc"]);
}

#[test]
fn a_cargo_that_fails_or_prints_something_else_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Scratch::library("app", &[], CLASH);
    for (script, said) in
        [("echo 'error: no network' >&2; exit 101", "no network"), ("echo hello", "cargo")]
    {
        let directory = tempfile::TempDir::new().expect("a directory can be made");
        let cargo = directory.path().join("cargo");
        fs::write(&cargo, format!("#!/bin/sh\n{script}\n")).expect("writable");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let mut command = check(&project);
        command.env("CARGO", &cargo);
        assert_refused(&run(&mut command), &[said]);
    }
}

#[test]
fn a_lock_file_with_merge_markers_is_named() {
    let project = Scratch::library("app", &[], CLASH);
    let made = cargo_for_host(project.root()).arg("generate-lockfile").output();
    assert!(made.expect("cargo can be started").status.success());
    let lock = fs::read_to_string(project.path("Cargo.lock")).expect("it was made");
    let marked = format!("<<<<<<< HEAD\n{lock}=======\n{lock}>>>>>>> theirs\n");
    project.write("Cargo.lock", &marked);
    assert_refused(&run(&mut check(&project)), &["Cargo.lock"]);
    assert_eq!(fs::read_to_string(project.path("Cargo.lock")).expect("it is there"), marked);
}

/// A project on fastly-sys whose sources lie in a directory of its own.
fn vendored() -> Scratch {
    let project = Scratch::library("app", &[("fastly-sys", "\"=0.13.2\"")], CLASH);
    project.fetch();
    let vendor =
        cargo_for_host(project.root()).args(["vendor", "--quiet", "--offline", "vendor"]).output();
    assert!(vendor.expect("cargo can be started").status.success());
    let replaced = "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \
                    \"vendor\"\n";
    project.write(".cargo/config.toml", replaced);
    project
}

#[test]
fn a_dependency_of_which_files_are_missing_is_said() {
    let project = vendored();
    fs::remove_file(project.path("vendor/fastly-sys/src/lib.rs")).expect("it is there");
    assert_incomplete(&project, &["fastly-sys", "lib.rs"]);
    // And one of which only a part has come: what is there does not end.
    let project = vendored();
    let library = project.path("vendor/fastly-sys/src/lib.rs");
    let text = fs::read_to_string(&library).expect("it is there");
    let half: String = text.chars().take(text.chars().count() / 2).collect();
    let open = half.rfind('{').expect("it has groups");
    fs::write(&library, &half[..=open]).expect("writable");
    assert_incomplete(&project, &["fastly-sys", "lib.rs"]);
}

#[test]
fn a_dependency_that_is_not_there_is_an_error() {
    let project = vendored();
    fs::remove_dir_all(project.path("vendor/fastly-sys")).expect("it is there");
    assert_refused(&run(&mut check(&project)), &["fastly-sys"]);
}
