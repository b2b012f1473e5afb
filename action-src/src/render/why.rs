//! What `why` answers, for people; for programs see `json`.

mod json;

use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Group, Level as Word, Renderer};
use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::graph::{Graph, PackageIndex};
use wasm_import_guard::import::{Import, Opaque};
use wasm_import_guard::text::printable;
use wasm_import_guard::why::{Declaration, Declaring, OptionalDependency, Question};

use super::human::Page;
use super::source::Sources;
use super::words::{counted, dependency_path, listed, outcome_sentences};
use super::{TargetReport, View, print as print_with_problems, repository};
use crate::cli::ListFormat;
use crate::repository::Repository;
use crate::terminal::STRONG;
use crate::text::shortened;

/// A package with more declarations than this gets them as a list, without their lines of source.
const MAX_SNIPPETS: usize = 5;
/// How many places that cannot be read are named without `-v`.
const MAX_OPAQUE: usize = 5;
/// The longest name that is shown in full.
const MAX_NAME_CHARACTERS: usize = 300;

/// The longest title that is shown in full.
const MAX_TITLE_CHARACTERS: usize = 1_000;

/// The answer for one target.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) analysis: &'a Analysis,
    pub(crate) packages: Vec<Declaring<'a>>,
    /// Module and name of imports that may have been meant; only where nothing was found.
    pub(crate) similar: Vec<(Option<&'a str>, &'a str)>,
}

/// Prints the answers, and on stderr what could not be read.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn print(
    reports: &[TargetReport],
    question: &Question,
    answers: &[Answer<'_>],
    format: ListFormat,
    view: &View,
) -> anyhow::Result<()> {
    let repository = repository(reports, view);
    let text = match format {
        ListFormat::Human => human(question, answers, &repository, view),
        ListFormat::Json => json::text(question, answers, &repository)?,
    };
    print_with_problems(&text, reports, view)
}

fn human(
    question: &Question,
    answers: &[Answer<'_>],
    repository: &Repository,
    view: &View,
) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let sources = Sources::new();
    let mut text = String::new();
    for answer in answers {
        let shown = Shown { answer, question, repository, view, sources: &sources };
        let groups =
            if answer.packages.is_empty() { vec![shown.nothing()] } else { shown.packages() };
        for group in groups {
            text += &renderer.render(&[group]);
            text += "\n\n";
        }
        if !view.quiet {
            text += &shown.summary();
            text.push('\n');
        }
    }
    text
}

/// What is shown of one target.
struct Shown<'a> {
    answer: &'a Answer<'a>,
    question: &'a Question,
    repository: &'a Repository,
    view: &'a View,
    sources: &'a Sources,
}

