//! Opens a session of the analysis: the one place that knows how the toolchain and the project's
//! targets are found.

use anyhow::Context as _;
use wasm_import_guard::analysis::Session;
use wasm_import_guard::policy::Policy;
use wasm_import_guard::toolchain::{Rustc, Toolchain};

use crate::cli::Common;

/// The targets that are analysed when neither the user nor the project names one.
const DEFAULT_TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "wasm32-wasip1"];

/// A session and what to analyse in it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) session: Session,
    /// Each target once, in the order of the command line.
    pub(crate) targets: Vec<String>,
    pub(crate) named_by: NamedBy,
}

/// Who chose the targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedBy {
    /// `--target`.
    User,
    /// The project's configuration.
    Project,
    /// Nobody.
    Default,
}

/// Finds the toolchain and the targets for what the command line asks.
///
/// # Errors
/// When there is no usable toolchain, a version or the project's configuration cannot be understood,
/// or the configuration names a program and `--trust-config` was not given.
pub(crate) fn open(common: &Common) -> anyhow::Result<Opened> {
    let directory =
        std::env::current_dir().context("the current directory cannot be determined")?;
    let selection = common.selection(directory);
    let toolchain = find_toolchain(common)?;
    let considered = considered(common, &toolchain)?;
    let (targets, named_by) = targets(common)?;
    let session = Session { selection, toolchain, considered, policy: Policy::default() };
    Ok(Opened { session, targets, named_by })
}

/// The toolchain in use, found outside the project.
// WIRE: Toolchain::find(…, common.compilation.trust_config). Until then the command must not look
// as if it had found nothing.
fn find_toolchain(common: &Common) -> anyhow::Result<Toolchain> {
    let _ = common.compilation.trust_config;
    anyhow::bail!("this build of the command cannot find a toolchain yet")
}

/// The rustc versions to judge by: those of `--rustc-version`, else the one in use.
// WIRE: a parser of release strings that rejects what is none.
#[expect(clippy::unnecessary_wraps, reason = "parsing a version can fail")]
fn considered(common: &Common, toolchain: &Toolchain) -> anyhow::Result<Vec<Rustc>> {
    let mut considered: Vec<Rustc> = Vec::new();
    for version in &common.compilation.rustc_versions {
        let rustc = Rustc { release: version.clone() };
        if !considered.contains(&rustc) {
            considered.push(rustc);
        }
    }
    if considered.is_empty() {
        considered.push(toolchain.version.clone());
    }
    Ok(considered)
}

/// The targets to analyse, and who chose them.
fn targets(common: &Common) -> anyhow::Result<(Vec<String>, NamedBy)> {
    let asked = &common.compilation.targets;
    let (targets, named_by) = if !asked.is_empty() {
        (asked.clone(), NamedBy::User)
    } else if let named = named_by_project(common)?
        && !named.is_empty()
    {
        (named, NamedBy::Project)
    } else {
        (DEFAULT_TARGETS.map(str::to_owned).to_vec(), NamedBy::Default)
    };
    Ok((once_each(targets), named_by))
}

/// The wasm targets that the project's configuration names.
// WIRE: wasm_targets_named(…).
#[expect(clippy::unnecessary_wraps, reason = "reading the configuration can fail")]
fn named_by_project(common: &Common) -> anyhow::Result<Vec<String>> {
    let _ = common;
    Ok(Vec::new())
}

/// `all` without repetitions, in the same order.
fn once_each(all: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}
