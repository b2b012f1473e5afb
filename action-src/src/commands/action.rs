//! `action`: what action.yml runs. Everything the Action does is here, so that action.yml only
//! builds and calls.

mod base;
mod check_run;
mod comment;
mod conclusion;
mod degraded;
mod files;
mod inputs;
mod privilege;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use wasm_import_guard::finding::Level;

use self::base::Comparison;
use self::conclusion::Conclusion;
use self::degraded::Degraded;
use self::inputs::{Comment, Inputs};
use crate::cli::{ActionArgs, BuildArgs, Common};
use crate::exit::Exit;
use crate::github::api::check_runs::CheckAnnotation;
use crate::github::api::{Access, Api, Failure};
use crate::github::event::Event;
use crate::github::step_files;
use crate::render::markdown::Page;
use crate::render::{self, TargetReport, View, github, markdown, merged};
use crate::terminal;

/// What was found.
struct Checked {
    reports: Vec<TargetReport>,
    comparison: Comparison,
    /// Exceptions of the policy to mend.
    to_mend: Vec<String>,
}

impl Checked {
    /// What is reported and decides: of a run for new findings alone, the new ones.
    fn decisive(&self, inputs: &Inputs) -> &[TargetReport] {
        match &self.comparison {
            Comparison::Made(made) if inputs.new_only => &made.new,
            _ => &self.reports,
        }
    }
}

