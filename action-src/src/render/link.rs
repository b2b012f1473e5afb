//! `link` for people and for programs.

mod json;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::error::Error;
use wasm_import_guard::finding::Level;
use wasm_import_guard::import::Import;
use wasm_import_guard::linked::symbol_name::declaring_crate;
use wasm_import_guard::linked::{
    self, Evidence, FileKind, ImportEntry, Linkage, ModuleFacts, Parts, Site, State, Verdict,
};
use wasm_import_guard::text::printable;

use super::View;
use super::problems::each;
use super::words::{counted, dependency_path, shown_path};
use crate::cli::ListFormat;
use crate::terminal::{self, ERROR, FRAME, NOTE, STRONG, WARNING};

/// What the files of one target show.
#[derive(Debug, Default)]
pub(crate) struct LinkReport {
    /// `None` for files whose path does not tell, when none was asked for.
    pub(crate) target: Option<String>,
    pub(crate) parts: Parts,
    /// The project, where there is one.
    pub(crate) analysis: Option<Analysis>,
    /// Why the project could not be analysed.
    pub(crate) failure: Option<Error>,
    pub(crate) verdict: Verdict,
}

impl LinkReport {
    /// Whether any file was of use.
    pub(crate) fn read_anything(&self) -> bool {
        !self.parts.modules.is_empty()
            || self.parts.files.iter().any(|file| file.kind != FileKind::Other)
    }

    /// Whether all files, and the project's whole graph, were read.
    pub(crate) fn complete(&self) -> bool {
        self.parts.problems.is_empty()
            && self.failure.is_none()
            && self.analysis.as_ref().is_none_or(Analysis::complete)
    }

    /// How many findings have `level`.
    pub(crate) fn count(&self, level: Level) -> usize {
        self.verdict.findings.iter().filter(|finding| finding.level == level).count()
    }

    fn imports(&self) -> &[Import] {
        self.analysis.as_ref().map_or(&[], |analysis| &analysis.imports)
    }

    /// The declaration of an import that a file names.
    fn declaration(&self, module: &str, name: &str, of: Option<&str>) -> Option<&Import> {
        let analysis = self.analysis.as_ref()?;
        linked::declaration(&analysis.imports, &analysis.graph, (module, name), of)
    }

    /// The target, as messages name it.
    fn name(&self) -> String {
        self.target.as_deref().map_or("unknown target".to_owned(), printable)
    }
}

/// Prints the reports, and on stderr what could not be read.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn print(reports: &[LinkReport], format: ListFormat, view: &View) -> anyhow::Result<()> {
    let text = match format {
        ListFormat::Human => reports.iter().map(|report| human(report, view)).collect(),
        ListFormat::Json => json::link(reports)?,
    };
    let written = terminal::write_stdout(&terminal::without_commands(&text), view.color);
    problems(reports, view);
    written
}

/// Says on stderr what could not be read.
pub(crate) fn problems(reports: &[LinkReport], view: &View) {
    for report in reports {
        let of_project = report.analysis.as_ref().map_or(&[][..], |analysis| &analysis.problems);
        let mut text = each(&report.parts.problems, view);
        text += &each(of_project, view);
        if let Some(error) = &report.failure {
            text += &terminal::error_text(error);
        }
        if !report.complete() {
            let message = format!(
                "what is said of {} is incomplete: see above for what could not be read",
                report.name()
            );
            text += &terminal::line("warning", WARNING, &message);
        }
        terminal::write_stderr(&text, view.color);
    }
}

fn human(report: &LinkReport, view: &View) -> String {
    let mut text = String::new();
    let mut said = BTreeSet::new();
    let shown = |it: &&Evidence| view.verbose || it.level > Level::Note;
    for evidence in report.verdict.findings.iter().filter(shown) {
        finding(&mut text, evidence, &mut said, report, view);
    }
    if !view.quiet {
        for module in &report.parts.modules {
            // Metadata of crates is a module without anything in it.
            if !module.imports.is_empty() || module.within_component.is_some() {
                linked_module(&mut text, module, report, view);
            }
        }
        if view.verbose {
            declared(&mut text, report);
        }
        summary(&mut text, report, view);
    }
    text
}

/// One finding. A note that many share is written at the first of them: `said` holds what has been.
fn finding<'a>(
    text: &mut String,
    evidence: &'a Evidence,
    said: &mut BTreeSet<&'a str>,
    report: &LinkReport,
    view: &View,
) {
    let (word, style) = match evidence.level {
        Level::Deny => ("error", ERROR),
        Level::Warn => ("warning", WARNING),
        Level::Note => ("note", NOTE),
    };
    let (kind, message) = (evidence.kind.as_str(), printable(&evidence.message));
    let _ = writeln!(text, "{style}{word}[{kind}]{style:#}{STRONG}: {message}{STRONG:#}");
    for site in &evidence.sites {
        let _ = writeln!(text, "  {FRAME}-->{FRAME:#} {}", site_words(site, view));
    }
    for index in &evidence.declared {
        let Some(import) = report.imports().get(*index) else { continue };
        let place = &import.place;
        let path = shown_path(&place.directory.join(&place.file), view.directory.as_deref());
        let declared = format!("declared at {path}:{}:{}", place.line, place.column);
        note(text, &declared);
        if import.path.len() > 1 {
            note(text, &format!("brought in by {}", dependency_path(&import.path)));
        }
    }
    for line in evidence.notes.iter().filter(|line| said.insert(line)) {
        note(text, &printable(line));
    }
    text.push('\n');
}

