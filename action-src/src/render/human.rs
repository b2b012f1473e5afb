//! Findings for people, like rustc's own diagnostics.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level as Word, Origin, Renderer, Snippet,
};
use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level, Related};
use wasm_import_guard::import::{Opaque, Place};
use wasm_import_guard::text::printable;

use super::source::Sources;
use super::words::{counted, dependency_path, listed, not_shown, outcome_sentences, shown_path};
use super::{TargetReport, View};
use crate::terminal::STRONG;

/// How many findings of one target are shown, the worst first; as many places that cannot be read, and as
/// many exceptions. Each is rendered with its source: nobody reads more, and a hostile project can have
/// any number.
const MAX_SHOWN: usize = 500;

/// The rule whose findings show such places.
const OPAQUE: &str = "opaque-imports";

/// The findings of each target, each target with a summary.
pub(super) fn check(reports: &[TargetReport], view: &View) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let sources = Sources::new();
    let mut text = String::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        let page = Page { view, analysis, sources: &sources };
        for group in page.groups() {
            text += &renderer.render(&[group]);
            text += "\n\n";
        }
        if view.verbose {
            page.excepted(&mut text);
        }
        if !view.quiet {
            text += &page.summary();
            text.push('\n');
        }
    }
    text
}

/// One finding alone, without colours.
pub(super) fn rendered(
    analysis: &Analysis,
    finding: &Finding,
    view: &View,
    sources: &Sources,
) -> String {
    let renderer = Renderer::plain().decor_style(DecorStyle::Ascii);
    let group = Page { view, analysis, sources }.finding(finding, &mut BTreeSet::new());
    renderer.render(&[group]) + "\n\n"
}

/// The places that none of these findings shows.
fn opaque_beside<'a>(opaque: &'a [Opaque], shown: &[&Finding]) -> Vec<&'a Opaque> {
    let places = shown.iter().filter(|finding| finding.rule == OPAQUE);
    let places = places.flat_map(|finding| {
        finding.related.iter().map(|related| &related.place).chain([&finding.place])
    });
    let places: BTreeSet<_> = places.map(position).collect();
    opaque.iter().filter(|opaque| !places.contains(&position(&opaque.place))).collect()
}

fn position(place: &Place) -> (&str, &str, &str, usize, usize) {
    (&place.package, &place.version, &place.file, place.line, place.column)
}

/// What is shown of one target.
pub(super) struct Page<'a> {
    pub(super) view: &'a View,
    pub(super) analysis: &'a Analysis,
    pub(super) sources: &'a Sources,
}

