//! Findings as cargo's own messages, a line of JSON each: what reads
//! `cargo check --message-format=json`, as rust-analyzer and other editors do, shows them in place.
//!
//! The format is cargo's ("External tools" in its book) and rustc's ("JSON Output"). A finding in a
//! package that is not the user's stands at the line of their manifest that brings it in, and the
//! declaration is a place beside it.

use std::path::Path;

use serde::Serialize;
use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::graph::{EntryKind, Package, PackageSource};
use wasm_import_guard::import::Place;
use wasm_import_guard::text::printable;

use super::json::ascii_controls;
use super::merged::{Merged, merged};
use super::sarif::encoded;
use super::source::Sources;
use super::words::{dependency_path, listed, not_shown, outcome_sentences};
use super::{TargetReport, View, human};
use crate::repository::{Location, Repository};

/// Before a rule's id: rust-analyzer shows what stands before `::` as the source of a message.
const SCOPE: &str = "wasm-import-guard";

/// How many findings become messages, the worst first: an editor keeps each.
const MAX_MESSAGES: usize = 2_000;

/// A message for each finding of all targets, the worst first, and the one that cargo ends with.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn check(
    reports: &[TargetReport],
    view: &View,
    repository: &Repository,
) -> serde_json::Result<String> {
    let level = if view.verbose { Level::Note } else { Level::Warn };
    let sources = Sources::new();
    let mut text = String::new();
    let all = merged(reports, level);
    for merged in all.iter().take(MAX_MESSAGES) {
        let page = Page { merged, view, repository, sources: &sources };
        // Without a package of the user's there is nothing that it could be a message about.
        if let Some(message) = page.message() {
            line(&mut text, &message)?;
        }
    }
    if let Some(said) = not_shown(all.len(), MAX_MESSAGES, "more finding") {
        let graph = &all[MAX_MESSAGES].analysis.graph;
        for package in graph.roots.iter().take(1).map(|root| graph.package(*root)) {
            line(&mut text, &about(package, alone(&said)))?;
        }
    }
    let analysed = reports.iter().any(|report| report.outcome.is_ok());
    let denied = merged(reports, Level::Deny);
    line(
        &mut text,
        &Finished { reason: "build-finished", success: analysed && denied.is_empty() },
    )?;
    Ok(text)
}

fn line(text: &mut String, message: &impl Serialize) -> serde_json::Result<()> {
    *text += &ascii_controls(&serde_json::to_string(message)?);
    text.push('\n');
    Ok(())
}

#[derive(Debug, Serialize)]
struct CompilerMessage<'a> {
    reason: &'static str,
    package_id: String,
    manifest_path: String,
    target: Target<'a>,
    message: Diagnostic,
}

#[derive(Debug, Serialize)]
struct Target<'a> {
    kind: [&'static str; 1],
    crate_types: [&'static str; 1],
    name: &'a str,
    src_path: String,
    doc: bool,
    doctest: bool,
    test: bool,
}

#[derive(Debug, Serialize)]
struct Finished {
    reason: &'static str,
    success: bool,
}

/// A diagnostic of rustc's.
#[derive(Debug, Default, Serialize)]
struct Diagnostic {
    #[serde(rename = "$message_type", skip_serializing_if = "Option::is_none")]
    message_type: Option<&'static str>,
    message: String,
    code: Option<Code>,
    level: &'static str,
    spans: Vec<Span>,
    children: Vec<Diagnostic>,
    rendered: Option<String>,
}

#[derive(Debug, Serialize)]
struct Code {
    code: String,
    explanation: Option<String>,
}

#[derive(Debug, Serialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    column_end: usize,
    is_primary: bool,
    text: Vec<SpanLine>,
    label: Option<String>,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<&'static str>,
    expansion: Option<()>,
}

#[derive(Debug, Serialize)]
struct SpanLine {
    text: String,
    highlight_start: usize,
    highlight_end: usize,
}

/// What one message is made of.
struct Page<'a> {
    merged: &'a Merged<'a>,
    view: &'a View,
    repository: &'a Repository,
    sources: &'a Sources,
}

