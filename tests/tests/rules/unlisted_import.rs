//! What the project's contract with its host does not have, and the contract that the command writes.

use std::collections::BTreeSet;

use serde_json::Value;
use wasm_import_guard::policy::PRESETS;
use wasm_import_guard::rules::RULES;
use wasm_import_guard_tests::linking::Wasmtime;
use wasm_import_guard_tests::{Build, Output, Scratch, declared_imports, guard};

const TARGET: &str = "wasm32-wasip1";

fn command(project: &Scratch, arguments: &[&str]) -> Output {
    let fixed = ["--target", TARGET, "--rustc-version", "1.95.0"];
    Output::of(guard(project.root()).args(arguments).args(fixed))
}

fn unlisted(project: &Scratch) -> Vec<String> {
    let output = command(project, &["check", "--format=json"]);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("an array").iter();
    let unlisted = findings.filter(|it| it["rule"] == "unlisted-import" && it["level"] == "deny");
    unlisted.map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
}

/// The whole way: the present surface is written down, holds, and is left by a new import.
#[test]
fn what_the_command_writes_is_what_it_checks() {
    let project = Scratch::library("app", &[("proxy-wasm", "\"=0.2.5\"")], "");
    let manifest = std::fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
    project.fetch();
    assert_eq!(unlisted(&project), Vec::<String>::new(), "without a contract nothing is unlisted");

    let contract = command(&project, &["imports", "--format=contract"]);
    assert_eq!(contract.status, Some(0), "{}", contract.stderr);
    assert!(contract.stdout.contains("\"proxy_log\","), "{}", contract.stdout);
    project.write("Cargo.toml", &format!("{manifest}\n{}", contract.stdout));
    assert_eq!(unlisted(&project), Vec::<String>::new());

    let without_log = contract.stdout.replace("    \"proxy_log\",\n", "");
    let text = format!("{manifest}\n{without_log}");
    let header = text.lines().position(|line| line.ends_with(".contract]")).expect("there is one");
    let place = format!("Cargo.toml:{}", header + 1);
    project.write("Cargo.toml", &text);
    assert_eq!(unlisted(&project), ["proxy_log"]);
    let output = command(&project, &["check"]);
    assert_eq!(output.status, Some(1));
    for words in ["`proxy_log` is not among the imports of `env`", &place, "app 0.1.0"] {
        assert!(output.stdout.contains(words), "{words} is not in\n{}", output.stdout);
    }
}

/// The page has the host's own words: those of a host that provides nothing.
#[test]
fn a_host_refuses_what_it_does_not_provide() {
    let source = r#"
        #[link(wasm_import_module = "env")]
        unsafe extern "C" {
            fn now() -> f64;
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn seconds() -> f64 {
            unsafe { now() / 1000.0 }
        }
    "#;
    let project = Scratch::library("app", &[], source);
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    built.expect_success();
    let module = built.files.iter().find(|it| it.extension().is_some_and(|it| it == "wasm"));
    let script = "import sys, wasmtime\n\
                  engine = wasmtime.Engine()\n\
                  module = wasmtime.Module.from_file(engine, sys.argv[1])\n\
                  wasmtime.Linker(engine).instantiate(wasmtime.Store(engine), module)\n";
    let mut host = Wasmtime::python();
    let output = Output::of(host.args(["-c", script]).arg(module.expect("a module is built")));
    assert_eq!(output.status, Some(1), "{}", output.stdout);
    let words = "unknown import: `env::now` has not been defined";
    assert!(output.stderr.contains(words), "{}", output.stderr);
    let page = RULES.iter().find(|it| it.id == "unlisted-import").expect("it is a rule").page;
    assert!(page.contains(words), "{page}");
}

/// Each preset is what rustc itself sees of the crate that it names as its source.
#[test]
fn presets_are_the_imports_of_their_crates() {
    for preset in PRESETS {
        let (package, version) = preset.source.split_once(' ').expect("a crate and its version");
        let target = if package == "ic0" { "wasm32-unknown-unknown" } else { TARGET };
        let requirement = format!("\"={}\"", version.split('+').next().unwrap_or_default());
        let project = Scratch::library("app", &[(package, &requirement)], "");
        project.fetch();

        let expanded = declared_imports(&project.expand(package, target)).expect("Rust");
        let known: BTreeSet<(String, String)> = expanded
            .into_iter()
            .filter(|item| item.abi != "Rust")
            .map(|item| (item.module.unwrap_or_else(|| "env".to_owned()), item.name))
            .collect();
        let listed: BTreeSet<(String, String)> = listed(preset.text);
        assert_eq!(listed, known, "{}", preset.name);

        let arguments = ["imports", "--format=contract", "-p", package, "--target", target];
        let written = Output::of(guard(project.root()).args(arguments));
        assert_eq!(written.stdout, preset.text, "{}", preset.name);
    }
}

/// Module and name of each line of a contract as the command writes it.
fn listed(text: &str) -> BTreeSet<(String, String)> {
    let mut module = "";
    let mut listed = BTreeSet::new();
    for line in text.lines() {
        let quoted = line.split('"').nth(1).unwrap_or_default();
        if line.ends_with("= [") {
            module = quoted;
        } else if line.starts_with("    \"") {
            listed.insert((module.to_owned(), quoted.to_owned()));
        }
    }
    listed
}
