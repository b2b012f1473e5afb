//! Reads the policies of a workspace and its packages.

use std::path::Path;

use super::contract::Contract;
use super::date::Date;
use super::glob::Glob;
use super::presets;
use super::suggestion::way_out;
use super::table::At;
use super::{Exception, ExceptionPlace, Levels, Policies, Policy, PolicyLevel, TABLE};
use crate::document::{Document, Node, ReadError};
use crate::error::Error;
use crate::graph::Graph;
use crate::rules;

/// The keys of a policy.
const KEYS: &[&str] = &["levels", "contract", "contract-presets", "exceptions"];
/// The keys of an exception.
const EXCEPTION_KEYS: &[&str] = &["rule", "crate", "module", "name", "reason", "expires"];
/// More exceptions, or patterns of one contract, than any project has.
const MAX_ENTRIES: usize = 10_000;
/// The longest pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 1_000;

/// The policies of the selected packages of `graph`.
///
/// # Errors
/// When a table is wrong: the message names the key, the manifest and the line.
pub(crate) fn of_packages(graph: &Graph, workspace_root: &Path) -> Result<Policies, Error> {
    let workspace = policy(workspace_root, "workspace")?;
    let mut policies = Policies::default();
    for root in &graph.roots {
        let package = graph.package(*root);
        let own = policy(&package.directory, "package")?;
        policies.by_root.insert(package.label(), own.over(&workspace));
    }
    Ok(policies)
}

impl Policy {
    /// This one's keys, and those of `other` that it has not; the exceptions of both.
    fn over(mut self, other: &Self) -> Self {
        for (rule, level) in &other.levels {
            self.levels.entry(rule).or_insert(*level);
        }
        self.contract = self.contract.or_else(|| other.contract.clone());
        self.exceptions.extend(other.exceptions.iter().cloned());
        self
    }
}

/// The policy of the manifest in `directory`.
fn policy(directory: &Path, kind: &'static str) -> Result<Policy, Error> {
    let manifest = directory.join("Cargo.toml");
    let document = match Document::read(&manifest) {
        Ok(document) => document,
        // cargo has read it, or has been told of none: a lone file, a package without a workspace.
        Err(ReadError::Missing) => return Ok(Policy::default()),
        Err(error) => return Err(Error::new(format!("{}: {error}", manifest.display()))),
    };
    of_document(&document, kind)
}

/// The policy in a manifest.
pub(super) fn of_document(document: &Document, kind: &'static str) -> Result<Policy, Error> {
    let manifest = &document.path;
    let Some(node) = document.get(&[kind, "metadata", TABLE]) else { return Ok(Policy::default()) };
    let at = At { manifest, kind };
    let Some(table) = node.as_table() else {
        let file = manifest.display();
        let message = format!("{file}:{}: `{kind}.metadata.{TABLE}` must be a table", node.line);
        return Err(
            Error::new(message).help("for example `levels = { libc-clash = \"warn\" }` in it")
        );
    };
    at.only("", table, KEYS)?;
    Ok(Policy {
        levels: table.get("levels").map_or(Ok(Levels::new()), |node| levels(at, node))?,
        contract: contract(at, table.get("contract"), table.get("contract-presets"))?,
        exceptions: table.get("exceptions").map_or(Ok(Vec::new()), |node| exceptions(at, node))?,
    })
}

fn levels(at: At<'_>, node: &Node) -> Result<Levels, Error> {
    let mut levels = Levels::new();
    for (key, node) in at.table("levels", node)? {
        let path = format!("levels.{key}");
        let rule = rules::rule(key).ok_or_else(|| no_rule(at, &path, node.line, key))?;
        let text = at.text(&path, node)?;
        let level = PolicyLevel::named(text).ok_or_else(|| {
            let error = at.error(&path, node.line, &format!("is `{text}`, which is no level"));
            error.help(way_out(text, PolicyLevel::names().into_iter()))
        })?;
        levels.insert(rule.id, level);
    }
    Ok(levels)
}

fn no_rule(at: At<'_>, path: &str, line: usize, rule: &str) -> Error {
    let error = at.error(path, line, &format!("names `{rule}`, which is no rule"));
    error.help(way_out(rule, rules::RULES.iter().map(|rule| rule.id)))
}

