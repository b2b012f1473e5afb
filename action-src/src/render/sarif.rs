//! Findings and imports as SARIF 2.1.0, for code scanning and the viewers of editors.
//!
//! Lines and columns count from 1, columns in characters. A file of the repository has a URI relative to
//! the repository's root; a file of another package one relative to that package, under a base of the
//! package's own, since no path of this machine means anything to a reader elsewhere.

mod log;

pub(super) use self::log::encoded;

use std::collections::{BTreeMap, BTreeSet};

use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::graph::Graph;
use wasm_import_guard::import::Place;
use wasm_import_guard::policy::Excepted;
use wasm_import_guard::rules::{RULES, Rule};
use wasm_import_guard::text::printable;

use self::log::{
    Artifact, Base, Driver, Invocation, Kind, Location, Log, Notification, Physical, Properties,
    Region, Report, Rule as LogRule, Run, Suppression, Text, Tool,
};
use super::json::ascii_controls;
use super::merged::{Merged, MergedImport, merged, merged_imports, piece};
use super::words::counted;
use super::{TargetReport, View};
use crate::repository::{self, Repository};

/// More results than this are left out, the mildest first, and a notification tells how many: code
/// scanning keeps 5,000 of a run.
const MAX_RESULTS: usize = 5_000;
/// How many other places a result has at most.
const MAX_RELATED: usize = 100;
/// What a URI of the repository is relative to.
const ROOT: &str = "%SRCROOT%";
/// The one rule of a list of imports.
const IMPORT_RULE: &str = "host-import";

/// What `check` prints.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn check(
    reports: &[TargetReport],
    view: &View,
    repository: &Repository,
) -> serde_json::Result<String> {
    let level = if view.verbose { Level::Note } else { Level::Warn };
    let mut bases = Bases::new();
    let findings = merged(reports, level);
    let results = findings.iter().map(|one| of_finding(one, repository, &mut bases));
    let mut results: Vec<Report<'_>> = results.take(MAX_RESULTS).collect();
    let accepted = accepted(reports);
    for (one, reason) in accepted.iter().take(MAX_RESULTS - results.len()) {
        let suppressions = vec![Suppression::external(&printable(reason))];
        results.push(Report { suppressions, ..of_finding(one, repository, &mut bases) });
    }
    let rules = RULES.iter().map(rule).collect();
    text(run(reports, rules, results, findings.len() + accepted.len(), bases))
}

/// Findings that exceptions accept, each once with the reason, and the targets that have it.
fn accepted(reports: &[TargetReport]) -> Vec<(Merged<'_>, &str)> {
    let mut accepted: Vec<(Merged<'_>, &str)> = Vec::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        for Excepted { finding, reason, .. } in &analysis.excepted {
            let known = accepted.iter_mut().map(|(merged, _)| merged);
            let mut same = known.filter(|it| it.finding.fingerprint == finding.fingerprint);
            if let Some(merged) = same.next() {
                merged.targets.push(&analysis.target);
            } else {
                let targets = vec![analysis.target.as_str()];
                accepted.push((Merged { finding, analysis, targets }, reason));
            }
        }
    }
    accepted
}

/// What `imports` prints.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn imports(
    reports: &[TargetReport],
    repository: &Repository,
) -> serde_json::Result<String> {
    let mut bases = Bases::new();
    let imports = merged_imports(reports);
    let results = imports.iter().take(MAX_RESULTS);
    let results = results.map(|one| of_import(one, repository, &mut bases)).collect();
    text(run(reports, vec![import_rule()], results, imports.len(), bases))
}

/// The lines of a log.
fn text(run: Run<'_>) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(&Log::of(run))?;
    Ok(ascii_controls(&json) + "\n")
}

/// The bases that URIs are relative to, by their names, each with what it is.
#[derive(Debug)]
struct Bases(BTreeMap<String, Base>);

impl Bases {
    fn new() -> Self {
        let base = Base::described("the root of the repository");
        Self(BTreeMap::from([(ROOT.to_owned(), base)]))
    }

    /// A place of the repository.
    fn own(location: &repository::Location) -> Physical {
        let region = Region::new(location.line, location.column, location.length);
        Physical { artifact_location: Artifact::new(&location.file, ROOT), region }
    }

    /// A place that is the repository's, or else one in its own package.
    fn any(&mut self, graph: &Graph, place: &Place, repository: &Repository) -> Physical {
        if let Some(own) = repository.own(graph, place) {
            return Self::own(&own);
        }
        let package = piece(&format!("{} {}", place.package, place.version));
        let base = || Base::described(&format!("the source of the package {package}"));
        self.0.entry(package.clone()).or_insert_with(base);
        let region = Region::new(place.line, place.column, place.length);
        Physical { artifact_location: Artifact::new(&place.file, &package), region }
    }
}

fn run<'a>(
    reports: &[TargetReport],
    rules: Vec<LogRule>,
    results: Vec<Report<'a>>,
    all: usize,
    bases: Bases,
) -> Run<'a> {
    let mut notifications = notifications(reports);
    if results.len() < all {
        let more = counted(all - results.len(), "more result");
        notifications.push(Notification::new("warning", &format!("{more} left out")));
    }
    Run {
        tool: Tool { driver: Driver::new(rules) },
        invocations: [Invocation {
            execution_successful: reports.iter().any(|report| report.outcome.is_ok()),
            tool_execution_notifications: notifications,
        }],
        original_uri_base_ids: bases.0,
        column_kind: "unicodeCodePoints",
        results,
    }
}