/// What is said in every place: of a run that found something out, or of one that could not.
struct Report {
    conclusion: Conclusion,
    /// How many findings there are.
    count: usize,
    annotations: String,
    summary: String,
    /// For a comment and a check run.
    comment: String,
    check_annotations: Vec<CheckAnnotation>,
    outputs: Vec<(&'static str, String)>,
}

/// Checks as the inputs ask, and tells the workflow in every way it listens to. What cannot be
/// reported is a warning: whether the step fails depends on the findings alone.
pub(super) fn run(args: &ActionArgs) -> anyhow::Result<Exit> {
    let common = &args.common;
    let event = Event::read(|name| std::env::var_os(name));
    let mut degraded = Degraded::default();
    let inputs = match Inputs::read(|name| std::env::var_os(name)).map_err(anyhow::Error::from) {
        Ok(inputs) => inputs,
        Err(error) => {
            let report = Report::of_failure(&error);
            print(&report.annotations, common)?;
            summarise(&report, &mut degraded);
            return finish(report, &degraded, common);
        }
    };
    let report = match check(&inputs, &event, args) {
        Ok(checked) => report(&checked, &inputs, common, &mut degraded),
        Err(error) => Report::of_failure(&error),
    };
    print(&report.annotations, common)?;
    if inputs.summary {
        summarise(&report, &mut degraded);
    }
    let report = ask_github(report, &inputs, &event, &mut degraded);
    finish(report, &degraded, common)
}

fn check(inputs: &Inputs, event: &Event, args: &ActionArgs) -> anyhow::Result<Checked> {
    if let Some(directory) = &inputs.working_directory {
        std::env::set_current_dir(directory).with_context(|| {
            format!("the input `working-directory`: {} cannot be entered", directory.display())
        })?;
    }
    let levels = args.policy.levels();
    let build = inputs.build.then_some(BuildArgs { build: true, profile: None });
    let options = inputs.options(&args.common);
    let (mut reports, mut to_mend) = (Vec::new(), Vec::new());
    for common in &options {
        privilege::refuse_outsiders(event, common)?;
        let of_manifest = super::analyse_with(common, levels.clone(), build.as_ref())?;
        to_mend.extend(super::exceptions_to_mend(&of_manifest, common));
        reports.extend(of_manifest);
    }
    let comparison = base::compare(inputs, event, &options, &levels)?;
    Ok(Checked { reports, comparison, to_mend })
}

fn report(checked: &Checked, inputs: &Inputs, common: &Common, degraded: &mut Degraded) -> Report {
    let reports = checked.decisive(inputs);
    let conclusion = Conclusion::of(reports, inputs.fail_on);
    let view = View::new(&common.output);
    let mut annotations = String::new();
    if inputs.annotations {
        annotations = render::annotations(reports, inputs.max_annotations, &view);
        annotations.extend(checked.to_mend.iter().map(|message| github::warning(message)));
    }
    let counted = |reports: &[TargetReport]| match conclusion {
        Conclusion::Error => String::new(),
        _ => count(reports).to_string(),
    };
    let new_findings = match &checked.comparison {
        Comparison::Made(made) => counted(&made.new),
        Comparison::NotAsked | Comparison::NotPossible(_) => String::new(),
    };
    let sarif_file = inputs.sarif_file.as_deref().map(|file| files::sarif(reports, &view, file));
    // All imports, also where only new findings decide.
    let html_file = inputs.html_file.as_deref().map(|file| files::html(&checked.reports, file));
    let outputs = vec![
        ("findings", counted(&checked.reports)),
        ("new-findings", new_findings),
        ("report-json", degraded.keep("report-json", files::report_json(reports))),
        (
            "sarif-file",
            degraded.keep("sarif-file", sarif_file.unwrap_or_else(|| Ok(String::new()))),
        ),
        ("html-file", degraded.keep("html-file", html_file.unwrap_or_else(|| Ok(String::new())))),
    ];
    let comparison = &checked.comparison;
    Report {
        conclusion,
        count: count(reports),
        annotations,
        summary: render::summary(reports, &comparison.markdown(Page::SUMMARY), &view),
        comment: render::comment(reports, &comparison.markdown(Page::COMMENT), &view),
        check_annotations: if inputs.check_run {
            render::check_annotations(reports, check_run::MAX_ANNOTATIONS, &view)
        } else {
            Vec::new()
        },
        outputs,
    }
}

impl Report {
    fn of_failure(error: &anyhow::Error) -> Self {
        let summary = markdown::failure(error);
        Self {
            conclusion: Conclusion::Error,
            count: 0,
            annotations: github::failure(error),
            comment: summary.clone(),
            summary,
            check_annotations: Vec::new(),
            outputs: vec![("findings", String::new())],
        }
    }
}

/// How many hazards are denied or warnings.
fn count(reports: &[TargetReport]) -> usize {
    merged::merged(reports, Level::Warn).len()
}

/// The reports that need GitHub's API: best effort.
fn ask_github(
    mut report: Report,
    inputs: &Inputs,
    event: &Event,
    degraded: &mut Degraded,
) -> Report {
    let pull_request = event.pull_request.as_ref().filter(|_| inputs.comment != Comment::Never);
    if pull_request.is_none() && !inputs.check_run {
        return report;
    }
    let variable = |name: &str| std::env::var(name).ok();
    // A client for each: one that takes its time must not use up the other's.
    let api = || Access::read(variable, inputs.token.clone()).and_then(Api::new);
    if let Some(pull_request) = pull_request {
        let words = comment::Words {
            report: &report.comment,
            // What was found before may still be there where nothing could be analysed.
            has_findings: report.count > 0 || report.conclusion == Conclusion::Error,
            begins: inputs.comment == Comment::Always || report.count > 0,
            key: &inputs.comment_key,
        };
        let made = api().and_then(|api| comment::write(&api, pull_request.number, &words));
        let id = degraded.keep_asked("comment", made, "pull-requests", event);
        report.outputs.push(("comment-id", id.map(|id| id.to_string()).unwrap_or_default()));
    }
    if inputs.check_run {
        let run = check_run::check_run(
            event,
            report.conclusion,
            &inputs.comment_key,
            report.count,
            report.comment.clone(),
            std::mem::take(&mut report.check_annotations),
        );
        let made = match run {
            Some(run) => api().and_then(|api| api.create_check_run(&run)).map(Some),
            None => Err(Failure::NotPossible("the event names no commit".to_owned())),
        };
        let id = degraded.keep_asked("check-run", made, "checks", event);
        report.outputs.push(("check-run-id", id.map(|id| id.to_string()).unwrap_or_default()));
    }
    report
}

fn summarise(report: &Report, degraded: &mut Degraded) {
    if let Some(file) = step_file("GITHUB_STEP_SUMMARY") {
        degraded.keep("summary", step_files::append_summary(&file, &report.summary));
    }
}

/// Says what could not be reported, and hands over the outputs.
fn finish(report: Report, degraded: &Degraded, common: &Common) -> anyhow::Result<Exit> {
    if let Some(warning) = degraded.warning() {
        print(&github::warning(&warning), common)?;
    }
    if let Some(file) = step_file("GITHUB_OUTPUT") {
        let mut outputs = report.outputs;
        outputs.push(("conclusion", report.conclusion.as_str().to_owned()));
        outputs.push(("degraded", degraded.output()));
        let outputs: Vec<(&str, &str)> =
            outputs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if let Err(error) = step_files::append_outputs(&file, &outputs) {
            print(&github::warning(&format!("{error:#}")), common)?;
        }
    }
    Ok(report.conclusion.exit())
}

/// The file that the variable `name` names; none outside of GitHub Actions.
fn step_file(name: &str) -> Option<PathBuf> {
    let file = PathBuf::from(std::env::var_os(name)?);
    (file != Path::new("")).then_some(file)
}

fn print(text: &str, common: &Common) -> anyhow::Result<()> {
    terminal::write_stdout(text, common.output.color)
}