/// The contract of the two keys; none where neither is there. An empty one allows nothing.
fn contract(
    at: At<'_>,
    modules: Option<&Node>,
    names_of_presets: Option<&Node>,
) -> Result<Option<Contract>, Error> {
    let Some(first) = modules.or(names_of_presets) else { return Ok(None) };
    let mut contract = Contract { modules: Vec::new(), place: at.line(first.line) };
    if let Some(node) = modules {
        for (module, names) in at.table("contract", node)? {
            let path = format!("contract.{module}");
            let names = at.texts(&path, names)?;
            let names: Vec<Glob> = names
                .iter()
                .map(|(name, line)| pattern(at, &path, *line, name))
                .collect::<Result<_, _>>()?;
            contract.modules.push((pattern(at, &path, node.line, module)?, names));
        }
    }
    if let Some(node) = names_of_presets {
        for (name, line) in at.texts("contract-presets", node)? {
            let preset = presets::named(name).ok_or_else(|| {
                let message = format!("names `{name}`, which is no preset");
                let error = at.error("contract-presets", line, &message);
                error.help(way_out(name, presets::PRESETS.iter().map(|preset| preset.name)))
            })?;
            contract.modules.extend(preset.modules());
        }
    }
    let count: usize = contract.modules.iter().map(|(_, names)| names.len() + 1).sum();
    if count > MAX_ENTRIES {
        let message = format!("has more than {MAX_ENTRIES} patterns");
        return Err(at
            .error("contract", first.line, &message)
            .help("`*` stands for any characters"));
    }
    Ok(Some(contract))
}

fn pattern(at: At<'_>, path: &str, line: usize, text: &str) -> Result<Glob, Error> {
    if text.len() > MAX_PATTERN_BYTES {
        let message = format!("has a pattern of more than {MAX_PATTERN_BYTES} bytes");
        return Err(at.error(path, line, &message).help("`*` stands for any characters"));
    }
    Ok(Glob::new(text))
}

fn exceptions(at: At<'_>, node: &Node) -> Result<Vec<Exception>, Error> {
    let Some(array) = node.as_array() else {
        let error = at.error("exceptions", node.line, "must be an array of tables");
        return Err(
            error.help(format!("begin each with `[[{}.metadata.{TABLE}.exceptions]]`", at.kind))
        );
    };
    if array.len() > MAX_ENTRIES {
        let message = format!("has more than {MAX_ENTRIES} entries");
        return Err(at
            .error("exceptions", node.line, &message)
            .help("`*` stands for any characters"));
    }
    array.iter().map(|node| exception(at, node)).collect()
}

fn exception(at: At<'_>, node: &Node) -> Result<Exception, Error> {
    let table = at.table("exceptions", node)?;
    at.only("exceptions", table, EXCEPTION_KEYS)?;
    let line = table.values().map(|node| node.line).min().unwrap_or(node.line);
    let required = |key: &str, why: &str| {
        let node = table.get(key).ok_or_else(|| {
            at.error(&format!("exceptions.{key}"), line, "is missing").help(why.to_owned())
        })?;
        Ok(node)
    };
    let rule_node = required("rule", "name the rule whose findings are accepted")?;
    let rule_text = at.text("exceptions.rule", rule_node)?;
    let rule = rules::rule(rule_text)
        .ok_or_else(|| no_rule(at, "exceptions.rule", rule_node.line, rule_text))?;
    let reason_node =
        required("reason", "say why the finding is accepted, for whoever reads this later")?;
    let reason = at.text("exceptions.reason", reason_node)?;
    let optional = |key: &str| -> Result<Option<Glob>, Error> {
        let path = format!("exceptions.{key}");
        let text = |node| pattern(at, &path, line, at.text(&path, node)?);
        table.get(key).map(text).transpose()
    };
    Ok(Exception {
        rule: rule.id,
        package: optional("crate")?,
        module: optional("module")?,
        name: optional("name")?,
        reason: reason.to_owned(),
        expires: table.get("expires").map(|node| date(at, node)).transpose()?,
        place: ExceptionPlace {
            file: at.manifest.to_owned(),
            line,
            for_workspace: at.kind == "workspace",
        },
    })
}

fn date(at: At<'_>, node: &Node) -> Result<Date, Error> {
    node.as_str().or(node.as_date()).and_then(Date::parse).ok_or_else(|| {
        let error = at.error("exceptions.expires", node.line, "is no day");
        error.help("write it as `2027-01-31`: the last day on which the exception holds")
    })
}
