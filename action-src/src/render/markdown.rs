//! Findings as GitHub's markdown, for the summary of a step.

pub(super) mod escape;
#[cfg(test)]
pub(crate) mod fuzzing;
mod imports_diff;
mod page;
mod picture;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::error::Error;
use wasm_import_guard::finding::{Finding, Level};

use self::escape::{code, prose};
pub(super) use self::imports_diff::imports_diff;
pub(crate) use self::page::Page;
use self::picture::picture;
use super::merged::{Merged, merged};
use super::words::{counted, listed, outcome_sentences};
use super::{TargetReport, View};
use crate::repository::Repository;

/// What the summary begins with.
const TITLE: &str = "### wasm-import-guard\n\n";
/// How many helps and problems are listed at most.
const MAX_ITEMS: usize = 20;
/// The longest name, path or place that is shown in full.
const MAX_NAME_CHARACTERS: usize = 300;
/// The longest sentence that is shown in full.
const MAX_SENTENCE_CHARACTERS: usize = 1_000;

/// All that a page holds: what [`check`] says of the findings, then `more`.
pub(super) fn whole(
    reports: &[TargetReport],
    more: &str,
    view: &View,
    repository: &Repository,
    page: Page,
) -> String {
    let rest = if page == Page::COMMENT {
        "the summary of the run has more"
    } else {
        "`cargo wasm-import-guard check` tells all"
    };
    page.fit(check(reports, view, repository, page) + more, rest)
}

/// A verdict for each target, then a picture and a table of the findings of all, the worst first, and what
/// to do.
pub(super) fn check(
    reports: &[TargetReport],
    view: &View,
    repository: &Repository,
    page: Page,
) -> String {
    let level = if view.verbose { Level::Note } else { Level::Warn };
    let findings = merged(reports, level);
    let mut text = String::from(TITLE);
    let several_projects = several_projects(reports);
    for report in reports {
        match &report.outcome {
            Ok(analysis) => verdict(&mut text, analysis, several_projects),
            Err(error) => {
                let message = paragraph(error.message());
                let _ =
                    writeln!(text, "- {} was **not analysed**: {message}", name(&report.target));
                ways_out(&mut text, error.helps());
            }
        }
    }
    if !findings.is_empty() {
        text += &picture(&findings);
        table(&mut text, &findings, page, reports.len() > 1, repository);
        helps(&mut text, &findings);
    }
    text
}

/// Whether the reports are of more than one selection of packages.
fn several_projects(reports: &[TargetReport]) -> bool {
    let targets: BTreeSet<&str> = reports.iter().map(|report| report.target.as_str()).collect();
    targets.len() < reports.len()
}

/// Why nothing could be done.
pub(crate) fn failure(error: &anyhow::Error) -> String {
    format!("{TITLE}- **nothing was analysed**: {}", reason(error))
}

/// Why the imports of the base are not compared.
pub(crate) fn not_compared(error: &anyhow::Error) -> String {
    format!("\n- not compared with the base: {}", reason(error))
}

/// What an error says, and below it the ways out.
fn reason(error: &anyhow::Error) -> String {
    let (message, helps): (String, &[String]) = match error.downcast_ref::<Error>() {
        Some(error) => (error.message().to_owned(), error.helps()),
        None => (format!("{error:#}"), &[]),
    };
    let mut text = paragraph(&message) + "\n";
    ways_out(&mut text, helps);
    text
}

/// What was found on one target, in numbers, and what could not be read.
fn verdict(text: &mut String, analysis: &Analysis, with_roots: bool) {
    let denied = analysis.count(Level::Deny);
    let denied = if denied > 0 { format!("**{denied} denied**") } else { "0 denied".to_owned() };
    let considered: Vec<&str> = analysis.considered.iter().map(String::as_str).collect();
    let graph = &analysis.graph;
    let roots = graph.roots.iter().take(MAX_ITEMS).map(|root| name(&graph.package(*root).label()));
    let roots: Vec<String> = roots.filter(|_| with_roots).collect();
    let _ = write!(
        text,
        "- {}{}{}, rustc {}: {denied}, {}, {}; {} in {}",
        roots.join(", "),
        if roots.is_empty() { "" } else { " for " },
        name(&analysis.target),
        prose(&listed(&considered, "and"), MAX_NAME_CHARACTERS),
        counted(analysis.count(Level::Warn), "warning"),
        counted(analysis.count(Level::Note), "note"),
        counted(analysis.imports.len(), "import"),
        counted(analysis.graph.packages.len(), "package"),
    );
    if !analysis.opaque.is_empty() {
        let places = counted(analysis.opaque.len(), "place");
        let _ = write!(text, "; {places} whose imports cannot be read");
    }
    if !analysis.excepted.is_empty() {
        let _ = write!(text, "; {} excepted", analysis.excepted.len());
    }
    let problems = &analysis.problems;
    if problems.is_empty() {
        text.push('\n');
        return;
    }
    let parts = counted(problems.len(), "part");
    let _ = writeln!(text, "; **incomplete**: {parts} of the graph could not be read");
    for problem in problems.iter().take(MAX_ITEMS) {
        let package = problem.package.as_ref().map(|package| format!("{}: ", name(package)));
        let message = paragraph(&problem.message);
        // The words before it keep a message from being read as a list or a heading.
        let _ = writeln!(text, "  - not read: {}{message}", package.unwrap_or_default());
    }
    more(text, "  - ", problems.len(), problems.len().min(MAX_ITEMS));
}

