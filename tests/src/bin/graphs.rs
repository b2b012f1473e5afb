//! Compares the imports in the objects of whole applications with those that the command reports: see
//! `tests/check-graphs`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::process::ExitCode;

use wasm_import_guard_tests::graph::{check, listed_graphs};

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let mut entries = listed_graphs();
    if let Some(unknown) = names.iter().find(|name| entries.iter().all(|it| it.name != **name)) {
        let all: Vec<String> = entries.into_iter().map(|it| it.name).collect();
        eprintln!("tests/check-graphs: no graph `{unknown}`; there are: {}", all.join(", "));
        return ExitCode::from(2);
    }
    if !names.is_empty() {
        entries.retain(|entry| names.contains(&entry.name));
    }
    let mut is_known = true;
    for entry in &entries {
        let checked = check(entry);
        println!("{checked}");
        is_known &= checked.problems.is_empty();
    }
    if is_known { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
