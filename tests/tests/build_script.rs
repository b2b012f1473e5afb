//! `wasm_import_guard::check()` in real builds: of the package itself, and of somebody's dependency.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_import_guard_tests::{
    Build, Built, ModuleImport, Scratch, module_imports, rustc_reporting,
};

const TARGET: &str = "wasm32-wasip1";

const BUILD_SCRIPT: &str = "fn main() {\n    wasm_import_guard::check();\n}\n";

/// Names an import of fastly-sys that has the name of a libc function.
const NAMES_CLOSE: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    let _ = unsafe { \
                           fastly_sys::fastly_http_body::close(1) };\n}\n";

/// A crate that declares such an import itself, and whose build script guards it.
const SYS: &str = "pub mod host_body {\n    #[link(wasm_import_module = \"host_body\")]\n    unsafe \
                   extern \"C\" {\n        pub fn close(handle: u32) -> u32;\n    }\n}\n";

/// Calls that crate.
const CALLS_SYS: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    let _ = unsafe { \
                         host_sys::host_body::close(1) };\n}\n";

fn guard_directory() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guard");
    path.canonicalize().expect("guard is beside the tests")
}

/// The dependency on the guard of this repository, by path.
fn guard_by_path() -> String {
    format!("wasm-import-guard = {{ path = '{}' }}\n", guard_directory().display())
}

/// An application on fastly-sys with the guard in its build script.
fn guarded_application() -> Scratch {
    let project = Scratch::library("app", &[("fastly-sys", "\"=0.13.2\"")], NAMES_CLOSE);
    append(&project, "Cargo.toml", &format!("\n[build-dependencies]\n{}", guard_by_path()));
    project.write("build.rs", BUILD_SCRIPT);
    project.fetch();
    project
}

fn append(project: &Scratch, file: &str, text: &str) {
    let mut content = fs::read_to_string(project.path(file)).expect("the file is there");
    content.push_str(text);
    project.write(file, &content);
}

/// The rustc of the tests, which calls itself 1.91.0.
fn rustc_1_91_0(directory: &Path) -> PathBuf {
    let commit = "f8297e351a40c1439a467bbbb6879088047f50b3";
    rustc_reporting(directory, "1.91.0", commit, "2025-10-28")
}

fn build_as_1_91_0(project: &Scratch) -> Build {
    Build::new(TARGET).rustc(&rustc_1_91_0(project.root()))
}

/// Asserts that the build stopped before the link, with a first line that stands alone.
fn assert_stopped(built: &Built, crate_name: &str, module: &str) {
    assert!(!built.success, "the build went through:\n{}", built.stderr);
    let first = built
        .stderr
        .lines()
        .find(|line| line.contains("wasm-import-guard: "))
        .unwrap_or_else(|| panic!("no guidance:\n{}", built.stderr));
    for part in
        ["rustc 1.91.0", TARGET, module, "`close`", crate_name, "1.91.1", "WASM_IMPORT_GUARD=warn"]
    {
        assert!(first.contains(part), "{part} is not in: {first}");
    }
    assert!(!built.stderr.contains("rust-lld"), "{}", built.stderr);
    assert!(!built.stderr.contains("linking with"), "{}", built.stderr);
    assert!(!built.files.iter().any(|file| file.extension().is_some_and(|it| it == "wasm")));
    let guidance = built.stderr.lines().filter(|line| line.contains("libc-clash")).count();
    assert!(guidance <= 12, "{}", built.stderr);
}

