//! Sources that are no files, or lead elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use tempfile::TempDir;
use wasm_import_guard_tests::Scratch;

use super::{CLASH, assert_incomplete, check, report, run};

/// A library with a clash, and a module `other` that `make` puts in its place.
fn library(make: impl FnOnce(&std::path::Path)) -> Scratch {
    let project = Scratch::library("app", &[], &format!("mod other;\n{CLASH}"));
    make(&project.path("src/other.rs"));
    project
}

fn assert_still_found(project: &Scratch) {
    let report = report(&run(&mut check(project)));
    let findings = report["findings"].as_array().expect("a list");
    assert!(
        findings.iter().any(|it| it["rule"] == "libc-clash" && it["name"] == "close"),
        "{report}"
    );
}

#[test]
fn a_module_that_links_out_of_the_tree_is_not_read() {
    let outside = TempDir::new().expect("a directory can be made");
    let secret = outside.path().join("secret.rs");
    let text = "#[link(wasm_import_module = \"secret\")]\nunsafe extern \"C\" {\n    pub fn password();\n}\n";
    fs::write(&secret, text).expect("writable");
    let project = library(|path| symlink(&secret, path).expect("a link can be made"));
    assert_incomplete(&project, &["other.rs"]);
    assert_still_found(&project);
    let output = run(check(&project).arg("-v"));
    assert!(
        !output.stdout.contains("password") && !output.stderr.contains("password"),
        "{output:?}"
    );
}

#[test]
fn a_device_is_not_read() {
    for device in ["/dev/zero", "/dev/tty", "/proc/self/mem"] {
        let project = library(|path| symlink(device, path).expect("a link can be made"));
        assert_incomplete(&project, &["other.rs"]);
        assert_still_found(&project);
    }
}

#[test]
fn a_fifo_is_not_waited_for() {
    let project = library(|path| {
        let made = Command::new("mkfifo").arg(path).status().expect("mkfifo can be started");
        assert!(made.success());
    });
    assert_incomplete(&project, &["other.rs"]);
    assert_still_found(&project);
}

#[test]
fn a_directory_in_the_place_of_a_file_is_said() {
    let project = library(|path| fs::create_dir(path).expect("a directory can be made"));
    assert_incomplete(&project, &["other.rs"]);
    assert_still_found(&project);
}

#[test]
fn a_link_that_leads_to_itself_is_said() {
    let project = library(|path| symlink("other.rs", path).expect("a link can be made"));
    assert_incomplete(&project, &["other.rs"]);
    assert_still_found(&project);
}

#[test]
fn a_file_that_is_larger_than_what_is_read_is_said() {
    // The limit is 64 MiB; one byte less, all of it white space, is read.
    for (length, is_read) in [(64 << 20, true), ((64 << 20) + 1, false)] {
        let project = library(|path| {
            fs::write(path, vec![b' '; length]).expect("there is room");
        });
        if is_read {
            assert_eq!(report(&run(&mut check(&project)))["complete"], true);
        } else {
            assert_incomplete(&project, &["other.rs"]);
        }
        assert_still_found(&project);
    }
}

#[test]
fn directories_that_lead_into_each_other_end() {
    let project = library(|path| fs::write(path, "").expect("writable"));
    for name in ["a", "b"] {
        fs::create_dir(project.path(&format!("src/{name}"))).expect("writable");
    }
    symlink("../b", project.path("src/a/b")).expect("a link can be made");
    symlink("../a", project.path("src/b/a")).expect("a link can be made");
    symlink("..", project.path("src/a/up")).expect("a link can be made");
    assert_still_found(&project);
}
