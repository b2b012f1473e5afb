//! `imports` as GitHub's markdown: a table.

use std::fmt::Write as _;

use wasm_import_guard::import::ImportKind;

use super::super::TargetReport;
use super::super::markdown::escape::{code, prose};
use super::super::merged::{MergedImport, merged_imports};
use super::super::words::counted;

/// How many imports the table has at most; the largest of real graphs has about 1,500.
const MAX_ROWS: usize = 2_000;
/// The size, in bytes, after which no row is added. The service drops a summary of more than 1 MiB
/// whole.
const MAX_BYTES: usize = 400 * 1024;
/// The longest name, path or place that is shown in full.
const MAX_NAME_CHARACTERS: usize = 300;
/// The longest sentence that is shown in full.
const MAX_SENTENCE_CHARACTERS: usize = 1_000;

/// The number of imports for each target, then a table of the imports of all.
pub(in crate::render) fn imports(reports: &[TargetReport]) -> String {
    let mut text = String::from("### Host imports\n\n");
    for report in reports {
        match &report.outcome {
            Ok(analysis) => {
                let _ = write!(
                    text,
                    "- {}: {} in {}",
                    name(&report.target),
                    counted(analysis.imports.len(), "import"),
                    counted(analysis.graph.packages.len(), "package"),
                );
                if !analysis.opaque.is_empty() {
                    let places = counted(analysis.opaque.len(), "place");
                    let _ = write!(text, "; {places} whose imports cannot be read");
                }
                if !analysis.complete() {
                    let parts = counted(analysis.problems.len(), "part");
                    let _ = write!(text, "; **incomplete**: {parts} of the graph not read");
                }
                text.push('\n');
            }
            Err(error) => {
                let message = prose(error.message(), MAX_SENTENCE_CHARACTERS);
                let target = name(&report.target);
                let _ = writeln!(text, "- {target} was **not analysed**: {message}");
            }
        }
    }
    table(&mut text, &merged_imports(reports), reports.len() > 1);
    text
}

fn table(text: &mut String, imports: &[MergedImport<'_>], several_targets: bool) {
    if imports.is_empty() {
        return;
    }
    *text += "\n| module | name | package | place | exposure | brought in by |";
    *text += if several_targets { " targets |\n" } else { "\n" };
    *text += "|---|---|---|---|---|---|";
    *text += if several_targets { "---|\n" } else { "\n" };
    let mut shown = 0;
    for one in imports.iter().take(MAX_ROWS) {
        if text.len() > MAX_BYTES {
            break;
        }
        row(text, one, several_targets);
        shown += 1;
    }
    if shown < imports.len() {
        let _ = writeln!(text, "\n{} more", imports.len() - shown);
    }
}

fn row(text: &mut String, one: &MergedImport<'_>, several_targets: bool) {
    let (import, place) = (one.import, &one.import.place);
    let kind = if import.kind == ImportKind::Static { " (static)" } else { "" };
    let path: Vec<String> = import.path.iter().map(|package| name(package)).collect();
    let _ = write!(
        text,
        "| {} | {}{kind} | {} | {} | {}, {} | {} |",
        import.module.as_deref().map_or_else(|| "none".to_owned(), name),
        name(&import.name),
        name(&format!("{} {}", place.package, place.version)),
        name(&format!("{}:{}", place.file, place.line)),
        import.exposure.kind.as_str(),
        import.certainty.as_str(),
        path.join(" → "),
    );
    if several_targets {
        let targets: Vec<String> = one.targets.iter().map(|target| name(target)).collect();
        let _ = write!(text, " {} |", targets.join(", "));
    }
    text.push('\n');
}

fn name(text: &str) -> String {
    code(text, MAX_NAME_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::{MAX_ROWS, imports};
    use crate::render::samples::{HOSTILE, analysis, failed, import, opaque, report};

    #[test]
    fn imports_are_rows() {
        let mut analysis = analysis();
        analysis.imports.push(import("close"));
        let mut bare = import("now");
        bare.module = None;
        analysis.imports.push(bare);
        analysis.opaque.push(opaque());
        let text = imports(&[report(analysis)]);
        assert_eq!(
            text,
            "### Host imports\n\n\
             - `wasm32-wasip1`: 2 imports in 0 packages; 1 place whose imports cannot be read\n\n\
             | module | name | package | place | exposure | brought in by |\n\
             |---|---|---|---|---|---|\n\
             | `host_body` | `close` | `host-sys 0.13.2` | `src/lib.rs:5` | exposed, certain | \
             `app 0.1.0` → `host-sys 0.13.2` |\n\
             | none | `now` | `host-sys 0.13.2` | `src/lib.rs:5` | exposed, certain | \
             `app 0.1.0` → `host-sys 0.13.2` |\n"
        );
    }

    #[test]
    fn several_targets_share_a_row_and_long_tables_are_cut() {
        let (mut one, mut other) = (analysis(), analysis());
        "wasm32-wasip2".clone_into(&mut other.target);
        one.imports.push(import("close"));
        other.imports.push(import("close"));
        other.imports.extend((0..MAX_ROWS).map(|number| import(&format!("f{number}"))));
        let text = imports(&[report(one), report(other), failed()]);
        assert!(text.contains("| `wasm32-wasip1`, `wasm32-wasip2` |\n"), "{text}");
        assert!(text.contains("- `wasm32-x` was **not analysed**: no such target\n"));
        assert_eq!(text.lines().filter(|line| line.starts_with("| `")).count(), MAX_ROWS);
        assert!(text.ends_with("\n\n1 more\n"));
    }

    #[test]
    fn a_hostile_name_stays_in_its_cell() {
        let mut analysis = analysis();
        let mut hostile = import("a|b`c\n| d | <b>@octocat</b>");
        hostile.module = Some(HOSTILE.to_owned());
        HOSTILE.clone_into(&mut hostile.place.file);
        analysis.imports.push(hostile);
        let html = comrak::markdown_to_html(&imports(&[report(analysis)]), &{
            let mut options = comrak::Options::default();
            options.extension.table = true;
            options
        });
        assert_eq!(html.matches("<td>").count(), 6, "{html}");
        assert_eq!(html.matches("<tr>").count(), 2, "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
}