#[test]
fn a_build_of_the_package_stops_with_1_91_0_unless_told_otherwise() {
    let project = guarded_application();
    let built = build_as_1_91_0(&project).run(&project);
    assert_stopped(&built, "fastly-sys 0.13.2", "fastly_http_body");
    assert!(built.stderr.contains("app 0.1.0 -> fastly-sys 0.13.2"), "{}", built.stderr);

    // The report that the message names is there and holds the source's place.
    let report = built
        .stderr
        .lines()
        .find_map(|line| line.split_once("the whole report: "))
        .map(|(_, path)| fs::read_to_string(path.trim()).expect("the report is there"))
        .expect("the message names a report");
    assert!(report.contains("fastly-sys 0.13.2: src/lib.rs:412:16"), "{report}");
    assert!(report.contains("with rustc 1.91.0: link-error or misbound"), "{report}");

    let warned = build_as_1_91_0(&project).env("WASM_IMPORT_GUARD", "warn").run(&project);
    warned.expect_success();
    assert!(warned.stderr.contains("warning: app@0.1.0: wasm-import-guard"), "{}", warned.stderr);

    let silent = build_as_1_91_0(&project).env("WASM_IMPORT_GUARD", "off").run(&project);
    silent.expect_success();
    assert!(!silent.stderr.contains("wasm-import-guard: "), "{}", silent.stderr);

    let refused = build_as_1_91_0(&project).env("WASM_IMPORT_GUARD", "of").run(&project);
    assert!(
        !refused.success && refused.stderr.contains("`off`, `warn` or `deny`"),
        "{}",
        refused.stderr
    );
}

/// The manifest's policy decides in the build as it does for the command, but that an expired exception
/// still holds: nothing runs the script again on the day.
#[test]
fn the_policy_of_the_manifest_decides() {
    let project = guarded_application();
    let manifest = fs::read_to_string(project.path("Cargo.toml")).expect("it is there");
    let with = |policy: &str| {
        project.write("Cargo.toml", &format!("{manifest}\n{policy}\n"));
        build_as_1_91_0(&project).run(&project)
    };
    let exception = "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\n\
                     reason = \"none of them is called\"";

    let warned = with("[package.metadata.wasm-import-guard]\nlevels = { libc-clash = \"warn\" }");
    warned.expect_success();
    assert!(warned.stderr.contains("warning: app@0.1.0: wasm-import-guard"), "{}", warned.stderr);

    let excepted = with(exception);
    excepted.expect_success();
    assert!(!excepted.stderr.contains("wasm-import-guard: "), "{}", excepted.stderr);

    let expired = with(&format!("{exception}\nexpires = 2001-01-01"));
    expired.expect_success();
    assert!(expired.stderr.contains("expired on 2001-01-01"), "{}", expired.stderr);

    let wrong = with("[package.metadata.wasm-import-guard]\nlevel = {}");
    assert!(!wrong.success, "{}", wrong.stderr);
    for part in ["package.metadata.wasm-import-guard.level`", "did you mean `levels`?"] {
        assert!(wrong.stderr.contains(part), "{part} is not in:\n{}", wrong.stderr);
    }
}

#[test]
fn a_build_of_the_package_with_a_sound_rustc_makes_the_module() {
    let project = guarded_application();
    let built = Build::new(TARGET).run(&project);
    built.expect_success();
    assert!(!built.stderr.contains("wasm-import-guard: "), "{}", built.stderr);
    let close = ModuleImport {
        module: "fastly_http_body".to_owned(),
        name: "close".to_owned(),
        kind: "func",
    };
    assert!(module_imports(&built.module("app.wasm")).contains(&close));
}

#[test]
fn a_build_for_another_target_prints_nothing() {
    let project = Scratch::library("app", &[], "pub fn nothing() {}\n");
    append(&project, "Cargo.toml", &format!("\n[build-dependencies]\n{}", guard_by_path()));
    project.write("build.rs", BUILD_SCRIPT);
    let output = Command::new(env!("CARGO"))
        .args(["build", "--target-dir", "target"])
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(project.root())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scripts = fs::read_dir(project.path("target/debug/build")).expect("build scripts ran");
    let printed: Vec<String> = scripts
        .map(|entry| entry.expect("listed").path())
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("app-"))
        })
        .filter_map(|path| fs::read_to_string(path.join("output")).ok())
        .collect();
    assert_eq!(printed, [""]);
}

/// The manifest of `host-sys`, whose build script guards it.
fn sys_manifest() -> String {
    "[package]\nname = \"host-sys\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[build-dependencies]\n\
     wasm-import-guard = \"0.1\"\n"
        .to_owned()
}

/// An application on `host-sys`, which comes from `source`; the guard is this repository's.
fn application_on_sys(source: &str) -> Scratch {
    let project = Scratch::library("app", &[("host-sys", source)], CALLS_SYS);
    append(&project, "Cargo.toml", &format!("\n[patch.crates-io]\n{}", guard_by_path()));
    project
}

