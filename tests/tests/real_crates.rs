//! The command on published crates: the imports that rustc sees, and the clashes that are there.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, declared_imports, run};

/// Everything that tells one import from another, with how often it is declared.
type Counted = BTreeMap<(Option<String>, String, String), usize>;

/// An application on one crate; `source` is its library.
fn application(dependency: &str, version: &str, source: &str) -> Scratch {
    let requirement = format!("\"={version}\"");
    let project = Scratch::library("app", &[(dependency, &requirement)], source);
    project.fetch();
    project
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", output.stdout, output.stderr))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// The directory of a crate that cargo downloaded.
fn registry_source(name_and_version: &str) -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").expect("a home directory")).join(".cargo"),
        PathBuf::from,
    );
    let caches = fs::read_dir(home.join("registry/src")).expect("cargo has downloaded something");
    caches
        .map(|cache| cache.expect("listed").path().join(name_and_version))
        .find(|directory| directory.is_dir())
        .unwrap_or_else(|| panic!("{name_and_version} is not there"))
}

/// Asserts that the identifier of each import stands where the import says.
fn assert_places(imports: &[&Value], directory: &Path) {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for import in imports {
        let file = text(import, "file").to_owned();
        let content = files.entry(file.clone()).or_insert_with(|| {
            fs::read_to_string(directory.join(&file)).expect("the file is in the package")
        });
        let number = |key: &str| usize::try_from(import[key].as_u64().expect(key)).expect("small");
        let line = content.lines().nth(number("line") - 1).expect("the line is there");
        let there: String = line.chars().skip(number("column") - 1).collect();
        let ident = text(import, "ident");
        assert!(
            there.trim_start_matches("r#").starts_with(ident),
            "{file}:{}: {there:?} does not begin with {ident}",
            number("line")
        );
    }
}

