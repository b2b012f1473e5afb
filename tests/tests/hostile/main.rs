//! Projects that mean harm, and machines on which something fails: the command ends in bounded time, runs
//! nothing of the project, and never calls clean what it could not read.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

mod canary;
mod changes;
mod full_disk;
mod killed;
mod no_cargo;
mod sources;

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, guard};

const TARGET: &str = "wasm32-wasip1";

/// An import that rustc 1.91.0 binds to libc's function.
const CLASH: &str = "pub mod host {\n    #[link(wasm_import_module = \"host\")]\n    unsafe extern \"C\" {\n        \
                     pub fn close(handle: u32) -> u32;\n    }\n}\n";

/// Longer than any run here may take, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(100);

/// `check` as for 1.91.0, with what is needed to read its answer.
fn check(project: &Scratch) -> Command {
    let mut command = guard(project.root());
    command.args(["check", "--offline", "--target", TARGET, "--rustc-version", "1.91.0"]);
    command.args(["--format", "json"]);
    command
}

/// Runs to the end, which must not be far.
fn run(command: &mut Command) -> Output {
    let begin = Instant::now();
    let output = Output::of(command);
    assert!(begin.elapsed() < PATIENCE, "{:?}: {}", begin.elapsed(), output.stderr);
    output
}

/// The report of a run that could analyse something.
fn report(output: &Output) -> Value {
    assert!(matches!(output.status, Some(0 | 1 | 3)), "{output:?}");
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Asserts that what `project` hides is said: the report is incomplete, standard error has `words`, the
/// finding that can be seen is there, and where nothing is denied `--require-complete` fails.
fn assert_incomplete(project: &Scratch, words: &[&str]) {
    let output = run(&mut check(project));
    let report = report(&output);
    assert_eq!(report["complete"], false, "{output:?}");
    for word in words {
        assert!(output.stderr.contains(word), "{word} is not in: {}", output.stderr);
    }
    let sound = ["check", "--offline", "--target", TARGET, "--rustc-version", "1.96.0"];
    let calm = run(guard(project.root()).args(sound).arg("--require-complete"));
    assert_eq!(calm.status, Some(3), "{calm:?}");
}
