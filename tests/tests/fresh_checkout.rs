//! In a checkout where only `cargo build --target …` has run, packages that this target does not need
//! were never downloaded. The graph is had all the same, without the network.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use serde_json::Value;
use wasm_import_guard_tests::{Build, Output, Scratch, guard, toolchain};

#[test]
fn a_frozen_check_needs_no_more_than_a_build_did() {
    let project = Scratch::library(
        "app",
        &[("ic0", "\"=1.2.0\"")],
        "#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> u64 {\n    ic0::time()\n}\n",
    );
    let mut manifest = std::fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
    manifest.push_str("\n[dev-dependencies]\nsmallvec = \"=1.13.2\"\n");
    project.write("Cargo.toml", &manifest);

    let home = Scratch::new();
    let home_text = home.root().to_str().expect("UTF-8");
    let built = Build::new("wasm32-wasip1").env("CARGO_HOME", home_text).run(&project);
    built.expect_success();

    // What metadata wants, a build did not bring.
    let mut metadata = toolchain().cargo(project.root());
    metadata.env("CARGO_HOME", home.root());
    metadata.args([
        "metadata",
        "--frozen",
        "--format-version",
        "1",
        "--filter-platform",
        "wasm32-wasip1",
    ]);
    let metadata = Output::of(&mut metadata);
    assert_ne!(metadata.status, Some(0), "the premise of this test");
    assert!(metadata.stderr.contains("smallvec"), "{}", metadata.stderr);

    let mut check = guard(project.root());
    check.env("CARGO_HOME", home.root());
    check.args(["check", "--frozen", "--target", "wasm32-wasip1", "--rustc-version", "1.91.0"]);
    let check = Output::of(check.args(["--format", "json"]));
    assert_eq!(check.status, Some(1), "{}", check.stderr);
    let report: Value = serde_json::from_str(&check.stdout).expect("JSON");
    assert_eq!(report["complete"], Value::Bool(true), "{}", check.stderr);
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "libc-clash");
    assert_eq!(finding["name"], "time");
    assert_eq!(finding["path"], serde_json::json!(["app 0.1.0", "ic0 1.2.0"]));
}
