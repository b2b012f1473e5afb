//! `why`: who declares an import, and what brought it in.

mod similar;

use wasm_import_guard::why::Question;

use crate::cli::{ListFormat, WhyArgs};
use crate::exit::Exit;
use crate::render::why::Answer;
use crate::render::{self, View};

/// How many dependency paths to a package are listed, and how many with `-v` and in JSON.
const PATHS: usize = 5;
const MANY_PATHS: usize = 100;

pub(super) fn run(args: &WhyArgs) -> anyhow::Result<Exit> {
    let reports = super::analyse(&args.common)?;
    let view = View::new(&args.common.output);
    let question = Question { module: args.module.clone(), name: args.name.clone() };
    let is_short = args.format == ListFormat::Human && !view.verbose;
    let limit = if is_short { PATHS } else { MANY_PATHS };
    let analyses = reports.iter().filter_map(|report| report.outcome.as_ref().ok());
    let answers: Vec<Answer<'_>> = analyses
        .map(|analysis| {
            let packages = question.answer(analysis, limit);
            let similar = if packages.is_empty() {
                similar::to(&question, &analysis.imports)
            } else {
                Vec::new()
            };
            Answer { analysis, packages, similar }
        })
        .collect();
    render::why::print(&reports, &question, &answers, args.format, &view)?;
    let found = answers.iter().any(|answer| !answer.packages.is_empty());
    Ok(Exit::after_why(&reports, found))
}
