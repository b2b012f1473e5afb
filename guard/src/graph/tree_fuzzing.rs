//! Promises about what is read of `cargo tree`.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a promise that is broken is a panic"
)]

use super::{MAX_LINES, build, read_lines};

/// There are no more packages than marked lines, and edges lead from package to package.
pub fn tree_reader(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(lines) = read_lines(&text, "|", MAX_LINES) else { return };
    // Each line has four marks.
    assert_eq!(lines.len() * 4, text.matches('|').count(), "lines out of nothing");
    let tree = build(&lines);
    assert!(tree.packages.len() <= lines.len(), "more packages than lines");
    assert!(tree.roots <= tree.packages.len(), "more roots than packages");
    assert_eq!(tree.edges.len(), tree.packages.len(), "an edge from nowhere");
    for to in &tree.edges {
        assert!(to.iter().all(|to| *to < tree.packages.len()), "an edge to nowhere");
        assert!(to.is_sorted_by(|a, b| a < b), "an edge twice");
    }
    for package in &tree.packages {
        assert!(lines.iter().any(|(_, printed)| printed == package), "a package of no line");
        if let Some((name, version, _, _)) = package.parts() {
            assert!(package.id.starts_with(&format!("{name} v{version}")), "another name");
        }
    }
    // cargo's own first line is a root: then something is compiled for the target, or all is for the host.
    if let Some((0, first)) = lines.first() {
        let is_macro = first.parts().is_some_and(|(_, _, is_macro, _)| is_macro);
        assert!(is_macro || !tree.packages.is_empty(), "a graph without packages");
    }
}
