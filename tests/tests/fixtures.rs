//! Every fixture, under every command and rule: what it announces is found, and nothing else.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::process::{Command, Output};

use serde_json::Value;
use wasm_import_guard_tests::fixture::{Expected, Fixture, What};

/// Runs the command on a fixture and gives the one JSON object it prints.
fn run(fixture: &Fixture, directory: &std::path::Path, command: &str) -> (Output, Value) {
    let output = Command::new(wasm_import_guard_tests::guard_binary())
        .arg(command)
        .args(["--format", "json", "--offline"])
        .args(fixture.arguments())
        .current_dir(directory)
        .output()
        .expect("the command runs");
    let stdout = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_str(&stdout)
        .unwrap_or_else(|error| panic!("{}: {error}\n{stdout}\n{stderr}", fixture.name));
    (output, value)
}

/// Where an entry of the JSON stands, as the fixture names its files.
fn place(fixture: &Fixture, entry: &Value) -> (String, usize) {
    let package = entry["package"].as_str().expect("a package");
    let file = entry["file"].as_str().expect("a file");
    // A package's files are below its manifest; fixtures name directories like their packages.
    // What lies above a package, such as a workflow, is at the top.
    let top = file.trim_start_matches("../").to_owned();
    let candidates = [file.to_owned(), format!("{package}/{file}"), format!("sys/{file}"), top];
    let line = usize::try_from(entry["line"].as_u64().expect("a line")).expect("small");
    let name = candidates
        .into_iter()
        .find(|candidate| fixture.files.iter().any(|(path, _)| path == candidate))
        .unwrap_or_else(|| panic!("{}: no such file: {file}", fixture.name));
    (name, line)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().expect("an array")
}

/// A line for each thing that is missing or should not be there.
fn difference(fixture: &Fixture, found: &[Expected], expected: &[Expected]) -> Vec<String> {
    let say = |what: &str, one: &Expected| {
        format!("{}: {what} {}:{} {:?}", fixture.name, one.file, one.line, one.what)
    };
    let missing = expected.iter().filter(|one| !found.contains(one));
    let surplus = found.iter().filter(|one| !expected.contains(one));
    let twice = found.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]);
    missing
        .map(|one| say("missing", one))
        .chain(surplus.map(|one| say("surplus", one)))
        .chain(twice.map(|one| say("twice", one)))
        .collect()
}

#[test]
fn imports_are_exactly_those_announced() {
    let mut wrong: Vec<String> = Vec::new();
    for fixture in Fixture::all() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fixture.write(directory.path());
        let (output, json) = run(&fixture, directory.path(), "imports");
        assert_eq!(output.status.code(), Some(0), "{}", fixture.name);
        let mut found: Vec<Expected> = Vec::new();
        for import in array(&json, "imports") {
            let (file, line) = place(&fixture, import);
            let content = &fixture.files.iter().find(|(path, _)| *path == file).expect("there").1;
            let written = content.lines().nth(line - 1).expect("the line is there");
            let column =
                usize::try_from(import["column"].as_u64().expect("a column")).expect("small");
            let at: String = written.chars().skip(column - 1).collect();
            let ident = text(&import["ident"]);
            // What another crate's macro names by itself stands at the call of that macro.
            let is_call = import["origin"] == "macro" && at.contains("!(");
            assert!(
                at.starts_with(&ident) || at.starts_with(&format!("r#{ident}")) || is_call,
                "{}: {file}:{line}:{column} does not hold {ident}",
                fixture.name
            );
            found.push(Expected {
                file,
                line,
                what: What::Import {
                    module: import["module"].as_str().map(str::to_owned),
                    name: text(&import["name"]),
                    certainty: text(&import["certainty"]),
                    exposure: text(&import["exposure"]),
                },
            });
        }
        for opaque in array(&json, "opaque") {
            let (file, line) = place(&fixture, opaque);
            found.push(Expected { file, line, what: What::Opaque });
        }
        found.sort();
        let expected = fixture.expect(|what| !matches!(what, What::Finding { .. }));
        wrong.extend(difference(&fixture, &found, &expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_are_exactly_those_announced() {
    let mut wrong: Vec<String> = Vec::new();
    for fixture in Fixture::all() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fixture.write(directory.path());
        let (output, json) = run(&fixture, directory.path(), "check");
        let mut found: Vec<Expected> = array(&json, "findings")
            .iter()
            .map(|finding| {
                let (file, line) = place(&fixture, finding);
                let what =
                    What::Finding { level: text(&finding["level"]), rule: text(&finding["rule"]) };
                Expected { file, line, what }
            })
            .collect();
        found.sort();
        let expected = fixture.expect(|what| matches!(what, What::Finding { .. }));
        wrong.extend(difference(&fixture, &found, &expected));
        let denied = expected.iter().any(
            |expected| matches!(&expected.what, What::Finding { level, .. } if level == "deny"),
        );
        if output.status.code() != Some(i32::from(denied)) {
            wrong.push(format!("{}: exit code {:?}", fixture.name, output.status.code()));
        }
        assert_eq!(json["complete"], Value::Bool(true), "{} {json:#}", fixture.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
