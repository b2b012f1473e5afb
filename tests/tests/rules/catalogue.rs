//! What every rule must have: a source file, a page that `explain` prints, a fixture that it finds
//! something in, tests of its own here, and a row in the README.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_import_guard::rules::RULES;
use wasm_import_guard_tests::fixture::{Fixture, What};
use wasm_import_guard_tests::{Scratch, run};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in it").to_owned()
}

/// What a rule says of itself.
struct Described<'a> {
    id: &'a str,
    summary: &'a str,
    page: &'a str,
}

fn described() -> impl Iterator<Item = Described<'static>> {
    RULES.iter().map(|rule| Described { id: rule.id, summary: rule.summary, page: rule.page })
}

/// What `rule` lacks, one line each.
fn lacking(rule: &Described<'_>, root: &Path, fixtures: &[Fixture], readme: &str) -> Vec<String> {
    let file = rule.id.replace('-', "_");
    let mut lacking = Vec::new();
    for path in [
        format!("guard/src/rules/{file}.rs"),
        format!("guard/docs/rules/{}.md", rule.id),
        format!("tests/tests/rules/{file}.rs"),
    ] {
        if !root.join(&path).is_file() {
            lacking.push(format!("{}: {path} is not there", rule.id));
        }
    }
    let tests = fs::read_to_string(root.join(format!("tests/tests/rules/{file}.rs")));
    if !tests.unwrap_or_default().contains("#[test]") {
        lacking.push(format!("{}: its file of tests has none", rule.id));
    }
    let is_found = fixtures
        .iter()
        .flat_map(|fixture| &fixture.expected)
        .any(|expected| matches!(&expected.what, What::Finding { rule: id, .. } if id == rule.id));
    if !is_found {
        lacking.push(format!("{}: no fixture announces a finding of it", rule.id));
    }
    for heading in ["## Example", "## Ways out"] {
        if !rule.page.contains(heading) {
            lacking.push(format!("{}: its page has no `{heading}`", rule.id));
        }
    }
    let row = format!("| [`{0}`](guard/docs/rules/{0}.md) | {1} |", rule.id, rule.summary);
    if !readme.contains(&row) {
        lacking.push(format!("{}: README.md lacks the row {row}", rule.id));
    }
    lacking
}

#[test]
fn every_rule_has_source_page_fixture_tests_and_a_row_in_the_readme() {
    let root = repository();
    let readme = fs::read_to_string(root.join("README.md")).expect("a README");
    let fixtures = Fixture::all();
    let lacking: Vec<String> =
        described().flat_map(|rule| lacking(&rule, &root, &fixtures, &readme)).collect();
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| [`") && line.contains("](guard/docs/rules/"))
        .count();
    assert_eq!(rows, RULES.len(), "README.md has rows of rules that are none");
}

#[test]
fn a_rule_that_lacks_something_would_be_noticed() {
    let empty = Scratch::new();
    let rule = described().next().expect("there are rules");
    let found = lacking(&rule, empty.root(), &[], "");
    assert_eq!(found.len(), 6, "{found:?}");
}

#[test]
fn pages_and_sources_of_no_rule_are_none() {
    let root = repository();
    let names = |directory: &str, extension: &str| -> Vec<String> {
        let entries = fs::read_dir(root.join(directory)).expect("a directory");
        let paths = entries.map(|entry| entry.expect("listed").path());
        let mut names: Vec<String> = paths
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .map(|path| path.file_stem().expect("a name").to_string_lossy().replace('_', "-"))
            .filter(|name| !["mod", "main", "verdict", "catalogue"].contains(&name.as_str()))
            .collect();
        names.sort();
        names
    };
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names("guard/src/rules", "rs"), rules);
    assert_eq!(names("guard/docs/rules", "md"), rules);
    assert_eq!(names("tests/tests/rules", "rs"), rules);
}

#[test]
fn explain_prints_the_page_and_nothing_else_is_a_rule() {
    let empty = Scratch::new();
    for rule in RULES {
        let output = run(empty.root(), &["explain", rule.id]);
        assert_eq!((output.status, output.stdout.trim_end()), (Some(0), rule.page.trim_end()));
    }
    let output = run(empty.root(), &["explain", "libc-clsh"]);
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("libc-clash"), "{}", output.stderr);
}

/// Copies the files of a directory that lie directly in it, or of a tree.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    for entry in fs::read_dir(from).expect("a directory").map(|entry| entry.expect("listed")) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).expect("a file can be copied");
        }
    }
}

#[test]
fn a_new_rule_compiles_and_is_asked_for_what_it_lacks() {
    let (root, scratch) = (repository(), Scratch::new());
    for directory in ["guard", "tests/fixtures", "tests/tests/rules"] {
        copy(&root.join(directory), &scratch.path(directory));
    }
    for file in ["README.md", "Cargo.lock", "tests/new-rule"] {
        fs::copy(root.join(file), scratch.path(file)).expect("a file can be copied");
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let members = r#"members = ["guard", "action-src", "tests"]"#;
    assert!(manifest.contains(members), "{manifest}");
    let alone = manifest.replace(members, r#"members = ["guard"]"#);
    scratch.write("Cargo.toml", &alone.replace(r#"["guard", "action-src"]"#, r#"["guard"]"#));

    let new_rule = |id: &str| {
        let mut command = Command::new("bash");
        command.arg(scratch.path("tests/new-rule")).args([id, "a thing that is not there"]);
        command.output().expect("bash runs")
    };
    let output = new_rule("my-hazard");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(new_rule("my-hazard").status.code(), Some(2), "it writes over a rule");
    assert_eq!(new_rule("../hazard").status.code(), Some(2), "it takes any id");

    let tests = wasm_import_guard_tests::cargo_for_host(scratch.root())
        .args(["test", "--offline", "-p", "wasm-import-guard", "--lib", "rules::"])
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&tests.stderr);
    assert!(tests.status.success(), "{said}{}", String::from_utf8_lossy(&tests.stdout));

    // As the test above would say of it: all but the finding that somebody has to announce.
    let page = fs::read_to_string(scratch.path("guard/docs/rules/my-hazard.md")).expect("a page");
    let readme = fs::read_to_string(scratch.path("README.md")).expect("a README");
    let rule = Described { id: "my-hazard", summary: "a thing that is not there", page: &page };
    let text = fs::read_to_string(scratch.path("tests/fixtures/my_hazard.rs")).expect("a fixture");
    let fixtures = [Fixture::parse("my_hazard".to_owned(), &text)];
    assert_eq!(
        lacking(&rule, scratch.root(), &fixtures, &readme),
        ["my-hazard: no fixture announces a finding of it"]
    );
}
