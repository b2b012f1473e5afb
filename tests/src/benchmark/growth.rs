//! `check` on graphs and files that are made for the purpose, one ten times as large as the other.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Measured, Program, Tools, in_turn};
use crate::environment::cargo;

const TARGET: &str = "wasm32-unknown-unknown";

/// How many packages one package depends on.
const DEPENDENCIES: usize = 8;

/// What was measured at one size.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// How many packages the graph has, or megabytes the file.
    pub size: usize,
    /// `check`, which keeps nothing.
    pub check: Measured,
    /// `cargo tree` on the same project.
    pub tree: Measured,
}

/// Measures graphs of `sizes` packages beside the root: vendored ones, since cargo itself takes quadratic
/// time for as many members of a workspace. Each package names a function of those that it depends on; every
/// fifth declares imports, half of which are called by others.
pub fn packages(sizes: &[usize], tools: &Tools, rounds: usize) -> Vec<Growth> {
    measured(sizes, tools, rounds, |directory, size| {
        write(&directory.join("Cargo.toml"), &(manifest("root", &[0]) + "\n[workspace]\n"));
        write(&directory.join("src/lib.rs"), "pub fn run() {\n    p0::work_1(1);\n}\n");
        let replaced = "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \
                        \"vendor\"\n";
        write(&directory.join(".cargo/config.toml"), replaced);
        for at in 0..size {
            package(&directory.join(format!("vendor/p{at}")), at, size);
        }
    })
}

/// Measures a library that is one file of so many megabytes: a declaration of an import in every hundredth
/// of its functions.
pub fn files(megabytes: &[usize], tools: &Tools, rounds: usize) -> Vec<Growth> {
    measured(megabytes, tools, rounds, |directory, size| {
        let manifest = manifest("large-file", &[]) + "\n[workspace]\n";
        write(&directory.join("Cargo.toml"), &manifest);
        let mut text = String::new();
        let mut at = 0;
        while text.len() < size * 1_000_000 {
            text.push_str(&function(at));
            if at.is_multiple_of(100) {
                text.push_str(&import(at));
            }
            at += 1;
        }
        write(&directory.join("src/lib.rs"), &text);
    })
}

fn measured(
    sizes: &[usize],
    tools: &Tools,
    rounds: usize,
    make: impl Fn(&Path, usize),
) -> Vec<Growth> {
    let each = sizes.iter().map(|&size| {
        let directory = tempfile::tempdir_in(&tools.scratch).expect("the directory can be written");
        make(directory.path(), size);
        Program::new(cargo(), directory.path()).args(["generate-lockfile", "--offline"]).run();
        let programs = [check(directory.path(), tools), tree(directory.path())];
        let measured = in_turn(&programs, rounds);
        Growth { size, check: measured[0], tree: measured[1] }
    });
    each.collect()
}

fn check(directory: &Path, tools: &Tools) -> Program {
    Program::new(&tools.guard, directory)
        .args(["check", "--quiet", "--offline", "--locked", "--target", TARGET])
        .env("WASM_IMPORT_GUARD_CACHE", "off")
        // A file may be larger than what is read: then the analysis is incomplete, and nothing is denied.
        .accepting(&[0, 1])
}

fn tree(directory: &Path) -> Program {
    let arguments = ["tree", "--offline", "--locked", "--edges", "normal", "--target", TARGET];
    Program::new(cargo(), directory).args(arguments)
}

/// Package `at` of a graph in which package `n` depends on the eight from `8 n + 1` on.
fn package(directory: &Path, at: usize, packages: usize) {
    let first = at * DEPENDENCIES + 1;
    let dependencies: Vec<usize> = (first..(first + DEPENDENCIES).min(packages)).collect();
    write(&directory.join("Cargo.toml"), &manifest(&format!("p{at}"), &dependencies));
    write(&directory.join(".cargo-checksum.json"), "{\"files\":{}}");
    let mut text = String::new();
    for number in 0..60 {
        text.push_str(&function(number));
    }
    if at.is_multiple_of(5) {
        text.push_str(&import(at));
    }
    for dependency in dependencies {
        let called = if dependency.is_multiple_of(10) {
            format!("unsafe {{ p{dependency}::host_{dependency}::call_{dependency}(1) }};")
        } else {
            format!("p{dependency}::work_1(2);")
        };
        let _ = writeln!(text, "pub fn use_{dependency}() {{\n    {called}\n}}\n");
    }
    write(&directory.join("src/lib.rs"), &text);
}

fn manifest(name: &str, dependencies: &[usize]) -> String {
    let mut text =
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n");
    text.push_str("[dependencies]\n");
    for dependency in dependencies {
        let _ = writeln!(text, "p{dependency} = \"0.1.0\"");
    }
    text
}

fn function(at: usize) -> String {
    format!(
        "/// Sums what `work_{at}` is asked for, and \"more\".\npub fn work_{at}(upto: u32) -> u32 {{\n    \
         let mut sum = {at};\n    for value in 0..upto {{\n        sum += value.wrapping_mul(31) ^ \
         0x5f; // of {{ no }} use\n    }}\n    sum\n}}\n\n"
    )
}

/// A module of imports, of the name `host_` and `at`.
fn import(at: usize) -> String {
    format!(
        "pub mod host_{at} {{\n    #[link(wasm_import_module = \"host_{at}\")]\n    extern \"C\" {{\n        \
         #[link_name = \"call\"]\n        pub fn call_{at}(handle: u32) -> u32;\n    }}\n}}\n\n"
    )
}

fn write(path: &Path, text: &str) {
    let directory = path.parent().expect("a file is in a directory");
    fs::create_dir_all(directory).expect("the scratch directory can be written");
    fs::write(path, text).expect("the scratch directory can be written");
}
