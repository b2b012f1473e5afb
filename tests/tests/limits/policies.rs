//! What a project writes in its manifest's table.

use std::fmt::Write as _;

use wasm_import_guard_tests::{Scratch, run};

use super::{WANTED, constant};

/// Checks that a policy of the size `limit` and of one less is taken, and that of one more is an error
/// with these words.
fn assert_edge(limit: usize, words: &str, policy: impl Fn(usize) -> String) {
    for size in [limit - 1, limit, limit + 1] {
        let project = Scratch::library("limited", &[], WANTED);
        let manifest = std::fs::read_to_string(project.path("Cargo.toml")).expect("a manifest");
        project.write("Cargo.toml", &(manifest + "\n" + &policy(size)));
        let output = run(project.root(), &["check", "--offline", "--target", "wasm32-wasip1"]);
        if size > limit {
            assert_eq!(output.status, Some(2), "{size}: {}", output.stderr);
            assert!(output.stderr.contains(words), "{}", output.stderr);
        } else {
            assert!(matches!(output.status, Some(0 | 1)), "{size}: {}", output.stderr);
        }
    }
}

#[test]
fn patterns_of_a_contract() {
    let limit = constant("guard/src/policy/read.rs", "MAX_ENTRIES");
    let words = format!("has more than {limit} patterns");
    // A module is a pattern, and so is each of its names.
    assert_edge(limit, &words, |count| {
        let names: Vec<String> = (1..count).map(|at| format!("\"f{at}\"")).collect();
        let head = "[package.metadata.wasm-import-guard.contract]";
        format!("{head}\nm = [{}]\n", names.join(", "))
    });
}

#[test]
fn bytes_of_a_pattern() {
    let limit = constant("guard/src/policy/read.rs", "MAX_PATTERN_BYTES");
    let words = format!("has a pattern of more than {limit} bytes");
    assert_edge(limit, &words, |length| {
        let head = "[package.metadata.wasm-import-guard.contract]";
        format!("{head}\nm = [\"{}\"]\n", "x".repeat(length))
    });
}

#[test]
fn exceptions() {
    let limit = constant("guard/src/policy/read.rs", "MAX_ENTRIES");
    let words = format!("has more than {limit} entries");
    assert_edge(limit, &words, |count| {
        let mut text = String::new();
        for at in 0..count {
            writeln!(
                text,
                "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\nname = \
                 \"f{at}\"\nreason = \"tried\""
            )
            .expect("text");
        }
        text
    });
}
