//! A process that is killed while it writes: what was there stays, or what is new is there whole.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wasm_import_guard_tests::{Scratch, guard};

use super::{TARGET, run};

const WRITE: [&str; 8] = [
    "check",
    "--offline",
    "--target",
    TARGET,
    "--rustc-version",
    "1.91.0",
    "--write-baseline",
    "known.json",
];

/// How often a process is killed, each time a little later in its run.
const ROUNDS: u32 = 24;

/// So many imports that 1.91.0 takes for the C library's.
fn imports(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        writeln!(
            text,
            "#[link(wasm_import_module = \"m{at}\")] unsafe extern \"C\" {{ #[link_name = \"close\"] pub \
             fn close{at}(a: i32) -> i32; }}"
        )
        .expect("text");
    }
    text
}

#[test]
fn a_baseline_is_the_old_one_or_the_new_one() {
    let project = Scratch::library("app", &[], &imports(1));
    let written = |project: &Scratch| {
        let output = run(guard(project.root()).args(WRITE));
        assert_eq!(output.status, Some(0), "{output:?}");
        fs::read(project.path("known.json")).expect("it was written")
    };
    let old = written(&project);
    project.write("src/lib.rs", &imports(400));
    let begin = Instant::now();
    let new = written(&project);
    let whole = begin.elapsed();
    assert_ne!(old, new);

    let (mut killed, mut ended) = (0, 0);
    for round in 0..ROUNDS {
        fs::write(project.path("known.json"), &old).expect("writable");
        let mut command = guard(project.root());
        command.args(WRITE).stdout(Stdio::null()).stderr(Stdio::null());
        let begin = Instant::now();
        let mut child = command.spawn().expect("it can be started");
        // Half of the rounds by the clock, the others when something new lies beside the old one.
        let until = whole * (round + 1) / ROUNDS + Duration::from_millis(50);
        let by_clock = round % 2 == 0;
        let before = entries(&project);
        while child.try_wait().expect("a child").is_none() {
            let is_writing = !by_clock && entries(&project) > before;
            if is_writing || (by_clock && begin.elapsed() > until) {
                break;
            }
        }
        child.kill().expect("a child");
        match child.wait().expect("a child").code() {
            None => killed += 1,
            Some(_) => ended += 1,
        }
        let found = fs::read(project.path("known.json")).expect("it is there");
        assert!(found == old || found == new, "round {round}: {} bytes", found.len());
    }
    assert!(killed >= 6, "{killed} were killed, {ended} had ended");
    // What the killed ones left is in nobody's way.
    assert_eq!(written(&project), new);
}

fn entries(project: &Scratch) -> usize {
    fs::read_dir(project.root()).expect("readable").count()
}
