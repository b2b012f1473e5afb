//! `link` on files that a real rustc and linker made, and `check --build`.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasm_encoder::{
    Component, ComponentImportSection, ComponentTypeRef, ComponentTypeSection, InstanceType,
    ModuleSection, NestedComponentSection, RawSection,
};
use wasm_import_guard::object::Archive;
use wasm_import_guard_tests::{
    Build, Built, Output, Scratch, guard_that_builds, module_imports, run,
};

/// What `link` says in JSON of `files`, which are copies in directories that name no target.
fn link(project: &Scratch, target: &str, files: &[PathBuf]) -> (Value, Output) {
    let mut arguments = vec!["link", "--offline", "--target", target, "--format", "json"];
    arguments.extend(files.iter().map(|file| file.to_str().expect("UTF-8")));
    let output = run(project.root(), &arguments);
    let report = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", output.stdout, output.stderr));
    (report, output)
}

fn all<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no array {key} in {value}"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key} in {value}"))
}

fn has_extension(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|it| it == extension)
}

/// Whether it is about an object of an rlib.
fn is_of_rlib(import: &Value) -> bool {
    has_extension(text(import, "file"), "rlib")
}

/// `level kind name` of each finding.
fn findings(report: &Value) -> Vec<String> {
    let row =
        |it: &Value| format!("{} {} {}", text(it, "level"), text(it, "kind"), text(it, "name"));
    all(report, "findings").iter().map(row).collect()
}

/// `module.name` of the declared imports in `state`.
fn declared(report: &Value, state: &str) -> Vec<String> {
    let rows = all(report, "declared").iter().filter(|it| it["state"] == state);
    rows.map(|it| format!("{}.{}", text(it, "module"), text(it, "name"))).collect()
}

/// Asserts that every import that Rust objects name is mangled, that the module imports what an
/// independent reader says, and that all of `names` came through.
fn assert_kept(built: &Built, report: &Value, output: &Output, module: &str, names: &[&str]) {
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(report["schema"], "wasm-import-guard/link/1");
    assert_eq!(report["complete"], Value::Bool(true), "{}", output.stderr);
    assert_eq!(findings(report), [""; 0]);
    let of_objects: Vec<&Value> =
        all(report, "imports").iter().filter(|it| is_of_rlib(it)).collect();
    assert!(!of_objects.is_empty());
    assert!(of_objects.iter().all(|it| it["linkage"] == "mangled"), "{of_objects:?}");
    let ours: BTreeSet<(&str, &str)> = all(report, "imports")
        .iter()
        .filter(|it| text(it, "file").ends_with(module))
        .map(|it| (text(it, "module"), text(it, "name")))
        .collect();
    let bytes = built.module(module);
    let theirs = module_imports(&bytes);
    let theirs = theirs.iter().map(|it| (it.module.as_str(), it.name.as_str())).collect();
    assert_eq!(ours, theirs);
    assert_eq!(declared(report, "present"), names);
}

#[test]
fn fastly_sys_on_wasip1_is_mangled_and_kept() {
    let project = Scratch::library(
        "link-fastly",
        &[("fastly-sys", "\"=0.13.2\"")],
        "#[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    println!(\"hello\");\n    \
         let _ = unsafe { fastly_sys::fastly_http_body::close(1) };\n}\n",
    );
    let built = Build::new("wasm32-wasip1").run(&project);
    built.expect_success();
    let (report, output) = link(&project, "wasm32-wasip1", &built.files);
    assert_kept(&built, &report, &output, "link_fastly.wasm", &["fastly_http_body.close"]);
    // The crate's own rlib names it, though another crate declares it.
    let close = all(&report, "imports")
        .iter()
        .find(|it| it["name"] == "close" && is_of_rlib(it))
        .expect("the object names it");
    assert_eq!(
        (text(close, "crate"), text(close, "declaring_crate")),
        ("link_fastly", "fastly_sys")
    );
    assert_eq!(text(&close["declared"], "package"), "fastly-sys");
    assert_eq!(text(&close["declared"], "version"), "0.13.2");
    assert!(close["declared"]["line"].as_u64().expect("a line") > 1);
    assert_eq!(declared(&report, "unused").len(), 245);
    let rustc = report["rustc"][0].as_str().expect("the module's producers name it");
    assert!(rustc.starts_with("1."), "{rustc}");
    // What people see.
    let mut arguments = vec!["link", "--offline", "--target", "wasm32-wasip1"];
    arguments.extend(built.files.iter().map(|file| file.to_str().expect("UTF-8")));
    let shown = run(project.root(), &arguments).stdout;
    assert!(shown.contains("fastly_http_body.close  mangled, fastly-sys 0.13.2 src/"), "{shown}");
    assert!(shown.contains("1 present, 245 unused, 0 misbound, 0 absent"), "{shown}");
}

