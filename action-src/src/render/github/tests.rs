use std::path::Path;

use proptest::prelude::*;
use wasm_import_guard::error::{Error, Problem};
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::text::printable;

use super::{MAX_PER_SEVERITY, check, check_annotations, failure};
use crate::github::workflow_command::reader::{hostile, read};
use crate::render::samples::{self, analysis, finding, report};
use crate::render::tests::view;
use crate::render::{TargetReport, View};
use crate::repository::Repository;

fn shown(findings: Vec<Finding>, view: &View) -> Vec<String> {
    let mut analysis = analysis();
    analysis.findings = findings;
    lines(&[report(analysis)], view)
}

fn lines(reports: &[TargetReport], view: &View) -> Vec<String> {
    let repository = Repository::around(Path::new("/nowhere"), None);
    check(reports, view, &repository, MAX_PER_SEVERITY).lines().map(str::to_owned).collect()
}

fn numbered(level: Level, count: usize) -> Vec<Finding> {
    let number = |number: usize| {
        let fingerprint = format!("{level:?}{number}");
        Finding { fingerprint, name: format!("n{number}"), ..finding(level) }
    };
    (0..count).map(number).collect()
}

#[test]
fn a_finding_says_all_in_one_line() {
    let lines = shown(vec![finding(Level::Deny), finding(Level::Note)], &view());
    assert!(lines[0].starts_with("::error title=libc-clash%3A close of host_body"), "{lines:?}");
    insta::assert_snapshot!(lines.join("\n").replace("%0A", "\n"), @r"
    ::error title=libc-clash%3A close of host_body,file=host-sys-0.13.2/src/lib.rs,line=5,endLine=5,col=16,endColumn=21::the import `close` of `host_body` has the name of a C function

    at src/lib.rs:5:16 of host-sys 0.13.2
    brought in by app 0.1.0 → host-sys 0.13.2
    target: wasm32-wasip1
    with rustc 1.91.0: either the link fails or the call reaches another function without any message
    help: build with rustc 1.91.1 or later
    ");
}

#[test]
fn notes_are_notices_for_those_who_ask() {
    let verbose = View { verbose: true, ..view() };
    let findings = vec![finding(Level::Note)];
    assert_eq!(shown(findings.clone(), &view()), [""; 0]);
    let lines = shown(findings, &verbose);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("::notice title="), "{lines:?}");
}

#[test]
fn ten_of_a_kind_and_the_last_counts_the_rest() {
    let ten = shown(numbered(Level::Deny, 10), &view());
    assert_eq!(ten.len(), 10);
    assert!(ten[9].contains("close") || ten[9].contains("n9"), "{}", ten[9]);
    let mut findings = numbered(Level::Warn, 5_000);
    findings.extend(numbered(Level::Deny, 11));
    let lines = shown(findings, &view());
    let kind = |kind: &str| lines.iter().filter(|line| line.starts_with(kind)).count();
    assert_eq!((kind("::error "), kind("::warning ")), (10, 10));
    assert!(lines[0].starts_with("::error "), "the worst come first");
    assert_eq!(
        lines[9],
        "::error title=wasm-import-guard::2 more errors; `cargo wasm-import-guard check` shows all"
    );
    assert_eq!(
        lines[19],
        "::warning title=wasm-import-guard::4991 more warnings; `cargo wasm-import-guard check` \
         shows all"
    );
}

