//! Where nothing more can be written: no result changes, and no file is damaged.

use std::fs;
use std::process::Command;

use wasm_import_guard_tests::{Scratch, guard, guard_binary};

use super::{CLASH, TARGET, run};

/// The command in a shell whose processes cannot make a file larger than nothing, as on a full disk.
fn without_room(project: &Scratch, arguments: &[&str]) -> Command {
    let template = guard(project.root());
    let mut shell = Command::new("/bin/sh");
    shell.current_dir(project.root());
    for (name, value) in template.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    // Without the signal a write says what is wrong.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    shell.args(["-c", script]).arg(guard_binary()).args(arguments);
    shell
}

const CHECK: [&str; 6] = ["check", "--offline", "--target", TARGET, "--rustc-version", "1.91.0"];

fn library() -> Scratch {
    let project = Scratch::library("app", &[], CLASH);
    // cargo cannot write a lock file either.
    let made =
        wasm_import_guard_tests::cargo_for_host(project.root()).arg("generate-lockfile").output();
    assert!(made.expect("cargo can be started").status.success());
    project
}

#[test]
fn the_answer_is_the_same_without_a_cache() {
    let project = library();
    let usual = run(guard(project.root()).args(CHECK));
    assert_eq!(usual.status, Some(1), "{usual:?}");
    let mut command = without_room(&project, &CHECK);
    command.env("WASM_IMPORT_GUARD_CACHE", project.path("cache"));
    let full = run(&mut command);
    assert_eq!((full.status, full.stdout), (usual.status, usual.stdout), "{}", full.stderr);
}

#[test]
fn a_baseline_that_cannot_be_written_stays_as_it_is() {
    let project = library();
    let arguments = [&CHECK[..], &["--write-baseline", "known.json"]].concat();
    let written = run(guard(project.root()).args(&arguments));
    assert_eq!(written.status, Some(0), "{written:?}");
    let before = fs::read(project.path("known.json")).expect("it was written");
    assert!(!before.is_empty());

    project.write("src/lib.rs", &CLASH.replace("close", "send"));
    let full = run(&mut without_room(&project, &arguments));
    assert_eq!(full.status, Some(2), "{full:?}");
    assert!(full.stderr.contains("known.json cannot be written"), "{}", full.stderr);
    assert_eq!(fs::read(project.path("known.json")).expect("it is there"), before);
    // Nothing is left beside it.
    let names =
        fs::read_dir(project.root()).expect("readable").map(|it| it.expect("readable").file_name());
    let left: Vec<_> =
        names.filter(|name| name.to_string_lossy().starts_with(".wasm-import-guard")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_baseline_behind_a_link_is_replaced_where_it_lies() {
    let project = library();
    project.write("shared/known.json", "");
    std::os::unix::fs::symlink("shared/known.json", project.path("known.json")).expect("a link");
    let written = run(guard(project.root()).args(CHECK).args(["--write-baseline", "known.json"]));
    assert_eq!(written.status, Some(0), "{written:?}");
    assert!(project.path("known.json").is_symlink());
    assert!(!fs::read(project.path("shared/known.json")).expect("it is there").is_empty());
}
