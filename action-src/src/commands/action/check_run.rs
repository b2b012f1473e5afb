//! The check run: a verdict on the commit itself, for those who ask for one.

use super::conclusion::Conclusion;
use crate::github::api::check_runs::{CheckAnnotation, CheckRun};
use crate::github::event::Event;

/// How many annotations a check run has at most: at 50 a request, as many requests as the service takes
/// from one run without a pause.
pub(super) const MAX_ANNOTATIONS: usize = 500;

/// The check run on the commit that `event` is about.
pub(super) fn check_run(
    event: &Event,
    conclusion: Conclusion,
    key: &str,
    count: usize,
    report: String,
    annotations: Vec<CheckAnnotation>,
) -> Option<CheckRun> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let parts = ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "GITHUB_ACTION"];
    let key = if key.is_empty() { String::new() } else { format!(" ({key})") };
    let cut = if annotations.len() == MAX_ANNOTATIONS {
        format!("; the first {MAX_ANNOTATIONS} are annotated")
    } else {
        String::new()
    };
    Some(CheckRun {
        name: format!("wasm-import-guard{key}"),
        head: event.head.clone()?,
        external_id: parts.map(variable).join("/"),
        conclusion: match conclusion {
            Conclusion::Error | Conclusion::Failure => "failure",
            Conclusion::Incomplete | Conclusion::Neutral => "neutral",
            Conclusion::Success => "success",
        },
        title: match (conclusion, count) {
            (Conclusion::Error, _) => "nothing could be analysed".to_owned(),
            (_, 1) => "1 finding".to_owned(),
            (_, 0) => "no finding".to_owned(),
            (_, count) => format!("{count} findings{cut}"),
        },
        summary: report,
        annotations,
    })
}
