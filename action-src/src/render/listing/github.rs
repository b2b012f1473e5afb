//! `imports` for the log of GitHub Actions: a group to unfold for each package.
//!
//! No import is an annotation: an import is no defect, and the service shows ten notices of a step.
//! What could not be read is one.

use std::fmt::Write as _;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::import::Import;

use super::super::merged::piece;
use super::super::words::{counted, dependency_path};
use super::super::{TargetReport, github};
use crate::github::workflow_command::escaped_data;

/// A group of imports for each package of each target, then what could not be read.
pub(in crate::render) fn imports(reports: &[TargetReport]) -> String {
    let mut text = String::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        for package in analysis.imports.chunk_by(|one, next| {
            (&one.place.package, &one.place.version) == (&next.place.package, &next.place.version)
        }) {
            group(&mut text, analysis, package);
        }
        let imports = counted(analysis.imports.len(), "import");
        let _ = writeln!(text, "{}: {imports}", piece(&analysis.target));
    }
    for annotation in github::unread(reports) {
        let _ = writeln!(text, "{annotation}");
    }
    text
}

fn group(text: &mut String, analysis: &Analysis, imports: &[Import]) {
    let Some(first) = imports.first() else { return };
    let title = format!(
        "{}: {} of {} {}",
        analysis.target,
        counted(imports.len(), "import"),
        first.place.package,
        first.place.version
    );
    let _ = writeln!(text, "::group::{}", escaped_data(&piece(&title)));
    // Every line begins with a word of ours: the runner takes one that begins with `::` for an order.
    let _ = writeln!(text, "brought in by {}", piece(&dependency_path(&first.path)));
    for import in imports {
        let module = import
            .module
            .as_deref()
            .map_or("no module".to_owned(), |module| format!("module \"{module}\""));
        let place = &import.place;
        let line = format!(
            "{}, {module}, at {}:{}:{}, exposure: {}, {}",
            import.name,
            place.file,
            place.line,
            place.column,
            import.exposure.kind.as_str(),
            import.certainty.as_str()
        );
        let _ = writeln!(text, "- {}", piece(&line));
    }
    *text += "::endgroup::\n";
}

#[cfg(test)]
mod tests {
    use super::imports;
    use crate::render::samples::{HOSTILE, analysis, failed, import, report};

    #[test]
    fn a_package_is_a_group() {
        let mut analysis = analysis();
        analysis.imports.push(import("close"));
        let mut bare = import("now");
        bare.module = None;
        analysis.imports.push(bare);
        assert_eq!(
            imports(&[report(analysis), failed()]),
            "::group::wasm32-wasip1: 2 imports of host-sys 0.13.2\n\
             brought in by app 0.1.0 → host-sys 0.13.2\n\
             - close, module \"host_body\", at src/lib.rs:5:16, exposure: exposed, certain\n\
             - now, no module, at src/lib.rs:5:16, exposure: exposed, certain\n\
             ::endgroup::\n\
             wasm32-wasip1: 2 imports\n\
             ::warning title=wasm-import-guard::wasm32-x was not analysed: no such target\n"
        );
    }

    #[test]
    fn no_name_is_an_order_to_the_runner() {
        let mut analysis = analysis();
        let mut hostile = import("::error::x\n::error::y");
        hostile.module = Some(HOSTILE.to_owned());
        "::error::p%0A::error::q\r\n::error::r".clone_into(&mut hostile.place.package);
        hostile.path = vec!["::error::s".to_owned(), HOSTILE.to_owned()];
        analysis.imports.push(hostile);
        let text = imports(&[report(analysis)]);
        let orders: Vec<&str> =
            text.lines().filter(|line| line.trim_start().starts_with("::")).collect();
        let [group, end] = orders[..] else { panic!("{text}") };
        assert!(group.starts_with("::group::wasm32-wasip1: 1 import of ::error::p%250A::error"));
        assert_eq!(end, "::endgroup::");
        assert_eq!(text.lines().count(), 5, "{text}");
    }
}
