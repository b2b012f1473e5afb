//! That `tests/benchmark` measures what it says, on what is small. How long anything takes is no test.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use wasm_import_guard_tests::benchmark::{
    Project, Tools, compare, crates, files, for_other_target, packages,
};
use wasm_import_guard_tests::{guard_binary, repository};

/// What may be compiled in everybody's build for the guard, itself included.
const MAX_CRATES: usize = 10;

struct Bench {
    tools: Tools,
    _scratch: TempDir,
}

fn bench() -> Bench {
    let toolchain = std::env::var_os("WASM_IMPORT_GUARD_TOOLCHAIN")
        .map_or_else(|| repository().join(".wasm-toolchain"), PathBuf::from);
    let packaged = toolchain.join("bin/rg");
    let rg = if packaged.is_file() { packaged } else { "rg".into() };
    let scratch = TempDir::new().expect("a directory can be made");
    let tools = Tools {
        guard: guard_binary().to_owned(),
        own: env!("CARGO_BIN_EXE_benchmark").into(),
        rg,
        scratch: scratch.path().to_owned(),
    };
    Bench { tools, _scratch: scratch }
}

#[test]
fn a_real_graph_is_measured_by_every_program() {
    let bench = bench();
    let [small, ..] = Project::all(&bench.tools.scratch);
    let compared = compare(&small, &bench.tools, 1);
    assert!(compared.packages > 50, "{compared:?}");
    assert!(compared.bytes > 5_000_000, "{compared:?}");
    for measured in [compared.check, compared.cached, compared.tree, compared.rg, compared.syn] {
        assert!(measured.wall > 0.0 && measured.cpu > 0.0, "{compared:?}");
    }
    // syn reads every file whole; the command, with what it has kept, next to none.
    assert!(compared.syn.read >= compared.bytes, "{compared:?}");
    assert!(compared.cached.read < compared.check.read, "{compared:?}");
    assert!(bench.tools.scratch.join("cache-small/entries").is_dir());
}

#[test]
fn synthetic_graphs_have_the_size_they_are_said_to_have() {
    let bench = bench();
    let grown = packages(&[3, 20], &bench.tools, 1);
    assert_eq!(grown.iter().map(|it| it.size).collect::<Vec<_>>(), [3, 20]);
    assert!(grown.iter().all(|it| it.check.wall > 0.0 && it.tree.wall > 0.0));
    let file = files(&[1], &bench.tools, 1);
    assert!(file[0].check.read > 1_000_000, "{file:?}");
}

#[test]
fn a_build_that_changes_nothing_does_not_check_again() {
    let bench = bench();
    let (_, runs_again) = for_other_target(&bench.tools, 1);
    assert_eq!(runs_again, 0);
}

#[test]
fn the_guard_brings_few_crates_into_a_build() {
    let crates = crates(&repository().join("guard"));
    assert!((1..MAX_CRATES).contains(&crates), "{crates} crates beside the guard itself");
}

#[test]
fn every_stage_can_be_measured() {
    let output = Command::new(env!("CARGO"))
        .current_dir(repository())
        .args(["test", "--quiet", "--locked", "--workspace", "--bench", "stages"])
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    let source = repository().join("tests/benches/stages.rs");
    let source = std::fs::read_to_string(source).expect("it is there");
    let stages: Vec<&str> = source
        .split("#[divan::bench")
        .filter_map(|text| text.split_once("\nfn ")?.1.split('(').next())
        .skip(1)
        .collect();
    assert!(stages.len() > 5, "{stages:?}");
    for stage in stages {
        assert!(said.contains(stage), "{stage} did not run: {said}");
    }
}
