//! cargo's messages: read by cargo's own library, with places that are there.

use std::fs;
use std::path::Path;

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};
use cargo_metadata::{CompilerMessage, Message};
use wasm_import_guard_tests::Scratch;

use crate::project::{WORKSPACE, guard, repository, text_at};

/// The messages about findings, and whether the end says that all is well.
fn messages(repository: &Scratch, arguments: &[&str], status: i32) -> (Vec<CompilerMessage>, bool) {
    let all = [&["check", "--format", "cargo", "--target", "wasm32-wasip1"], arguments].concat();
    let output = guard(repository, &all);
    assert_eq!(output.status, Some(status), "{}", output.stderr);
    let (mut messages, mut end) = (Vec::new(), None);
    for message in Message::parse_stream(output.stdout.as_bytes()) {
        match message.unwrap() {
            Message::CompilerMessage(message) => messages.push(message),
            Message::BuildFinished(finished) => end = Some(finished.success),
            other => panic!("cargo has no {other:?} here"),
        }
    }
    (messages, end.unwrap())
}

/// The text that a span marks, found by its bytes and by its columns; both must agree.
fn marked(span: &DiagnosticSpan, workspace: &Path) -> String {
    // rustc runs in the workspace's directory.
    let path = workspace.join(&span.file_name);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", span.file_name));
    let range = span.byte_start as usize..span.byte_end as usize;
    let text = std::str::from_utf8(&bytes[range]).unwrap();
    assert_eq!(span.line_start, span.line_end);
    assert_eq!(text, text_at(&path, span.line_start, span.column_start, span.column_end));
    let line = String::from_utf8(bytes[..span.byte_start as usize].to_vec()).unwrap();
    assert_eq!(line.matches('\n').count() + 1, span.line_start);
    let [shown] = &span.text[..] else { panic!("{span:?}") };
    let whole = fs::read_to_string(&path).unwrap();
    assert_eq!(whole.lines().nth(span.line_start - 1), Some(shown.text.as_str()));
    assert_eq!((shown.highlight_start, shown.highlight_end), (span.column_start, span.column_end));
    text.to_owned()
}

fn primary(diagnostic: &Diagnostic) -> &DiagnosticSpan {
    let [span] = &diagnostic.spans[..] else { panic!("{diagnostic:?}") };
    assert!(span.is_primary);
    span
}

#[test]
fn findings_are_in_place_for_an_editor() {
    let repository = repository();
    let workspace = repository.path(WORKSPACE);
    let (messages, success) = messages(&repository, &[], 1);
    assert!(!success);
    let mut own = 0;
    let mut brought_in = 0;
    for message in &messages {
        let diagnostic = &message.message;
        assert_eq!(diagnostic.code.as_ref().unwrap().code.matches("::").count(), 1);
        let span = primary(diagnostic);
        // As cargo has it: relative to the workspace for what lies in it.
        match span.file_name.as_str() {
            "host-sys/src/lib.rs" => {
                assert_eq!(marked(span, &workspace), "close");
                assert!(message.package_id.repr.ends_with("/host-sys#0.1.0"));
                own += 1;
            }
            "app/Cargo.toml" => {
                assert_eq!(marked(span, &workspace), "fastly");
                assert!(message.package_id.repr.ends_with("/app#0.1.0"), "{message:?}");
                let declared = &diagnostic.children[0];
                assert!(declared.message.starts_with("declared by fastly-sys 0.13.2: "));
                let span = primary(declared);
                assert!(Path::new(&span.file_name).is_absolute(), "{span:?}");
                let name = marked(span, &workspace);
                assert!(diagnostic.message.contains(&format!("`{name}`")), "{diagnostic:?}");
                brought_in += 1;
            }
            other => panic!("nothing was found in {other}"),
        }
        assert!(message.target.src_path.is_file());
        assert!(diagnostic.rendered.as_ref().unwrap().contains(&diagnostic.message));
    }
    assert!(own >= 1 && brought_in >= 1, "{own}, {brought_in}");
    assert!(messages.iter().any(|one| one.message.level == DiagnosticLevel::Error));
}

#[test]
fn packages_are_called_as_cargo_calls_them() {
    let repository = repository();
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(repository.path(WORKSPACE).join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let (messages, _) = messages(&repository, &[], 1);
    for message in messages {
        let package = metadata.packages.iter().find(|package| package.id == message.package_id);
        let package = package.unwrap_or_else(|| panic!("{:?}", message.package_id));
        let known = package.targets.iter().any(|target| target.src_path == message.target.src_path);
        assert!(known, "{:?}", message.target);
    }
}

#[test]
fn a_rustc_without_the_defect_leaves_no_error_behind() {
    let repository = repository();
    let clean =
        ["check", "--format", "cargo", "--target", "wasm32-wasip1", "--rustc-version", "1.96.0"];
    let output = wasm_import_guard_tests::run(&repository.path(WORKSPACE), &clean);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(output.stdout, "{\"reason\":\"build-finished\",\"success\":true}\n");
}
