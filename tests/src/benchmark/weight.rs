//! What a build dependency costs to compile.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Measured, Program, Tools};
use crate::environment::{cargo, clean_command, repository};

/// A build dependency, compiled from nothing in the profile of ordinary builds.
#[derive(Debug, Clone)]
pub struct Weight {
    /// What it is.
    pub name: &'static str,
    /// The crates that are compiled for it, its own included.
    pub crates: usize,
    /// What that took.
    pub cost: Measured,
}

/// The guard, the guard with `wit`, and `cargo_metadata` alone, compiled in turn.
pub fn weights(tools: &Tools, rounds: usize) -> [Weight; 3] {
    let guard = repository().join("guard");
    let guard = guard.display();
    let dependencies = [
        ("wasm-import-guard", format!("wasm-import-guard = {{ path = '{guard}' }}")),
        (
            "… with `wit`",
            format!("wasm-import-guard = {{ path = '{guard}', features = [\"wit\"] }}"),
        ),
        ("cargo_metadata", "cargo_metadata = \"=0.23.1\"".to_owned()),
    ];
    let mut projects = dependencies.map(|(name, dependency)| {
        let directory = tempfile::tempdir_in(&tools.scratch).expect("the directory can be written");
        let manifest = format!(
            "[package]\nname = \"heavy\"\nversion = \"0.1.0\"\nedition = \
             \"2024\"\n\n[build-dependencies]\n{dependency}\n\n[workspace]\n"
        );
        fs::create_dir(directory.path().join("src")).expect("writable");
        fs::write(directory.path().join("Cargo.toml"), manifest).expect("writable");
        fs::write(directory.path().join("src/lib.rs"), "").expect("writable");
        fs::write(directory.path().join("build.rs"), "fn main() {}\n").expect("writable");
        Program::new(cargo(), directory.path()).args(["fetch"]).run();
        (name, directory, Vec::new())
    });
    for _ in 0..rounds {
        for (_, directory, costs) in &mut projects {
            let target = directory.path().join("target");
            if target.exists() {
                fs::remove_dir_all(&target).expect("it is ours");
            }
            let build = Program::new(cargo(), directory.path()).args(["build", "--offline"]);
            // As it is of a package from a registry; that of a path would be compiled in increments.
            costs.push(build.env("CARGO_INCREMENTAL", "0").run());
        }
    }
    projects.map(|(name, directory, mut costs)| {
        costs.sort_by(|a: &Measured, b| a.cpu.total_cmp(&b.cpu));
        Weight { name, crates: crates(directory.path()), cost: costs[costs.len() / 2] }
    })
}

/// How many crates are compiled for the dependencies of the project in `directory`.
pub fn crates(directory: &Path) -> usize {
    let output = clean_command(&cargo(), directory)
        .args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}"])
        .output()
        .expect("cargo can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let listed: BTreeSet<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    assert!(output.status.success() && !listed.is_empty(), "cargo lists the crates");
    // One of them is the project itself.
    listed.len() - 1
}
