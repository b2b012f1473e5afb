//! The comparison with the base of a pull request.

use wasm_import_guard::policy::Levels;

use super::Inputs;
use crate::cli::Common;
use crate::commands::diff;
use crate::render::diff::Compared;
use crate::render::markdown;

/// What became of it.
#[derive(Debug)]
pub(super) enum Comparison {
    /// There is no base.
    NotAsked,
    /// The base of the pull request is not in this clone.
    NotPossible(anyhow::Error),
    Made(Compared),
}

/// Compares with `base-ref`, or else with the base of the pull request.
///
/// # Errors
/// When the workflow asked for a comparison that cannot be made.
pub(super) fn compare(
    inputs: &Inputs,
    common: &Common,
    levels: &Levels,
) -> anyhow::Result<Comparison> {
    let of_event = std::env::var("GITHUB_BASE_REF").ok().filter(|base| !base.is_empty());
    let base = match (&inputs.base_ref, of_event) {
        (Some(base), _) => base.clone(),
        (None, Some(branch)) => format!("origin/{branch}"),
        (None, None) => return Ok(Comparison::NotAsked),
    };
    match diff::compare(&base, true, common, levels) {
        Ok(compared) => Ok(Comparison::Made(compared)),
        // A checkout has one commit by default: that is no mistake of the workflow, unless it asked.
        Err(error) if inputs.base_ref.is_none() && !inputs.new_only => {
            Ok(Comparison::NotPossible(error))
        }
        Err(error) => Err(error),
    }
}

impl Comparison {
    /// The imports that came and went, or why that is not known; nothing where nobody asked.
    pub(super) fn summary(&self) -> String {
        match self {
            Self::NotAsked => String::new(),
            Self::NotPossible(error) => markdown::not_compared(error),
            Self::Made(compared) => compared.imports_markdown(),
        }
    }
}
