//! SECURITY.md promises what tests show: each test and each bound that its table names is there.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use std::fs;
use std::path::Path;

use wasm_import_guard_tests::repository;

/// The cells of each row of the one table, without its head.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let lines = page.lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// What a cell names as `file#name`.
fn named(cell: &str) -> Vec<(&str, &str)> {
    cell.split('`').skip(1).step_by(2).filter_map(|code| code.split_once('#')).collect()
}

/// Whether `source` has a test of this name: an attribute `#[test]` above the function, with nothing but
/// other attributes between.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let head = format!("fn {name}() {{");
    lines.iter().position(|line| *line == head).is_some_and(|at| {
        let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
        let above: Vec<_> = above.collect();
        above.contains(&&"#[test]") && !above.iter().any(|line| line.starts_with("#[ignore"))
    })
}

fn has_bound(source: &str, name: &str) -> bool {
    source.lines().any(|line| line.contains(&format!("const {name}: ")))
}

fn source(root: &Path, file: &str) -> String {
    fs::read_to_string(root.join(file)).unwrap_or_else(|_| panic!("{file} is not there"))
}

#[test]
fn every_test_and_bound_of_the_table_is_there() {
    let root = repository();
    let page = source(&root, "SECURITY.md");
    let rows = rows(&page);
    assert!(rows.len() >= 20, "{}", rows.len());
    for row in rows {
        let [input, result, bound, tests] = row[..] else { panic!("{row:?}") };
        assert!(!input.is_empty() && !result.is_empty(), "{row:?}");
        let (bounds, tests) = (named(bound), named(tests));
        assert!(bound == "–" || !bounds.is_empty(), "{input}: {bound}");
        assert!(!tests.is_empty(), "{input} has no test");
        for (file, name) in bounds {
            assert!(has_bound(&source(&root, file), name), "{input}: no {name} in {file}");
        }
        for (file, name) in tests {
            assert!(has_test(&source(&root, file), name), "{input}: no test {name} in {file}");
        }
    }
}

#[test]
fn what_is_no_test_does_not_count() {
    assert!(has_test("#[cfg(unix)]\n#[test]\nfn a() {\n}", "a"));
    assert!(has_test("    #[test]\n    #[allow(x)]\n    fn a() {", "a"));
    assert!(!has_test("fn a() {\n}", "a"));
    assert!(!has_test("#[test]\n#[ignore = \"long\"]\nfn a() {", "a"));
    assert!(!has_test("#[test]\nfn b() {\n}\nfn a() {", "a"));
    assert!(!has_bound("const MAX_B: usize = 1;", "MAX"));
}
