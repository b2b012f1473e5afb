//! A baseline: what a project knows of is left out, what is new or graver is not.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, run};

const KNOWN: &str = "unsafe extern \"C\" {\n    fn read_db(key: u32);\n}\npub fn read() {\n    unsafe { read_db(1) }\n}\n";

fn check(project: &Scratch, rustc: &str, arguments: &[&str]) -> Output {
    let fixed =
        ["check", "--offline", "--target", "wasm32-unknown-unknown", "--rustc-version", rustc];
    run(project.root(), &[&fixed[..], arguments].concat())
}

#[test]
fn known_findings_are_left_out_and_new_ones_are_not() {
    let project = Scratch::library("app", &[], KNOWN);
    assert_eq!(check(&project, "1.96.0", &[]).status, Some(1));

    let written = check(&project, "1.96.0", &["--write-baseline", "known.json"]);
    assert_eq!(written.status, Some(0), "{}", written.stderr);
    assert!(written.stdout.contains("undeclared-module"), "they are reported as ever");
    assert!(written.stderr.contains("1 finding written into known.json"), "{}", written.stderr);
    let text = fs::read_to_string(project.path("known.json")).expect("it was written");
    let baseline: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(baseline["schema"], "wasm-import-guard/baseline/1");
    assert_eq!(baseline["findings"][0]["name"], "read_db");
    assert!(!text.contains("\"line\""), "{text}");

    // On other lines, the same finding is the same.
    project.write("src/lib.rs", &format!("// A line.\n\n{KNOWN}"));
    let known = check(&project, "1.96.0", &["--baseline", "known.json"]);
    assert_eq!(
        (known.status, known.stdout.contains("read_db")),
        (Some(0), false),
        "{}",
        known.stdout
    );

    let another = KNOWN.replace("read_db", "write_db").replace("pub fn read", "pub fn write");
    project.write("src/lib.rs", &format!("{KNOWN}{another}"));
    let new = check(&project, "1.96.0", &["--baseline", "known.json"]);
    assert_eq!(new.status, Some(1), "{}", new.stdout);
    assert!(new.stdout.contains("write_db") && !new.stdout.contains("read_db"), "{}", new.stdout);

    // What is gone is said, and only there where all was read.
    project.write("src/lib.rs", "");
    let gone = check(&project, "1.96.0", &["--baseline", "known.json"]);
    assert_eq!(gone.status, Some(0));
    assert!(
        gone.stderr.contains("a finding that is gone: undeclared-module of `read_db` in app"),
        "{}",
        gone.stderr
    );
    assert!(gone.stderr.contains("--write-baseline"), "{}", gone.stderr);
}

#[test]
fn what_has_become_graver_is_new() {
    let clash = "#[link(wasm_import_module = \"m\")]\nunsafe extern \"C\" { pub fn close(a: i32) -> i32; }\n";
    let project = Scratch::library("app", &[], clash);
    let on_wasi = |rustc: &str, arguments: &[&str]| {
        let fixed = ["check", "--offline", "--target", "wasm32-wasip1", "--rustc-version", rustc];
        run(project.root(), &[&fixed[..], arguments].concat())
    };
    // A note with this rustc, so that no baseline has it.
    let written = on_wasi("1.95.0", &["--write-baseline", "known.json"]);
    assert!(written.stderr.contains("0 findings written"), "{}", written.stderr);
    assert_eq!(on_wasi("1.95.0", &["--baseline", "known.json"]).status, Some(0));
    let worse = on_wasi("1.91.0", &["--baseline", "known.json"]);
    assert_eq!(worse.status, Some(1), "{}", worse.stdout);
    assert!(worse.stdout.contains("libc-clash"), "{}", worse.stdout);
}

#[test]
fn a_file_that_is_no_baseline_is_named_with_the_way_out() {
    let project = Scratch::library("app", &[], KNOWN);
    project.write("empty.json", "{}");
    for (file, words) in
        [("nowhere.json", "No such file"), ("empty.json", "missing field"), ("src", "is no file")]
    {
        for format in ["human", "github"] {
            let output = check(&project, "1.96.0", &["--baseline", file, "--format", format]);
            assert_eq!(output.status, Some(2), "{}", output.stdout);
            let said = format!("{}{}", output.stdout, output.stderr);
            for part in [file, words, "--write-baseline"] {
                assert!(said.contains(part), "{part} is not in:\n{said}");
            }
        }
    }
    let both = check(&project, "1.96.0", &["--baseline", "a", "--write-baseline", "b"]);
    assert_eq!(both.status, Some(2));
}