/// Runs git without the machine's own configuration.
fn git(directory: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.invalid",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .current_dir(directory)
        .output()
        .expect("git can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// `host-sys` as a git repository, in a directory below its top.
fn sys_repository() -> Scratch {
    let repository = Scratch::new();
    repository.write("crates/host-sys/Cargo.toml", &sys_manifest());
    repository.write("crates/host-sys/build.rs", BUILD_SCRIPT);
    repository.write("crates/host-sys/src/lib.rs", SYS);
    repository.write("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"2\"\n");
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "all"]] {
        git(repository.root(), arguments);
    }
    repository
}

fn assert_stopped_as_dependency(project: &Scratch) {
    let built = build_as_1_91_0(project).run(project);
    assert_stopped(&built, "host-sys 1.0.0", "host_body");
    Build::new(TARGET).run(project).expect_success();
}

#[test]
fn a_git_dependency_guards_its_users() {
    let repository = sys_repository();
    let source = format!("{{ git = 'file://{}' }}", repository.root().display());
    let project = application_on_sys(&source);
    project.fetch();
    assert_stopped_as_dependency(&project);
}

#[test]
fn a_vendored_dependency_guards_its_users() {
    let repository = sys_repository();
    let source = format!("{{ git = 'file://{}' }}", repository.root().display());
    let project = application_on_sys(&source);
    let output = Command::new(env!("CARGO"))
        .args(["vendor", "--quiet", "vendor"])
        .current_dir(project.root())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    project.write(".cargo/config.toml", &String::from_utf8(output.stdout).expect("UTF-8"));
    assert!(project.path("vendor/host-sys/.cargo-checksum.json").is_file());
    drop(repository);
    let built = build_as_1_91_0(&project).run(&project);
    assert_stopped(&built, "host-sys 1.0.0", "host_body");
}

#[test]
fn a_registry_dependency_guards_its_users() {
    let registry = Registry::with_sys();
    let project = application_on_sys("{ version = \"1\", registry = \"test\" }");
    let config = format!("[registries.test]\nindex = \"file://{}\"\n", registry.index.display());
    project.write(".cargo/config.toml", &config);
    project.fetch();
    assert_stopped_as_dependency(&project);
}

/// A registry of one crate, in a directory.
struct Registry {
    _directory: Scratch,
    index: PathBuf,
}

impl Registry {
    fn with_sys() -> Self {
        let directory = Scratch::new();
        directory.write("host-sys-1.0.0/Cargo.toml", &sys_manifest());
        directory.write("host-sys-1.0.0/build.rs", BUILD_SCRIPT);
        directory.write("host-sys-1.0.0/src/lib.rs", SYS);
        let packed = directory.path("host-sys-1.0.0.crate");
        let tar = Command::new("tar")
            .args(["-czf", "host-sys-1.0.0.crate", "host-sys-1.0.0"])
            .current_dir(directory.root())
            .status()
            .expect("tar can be started");
        assert!(tar.success());
        let mut entry =
            "{\"name\":\"host-sys\",\"vers\":\"1.0.0\",\"features\":{},\"yanked\":false,"
                .to_owned();
        writeln!(
            entry,
            "\"deps\":[{{\"name\":\"wasm-import-guard\",\"req\":\"^0.1\",\"features\":[],\
             \"optional\":false,\"default_features\":true,\"target\":null,\"kind\":\"build\",\
             \"registry\":\"https://github.com/rust-lang/crates.io-index\"}}],\"cksum\":\"{}\"}}",
            sha256(&packed)
        )
        .expect("text");
        directory.write("index/ho/st/host-sys", &entry);
        let download = format!(
            "{{\"dl\":\"file://{}/{{crate}}-{{version}}.crate\"}}\n",
            directory.root().display()
        );
        directory.write("index/config.json", &download);
        let index = directory.path("index");
        for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "all"]] {
            git(&index, arguments);
        }
        Self { _directory: directory, index }
    }
}

fn sha256(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().expect("sha256sum can be started");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split_whitespace().next().expect("a sum").to_owned()
}