fn note(text: &mut String, words: &str) {
    let _ = writeln!(text, "   {FRAME}={FRAME:#} {STRONG}note{STRONG:#}: {words}");
}

fn site_words(site: &Site, view: &View) -> String {
    let mut words = shown_path(&site.path, view.directory.as_deref());
    if let Some(member) = &site.member {
        let _ = write!(words, " ({})", printable(member));
    }
    if let Some(name) = &site.crate_name {
        let _ = write!(words, ", compiled from crate `{}`", printable(name));
    }
    words
}

/// The imports of a linked module.
fn linked_module(text: &mut String, module: &ModuleFacts, report: &LinkReport, view: &View) {
    let path = shown_path(&module.path, view.directory.as_deref());
    let within = module.within_component.map_or(String::new(), |it| format!(", core module {it}"));
    let _ = writeln!(text, "{STRONG}{path}{within}{STRONG:#}");
    if let (0 | 1, [_, ..]) = (module.within_component.unwrap_or(1), &module.component_imports[..])
    {
        let names: Vec<String> = module.component_imports.iter().map(|it| printable(it)).collect();
        let _ = writeln!(text, "  the component imports {}", names.join(", "));
    }
    for import in &module.imports {
        let _ = writeln!(text, "  {}", import_words(import, report));
    }
    text.push('\n');
}

fn import_words(import: &ImportEntry, report: &LinkReport) -> String {
    let linkage = match import.linkage() {
        Linkage::Mangled => "mangled",
        Linkage::Plain => "plain name",
        Linkage::OwnName => "a name of its own",
        Linkage::Unknown => "symbol not known",
    };
    let mut words = format!("{}.{}  {linkage}", printable(&import.module), printable(&import.name));
    let of = import.symbol.as_deref().and_then(declaring_crate);
    if let Some(found) = report.declaration(&import.module, &import.name, of) {
        let place = &found.place;
        let declared =
            format!(", {} {} {}:{}", place.package, place.version, place.file, place.line);
        words += &printable(&declared);
    } else if let Some(name) = of {
        let _ = write!(words, ", crate `{}`", printable(name));
    }
    words
}

/// What became of each declaration.
fn declared(text: &mut String, report: &LinkReport) {
    for one in &report.verdict.declared {
        let Some(import) = report.imports().get(one.import) else { continue };
        let module = import.module.as_deref().unwrap_or("env");
        let line = format!(
            "{} {}.{}: {}: {}",
            import.place.package,
            module,
            import.name,
            one.state.as_str(),
            one.evidence
        );
        let _ = writeln!(text, "{}", printable(&line));
    }
    if !report.verdict.declared.is_empty() {
        text.push('\n');
    }
}

fn summary(text: &mut String, report: &LinkReport, view: &View) {
    let notes = report.count(Level::Note);
    let hint = if notes > 0 && !view.verbose { " (-v shows them)" } else { "" };
    let _ = write!(
        text,
        "{STRONG}{}{STRONG:#}: {} denied, {}, {}{hint}, {} read",
        report.name(),
        report.count(Level::Deny),
        counted(report.count(Level::Warn), "warning"),
        counted(notes, "note"),
        counted(report.parts.files.len(), "file"),
    );
    if !report.complete() {
        *text += ", incomplete";
    }
    text.push('\n');
    let mut by_linkage: BTreeMap<Linkage, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for it in report.parts.references.iter().filter(|it| it.is_import()) {
        by_linkage.entry(it.linkage).or_default().insert((&it.module, &it.name));
    }
    if !by_linkage.is_empty() {
        let count = |linkage| by_linkage.get(&linkage).map_or(0, BTreeSet::len);
        let _ = writeln!(
            text,
            "  imports that objects name: {} mangled, {} by another name of their own, {} by their \
             plain name",
            count(Linkage::Mangled),
            count(Linkage::OwnName),
            count(Linkage::Plain),
        );
    }
    if !report.verdict.declared.is_empty() {
        let count = |state| report.verdict.declared.iter().filter(|it| it.state == state).count();
        let _ = writeln!(
            text,
            "  imports that the source declares: {} present, {} unused, {} misbound, {} absent for a \
             reason that the files do not show",
            count(State::Present),
            count(State::Unused),
            count(State::Misbound),
            count(State::Absent),
        );
    }
}

#[cfg(test)]
mod tests;
