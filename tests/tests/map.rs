//! `imports --format html` in a browser: `tests/browser/map.mjs` uses the page, and counts what it must show
//! in what `--format json` prints.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fs;
use std::process::Command;

use wasm_import_guard_tests::graph::project;
use wasm_import_guard_tests::{Output, Scratch, guard, repository};

/// Opens the map of `project` as for rustc 1.91.0; gives what the browser's driver printed.
fn open(project: &Scratch, targets: &[&str]) -> String {
    let written = |name: &str, command: &str, format: &str| {
        let mut guard = guard(project.root());
        guard.args([command, "--offline", "--rustc-version", "1.91.0", "--format", format]);
        for target in targets {
            guard.args(["--target", target]);
        }
        let output = Output::of(&mut guard);
        assert!(matches!(output.status, Some(0 | 1)), "{output:?}");
        let path = project.path(name);
        fs::write(&path, output.stdout).expect("writable");
        path
    };
    let mut driver = Command::new("node");
    driver.arg(repository().join("tests/browser/map.mjs"));
    driver.arg(written("map.html", "imports", "html"));
    driver.arg(written("imports.json", "imports", "json"));
    driver.arg(written("check.json", "check", "json"));
    // Where pictures are wanted, for a look: PREFIX-light.png and PREFIX-dark.png.
    if let Some(prefix) = std::env::var_os("MAP_SCREENSHOTS") {
        driver.arg(prefix);
    }
    let output = Output::of(&mut driver);
    assert_eq!(output.status, Some(0), "{}\n{}", output.stdout, output.stderr);
    print!("{}", output.stdout);
    output.stdout
}

fn open_graph(name: &str, target: &str) {
    let project = project(name);
    project.fetch_locked();
    open(&project, &[target]);
}

#[test]
fn an_edge_application() {
    open_graph("fastly-app", "wasm32-wasip1");
}

#[test]
fn a_contract() {
    open_graph("near-contract", "wasm32-unknown-unknown");
}

#[test]
fn a_web_application() {
    open_graph("leptos-app", "wasm32-unknown-unknown");
}

/// A library with an import of `module` named `name` for each pair.
fn library(imports: impl IntoIterator<Item = (String, String)>) -> Scratch {
    let mut blocks = Vec::new();
    for (number, (module, name)) in imports.into_iter().enumerate() {
        blocks.push(format!(
            "#[link(wasm_import_module = {module:?})]\nunsafe extern \"C\" {{\n    #[link_name = \
             {name:?}]\n    pub fn f{number}(a: u32) -> u32;\n}}\n"
        ));
    }
    Scratch::library("app", &[], &blocks.concat())
}

#[test]
fn names_that_mean_harm_are_text() {
    let harm = [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!--<script>",
        "{script}{data}",
        "javascript:alert(1)",
        "\u{202e}txt",
        "$&$1",
        "' onload='alert(1)",
        "__proto__",
        "constructor",
    ];
    let imports = harm.iter().flat_map(|a| harm.iter().map(|b| ((*a).to_owned(), (*b).to_owned())));
    open(&library(imports), &["wasm32-wasip1"]);
}

#[test]
fn five_thousand_imports_for_two_targets() {
    let imports = (0..2500).map(|it| (format!("module{}", it % 40), format!("name{it}")));
    let said = open(&library(imports), &["wasm32-wasip1", "wasm32-unknown-unknown"]);
    assert!(said.starts_with("5000 imports loaded"), "{said}");
}

#[test]
fn a_project_without_imports_has_an_empty_map() {
    let project = Scratch::library("app", &[], "");
    let output = Output::of(guard(project.root()).args([
        "imports",
        "--target",
        "wasm32-wasip1",
        "--format",
        "html",
    ]));
    assert_eq!(output.status, Some(0), "{output:?}");
    assert!(output.stdout.starts_with("<!doctype html>"), "{output:?}");
    assert!(output.stdout.contains("\"imports\":[]"), "{output:?}");
}