#[test]
fn ic0_on_unknown_unknown_is_mangled_and_kept() {
    let project = Scratch::library(
        "link-ic0",
        &[("ic0", "\"=1.2.0\"")],
        "#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> u64 {\n    ic0::time()\n}\n",
    );
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    built.expect_success();
    let (report, output) = link(&project, "wasm32-unknown-unknown", &built.files);
    assert_kept(&built, &report, &output, "link_ic0.wasm", &["ic0.time"]);
}

const BARE_LOG: &str = "unsafe extern \"C\" {\n    fn log(text: *const u8, length: usize);\n}\n\
                        #[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    let text = \"hi\";\n    \
                        unsafe { log(text.as_ptr(), text.len()) }\n}\n";

#[test]
fn a_stub_of_the_linker_is_found() {
    let project = Scratch::library("link-log", &[], BARE_LOG);
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    built.expect_success();
    assert_eq!(module_imports(&built.module("link_log.wasm")), [], "the linker bound the call");
    let (report, output) = link(&project, "wasm32-unknown-unknown", &built.files);
    assert_eq!(output.status, Some(1));
    assert_eq!(findings(&report), ["deny signature-mismatch log", "deny stub log"]);
    let mismatch = &all(&report, "findings")[0];
    assert_eq!(text(&mismatch["sites"][0], "crate"), "link_log");
    let notes = mismatch["notes"].to_string();
    assert!(notes.contains("(f64) -> f64") && notes.contains("(i32, i32)"), "{notes}");
    // The module alone shows it too.
    let module: Vec<PathBuf> = built
        .files
        .iter()
        .filter(|it| it.extension().is_some_and(|it| it == "wasm"))
        .cloned()
        .collect();
    let (report, _) = link(&project, "wasm32-unknown-unknown", &module);
    assert_eq!(findings(&report), ["deny stub log"]);
    assert_eq!(all(&report, "findings")[0]["outcomes"], serde_json::json!(["trap"]));
}

#[test]
fn a_bare_extern_of_an_rlib_is_found_at_its_line() {
    let project = Scratch::new();
    project.write(
        "Cargo.toml",
        "[package]\nname = \"link-bare\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    project.write(
        "src/lib.rs",
        "unsafe extern \"C\" {\n    fn host_fn();\n}\npub fn call() {\n    unsafe { host_fn() }\n}\n",
    );
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    built.expect_success();
    let (report, output) = link(&project, "wasm32-unknown-unknown", &built.files);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(findings(&report), ["warn undefined-symbol host_fn"]);
    let finding = &all(&report, "findings")[0];
    assert_eq!(text(&finding["sites"][0], "crate"), "link_bare");
    let place = &finding["declared"][0];
    assert_eq!((text(place, "file"), place["line"].as_u64()), ("src/lib.rs", Some(2)));
}

/// The core module of a build that imports `host.log`.
fn built_module() -> (Scratch, Built) {
    let project = Scratch::library(
        "link-module",
        &[],
        "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    fn log(value: f64);\n}\n\
         #[unsafe(no_mangle)]\npub extern \"C\" fn run() {\n    unsafe { log(1.5) };\n}\n",
    );
    let built = Build::new("wasm32-unknown-unknown").run(&project);
    built.expect_success();
    (project, built)
}

