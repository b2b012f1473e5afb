//! What a project decides about findings, in the metadata of its manifests: levels, exceptions and the
//! contract with the host.
//!
//! A package's own table (`[package.metadata.wasm-import-guard]`) goes before the workspace's
//! (`[workspace.metadata.wasm-import-guard]`), key by key; exceptions of both hold.

mod apply;
mod contract;
mod date;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod glob;
mod presets;
mod read;
mod suggestion;
mod table;

use std::collections::HashMap;
use std::path::PathBuf;

pub use self::apply::{Excepted, ExceptionPlace};
pub(crate) use self::apply::{Mode, apply};
pub use self::contract::{Contract, ScopedContract};
pub(crate) use self::date::Date;
use self::glob::Glob;
pub use self::presets::PRESETS;
pub(crate) use self::read::of_packages;
use crate::error::Error;
use crate::graph::Graph;
use crate::rules;

/// The table's name below `metadata`.
pub const TABLE: &str = "wasm-import-guard";

/// What a policy makes of a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyLevel {
    /// They are left out, notes too.
    Allow,
    /// They are notes.
    Note,
    /// Those that the rule warns of or denies are warnings.
    Warn,
    /// Those that the rule warns of or denies are denied.
    Deny,
}

impl PolicyLevel {
    const ALL: [(&'static str, Self); 4] =
        [("allow", Self::Allow), ("note", Self::Note), ("warn", Self::Warn), ("deny", Self::Deny)];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
    }

    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(name, _)| *name).collect()
    }
}

/// A level for each rule that has one, by the rule's id.
pub type Levels = HashMap<&'static str, PolicyLevel>;

/// One `rule=level` of a command line.
///
/// # Errors
/// When there is no such rule or level.
pub fn level_setting(text: &str) -> Result<(&'static str, PolicyLevel), Error> {
    let (rule, level) = text.split_once('=').ok_or_else(|| {
        Error::new(format!("`{text}` is no `rule=level`")).help("for example `libc-clash=warn`")
    })?;
    let known = rules::rule(rule).ok_or_else(|| {
        let rules = rules::RULES.iter().map(|rule| rule.id);
        let error = Error::new(format!("there is no rule `{rule}`"));
        error.help(suggestion::way_out(rule, rules))
    })?;
    let level = PolicyLevel::named(level).ok_or_else(|| {
        let error = Error::new(format!("there is no level `{level}`"));
        error.help(suggestion::way_out(level, PolicyLevel::names().into_iter()))
    })?;
    Ok((known.id, level))
}

/// One table, or what several come to.
#[derive(Debug, Clone, Default)]
struct Policy {
    levels: Levels,
    contract: Option<Contract>,
    exceptions: Vec<Exception>,
}

/// Findings that a project accepts for a reason.
#[derive(Debug, Clone)]
struct Exception {
    rule: &'static str,
    package: Option<Glob>,
    module: Option<Glob>,
    name: Option<Glob>,
    reason: String,
    /// The last day on which it holds.
    expires: Option<Date>,
    place: ExceptionPlace,
}

/// The policies of the selected packages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies {
    /// By `name version` of each root.
    by_root: HashMap<String, Policy>,
    /// What goes before every table.
    command_line: Levels,
}

impl Policies {
    /// The same under the levels of a command line.
    pub(crate) fn under(mut self, command_line: &Levels) -> Self {
        self.command_line.clone_from(command_line);
        self
    }
}

impl Policies {
    /// The contract of each root that has one, with the packages that it is about.
    pub(crate) fn contracts(&self, graph: &Graph) -> Vec<ScopedContract> {
        let scoped = graph.roots.iter().filter_map(|root| {
            let policy = self.by_root.get(&graph.package(*root).label())?;
            let contract = policy.contract.clone()?;
            Some(ScopedContract { contract, packages: graph.reached_from(*root) })
        });
        scoped.collect()
    }
}

/// A line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    file: PathBuf,
    line: usize,
}