#[test]
fn what_was_not_read_is_a_warning_and_an_error_when_nothing_was() {
    let failed = |target: &str| TargetReport {
        target: target.to_owned(),
        outcome: Err(Error::new("rustc knows no such target").help("look")),
    };
    let mut partial = analysis();
    partial.problems.push(Problem {
        package: Some("gone 1.0.0".to_owned()),
        path: None,
        message: "cargo said\n  it is gone".to_owned(),
    });
    assert_eq!(
        lines(&[failed("a"), report(partial)], &view()),
        [
            "::warning title=wasm-import-guard::a was not analysed: rustc knows no such \
             target%0Ahelp: look",
            "::warning title=wasm-import-guard::the analysis for wasm32-wasip1 is incomplete: 1 part \
             of the graph could not be read, and imports there are missing from the result%0Agone \
             1.0.0: cargo said%0A  it is gone",
        ]
    );
    let all = lines(&[failed("a"), failed("b")], &view());
    assert!(
        all.iter().all(|line| line.starts_with("::error title=wasm-import-guard::")),
        "{all:?}"
    );
    assert_eq!(
        failure(&Error::new("no\n::error::toolchain").help("run `x`").into()),
        "::error title=wasm-import-guard::no%0A::error::toolchain%0Ahelp: run `x`\n"
    );
}

#[test]
fn a_hostile_name_stays_inside_its_command() {
    let repository = Repository::around(Path::new("/nowhere"), None);
    let mut reports = samples::hostile();
    let finding = &mut reports[0].outcome.as_mut().unwrap().findings[0];
    finding.path = vec![finding.path[0].clone(); 1_000];
    let text = check(&reports, &view(), &repository, MAX_PER_SEVERITY);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.lines().all(|line| line.starts_with("::error title=")
        || line.starts_with("::warning title=wasm-import-guard::")));
    assert!(!text.contains(['\r', '\u{1b}', '\u{202e}', '\u{2028}']), "{text:?}");
}

proptest! {
    #[test]
    fn names_come_out_as_they_are_shown_elsewhere(
        name in hostile(),
        module in hostile(),
        message in hostile(),
        help in hostile(),
        package in hostile(),
    ) {
        let mut finding = finding(Level::Deny);
        finding.name.clone_from(&name);
        finding.module = Some(module.clone());
        finding.message.clone_from(&message);
        finding.help = vec![help.clone()];
        finding.path = vec!["app 0.1.0".to_owned(), package.clone()];
        let lines = shown(vec![finding], &view());
        prop_assert_eq!(lines.len(), 1);
        let read = read(&lines[0]);
        prop_assert!(read.is_some(), "{}", lines[0]);
        let read = read.unwrap();
        let title = format!("libc-clash: {} of {}", printable(&name), printable(&module));
        // What is longer is cut, which has a test of its own.
        if title.chars().count() <= 200 {
            prop_assert_eq!(&read.properties[0], &("title".to_owned(), title));
        }
        let mut said = read.data.split('\n');
        let short = crate::render::merged::piece;
        prop_assert_eq!(said.next().map(str::to_owned), Some(short(&message)));
        prop_assert_eq!(said.next(), Some(""));
        prop_assert_eq!(said.count(), 5, "{:?}", read.data);
        if printable(&package).chars().count() < 400 {
            let path = format!("\nbrought in by app 0.1.0 → {}\n", printable(&package));
            prop_assert!(read.data.contains(&path), "{:?}", read.data);
        }
        let help = format!("\nhelp: {}", short(&help));
        prop_assert!(read.data.ends_with(&help), "{:?}", read.data);
    }
}

#[test]
fn a_check_run_has_what_has_a_file_and_no_more_than_it_may() {
    let mut analysis = analysis();
    analysis.findings = numbered(Level::Warn, 30);
    analysis.findings.extend(numbered(Level::Deny, 30));
    analysis.findings.push(finding(Level::Note));
    let reports = [report(analysis)];
    let repository = Repository::around(Path::new("/nowhere"), None);
    let all = check_annotations(&reports, &repository, 1_000);
    assert_eq!(all.len(), 60, "notes are left out");
    assert!(all[..30].iter().all(|one| one.level == "failure"), "the worst come first");
    assert!(all[30..].iter().all(|one| one.level == "warning"));
    let one = &all[0];
    assert_eq!((one.path.as_str(), one.line), ("host-sys-0.13.2/src/lib.rs", 5));
    assert_eq!(one.title, "libc-clash: n0 of host_body");
    assert_eq!(check_annotations(&reports, &repository, 7), all[..7]);
}