impl<'a> Page<'a> {
    fn message(&self) -> Option<CompilerMessage<'a>> {
        let Merged { finding, analysis, .. } = self.merged;
        let (graph, place) = (&analysis.graph, &finding.place);
        let owner = graph.package(self.repository.owner(graph, place, &finding.path)?);
        Some(about(owner, self.diagnostic()))
    }

    fn diagnostic(&self) -> Diagnostic {
        let Merged { finding, analysis, .. } = self.merged;
        let graph = &analysis.graph;
        let own = self.repository.own(graph, &finding.place);
        let shown = self.repository.locate_somewhere(graph, &finding.place, &finding.path);
        let label = printable(&finding.label);
        // At the line of a dependency the label, which is about the declaration, would mislead.
        let primary_label = own.is_some().then(|| label.clone());
        let spans = shown.map(|shown| self.at(&shown, primary_label)).into_iter().collect();
        let mut children = Vec::new();
        if own.is_none() {
            let place = &finding.place;
            let message = format!("declared by {} {}: {label}", place.package, place.version);
            children.push(child("note", printable(&message), vec![self.in_package(place)]));
        }
        for related in &finding.related {
            let span = self.in_package(&related.place);
            children.push(child("note", printable(&related.label), vec![span]));
        }
        children.extend(self.notes().into_iter().map(|note| child("note", note, Vec::new())));
        let helps = finding.help.iter().map(|help| child("help", printable(help), Vec::new()));
        children.extend(helps);
        Diagnostic {
            message_type: Some("diagnostic"),
            message: printable(&finding.message),
            code: Some(Code { code: format!("{SCOPE}::{}", finding.rule), explanation: None }),
            level: level(finding),
            spans,
            children,
            rendered: Some(human::rendered(analysis, finding, self.view, self.sources)),
        }
    }

    fn notes(&self) -> Vec<String> {
        let finding = self.merged.finding;
        let mut notes = Vec::new();
        if finding.path.len() > 1 {
            notes.push(format!("brought in by {}", dependency_path(&finding.path)));
        }
        notes.push(printable(&format!("target: {}", listed(&self.merged.targets, "and"))));
        notes.extend(outcome_sentences(finding));
        notes.extend(finding.notes.iter().map(|note| printable(note)));
        notes
    }

    /// A token of the repository.
    fn at(&self, own: &Location, label: Option<String>) -> Span {
        let path = self.repository.root().join(&own.file);
        self.span(&path, (own.line, own.column, own.length), label)
    }

    /// A token in any package.
    fn in_package(&self, place: &Place) -> Span {
        let path = place.directory.join(&place.file);
        self.span(&path, (place.line, place.column, place.length), None)
    }

    fn span(
        &self,
        path: &Path,
        (line, column, length): (usize, usize, usize),
        label: Option<String>,
    ) -> Span {
        let token = self.sources.token_at(path, line, column, length);
        let (bytes, text) = token.map_or((0..0, None), |token| (token.bytes, token.line));
        let column_end = column.saturating_add(length);
        let text =
            text.map(|text| SpanLine { text, highlight_start: column, highlight_end: column_end });
        Span {
            file_name: file_name(path, self.merged.analysis),
            byte_start: bytes.start,
            byte_end: bytes.end,
            line_start: line,
            line_end: line,
            column_start: column,
            column_end,
            is_primary: true,
            text: text.into_iter().collect(),
            label,
            suggested_replacement: None,
            suggestion_applicability: None,
            expansion: None,
        }
    }
}

fn about(package: &Package, message: Diagnostic) -> CompilerMessage<'_> {
    CompilerMessage {
        reason: "compiler-message",
        package_id: package_id(package),
        manifest_path: text_of(&package.directory.join("Cargo.toml")),
        target: target(package),
        message,
    }
}

/// A note that belongs to no finding.
fn alone(message: &str) -> Diagnostic {
    Diagnostic {
        message_type: Some("diagnostic"),
        rendered: Some(format!("note: {message}\n\n")),
        ..child("note", message.to_owned(), Vec::new())
    }
}

fn child(level: &'static str, message: String, spans: Vec<Span>) -> Diagnostic {
    Diagnostic { message, level, spans, ..Diagnostic::default() }
}

fn level(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
    }
}

/// As rustc, which cargo starts in the workspace's directory, names its files: relative to that where they
/// lie below it.
fn file_name(path: &Path, analysis: &Analysis) -> String {
    let without_links = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (file, root) = (without_links(path), without_links(&analysis.workspace_root));
    let below = file.strip_prefix(&root).ok();
    text_of(below.unwrap_or(&file))
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// cargo's specification of a package, by which editors tell packages apart.
fn package_id(package: &Package) -> String {
    let Package { name, version, directory, .. } = package;
    if package.source != PackageSource::Path {
        return package.id.clone();
    }
    let path = directory.to_string_lossy().replace('\\', "/");
    let root = if path.starts_with('/') { "" } else { "/" };
    let name = match directory.file_name() {
        Some(last) if last.to_string_lossy() == name.as_str() => String::new(),
        _ => format!("{name}@"),
    };
    format!("path+file://{root}{}#{name}{version}", encoded(&path))
}

/// The crate that a message about `package` belongs to.
fn target(package: &Package) -> Target<'_> {
    let entry = package.entries.first();
    let kind = match entry.map(|entry| entry.kind) {
        Some(EntryKind::Binary) => "bin",
        Some(EntryKind::FinalLibrary) => "cdylib",
        Some(EntryKind::Library) | None => "lib",
    };
    let manifest = || text_of(&package.directory.join("Cargo.toml"));
    Target {
        kind: [kind],
        crate_types: [kind],
        name: if kind == "bin" { &package.name } else { &package.crate_name },
        src_path: entry.map_or_else(manifest, |entry| text_of(&entry.path)),
        doc: true,
        doctest: kind == "lib",
        test: true,
    }
}

#[cfg(test)]
mod tests;