fn table(
    text: &mut String,
    findings: &[Merged<'_>],
    page: Page,
    several_targets: bool,
    repository: &Repository,
) {
    *text += "\n| level | finding | place | brought in by |\n|---|---|---|---|\n";
    let mut shown = 0;
    for merged in findings.iter().take(page.rows) {
        if text.len() > page.table {
            break;
        }
        let finding = merged.finding;
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            finding.level.as_str(),
            told(merged, several_targets),
            place(merged, repository),
            brought_in_by(finding)
        );
        shown += 1;
    }
    more(text, "\n", findings.len(), shown);
}

/// The rule, the message and what comes of it.
fn told(merged: &Merged<'_>, several_targets: bool) -> String {
    let finding = merged.finding;
    let message = prose(&finding.message, MAX_SENTENCE_CHARACTERS);
    let mut cell = format!("**{}**: {message}", finding.rule);
    for sentence in outcome_sentences(finding) {
        let _ = write!(cell, "<br>{}", prose(&sentence, MAX_SENTENCE_CHARACTERS));
    }
    if several_targets {
        let targets: Vec<String> = merged.targets.iter().map(|target| name(target)).collect();
        let _ = write!(cell, "<br>for {}", targets.join(", "));
    }
    cell
}

/// The line in the repository, and that of the declaration where it is another.
fn place(merged: &Merged<'_>, repository: &Repository) -> String {
    let place = &merged.finding.place;
    let own = repository.locate(&merged.analysis.graph, place, &merged.finding.path);
    let below = place.file.trim_start_matches("../");
    let declared = format!("{}:{}:{}", place.file, place.line, place.column);
    let package = format!("{} {}", place.package, place.version);
    match own {
        Some(own) if own.file.ends_with(below) && own.line == place.line => {
            name(&format!("{}:{}", own.file, own.line))
        }
        Some(own) => {
            let own = name(&format!("{}:{}", own.file, own.line));
            format!("{own}<br>declared at {} of {}", name(&declared), name(&package))
        }
        None => format!("{} of {}", name(&declared), name(&package)),
    }
}

fn brought_in_by(finding: &Finding) -> String {
    let packages: Vec<String> =
        finding.path.iter().take(MAX_ITEMS).map(|package| name(package)).collect();
    let cut = if finding.path.len() > MAX_ITEMS { " → …" } else { "" };
    packages.join(" → ") + cut
}

/// Each help once, with the number of findings it is for.
fn helps(text: &mut String, findings: &[Merged<'_>]) {
    let mut helps: Vec<(&str, usize)> = Vec::new();
    for help in findings.iter().flat_map(|merged| &merged.finding.help) {
        if let Some((_, count)) = helps.iter_mut().find(|(known, _)| known == help) {
            *count += 1;
        } else if helps.len() < MAX_ITEMS {
            // Each finding may come with helps of its own.
            helps.push((help, 1));
        }
    }
    if helps.is_empty() {
        return;
    }
    *text += "\n**What to do**\n\n";
    for (help, count) in helps {
        let help = prose(help, MAX_SENTENCE_CHARACTERS);
        let _ = writeln!(text, "- help for {}: {help}", counted(count, "finding"));
    }
}

/// A line that says how many are not shown.
fn more(text: &mut String, before: &str, all: usize, shown: usize) {
    if shown < all {
        let _ = writeln!(text, "{before}{} more", all - shown);
    }
}

/// The helps of an error, below it.
fn ways_out(text: &mut String, helps: &[String]) {
    for help in helps.iter().take(MAX_ITEMS) {
        let _ = writeln!(text, "  - help: {}", prose(help, MAX_SENTENCE_CHARACTERS));
    }
}

/// A message that may quote cargo or rustc over several lines.
fn paragraph(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(MAX_ITEMS);
    lines.map(|line| prose(line, MAX_SENTENCE_CHARACTERS)).collect::<Vec<_>>().join("<br>")
}

fn name(text: &str) -> String {
    code(text, MAX_NAME_CHARACTERS)
}

#[cfg(test)]
mod tests;
