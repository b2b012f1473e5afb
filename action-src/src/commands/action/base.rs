//! The comparison with the base of a change.

use wasm_import_guard::policy::Levels;

use super::inputs::Inputs;
use crate::cli::Common;
use crate::commands::diff;
use crate::github::event::{Base, Event};
use crate::render::TargetReport;
use crate::render::markdown::{self, Page};

/// What became of it.
#[derive(Debug)]
pub(super) enum Comparison {
    /// There is no base.
    NotAsked,
    /// The base of the event is not in this clone.
    NotPossible(anyhow::Error),
    Made(Made),
}

/// What came and went.
#[derive(Debug)]
pub(super) struct Made {
    /// The imports that came and went: a page's worth for the summary, and one for a comment.
    in_summary: String,
    in_comment: String,
    /// The findings that the base does not have.
    pub(super) new: Vec<TargetReport>,
}

/// Compares with `base-ref`, or else with the base that the event has; the options are those of each
/// manifest.
///
/// # Errors
/// When the workflow asked for a comparison that cannot be made.
pub(super) fn compare(
    inputs: &Inputs,
    event: &Event,
    options: &[Common],
    levels: &Levels,
) -> anyhow::Result<Comparison> {
    let base = match (&inputs.base_ref, &event.base) {
        (Some(base), _) => base.clone(),
        (None, Some(Base::Branch(branch))) => format!("origin/{branch}"),
        (None, Some(Base::Commit(commit))) => commit.clone(),
        (None, None) => return Ok(Comparison::NotAsked),
    };
    let mut made = Made { in_summary: String::new(), in_comment: String::new(), new: Vec::new() };
    for common in options {
        match diff::compare(&base, true, common, levels) {
            Ok(compared) => {
                made.in_summary += &compared.imports_markdown(Page::SUMMARY);
                made.in_comment += &compared.imports_markdown(Page::COMMENT);
                made.new.extend(compared.now);
            }
            // A checkout has one commit by default: that is no mistake of the workflow, unless it asked.
            Err(error) if inputs.base_ref.is_none() && !inputs.new_only => {
                return Ok(Comparison::NotPossible(error));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Comparison::Made(made))
}

impl Comparison {
    /// The imports that came and went, or why that is not known; nothing where nobody asked.
    pub(super) fn markdown(&self, page: Page) -> String {
        match self {
            Self::NotAsked => String::new(),
            Self::NotPossible(error) => markdown::not_compared(error),
            Self::Made(made) if page == Page::COMMENT => made.in_comment.clone(),
            Self::Made(made) => made.in_summary.clone(),
        }
    }
}
