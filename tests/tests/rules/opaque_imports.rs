//! `opaque-imports` on a published crate whose imports a procedural macro makes.

use wasm_import_guard_tests::{Scratch, run};

use super::{check, findings};

#[test]
fn what_wasm_bindgen_declares_is_said_once_for_each_crate_and_denies_nothing() {
    let project = Scratch::library("app", &[("js-sys", "\"=0.3.107\"")], "");
    project.fetch();
    let report = check(&project, "wasm32-unknown-unknown", "1.96.0");
    let found = findings(&report, "opaque-imports");
    assert!(found.iter().all(|(level, _, outcomes)| level == "note" && outcomes.is_empty()));
    let packages: Vec<&str> = report["findings"]
        .as_array()
        .expect("an array")
        .iter()
        .filter(|finding| finding["rule"] == "opaque-imports")
        .map(|finding| finding["package"].as_str().expect("a string"))
        .collect();
    assert!(packages.contains(&"js-sys"), "{packages:?}");
    let mut once = packages.clone();
    once.dedup();
    assert_eq!(packages, once);

    let arguments = ["check", "--target", "wasm32-unknown-unknown", "-v", "--color", "never"];
    let output = run(project.root(), &arguments);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let text = format!("{}{}", output.stdout, output.stderr);
    assert!(text.contains("places whose imports cannot be read from its source"), "{text}");
}
