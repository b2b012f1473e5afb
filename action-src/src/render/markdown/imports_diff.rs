//! The imports that came and went, as a table.

use std::fmt::Write as _;

use wasm_import_guard::import::{Import, Place};

use super::{Page, more, name};
use crate::diff::Diff;
use crate::render::words::full_name;

/// A table for one target; `since` names the revision that it was compared with.
pub(crate) fn imports_diff(diff: &Diff<'_>, target: &str, since: &str, page: Page) -> String {
    if diff.is_empty() {
        return format!("\n**Imports** for {} since {}: no change\n", name(target), name(since));
    }
    let mut text = format!(
        "\n**Imports** for {} since {}: {}\n\n| | import | declared in |\n|---|---|---|\n",
        name(target),
        name(since),
        counts(diff)
    );
    let rows: Vec<String> = rows(diff).collect();
    let mut shown = 0;
    for row in rows.iter().take(page.rows) {
        if text.len() > page.table {
            break;
        }
        let _ = writeln!(text, "{row}");
        shown += 1;
    }
    more(&mut text, "\n", rows.len(), shown);
    text
}

/// `2 new, 1 gone`.
fn counts(diff: &Diff<'_>) -> String {
    let counts = [
        (diff.added.len(), "new"),
        (diff.removed.len(), "gone"),
        (diff.moved.len(), "moved"),
        (diff.changed.len(), "with another type"),
        (diff.newly_opaque.len() + diff.no_longer_opaque.len(), "changes of what cannot be read"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn rows(diff: &Diff<'_>) -> impl Iterator<Item = String> {
    let added = diff.added.iter().map(|import| row("new", import, ""));
    let removed = diff.removed.iter().map(|import| row("gone", import, ""));
    let moved = diff
        .moved
        .iter()
        .map(|(old, new)| row("moved", new, &format!("<br>before in {}", package(&old.place))));
    let changed = diff.changed.iter().map(|(old, new)| {
        let shown = |import: &Import| import.wasm_type.as_ref().map(ToString::to_string);
        let (old, now) = (shown(old).unwrap_or_default(), shown(new).unwrap_or_default());
        row("type", new, &format!("<br>{}, before {}", name(&now), name(&old)))
    });
    let opaque = |state: &str, place: &Place| {
        format!("| {state} | imports that cannot be read | {} |", declared(place))
    };
    let hides = diff.newly_opaque.iter().map(move |it| opaque("new", &it.place));
    let hid = diff.no_longer_opaque.iter().map(move |it| opaque("gone", &it.place));
    added.chain(removed).chain(moved).chain(changed).chain(hides).chain(hid)
}

fn row(state: &str, import: &Import, remark: &str) -> String {
    let full_name = name(&full_name(import));
    format!("| {state} | {full_name}{remark} | {} |", declared(&import.place))
}

fn declared(place: &Place) -> String {
    format!("{}<br>{}", package(place), name(&format!("{}:{}", place.file, place.line)))
}

fn package(place: &Place) -> String {
    name(&format!("{} {}", place.package, place.version))
}
