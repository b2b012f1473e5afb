//! For people: what came is marked with `+`, what went with `-`.

use std::fmt::Write as _;

use wasm_import_guard::finding::Level;
use wasm_import_guard::import::{Import, Opaque};
use wasm_import_guard::text::printable;

use super::{Compared, Side, shown_type};
use crate::render::words::{counted, dependency_path, full_name};
use crate::render::{View, human};
use crate::terminal::{FRAME, STRONG};

pub(super) fn text(compared: &Compared, view: &View) -> String {
    let mut text = String::new();
    for side in compared.sides() {
        imports(&mut text, &side);
    }
    // Findings look as `check` shows them; the summary is another.
    let quiet = View { quiet: true, ..view.clone() };
    text += &human::check(&compared.now, &quiet);
    for side in compared.sides() {
        gone(&mut text, &side, view);
        if !view.quiet {
            text += &summary(&side, compared);
        }
    }
    text
}

/// One row for each import.
fn imports(text: &mut String, side: &Side<'_>) {
    let diff = &side.imports;
    if diff.is_empty() {
        return;
    }
    let _ = writeln!(text, "{STRONG}{}{STRONG:#}", printable(&side.now.target));
    for import in &diff.added {
        row(text, '+', import, &brought_in(&import.path));
    }
    for import in &diff.removed {
        row(text, '-', import, &brought_in(&import.path));
    }
    for (old, new) in &diff.moved {
        let package = format!("{} {}", old.place.package, old.place.version);
        row(text, '=', new, &format!("moved here from {package}"));
    }
    for (old, new) in &diff.changed {
        let (old, new_type) =
            (shown_type(old.wasm_type.as_ref()), shown_type(new.wasm_type.as_ref()));
        row(text, '~', new, &format!("is {new_type}, was {old}"));
    }
    for opaque in &diff.newly_opaque {
        hidden(text, '+', opaque);
    }
    for opaque in &diff.no_longer_opaque {
        hidden(text, '-', opaque);
    }
    text.push('\n');
}

fn row(text: &mut String, mark: char, import: &Import, remark: &str) {
    let place = &import.place;
    let place = format!("{} {}, {}:{}", place.package, place.version, place.file, place.line);
    let name = printable(&full_name(import));
    let _ =
        writeln!(text, "  {FRAME}{mark}{FRAME:#} {STRONG}{name}{STRONG:#}  {}", printable(&place));
    if !remark.is_empty() {
        let _ = writeln!(text, "      {}", printable(remark));
    }
}

fn brought_in(path: &[String]) -> String {
    if path.len() > 1 { dependency_path(path) } else { String::new() }
}

fn hidden(text: &mut String, mark: char, opaque: &Opaque) {
    let place = &opaque.place;
    let what = if mark == '+' { "hides imports now" } else { "hid imports" };
    let line = format!(
        "{} {} {what}, {}:{}: {}",
        place.package, place.version, place.file, place.line, opaque.reason
    );
    let _ = writeln!(text, "  {FRAME}{mark}{FRAME:#} {}", printable(&line));
}

fn gone(text: &mut String, side: &Side<'_>, view: &View) {
    let shown = side.gone_findings().iter().filter(|it| view.verbose || it.level > Level::Note);
    for finding in shown {
        let line =
            format!("gone: {}[{}]: {}", finding.level.as_str(), finding.rule, finding.message);
        let _ = writeln!(text, "{}\n", printable(&line));
    }
}

/// What changed for one target, in numbers.
fn summary(side: &Side<'_>, compared: &Compared) -> String {
    let diff = &side.imports;
    let mut parts = vec![
        format!("{} added", counted(diff.added.len(), "import")),
        format!("{} removed", diff.removed.len()),
    ];
    for (count, what) in [(diff.moved.len(), "moved"), (diff.changed.len(), "with another type")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let new = [Level::Deny, Level::Warn].map(|level| side.now.count(level));
    let gone = side.gone_findings().iter().filter(|it| it.level > Level::Note).count();
    parts.push(format!(
        "{} new at deny, {} at warn, {gone} gone",
        counted(new[0], "finding"),
        new[1]
    ));
    let since = compared.revision.label();
    printable(&format!("{} since {since}: {}", side.now.target, parts.join(", "))) + "\n"
}
