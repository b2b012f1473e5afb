//! The schema `wasm-import-guard/link/1`; `action-src/docs/link.md` explains it.

use serde::Serialize;
use wasm_import_guard::finding::Level;
use wasm_import_guard::import::{Import, WasmType};
use wasm_import_guard::linked::symbol_name::declaring_crate;
use wasm_import_guard::linked::{Evidence, Site};
use wasm_import_guard::object::SymbolKind;

use super::LinkReport;
use crate::render::json::{Summary, TypeEntry, ascii_controls};

/// One line for each target.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn link(reports: &[LinkReport]) -> serde_json::Result<String> {
    let mut text = String::new();
    for report in reports {
        text += &ascii_controls(&serde_json::to_string(&Entry::new(report))?);
        text.push('\n');
    }
    Ok(text)
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    schema: &'static str,
    target: Option<&'a str>,
    rustc: Vec<&'a str>,
    complete: bool,
    summary: Summary,
    files: Vec<FileEntry<'a>>,
    components: Vec<ComponentEntry<'a>>,
    imports: Vec<ImportEntry<'a>>,
    declared: Vec<DeclaredEntry<'a>>,
    findings: Vec<FindingEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct FileEntry<'a> {
    path: String,
    kind: &'static str,
    #[serde(rename = "crate")]
    crate_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ComponentEntry<'a> {
    path: String,
    imports: &'a [String],
}

#[derive(Debug, Serialize)]
struct ImportEntry<'a> {
    file: String,
    member: Option<String>,
    #[serde(rename = "crate")]
    crate_name: Option<&'a str>,
    module: &'a str,
    name: &'a str,
    kind: &'static str,
    symbol: Option<&'a str>,
    linkage: &'static str,
    wasm_type: Option<TypeEntry>,
    declaring_crate: Option<&'a str>,
    declared: Option<PlaceEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct PlaceEntry<'a> {
    package: &'a str,
    version: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct DeclaredEntry<'a> {
    #[serde(flatten)]
    place: PlaceEntry<'a>,
    module: Option<&'a str>,
    name: &'a str,
    state: &'static str,
    evidence: &'a str,
}

#[derive(Debug, Serialize)]
struct FindingEntry<'a> {
    kind: &'static str,
    level: &'static str,
    module: Option<&'a str>,
    name: &'a str,
    message: &'a str,
    outcomes: Vec<&'static str>,
    notes: &'a [String],
    sites: Vec<SiteEntry<'a>>,
    declared: Vec<PlaceEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct SiteEntry<'a> {
    file: String,
    member: Option<&'a str>,
    #[serde(rename = "crate")]
    crate_name: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn new(report: &'a LinkReport) -> Self {
        let parts = &report.parts;
        let mut rustc: Vec<&str> =
            parts.modules.iter().flat_map(|it| &it.rustc).map(String::as_str).collect();
        rustc.sort_unstable();
        rustc.dedup();
        let mut components: Vec<ComponentEntry<'_>> = Vec::new();
        for module in parts.modules.iter().filter(|it| it.within_component == Some(0)) {
            let path = lossy(&module.path);
            components.push(ComponentEntry { path, imports: &module.component_imports });
        }
        let declared = report.verdict.declared.iter().filter_map(|one| {
            let import = report.imports().get(one.import)?;
            Some(DeclaredEntry {
                place: PlaceEntry::new(import),
                module: import.module.as_deref(),
                name: &import.name,
                state: one.state.as_str(),
                evidence: &one.evidence,
            })
        });
        Self {
            schema: "wasm-import-guard/link/1",
            target: report.target.as_deref(),
            rustc,
            complete: report.complete(),
            summary: Summary {
                deny: report.count(Level::Deny),
                warn: report.count(Level::Warn),
                note: report.count(Level::Note),
            },
            files: parts
                .files
                .iter()
                .map(|file| FileEntry {
                    path: lossy(&file.path),
                    kind: file.kind.as_str(),
                    crate_name: file.crate_name.as_deref(),
                })
                .collect(),
            components,
            imports: imports(report),
            declared: declared.collect(),
            findings: report
                .verdict
                .findings
                .iter()
                .map(|finding| FindingEntry::new(finding, report))
                .collect(),
        }
    }
}

/// What objects and modules import, the objects first.
fn imports(report: &LinkReport) -> Vec<ImportEntry<'_>> {
    let mut entries = Vec::new();
    for reference in report.parts.references.iter().filter(|it| it.is_import()) {
        let site = &report.parts.sites[reference.site];
        let (module, name) = (reference.module.as_str(), reference.name.as_str());
        let of = reference.declared_by.as_deref();
        entries.push(ImportEntry {
            file: lossy(&site.path),
            member: site.member.clone(),
            crate_name: site.crate_name.as_deref(),
            module,
            name,
            kind: "function",
            symbol: Some(&reference.symbol),
            linkage: reference.linkage.as_str(),
            wasm_type: wasm_type(reference.wasm_type.as_ref()),
            declaring_crate: of,
            declared: report.declaration(module, name, of).map(PlaceEntry::new),
        });
    }
    for linked in &report.parts.modules {
        for import in &linked.imports {
            let of = import.symbol.as_deref().and_then(declaring_crate);
            entries.push(ImportEntry {
                file: lossy(&linked.path),
                member: linked.within_component.map(|index| format!("core module {index}")),
                crate_name: None,
                module: &import.module,
                name: &import.name,
                kind: kind(import.kind),
                symbol: import.symbol.as_deref(),
                linkage: import.linkage().as_str(),
                wasm_type: wasm_type(import.wasm_type.as_ref()),
                declaring_crate: of,
                declared: report.declaration(&import.module, &import.name, of).map(PlaceEntry::new),
            });
        }
    }
    entries
}

impl<'a> FindingEntry<'a> {
    fn new(finding: &'a Evidence, report: &'a LinkReport) -> Self {
        let site = |site: &'a Site| SiteEntry {
            file: lossy(&site.path),
            member: site.member.as_deref(),
            crate_name: site.crate_name.as_deref(),
        };
        let declared = finding.declared.iter().filter_map(|it| report.imports().get(*it));
        Self {
            kind: finding.kind.as_str(),
            level: finding.level.as_str(),
            module: finding.module.as_deref(),
            name: &finding.name,
            message: &finding.message,
            outcomes: finding
                .outcomes
                .iter()
                .map(wasm_import_guard::outcome::Outcome::as_str)
                .collect(),
            notes: &finding.notes,
            sites: finding.sites.iter().map(site).collect(),
            declared: declared.map(PlaceEntry::new).collect(),
        }
    }
}

impl<'a> PlaceEntry<'a> {
    fn new(import: &'a Import) -> Self {
        let place = &import.place;
        let (package, version) = (place.package.as_str(), place.version.as_str());
        Self { package, version, file: &place.file, line: place.line, column: place.column }
    }
}

fn wasm_type(ty: Option<&WasmType>) -> Option<TypeEntry> {
    ty.map(TypeEntry::new)
}

fn kind(kind: SymbolKind) -> &'static str {
    match kind {
        SymbolKind::Function => "function",
        SymbolKind::Data => "memory",
        SymbolKind::Global => "global",
        SymbolKind::Table => "table",
        SymbolKind::Tag => "tag",
    }
}

fn lossy(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}
