//! Each limit on what is read: what is one below it and what is at it is read whole, and what is one above
//! it is said to be incomplete. SECURITY.md names the test of each.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

mod configuration;
mod native;
mod policies;
mod sources;

use serde_json::Value;
use wasm_import_guard_tests::{Scratch, repository, run};

/// The one import of each project here.
const WANTED: &str =
    "#[link(wasm_import_module = \"m\")] unsafe extern \"C\" { pub fn wanted(a: i32) -> i64; }";

/// The value of a constant as its source has it: a product, a shift or a plain number. A test that asked
/// the program would not notice that the constant is no longer what is checked.
fn constant(file: &str, name: &str) -> usize {
    let source = std::fs::read_to_string(repository().join(file)).expect("a source");
    let head = format!("const {name}: ");
    let line = source.lines().find(|line| line.contains(&head)).expect("the constant");
    let (_, value) = line.split_once(" = ").expect("a value");
    let value = value.split(" / ").next().unwrap_or_default().trim_end_matches(';');
    let number = |text: &str| -> usize {
        text.trim().replace('_', "").parse().unwrap_or_else(|_| panic!("{line}"))
    };
    match value.split_once("<<") {
        Some((base, bits)) => number(base) << number(bits),
        None => value.split('*').map(number).product(),
    }
}

/// What the command knows of a project.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// The import, as it is written, and nothing that is not known.
    All,
    /// That there is something which is not known.
    NotAll,
}

/// The imports of a project, the places that cannot be read, and what was said beside.
fn imports(project: &Scratch, more: &[&str]) -> (Vec<Value>, Vec<Value>, String) {
    let arguments = ["imports", "--format", "json", "--offline", "--target", "wasm32-wasip1"];
    let output = run(project.root(), &[&arguments[..], more].concat());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let list = |key: &str| report[key].as_array().expect("an array").clone();
    (list("imports"), list("opaque"), output.stderr)
}

fn known(project: &Scratch) -> Known {
    let (imports, opaque, said) = imports(project, &[]);
    let wanted = imports.iter().find(|import| import["name"] == "wanted");
    let is_whole = wanted.is_some_and(|import| {
        import["certainty"] == "certain"
            && import["wasm_type"] == serde_json::json!({ "params": ["i32"], "results": ["i64"] })
    });
    let has_unknown = wanted
        .is_some_and(|import| import["certainty"] == "possible" || import["wasm_type"].is_null());
    let is_said = !opaque.is_empty() || !said.is_empty() || has_unknown;
    match (is_whole, is_said) {
        (true, false) => Known::All,
        (_, true) => Known::NotAll,
        (false, false) => panic!("neither read nor said to be unread: {imports:?}\n{said}"),
    }
}

/// Checks that `project` of the size `limit` and of one less is read whole, and that of one more is not.
fn assert_edge(name: &str, limit: usize, project: impl Fn(usize) -> Scratch) {
    for (size, expected) in
        [(limit - 1, Known::All), (limit, Known::All), (limit + 1, Known::NotAll)]
    {
        assert_eq!(known(&project(size)), expected, "{name}: {size} with a limit of {limit}");
    }
}

#[test]
fn constants_are_read_as_rust_reads_them() {
    assert_eq!(constant("guard/src/source/tokens.rs", "MAX_FILE_BYTES"), 67_108_864);
    assert_eq!(constant("guard/src/object/archive.rs", "MAX_MEMBERS"), 1_048_576);
    assert_eq!(constant("guard/src/graph/tree.rs", "MAX_LINES"), 2_000_000);
}
