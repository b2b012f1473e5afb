use std::io::Cursor;
use std::path::PathBuf;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use wasm_import_guard::finding::Level;
use wasm_import_guard::graph::{Graph, Package, PackageIndex};

use super::{MAX_MESSAGES, check, package_id};
use crate::render::TargetReport;
use crate::render::samples::{self, HOSTILE, analysis, failed, finding, report};
use crate::render::tests::view;
use crate::repository::Repository;

/// A member of the workspace in `/nowhere`.
fn member(name: &str, directory: &str) -> Package {
    Package {
        directory: PathBuf::from(directory),
        is_root: true,
        ..samples::package(&format!("{name} 0.1.0"))
    }
}

/// A report on the member `host-sys`, with a finding of each level.
fn levels() -> TargetReport {
    let mut analysis = analysis();
    let host = member("host-sys", "/nowhere/host-sys-0.13.2");
    analysis.graph = Graph { packages: vec![host], roots: vec![PackageIndex(0)] };
    for (level, fingerprint) in [(Level::Deny, "1"), (Level::Warn, "2"), (Level::Note, "3")] {
        let mut finding = finding(level);
        fingerprint.clone_into(&mut finding.fingerprint);
        finding.path = vec!["host-sys 0.1.0".to_owned()];
        analysis.findings.push(finding);
    }
    report(analysis)
}

/// What `check` prints, as cargo's own library reads it.
fn messages(reports: &[TargetReport], verbose: bool) -> (Vec<Diagnostic>, bool, String) {
    let mut view = view();
    view.verbose = verbose;
    let repository = Repository::around(&PathBuf::from("/nowhere"), None);
    let text = check(reports, &view, &repository).unwrap();
    let (mut diagnostics, mut finished) = (Vec::new(), None);
    for message in Message::parse_stream(Cursor::new(&text)) {
        match message.unwrap() {
            Message::CompilerMessage(message) => diagnostics.push(message.message),
            Message::BuildFinished(end) => assert!(finished.replace(end.success).is_none()),
            other => panic!("{other:?}"),
        }
    }
    (diagnostics, finished.unwrap(), text)
}

#[test]
fn a_finding_is_a_diagnostic_at_its_place() {
    let (diagnostics, success, _) = messages(&[levels()], true);
    assert!(!success);
    let levels: Vec<DiagnosticLevel> = diagnostics.iter().map(|one| one.level).collect();
    assert_eq!(levels, [DiagnosticLevel::Error, DiagnosticLevel::Warning, DiagnosticLevel::Note]);
    let first = &diagnostics[0];
    assert_eq!(first.code.as_ref().unwrap().code, "wasm-import-guard::libc-clash");
    let [span] = &first.spans[..] else { panic!("{first:?}") };
    assert_eq!((span.line_start, span.column_start, span.column_end), (5, 16, 21));
    assert_eq!(span.file_name, "host-sys-0.13.2/src/lib.rs");
    assert_eq!(span.label.as_deref(), Some("imported from `host_body`"));
    let said: Vec<&str> = first.children.iter().map(|child| child.message.as_str()).collect();
    assert!(said.contains(&"target: wasm32-wasip1"), "{said:?}");
    assert!(said.contains(&"build with rustc 1.91.1 or later"), "{said:?}");
    let rendered = first.rendered.as_ref().unwrap();
    assert!(rendered.starts_with("error[libc-clash]: the import `close`"), "{rendered}");
}

#[test]
fn notes_are_shown_on_request_and_the_end_tells_the_verdict() {
    assert_eq!(messages(&[levels()], false).0.len(), 2);
    let (diagnostics, success, text) = messages(&[report(analysis())], false);
    assert!(diagnostics.is_empty() && success);
    assert_eq!(text, "{\"reason\":\"build-finished\",\"success\":true}\n");
    assert!(!messages(&[failed()], false).1);
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let mut reports = [levels()];
    let denied = reports[0].outcome.as_ref().unwrap().findings[0].clone();
    for count in [MAX_MESSAGES - 1, MAX_MESSAGES, MAX_MESSAGES + 1] {
        let findings = (0..count).map(|number| {
            let mut finding = denied.clone();
            finding.fingerprint = number.to_string();
            finding
        });
        reports[0].outcome.as_mut().unwrap().findings = findings.collect();
        let (diagnostics, success, _) = messages(&reports, false);
        let errors = diagnostics.iter().filter(|one| one.level == DiagnosticLevel::Error).count();
        assert_eq!((errors, success), (count.min(MAX_MESSAGES), false));
        let rest: Vec<&str> = diagnostics[errors..].iter().map(|one| &*one.message).collect();
        let said = ["1 more finding not shown; `--format json` has all"];
        assert_eq!(rest, &said[..count.saturating_sub(MAX_MESSAGES)], "{count}");
    }
}

#[test]
fn a_package_has_cargo_s_own_name() {
    let id = |name: &str, directory: &str| package_id(&member(name, directory));
    assert_eq!(id("app", "/w/app"), "path+file:///w/app#0.1.0");
    assert_eq!(id("app", "/w/a b/é"), "path+file:///w/a%20b/%C3%A9#app@0.1.0");
}

#[test]
fn a_hostile_name_stays_in_its_line() {
    let mut reports = [levels()];
    let analysis = reports[0].outcome.as_mut().unwrap();
    analysis.findings.truncate(1);
    let finding = &mut analysis.findings[0];
    HOSTILE.clone_into(&mut finding.message);
    HOSTILE.clone_into(&mut finding.label);
    HOSTILE.clone_into(&mut finding.place.file);
    finding.help.push(HOSTILE.to_owned());
    let (diagnostics, _, text) = messages(&reports, false);
    assert_eq!((diagnostics.len(), text.lines().count()), (1, 2));
    let safe = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n');
    assert!(safe(&text) && !text.contains('\u{202e}'), "{text}");
    let first = &diagnostics[0];
    assert!(safe(&first.message) && first.children.iter().all(|child| safe(&child.message)));
    assert!(safe(first.rendered.as_ref().unwrap()));
    // The path stays what it is, or it could not be opened.
    assert!(first.spans[0].file_name.ends_with(HOSTILE));
}
