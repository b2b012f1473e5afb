//! The projects in `examples`: what their READMEs show is what happens, and what the command lists is what
//! their modules import. `EXAMPLE=near` in the environment tries one of them alone.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use toml::de::{DeTable, DeValue};
use wasm_import_guard_tests::console::{Step, compare, is_shown_as, steps};
use wasm_import_guard_tests::{
    Output, Scratch, cargo_for_host, cargo_for_target, cargo_with_guard, module_imports,
    repository, run, rustc_reporting,
};

fn examples() -> PathBuf {
    repository().join("examples")
}

/// The directories in `examples`, by name.
fn names() -> Vec<String> {
    let entries = fs::read_dir(examples()).expect("there are examples");
    let directories = entries.map(|it| it.expect("listed")).filter(|it| it.path().is_dir());
    let mut names: Vec<String> =
        directories.map(|it| it.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// TOML as JSON has it, to be looked up and compared.
fn toml(text: &str) -> Value {
    fn value(of: &DeValue<'_>) -> Value {
        if let Some(table) = of.as_table() {
            let entries = table.iter();
            return entries
                .map(|(key, of)| (key.get_ref().to_string(), value(of.get_ref())))
                .collect();
        }
        if let Some(array) = of.as_array() {
            return array.iter().map(|of| value(of.get_ref())).collect();
        }
        of.as_str().map_or_else(|| of.as_bool().into(), Value::from)
    }
    let table = DeTable::parse(text).unwrap_or_else(|error| {
        panic!(
            "{error}
{text}"
        )
    });
    value(&DeValue::Table(table.into_inner()))
}

/// The files of that name in an example, which are few and not deep.
fn files(directory: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("it is there") {
        let path = entry.expect("listed").path();
        if path.is_dir() && !path.ends_with("target") {
            files(&path, name, found);
        } else if path.ends_with(name) {
            found.push(path);
        }
    }
}

fn target_of<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let at = arguments.iter().position(|it| *it == "--target")?;
    arguments.get(at + 1).copied()
}

/// `cargo wasm-import-guard`, as if what the example builds were in `target` of its own directory.
fn run_guard(directory: &Path, arguments: &[&str]) -> Output {
    let mut guard = cargo_with_guard(directory);
    let Some(target) = target_of(arguments) else { return Output::of(guard.args(arguments)) };
    let (_, _lock) = cargo_for_target(directory, target, None);
    let built = Scratch::build_directory(target);
    guard.env("CARGO_TARGET_DIR", &built);
    for argument in arguments {
        match argument.strip_prefix("target/") {
            Some(file) => guard.arg(built.join(file)),
            None => guard.arg(argument),
        };
    }
    Output::of(&mut guard)
}

/// cargo itself: for a wasm target with the toolchain of the tests, or with a rustc that calls itself what
/// `+1.91.0` asks for; for the host as it is.
fn run_cargo(directory: &Path, arguments: &[&str]) -> Output {
    let scratch = Scratch::new();
    let (release, arguments) = match arguments.split_first() {
        Some((first, rest)) if first.starts_with('+') => (first.strip_prefix('+'), rest),
        _ => (None, arguments),
    };
    let rustc = release.map(|release| {
        assert_eq!(release, "1.91.0", "the commit of no other release is known here");
        let commit = "f8297e351a40c1439a467bbbb6879088047f50b3";
        rustc_reporting(scratch.root(), release, commit, "2025-10-28")
    });
    let locked = |cargo: &mut Command| {
        Output::of(cargo.env("CARGO_INCREMENTAL", "0").args(arguments).arg("--locked"))
    };
    let Some(target) = target_of(arguments) else { return locked(&mut cargo_for_host(directory)) };
    let (mut cargo, _lock) = cargo_for_target(directory, target, rustc.as_deref());
    locked(&mut cargo)
}

/// What of cargo's output a README has to show: errors and warnings, and the lines that it chooses to.
fn worth_showing<'a>(step: &Step, printed: &[&'a str]) -> Vec<&'a str> {
    let is_chosen = |line: &str| step.shown.iter().any(|it| it != "…" && is_shown_as(it, line));
    // cargo says this when something else is not done yet: one time it does, another it does not.
    let by_chance = "warning: build failed, waiting for other jobs to finish...";
    printed
        .iter()
        .filter(|it| it.starts_with("warning") || it.starts_with("error") || is_chosen(it))
        .filter(|it| **it != by_chance)
        .copied()
        .collect()
}

