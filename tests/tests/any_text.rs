//! Whatever the text of a crate looks like: its imports are read, with their places, or the file is named.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fmt::Write as _;

use serde_json::Value;
use wasm_import_guard_tests::{Scratch, run};

const BLOCK: &str =
    "#[link(wasm_import_module = \"m\")] extern \"C\" { pub fn wanted(a: i32) -> i64; }";

/// `imports` of a library with these bytes, and what it said beside.
fn imports_of(edition: &str, source: &[u8]) -> (Value, String) {
    let project = Scratch::new();
    project.write(
        "Cargo.toml",
        &format!("[package]\nname = \"text\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n"),
    );
    project.write("src/lib.rs", "");
    std::fs::write(project.path("src/lib.rs"), source).expect("a file can be written");
    report(&project)
}

fn report(project: &Scratch) -> (Value, String) {
    let arguments = ["imports", "--format", "json", "--offline", "--target", "wasm32-wasip1"];
    let output = run(project.root(), &arguments);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    (serde_json::from_str(&output.stdout).expect("JSON"), output.stderr)
}

/// Name, line, column, type of each import.
fn found(report: &Value) -> Vec<(String, u64, u64)> {
    let imports = report["imports"].as_array().expect("an array");
    imports
        .iter()
        .map(|import| {
            let number = |key: &str| import[key].as_u64().expect("a number");
            let name = import["name"].as_str().expect("a string").to_owned();
            (name, number("line"), number("column"))
        })
        .collect()
}

fn wanted(line: u64, column: u64) -> Vec<(String, u64, u64)> {
    vec![("wanted".to_owned(), line, column)]
}

#[test]
fn marks_line_ends_and_tabs() {
    let column = u64::try_from(BLOCK.find("wanted").expect("it is there")).expect("small") + 1;
    for (text, line, column) in [
        (format!("\u{feff}{BLOCK}"), 1, column),
        (format!("#!/usr/bin/env run\n{BLOCK}"), 2, column),
        (format!("\u{feff}#!/usr/bin/env run\r\n// b\r\n{BLOCK}\r\n"), 3, column),
        (format!("//! ä ö\r\n\t{BLOCK}"), 2, column + 1),
        (BLOCK.replace("wanted", "r#wanted"), 1, column),
        (format!("/* \u{1f980} /* nested */ */ {BLOCK}"), 1, column + 21),
        (format!("const S: &str = r##\"\"# extern \"C\" {{\"##; {BLOCK}"), 1, column + 40),
    ] {
        let (report, said) = imports_of("2021", text.as_bytes());
        assert_eq!(found(&report), wanted(line, column), "{text:?}\n{said}");
    }
}

#[test]
fn every_edition() {
    for (edition, block) in [
        ("2015", "extern { pub fn wanted(i32) -> i64; }"),
        ("2018", "extern \"C\" { pub fn wanted(a: i32) -> i64; }"),
        ("2021", "unsafe extern \"C\" { pub safe fn wanted(a: i32) -> i64; }"),
        ("2024", "unsafe extern \"C\" { pub safe fn wanted(a: i32) -> i64; }"),
    ] {
        let text = format!("#[link(wasm_import_module = \"m\")]\n{block}\n");
        let (report, said) = imports_of(edition, text.as_bytes());
        let names: Vec<_> =
            found(&report).into_iter().map(|(name, line, _)| (name, line)).collect();
        assert_eq!(names, [("wanted".to_owned(), 2)], "{edition}\n{said}");
    }
}

#[test]
fn a_file_of_a_hundred_thousand_lines() {
    let mut text = String::new();
    for line in 0..100_000 {
        writeln!(text, "pub const LINE_{line}: (u32, &str) = ({line}, \"{{ // \");").expect("text");
    }
    text.push_str(BLOCK);
    let (report, said) = imports_of("2021", text.as_bytes());
    let column = u64::try_from(BLOCK.find("wanted").expect("it is there")).expect("small") + 1;
    assert_eq!(found(&report), wanted(100_001, column), "{said}");
}

#[test]
fn nesting_a_million_deep_ends() {
    const DEEP: usize = 1_000_000;
    // Of each kind: what is open is closed, so that it is Rust text but for its depth.
    for (open, close) in [("{", "}"), ("(", ")"), ("[", "]"), ("mod a {", "}"), ("/*", "*/")] {
        let text = format!("{BLOCK}\nconst _: () = {};\n", open.repeat(DEEP) + &close.repeat(DEEP));
        let (report, said) = imports_of("2021", text.as_bytes());
        let column = u64::try_from(BLOCK.find("wanted").expect("it is there")).expect("small") + 1;
        let is_read = found(&report) == wanted(1, column);
        assert!(is_read || said.contains("src/lib.rs"), "{open}: {report}\n{said}");
    }
    // What is never closed is no Rust, and said.
    for open in ["{", "(", "[", "/*", "#[cfg(all(", "m!("] {
        let text = format!("{BLOCK}\n{}", open.repeat(DEEP));
        let (_, said) = imports_of("2021", text.as_bytes());
        assert!(said.contains("lib.rs"), "{open}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_a_circle_or_out() {
    use std::os::unix::fs::symlink;
    let project = Scratch::library("text", &[], &format!("{BLOCK}\nmod out; mod again;"));
    let outside = Scratch::new();
    outside.write("secret.rs", "extern \"C\" { fn secret(); } compile_error!(\"hunter2\");");
    symlink(outside.path("secret.rs"), project.path("src/out.rs")).expect("a link can be made");
    symlink(project.path("src/lib.rs"), project.path("src/again.rs")).expect("a link can be made");
    symlink(project.path("src"), project.path("src/circle")).expect("a link can be made");
    let (report, said) = report(&project);
    let names: Vec<_> = found(&report).into_iter().map(|(name, ..)| name).collect();
    assert!(
        names.contains(&"wanted".to_owned()) && !names.contains(&"secret".to_owned()),
        "{names:?}"
    );
    assert!(said.contains("out.rs") && !said.contains("hunter2"), "{said}");
}
