//! `explain`: print a rule's page.

use anyhow::Context as _;
use wasm_import_guard::rules;

use crate::cli::ExplainArgs;
use crate::exit::Exit;
use crate::terminal;

pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let rule =
        rules::rule(&args.rule).with_context(|| format!("there is no rule `{}`", args.rule))?;
    terminal::write_stdout(rule.page, args.color)?;
    Ok(Exit::Clean)
}