/// Runs a command that a README shows.
///
/// # Errors
/// What is not as it is shown.
fn try_step(directory: &Path, step: &Step) -> Result<(), String> {
    let words: Vec<&str> = step.command.split_whitespace().collect();
    let (output, is_cargo) = match words.as_slice() {
        ["cargo", "wasm-import-guard", arguments @ ..] => (run_guard(directory, arguments), false),
        ["cargo", arguments @ ..] => (run_cargo(directory, arguments), true),
        _ => return Err("only cargo and cargo wasm-import-guard can be tried".to_owned()),
    };
    let printed = format!("{}\n{}", output.stdout, output.stderr);
    let mut lines: Vec<&str> = printed.lines().collect();
    if is_cargo {
        lines = worth_showing(step, &lines);
    }
    let mut problem = compare(&step.shown, &lines).err();
    if output.status != Some(step.status) {
        problem = Some(format!("exit code {:?}, and {} is shown", output.status, step.status));
    }
    problem.map_or(Ok(()), |problem| Err(format!("{problem}\n--- it printed\n{printed}")))
}

#[test]
fn what_the_readmes_show_is_what_happens() {
    let only = std::env::var("EXAMPLE").ok();
    let mut problems = Vec::new();
    for name in names().into_iter().filter(|it| only.as_ref().is_none_or(|only| only == it)) {
        let directory = examples().join(&name);
        let steps = steps(&text(&directory.join("README.md")))
            .unwrap_or_else(|error| panic!("examples/{name}/README.md: {error}"));
        assert!(!steps.is_empty(), "examples/{name}/README.md shows no command");
        for step in steps {
            if let Err(problem) = try_step(&directory, &step) {
                let (line, command) = (step.line, &step.command);
                problems.push(format!("examples/{name}/README.md:{line}: {command}\n{problem}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn every_lock_file_is_as_cargo_wants_it() {
    for name in names() {
        let manifest = examples().join(&name).join("Cargo.toml");
        let mut cargo = cargo_for_host(&examples());
        cargo.args(["metadata", "--format-version", "1", "--locked", "--manifest-path"]);
        let output = Output::of(cargo.arg(&manifest));
        assert_eq!(
            output.status,
            Some(0),
            "examples/{name}: {}\nWhere the guard's own dependencies have changed, bring it up to date: \
             cargo update --workspace --manifest-path examples/{name}/Cargo.toml",
            output.stderr
        );
    }
}

#[test]
fn every_example_is_listed_and_stands_alone() {
    let index = text(&examples().join("README.md"));
    let workspace = toml(&text(&repository().join("Cargo.toml")));
    let excluded: BTreeSet<&str> = workspace["workspace"]["exclude"]
        .as_array()
        .expect("an array")
        .iter()
        .filter_map(|it| it.as_str()?.strip_prefix("examples/"))
        .collect();
    let rows: BTreeSet<&str> = index
        .lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(|line| line.split_once("](")?.1.split_once("/README.md)"))
        .map(|(name, _)| name)
        .collect();
    let names = names();
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names, rows, "the rows of examples/README.md");
    assert_eq!(names, excluded, "`exclude` in Cargo.toml");
    for name in names {
        let manifest = toml(&text(&examples().join(name).join("Cargo.toml")));
        assert!(manifest["workspace"].is_object(), "examples/{name} has no workspace of its own");
    }
}

/// The text of the first block of a Markdown text that is marked so and holds a text.
fn block<'a>(markdown: &'a str, mark: &str, holds: &str) -> &'a str {
    let begin = format!("```{mark}\n");
    let mut blocks = markdown.split(&*begin).skip(1);
    blocks
        .find_map(|it| it.split("```").next().filter(|it| it.contains(holds)))
        .unwrap_or_else(|| panic!("no block of {mark} has {holds}"))
}

/// A build.rs is what the README tells to write; that of a library, what the guard's documentation does.
#[test]
fn build_scripts_are_those_of_the_documentation() {
    let readme = text(&repository().join("README.md"));
    let plain = block(&readme, "rust", "fn main()");
    let guard = text(&repository().join("guard/src/build_script/mod.rs"));
    let requirement = toml(block(&readme, "toml", "[build-dependencies]"));
    let requirement = &requirement["build-dependencies"]["wasm-import-guard"];

    let mut scripts = Vec::new();
    files(&examples(), "build.rs", &mut scripts);
    assert!(scripts.len() >= 7, "{scripts:?}");
    for script in scripts {
        let said = text(&script);
        let call = said.lines().nth(1).expect("a build script has a body").trim();
        let is_documented = said == plain || guard.contains(&format!("/// {call}\n"));
        assert!(is_documented, "{} is in no documentation:\n{said}", script.display());
        let manifest = script.with_file_name("Cargo.toml");
        let dependency = &toml(&text(&manifest))["build-dependencies"]["wasm-import-guard"];
        assert_eq!(&dependency["version"], requirement, "{}", manifest.display());
    }
}

/// The hook and the script are the command that the README shows.
#[test]
fn trunk_and_npm_are_told_to_run_what_is_tried() {
    let directory = examples().join("browser");
    let shown = steps(&text(&directory.join("README.md"))).expect("it is read");
    let shown: BTreeSet<&str> = shown.iter().map(|it| it.command.as_str()).collect();

    let trunk = toml(&text(&directory.join("Trunk.toml")));
    let hook = &trunk["hooks"].as_array().expect("hooks are an array")[0];
    assert_eq!(hook["stage"].as_str(), Some("pre_build"));
    let arguments = hook["command_arguments"].as_array().expect("an array");
    let mut words = vec![hook["command"].as_str().expect("a program")];
    words.extend(arguments.iter().map(|it| it.as_str().expect("an argument")));
    let hook = words.join(" ");

    let package: Value =
        serde_json::from_str(&text(&directory.join("package.json"))).expect("JSON");
    let script = package["scripts"]["prebuild"].as_str().expect("a script");
    assert_eq!(shown, BTreeSet::from([&*hook, script]));

    // What the page asks trunk for, and the README quotes.
    assert!(text(&directory.join("index.html")).contains("<link data-trunk rel=\"rust\">"));
    let readme = text(&directory.join("README.md"));
    assert_eq!(toml(block(&readme, "toml", "[[hooks]]")), trunk);
    let quoted = format!("{{{}}}", block(&readme, "json", "prebuild"));
    assert_eq!(serde_json::from_str::<Value>(&quoted).expect("JSON"), package["scripts"]);
}

/// What is linked, read by another parser: no import but the standard library's is unknown to `imports`.
#[track_caller]
fn assert_imports_are_listed(example: &str, target: &str, package: &str, file: &str, known: &str) {
    let directory = examples().join(example);
    let imported: BTreeSet<String> = {
        let (mut cargo, _lock) = cargo_for_target(&directory, target, None);
        cargo.env("CARGO_INCREMENTAL", "0").args(["build", "--locked", "-p", package]);
        let output = Output::of(cargo.args(["--target", target]));
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        let file = Scratch::build_directory(target).join(target).join("debug").join(file);
        let module = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        module_imports(&module)
            .into_iter()
            .filter(|it| it.module != "wasi_snapshot_preview1")
            .map(|it| format!("{}.{}", it.module, it.name))
            .collect()
    };
    assert!(imported.contains(known), "{known} is not in {imported:?}");
    let arguments = ["imports", "--format", "json", "--locked", "--target", target, "-p", package];
    let output = run(&directory, &arguments);
    let report: Value = serde_json::from_str(&output.stdout).expect(&output.stderr);
    let part = |import: &Value, key: &str| import[key].as_str().unwrap_or("env").to_owned();
    let listed: BTreeSet<String> = report["imports"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|it| format!("{}.{}", part(it, "module"), part(it, "name")))
        .collect();
    let unknown: Vec<_> = imported.difference(&listed).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_modules_import_what_is_listed() {
    let (wasip1, unknown) = ("wasm32-wasip1", "wasm32-unknown-unknown");
    for (example, target, package, file, known) in [
        ("application", wasip1, "application-example", "application_example.wasm", "chat.send"),
        ("fastly", wasip1, "fastly-example", "fastly-example.wasm", "fastly_http_body.close"),
        ("sys-crate", wasip1, "streams-app", "streams_app.wasm", "streams.close"),
        ("host-and-wasm", unknown, "plugin", "plugin.wasm", "server.log"),
    ] {
        assert_imports_are_listed(example, target, package, file, known);
    }
}
