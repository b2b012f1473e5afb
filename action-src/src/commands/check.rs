//! `check`: report the imports that will not be bound where they belong.

use std::path::Path;

use crate::baseline::{Baseline, Known};
use crate::cli::{CheckArgs, Format};
use crate::exit::Exit;
use crate::render::{self, TargetReport, View};
use crate::terminal;

/// How many entries of a baseline that are gone are named.
const MAX_STALE: usize = 20;

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let (known, mut reports) = match known_and_found(args) {
        Ok(both) => both,
        // Whoever reads annotations should find the reason among them.
        Err(error) if args.format == Format::Github => {
            terminal::write_stdout(&render::github::failure(&error), args.common.output.color)?;
            return Ok(Exit::Failed);
        }
        Err(error) => return Err(error),
    };
    let stale = known.as_ref().map(|known| known.take_known(&mut reports)).unwrap_or_default();
    render::check(&reports, args.format, &View::new(&args.common.output))?;
    for message in super::exceptions_to_mend(&reports, &args.common) {
        super::warn(&message, &args.common);
    }
    say_stale(&stale, args);
    let exit = Exit::after_check(&reports, args.require_complete);
    match &args.baseline.write_baseline {
        Some(file) if exit != Exit::Failed => write(file, &reports, args),
        _ => Ok(exit),
    }
}

/// The baseline, and what is found now.
fn known_and_found(args: &CheckArgs) -> anyhow::Result<(Option<Baseline>, Vec<TargetReport>)> {
    let known = args.baseline.baseline.as_deref().map(Baseline::read).transpose()?;
    let build = args.build.build.then_some(&args.build);
    Ok((known, super::analyse_with(&args.common, args.policy.levels(), build)?))
}

/// Entries of the baseline that are found no more.
fn say_stale(stale: &[&Known], args: &CheckArgs) {
    for known in stale.iter().take(MAX_STALE) {
        let module = known.module.as_deref().map(|module| format!("{module}.")).unwrap_or_default();
        let finding = format!("{} of `{module}{}` in {}", known.rule, known.name, known.package);
        super::warn(&format!("the baseline has a finding that is gone: {finding}"), &args.common);
    }
    if stale.len() > MAX_STALE {
        let more = stale.len() - MAX_STALE;
        super::warn(&format!("the baseline has {more} more findings that are gone"), &args.common);
    }
    if !stale.is_empty() {
        super::note("`--write-baseline` brings the file up to date", &args.common);
    }
}

/// Writes the baseline. A part that could not be read would be missing from it without a word.
fn write(file: &Path, reports: &[TargetReport], args: &CheckArgs) -> anyhow::Result<Exit> {
    let baseline = Baseline::of(reports);
    baseline.write(file)?;
    if !args.common.output.quiet {
        let count = baseline.len();
        let findings = if count == 1 { "finding" } else { "findings" };
        let message = format!("{count} {findings} written into {}", file.display());
        super::note(&message, &args.common);
    }
    let is_complete = reports.iter().all(TargetReport::complete);
    Ok(if args.require_complete && !is_complete { Exit::Incomplete } else { Exit::Clean })
}
