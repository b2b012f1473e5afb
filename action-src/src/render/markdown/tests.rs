use std::path::Path;

use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::finding::{Finding, Level};

use super::{Page, check, failure, whole};
use crate::render::TargetReport;
use crate::render::samples::{HOSTILE, analysis, finding, hostile, report};
use crate::render::tests::view;
use crate::repository::Repository;

fn shown(reports: &[TargetReport]) -> String {
    check(reports, &view(), &nowhere(), Page::SUMMARY)
}

fn nowhere() -> Repository {
    Repository::around(Path::new("/nowhere"), None)
}

fn with(findings: Vec<Finding>) -> TargetReport {
    let mut analysis = analysis();
    analysis.findings = findings;
    report(analysis)
}

#[test]
fn a_clean_target_is_one_line() {
    assert_eq!(
        shown(&[with(vec![finding(Level::Note)])]),
        "### wasm-import-guard\n\n- `wasm32-wasip1`, rustc 1.91.0: 0 denied, 0 warnings, 1 note; \
         0 imports in 0 packages\n"
    );
}

#[test]
fn findings_are_a_table_and_what_to_do() {
    let mut warning = finding(Level::Warn);
    warning.fingerprint = "other".to_owned();
    let text = shown(&[with(vec![warning, finding(Level::Deny)])]);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows[2].starts_with("| deny | **libc-clash**: the import `close` of `host_body` has"));
    assert!(rows[3].starts_with("| warn | "), "{text}");
    insta::assert_snapshot!(text, @r#"
    ### wasm-import-guard

    - `wasm32-wasip1`, rustc 1.91.0: **1 denied**, 1 warning, 0 notes; 0 imports in 0 packages

    ```mermaid
    graph LR
      p0["app 0.1.0"]
      p1["host-sys 0.13.2"]
      p0 --> p1
      p1 --> f1x0(["host_body.close"]):::deny
      classDef deny stroke:#cf222e,stroke-width:3px
      classDef warn stroke:#bf8700,stroke-width:3px
    ```

    | level | finding | place | brought in by |
    |---|---|---|---|
    | deny | **libc-clash**: the import `close` of `host_body` has the name of a C function<br>with rustc 1.91.0: either the link fails or the call reaches another function without any message | `host-sys-0.13.2/src/lib.rs:5` | `app 0.1.0` → `host-sys 0.13.2` |
    | warn | **libc-clash**: the import `close` of `host_body` has the name of a C function<br>with rustc 1.91.0: either the link fails or the call reaches another function without any message | `host-sys-0.13.2/src/lib.rs:5` | `app 0.1.0` → `host-sys 0.13.2` |

    **What to do**

    - help for 2 findings: build with rustc 1.91.1 or later
    "#);
}

#[test]
fn what_was_not_read_is_said() {
    let failed = TargetReport {
        target: "wasm32-x".to_owned(),
        outcome: Err(Error::new("rustc 1.96.0 knows no target\n\n  `wasm32-x`").help("look")),
    };
    let mut partial = analysis();
    partial.problems.push(Problem {
        package: Some("gone 1.0.0".to_owned()),
        path: None,
        message: "its directory does not exist".to_owned(),
    });
    assert_eq!(
        shown(&[failed, report(partial)]),
        "### wasm-import-guard\n\n- `wasm32-x` was **not analysed**: rustc 1.96.0 knows no \
         target<br>  `wasm32-x`\n  - help: look\n- `wasm32-wasip1`, rustc 1.91.0: 0 denied, 0 warnings, 0 \
         notes; 0 imports in 0 packages; **incomplete**: 1 part of the graph could not be read\n  - \
         not read: `gone 1.0.0`: its directory does not exist\n"
    );
}

#[test]
fn many_findings_are_cut_and_counted() {
    let many = (0..500).map(|number| Finding {
        fingerprint: number.to_string(),
        message: HOSTILE.repeat(20),
        path: vec![HOSTILE.repeat(5); 30],
        help: vec![format!("{number}{}", HOSTILE.repeat(20))],
        ..finding(Level::Deny)
    });
    let reports = [with(many.collect())];
    let text = shown(&reports);
    assert!(text.len() < 2 * Page::SUMMARY.table, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| deny ")).count();
    assert!(rows > 10 && rows <= Page::SUMMARY.rows, "{rows}");
    assert!(text.contains(&format!("\n{} more\n", 500 - rows)));

    let more = "| new | x |\n".repeat(10_000);
    let comment = whole(&reports, &more, &view(), &nowhere(), Page::COMMENT);
    assert!(comment.len() < 65_536, "{}", comment.len());
    assert!(comment.contains("| deny "), "{comment}");
    assert!(comment.ends_with("**Cut here**: the summary of the run has more\n"));
}

#[test]
fn nothing_that_a_project_writes_begins_a_line() {
    let text = shown(&hostile());
    let starts = [
        "###",
        "- `",
        "  - not read: `",
        "  - help: ",
        "| ",
        "|---|",
        "**What",
        "- help for",
        // The picture.
        "```",
        "graph LR",
        "  p0[\"",
        "  p0 --> p",
        "  p0 --> f0x0([\"",
        "  classDef ",
    ];
    for line in text.lines().filter(|line| !line.is_empty()) {
        assert!(starts.iter().any(|start| line.starts_with(start)), "{line:?}");
    }
}

#[test]
fn a_failure_of_all_is_said_with_its_ways_out() {
    let error = Error::new("no toolchain\n# here").help("install `rustc`");
    assert_eq!(
        failure(&error.into()),
        "### wasm-import-guard\n\n- **nothing was analysed**: no toolchain<br># here\n  - help: \
         install `rustc`\n"
    );
}
