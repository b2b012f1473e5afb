//! Opens a session of the analysis: the one place that knows how the toolchain and the project's
//! targets are found.

use anyhow::Context as _;
use wasm_import_guard::analysis::Session;
use wasm_import_guard::cache::CacheChoice;
use wasm_import_guard::graph::Selection;
use wasm_import_guard::policy::Levels;
use wasm_import_guard::toolchain::{Rustc, Toolchain};
use wasm_import_guard::trust::Trust;

use crate::cli::Common;
use crate::pins::PinReader;

/// The targets that are analysed when neither the user nor the project names one.
const DEFAULT_TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "wasm32-wasip1"];

/// A session and what to analyse in it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) session: Session,
    /// Each target once, in the order of the command line.
    pub(crate) targets: Vec<String>,
    pub(crate) named_by: NamedBy,
    /// What reads the project's pins: the session has it too.
    pub(crate) pins: PinReader,
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
    open_selection(common, common.selection(directory))
}

/// The same for another place than the current directory.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_selection(common: &Common, selection: Selection) -> anyhow::Result<Opened> {
    let trust = Trust {
        config: common.compilation.trust_config,
        offline: selection.offline || selection.frozen,
    };
    let cache = CacheChoice::of_environment()?;
    let toolchain = Toolchain::find_noted(&selection.directory, trust, &cache)?;
    let considered = considered(common, &toolchain)?;
    let (targets, named_by) = targets(common, &toolchain);
    let pins = PinReader::default();
    let source = Some(Box::new(pins.clone()) as _);
    let session = Session {
        selection,
        toolchain,
        considered,
        pins: source,
        reads_builds: true,
        levels: Levels::new(),
        cache,
    };
    Ok(Opened { session, targets, named_by, pins })
}

/// The rustc versions to judge by: those of `--rustc-version`, else the one in use.
fn considered(common: &Common, toolchain: &Toolchain) -> anyhow::Result<Vec<Rustc>> {
    let mut considered: Vec<Rustc> = Vec::new();
    for version in &common.compilation.rustc_versions {
        let rustc = Rustc::from_release(version)?;
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
fn targets(common: &Common, toolchain: &Toolchain) -> (Vec<String>, NamedBy) {
    let asked = &common.compilation.targets;
    if !asked.is_empty() {
        return (once_each(asked.clone()), NamedBy::User);
    }
    let named = toolchain.configuration().wasm_targets_named();
    if named.is_empty() {
        return (DEFAULT_TARGETS.map(str::to_owned).to_vec(), NamedBy::Default);
    }
    (once_each(named.into_iter().map(|(target, _)| target).collect()), NamedBy::Project)
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
