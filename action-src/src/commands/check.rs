//! `check`: report the imports that will not be bound where they belong.

use crate::cli::{CheckArgs, Format};
use crate::exit::Exit;
use crate::render::{self, View};
use crate::terminal;

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let build = args.build.build.then_some(&args.build);
    let reports = match super::analyse_with(&args.common, build) {
        Ok(reports) => reports,
        // Whoever reads annotations should find the reason among them.
        Err(error) if args.format == Format::Github => {
            terminal::write_stdout(&render::github::failure(&error), args.common.output.color)?;
            return Ok(Exit::Failed);
        }
        Err(error) => return Err(error),
    };
    render::check(&reports, args.format, &View::new(&args.common.output))?;
    Ok(Exit::after_check(&reports, args.require_complete))
}
