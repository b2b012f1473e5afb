//! The schema `wasm-import-guard/diff/1`: one object per target, a line each.

use serde::Serialize;
use wasm_import_guard::import::Import;

use super::{Compared, Side};
use crate::render::json::{FindingEntry, ImportEntry, OpaqueEntry, TypeEntry, ascii_controls};
use crate::revision::Revision;

pub(super) fn lines(compared: &Compared) -> serde_json::Result<String> {
    let mut text = String::new();
    for side in compared.sides() {
        let report = DiffReport::new(&side, compared);
        text += &ascii_controls(&serde_json::to_string(&report)?);
        text.push('\n');
    }
    Ok(text)
}

#[derive(Debug, Serialize)]
struct DiffReport<'a> {
    schema: &'static str,
    target: &'a str,
    rustc: &'a str,
    considered: &'a [String],
    base: Base<'a>,
    complete: bool,
    imports: Imports<'a>,
    opaque: Opaque<'a>,
    findings: Findings<'a>,
}

#[derive(Debug, Serialize)]
struct Base<'a> {
    revision: &'a str,
    commit: &'a str,
    /// The rustc in use there; none where there is no package.
    rustc: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Imports<'a> {
    added: Vec<ImportEntry<'a>>,
    removed: Vec<ImportEntry<'a>>,
    moved: Vec<Moved<'a>>,
    changed: Vec<Changed<'a>>,
}

/// An import that another package declares now.
#[derive(Debug, Serialize)]
struct Moved<'a> {
    from: PackageEntry<'a>,
    import: ImportEntry<'a>,
}

/// An import with another function type.
#[derive(Debug, Serialize)]
struct Changed<'a> {
    base_wasm_type: Option<TypeEntry>,
    import: ImportEntry<'a>,
}

#[derive(Debug, Serialize)]
struct PackageEntry<'a> {
    package: &'a str,
    version: &'a str,
}

#[derive(Debug, Serialize)]
struct Opaque<'a> {
    added: Vec<OpaqueEntry<'a>>,
    removed: Vec<OpaqueEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct Findings<'a> {
    added: Vec<FindingEntry<'a>>,
    removed: Vec<FindingEntry<'a>>,
}

impl<'a> DiffReport<'a> {
    fn new(side: &Side<'a>, compared: &'a Compared) -> Self {
        let Revision { name, commit } = &compared.revision;
        let (now, diff) = (side.now, &side.imports);
        let entries = |imports: &[&'a _]| imports.iter().map(|it| ImportEntry::new(it)).collect();
        let places = |places: &[&'a _]| places.iter().map(|it| OpaqueEntry::new(it)).collect();
        Self {
            schema: "wasm-import-guard/diff/1",
            target: &now.target,
            rustc: &now.rustc,
            considered: &now.considered,
            base: Base {
                revision: name,
                commit,
                rustc: side.before.map(|before| before.rustc.as_str()),
            },
            complete: now.complete(),
            imports: Imports {
                added: entries(&diff.added),
                removed: entries(&diff.removed),
                moved: diff.moved.iter().map(|(old, new)| Moved::new(old, new)).collect(),
                changed: diff.changed.iter().map(|(old, new)| Changed::new(old, new)).collect(),
            },
            opaque: Opaque {
                added: places(&diff.newly_opaque),
                removed: places(&diff.no_longer_opaque),
            },
            findings: Findings {
                added: now.findings.iter().map(FindingEntry::new).collect(),
                removed: side.gone_findings().iter().map(FindingEntry::new).collect(),
            },
        }
    }
}

impl<'a> Moved<'a> {
    fn new(old: &'a Import, new: &'a Import) -> Self {
        let from = PackageEntry { package: &old.place.package, version: &old.place.version };
        Self { from, import: ImportEntry::new(new) }
    }
}

impl<'a> Changed<'a> {
    fn new(old: &'a Import, new: &'a Import) -> Self {
        let base_wasm_type = old.wasm_type.as_ref().map(TypeEntry::new);
        Self { base_wasm_type, import: ImportEntry::new(new) }
    }
}
