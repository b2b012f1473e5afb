use std::path::PathBuf;

use serde_json::{Value, json};
use wasm_import_guard::error::Problem;
use wasm_import_guard::finding::{Level, Related};

use super::{MAX_RESULTS, check, encoded, imports};
use crate::render::TargetReport;
use crate::render::samples::{
    HOSTILE, analysis, failed, finding, import, incomplete, place, report, report_with,
};
use crate::render::tests::view;
use crate::repository::Repository;

fn log(reports: &[TargetReport], verbose: bool) -> Value {
    let mut view = view();
    view.verbose = verbose;
    let repository = Repository::around(&PathBuf::from("/nowhere"), None);
    let text = check(reports, &view, &repository).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().unwrap()
}

#[test]
fn a_finding_is_a_result_with_its_rule() {
    let mut on_other = analysis();
    "wasm32-wasip2".clone_into(&mut on_other.target);
    on_other.findings.push(finding(Level::Deny));
    let log = log(&[report_with(Level::Deny), report(on_other)], false);
    assert_eq!(log["version"], "2.1.0");
    let driver = &log["runs"][0]["tool"]["driver"];
    let [result] = &results(&log)[..] else { panic!("{log}") };
    assert_eq!(result["level"], "error");
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    let rule = &driver["rules"][index];
    assert_eq!((&rule["id"], &result["ruleId"]), (&json!("libc-clash"), &json!("libc-clash")));
    assert!(rule["help"]["text"].as_str().unwrap().starts_with("# libc-clash\n"));
    assert!(rule["helpUri"].as_str().unwrap().ends_with("/docs/rules/libc-clash.md"));
    assert_eq!(result["properties"]["targets"], json!(["wasm32-wasip1", "wasm32-wasip2"]));
    assert_eq!(
        result["partialFingerprints"]["wasmImportGuard/v1"],
        finding(Level::Deny).fingerprint
    );
}

#[test]
fn every_rule_says_what_it_is() {
    let log = log(&[report(analysis())], false);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), wasm_import_guard::rules::RULES.len());
    for rule in rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[key]["text"].as_str().unwrap().is_empty(), "{rule}");
        }
        // Code scanning takes no more.
        assert!(rule["fullDescription"]["text"].as_str().unwrap().len() <= 1024, "{rule}");
    }
}

#[test]
fn levels_are_those_of_the_findings_and_notes_are_shown_on_request() {
    let mut analysis = analysis();
    for (level, fingerprint) in [(Level::Deny, "1"), (Level::Warn, "2"), (Level::Note, "3")] {
        let mut finding = finding(level);
        fingerprint.clone_into(&mut finding.fingerprint);
        analysis.findings.push(finding);
    }
    let reports = [report(analysis)];
    let levels = |log: &Value| -> Vec<String> {
        results(log).iter().map(|one| one["level"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(levels(&log(&reports, false)), ["error", "warning"]);
    assert_eq!(levels(&log(&reports, true)), ["error", "warning", "note"]);
}

#[test]
fn a_declaration_elsewhere_is_relative_to_its_own_package() {
    let mut analysis = analysis();
    let mut finding = finding(Level::Deny);
    finding.place.directory = PathBuf::from("/elsewhere/host-sys");
    let mut other = place();
    other.directory = PathBuf::from("/elsewhere/other");
    "other".clone_into(&mut other.package);
    finding.related.push(Related { place: other, label: "the other one".to_owned() });
    analysis.findings.push(finding);
    let log = log(&[report(analysis)], false);
    let related = &results(&log)[0]["relatedLocations"];
    for (at, base) in [(0, "host-sys 0.13.2"), (1, "other 0.13.2")] {
        let physical = &related[at]["physicalLocation"];
        assert_eq!(physical["artifactLocation"], json!({"uri": "src/lib.rs", "uriBaseId": base}));
        let region = json!({"startLine": 5, "startColumn": 16, "endLine": 5, "endColumn": 21});
        assert_eq!(physical["region"], region);
        assert!(log["runs"][0]["originalUriBaseIds"][base]["description"]["text"].is_string());
    }
    assert_eq!(related[1]["message"]["text"], "the other one");
}

#[test]
fn what_was_not_read_is_a_notification() {
    let log = log(&[incomplete(report_with(Level::Deny)), failed()], false);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(
        invocation["toolExecutionNotifications"],
        json!([
            {"level": "warning", "message": {"text": "gone"}},
            {"level": "error", "message": {"text": "wasm32-x was not analysed: no such target"}},
        ])
    );
    let log = self::log(&[failed()], false);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn more_results_than_are_read_are_left_out_and_counted() {
    let mut analysis = analysis();
    for number in 0..=MAX_RESULTS {
        let mut finding = finding(Level::Warn);
        finding.fingerprint = number.to_string();
        analysis.findings.push(finding);
    }
    analysis.findings.push(finding(Level::Deny));
    let log = log(&[report(analysis)], false);
    assert_eq!(results(&log).len(), MAX_RESULTS);
    assert_eq!(results(&log)[0]["level"], "error");
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "2 more results left out");
}

#[test]
fn an_import_has_not_failed() {
    let mut bare = import("now");
    bare.module = None;
    let mut analysis = analysis();
    analysis.imports.push(bare);
    let repository = Repository::around(&PathBuf::from("/elsewhere"), None);
    let log: Value =
        serde_json::from_str(&imports(&[report(analysis)], &repository).unwrap()).unwrap();
    let result = &results(&log)[0];
    assert_eq!((&result["kind"], &result["level"]), (&json!("informational"), &json!("none")));
    assert_eq!(result["ruleId"], log["runs"][0]["tool"]["driver"]["rules"][0]["id"]);
    assert_eq!(
        result["message"]["text"],
        "host-sys 0.13.2 asks the host for `now` without an import module"
    );
    assert_eq!(result["properties"]["exposure"], "exposed");
}

#[test]
fn paths_are_encoded_byte_by_byte() {
    assert_eq!(encoded("src/lib.rs"), "src/lib.rs");
    assert_eq!(encoded("a b%/é:#?.rs"), "a%20b%25/%C3%A9%3A%23%3F.rs");
    assert_eq!(encoded("a\n\\"), "a%0A%5C");
}

#[test]
fn hostile_names_are_data() {
    let mut analysis = analysis();
    let mut hostile = finding(Level::Deny);
    hostile.message = format!("{HOSTILE} [click](https://example.com) {{0}}");
    HOSTILE.clone_into(&mut hostile.name);
    HOSTILE.clone_into(&mut hostile.place.file);
    HOSTILE.clone_into(&mut hostile.place.package);
    hostile.path = vec![HOSTILE.to_owned(); 2];
    hostile.related.push(Related { place: hostile.place.clone(), label: HOSTILE.to_owned() });
    analysis.findings.push(hostile);
    analysis.problems.push(Problem { package: None, path: None, message: HOSTILE.to_owned() });
    let repository = Repository::around(&PathBuf::from("/elsewhere"), None);
    let text = check(&[report(analysis)], &view(), &repository).unwrap();
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    assert!(!text.contains(['\u{202e}', '\u{2028}', '\u{e0041}']));
    let log: Value = serde_json::from_str(&text).unwrap();
    let result = &results(&log)[0];
    assert_eq!(result["properties"]["name"], HOSTILE);
    let message = result["message"]["text"].as_str().unwrap();
    // A link of SARIF's would be one.
    assert!(message.contains("[click] (https://example.com)"), "{message}");
    let uri = &result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert!(uri.as_str().unwrap().starts_with("a%0Aerror%3A%20forged%0D%1B%5B2J"), "{uri}");
}
