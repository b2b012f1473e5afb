//! The commands: each asks the analysis and hands what it gave to a renderer.

mod action;
mod build;
mod check;
mod explain;
mod imports;
mod link;
mod why;

use crate::cli::{BuildArgs, Command, Common};
use crate::exit::Exit;
use crate::progress::Display;
use crate::render::TargetReport;
use crate::session::{self, NamedBy};
use crate::terminal;

/// Runs `command`.
///
/// # Errors
/// When nothing could be analysed, or the result could not be written.
pub(crate) fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check(args) => check::run(&args),
        Command::Imports(args) => imports::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Link(args) => link::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Action(args) => action::run(args),
    }
}

/// Analyses each target that the command line asks for. One that fails does not stop the others.
fn analyse(common: &Common) -> anyhow::Result<Vec<TargetReport>> {
    analyse_with(common, None)
}

/// The same; with `options`, after a build of each target.
fn analyse_with(common: &Common, options: Option<&BuildArgs>) -> anyhow::Result<Vec<TargetReport>> {
    let opened = session::open(common)?;
    if let Some(hint) = target_hint(opened.named_by, &opened.targets)
        && !common.output.quiet
    {
        let line = terminal::line("note", terminal::NOTE, &hint);
        terminal::write_stderr(&line, common.output.color);
    }
    let mut reports = Vec::with_capacity(opened.targets.len());
    for target in opened.targets {
        let built = options
            .map(|options| build::build(&opened.session, &target, options, common))
            .transpose();
        let outcome = built.and_then(|built| {
            let mut display = Display::new(&target, !common.output.quiet);
            let mut progress = |progress| display.update(progress);
            match &built {
                Some(built) => opened.session.analyse_built(&target, built, &mut progress),
                None => opened.session.analyse(&target, &mut progress),
            }
        });
        reports.push(TargetReport { target, outcome });
    }
    if !common.output.quiet {
        for notice in opened.pins.notices() {
            let line = terminal::line("note", terminal::NOTE, &notice);
            terminal::write_stderr(&line, common.output.color);
        }
    }
    Ok(reports)
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
