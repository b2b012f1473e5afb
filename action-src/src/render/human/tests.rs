use std::collections::BTreeMap;

use wasm_import_guard::finding::{Finding, Level, Related};
use wasm_import_guard::outcome::{Outcome, OutcomeSet};

use super::{MAX_SHOWN, check};
use crate::render::View;
use crate::render::samples::{HOSTILE, analysis, finding, opaque, place, report};
use crate::render::tests::view;
use crate::scratch::Scratch;

const SOURCE: &str = "//! Host calls.\n\
    #[link(wasm_import_module = \"host_body\")]\n\
    unsafe extern \"C\" {\n    // One line.\n    pub safe fn close(handle: u32) -> i32;\n}\n";

/// A package with a source file that has `close` in line 5.
fn package(source: &str) -> Scratch {
    Scratch::new(&[("src/lib.rs", source)])
}

fn finding_in(package: &Scratch, level: Level) -> Finding {
    let mut finding = finding(level);
    finding.place.directory = package.root().to_owned();
    finding.place.column = 17;
    finding
}

fn view_of(package: &Scratch) -> View {
    View { directory: Some(package.root().to_owned()), ..view() }
}

fn plain(findings: Vec<Finding>, view: &View) -> String {
    let mut analysis = analysis();
    analysis.findings = findings;
    anstream::adapter::strip_str(&check(&[report(analysis)], view)).to_string()
}

