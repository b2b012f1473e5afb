//! What CONTRIBUTING.md says of the rooms is true of the tree, and no room outgrows its subject.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use wasm_import_guard_tests::{Output, repository};

/// Beyond this, a file has more than one subject.
const MAX_LINES: usize = 500;

/// The paths that git tracks.
fn tracked() -> Vec<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(repository()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let output = Output::of(&mut git);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    output.stdout.lines().map(str::to_owned).collect()
}

fn text(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Programs are known by what their name ends with, or by their first line.
fn is_source(path: &str, text: &str) -> bool {
    let ends = [".rs", ".py", ".js", ".mjs", ".css", ".html", ".sh", ".c", ".yml", ".toml"];
    ends.iter().any(|end| path.ends_with(end)) || text.starts_with("#!")
}

#[test]
fn no_source_file_has_more_than_one_subject() {
    let mut looked_at = 0;
    let mut too_long = Vec::new();
    for path in tracked() {
        // Pictures and objects are no text; what git lists may have been deleted.
        let Ok(text) = fs::read_to_string(repository().join(&path)) else { continue };
        if is_source(&path, &text) {
            looked_at += 1;
            let lines = text.lines().count();
            if lines > MAX_LINES {
                too_long.push(format!("{path}: {lines} lines"));
            }
        }
    }
    assert!(looked_at > 400, "{looked_at}");
    assert!(too_long.is_empty(), "split these by subject: {too_long:#?}");
}

/// What the first column of the table of rooms names: `a/b`, `c` is `a/b` and `a/c`.
fn rooms() -> BTreeSet<String> {
    let contributing = text("CONTRIBUTING.md");
    let (_, table) = contributing.split_once("## The rooms").expect("there is the section");
    let (table, _) = table.split_once("\n## ").expect("there is one after it");
    let mut rooms = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let first = row.split('|').nth(1).expect("a row has columns");
        let mut parent = String::new();
        for name in first.split('`').skip(1).step_by(2) {
            let path = match name.rsplit_once('/') {
                Some((before, _)) => {
                    before.clone_into(&mut parent);
                    name.to_owned()
                }
                None => format!("{parent}/{name}"),
            };
            rooms.insert(path);
        }
    }
    rooms
}

#[test]
fn the_table_of_rooms_is_that_of_the_tree() {
    let rooms = rooms();
    for room in &rooms {
        // A module is a directory or a file.
        let is_there =
            ["", ".rs"].iter().any(|end| repository().join(format!("{room}{end}")).exists());
        assert!(is_there, "{room} is in CONTRIBUTING.md alone");
    }
    let tracked = tracked();
    let directories: BTreeSet<String> = tracked
        .iter()
        .filter_map(|path| {
            let source =
                ["guard/src/", "action-src/src/"].into_iter().find(|it| path.starts_with(it))?;
            let (directory, _) = path.strip_prefix(source)?.split_once('/')?;
            Some(format!("{source}{directory}"))
        })
        .collect();
    assert!(directories.len() > 15, "{directories:?}");
    let unnamed: Vec<_> = directories.difference(&rooms).collect();
    assert!(unnamed.is_empty(), "CONTRIBUTING.md does not name {unnamed:?}");
}
