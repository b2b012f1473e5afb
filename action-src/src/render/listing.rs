//! `imports`: for people a table by package and import module; other formats have files of their own.

pub(super) mod github;
pub(super) mod map;
pub(super) mod markdown;
pub(super) mod mermaid;

use std::fmt::Write as _;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::import::{Import, ImportKind};
use wasm_import_guard::text::printable;

use super::words::{counted, dependency_path};
use super::{TargetReport, View};
use crate::terminal::{FRAME, STRONG};

/// The imports of each target, each target with a summary.
pub(super) fn imports(reports: &[TargetReport], view: &View) -> String {
    let mut text = String::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        for package in analysis.imports.chunk_by(|one, next| {
            (&one.place.package, &one.place.version) == (&next.place.package, &next.place.version)
        }) {
            table(&mut text, package, view);
        }
        if view.verbose {
            opaque(&mut text, analysis);
        }
        if !view.quiet {
            text += &summary(analysis, view);
            text.push('\n');
        }
    }
    text
}

/// The columns of a row that are aligned; the exposure's reason follows them.
const COLUMNS: usize = 4;

/// One package's imports.
fn table(text: &mut String, imports: &[Import], view: &View) {
    let Some(first) = imports.first() else { return };
    let package = format!("{} {}", first.place.package, first.place.version);
    let _ = write!(text, "{STRONG}{}{STRONG:#}", printable(&package));
    if first.path.len() > 1 {
        let _ = write!(text, " ({})", dependency_path(&first.path));
    }
    text.push('\n');
    let rows: Vec<[String; COLUMNS]> = imports.iter().map(row).collect();
    let widths = widths(&rows);
    let mut module: Option<&Option<String>> = None;
    for (import, row) in imports.iter().zip(&rows) {
        if module != Some(&import.module) {
            module = Some(&import.module);
            let _ = writeln!(text, "  {FRAME}{}{FRAME:#}", module_title(import));
        }
        let mut line = String::from("   ");
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, " {cell:width$} ");
        }
        if view.verbose {
            let _ = write!(line, " {}", printable(&import.exposure.reason));
        }
        *text += line.trim_end();
        text.push('\n');
    }
    text.push('\n');
}

/// Name, place, exposure and certainty.
fn row(import: &Import) -> [String; COLUMNS] {
    let name = match (import.kind, import.name == import.ident) {
        (ImportKind::Function, true) => import.name.clone(),
        (ImportKind::Function, false) => format!("{} (fn {})", import.name, import.ident),
        (ImportKind::Static, true) => format!("{} (static)", import.name),
        (ImportKind::Static, false) => format!("{} (static {})", import.name, import.ident),
    };
    let place = &import.place;
    [
        printable(&name),
        printable(&format!("{}:{}:{}", place.file, place.line, place.column)),
        format!("exposure: {}", import.exposure.kind.as_str()),
        import.certainty.as_str().to_owned(),
    ]
}

fn widths(rows: &[[String; COLUMNS]]) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

/// In quotes, so that no module can pass for another or for none.
fn module_title(import: &Import) -> String {
    match &import.module {
        Some(module) => format!("module \"{}\"", printable(module)),
        None => "no module (the linker says \"env\")".to_owned(),
    }
}

/// The places whose imports cannot be read.
fn opaque(text: &mut String, analysis: &Analysis) {
    for opaque in &analysis.opaque {
        let place = &opaque.place;
        let line = format!(
            "{} {}: {}:{}: cannot be read: {}",
            place.package, place.version, place.file, place.line, opaque.reason
        );
        let _ = writeln!(text, "{}", printable(&line));
    }
    if !analysis.opaque.is_empty() {
        text.push('\n');
    }
}

fn summary(analysis: &Analysis, view: &View) -> String {
    let mut summary = format!(
        "{STRONG}{}{STRONG:#}: {} in {}",
        printable(&analysis.target),
        counted(analysis.imports.len(), "import"),
        counted(analysis.graph.packages.len(), "package"),
    );
    if !analysis.opaque.is_empty() {
        let hint = if view.verbose { "" } else { " (-v shows them)" };
        let _ = write!(
            summary,
            ", {} that cannot be read{hint}",
            counted(analysis.opaque.len(), "place")
        );
    }
    if !analysis.complete() {
        summary += ", incomplete";
    }
    summary
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::import::{Certainty, ImportKind};

    use super::imports;
    use crate::render::samples::{HOSTILE, analysis, import, opaque, report};
    use crate::render::tests::view;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn imports_stand_under_their_package_and_module() {
        let mut analysis = analysis();
        analysis.imports.push(import("close"));
        let mut renamed = import("open");
        renamed.ident = "open_v2".to_owned();
        renamed.certainty = Certainty::Possible;
        analysis.imports.push(renamed);
        let mut bare = import("table");
        bare.module = None;
        bare.kind = ImportKind::Static;
        analysis.imports.push(bare);
        analysis.opaque.push(opaque());
        let text = plain(&imports(&[report(analysis)], &view()));
        assert_eq!(
            text,
            "host-sys 0.13.2 (app 0.1.0 → host-sys 0.13.2)\n  \
             module \"host_body\"\n    \
             close              src/lib.rs:5:16  exposure: exposed  certain\n    \
             open (fn open_v2)  src/lib.rs:5:16  exposure: exposed  possible\n  \
             no module (the linker says \"env\")\n    \
             table (static)     src/lib.rs:5:16  exposure: exposed  certain\n\n\
             wasm32-wasip1: 3 imports in 0 packages, 1 place that cannot be read (-v shows them)\n"
        );
    }

    #[test]
    fn verbose_tells_reasons_and_unreadable_places() {
        let mut analysis = analysis();
        analysis.imports.push(import("close"));
        analysis.opaque.push(opaque());
        let mut view = view();
        view.verbose = true;
        let text = plain(&imports(&[report(analysis)], &view));
        assert!(text.contains("certain  app 0.1.0 mentions it\n"), "{text}");
        assert!(
            text.contains("host-sys 0.13.2: src/lib.rs:5: cannot be read: the macro"),
            "{text}"
        );
    }

    #[test]
    fn hostile_names_stay_in_their_row() {
        let mut analysis = analysis();
        let mut hostile = import(HOSTILE);
        hostile.module = Some(HOSTILE.to_owned());
        HOSTILE.clone_into(&mut hostile.place.package);
        analysis.imports.push(hostile);
        let text = plain(&imports(&[report(analysis)], &view()));
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!text.contains('\u{202e}'));
    }
}
