//! `imports`: list every import of the graph.

use crate::cli::ImportsArgs;
use crate::exit::Exit;
use crate::render::{self, View};

pub(super) fn run(args: &ImportsArgs) -> anyhow::Result<Exit> {
    let reports = super::analyse(&args.common)?;
    render::imports(&reports, args.format, &View::new(&args.common.output))?;
    Ok(Exit::after_listing(&reports))
}
