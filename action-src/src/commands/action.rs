//! `action`: what action.yml runs. Everything the Action does is here, so that action.yml only
//! builds and calls.

mod conclusion;
mod inputs;

use std::path::{Path, PathBuf};

use wasm_import_guard::finding::Level;

use self::conclusion::Conclusion;
use self::inputs::Inputs;
use crate::cli::{ActionArgs, Common};
use crate::exit::Exit;
use crate::render::{self, TargetReport, View, github, markdown, merged};
use crate::{github::step_files, terminal};

/// Checks as the inputs ask, and tells the workflow in every way it listens to. What cannot be
/// reported is a warning: whether the step fails depends on the findings alone.
pub(super) fn run(mut args: ActionArgs) -> anyhow::Result<Exit> {
    let checked = Inputs::read(|name| std::env::var_os(name)).and_then(|inputs| {
        inputs.apply(&mut args.common);
        Ok((super::analyse_with(&args.common, args.policy.levels(), None)?, inputs.fail_on))
    });
    let common = &args.common;
    match checked {
        Ok((reports, fail_on)) => {
            let conclusion = Conclusion::of(&reports, fail_on);
            let view = View::new(&common.output);
            print(&render::annotations(&reports, &view), common)?;
            for message in super::exceptions_to_mend(&reports, common) {
                print(&github::warning(&message), common)?;
            }
            summarise(&render::summary(&reports, &view), common)?;
            let findings = match conclusion {
                Conclusion::Error => String::new(),
                _ => count(&reports).to_string(),
            };
            answer(&[("findings", &findings), ("conclusion", conclusion.as_str())], common)?;
            Ok(conclusion.exit())
        }
        Err(error) => {
            print(&github::failure(&error), common)?;
            summarise(&markdown::failure(&error), common)?;
            let conclusion = Conclusion::Error;
            answer(&[("findings", ""), ("conclusion", conclusion.as_str())], common)?;
            Ok(conclusion.exit())
        }
    }
}

/// How many hazards are denied or warnings.
fn count(reports: &[TargetReport]) -> usize {
    merged::merged(reports, Level::Warn).len()
}

fn summarise(markdown: &str, common: &Common) -> anyhow::Result<()> {
    let file = step_file("GITHUB_STEP_SUMMARY");
    let written = file.map(|file| step_files::append_summary(&file, markdown));
    warn(written, common)
}

fn answer(outputs: &[(&str, &str)], common: &Common) -> anyhow::Result<()> {
    let file = step_file("GITHUB_OUTPUT");
    let written = file.map(|file| step_files::append_outputs(&file, outputs));
    warn(written, common)
}

/// The file that the variable `name` names; none outside of GitHub Actions.
fn step_file(name: &str) -> Option<PathBuf> {
    let file = PathBuf::from(std::env::var_os(name)?);
    (file != Path::new("")).then_some(file)
}

fn warn(written: Option<anyhow::Result<()>>, common: &Common) -> anyhow::Result<()> {
    match written {
        Some(Err(error)) => print(&github::warning(&format!("{error:#}")), common),
        _ => Ok(()),
    }
}

fn print(text: &str, common: &Common) -> anyhow::Result<()> {
    terminal::write_stdout(text, common.output.color)
}