impl<'a> Page<'a> {
    /// Every block of text, in the order shown.
    fn groups(&self) -> Vec<Group<'a>> {
        let visible = |finding: &&Finding| self.view.verbose || finding.level > Level::Note;
        let mut shown: Vec<&Finding> = self.analysis.findings.iter().filter(visible).collect();
        let all = shown.len();
        shown.truncate(MAX_SHOWN);
        let mut said = BTreeSet::new();
        let mut groups: Vec<Group<'a>> =
            shown.iter().map(|finding| self.finding(finding, &mut said)).collect();
        groups.extend(shared_help(&shown));
        groups.extend(not_shown(all, MAX_SHOWN, "more finding").map(note));
        if self.view.verbose {
            let opaque = opaque_beside(&self.analysis.opaque, &shown);
            groups.extend(opaque.iter().take(MAX_SHOWN).map(|opaque| self.opaque(opaque)));
            groups.extend(not_shown(opaque.len(), MAX_SHOWN, "more unreadable place").map(note));
        }
        groups
    }

    /// One finding. A note or help that many findings share is written at the first of them:
    /// `said` holds what has been.
    fn finding(&self, finding: &'a Finding, said: &mut BTreeSet<&'a str>) -> Group<'a> {
        let title = word(finding.level)
            .primary_title(printable(&finding.message))
            .id(printable(finding.rule));
        let mut group = title.elements(self.primary(&finding.place, &finding.label));
        group = group.elements(finding.related.iter().map(|related| self.related(related)));
        if finding.path.len() > 1 {
            let path = dependency_path(&finding.path);
            group = group.element(Word::NOTE.message(format!("brought in by {path}")));
        }
        for sentence in outcome_sentences(finding) {
            group = group.element(Word::NOTE.message(sentence));
        }
        for note in &finding.notes {
            if said.insert(note) {
                group = group.element(Word::NOTE.message(printable(note)));
            }
        }
        for help in &finding.help {
            if said.insert(help) {
                group = group.element(Word::HELP.message(printable(help)));
            }
        }
        group
    }

    /// A place whose imports cannot be read.
    fn opaque(&self, opaque: &'a Opaque) -> Group<'a> {
        let place = &opaque.place;
        let message = format!(
            "the imports that {} {} declares here cannot be read",
            place.package, place.version
        );
        Word::NOTE
            .primary_title(printable(&message))
            .id(OPAQUE)
            .elements(self.primary(place, &opaque.reason))
    }

    /// The source line at `place` with `label`; the place and a note when there is no such line.
    pub(super) fn primary(&self, place: &Place, label: &str) -> Vec<Element<'a>> {
        if let Some(snippet) = self.snippet(place, AnnotationKind::Primary, label) {
            return vec![snippet.into()];
        }
        let origin = Origin::path(self.path(place)).line(place.line).char_column(place.column);
        vec![origin.into(), Word::NOTE.message(printable(label)).into()]
    }

    /// Another place that takes part in a finding.
    fn related(&self, related: &Related) -> Element<'a> {
        let Related { place, label } = related;
        let snippet = self.snippet(place, AnnotationKind::Context, label);
        snippet.map_or_else(
            || {
                let (path, label) = (self.path(place), printable(label));
                let note = format!("{path}:{}:{}: {label}", place.line, place.column);
                Word::NOTE.message(note).into()
            },
            Element::from,
        )
    }

    fn snippet(
        &self,
        place: &Place,
        kind: AnnotationKind,
        label: &str,
    ) -> Option<Snippet<'a, Annotation<'a>>> {
        let line = self.sources.line_at(place)?;
        let annotation = kind.span(line.token).label(Cow::Owned(printable(label)));
        let snippet = Snippet::source(line.text).line_start(place.line);
        Some(snippet.path(self.path(place)).annotation(annotation))
    }

    pub(super) fn path(&self, place: &Place) -> String {
        let directory = self.view.directory.as_deref();
        let path = place.directory.join(&place.file);
        // A file above its package is named the shorter way where there is one from here.
        if place.file.starts_with("../")
            && let (Some(directory), Ok(direct)) = (directory, path.canonicalize())
            && direct.starts_with(directory)
        {
            return shown_path(&direct, Some(directory));
        }
        shown_path(&path, directory)
    }

    /// One line that tells what was found, and in how much.
    /// What the project accepts, a line each, with the reason below.
    fn excepted(&self, text: &mut String) {
        for excepted in self.analysis.excepted.iter().take(MAX_SHOWN) {
            let Finding { level, rule, message, .. } = &excepted.finding;
            let line = format!("excepted: {}[{rule}]: {message}", level.as_str());
            let until = excepted.expires.as_ref().map(|day| format!(" (until {day})"));
            let reason = format!("{}{}", excepted.reason, until.unwrap_or_default());
            let place = &excepted.place;
            let file = shown_path(&place.file, self.view.directory.as_deref());
            let _ = writeln!(text, "{}", printable(&line));
            let _ = writeln!(text, "   = reason: {}", printable(&reason));
            let _ = writeln!(text, "   = note: by {file}:{}\n", place.line);
        }
        if let Some(message) = not_shown(self.analysis.excepted.len(), MAX_SHOWN, "more exception")
        {
            let _ = writeln!(text, "note: {message}\n");
        }
    }

    fn summary(&self) -> String {
        let analysis = self.analysis;
        let considered: Vec<&str> = analysis.considered.iter().map(String::as_str).collect();
        let notes = analysis.count(Level::Note);
        let hint = if notes > 0 && !self.view.verbose { " (-v shows them)" } else { "" };
        let mut summary = format!(
            "{STRONG}{}, rustc {}{STRONG:#}: {} denied, {}, {}{hint}, {} in {}",
            printable(&analysis.target),
            printable(&listed(&considered, "and")),
            analysis.count(Level::Deny),
            counted(analysis.count(Level::Warn), "warning"),
            counted(notes, "note"),
            counted(analysis.imports.len(), "import"),
            counted(analysis.graph.packages.len(), "package"),
        );
        if !analysis.opaque.is_empty() {
            let hint = if self.view.verbose { "" } else { " (-v shows them)" };
            let places = counted(analysis.opaque.len(), "place");
            let _ = write!(summary, ", {places} that cannot be read{hint}");
        }
        if !analysis.excepted.is_empty() {
            let hint = if self.view.verbose { "" } else { " (-v shows them)" };
            let _ = write!(summary, ", {} excepted{hint}", analysis.excepted.len());
        }
        if !analysis.complete() {
            summary += ", incomplete";
        }
        summary
    }
}

/// The helps that several findings share, once more at the end, where a terminal stops.
fn shared_help<'a>(shown: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for help in shown.iter().flat_map(|finding| &finding.help) {
        let count = uses.entry(help).or_default();
        *count += 1;
        if *count == 2 {
            order.push(help);
        }
    }
    order
        .into_iter()
        .map(|help| {
            let title = format!("for {} of these findings: {help}", uses[help]);
            Group::with_title(Word::HELP.primary_title(printable(&title)))
        })
        .collect()
}

fn note(message: String) -> Group<'static> {
    Group::with_title(Word::NOTE.primary_title(message))
}

fn word(level: Level) -> Word<'static> {
    match level {
        Level::Deny => Word::ERROR,
        Level::Warn => Word::WARNING,
        Level::Note => Word::NOTE,
    }
}

#[cfg(test)]
mod tests;
