//! What is missing from a result: said on stderr in every format, even with `--quiet`.

use std::fmt::Write as _;

use wasm_import_guard::error::Problem;
use wasm_import_guard::text::printable;

use super::words::{counted, shown_path};
use super::{TargetReport, View};
use crate::terminal::{self, FRAME, WARNING};

/// The targets that could not be analysed and the parts that could not be read.
pub(super) fn text(reports: &[TargetReport], view: &View) -> String {
    let mut text = String::new();
    for report in reports {
        match &report.outcome {
            Ok(analysis) => {
                text += &each(&analysis.problems, view);
                if !analysis.complete() {
                    let parts = counted(analysis.problems.len(), "part");
                    let verb = if analysis.problems.len() == 1 { "was" } else { "were" };
                    text += &terminal::line(
                        "warning",
                        WARNING,
                        &format!(
                            "the analysis for {} is incomplete: {parts} of the graph {verb} not \
                             read, and imports there are missing from the result",
                            report.target
                        ),
                    );
                }
            }
            // A mistake in a manifest is the same for every target.
            Err(error) => {
                let error = terminal::error_text(error);
                if !text.contains(&error) {
                    text += &error;
                }
            }
        }
    }
    let failed: Vec<&str> = reports
        .iter()
        .filter(|report| report.outcome.is_err())
        .map(|report| report.target.as_str())
        .collect();
    if !failed.is_empty() && failed.len() < reports.len() {
        let message = format!("not analysed: {}", failed.join(", "));
        text += &terminal::line("warning", WARNING, &message);
    }
    text
}

/// Parts that could not be read, a warning each.
pub(super) fn each(problems: &[Problem], view: &View) -> String {
    let mut text = String::new();
    for problem in problems {
        one(&mut text, problem, view);
    }
    text
}

fn one(text: &mut String, problem: &Problem, view: &View) {
    let message = match &problem.package {
        Some(package) => format!("{}: {}", printable(package), problem.message),
        None => problem.message.clone(),
    };
    *text += &terminal::line("warning", WARNING, &message);
    if let Some(path) = &problem.path {
        let path = shown_path(path, view.directory.as_deref());
        let _ = writeln!(text, "  {FRAME}-->{FRAME:#} {path}");
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use wasm_import_guard::error::{Error, Problem};

    use super::text;
    use crate::render::TargetReport;
    use crate::render::samples::{HOSTILE, analysis, report};
    use crate::render::tests::view;

    #[test]
    fn a_failed_target_and_an_unread_part_are_both_said() {
        let mut partial = analysis();
        partial.problems.push(Problem {
            package: Some("gone 1.0.0".to_owned()),
            path: Some(PathBuf::from("/nowhere/gone-1.0.0")),
            message: "its directory does not exist".to_owned(),
        });
        let failed = TargetReport {
            target: "wasm32-x".to_owned(),
            outcome: Err(Error::new("rustc 1.96.0 knows no target `wasm32-x`").help("look")),
        };
        let shown = text(&[failed, report(partial)], &view());
        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "error: rustc 1.96.0 knows no target `wasm32-x`\n  = help: look\n\
             warning: gone 1.0.0: its directory does not exist\n  --> /nowhere/gone-1.0.0\n\
             warning: the analysis for wasm32-wasip1 is incomplete: 1 part of the graph was not \
             read, and imports there are missing from the result\n\
             warning: not analysed: wasm32-x\n"
        );
    }

    #[test]
    fn nothing_missing_says_nothing() {
        assert_eq!(text(&[report(analysis())], &view()), "");
    }

    #[test]
    fn a_hostile_name_cannot_forge_a_line() {
        let mut partial = analysis();
        partial.problems.push(Problem {
            package: Some(HOSTILE.to_owned()),
            path: Some(PathBuf::from(HOSTILE)),
            message: HOSTILE.to_owned(),
        });
        let shown = text(&[report(partial)], &view());
        let plain = anstream::adapter::strip_str(&shown).to_string();
        // Only the message, which may quote cargo, goes on in a line of its own.
        assert_eq!(plain.lines().count(), 4, "{plain}");
        assert!(plain.lines().all(|line| {
            let line = line.trim_start();
            ["warning: ", "| ", "--> "].iter().any(|start| line.starts_with(start))
        }));
        assert!(!plain.lines().any(|line| line.starts_with("error")));
    }
}
