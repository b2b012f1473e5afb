//! SECURITY.md promises what tests show: each test and each bound that its table names is there.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use std::fs;
use std::path::Path;

use wasm_import_guard_tests::repository;

/// The cells of each row of the table below `heading`, without its head.
fn rows<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
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
fn every_test_and_bound_of_the_tables_is_there() {
    let root = repository();
    let page = source(&root, "SECURITY.md");
    let tried = rows(&page, "What was tried");
    assert!(tried.len() >= 20, "{}", tried.len());
    let at_edges = rows(&page, "Each limit at its edge");
    assert!(at_edges.len() >= 15, "{}", at_edges.len());
    let at_edges = at_edges.into_iter().map(|row| {
        let [input, bound, tests] = row[..] else { panic!("{row:?}") };
        assert!(!named(bound).is_empty(), "{row:?}");
        vec![input, "at its edge", bound, tests]
    });
    for row in tried.into_iter().chain(at_edges) {
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

/// The constants `MAX_…` of a source file.
fn bounds(source: &str) -> Vec<&str> {
    let declared = source.split("const MAX_").skip(1).zip(source.match_indices("const MAX_"));
    let name = |rest: &str| rest.find(": ").filter(|end| !rest[..*end].contains(' '));
    declared.filter_map(|(rest, (at, _))| Some(&source[at + 6..at + 10 + name(rest)?])).collect()
}

#[test]
fn every_limit_of_the_program_is_named_once_with_how_it_was_tried() {
    let root = repository();
    let page = source(&root, "SECURITY.md");
    let (_, section) = page.split_once("\n## Each limit at its edge\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut found = 0;
    let mut pending = vec![root.join("guard/src"), root.join("action-src/src")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if file.contains("tests")
            || Path::new(&file).extension().is_none_or(|extension| extension != "rs")
        {
            continue;
        }
        for bound in bounds(&fs::read_to_string(&path).unwrap()) {
            let times = section.matches(&format!("`{file}#{bound}`")).count();
            assert_eq!(times, 1, "{file}#{bound}");
            found += 1;
        }
    }
    let named = section.matches("#MAX_").count();
    assert_eq!(named, found, "SECURITY.md names limits that are not there");
    assert!(found > 100, "{found}");
}

#[test]
fn what_is_no_test_does_not_count() {
    assert!(has_test("#[cfg(unix)]\n#[test]\nfn a() {\n}", "a"));
    assert!(has_test("    #[test]\n    #[allow(x)]\n    fn a() {", "a"));
    assert!(!has_test("fn a() {\n}", "a"));
    assert!(!has_test("#[test]\n#[ignore = \"long\"]\nfn a() {", "a"));
    assert!(!has_test("#[test]\nfn b() {\n}\nfn a() {", "a"));
    assert_eq!(
        bounds("pub const MAX_A: u8 = 1;\n/// [`MAX_B`]\nconst MAX_C_D: u8 = 1;"),
        ["MAX_A", "MAX_C_D"]
    );
    assert!(!has_bound("const MAX_B: usize = 1;", "MAX"));
}