#[test]
fn a_denied_finding_reads_like_an_error_of_rustc() {
    let package = package(SOURCE);
    let text = plain(vec![finding_in(&package, Level::Deny)], &view_of(&package));
    assert!(text.starts_with("error[libc-clash]: the import `close` of `host_body`"), "{text}");
    assert!(text.contains("--> src/lib.rs:5:17\n"), "{text}");
    insta::assert_snapshot!(text, @r#"
    error[libc-clash]: the import `close` of `host_body` has the name of a C function
     --> src/lib.rs:5:17
      |
    5 |     pub safe fn close(handle: u32) -> i32;
      |                 ^^^^^ imported from `host_body`
      |
      = note: brought in by app 0.1.0 → host-sys 0.13.2
      = note: with rustc 1.91.0: either the link fails or the call reaches another function without any message
      = note: libc defines `close` too.
      = help: build with rustc 1.91.1 or later

    wasm32-wasip1, rustc 1.91.0: 1 denied, 0 warnings, 0 notes, 0 imports in 0 packages
    "#);
}

#[test]
fn a_missing_file_still_has_its_place() {
    let text = plain(vec![finding(Level::Warn)], &view());
    assert!(text.starts_with("warning[libc-clash]: "), "{text}");
    assert!(text.contains("--> /nowhere/host-sys-0.13.2/src/lib.rs:5:16\n"), "{text}");
    insta::assert_snapshot!(text, @r#"
    warning[libc-clash]: the import `close` of `host_body` has the name of a C function
     --> /nowhere/host-sys-0.13.2/src/lib.rs:5:16
      = note: imported from `host_body`
      = note: brought in by app 0.1.0 → host-sys 0.13.2
      = note: with rustc 1.91.0: either the link fails or the call reaches another function without any message
      = note: libc defines `close` too.
      = help: build with rustc 1.91.1 or later

    wasm32-wasip1, rustc 1.91.0: 0 denied, 1 warning, 0 notes, 0 imports in 0 packages
    "#);
}

#[test]
fn a_related_place_is_shown_with_its_label() {
    let package = package(SOURCE);
    let mut finding = finding_in(&package, Level::Deny);
    let mut here = finding.place.clone();
    (here.line, here.column, here.length) = (2, 29, 11);
    finding.related.push(Related { place: here, label: "the module".to_owned() });
    finding.related.push(Related { place: place(), label: "and of another".to_owned() });
    let text = plain(vec![finding], &view_of(&package));
    assert!(text.contains("the module"), "{text}");
    assert!(text.contains("/nowhere/host-sys-0.13.2/src/lib.rs:5:16"), "{text}");
    insta::assert_snapshot!(text, @r#"
    error[libc-clash]: the import `close` of `host_body` has the name of a C function
     --> src/lib.rs:5:17
      |
    5 |     pub safe fn close(handle: u32) -> i32;
      |                 ^^^^^ imported from `host_body`
      |
     ::: src/lib.rs:2:29
      |
    2 | #[link(wasm_import_module = "host_body")]
      |                             ----------- the module
      |
      = note: /nowhere/host-sys-0.13.2/src/lib.rs:5:16: and of another
      = note: brought in by app 0.1.0 → host-sys 0.13.2
      = note: with rustc 1.91.0: either the link fails or the call reaches another function without any message
      = note: libc defines `close` too.
      = help: build with rustc 1.91.1 or later

    wasm32-wasip1, rustc 1.91.0: 1 denied, 0 warnings, 0 notes, 0 imports in 0 packages
    "#);
}

#[test]
fn notes_are_counted_and_shown_on_request() {
    let findings = || vec![finding(Level::Note)];
    let brief = plain(findings(), &view());
    assert_eq!(
        brief,
        "wasm32-wasip1, rustc 1.91.0: 0 denied, 0 warnings, 1 note (-v shows them), \
         0 imports in 0 packages\n"
    );
    let full = plain(findings(), &View { verbose: true, ..view() });
    assert!(full.starts_with("note[libc-clash]: "), "{full}");
    assert!(full.ends_with("1 note, 0 imports in 0 packages\n"), "{full}");
}

#[test]
fn shared_help_is_written_at_the_first_finding_and_at_the_end() {
    let text = plain(vec![finding(Level::Deny), finding(Level::Deny)], &view());
    assert_eq!(text.matches("= help: build with rustc 1.91.1 or later").count(), 1);
    assert_eq!(text.matches("help: for 2 of these findings: build with").count(), 1);
    assert_eq!(text.matches("libc defines `close` too.").count(), 1);
    assert_eq!(text.matches("error[libc-clash]").count(), 2);
}

#[test]
fn each_rustc_tells_its_outcomes() {
    let mut finding = finding(Level::Deny);
    let kept = OutcomeSet::from([Outcome::Kept]);
    finding.outcomes = BTreeMap::from([
        ("1.91.0".to_owned(), OutcomeSet::from([Outcome::Trap])),
        ("1.95.0".to_owned(), kept),
        ("1.96.0".to_owned(), kept),
    ]);
    let text = plain(vec![finding], &view());
    assert!(text.contains("= note: with rustc 1.91.0: the call traps at run time\n"), "{text}");
    assert!(
        text.contains("= note: with rustc 1.95.0 and 1.96.0: it is linked as it is written\n"),
        "{text}"
    );
}

#[test]
fn unreadable_places_are_counted_and_shown_on_request() {
    let mut analysis = analysis();
    analysis.opaque.push(opaque());
    let reports = [report(analysis)];
    let brief = anstream::adapter::strip_str(&check(&reports, &view())).to_string();
    assert!(brief.ends_with(", 1 place that cannot be read (-v shows them)\n"), "{brief}");
    let full = check(&reports, &View { verbose: true, ..view() });
    let full = anstream::adapter::strip_str(&full).to_string();
    assert!(full.starts_with("note[opaque-imports]: the imports that host-sys 0.13.2"), "{full}");
}

#[test]
fn quiet_leaves_only_findings() {
    let view = View { quiet: true, ..view() };
    assert_eq!(plain(Vec::new(), &view), "");
    assert!(plain(vec![finding(Level::Deny)], &view).starts_with("error[libc-clash]"));
}

#[test]
fn hostile_text_can_neither_forge_a_line_nor_command_a_terminal() {
    let package = package(&format!("{}x{}", "\n".repeat(4), "\u{1b}[2J\u{202e}"));
    let mut finding = finding_in(&package, Level::Deny);
    finding.place.column = 1;
    finding.path = vec![HOSTILE.to_owned(), HOSTILE.to_owned()];
    finding.notes = vec![HOSTILE.to_owned()];
    finding.help = vec![HOSTILE.to_owned()];
    let unread = finding.place.clone();
    for text in [&mut finding.label, &mut finding.name, &mut finding.message] {
        HOSTILE.clone_into(text);
    }
    finding.related.push(Related { place: place(), label: HOSTILE.to_owned() });
    finding.related.last_mut().unwrap().place.file = HOSTILE.to_owned();
    finding.related.push(Related { place: unread, label: HOSTILE.to_owned() });
    finding.outcomes = BTreeMap::from([(HOSTILE.to_owned(), OutcomeSet::from([Outcome::Kept]))]);
    let text = plain(vec![finding], &view_of(&package));
    assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("::")), "{text}");
    let allowed =
        |c: char| c == '\n' || wasm_import_guard::text::printable(&c.to_string()) == c.to_string();
    assert!(text.chars().all(allowed), "{text:?}");
    assert!(text.contains('\u{fffd}'), "{text}");
}

#[test]
fn colours_are_there_to_be_stripped() {
    let mut analysis = analysis();
    analysis.findings.push(finding(Level::Deny));
    assert!(check(&[report(analysis)], &view()).contains("\u{1b}["));
}

/// What is shown of as many denied findings, and how often one is.
fn shown_of(count: usize) -> (String, usize) {
    let text = plain(vec![finding(Level::Deny); count], &view());
    let shown = text.matches("error[libc-clash]: ").count();
    (text, shown)
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    for count in [MAX_SHOWN - 1, MAX_SHOWN] {
        let (text, shown) = shown_of(count);
        assert_eq!(shown, count);
        assert!(!text.contains("not shown"), "{count}");
    }
    let (text, shown) = shown_of(MAX_SHOWN + 1);
    assert_eq!(shown, MAX_SHOWN);
    assert!(text.contains("note: 1 more finding not shown; `--format json` has all\n"));
    assert!(text.contains(&format!(": {} denied, ", MAX_SHOWN + 1)), "the summary counts all");
}

#[test]
fn the_worst_findings_are_those_that_are_shown() {
    let mut findings = vec![finding(Level::Deny)];
    findings.extend(vec![finding(Level::Warn); MAX_SHOWN + 1]);
    let text = plain(findings, &view());
    assert_eq!(text.matches("error[libc-clash]: ").count(), 1);
    assert!(text.contains("note: 2 more findings not shown; "));
}

#[test]
fn unreadable_places_beyond_the_limit_are_counted() {
    let verbose = View { verbose: true, ..view() };
    for (count, more) in [(MAX_SHOWN - 1, None), (MAX_SHOWN, None), (MAX_SHOWN + 1, Some(1))] {
        let mut analysis = analysis();
        analysis.opaque = vec![opaque(); count];
        let text = check(&[report(analysis)], &verbose);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(text.matches("note[opaque-imports]: ").count(), count.min(MAX_SHOWN));
        let said = text.contains("1 more unreadable place not shown");
        assert_eq!(said, more.is_some(), "{count}");
    }
}
