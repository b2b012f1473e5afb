//! What the expressions of a workflow stand for, as far as the file itself says it.

use std::cell::Cell;
use std::ops::Range;

use super::super::yaml::{Node, Scalar};
use super::{Found, place};

/// How often a value may lead to another.
const MAX_DEPTH: usize = 4;
/// How many nodes and bytes may be looked at for all values of a workflow. A file can ask for as many
/// values as it has lines, each of them in tables as long as the file; those that people write need a
/// thousandth of this.
const MAX_LOOKED_AT: usize = 20_000_000;
/// Longer values, in bytes, are no toolchains, nor lists of them.
const MAX_VALUE: usize = 4_096;
const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// The values that can be named in a place of the workflow.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    source: &'a str,
    /// The `env` that holds, the nearest last.
    variables: Vec<&'a Node>,
    /// The job's `strategy.matrix`.
    matrix: Option<&'a Node>,
    effort: &'a Effort,
}

/// What is left of [`MAX_LOOKED_AT`]; `None` once more than that was asked for.
#[derive(Debug)]
pub(super) struct Effort(Cell<Option<usize>>);

impl Default for Effort {
    fn default() -> Self {
        Self(Cell::new(Some(MAX_LOOKED_AT)))
    }
}

impl Effort {
    /// Whether something was left out because it would have taken too long.
    pub(super) fn is_exhausted(&self) -> bool {
        self.0.get().is_none()
    }

    /// Whether so much may be looked at.
    fn spend(&self, amount: usize) -> bool {
        self.0.set(self.0.get().and_then(|left| left.checked_sub(amount)));
        !self.is_exhausted()
    }
}

impl<'a> Scope<'a> {
    pub(super) fn new(source: &'a str, effort: &'a Effort) -> Self {
        Self { source, variables: Vec::new(), matrix: None, effort }
    }

    /// The scope inside of `node`: a workflow, job or step with an `env`.
    pub(super) fn with(&self, node: &'a Node) -> Self {
        let mut inner = self.clone();
        inner.variables.extend(node.get("env"));
        inner
    }

    /// The scope inside of a job.
    pub(super) fn with_matrix(&self, job: &'a Node) -> Self {
        let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
        Self { matrix, ..self.clone() }
    }

    /// What a variable of the environment is set to.
    pub(super) fn variable(&self, name: &str) -> Vec<Found> {
        self.variable_at(name, 0)
    }

    /// What the text at `range` of `scalar` stands for: one value for each that a matrix has. None where
    /// that is not known.
    pub(super) fn value(&self, scalar: &Scalar, range: Range<usize>) -> Vec<Found> {
        self.value_at(scalar, range, 0)
    }

    /// A part of what was found. Its place is that of the whole where an expression stands for it.
    pub(super) fn part(&self, found: &Found, part: Range<usize>) -> Option<Found> {
        let text = found.text.get(part.clone())?.to_owned();
        let is_written = self.source.get(found.at.clone()) == Some(found.text.as_str());
        let start = found.at.start;
        let at = if is_written { start + part.start..start + part.end } else { found.at.clone() };
        Some(Found { text, at })
    }

    fn value_at(&self, scalar: &Scalar, range: Range<usize>, depth: usize) -> Vec<Found> {
        let Some(written) = scalar.value.get(range.clone()) else { return Vec::new() };
        let text = written.trim();
        let start = range.start + (written.len() - written.trim_start().len());
        if text.is_empty() || text.len() > MAX_VALUE || depth > MAX_DEPTH {
            return Vec::new();
        }
        // Its place is looked for in all of the scalar, and so are assignments.
        if !self.effort.spend(scalar.value.len()) {
            return Vec::new();
        }
        if let Some(name) = shell_variable(text) {
            // What a script sets itself is not looked for.
            let is_set = scalar.value.contains(&format!("{name}="));
            return if is_set { Vec::new() } else { self.variable_at(name, depth + 1) };
        }
        let Some((before, rest)) = text.split_once(OPEN) else {
            let at = place::of(self.source, scalar, start..start + text.len());
            return vec![Found { text: text.to_owned(), at }];
        };
        let Some((expression, behind)) = rest.split_once(CLOSE) else { return Vec::new() };
        if behind.contains(OPEN) {
            return Vec::new();
        }
        let mut values = self.expression(expression.trim(), depth + 1);
        for value in &mut values {
            value.text = format!("{before}{}{behind}", value.text);
        }
        values
    }

    fn variable_at(&self, name: &str, depth: usize) -> Vec<Found> {
        let known: usize = self.variables.iter().map(|variables| variables.mapping().len()).sum();
        if !self.effort.spend(known) {
            return Vec::new();
        }
        let value = self.variables.iter().rev().find_map(|variables| variables.get(name));
        value
            .and_then(Node::scalar)
            .map_or_else(Vec::new, |scalar| self.value_at(scalar, 0..scalar.value.len(), depth))
    }

    fn expression(&self, expression: &str, depth: usize) -> Vec<Found> {
        let mut names = expression.split('.');
        match (names.next(), names.next()) {
            (Some("env"), Some(name)) if names.next().is_none() => self.variable_at(name, depth),
            (Some("matrix"), Some(name)) => self.matrix(name, &names.collect::<Vec<_>>(), depth),
            _ => Vec::new(),
        }
    }

    /// The values of `matrix.name`, and of `path` below it.
    fn matrix(&self, name: &str, path: &[&str], depth: usize) -> Vec<Found> {
        let Some(matrix) = self.matrix else { return Vec::new() };
        let listed = matrix.get(name).map(Node::sequence).unwrap_or_default();
        let excluded = matrix.get("exclude").map(Node::sequence).unwrap_or_default();
        let included = matrix.get("include").map(Node::sequence).unwrap_or_default();
        let compared = listed.len().saturating_mul(excluded.len());
        let entries = listed.iter().chain(included);
        let searched: usize = entries.map(|entry| 1 + entry.mapping().len()).sum();
        if !self.effort.spend(compared.saturating_add(searched)) {
            return Vec::new();
        }
        let listed = listed.iter().filter(|value| !is_excluded(excluded, name, value));
        let included = included.iter().filter_map(|entry| entry.get(name));
        let values = listed
            .chain(included)
            .filter_map(|value| path.iter().try_fold(value, |node, name| node.get(name))?.scalar());
        values
            .filter(|scalar| !scalar.value.contains(OPEN))
            .flat_map(|scalar| self.value_at(scalar, 0..scalar.value.len(), depth))
            .collect()
    }
}

/// Whether a value is taken out of the matrix whatever it is combined with.
fn is_excluded(excluded: &[Node], name: &str, value: &Node) -> bool {
    let value = value.scalar().map(|scalar| &scalar.value);
    excluded.iter().any(|entry| {
        entry.mapping().len() == 1
            && value.is_some()
            && entry.get(name).and_then(Node::scalar).map(|scalar| &scalar.value) == value
    })
}

/// `NAME` of `$NAME` or `${NAME}`.
fn shell_variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}
