//! What cannot be analysed is said, with the thing, the place and the way out, and hides nothing else.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, run};

const CLASH: &str = "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    pub fn close(handle: u32) \
                     -> u32;\n}\n";

fn check(project: &Scratch, arguments: &[&str]) -> Output {
    let mut all = vec!["check", "--offline", "--rustc-version", "1.91.0"];
    all.extend(arguments);
    run(project.root(), &all)
}

/// Asserts exit code 2 and that standard error, an `error:` line first, holds all of `parts`.
fn assert_refused(output: &Output, parts: &[&str]) {
    assert_eq!(output.status, Some(2), "{}\n{}", output.stdout, output.stderr);
    assert!(output.stderr.contains("error: "), "{}", output.stderr);
    assert!(output.stdout.is_empty(), "{}", output.stdout);
    for part in parts {
        assert!(output.stderr.contains(part), "{part} is not in:\n{}", output.stderr);
    }
}

fn library() -> Scratch {
    Scratch::library("app", &[], CLASH)
}

#[test]
fn a_manifest_that_is_not_there() {
    let project = Scratch::new();
    assert_refused(&check(&project, &["--target", "wasm32-wasip1"]), &["Cargo.toml"]);
    let arguments = ["--target", "wasm32-wasip1", "--manifest-path", "nowhere/Cargo.toml"];
    assert_refused(&check(&project, &arguments), &["nowhere/Cargo.toml"]);
}

#[test]
fn a_workspace_that_does_not_resolve() {
    let project = Scratch::library("app", &[("gone", "{ path = \"gone\" }")], CLASH);
    assert_refused(&check(&project, &["--target", "wasm32-wasip1"]), &["gone"]);
    let project = Scratch::library("app", &[], CLASH);
    project.write("Cargo.toml", "[package]\nname = app\n");
    assert_refused(&check(&project, &["--target", "wasm32-wasip1"]), &["Cargo.toml"]);
}

#[test]
fn a_target_that_cannot_be() {
    let project = library();
    let refuse = |target: &str, parts: &[&str]| {
        assert_refused(&check(&project, &["--target", target]), parts);
    };
    refuse("x86_64-unknown-linux-gnu", &["x86_64-unknown-linux-gnu", "wasm"]);
    refuse("wasm32-wasi", &["wasm32-wasi", "wasm32-wasip1"]);
    refuse("wasm32-wasip9", &["wasm32-wasip9", "rustc 1."]);
    refuse("custom.json", &["custom.json"]);
}

#[test]
fn a_toolchain_that_is_not_installed() {
    let project = library();
    project.write("rust-toolchain.toml", "[toolchain]\nchannel = \"1.2.3\"\n");
    let mut command = wasm_import_guard_tests::guard(project.root());
    // Without a rustc of the user's own, the project's channel counts.
    command.env_remove("RUSTC").env_remove("RUSTUP_TOOLCHAIN");
    command.args(["check", "--offline", "--target", "wasm32-wasip1"]);
    assert_refused(&Output::of(&mut command), &["rust-toolchain.toml:2", "1.2.3"]);
}

#[test]
fn a_version_that_is_none() {
    let project = library();
    let arguments = ["check", "--target", "wasm32-wasip1", "--rustc-version", "stable"];
    assert_refused(&run(project.root(), &arguments), &["`stable`", "1.91.0"]);
}

/// A workspace of a sound package with a hazard, and of one whose library is `broken`.
fn beside(broken: &[u8]) -> Scratch {
    let project = Scratch::new();
    project
        .write("Cargo.toml", "[workspace]\nmembers = [\"sound\", \"broken\"]\nresolver = \"2\"\n");
    for name in ["sound", "broken"] {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\npath = \"src/here.rs\"\n"
        );
        project.write(&format!("{name}/Cargo.toml"), &manifest);
    }
    project.write("sound/src/here.rs", CLASH);
    std::fs::create_dir_all(project.path("broken/src")).expect("a directory can be made");
    if !broken.is_empty() {
        std::fs::write(project.path("broken/src/here.rs"), broken).expect("a file can be written");
    }
    project
}

fn assert_incomplete(project: &Scratch, words: &[&str]) {
    let target = ["--target", "wasm32-wasip1"];
    let output = check(project, &[&target[..], &["--format", "json"]].concat());
    assert_eq!(output.status, Some(1), "{}\n{}", output.stdout, output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(report["complete"], Value::Bool(false), "{words:?}");
    assert_eq!(report["summary"]["deny"], 1, "the sound package's finding is there: {report}");
    for word in words {
        assert!(output.stderr.contains(word), "{word} is not in:\n{}", output.stderr);
    }
    // Without a finding, incompleteness counts where it was asked for.
    let mangled = [&target[..], &["--rustc-version", "1.96.0"]].concat();
    let mut calm = vec!["check", "--offline"];
    calm.extend(&mangled);
    assert_eq!(run(project.root(), &calm).status, Some(0));
    calm.push("--require-complete");
    assert_eq!(run(project.root(), &calm).status, Some(3));
}

#[test]
fn a_source_that_cannot_be_read_hides_no_other_finding() {
    assert_incomplete(&beside(b"extern \"C\" { fn a( }"), &["broken", "here.rs", "no Rust"]);
    assert_incomplete(&beside(b"extern \"C\" { /* \xff */ }"), &["broken", "here.rs", "UTF-8"]);
    assert_incomplete(&beside(b"mod gone; extern \"C\" {}"), &["broken", "gone.rs"]);
    assert_incomplete(&beside(b""), &["broken", "here.rs"]);
}

#[test]
fn one_bad_target_does_not_hide_another() {
    let output = check(&library(), &["--target", "wasm32-wasip1", "--target", "wasm32-wasip9"]);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stdout.contains("error[libc-clash]"), "{}", output.stdout);
    assert!(output.stderr.contains("wasm32-wasip9"), "{}", output.stderr);
}