#[test]
fn modules_inside_components_are_read() {
    let (_project, built) = built_module();
    let bytes = built.module("link_module.wasm");
    let mut inner = Component::new();
    inner.section(&RawSection { id: 1, data: &bytes });
    let mut outer = Component::new();
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    outer.section(&types);
    let mut imports = ComponentImportSection::new();
    imports.import("wasi:cli/environment@0.2.3", ComponentTypeRef::Instance(0));
    outer.section(&imports);
    outer.section(&ModuleSection(&wasm_encoder::Module::new()));
    outer.section(&NestedComponentSection(&inner));
    let scratch = Scratch::new();
    let path = scratch.path("app.component.wasm");
    fs::write(&path, outer.finish()).expect("it can be written");
    // Outside any project.
    let output = run(scratch.root(), &["link", "app.component.wasm", "--format", "json"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(report["target"], Value::Null);
    assert_eq!(
        report["components"][0]["imports"],
        serde_json::json!(["wasi:cli/environment@0.2.3"])
    );
    let [import] = all(&report, "imports") else { panic!("{report}") };
    assert_eq!((text(import, "module"), text(import, "name")), ("host", "log"));
    assert_eq!((text(import, "member"), text(import, "linkage")), ("core module 1", "mangled"));
    assert_eq!(text(import, "declaring_crate"), "link_module");
    assert_eq!(import["wasm_type"], serde_json::json!({"params": ["f64"], "results": []}));
}

/// The objects in an rlib, each as a file of its own name in `directory`.
fn objects(rlib: &Path, directory: &Path) -> Vec<String> {
    let bytes = fs::read(rlib).expect("it was built");
    let archive = Archive::parse(&bytes).expect("a sound rlib");
    let mut names = Vec::new();
    for member in archive.members() {
        let name = String::from_utf8_lossy(member.name).into_owned();
        if has_extension(&name, "o") {
            fs::write(directory.join(&name), member.data.expect("no thin archive"))
                .expect("written");
            names.push(name);
        }
    }
    names
}

fn rlib(built: &Built) -> &Path {
    built.files.iter().find(|it| it.extension().is_some_and(|it| it == "rlib")).expect("an rlib")
}

#[test]
fn a_thin_archive_is_read_where_its_members_lie() {
    let (_project, built) = built_module();
    let scratch = Scratch::new();
    scratch.write("objects/keep", "");
    let names = objects(rlib(&built), &scratch.path("objects"));
    assert!(!names.is_empty());
    let mut archive = String::from("!<thin>\n");
    let table: Vec<String> = names.iter().map(|name| format!("objects/{name}/\n")).collect();
    let table = table.concat();
    let table = if table.len() % 2 == 1 { table + "\n" } else { table };
    let header = |name: &str, size: usize| {
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644)
    };
    archive += &header("//", table.len());
    archive += &table;
    let mut at = 0;
    for name in &names {
        archive += &header(&format!("/{at}"), 1);
        at += "objects/".len() + name.len() + 2;
    }
    scratch.write("libthin.a", &archive);
    let output = run(scratch.root(), &["link", "libthin.a", "--format", "json"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(report["complete"], Value::Bool(true), "{}", output.stderr);
    let [import] = all(&report, "imports") else { panic!("{report}") };
    assert_eq!(text(import, "name"), "log");
    assert_eq!(text(import, "crate"), "link_module");
    assert!(text(import, "member").starts_with("objects/"));
}

#[test]
fn broken_files_are_named_and_hide_no_other() {
    let (_project, built) = built_module();
    let scratch = Scratch::new();
    let module = built.module("link_module.wasm");
    fs::write(scratch.path("sound.wasm"), &module).expect("written");
    fs::write(scratch.path("cut.wasm"), &module[..module.len() / 2]).expect("written");
    let mut bytes = fs::read(rlib(&built)).expect("it was built");
    bytes.truncate(bytes.len() - 100);
    fs::write(scratch.path("libcut.rlib"), bytes).expect("written");
    fs::write(scratch.path("text.o"), "no object").expect("written");
    let files = ["sound.wasm", "cut.wasm", "libcut.rlib", "text.o"];
    let link =
        |files: &[&str], more: &[&str]| run(scratch.root(), &[&["link"][..], files, more].concat());
    let output = link(&files, &[]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stdout.contains("host.log  mangled, crate `link_module`"), "{}", output.stdout);
    for said in ["cut.wasm", "libcut.rlib", "(at offset 0x", "incomplete"] {
        assert!(output.stderr.contains(said), "{said} is not in:\n{}", output.stderr);
    }
    assert_eq!(link(&files, &["--require-complete"]).status, Some(3));
    assert_eq!(link(&["sound.wasm"], &["--require-complete"]).status, Some(0));
    let output = link(&["libcut.rlib", "text.o"], &[]);
    assert_eq!(output.status, Some(2));
    assert!(output.stdout.is_empty() && output.stderr.contains("error: "), "{}", output.stderr);
    let output = link(&["nowhere.wasm"], &[]);
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("nowhere.wasm"), "{}", output.stderr);
}

/// A target directory as cargo lays it out, with a module that does not validate.
#[test]
fn a_target_directory_gives_every_profile() {
    let (_project, built) = built_module();
    let scratch = Scratch::new();
    scratch.write("target/wasm32-unknown-unknown/debug/deps/keep", "");
    scratch.write("target/wasm32-unknown-unknown/release/deps/keep", "");
    let mut module = built.module("link_module.wasm");
    let below = |path: &str| scratch.path(&format!("target/wasm32-unknown-unknown/{path}"));
    fs::write(below("debug/app.wasm"), &module).expect("written");
    // `f64.const 1.5` becomes `f32.const`: the code behind it makes no sense.
    let constant = 1.5_f64.to_le_bytes();
    let at = module.windows(9).position(|it| it[0] == 0x44 && it[1..] == constant).expect("1.5");
    module[at] = 0x43;
    fs::write(below("release/app.wasm"), &module).expect("written");
    let output = run(scratch.root(), &["link", "target", "--format", "json"]);
    assert_eq!(output.status, Some(1), "{}\n{}", output.stdout, output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(text(&report, "target"), "wasm32-unknown-unknown");
    assert_eq!(all(&report, "files").len(), 2);
    let [finding] = all(&report, "findings") else { panic!("{report}") };
    assert_eq!(text(finding, "kind"), "invalid-module");
    assert!(text(&finding["sites"][0], "file").ends_with("release/app.wasm"));
}

/// What `check --build` says of `project` as rustc 1.91.0.
fn check_build(project: &Scratch) -> Output {
    let (mut command, _lock) = guard_that_builds(project, "wasm32-wasip1");
    command.args(["check", "--build", "--target", "wasm32-wasip1", "--format", "json"]);
    Output::of(command.args(["--rustc-version", "1.91.0", "--require-complete"]))
}

/// An import that only a procedural macro declares is in no source; the objects have it. `name`, for
/// cargo would take another test's crate of the same name for this one's.
fn with_a_macro(name: &str) -> Scratch {
    let (sys, maker) = (format!("{name}-sys"), format!("{name}-maker"));
    let call = sys.replace('-', "_");
    let project = Scratch::library(
        name,
        &[(&sys, "{ path = \"sys\" }")],
        &format!(
            "#[unsafe(no_mangle)]\npub extern \"C\" fn run() -> i32 {{\n    \
             unsafe {{ {call}::close(1) }}\n}}\n"
        ),
    );
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
    };
    let dependency = format!("[dependencies]\n{maker} = {{ path = \"../maker\" }}\n");
    project.write("sys/Cargo.toml", &package(&sys, &dependency));
    project.write("sys/src/lib.rs", &format!("{}::imports!();\n", maker.replace('-', "_")));
    project.write("maker/Cargo.toml", &package(&maker, "[lib]\nproc-macro = true\n"));
    project.write(
        "maker/src/lib.rs",
        "#[proc_macro]\npub fn imports(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    \
         let parts = [\"#[link(wasm_import_\", \"module = \\\"host\\\")] unsafe ext\",\n        \
         \"ern \\\"C\\\" { pub fn close(a: i32) -> i32; }\"];\n    parts.concat().parse().unwrap()\n}\n",
    );
    project
}

#[test]
fn a_build_shows_imports_that_no_source_declares() {
    let project = with_a_macro("link-macro");
    let arguments = ["check", "--format", "json", "--target", "wasm32-wasip1"];
    let without = run(project.root(), &[&arguments[..], &["--rustc-version", "1.91.0"]].concat());
    assert_eq!(without.status, Some(0), "{}", without.stderr);
    let output = check_build(&project);
    assert_eq!(output.status, Some(1), "{}\n{}", output.stdout, output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let denied: Vec<&Value> =
        all(&report, "findings").iter().filter(|it| it["level"] == "deny").collect();
    let [clash] = denied[..] else { panic!("{report}") };
    assert_eq!((text(clash, "rule"), text(clash, "name")), ("libc-clash", "close"));
    assert_eq!((text(clash, "package"), text(clash, "file")), ("link-macro-sys", "Cargo.toml"));
}

/// No file tells what the objects of a program name: they are gone after the link. The module does.
#[test]
fn a_program_shows_in_its_module_what_it_names() {
    let project = with_a_macro("link-program");
    project.write(
        "src/main.rs",
        "fn main() {\n    let _ = unsafe { link_program_sys::close(1) };\n}\n",
    );
    std::fs::remove_file(project.path("src/lib.rs")).expect("it was written");
    let manifest = fs::read_to_string(project.path("Cargo.toml")).expect("it was written");
    let manifest = manifest.replace("[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n", "");
    project.write("Cargo.toml", &manifest);
    let output = check_build(&project);
    assert_eq!(output.status, Some(1), "{}\n{}", output.stdout, output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let denied: Vec<&Value> =
        all(&report, "findings").iter().filter(|it| it["level"] == "deny").collect();
    let [clash] = denied[..] else { panic!("{report}") };
    assert_eq!((text(clash, "rule"), text(clash, "package")), ("libc-clash", "link-program-sys"));
}

/// What the source cannot decide, objects do: here a call in a function that is never instantiated.
#[test]
fn the_objects_decide_who_names_an_import() {
    let sys = "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    \
               pub fn close(a: i32) -> i32;\n    pub fn read(a: i32) -> i32;\n}\n";
    let project = Scratch::library(
        "link-objects",
        &[("link-objects-sys", "{ path = \"sys\" }")],
        "pub fn never<T>() -> i32 {\n    unsafe { link_objects_sys::close(1) }\n}\n\
         #[unsafe(no_mangle)]\npub extern \"C\" fn run() -> i32 {\n    \
         unsafe { link_objects_sys::read(1) }\n}\n",
    );
    project.write(
        "sys/Cargo.toml",
        "[package]\nname = \"link-objects-sys\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    project.write("sys/src/lib.rs", sys);
    let output = check_build(&project);
    assert_eq!(output.status, Some(1), "{}\n{}", output.stdout, output.stderr);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let level = |name: &str| -> Vec<&str> {
        let named = all(&report, "findings").iter().filter(|it| it["name"] == name);
        named.map(|it| text(it, "level")).collect()
    };
    assert_eq!((level("read"), level("close")), (vec!["deny"], vec!["note"]));
}

#[test]
fn the_projects_code_runs_only_with_build() {
    let project = Scratch::library("link-runs", &[], "pub fn nothing() {}\n");
    project.write("build.rs", "fn main() {\n    std::fs::write(\"ran\", \"\").unwrap();\n}\n");
    let output = run(project.root(), &["check", "--target", "wasm32-wasip1"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(!project.path("ran").exists());
    let output = check_build(&project);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(project.path("ran").exists());
}

#[test]
fn a_build_that_fails_is_no_clean_one() {
    let project = with_a_macro("link-fails");
    project.write("src/lib.rs", "compile_error!(\"on purpose\");\n");
    let output = check_build(&project);
    assert_eq!(output.status, Some(3), "{}\n{}", output.stdout, output.stderr);
    assert!(output.stderr.contains("on purpose"), "cargo's words: {}", output.stderr);
    assert!(
        output.stderr.contains("`cargo build --target wasm32-wasip1` failed"),
        "{}",
        output.stderr
    );
}
