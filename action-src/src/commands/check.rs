//! `check`: report the imports that will not be bound where they belong.

use crate::cli::CheckArgs;
use crate::exit::Exit;
use crate::render::{self, View};

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let reports = super::analyse(&args.common)?;
    render::check(&reports, &View::new(&args.common.output))?;
    Ok(Exit::after_check(&reports, args.require_complete))
}
