//! The picture of a terminal in the README is what the command prints.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use std::fs;

use wasm_import_guard_tests::{picture_of_check, repository};

#[test]
fn the_picture_shows_what_the_command_prints() {
    let drawn = fs::read_to_string(repository().join("docs/images/check.svg")).unwrap();
    let now = picture_of_check();
    assert!(drawn.trim_end() == now.trim_end(), "run tests/terminal-picture; it would be\n{now}");
    // What the page beside it says of it.
    for shown in
        ["error", "[libc-clash]", "fastly_cache", "unmangled in every crate", "1.91.1", "18 denied"]
    {
        assert!(drawn.contains(shown), "no {shown} in\n{drawn}");
    }
    let home = std::env::var("HOME").unwrap();
    assert!(!drawn.contains(&home), "{drawn}");
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains("(docs/images/check.svg)"));
}
