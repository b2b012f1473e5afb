//! The commands: each asks the analysis and hands what it gave to a renderer.

mod action;
mod build;
mod check;
mod completions;
mod diff;
mod explain;
mod imports;
mod link;
mod man;
mod why;

use std::collections::BTreeSet;

use wasm_import_guard::policy::{ExceptionPlace, Levels};

use crate::cli::{BuildArgs, Command, Common};
use crate::exit::Exit;
use crate::progress::Display;
use crate::render::TargetReport;
use crate::session::{self, NamedBy, Opened};
use crate::terminal;

/// Runs `command`.
///
/// # Errors
/// When nothing could be analysed, or the result could not be written.
pub(crate) fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check(args) => check::run(&args),
        Command::Imports(args) => imports::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Link(args) => link::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Action(args) => action::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// Analyses each target that the command line asks for. One that fails does not stop the others.
fn analyse(common: &Common) -> anyhow::Result<Vec<TargetReport>> {
    analyse_with(common, Levels::new(), None)
}

/// The same under `levels`; with `options`, after a build of each target.
fn analyse_with(
    common: &Common,
    levels: Levels,
    options: Option<&BuildArgs>,
) -> anyhow::Result<Vec<TargetReport>> {
    let mut opened = session::open(common)?;
    opened.session.levels = levels;
    say_targets(&opened, common);
    let reports = analyse_targets(&opened, &opened.targets, common, options);
    if !common.output.quiet {
        for notice in opened.pins.notices() {
            note(&notice, common);
        }
    }
    Ok(reports)
}

/// Analyses each of `targets` in the session.
fn analyse_targets(
    opened: &Opened,
    targets: &[String],
    common: &Common,
    options: Option<&BuildArgs>,
) -> Vec<TargetReport> {
    let analyse = |target: &String| {
        let built = options
            .map(|options| build::build(&opened.session, target, options, common))
            .transpose();
        let outcome = built.and_then(|built| {
            let mut display = Display::new(target, !common.output.quiet);
            let mut progress = |progress| display.update(progress);
            match &built {
                Some(built) => opened.session.analyse_built(target, built, &mut progress),
                None => opened.session.analyse(target, &mut progress),
            }
        });
        TargetReport { target: target.clone(), outcome }
    };
    targets.iter().map(analyse).collect()
}

/// What to say of exceptions of the project's policy: which expired, and which match nothing on any
/// target.
fn exceptions_to_mend(reports: &[TargetReport], common: &Common) -> Vec<String> {
    let mut analyses = reports.iter().filter_map(|report| report.outcome.as_ref().ok());
    let expired: BTreeSet<_> =
        analyses.clone().flat_map(|analysis| &analysis.expired_exceptions).collect();
    let expired = expired.into_iter().map(|(place, day)| {
        format!("the exception at {} expired on {day}, and is not heeded", exception_place(place))
    });
    let mut messages: Vec<String> = expired.collect();
    // What was not read may have what they match.
    if !reports.iter().all(TargetReport::complete) {
        return messages;
    }
    let unused =
        analyses.next().map(|analysis| &analysis.unused_exceptions[..]).unwrap_or_default();
    let unused = unused.iter().filter(|place| {
        // An exception for all members may be another member's.
        (!place.for_workspace || common.packages.workspace)
            && analyses.clone().all(|it| it.unused_exceptions.contains(place))
    });
    messages.extend(unused.map(|place| {
        format!("the exception at {} matches no finding: it can be removed", exception_place(place))
    }));
    messages
}

fn exception_place(place: &ExceptionPlace) -> String {
    format!("{}:{}", place.file.display(), place.line)
}

fn warn(message: &str, common: &Common) {
    let line = terminal::line("warning", terminal::WARNING, message);
    terminal::write_stderr(&line, common.output.color);
}

/// Says which targets are analysed, where the user did not choose them.
fn say_targets(opened: &Opened, common: &Common) {
    if let Some(hint) = target_hint(opened.named_by, &opened.targets)
        && !common.output.quiet
    {
        note(&hint, common);
    }
}

fn note(message: &str, common: &Common) {
    let line = terminal::line("note", terminal::NOTE, message);
    terminal::write_stderr(&line, common.output.color);
}

/// What to say about targets that the user did not choose on the command line.
fn target_hint(named_by: NamedBy, targets: &[String]) -> Option<String> {
    let list = targets.join(" and ");
    match named_by {
        NamedBy::User => None,
        NamedBy::Project => {
            Some(format!("no --target: analysing {list}, which the project's configuration names"))
        }
        NamedBy::Default => Some(format!(
            "no --target, and the project's configuration names no wasm target: analysing {list}"
        )),
    }
}
