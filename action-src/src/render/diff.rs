//! What changed since a revision, in every format.

mod human;
mod json;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::Finding;
use wasm_import_guard::import::WasmType;

use super::markdown::{Page, imports_diff};
use super::{TargetReport, View, check, print, summary};
use crate::cli::{DiffFormat, Format};
use crate::diff::Diff;
use crate::revision::Revision;

/// The analyses of both sides, target by target. Each has the findings that the other has not.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) revision: Revision,
    /// The revision's side, as many as `now`; `None` where it has no package, or could not be analysed.
    pub(crate) before: Vec<Option<Analysis>>,
    /// The present side. A target is analysed when both sides are, and complete when both are.
    pub(crate) now: Vec<TargetReport>,
}

/// A target of which both sides were analysed.
struct Side<'a> {
    before: Option<&'a Analysis>,
    now: &'a Analysis,
    imports: Diff<'a>,
}

impl Compared {
    /// The imports that came and went, a table for each target.
    pub(crate) fn imports_markdown(&self, page: Page) -> String {
        let since = self.revision.label();
        let tables =
            self.sides().map(|side| imports_diff(&side.imports, &side.now.target, &since, page));
        tables.collect()
    }

    fn sides(&self) -> impl Iterator<Item = Side<'_>> {
        self.before.iter().zip(&self.now).filter_map(|(before, now)| {
            let (before, now) = (before.as_ref(), now.outcome.as_ref().ok()?);
            Some(Side { before, now, imports: Diff::new(before, now) })
        })
    }
}

impl<'a> Side<'a> {
    /// What the revision had and the present has not, or not as bad.
    fn gone_findings(&self) -> &'a [Finding] {
        self.before.map(|before| &before.findings[..]).unwrap_or_default()
    }
}

/// Prints what changed on stdout, and what could not be read of either side on stderr.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn diff(compared: &Compared, format: DiffFormat, view: &View) -> anyhow::Result<()> {
    let text = match format {
        DiffFormat::Human => human::text(compared, view),
        DiffFormat::Json => json::lines(compared)?,
        DiffFormat::Markdown => markdown(compared, view),
        // The findings that are left on the present side are the new ones.
        DiffFormat::Github => return check(&compared.now, Format::Github, view),
        DiffFormat::Sarif => return check(&compared.now, Format::Sarif, view),
    };
    print(&text, &compared.now, view)
}

/// The new findings as `check` has them, then the imports of each target.
fn markdown(compared: &Compared, view: &View) -> String {
    summary(&compared.now, &compared.imports_markdown(Page::SUMMARY), view)
}

/// `(i32, i64) -> i32`.
fn shown_type(wasm_type: Option<&WasmType>) -> String {
    wasm_type.map_or_else(|| "a type that is not known".to_owned(), ToString::to_string)
}
