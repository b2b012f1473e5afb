//! Whole applications: no import in any object of their graphs that `imports` does not know.
//!
//! The projects are in `tests/graphs`, with the versions of all their packages in lock files. Three are
//! built in every run, the others by `tests/run --full`.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use wasm_import_guard_tests::graph::{BuiltGraph, graphs};
use wasm_import_guard_tests::{Build, Scratch, module_imports, run};

/// What is known of a graph: at least so many packages, and so many imports in its objects, so that
/// nothing found cannot mean nothing looked at.
struct Graph {
    name: &'static str,
    target: &'static str,
    packages: usize,
    imports: usize,
}

impl Graph {
    fn project(&self) -> Scratch {
        let scratch = Scratch::new();
        for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs"] {
            let text = fs::read_to_string(graphs().join(self.name).join(file));
            scratch.write(file, &text.expect("the project is in tests/graphs"));
        }
        scratch
    }

    fn assert_known(&self) {
        let project = self.project();
        let cargo = Build::new(self.target).env("CARGO_INCREMENTAL", "0").argument("--locked");
        let built = cargo.run(&project);
        let graph = BuiltGraph::read(&built, self.target);
        let arguments = ["imports", "--format", "json", "--locked", "--target", self.target];
        let output = run(project.root(), &arguments);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        let report: Value = serde_json::from_str(&output.stdout).expect("JSON");

        let coverage = graph.coverage(&report);
        println!(
            "{} on {}: {} packages, {} imports in objects, {} listed, {} covered by an opaque entry",
            self.name,
            self.target,
            coverage.packages,
            coverage.in_objects,
            coverage.listed,
            coverage.covered
        );
        let unknown: Vec<String> = coverage.unknown.iter().map(|it| format!("{it:?}")).collect();
        assert!(unknown.is_empty(), "{}:\n{}", self.name, unknown.join("\n"));
        assert_eq!(coverage.listed + coverage.covered, coverage.in_objects);
        assert!(coverage.packages >= self.packages, "{}: {coverage:?}", self.name);
        assert!(coverage.in_objects >= self.imports, "{}: {coverage:?}", self.name);

        // What was linked has no other imports than the objects, but for those of the standard library.
        let modules = built.files.iter().filter(|it| it.extension().is_some_and(|it| it == "wasm"));
        let uses = graph.uses();
        let known: BTreeSet<(&str, &str)> = uses
            .keys()
            .map(|(_, module, name)| (module.as_deref().unwrap_or("env"), name.as_str()))
            .collect();
        for file in modules {
            for import in module_imports(&fs::read(file).expect("it was built")) {
                let of_std = import.module == "wasi_snapshot_preview1";
                let is_known = known.contains(&(import.module.as_str(), import.name.as_str()));
                assert!(is_known || of_std, "{}: {import:?}", self.name);
            }
        }
    }
}

/// A test for each graph: `name: target, packages, imports`.
macro_rules! graphs {
    ($($(#[$attribute:meta])* $test:ident: $name:literal, $target:literal, $packages:literal, $imports:literal;)*) => {$(
        #[test]
        $(#[$attribute])*
        fn $test() {
            let (packages, imports) = ($packages, $imports);
            Graph { name: $name, target: $target, packages, imports }.assert_known();
        }
    )*};
}

graphs! {
    proxy_filter: "proxy-filter", "wasm32-wasip1", 5, 1;
    wit_guest: "wit-guest", "wasm32-wasip1", 5, 1;
    lunatic_app: "lunatic-app", "wasm32-wasip1", 5, 1;
    #[ignore = "tests/run --full runs it"]
    extism_plugin: "extism-plugin", "wasm32-unknown-unknown", 5, 1;
    #[ignore = "tests/run --full runs it"]
    fastly_app: "fastly-app", "wasm32-wasip1", 5, 1;
    #[ignore = "tests/run --full runs it"]
    axum_app: "axum-app", "wasm32-wasip1", 5, 0;
    #[ignore = "tests/run --full runs it"]
    spin_app: "spin-app", "wasm32-wasip1", 5, 1;
    #[ignore = "tests/run --full runs it"]
    canister: "canister", "wasm32-unknown-unknown", 5, 1;
    #[ignore = "tests/run --full runs it"]
    near_contract: "near-contract", "wasm32-unknown-unknown", 5, 1;
    #[ignore = "tests/run --full runs it"]
    cosmwasm_contract: "cosmwasm-contract", "wasm32-unknown-unknown", 5, 1;
    #[ignore = "tests/run --full runs it"]
    leptos_app: "leptos-app", "wasm32-unknown-unknown", 5, 1;
    #[ignore = "tests/run --full runs it"]
    dioxus_app: "dioxus-app", "wasm32-unknown-unknown", 5, 1;
    #[ignore = "tests/run --full runs it"]
    soroban_contract: "soroban-contract", "wasm32v1-none", 5, 1;
    #[ignore = "tests/run --full runs it"]
    swc_plugin: "swc-plugin", "wasm32-wasip1", 5, 1;
}
