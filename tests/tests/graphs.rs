//! Whole applications: no import in any object of their graphs that `imports` does not know.
//!
//! Small ones; `tests/check-graphs`, which `tests/run --full` calls, does the same with all of
//! `tests/graphs`.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use wasm_import_guard_tests::graph::{check, listed_graphs};

#[track_caller]
fn assert_known(name: &str) {
    let entry = listed_graphs().into_iter().find(|it| it.name == name).expect("it is listed");
    let checked = check(&entry);
    assert!(checked.problems.is_empty(), "{checked}");
    let coverage = &checked.coverage;
    assert_eq!(coverage.listed + coverage.covered, coverage.in_objects, "{checked}");
    assert!(coverage.in_objects > 0, "{checked}");
}

#[test]
fn a_filter_for_a_proxy() {
    assert_known("proxy-filter");
}

#[test]
fn a_guest_whose_imports_are_in_wit() {
    assert_known("wit-guest");
}

#[test]
fn a_process_for_lunatic() {
    assert_known("lunatic-app");
}
