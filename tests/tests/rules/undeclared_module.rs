//! `undeclared-module` on published crates, against rust-lld.

use serde_json::Value;
use wasm_import_guard_tests::{Build, Scratch, module_imports};

use super::{check, findings};

const RULE: &str = "undeclared-module";
const UNKNOWN: &str = "wasm32-unknown-unknown";

fn on(dependencies: &[(&str, &str)], source: &str) -> Scratch {
    let project = Scratch::library("app", dependencies, source);
    project.fetch();
    project
}

fn denied(report: &Value) -> Vec<String> {
    let found = findings(report, RULE).into_iter().filter(|(level, ..)| level == "deny");
    let mut names: Vec<String> = found.map(|(_, name, _)| name).collect();
    names.sort();
    names
}

#[test]
fn contract_sdks_that_rest_on_env() {
    for (name, version, some) in [
        ("cosmwasm-std", "=3.0.11", ["addr_canonicalize", "db_read", "query_chain"]),
        ("casper-contract", "=5.1.1", ["casper_get_key", "casper_read_value", "casper_revert"]),
    ] {
        let project = on(&[(name, &format!("\"{version}\""))], "");
        let report = check(&project, UNKNOWN, "1.96.0");
        let names = denied(&report);
        for one in some {
            assert!(names.iter().any(|name| name == one), "{name}: {one} in {names:?}");
        }
        for (level, name, outcomes) in findings(&report, RULE) {
            assert!(level != "deny" || outcomes == ["undefined-symbol"], "{name}: {outcomes:?}");
        }
        // The same declarations are silent imports of `env` before.
        assert_eq!(denied(&check(&project, UNKNOWN, "1.95.0")), [""; 0]);
    }
}

#[test]
fn the_linker_says_the_same_of_wasm4() {
    let project = on(
        &[("wasm4-sys", "\"=0.1.3\"")],
        "#[unsafe(no_mangle)] pub extern \"C\" fn update() { unsafe { wasm4_sys::rect(1, 2, 3, 4) } }",
    );
    let report = check(&project, UNKNOWN, "1.96.0");
    assert_eq!(denied(&report), ["rect"], "what nothing calls leaves no trace in an object");

    let built = Build::new(UNKNOWN).run(&project);
    assert!(!built.success, "it links");
    assert!(built.stderr.contains("undefined symbol: rect"), "{}", built.stderr);
    let flags = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
    let built = Build::new(UNKNOWN).env(flags, "-Clink-arg=--allow-undefined").run(&project);
    let imports = module_imports(&built.expect_success().module("app.wasm"));
    assert!(imports.iter().any(|it| it.module == "env" && it.name == "rect"), "{imports:?}");
}

#[test]
fn crates_that_say_their_module_or_bind_what_the_link_defines() {
    for (dependencies, target) in [
        (&[("proxy-wasm", "\"=0.2.5\"")][..], "wasm32-wasip1"),
        (&[("multiversx-sc-wasm-adapter", "\"=0.66.2\"")], UNKNOWN),
        (
            &[
                ("libc", "\"=0.2.191\""),
                ("errno", "\"=0.3.14\""),
                ("libsqlite3-sys", "{ version = \"=0.35.0\", features = [\"bundled\"] }"),
                ("dlmalloc", "\"=0.2.14\""),
                ("wit-bindgen", "\"=0.61.1\""),
            ],
            "wasm32-wasip1",
        ),
    ] {
        // By the table: the C library of the tests' own toolchain is of 2022, older than these bindings.
        let report = check(&on(dependencies, ""), target, "1.97.0");
        let serious: Vec<_> =
            findings(&report, RULE).into_iter().filter(|(level, ..)| level != "note").collect();
        assert_eq!(serious, [], "{dependencies:?}");
    }
}
