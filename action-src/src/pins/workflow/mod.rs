//! Which toolchains a GitHub workflow names, and where.

mod place;
mod scope;
mod script;

use std::ops::Range;

use self::scope::{Effort, Scope};
use super::yaml::{Node, Scalar};

/// How many names are taken from a workflow.
const MAX_FOUND: usize = 500;

/// The variable that decides for every command which toolchain rustup takes.
const VARIABLE: &str = "RUSTUP_TOOLCHAIN";

/// A toolchain's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The name, without blanks around it.
    pub(super) text: String,
    /// Where it is written, in bytes of the workflow's text.
    pub(super) at: Range<usize>,
}

/// The toolchains that a workflow names, each place once, in the order of the text.
///
/// # Errors
/// When it has too many values that stand for other values.
pub(super) fn toolchains(source: &str, workflow: &Node) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    let effort = Effort::default();
    let everywhere = Scope::new(source, &effort).with(workflow);
    found.extend(everywhere.variable(VARIABLE));
    for (_, job) in workflow.get("jobs").map(Node::mapping).unwrap_or_default() {
        of_job(&everywhere, job, &mut found);
        if found.len() >= MAX_FOUND {
            found.truncate(MAX_FOUND);
            break;
        }
    }
    if effort.is_exhausted() {
        return Err("it would take too long to follow its expressions and variables".to_owned());
    }
    found.sort_by_key(|one| (one.at.start, one.at.end));
    found.dedup();
    Ok(found)
}

fn of_job(everywhere: &Scope<'_>, job: &Node, found: &mut Vec<Found>) {
    let scope = everywhere.with(job).with_matrix(job);
    found.extend(scope.variable(VARIABLE));
    let image = job.get("container").and_then(|container| match container {
        Node::Scalar(image) => Some(image),
        _ => container.get("image")?.scalar(),
    });
    found.extend(image.into_iter().flat_map(|image| of_image(&scope, image)));
    for step in job.get("steps").map(Node::sequence).unwrap_or_default() {
        let scope = scope.with(step);
        found.extend(scope.variable(VARIABLE));
        if let Some(uses) = step.get("uses").and_then(Node::scalar) {
            of_action(&scope, uses, step.get("with"), found);
        }
        if let Some(run) = step.get("run").and_then(Node::scalar) {
            for range in script::toolchains(&run.value) {
                found.extend(scope.value(run, range));
                if found.len() >= MAX_FOUND {
                    return;
                }
            }
        }
    }
}

/// The version in an image's name, such as `rust:1.91.0-slim`.
fn of_image(scope: &Scope<'_>, image: &Scalar) -> Vec<Found> {
    let images = scope.value(image, 0..image.value.len());
    images
        .into_iter()
        .filter_map(|found| scope.part(&found, version_of_image(&found.text)?))
        .collect()
}

fn version_of_image(image: &str) -> Option<Range<usize>> {
    let name = image.split('@').next()?;
    let start = name.rfind('/').map_or(0, |at| at + 1);
    let (repository, tag) = name[start..].split_once(':')?;
    // The tag of an image is a version and, behind it, what it is built on.
    let version = tag.split('-').next()?;
    let start = start + repository.len() + 1;
    (repository == "rust").then_some(start..start + version.len())
}

/// The toolchain that a set-up action is asked for.
fn of_action(scope: &Scope<'_>, uses: &Scalar, with: Option<&Node>, found: &mut Vec<Found>) {
    if let Some(image) = uses.value.strip_prefix("docker://") {
        let prefix = uses.value.len() - image.len();
        let version = version_of_image(image).map(|range| range.start + prefix..range.end + prefix);
        found.extend(version.into_iter().flat_map(|range| scope.value(uses, range)));
        return;
    }
    let (name, reference) = uses.value.split_once('@').unwrap_or((&uses.value, ""));
    let name = name.to_ascii_lowercase();
    let input = match name.as_str() {
        "moonrepo/setup-rust" => "channel",
        "hecrj/setup-rust-action" => "rust-version",
        "actions-rs/toolchain" => "toolchain",
        name if name.contains("rust") => "toolchain",
        _ => return,
    };
    let named = with.and_then(|with| with.get(input)).and_then(Node::scalar);
    if let Some(named) = named.filter(|named| !named.value.trim().is_empty()) {
        let values = scope.value(named, 0..named.value.len());
        // Some take a list.
        for value in &values {
            found.extend(parts(&value.text).into_iter().filter_map(|part| scope.part(value, part)));
        }
    } else if name == "dtolnay/rust-toolchain" {
        let start = uses.value.len() - reference.len();
        found.extend(scope.value(uses, start..uses.value.len()));
    }
}

/// What stands between the commas, without blanks.
fn parts(list: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    list.split(',')
        .map(|part| {
            let blanks = part.len() - part.trim_start().len();
            let range = start + blanks..start + blanks + part.trim().len();
            start += part.len() + 1;
            range
        })
        .collect()
}

#[cfg(test)]
mod tests;
