//! From what an analysis gave to what is printed. Nothing here knows how it was found.

mod human;
mod json;
mod listing;
mod problems;
#[cfg(test)]
pub(crate) mod samples;
mod source;
mod words;

use std::path::PathBuf;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::error::Error;

use crate::cli::{Color, Format, OutputArgs};
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
    pub(crate) format: Format,
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
            format: options.format,
            verbose: options.verbose,
            quiet: options.quiet,
            color: options.color,
            directory: std::env::current_dir().ok(),
        }
    }
}

/// Prints the findings of each target, and on stderr what could not be read.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn check(reports: &[TargetReport], view: &View) -> anyhow::Result<()> {
    let text = match view.format {
        Format::Human => human::check(reports, view),
        Format::Json => json::check(reports)?,
    };
    print(&text, reports, view)
}

/// Prints the imports of each target, and on stderr what could not be read.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn imports(reports: &[TargetReport], view: &View) -> anyhow::Result<()> {
    let text = match view.format {
        Format::Human => listing::imports(reports, view),
        Format::Json => json::imports(reports)?,
    };
    print(&text, reports, view)
}

/// The results, then on stderr what is missing from them: it is read last, and never left out.
fn print(text: &str, reports: &[TargetReport], view: &View) -> anyhow::Result<()> {
    let written = terminal::write_stdout(text, view.color);
    terminal::write_stderr(&problems::text(reports, view), view.color);
    written
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::cli::{Color, Format};

    /// What a user without options sees.
    pub(super) fn view() -> View {
        View {
            format: Format::Human,
            verbose: false,
            quiet: false,
            color: Color::Never,
            directory: None,
        }
    }
}