fn fastly_sys_imports(target: &str, expected: usize) {
    let project = application("fastly-sys", "0.13.2", "");
    let output = run(project.root(), &["imports", "--format", "json", "--target", target]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let report = json(&output);
    let all = report["imports"].as_array().expect("an array");
    let own: Vec<&Value> =
        all.iter().filter(|import| text(import, "package") == "fastly-sys").collect();
    assert_eq!(own.len(), expected);
    assert!(own.iter().all(|import| text(import, "certainty") == "certain"));
    assert_places(&own, &registry_source("fastly-sys-0.13.2"));

    // rustc's own list, from the crate after cfg and macros, read by another parser.
    let mut compiled = Counted::new();
    for item in declared_imports(&project.expand("fastly-sys", target)).expect("syn parses it") {
        *compiled.entry((item.module, item.name, item.ident)).or_default() += 1;
    }
    let mut found = Counted::new();
    for import in &own {
        let key = (
            import["module"].as_str().map(str::to_owned),
            text(import, "name").to_owned(),
            text(import, "ident").to_owned(),
        );
        *found.entry(key).or_default() += 1;
    }
    assert_eq!(found, compiled);
    if target == "wasm32-wasip1" {
        assert_eq!(all.len(), expected, "nothing else in this graph declares imports");
    }
}

#[test]
fn fastly_sys_on_wasip1_has_the_imports_that_rustc_sees() {
    fastly_sys_imports("wasm32-wasip1", 246);
}

#[test]
fn fastly_sys_on_wasip2_has_the_imports_that_rustc_sees() {
    fastly_sys_imports("wasm32-wasip2", 587);
}

/// `(level, rule, module, name)` of each finding, sorted; the module of a `module-clash` depends on which
/// place it stands at, and is left out.
fn findings(report: &Value) -> Vec<(String, String, String, String)> {
    let mut all: Vec<_> = report["findings"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|finding| {
            let rule = text(finding, "rule").to_owned();
            let module = match rule.as_str() {
                "module-clash" => String::new(),
                _ => finding["module"].as_str().unwrap_or("-").to_owned(),
            };
            (text(finding, "level").to_owned(), rule, module, text(finding, "name").to_owned())
        })
        .collect();
    all.sort();
    all
}

/// The example application of this repository, which mentions all C-named imports of fastly-sys.
fn check_example(arguments: &[&str]) -> Output {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fastly");
    let mut all = vec!["check", "--locked"];
    all.extend(arguments);
    run(&example, &all)
}

#[test]
fn the_example_clashes_fifteen_times_with_libc_on_1_91_0() {
    let output = check_example(&[
        "--target",
        "wasm32-wasip1",
        "--rustc-version",
        "1.91.0",
        "--format",
        "json",
    ]);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    let denied: Vec<_> =
        findings(&json(&output)).into_iter().filter(|finding| finding.0 == "deny").collect();
    let libc: Vec<String> = denied
        .iter()
        .filter(|(_, rule, ..)| rule == "libc-clash")
        .map(|(_, _, module, name)| format!("{module}.{name}"))
        .collect();
    // Taken from the text of fastly-sys 0.13.2: its imports named open, close, read, write or select.
    assert_eq!(
        libc,
        [
            "fastly_acl.open",
            "fastly_async_io.select",
            "fastly_cache.close",
            "fastly_config_store.open",
            "fastly_dictionary.open",
            "fastly_http_body.close",
            "fastly_http_body.read",
            "fastly_http_body.write",
            "fastly_http_cache.close",
            "fastly_http_req.close",
            "fastly_http_resp.close",
            "fastly_kv_store.open",
            "fastly_log.write",
            "fastly_object_store.open",
            "fastly_secret_store.open",
        ]
    );
    let modules: Vec<&str> = denied
        .iter()
        .filter(|(_, rule, ..)| rule == "module-clash")
        .map(|(.., name)| name.as_str())
        .collect();
    assert_eq!(modules, ["close", "open", "write"]);
    assert_eq!(denied.len(), libc.len() + modules.len());
}

#[test]
fn on_wasip2_the_clashes_inside_plain_functions_are_kept() {
    let output = check_example(&[
        "--target",
        "wasm32-wasip2",
        "--rustc-version",
        "1.91.0",
        "--format",
        "json",
    ]);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    let report = json(&output);
    let of_fastly: Vec<&Value> = report["findings"]
        .as_array()
        .expect("an array")
        .iter()
        .filter(|f| text(f, "rule") == "libc-clash" && text(f, "package") == "fastly-sys")
        .collect();
    assert_eq!(of_fastly.len(), 22);
    let kept: Vec<&&Value> = of_fastly
        .iter()
        .filter(|f| f["outcomes"]["1.91.0"] == serde_json::json!(["kept"]))
        .collect();
    assert_eq!(kept.len(), 7);
    assert!(kept.iter().all(|f| text(f, "level") == "note"));
    assert!(kept.iter().all(|f| text(f, "module").starts_with("fastly:compute/")));
    assert_eq!(of_fastly.iter().filter(|f| text(f, "level") == "deny").count(), 15);
}

#[test]
fn a_rustc_that_mangles_denies_nothing_and_says_why() {
    for rustc in ["1.90.0", "1.91.1", "1.95.0", "1.96.0"] {
        let arguments = ["--target", "wasm32-wasip1", "--rustc-version", rustc];
        let output = check_example(&arguments);
        assert_eq!(output.status, Some(0), "{rustc}: {}", output.stderr);
        assert!(!output.stdout.contains("libc-clash"), "notes are hidden: {}", output.stdout);
        let mut verbose = arguments.to_vec();
        verbose.push("-v");
        let output = check_example(&verbose);
        assert_eq!(output.status, Some(0), "{rustc}");
        assert!(output.stdout.contains("note[libc-clash]"), "{}", output.stdout);
        let why = format!("rustc {rustc} gives imports that name a module mangled symbols");
        assert!(output.stdout.contains(&why), "{}", output.stdout);
    }
}

/// What `check` says of an application as rustc 1.91.0: `level rule module.name`, `libc-clash` alone.
fn libc_clashes(project: &Scratch, target: &str) -> Vec<String> {
    let arguments = ["check", "--format", "json", "--target", target, "--rustc-version", "1.91.0"];
    let report = json(&run(project.root(), &arguments));
    assert_eq!(report["complete"], Value::Bool(true), "{report}");
    findings(&report)
        .into_iter()
        .filter(|(_, rule, ..)| rule == "libc-clash")
        .map(|(level, _, module, name)| format!("{level} {module}.{name}"))
        .collect()
}

/// `name exposure` of each import with one of these names.
fn exposures(project: &Scratch, target: &str, names: &[&str]) -> Vec<String> {
    let report = json(&run(project.root(), &["imports", "--format", "json", "--target", target]));
    let mut all: Vec<String> = report["imports"]
        .as_array()
        .expect("an array")
        .iter()
        .filter(|import| names.contains(&text(import, "name")))
        .map(|import| format!("{} {}", text(import, "name"), text(import, "exposure")))
        .collect();
    all.sort();
    all
}

const NAMES_THE_CLOCK: &str = "pub fn now() -> u64 { ic0::time() }";

#[test]
fn ic0_exposes_time_through_an_inline_wrapper() {
    let project = application("ic0", "1.2.0", NAMES_THE_CLOCK);
    assert_eq!(libc_clashes(&project, "wasm32-wasip1"), ["deny ic0.time"]);
    assert_eq!(exposures(&project, "wasm32-wasip1", &["time"]), ["time exposed"]);
    // There is no libc there.
    assert!(libc_clashes(&project, "wasm32-unknown-unknown").is_empty());
}

#[test]
fn lunatic_has_five_names_of_libc() {
    let project = application("lunatic", "0.14.1", "");
    assert_eq!(
        libc_clashes(&project, "wasm32-wasip1"),
        [
            "note lunatic::distributed.send",
            "note lunatic::message.send",
            "note lunatic::process.link",
            "note lunatic::process.unlink",
            "note lunatic::registry.remove",
        ]
    );
}

#[test]
fn oc_wasm_sys_has_two_names_of_libc() {
    let project = application("oc-wasm-sys", "0.12.1", "");
    assert_eq!(
        libc_clashes(&project, "wasm32-wasip1"),
        ["note computer.shutdown", "note descriptor.close"]
    );
}

#[test]
fn turbo_genesis_meets_compiler_builtins_and_keeps_its_imports() {
    let project = application("turbo-genesis-ffi", "1.0.0", "");
    let target = "wasm32-unknown-unknown";
    assert_eq!(libc_clashes(&project, target), ["note @turbo_genesis/sys.log", "note turbo.log"]);
    assert_eq!(exposures(&project, target, &["log"]), ["log kept", "log kept"]);
    assert_eq!(exposures(&project, target, &["rand"]), ["rand kept"]);
}

#[test]
fn wasi_has_sched_yield_which_nobody_names() {
    let project = application("wasi", "0.11.1", "");
    let target = "wasm32-wasip1";
    assert_eq!(libc_clashes(&project, target), ["note wasi_snapshot_preview1.sched_yield"]);
    assert_eq!(exposures(&project, target, &["sched_yield"]), ["sched_yield unreferenced"]);
}

#[test]
fn proxy_wasm_and_multiversx_clash_with_nothing() {
    for (dependency, version, target) in [
        ("proxy-wasm", "0.2.5", "wasm32-wasip1"),
        ("multiversx-sc-wasm-adapter", "0.66.2", "wasm32-unknown-unknown"),
    ] {
        let project = application(dependency, version, "");
        let arguments =
            ["check", "--format", "json", "--target", target, "--rustc-version", "1.91.0"];
        let output = run(project.root(), &arguments);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        assert_eq!(findings(&json(&output)), [], "{dependency}");
    }
}
