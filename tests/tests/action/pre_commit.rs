//! `.pre-commit-hooks.yaml`, as pre-commit itself reads and runs it.

use std::fs;
use std::process::Output;

use wasm_import_guard_tests::{Scratch, repository, tool};

use crate::act::{Checkout, alone, environment};

#[test]
fn pre_commit_accepts_the_hooks_and_would_notice_a_defect() {
    let hooks = repository().join(".pre-commit-hooks.yaml");
    let validate = |path| tool("pre-commit").arg("validate-manifest").arg(path).output().unwrap();
    let output = validate(hooks.clone());
    assert!(output.status.success(), "{}", all(&output));

    let scratch = Scratch::new();
    let broken = fs::read_to_string(hooks).unwrap().replace("language: script", "language: shell");
    scratch.write("broken.yaml", &broken);
    let output = validate(scratch.path("broken.yaml"));
    assert!(!output.status.success() && all(&output).contains("language"), "{}", all(&output));
}

/// In a repository that has the hook in its configuration, without a network.
#[test]
fn the_hook_builds_the_command_and_fails_a_commit_with_a_finding() {
    let _one = alone();
    let hooks = Checkout::of_this_repository(&[]);
    let configuration = format!(
        "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: wasm-import-guard\n        \
         args: [--target, wasm32-wasip1, --rustc-version, 1.91.0, --offline]\n",
        hooks.root().display(),
        hooks.head()
    );
    let project = Checkout::new(&[
        (".pre-commit-config.yaml", &configuration),
        // Neither is for the build of the hook.
        (".cargo/config.toml", "[build]\nrustc-wrapper = \"./no-such-wrapper\"\n"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"no-such-channel\"\n"),
        ("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"host-sys\"]\n"),
        (
            "app/Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
             [dependencies]\nhost-sys = { path = \"../host-sys\" }\n",
        ),
        ("app/src/lib.rs", "pub fn run() { unsafe { host_sys::close(1) }; }\n"),
        (
            "host-sys/Cargo.toml",
            "[package]\nname = \"host-sys\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        ),
        (
            "host-sys/src/lib.rs",
            "#[link(wasm_import_module = \"host\")]\nextern \"C\" {\n    pub fn close(it: i32) -> i32;\n}\n",
        ),
        ("notes.txt", "\n"),
    ]);
    // The command does not run a wrapper that the project names, or a channel that is not there; that is
    // seen elsewhere. Here it is the hook's own build that must not see them.
    let home = Scratch::new();
    let run = |arguments: &[&str]| {
        let mut pre_commit = tool("pre-commit");
        pre_commit.arg("run").args(arguments).current_dir(project.root());
        pre_commit.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        pre_commit.env("HOME", home.root()).envs(environment());
        pre_commit.env("PRE_COMMIT_HOME", home.path("pre-commit"));
        pre_commit.output().unwrap()
    };
    let output = run(&["--all-files", "--verbose"]);
    let said = all(&output);
    assert!(!said.contains("could not build the hook"), "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");

    for name in [".cargo/config.toml", "rust-toolchain.toml"] {
        fs::remove_file(project.root().join(name)).unwrap();
    }
    let output = run(&["--files", "app/src/lib.rs"]);
    let said = all(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in ["libc-clash", "`close` of module `host`", "exit code: 1"] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }

    // Nothing that it would read.
    let output = run(&["--files", "notes.txt"]);
    assert!(output.status.success() && all(&output).contains("Skipped"), "{}", all(&output));
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
