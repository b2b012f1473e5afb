//! The JSON that programs read: one object per target, a line each.
//!
//! The structs are the schema. They are apart from the analysis' own types, so that a change there
//! cannot change what callers read; keys are printed in the order of the fields. Anything may be
//! added, nothing renamed or removed, without a new schema number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::import::{Import, Opaque, ValueType, WasmType};
use wasm_import_guard::policy::Excepted;
use wasm_import_guard::text::printable;

use super::TargetReport;

/// What `check` prints, for each target that could be analysed.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn check(reports: &[TargetReport]) -> serde_json::Result<String> {
    lines(reports, CheckReport::new)
}

/// What `imports` prints, for each target that could be analysed.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn imports(reports: &[TargetReport]) -> serde_json::Result<String> {
    lines(reports, ImportsReport::new)
}

#[derive(Debug, Serialize)]
struct CheckReport<'a> {
    schema: &'static str,
    target: &'a str,
    rustc: &'a str,
    considered: &'a [String],
    complete: bool,
    summary: Summary,
    findings: Vec<FindingEntry<'a>>,
    excepted: Vec<ExceptedEntry<'a>>,
}

/// A finding that the project accepts.
#[derive(Debug, Serialize)]
struct ExceptedEntry<'a> {
    reason: &'a str,
    expires: Option<&'a str>,
    finding: FindingEntry<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) deny: usize,
    pub(super) warn: usize,
    pub(super) note: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingEntry<'a> {
    rule: &'a str,
    level: &'static str,
    package: &'a str,
    version: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    module: Option<&'a str>,
    name: &'a str,
    message: &'a str,
    outcomes: BTreeMap<&'a str, BTreeSet<&'static str>>,
    help: &'a [String],
    path: &'a [String],
    fingerprint: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct ImportsReport<'a> {
    schema: &'static str,
    target: &'a str,
    rustc: &'a str,
    imports: Vec<ImportEntry<'a>>,
    opaque: Vec<OpaqueEntry<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct ImportEntry<'a> {
    package: &'a str,
    version: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    module: Option<&'a str>,
    name: &'a str,
    ident: &'a str,
    kind: &'static str,
    abi: &'a str,
    signature: &'a str,
    wasm_type: Option<TypeEntry>,
    certainty: &'static str,
    exposure: &'static str,
    origin: &'static str,
    path: &'a [String],
}

#[derive(Debug, Serialize)]
pub(super) struct TypeEntry {
    params: Vec<&'static str>,
    results: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct OpaqueEntry<'a> {
    package: &'a str,
    version: &'a str,
    file: &'a str,
    line: usize,
    reason: &'a str,
}

impl<'a> CheckReport<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        Self {
            schema: "wasm-import-guard/report/1",
            target: &analysis.target,
            rustc: &analysis.rustc,
            considered: &analysis.considered,
            complete: analysis.complete(),
            summary: Summary {
                deny: analysis.count(Level::Deny),
                warn: analysis.count(Level::Warn),
                note: analysis.count(Level::Note),
            },
            findings: analysis.findings.iter().map(FindingEntry::new).collect(),
            excepted: analysis.excepted.iter().map(ExceptedEntry::new).collect(),
        }
    }
}

impl<'a> ExceptedEntry<'a> {
    fn new(excepted: &'a Excepted) -> Self {
        Self {
            reason: &excepted.reason,
            expires: excepted.expires.as_deref(),
            finding: FindingEntry::new(&excepted.finding),
        }
    }
}

impl<'a> FindingEntry<'a> {
    pub(super) fn new(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule,
            level: finding.level.as_str(),
            package: &finding.place.package,
            version: &finding.place.version,
            file: &finding.place.file,
            line: finding.place.line,
            column: finding.place.column,
            module: finding.module.as_deref(),
            name: &finding.name,
            message: &finding.message,
            outcomes: finding
                .outcomes
                .iter()
                .map(|(rustc, set)| {
                    (
                        rustc.as_str(),
                        set.iter().map(wasm_import_guard::outcome::Outcome::as_str).collect(),
                    )
                })
                .collect(),
            help: &finding.help,
            path: &finding.path,
            fingerprint: &finding.fingerprint,
        }
    }
}

impl<'a> ImportsReport<'a> {
    pub(super) fn new(analysis: &'a Analysis) -> Self {
        Self {
            schema: "wasm-import-guard/imports/1",
            target: &analysis.target,
            rustc: &analysis.rustc,
            imports: analysis.imports.iter().map(ImportEntry::new).collect(),
            opaque: analysis.opaque.iter().map(OpaqueEntry::new).collect(),
        }
    }
}

impl<'a> ImportEntry<'a> {
    pub(super) fn new(import: &'a Import) -> Self {
        Self {
            package: &import.place.package,
            version: &import.place.version,
            file: &import.place.file,
            line: import.place.line,
            column: import.place.column,
            module: import.module.as_deref(),
            name: &import.name,
            ident: &import.ident,
            kind: import.kind.as_str(),
            abi: &import.abi,
            signature: &import.signature,
            wasm_type: import.wasm_type.as_ref().map(TypeEntry::new),
            certainty: import.certainty.as_str(),
            exposure: import.exposure.kind.as_str(),
            origin: import.origin.as_str(),
            path: &import.path,
        }
    }
}

impl TypeEntry {
    pub(super) fn new(wasm_type: &WasmType) -> Self {
        let names = |types: &[ValueType]| types.iter().map(|one| one.as_str()).collect();
        Self { params: names(&wasm_type.params), results: names(&wasm_type.results) }
    }
}

impl<'a> OpaqueEntry<'a> {
    pub(super) fn new(opaque: &'a Opaque) -> Self {
        Self {
            package: &opaque.place.package,
            version: &opaque.place.version,
            file: &opaque.place.file,
            line: opaque.place.line,
            reason: &opaque.reason,
        }
    }
}

/// One line for each target that could be analysed.
fn lines<'a, T: Serialize>(
    reports: &'a [TargetReport],
    entry: impl Fn(&'a Analysis) -> T,
) -> serde_json::Result<String> {
    let mut text = String::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        text.push_str(&ascii_controls(&serde_json::to_string(&entry(analysis))?));
        text.push('\n');
    }
    Ok(text)
}

/// `json` with characters that a terminal obeys, or that some readers take for the end of a line
/// (U+0085, U+2028), written as `\u` escapes. Outside strings JSON has no such characters, so the
/// value stays the same.
pub(super) fn ascii_controls(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut utf16 = [0; 2];
    for c in json.chars() {
        if c >= '\u{7f}' && printable(c.encode_utf8(&mut [0; 4])).starts_with('\\') {
            for unit in c.encode_utf16(&mut utf16) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    // The runner of GitHub Actions takes `##[…]` for an order, wherever it stands.
    out.replace("##[", "\\u0023#[")
}

#[cfg(test)]
mod tests;
