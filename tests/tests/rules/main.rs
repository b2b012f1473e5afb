//! Each rule, on real compilers and linkers: what it says is what they do. What every rule must have is
//! tested in `catalogue`.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

mod affected_toolchain;
mod catalogue;
mod export_clash;
mod ignored_module;
mod libc_clash;
mod module_clash;
mod opaque_imports;
mod signature_clash;
mod undeclared_module;
mod unlisted_import;

use serde_json::Value;
use wasm_import_guard_tests::{Scratch, run};

/// What `check` says of a project when it is judged by one rustc.
fn check(project: &Scratch, target: &str, rustc: &str) -> Value {
    let arguments = ["check", "--format", "json", "--target", target, "--rustc-version", rustc];
    let output = run(project.root(), &arguments);
    serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", output.stdout, output.stderr))
}

/// Level, name and outcomes of the findings of one rule.
fn findings(report: &Value, rule: &str) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let all = report["findings"].as_array().expect("an array");
    all.iter()
        .filter(|finding| finding["rule"] == rule)
        .map(|finding| {
            let outcomes = finding["outcomes"].as_object().expect("an object").values();
            let outcomes = outcomes.flat_map(|set| set.as_array().expect("an array")).map(text);
            (text(&finding["level"]), text(&finding["name"]), outcomes.collect())
        })
        .collect()
}
