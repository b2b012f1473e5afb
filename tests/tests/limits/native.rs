//! Objects and C code that a package brings, which its build script may link.

use std::fs::File;

use wasm_import_guard_tests::Scratch;

use super::{WANTED, assert_edge, constant};

/// A library that has a build script.
fn library() -> Scratch {
    let project = Scratch::library("limited", &[], WANTED);
    project.write("build.rs", "fn main() {}\n");
    project
}

/// A file of so many zeros, which take no room on a disk.
fn zeros(project: &Scratch, name: &str, length: usize) {
    let file = File::create(project.path(name)).expect("a file can be made");
    file.set_len(length as u64).expect("it can be of any length");
}

#[test]
fn files_of_a_package() {
    let limit = constant("guard/src/native/files.rs", "MAX_FILES");
    assert_edge("files", limit, |count| {
        let project = library();
        std::fs::create_dir(project.path("data")).expect("a directory can be made");
        // What is there already counts too.
        let there = ["build.rs", "Cargo.toml", "data", "src", "src/lib.rs"];
        assert!(there.iter().all(|name| project.path(name).exists()));
        for at in there.len() + 1..count {
            File::create(project.path(&format!("data/{at}"))).expect("a file can be made");
        }
        project
    });
}

#[test]
fn bytes_of_a_file() {
    let limit = constant("guard/src/native/mod.rs", "MAX_FILE_BYTES");
    for name in ["libc.a", "code.c"] {
        assert_edge(name, limit, |length| {
            let project = library();
            zeros(&project, name, length);
            project
        });
    }
}

#[test]
fn bytes_of_a_package() {
    let limit = constant("guard/src/native/mod.rs", "MAX_PACKAGE_BYTES");
    let of_a_file = constant("guard/src/native/mod.rs", "MAX_FILE_BYTES");
    assert_edge("all files", limit, |length| {
        let project = library();
        for (at, begin) in (0..length).step_by(of_a_file).enumerate() {
            zeros(&project, &format!("{at}.o"), of_a_file.min(length - begin));
        }
        project
    });
}
