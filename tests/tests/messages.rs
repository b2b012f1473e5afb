//! What every rule says to people, on every fixture: kept word for word, so that a change of words is seen
//! and read. `INSTA_UPDATE=always cargo test -p wasm-import-guard-tests --test messages` writes them anew.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeMap;

use wasm_import_guard_tests::fixture::{Fixture, What};
use wasm_import_guard_tests::run;

#[test]
fn every_message_is_as_it_was_read() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut rules: Vec<String> = Vec::new();
    for fixture in Fixture::all() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fixture.write(directory.path());
        let mut arguments = vec!["check".to_owned(), "-v".to_owned(), "--offline".to_owned()];
        arguments.extend(fixture.arguments());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run(directory.path(), &arguments);
        let said = output.stdout + &output.stderr;
        let said = said.replace(&directory.path().display().to_string(), "…");
        // The C symbols of the rustc in use may be its own, or those of the table.
        let said: Vec<&str> = said
            .lines()
            .map(|line| line.split(" according to ").next())
            .map(Option::unwrap_or_default)
            .collect();
        let said = said.join("\n");

        // What it begins with is what the fixture announces, each as often as there.
        let mut announced: BTreeMap<String, usize> = BTreeMap::new();
        for expected in fixture.expect(|what| matches!(what, What::Finding { .. })) {
            let What::Finding { level, rule } = expected.what else { continue };
            let word = if level == "deny" {
                "error"
            } else if level == "warn" {
                "warning"
            } else {
                "note"
            };
            *announced.entry(format!("{word}[{rule}]: ")).or_default() += 1;
            rules.push(rule);
        }
        for (head, count) in announced {
            let times = said.lines().filter(|line| line.starts_with(&head)).count();
            assert_eq!(times, count, "{}: {head}\n{said}", fixture.name);
        }
        settings.bind(|| insta::assert_snapshot!(fixture.name.clone(), said));
    }
    rules.sort();
    rules.dedup();
    let known = wasm_import_guard::rules::RULES.iter().map(|rule| rule.id);
    assert_eq!(rules, known.collect::<Vec<_>>(), "a rule that no fixture shows");
}
