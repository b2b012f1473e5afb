use serde_json::Value;
use wasm_import_guard::error::Error;
use wasm_import_guard::finding::Level;
use wasm_import_guard::import::ImportKind;

use super::{check, imports};
use crate::render::TargetReport;
use crate::render::samples::{HOSTILE, analysis, finding, import, opaque, report};

/// The keys of each object in the order they are printed. (A parsed map would sort them.)
fn keys(object: &str) -> Vec<String> {
    let (mut keys, mut depth, mut string) = (Vec::new(), 0, None::<String>);
    let mut characters = object.chars().peekable();
    while let Some(c) = characters.next() {
        match (&mut string, c) {
            (Some(text), '\\') => text.extend(characters.next()),
            (Some(_), '"') => {
                let text = string.take().unwrap();
                if depth == 1 && characters.peek() == Some(&':') {
                    keys.push(text);
                }
            }
            (Some(text), c) => text.push(c),
            (None, '"') => string = Some(String::new()),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, _) => {}
        }
    }
    keys
}

/// The text of the first object of the array `key`.
fn first_of<'a>(json: &'a str, key: &str) -> &'a str {
    let start = json.find(&format!("\"{key}\":[{{")).unwrap() + key.len() + 4;
    let mut values = serde_json::Deserializer::from_str(&json[start..]).into_iter::<Value>();
    values.next().unwrap().unwrap();
    &json[start..start + values.byte_offset()]
}

#[test]
fn a_check_report_has_the_keys_of_its_schema_in_order() {
    let mut analysis = analysis();
    analysis.findings.push(finding(Level::Deny));
    analysis.findings.push(finding(Level::Note));
    let text = check(&[report(analysis)]).unwrap();
    assert_eq!(
        keys(&text),
        ["schema", "target", "rustc", "considered", "complete", "summary", "findings", "excepted"]
    );
    assert_eq!(
        keys(first_of(&text, "findings")),
        [
            "rule",
            "level",
            "package",
            "version",
            "file",
            "line",
            "column",
            "module",
            "name",
            "message",
            "outcomes",
            "help",
            "path",
            "fingerprint"
        ]
    );
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], "wasm-import-guard/report/1");
    assert_eq!(value["rustc"], "1.96.0");
    assert_eq!(value["considered"], serde_json::json!(["1.91.0"]));
    assert_eq!(value["complete"], true);
    assert!(text.contains(r#""summary":{"deny":1,"warn":0,"note":1}"#));
    let entry = &value["findings"][0];
    assert_eq!(entry["rule"], "libc-clash");
    assert_eq!(entry["level"], "deny");
    assert_eq!(entry["file"], "src/lib.rs");
    assert_eq!((entry["line"].as_u64(), entry["column"].as_u64()), (Some(5), Some(16)));
    assert!(text.contains(r#""outcomes":{"1.91.0":["link-error","misbound"]}"#));
    assert_eq!(entry["path"], serde_json::json!(["app 0.1.0", "host-sys 0.13.2"]));
}

#[test]
fn an_imports_report_has_the_keys_of_its_schema_in_order() {
    let mut analysis = analysis();
    analysis.imports.push(import("close"));
    let mut bare = import("data");
    bare.module = None;
    bare.kind = ImportKind::Static;
    bare.wasm_type = None;
    analysis.imports.push(bare);
    analysis.opaque.push(opaque());
    let text = imports(&[report(analysis)]).unwrap();
    assert_eq!(keys(&text), ["schema", "target", "rustc", "imports", "opaque"]);
    assert_eq!(
        keys(first_of(&text, "imports")),
        [
            "package",
            "version",
            "file",
            "line",
            "column",
            "module",
            "name",
            "ident",
            "kind",
            "abi",
            "signature",
            "wasm_type",
            "certainty",
            "exposure",
            "origin",
            "path"
        ]
    );
    assert_eq!(keys(first_of(&text, "opaque")), ["package", "version", "file", "line", "reason"]);
    assert!(text.contains(r#""wasm_type":{"params":["i32"],"results":["i32"]}"#));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], "wasm-import-guard/imports/1");
    assert_eq!(value["imports"][0]["module"], "host_body");
    assert_eq!(value["imports"][0]["kind"], "fn");
    assert_eq!(value["imports"][1]["module"], Value::Null);
    assert_eq!(value["imports"][1]["kind"], "static");
    assert_eq!(value["imports"][1]["wasm_type"], Value::Null);
}

#[test]
fn each_target_is_one_line_and_a_failed_one_has_none() {
    let failed =
        TargetReport { target: "wasm32-x".to_owned(), outcome: Err(Error::new("no such target")) };
    let text = check(&[report(analysis()), failed, report(analysis())]).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().all(|line| line.starts_with(r#"{"schema":"wasm-import-guard/report/1""#)));
}

#[test]
fn hostile_text_stays_on_its_line_and_comes_back_unchanged() {
    let mut analysis = analysis();
    let mut hostile = finding(Level::Deny);
    HOSTILE.clone_into(&mut hostile.name);
    hostile.place.file = format!("src/{HOSTILE}.rs");
    analysis.findings.push(hostile);
    let text = check(&[report(analysis)]).unwrap();
    assert_eq!(text.matches('\n').count(), 1);
    let body = text.strip_suffix('\n').unwrap();
    assert!(body.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{body}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["findings"][0]["name"], HOSTILE);
}

#[test]
fn a_name_cannot_order_the_runner_of_a_workflow_about() {
    let mut analysis = analysis();
    let mut finding = finding(Level::Deny);
    finding.name = "\\##[stop-commands]x".to_owned();
    analysis.findings.push(finding);
    let text = check(&[report(analysis)]).unwrap();
    assert!(!text.contains("##["), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["findings"][0]["name"], "\\##[stop-commands]x");
}
