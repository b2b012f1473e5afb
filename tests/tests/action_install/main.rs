//! action/install.sh, run as a step runs it, with releases on a file server of this machine. That the
//! sources are built for real is seen in `tests/action`, where act runs action.yml.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod server;
mod step;
#[path = "../action/workflow_command.rs"]
mod workflow_command;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Command;

use server::Server;
use step::Step;
use wasm_import_guard_tests::{Scratch, repository};

const CRATE: &str = "cargo-wasm-import-guard";
const VERSION: &str = "9.8.7";
/// What a runner calls its system and its processor, and the binary for it.
const PLATFORMS: [(&str, &str, &str); 5] = [
    ("Linux", "X64", "x86_64-unknown-linux-musl"),
    ("Linux", "ARM64", "aarch64-unknown-linux-musl"),
    ("macOS", "X64", "x86_64-apple-darwin"),
    ("macOS", "ARM64", "aarch64-apple-darwin"),
    ("Windows", "X64", "x86_64-pc-windows-msvc"),
];

#[test]
fn a_binary_with_the_right_checksum_is_installed_and_runs() {
    for (system, processor, target) in PLATFORMS {
        let mut step = Step::new("prebuilt", VERSION);
        let server = step.with_release();
        step.set("RUNNER_OS", system).set("RUNNER_ARCH", processor);
        let installed = step.run();
        assert_eq!(installed.code, Some(0), "{}", installed.printed);
        let file = format!("/v{VERSION}/{CRATE}-v{VERSION}-{target}.tar.gz");
        assert_eq!(server.asked(), [file]);

        let binary = installed.binary.unwrap();
        assert!(binary.starts_with(step.around.path("temp")), "{}", binary.display());
        let output = Command::new(&binary).arg("action").output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, format!("{CRATE} {VERSION} action for {target}\n"));
        // The binary alone: neither the archive nor what else was in it.
        assert_eq!(fs::read_dir(binary.parent().unwrap()).unwrap().count(), 1);
    }
}

/// macOS has `shasum` and no `sha256sum`.
#[test]
fn a_checksum_can_be_had_from_shasum() {
    let mut step = Step::new("prebuilt", VERSION);
    let _server = step.with_release();
    step.set("RUNNER_OS", "macOS").set("RUNNER_ARCH", "ARM64");
    fs::create_dir(step.around.path("bin")).unwrap();
    let search: Vec<_> = std::env::split_paths(&step.variables["PATH"]).collect();
    for name in ["bash", "sh", "env", "curl", "tar", "gzip", "mktemp", "chmod", "rm"] {
        let found = search.iter().map(|directory| directory.join(name)).find(|path| path.exists());
        symlink(found.unwrap(), step.around.path(&format!("bin/{name}"))).unwrap();
    }
    step.set("PATH", step.around.path("bin").display().to_string());
    step.refused(&["neither `sha256sum` nor `shasum`"]);

    step.program("shasum", "[ \"$*\" = '-a 256' ] && exec /usr/bin/sha256sum");
    let installed = step.run();
    assert_eq!(installed.code, Some(0), "{}", installed.printed);
}

