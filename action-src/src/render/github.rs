//! Findings as annotations of GitHub Actions, on lines of the user's own repository.

use std::fmt::Write as _;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::error::Error;
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::text::printable;

use super::merged::{Merged, merged, piece};
use super::words::counted;
use super::{TargetReport, View};
use crate::github::api::check_runs::CheckAnnotation;
use crate::github::workflow_command::{
    Annotation, MAX_MESSAGE_CHARACTERS, MAX_TITLE_CHARACTERS, Severity,
};
use crate::repository::Repository;
use crate::text::shortened;

/// The service shows ten errors, ten warnings and ten notices of a step, and drops the rest silently.
pub(crate) const MAX_PER_SEVERITY: usize = 10;
/// How many problems of a target its warning quotes.
const MAX_PROBLEMS: usize = 10;
/// Who speaks, where no rule does.
const TITLE: &str = "wasm-import-guard";

/// One workflow command a line: the findings of all targets, the worst first, and what could not be
/// read; `limit` of each severity.
pub(super) fn check(
    reports: &[TargetReport],
    view: &View,
    repository: &Repository,
    limit: usize,
) -> String {
    let (unread, level) = (unread(reports), if view.verbose { Level::Note } else { Level::Warn });
    let findings = merged(reports, level);
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
        let unread = unread.iter().filter(|annotation| annotation.severity == severity);
        let findings = findings.iter().filter(|one| self::severity(one.finding) == severity);
        let all = unread.clone().count() + findings.clone().count();
        let shown = if all > limit { limit.saturating_sub(1) } else { all };
        // To find the line of a finding files are read: only of those that are shown.
        let findings = findings.map(|one| annotation(one, repository));
        for annotation in unread.cloned().chain(findings).take(shown) {
            let _ = writeln!(text, "{annotation}");
        }
        if shown < all {
            let _ = writeln!(text, "{}", others(severity, all - shown));
        }
    }
    text
}

/// Annotations of a check run, the worst first, `limit` at most. Of a finding whose line is in none of the
/// repository's files there is none: the API has no annotation without a file.
pub(super) fn check_annotations(
    reports: &[TargetReport],
    repository: &Repository,
    limit: usize,
) -> Vec<CheckAnnotation> {
    let findings = merged(reports, Level::Warn);
    let annotations = findings.iter().map(|one| annotation(one, repository));
    let with_file = annotations.filter_map(|annotation| {
        let location = annotation.location?;
        Some(CheckAnnotation {
            path: location.file,
            line: location.line,
            level: annotation.severity.in_check_run(),
            title: shortened(&annotation.title, MAX_TITLE_CHARACTERS),
            message: shortened(&annotation.message, MAX_MESSAGE_CHARACTERS),
        })
    });
    with_file.take(limit).collect()
}

/// An annotation that says why nothing could be done.
pub(crate) fn failure(error: &anyhow::Error) -> String {
    let message = match error.downcast_ref::<Error>() {
        Some(error) => error_message(error),
        None => paragraph(&format!("{error:#}")),
    };
    format!("{}\n", general(Severity::Error, message))
}

/// A warning about the run as a whole.
pub(crate) fn warning(message: &str) -> String {
    format!("{}\n", general(Severity::Warning, paragraph(message)))
}

/// In the place of the last annotation: how many are not shown.
fn others(severity: Severity, count: usize) -> Annotation {
    let (kind, option) = match severity {
        Severity::Error => ("more error", ""),
        Severity::Warning => ("more warning", ""),
        Severity::Notice => ("more note", " -v"),
    };
    let count = counted(count, kind);
    let message = format!("{count}; `cargo wasm-import-guard check{option}` shows all");
    general(severity, message)
}

fn severity(finding: &Finding) -> Severity {
    match finding.level {
        Level::Deny => Severity::Error,
        Level::Warn => Severity::Warning,
        Level::Note => Severity::Notice,
    }
}

fn annotation(merged: &Merged<'_>, repository: &Repository) -> Annotation {
    let finding = merged.finding;
    Annotation {
        severity: severity(finding),
        title: title(finding),
        // A path with characters that must not be shown is only in the message, which escapes them.
        location: repository
            .locate(&merged.analysis.graph, &finding.place, &finding.path)
            .filter(|location| printable(&location.file) == location.file),
        message: merged.told(),
    }
}

fn title(finding: &Finding) -> String {
    let name = printable(&finding.name);
    match &finding.module {
        Some(module) => format!("{}: {name} of {}", finding.rule, printable(module)),
        None => format!("{}: {name}", finding.rule),
    }
}

/// What is missing from the result. An error only when nothing else is there to decide by.
pub(super) fn unread(reports: &[TargetReport]) -> Vec<Annotation> {
    let any = reports.iter().any(|report| report.outcome.is_ok());
    let severity = if any { Severity::Warning } else { Severity::Error };
    reports
        .iter()
        .filter_map(|report| match &report.outcome {
            Err(error) => {
                let target = piece(&report.target);
                let message = format!("{target} was not analysed: {}", error_message(error));
                Some(general(severity, message))
            }
            Ok(analysis) if !analysis.complete() => {
                Some(general(Severity::Warning, incomplete(analysis)))
            }
            Ok(_) => None,
        })
        .collect()
}

/// What of one target could not be read.
fn incomplete(analysis: &Analysis) -> String {
    let problems = &analysis.problems;
    let mut lines = vec![format!(
        "the analysis for {} is incomplete: {} of the graph could not be read, and imports there \
         are missing from the result",
        piece(&analysis.target),
        counted(problems.len(), "part")
    )];
    for problem in problems.iter().take(MAX_PROBLEMS) {
        let message = paragraph(&problem.message);
        lines.push(match &problem.package {
            Some(package) => format!("{}: {message}", piece(package)),
            None => message,
        });
    }
    if problems.len() > MAX_PROBLEMS {
        lines.push(format!("{} more", problems.len() - MAX_PROBLEMS));
    }
    lines.join("\n")
}

fn error_message(error: &Error) -> String {
    let helps = error.helps().iter().map(|help| format!("help: {}", piece(help)));
    std::iter::once(paragraph(error.message())).chain(helps).collect::<Vec<_>>().join("\n")
}

/// Text that may quote cargo or rustc over several lines.
fn paragraph(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(piece).collect::<Vec<_>>().join("\n")
}

fn general(severity: Severity, message: String) -> Annotation {
    Annotation { severity, title: TITLE.to_owned(), location: None, message }
}

#[cfg(test)]
mod tests;