impl<'a> Shown<'a> {
    fn graph(&self) -> &'a Graph {
        &self.answer.analysis.graph
    }

    fn packages(&self) -> Vec<Group<'a>> {
        self.answer.packages.iter().map(|package| self.package(package)).collect()
    }

    /// One package that declares what was asked for.
    fn package(&self, declaring: &'a Declaring<'a>) -> Group<'a> {
        let label = self.label(declaring.package);
        let what = match &declaring.declarations[..] {
            [only] => asked(only.import),
            several => format!("{} of those asked about", counted(several.len(), "import")),
        };
        let title = printable(&format!("{label} asks the host for {what}"));
        let mut group = Group::with_title(Word::NOTE.with_name("import").primary_title(title));
        if declaring.declarations.len() > MAX_SNIPPETS {
            for declaration in &declaring.declarations {
                group = group.element(Word::NOTE.message(row(declaration.import)));
            }
        } else {
            let page =
                Page { view: self.view, analysis: self.answer.analysis, sources: self.sources };
            for declaration in &declaring.declarations {
                let label = exposure(declaration.import);
                group = group.elements(page.primary(&declaration.import.place, &label));
            }
        }
        for note in self.notes(declaring) {
            group = group.element(Word::NOTE.message(note));
        }
        for help in self.helps(declaring) {
            group = group.element(Word::HELP.message(help));
        }
        group
    }

    fn notes(&self, declaring: &Declaring<'_>) -> Vec<String> {
        let mut notes = Vec::new();
        for path in &declaring.paths.paths {
            let labels: Vec<String> = path.iter().map(|index| self.label(*index)).collect();
            if labels.len() > 1 {
                notes.push(format!("brought in by {}", dependency_path(&labels)));
            }
        }
        match declaring.paths.more {
            0 => {}
            u64::MAX => notes.push("and more dependency paths than can be counted".to_owned()),
            more => {
                let all = if self.view.verbose { "" } else { " (-v shows more)" };
                let paths = if more == 1 { "path" } else { "paths" };
                notes.push(format!("and {more} more dependency {paths}{all}"));
            }
        }
        notes.extend(declaring.optional.iter().map(|one| self.because(one)));
        for declaration in &declaring.declarations {
            notes.extend(found(declaration));
        }
        notes
    }

    /// Why an optional dependency is there.
    fn because(&self, optional: &OptionalDependency) -> String {
        let OptionalDependency { from, to, activation } = optional;
        let mut text = format!(
            "{} has the optional dependency {} because of {}",
            self.label(*from),
            self.label(*to),
            features_named(&activation.features)
        );
        let requests: Vec<String> = activation
            .requests
            .iter()
            .map(|request| format!("{} (`{}`)", self.label(request.by), request.feature))
            .collect();
        let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
        if !requests.is_empty() {
            let _ = write!(text, ", turned on by {}", listed(&requests, "and"));
        }
        printable(&text)
    }

    /// What would remove it.
    fn helps(&self, declaring: &Declaring<'_>) -> Vec<String> {
        let graph = self.graph();
        let mut ways = Vec::new();
        let mut features = Vec::new();
        for way in &declaring.ways_in {
            let dependency = self.label(way.dependency);
            let place = self.repository.dependency(graph, way.root, way.dependency);
            let place = place.map_or_else(
                || format!("of {}", self.label(way.root)),
                |place| format!("at {}:{}", place.file, place.line),
            );
            ways.push(format!("`{dependency}` {place}"));
            if let Some(optional) = &way.feature {
                let feature = format!(
                    "or keep the dependency, and turn off {} of {}, which brings in {}",
                    features_named(&optional.activation.features),
                    self.label(optional.from),
                    self.label(optional.to),
                );
                if !features.contains(&feature) {
                    features.push(feature);
                }
            }
        }
        let mut helps = Vec::new();
        match &ways[..] {
            [] => helps.push(
                "the package was selected itself: to be rid of the import, remove its declaration"
                    .to_owned(),
            ),
            [only] => helps.push(format!("it would be gone without the dependency {only}")),
            several => {
                let several: Vec<&str> = several.iter().map(String::as_str).collect();
                let several = listed(&several, "and");
                helps.push(format!("it would be gone without all of the dependencies {several}"));
            }
        }
        helps.extend(features);
        helps.iter().map(|help| printable(help)).collect()
    }

    /// Nothing declares it.
    fn nothing(&self) -> Group<'a> {
        let name = self.question.name.as_deref();
        let what = match (name, self.question.module.as_str()) {
            (Some(name), "-") => format!("`{name}` without an import module"),
            (Some(name), module) => format!("`{name}` of module `{module}`"),
            (None, "-") => "an import without a module".to_owned(),
            (None, module) => format!("an import of module `{module}`"),
        };
        let target = &self.answer.analysis.target;
        let title = format!("no crate of the graph declares {what} for {target}");
        let title = shortened(&printable(&title), MAX_TITLE_CHARACTERS);
        let mut group = Group::with_title(Word::NOTE.no_name().primary_title(title));
        for (module, name) in &self.answer.similar {
            let module = module.map_or("without an import module".to_owned(), |module| {
                format!("of module `{module}`")
            });
            let text = format!("there is `{name}` {module}");
            let text = shortened(&printable(&text), MAX_NAME_CHARACTERS);
            group = group.element(Word::HELP.message(text));
        }
        let opaque = &self.answer.analysis.opaque;
        let shown = if self.view.verbose { opaque.len() } else { MAX_OPAQUE };
        for one in opaque.iter().take(shown) {
            group = group.element(Word::NOTE.message(hidden(one)));
        }
        if opaque.len() > shown {
            let more = counted(opaque.len() - shown, "more place");
            group = group.element(Word::NOTE.message(format!("and {more} (-v shows all)")));
        }
        group
    }

    fn summary(&self) -> String {
        let answer = self.answer;
        let declarations = answer.packages.iter().map(|one| one.declarations.len()).sum();
        let mut summary = format!(
            "{STRONG}{}{STRONG:#}: {} in {}",
            printable(&answer.analysis.target),
            counted(declarations, "declaration"),
            counted(answer.packages.len(), "package"),
        );
        let opaque = answer.analysis.opaque.len();
        if opaque > 0 {
            let places = counted(opaque, "place");
            let _ = write!(summary, ", {places} that cannot be read and could hide more");
        }
        if !answer.analysis.complete() {
            summary += ", incomplete";
        }
        summary
    }

    fn label(&self, package: PackageIndex) -> String {
        shortened(&self.graph().package(package).label(), MAX_NAME_CHARACTERS)
    }
}

/// `` `now` without an import module ``.
fn asked(import: &Import) -> String {
    let name = shortened(&import.name, MAX_NAME_CHARACTERS);
    match &import.module {
        Some(module) => {
            format!("`{name}` of module `{}`", shortened(module, MAX_NAME_CHARACTERS))
        }
        None => format!("`{name}` without an import module, which linkers call `env`"),
    }
}

fn exposure(import: &Import) -> String {
    let Import { exposure, .. } = import;
    format!("{}: {}", exposure.kind.as_str(), exposure.reason)
}

/// A declaration without its source.
fn row(import: &Import) -> String {
    let place = &import.place;
    let name = shortened(&import.name, MAX_NAME_CHARACTERS);
    printable(&format!(
        "`{name}` at {}:{}:{}, {}",
        place.file,
        place.line,
        place.column,
        exposure(import)
    ))
}

/// What was found about a declaration.
fn found(declaration: &Declaration<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for finding in &declaration.findings {
        let level = finding.level.as_str();
        notes.push(printable(&format!("{level}[{}]: {}", finding.rule, finding.message)));
        notes.extend(outcome_sentences(finding));
    }
    notes
}

/// A place that could hide the import.
fn hidden(opaque: &Opaque) -> String {
    let place = &opaque.place;
    printable(&format!(
        "{} {} may declare it at {}:{}, which cannot be read: {}",
        place.package, place.version, place.file, place.line, opaque.reason
    ))
}

/// `` the feature `a` `` or `` the features `a` and `b` ``.
fn features_named(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
    let word = if names.len() == 1 { "feature" } else { "features" };
    format!("the {word} {}", listed(&quoted, "and"))
}

#[cfg(test)]
mod tests;
