//! The reports that the Action leaves in files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::render::{self, TargetReport, View};
use crate::whole_file;

/// Writes what `check --format json` prints; gives the file's path.
///
/// # Errors
/// When it cannot be written.
pub(super) fn report_json(reports: &[TargetReport]) -> anyhow::Result<String> {
    let Some(directory) = std::env::var_os("RUNNER_TEMP").filter(|path| !path.is_empty()) else {
        return Ok(String::new());
    };
    // Several uses of the Action in one job have a report each.
    let step = std::env::var("GITHUB_ACTION").unwrap_or_default();
    let step: String = step.chars().filter(char::is_ascii_alphanumeric).collect();
    let file = PathBuf::from(directory).join(format!("wasm-import-guard-report-{step}.json"));
    write(&file, &render::report_json(reports)?)
}

/// Writes what `check --format sarif` prints into `file`; gives its path.
///
/// # Errors
/// When it cannot be written.
pub(super) fn sarif(reports: &[TargetReport], view: &View, file: &Path) -> anyhow::Result<String> {
    write(file, &render::report_sarif(reports, view)?)
}

/// Writes what `imports --format html` prints into `file`; gives its path.
///
/// # Errors
/// When it cannot be written.
pub(super) fn html(reports: &[TargetReport], file: &Path) -> anyhow::Result<String> {
    write(file, &render::imports_html(reports)?)
}

fn write(file: &Path, text: &str) -> anyhow::Result<String> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)
            .with_context(|| format!("the directory {} cannot be made", directory.display()))?;
    }
    whole_file::replace(file, text.as_bytes())
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(file.display().to_string())
}