/// What is missing from the results.
fn notifications(reports: &[TargetReport]) -> Vec<Notification> {
    let mut notifications = Vec::new();
    for report in reports {
        match &report.outcome {
            Ok(analysis) => notifications.extend(analysis.problems.iter().map(|problem| {
                let package = problem.package.as_ref().map(|package| format!("{package}: "));
                let message = format!("{}{}", package.unwrap_or_default(), problem.message);
                Notification::new("warning", &printable(&message))
            })),
            Err(error) => {
                let message = format!("{} was not analysed: {}", report.target, error.message());
                notifications.push(Notification::new("error", &printable(&message)));
            }
        }
    }
    notifications
}

fn rule(rule: &'static Rule) -> LogRule {
    LogRule {
        id: rule.id,
        short_description: Text::new(rule.summary),
        full_description: Text::new(paragraph(rule.page).unwrap_or(rule.summary)),
        help: Text { text: rule.page.to_owned(), markdown: Some(rule.page) },
        help_uri: log::page(rule.id),
    }
}

fn import_rule() -> LogRule {
    let summary = "an import that a package of the dependency graph asks the host for";
    LogRule {
        id: IMPORT_RULE,
        short_description: Text::new(summary),
        full_description: Text::new(summary),
        help: Text::new("An import is no defect. `cargo wasm-import-guard check` finds those."),
        help_uri: log::PROJECT.to_owned(),
    }
}

/// The first paragraph of a rule's page.
fn paragraph(page: &str) -> Option<&str> {
    page.split("\n\n").map(str::trim).find(|part| !part.is_empty() && !part.starts_with('#'))
}

fn of_finding<'a>(
    merged: &'a Merged<'a>,
    repository: &Repository,
    bases: &mut Bases,
) -> Report<'a> {
    let finding = merged.finding;
    let graph = &merged.analysis.graph;
    let place = &finding.place;
    let own = repository.locate_somewhere(graph, place, &finding.path);
    let mut related = Vec::new();
    if repository.own(graph, place).is_none() {
        let physical = bases.any(graph, place, repository);
        related.push(Location::told(physical, &printable(&finding.label)));
    }
    for other in finding.related.iter().take(MAX_RELATED) {
        let physical = bases.any(graph, &other.place, repository);
        related.push(Location::told(physical, &printable(&other.label)));
    }
    Report {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|rule| rule.id == finding.rule),
        kind: Kind::Fail,
        level: level(finding),
        message: Text::new(&plain(&merged.told())),
        locations: own.iter().map(|own| Location::plain(Bases::own(own))).collect(),
        related_locations: related,
        suppressions: Vec::new(),
        partial_fingerprints: log::fingerprints(&finding.fingerprint),
        properties: Properties {
            targets: merged.targets.clone(),
            package: &place.package,
            version: &place.version,
            module: finding.module.as_deref(),
            name: &finding.name,
            exposure: None,
            outcomes: outcomes(finding),
            path: &finding.path,
        },
    }
}

fn level(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
    }
}

fn outcomes(finding: &Finding) -> BTreeMap<&str, BTreeSet<&'static str>> {
    let all = finding.outcomes.iter();
    all.map(|(rustc, set)| {
        (rustc.as_str(), set.iter().map(wasm_import_guard::outcome::Outcome::as_str).collect())
    })
    .collect()
}

fn of_import<'a>(one: &MergedImport<'a>, repository: &Repository, bases: &mut Bases) -> Report<'a> {
    let MergedImport { import, graph, targets } = one;
    let place = &import.place;
    let own = repository.locate_somewhere(graph, place, &import.path);
    let declared = repository.own(graph, place).is_none().then(|| {
        Location::told(bases.any(graph, place, repository), &printable(&import.signature))
    });
    let module = import.module.as_deref().map_or_else(
        || "without an import module".to_owned(),
        |module| format!("of module `{}`", piece(module)),
    );
    let (name, package) = (piece(&import.name), format!("{} {}", place.package, place.version));
    let message = format!("{} asks the host for `{name}` {module}", piece(&package));
    let ordinal = format!("{}:{}:{}", place.file, place.line, place.column);
    let parts = [&package, import.module.as_deref().unwrap_or("-"), &import.name, &ordinal];
    Report {
        rule_id: IMPORT_RULE,
        rule_index: Some(0),
        // SARIF asks for level `none` where nothing has failed.
        kind: Kind::Informational,
        level: "none",
        message: Text::new(&plain(&message)),
        locations: own.iter().map(|own| Location::plain(Bases::own(own))).collect(),
        related_locations: declared.into_iter().collect(),
        suppressions: Vec::new(),
        partial_fingerprints: log::fingerprints(&parts.join(" ")),
        properties: Properties {
            targets: targets.clone(),
            package: &place.package,
            version: &place.version,
            module: import.module.as_deref(),
            name: &import.name,
            exposure: Some(import.exposure.kind.as_str()),
            outcomes: BTreeMap::new(),
            path: &import.path,
        },
    }
}

/// Text in which nothing is a link of SARIF's, `[text](target)`.
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

#[cfg(test)]
mod tests;