#[test]
fn another_file_than_the_released_one_is_refused() {
    let mut step = Step::new("prebuilt", VERSION);
    let server = step.with_release();
    let table = fs::read_to_string(step.around.path("checksums.tsv")).unwrap();
    let line = table.lines().find(|line| line.starts_with(&format!("{VERSION}\tx86_64-unk")));
    let right = line.unwrap().rsplit('\t').next().unwrap();
    let wrong = "f".repeat(64);
    step.around.write("checksums.tsv", &table.replace(right, &wrong));
    let refused = step.refused(&["is not the file that was released", right, &wrong]);
    assert_eq!(server.asked().len(), 1);
    assert!(!refused.printed.contains(" --version for "), "it was run: {}", refused.printed);

    // Nor is a table that was cut off taken for one that does not mind.
    step.around.write("checksums.tsv", &table.replace(right, &right[..63]));
    step.refused(&["has no SHA-256 for version 9.8.7 and x86_64-unknown-linux-musl"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn what_is_not_known_is_refused_before_anything_is_asked_for() {
    let mut step = Step::new("prebuilt", "9.8.6");
    let server = step.with_release();
    step.refused(&["no checksum of version 9.8.6 for x86_64-unknown-linux-musl", "checksums.tsv"]);

    step.set("INPUT_VERSION", VERSION);
    for (system, processor) in [("Windows", "ARM64"), ("Linux", "X86"), ("Plan 9", "X64"), ("", "")]
    {
        step.set("RUNNER_OS", system).set("RUNNER_ARCH", processor);
        step.refused(&[&format!("RUNNER_OS={system} with RUNNER_ARCH={processor}")]);
    }
    step.set("RUNNER_OS", "Linux").set("RUNNER_ARCH", "X64");

    step.set("WASM_IMPORT_GUARD_CHECKSUMS", "/no such table");
    step.refused(&["the table of checksums /no such table cannot be read"]);

    step.set("INPUT_INSTALL", "docker\n::stop-commands::x");
    step.refused(&["`install: docker\n::stop-commands::x` is unknown", "`prebuilt`"]);
    assert_eq!(server.asked(), [""; 0]);
}

/// The table that the repository has: readable, and no line twice.
#[test]
fn the_committed_table_has_a_header_and_well_formed_lines() {
    let table = fs::read_to_string(repository().join("action/checksums.tsv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("version\ttarget\tsha256"));
    let mut seen = std::collections::BTreeSet::new();
    for line in lines {
        let [version, target, sha256] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert!(PLATFORMS.iter().any(|platform| platform.2 == target), "{line}");
        assert!(sha256.len() == 64 && !sha256.contains(|c| !"0123456789abcdef".contains(c)));
        assert!(seen.insert((version, target)), "{line} is there twice");
    }
    // Until there is a release, asking for one is an error and not an unchecked download.
    if seen.is_empty() {
        Step::new("prebuilt", "").refused(&["action/checksums.tsv has no checksum of version "]);
    }
}

#[test]
fn a_hostile_version_is_refused_and_nothing_is_run() {
    for install in ["path", "prebuilt", "cargo"] {
        let mut step = Step::new(install, VERSION);
        let server = step.with_release();
        step.with_witness(&["cargo", "curl", "tar", "mktemp", "sha256sum"]);
        for version in [
            "1.2.3; touch pwned",
            "$(touch pwned)",
            "`touch pwned`",
            "1.2.3\n::error title=forged::forged",
            "1.2.3\r\n::set-output name=binary::/bin/sh",
            "9.8.7%0A::error::forged",
            "../../../9.8.7",
            "9.8.7/../..",
            "--root=/",
            "9.8.7 --git=https://example.com",
            "=9.8.7",
            "v9.8.7",
            "9.8",
            "9.8.7-",
            "9.8.7-a_b",
            "9.8.7-ä",
            "9.8.7 ",
            "9.8.7\n",
            "latest",
            "a[$(touch pwned)]",
        ] {
            step.set("INPUT_VERSION", version);
            step.refused(&[&format!("`version: {version}` is no version")]);
        }
        assert_eq!(step.called(), "", "a program was run");
        assert_eq!(server.asked(), [""; 0]);
    }
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let mut step = Step::new("prebuilt", VERSION);
    let server = step.with_release();
    step.set("WASM_IMPORT_GUARD_RELEASES", format!("{}/elsewhere/", server.address));
    let file = "/elsewhere/v9.8.7/cargo-wasm-import-guard-v9.8.7-x86_64-unknown-linux-musl.tar.gz";
    let refused = step.refused(&[file, "cannot be downloaded"]);
    assert!(refused.printed.contains("404"), "{}", refused.printed);
    // A retry would not help.
    assert_eq!(server.asked(), [file]);
}

#[test]
fn an_archive_that_has_no_binary_is_refused() {
    let mut step = Step::new("prebuilt", VERSION);
    let archive = step.archive("another", "x");
    let sha256 = step.sha256(&archive);
    let target = PLATFORMS[0].2;
    let path = format!("/v{VERSION}/{CRATE}-v{VERSION}-{target}.tar.gz");
    let server = Server::new(BTreeMap::from([(path, archive)]));
    step.around.write("checksums.tsv", &format!("{VERSION}\t{target}\t{sha256}\n"));
    let table = step.around.path("checksums.tsv").display().to_string();
    step.set("WASM_IMPORT_GUARD_CHECKSUMS", table);
    step.set("WASM_IMPORT_GUARD_RELEASES", &server.address);
    step.refused(&["has no cargo-wasm-import-guard"]);
}

/// Without TLS only from this machine, and from no repository but one.
#[test]
fn the_address_is_that_of_the_actions_releases() {
    let mut step = Step::new("prebuilt", VERSION);
    let _server = step.with_release();
    step.with_witness(&["curl"]);
    for address in ["http://example.com", "file:///etc", "ftp://example.com", "example.com"] {
        step.set("WASM_IMPORT_GUARD_RELEASES", address);
        step.refused(&[address, "is no https address"]);
    }
    step.variables.remove("WASM_IMPORT_GUARD_RELEASES");
    for repository in ["", "a", "a/b/c", "a/b?x", "a/b\n::error::c"] {
        step.set("ACTION_REPOSITORY", repository);
        step.refused(&[&format!("the repository of the Action is not known (`{repository}`)")]);
    }
    assert_eq!(step.called(), "", "curl was run");

    // The witness downloads nothing, so there is nothing to have a checksum.
    step.set("ACTION_REPOSITORY", "owner/wasm-import-guard");
    step.set("GITHUB_SERVER_URL", "https://github.example.com");
    step.run();
    let called = step.called();
    let called = called.lines().next().unwrap();
    let address = "https://github.example.com/owner/wasm-import-guard/releases/download/v9.8.7/";
    assert!(called.contains(&format!("<--url> <{address}{CRATE}-v9.8.7-")), "{called}");
    assert!(called.contains("<--proto> <=https> <--proto-redir> <=https> <--fail>"), "{called}");
}

#[test]
fn cargo_installs_exactly_the_version_that_is_asked_for() {
    let mut step = Step::new("cargo", VERSION);
    step.with_witness(&["cargo"]).set("CARGO_BUILD_TARGET", "wasm32-wasip1").set("RUSTFLAGS", "-x");
    let installed = step.run();
    assert_eq!(installed.code, Some(0), "{}", installed.printed);
    let temp = step.around.path("temp").display().to_string();
    let called = step.called();
    assert_eq!(
        called.lines().next().unwrap(),
        format!(
            "cargo <install> <{CRATE}> <--version> <=9.8.7> <--locked> <--root> \
             <{temp}/wasm-import-guard-9.8.7> <--target-dir> <{temp}/wasm-import-guard>"
        )
    );
    assert!(!called.contains("wasm32-wasip1") && !called.contains("RUSTFLAGS"), "{called}");
    // Where no toolchain file or cargo configuration of the project is above.
    assert!(called.contains(&format!("\nPWD={temp}\n")), "{called}");
    let binary = installed.binary.unwrap();
    assert!(binary.ends_with("wasm-import-guard-9.8.7/bin/cargo-wasm-import-guard"));

    step.program("cargo", "echo 'error: could not find it' >&2; exit 101");
    fs::write(step.around.path("output"), "").unwrap();
    let refused = step.refused(&["cargo could not install cargo-wasm-import-guard 9.8.7"]);
    assert!(refused.printed.contains("error: could not find it"));
}

#[test]
fn the_sources_are_built_by_default_and_only_as_their_own_version() {
    let own = env!("CARGO_PKG_VERSION");
    for (install, version) in [("", ""), ("path", own)] {
        let mut step = Step::new(install, version);
        step.with_witness(&["cargo"]);
        step.set("WASM_IMPORT_GUARD_TARGET_DIR", "/kept between runs");
        let installed = step.run();
        assert_eq!(installed.code, Some(0), "{}", installed.printed);
        let called = step.called();
        assert_eq!(
            called.lines().next().unwrap(),
            format!(
                "cargo <build> <--locked> <--release> <--manifest-path> <{}/Cargo.toml> <-p> \
                 <{CRATE}> <--target-dir> </kept between runs>",
                repository().display()
            )
        );
        let binary = installed.binary.unwrap();
        assert_eq!(binary, PathBuf::from(format!("/kept between runs/release/{CRATE}")));
    }

    let mut step = Step::new("path", VERSION);
    step.with_witness(&["cargo"]);
    step.refused(&["`version: 9.8.7`", &format!("the sources of the Action, which are {own}")]);
    assert_eq!(step.called(), "", "cargo was run");

    step.set("INPUT_VERSION", "").program("cargo", "exit 101");
    step.refused(&["cargo could not build the sources of the Action in "]);

    // A runner without Rust.
    fs::remove_file(step.around.path("bin/cargo")).unwrap();
    symlink("/bin/bash", step.around.path("bin/bash")).unwrap();
    step.set("PATH", step.around.path("bin").display().to_string());
    step.refused(&["`cargo` is not there", "`install: path` builds with it"]);
}

/// What the release packs and writes into the table is what is looked for here.
#[test]
fn what_the_release_workflow_makes_can_be_installed() {
    let workflow = fs::read_to_string(repository().join(".github/workflows/release.yml")).unwrap();
    let workflow: serde_yaml::Value = serde_yaml::from_str(&workflow).unwrap();
    let script = |job: &str, name: &str| {
        let steps = workflow["jobs"][job]["steps"].as_sequence().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        step["run"].as_str().unwrap().to_owned()
    };
    let built: Vec<_> = workflow["jobs"]["build"]["strategy"]["matrix"]["include"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|target| target["target"].as_str().unwrap())
        .collect();
    assert_eq!(built, PLATFORMS.map(|platform| platform.2));

    let release = Scratch::new();
    let run = |script: &str, target: &str| {
        let mut bash = Command::new("bash");
        bash.args(["-c", script]).current_dir(release.root());
        bash.env("TARGET", target).env("GITHUB_REF_NAME", format!("v{VERSION}"));
        let output = bash.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    release.write("action/checksums.tsv", "version\ttarget\tsha256\n");
    for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        release.write(file, "");
    }
    let mut files = BTreeMap::new();
    for (system, _, target) in PLATFORMS {
        let suffix = if system == "Windows" { ".exe" } else { "" };
        let program = format!("#!/bin/sh\necho {CRATE} {VERSION} $1 for {target}\n");
        let binary = format!("target/{target}/release/{CRATE}{suffix}");
        release.write(&binary, &program);
        fs::set_permissions(release.path(&binary), fs::Permissions::from_mode(0o755)).unwrap();
        release.write(&format!("target/{target}/release/{CRATE}.d"), "");
        run(&script("build", "Pack"), target);
        fs::remove_dir_all(release.path("dist")).unwrap();
        let name = format!("{CRATE}-v{VERSION}-{target}.tar.gz");
        files.insert(format!("/v{VERSION}/{name}"), fs::read(release.path(&name)).unwrap());
    }
    // As download-artifact puts them together.
    fs::create_dir(release.path("dist")).unwrap();
    for entry in fs::read_dir(release.root()).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|extension| extension == "gz") {
            fs::rename(entry.path(), release.path("dist").join(entry.file_name())).unwrap();
        }
    }
    run(&script("release", "Checksums"), "");
    run(&script("table", "Add them to the table"), "");

    let server = Server::new(files);
    for (system, processor, target) in PLATFORMS {
        let mut step = Step::new("prebuilt", VERSION);
        step.set("RUNNER_OS", system).set("RUNNER_ARCH", processor);
        step.set("WASM_IMPORT_GUARD_RELEASES", &server.address);
        let table = release.path("action/checksums.tsv").display().to_string();
        let installed = step.set("WASM_IMPORT_GUARD_CHECKSUMS", table).run();
        assert_eq!(installed.code, Some(0), "{target}: {}", installed.printed);
        assert!(installed.printed.contains(&format!("--version for {target}")));
    }
}
