//! Measures the command and the guard, and tells it as the page `BENCHMARKS.md`: see `tests/benchmark`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]
#![allow(clippy::expect_used, reason = "a test program stops where it stands")]

use std::path::PathBuf;
use std::process::ExitCode;

use wasm_import_guard_tests::benchmark::{
    Extent, Project, Results, Tools, compare, document, files, members, packages, script, syntax,
    weights,
};

const USAGE: &str =
    "usage: benchmark GUARD RG SCRATCH [--short]\n       benchmark --syntax DIRECTORY...";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (paths, extent) = match &texts[..] {
        ["--syntax", directories @ ..] => {
            let directories: Vec<PathBuf> = directories.iter().map(PathBuf::from).collect();
            println!("{}", syntax(&directories));
            return ExitCode::SUCCESS;
        }
        [guard, rg, scratch] => ([guard, rg, scratch], Extent::FULL),
        [guard, rg, scratch, "--short"] => ([guard, rg, scratch], Extent::SHORT),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let [guard, rg, scratch] = paths.map(PathBuf::from);
    let own = std::env::current_exe().expect("a program knows its path");
    let tools = Tools { guard, own, rg, scratch };
    let Extent { rounds, .. } = extent;
    let say = |what: &str| eprintln!("benchmark: {what}");
    say("real graphs");
    let chosen = if rounds == 1 { 1 } else { 3 };
    let real = Project::all(&tools.scratch)
        .iter()
        .take(chosen)
        .map(|it| compare(it, &tools, rounds))
        .collect();
    say("growth");
    let packages = packages(extent.packages, &tools, rounds.min(3));
    let files = files(extent.megabytes, &tools, rounds.min(3));
    say("build scripts");
    let script = script(&tools, rounds);
    let members = members(&tools, extent.members);
    say("build dependencies");
    let weights = weights(&tools, rounds.min(3));
    let results = Results { rounds, real, weights, script, members, packages, files };
    print!("{}", document(&results));
    ExitCode::SUCCESS
}
