//! `action`: what action.yml runs. Everything the Action does is here, so that action.yml only
//! builds and calls.

mod base;
mod conclusion;
mod files;
mod inputs;

use std::path::{Path, PathBuf};

use wasm_import_guard::finding::Level;
use wasm_import_guard::policy::Levels;

use self::base::Comparison;
use self::conclusion::Conclusion;
use self::inputs::Inputs;
use crate::cli::{ActionArgs, Common};
use crate::exit::Exit;
use crate::render::{self, TargetReport, View, github, markdown, merged};
use crate::{github::step_files, terminal};

/// What the workflow asked for, and what was found.
struct Checked {
    inputs: Inputs,
    reports: Vec<TargetReport>,
    comparison: Comparison,
}

impl Checked {
    /// What is reported and decides: of a run for new findings alone, the new ones.
    fn decisive(&self) -> &[TargetReport] {
        match &self.comparison {
            Comparison::Made(compared) if self.inputs.new_only => &compared.now,
            _ => &self.reports,
        }
    }
}

/// Checks as the inputs ask, and tells the workflow in every way it listens to. What cannot be
/// reported is a warning: whether the step fails depends on the findings alone.
pub(super) fn run(mut args: ActionArgs) -> anyhow::Result<Exit> {
    let levels = args.policy.levels();
    let checked = Inputs::read(|name| std::env::var_os(name)).and_then(|inputs| {
        inputs.apply(&mut args.common);
        check(inputs, &args.common, &levels)
    });
    let common = &args.common;
    match checked {
        Ok(checked) => report(&checked, common),
        Err(error) => {
            print(&github::failure(&error), common)?;
            summarise(&markdown::failure(&error), common)?;
            answer(&[("findings", ""), ("conclusion", Conclusion::Error.as_str())], common)?;
            Ok(Conclusion::Error.exit())
        }
    }
}

fn check(inputs: Inputs, common: &Common, levels: &Levels) -> anyhow::Result<Checked> {
    let reports = super::analyse_with(common, levels.clone(), None)?;
    let comparison = base::compare(&inputs, common, levels)?;
    Ok(Checked { inputs, reports, comparison })
}

fn report(checked: &Checked, common: &Common) -> anyhow::Result<Exit> {
    let reports = checked.decisive();
    let conclusion = Conclusion::of(reports, checked.inputs.fail_on);
    let view = View::new(&common.output);
    print(&render::annotations(reports, &view), common)?;
    for message in super::exceptions_to_mend(&checked.reports, common) {
        print(&github::warning(&message), common)?;
    }
    let summary = render::summary(reports, &view) + &checked.comparison.summary();
    summarise(&summary, common)?;
    let count = |reports: &[TargetReport]| match conclusion {
        Conclusion::Error => String::new(),
        _ => count(reports).to_string(),
    };
    let new_findings = match &checked.comparison {
        Comparison::Made(compared) => count(&compared.now),
        Comparison::NotAsked | Comparison::NotPossible(_) => String::new(),
    };
    let report_json = warn(files::report_json(reports), common)?;
    let sarif_file = match &checked.inputs.sarif_file {
        Some(file) => warn(files::sarif(reports, &view, file), common)?,
        None => String::new(),
    };
    let outputs = [
        ("findings", &*count(&checked.reports)),
        ("new-findings", &new_findings),
        ("conclusion", conclusion.as_str()),
        ("report-json", &report_json),
        ("sarif-file", &sarif_file),
    ];
    answer(&outputs, common)?;
    Ok(conclusion.exit())
}

/// How many hazards are denied or warnings.
fn count(reports: &[TargetReport]) -> usize {
    merged::merged(reports, Level::Warn).len()
}

fn summarise(markdown: &str, common: &Common) -> anyhow::Result<()> {
    match step_file("GITHUB_STEP_SUMMARY") {
        Some(file) => warn(step_files::append_summary(&file, markdown), common),
        None => Ok(()),
    }
}

fn answer(outputs: &[(&str, &str)], common: &Common) -> anyhow::Result<()> {
    match step_file("GITHUB_OUTPUT") {
        Some(file) => warn(step_files::append_outputs(&file, outputs), common),
        None => Ok(()),
    }
}

/// The file that the variable `name` names; none outside of GitHub Actions.
fn step_file(name: &str) -> Option<PathBuf> {
    let file = PathBuf::from(std::env::var_os(name)?);
    (file != Path::new("")).then_some(file)
}

/// What was reported, or nothing and a warning.
fn warn<T: Default>(reported: anyhow::Result<T>, common: &Common) -> anyhow::Result<T> {
    match reported {
        Ok(reported) => Ok(reported),
        Err(error) => {
            print(&github::warning(&format!("{error:#}")), common)?;
            Ok(T::default())
        }
    }
}

fn print(text: &str, common: &Common) -> anyhow::Result<()> {
    terminal::write_stdout(text, common.output.color)
}
