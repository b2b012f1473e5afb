//! From what an analysis gave to what is printed. Nothing here knows how it was found.

mod cargo;
mod contract;
pub(crate) mod diff;
pub(crate) mod github;
mod human;
mod json;
pub(crate) mod link;
mod listing;
pub(crate) mod markdown;
pub(crate) mod merged;
mod mermaid;
mod problems;
#[cfg(test)]
pub(crate) mod samples;
mod sarif;
mod source;
pub(crate) mod why;
mod words;

use std::path::PathBuf;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::error::Error;

use self::markdown::Page;
use crate::cli::{Color, Format, ImportsFormat, OutputArgs};
use crate::github::api::check_runs::CheckAnnotation;
use crate::repository::Repository;
use crate::terminal;

/// What the analysis of one target gave, or why there is none.
#[derive(Debug)]
pub(crate) struct TargetReport {
    pub(crate) target: String,
    pub(crate) outcome: Result<Analysis, Error>,
}

impl TargetReport {
    /// Whether everything that is compiled for the target was read.
    pub(crate) fn complete(&self) -> bool {
        self.outcome.as_ref().is_ok_and(Analysis::complete)
    }
}

/// How the user wants to see it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) verbose: bool,
    pub(crate) quiet: bool,
    pub(crate) color: Color,
    /// Paths below it are shown relative to it.
    pub(crate) directory: Option<PathBuf>,
}

impl View {
    /// The view that the options ask for, from the current directory.
    pub(crate) fn new(options: &OutputArgs) -> Self {
        Self {
            verbose: options.verbose,
            quiet: options.quiet,
            color: options.color,
            directory: std::env::current_dir().ok(),
        }
    }
}

/// Prints the findings of each target, and what could not be read: on stderr, or where the format has
/// a place for it.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn check(reports: &[TargetReport], format: Format, view: &View) -> anyhow::Result<()> {
    match format {
        Format::Human => print(&human::check(reports, view), reports, view),
        Format::Json => print(&json::check(reports)?, reports, view),
        // What else a runner reads, on stderr too, it searches for commands.
        Format::Github => terminal::write_stdout(
            &annotations(reports, github::MAX_PER_SEVERITY, view),
            view.color,
        ),
        Format::Markdown => print(&summary(reports, "", view), reports, view),
        Format::Sarif => {
            print(&sarif::check(reports, view, &repository(reports, view))?, reports, view)
        }
        Format::Cargo => {
            print(&cargo::check(reports, view, &repository(reports, view))?, reports, view)
        }
    }
}

/// What `check` prints as JSON.
///
/// # Errors
/// None in practice: every key is a string.
pub(crate) fn report_json(reports: &[TargetReport]) -> anyhow::Result<String> {
    Ok(json::check(reports)?)
}

/// What `check` prints as SARIF.
///
/// # Errors
/// None in practice: every key is a string.
pub(crate) fn report_sarif(reports: &[TargetReport], view: &View) -> anyhow::Result<String> {
    Ok(sarif::check(reports, view, &repository(reports, view))?)
}

/// Workflow commands for GitHub Actions, `limit` of each severity.
pub(crate) fn annotations(reports: &[TargetReport], limit: usize, view: &View) -> String {
    github::check(reports, view, &repository(reports, view), limit)
}

/// The same for a check run, worst first, `limit` in all.
pub(crate) fn check_annotations(
    reports: &[TargetReport],
    limit: usize,
    view: &View,
) -> Vec<CheckAnnotation> {
    github::check_annotations(reports, &repository(reports, view), limit)
}

/// Markdown for the summary of a step; `more` follows the findings.
pub(crate) fn summary(reports: &[TargetReport], more: &str, view: &View) -> String {
    let repository = repository(reports, view);
    markdown::whole(reports, more, view, &repository, Page::SUMMARY)
}

/// The same for a comment, or a check run.
pub(crate) fn comment(reports: &[TargetReport], more: &str, view: &View) -> String {
    let repository = repository(reports, view);
    markdown::whole(reports, more, view, &repository, Page::COMMENT)
}

/// Prints the imports of each target, and on stderr what could not be read.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn imports(
    reports: &[TargetReport],
    format: ImportsFormat,
    view: &View,
) -> anyhow::Result<()> {
    let text = match format {
        ImportsFormat::Human => listing::imports(reports, view),
        ImportsFormat::Json => json::imports(reports)?,
        ImportsFormat::Contract => contract::imports(reports),
        ImportsFormat::Sarif => sarif::imports(reports, &repository(reports, view))?,
        ImportsFormat::Markdown => listing::markdown::imports(reports),
        ImportsFormat::Mermaid => listing::mermaid::imports(reports),
        ImportsFormat::Html => imports_html(reports)?,
        ImportsFormat::Github => {
            let text = listing::github::imports(reports);
            return terminal::write_stdout(&terminal::without_commands(&text), view.color);
        }
    };
    print(&text, reports, view)
}

/// What `imports` prints as a page for a browser.
///
/// # Errors
/// None in practice: every key is a string.
pub(crate) fn imports_html(reports: &[TargetReport]) -> anyhow::Result<String> {
    Ok(listing::map::imports(reports)?)
}

/// The repository of the packages that were analysed, else of the current directory.
pub(crate) fn repository(reports: &[TargetReport], view: &View) -> Repository {
    let graphs = reports.iter().filter_map(|report| Some(&report.outcome.as_ref().ok()?.graph));
    let mut roots = graphs.flat_map(|graph| graph.roots.iter().map(|root| graph.package(*root)));
    let root = roots.next().map(|package| package.directory.clone());
    let directory = root.or_else(|| view.directory.clone()).unwrap_or_else(|| ".".into());
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    Repository::around(&directory, workspace.as_deref())
}

/// The results, then on stderr what is missing from them: it is read last, and never left out.
fn print(text: &str, reports: &[TargetReport], view: &View) -> anyhow::Result<()> {
    let written = terminal::write_stdout(&terminal::without_commands(text), view.color);
    terminal::write_stderr(&problems::text(reports, view), view.color);
    written
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::cli::Color;

    /// What a user without options sees.
    pub(super) fn view() -> View {
        View { verbose: false, quiet: false, color: Color::Never, directory: None }
    }
}
