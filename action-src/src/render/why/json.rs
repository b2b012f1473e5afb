//! What `why --format json` prints: one object per target, a line each. The structs are the schema, as in
//! `render/json.rs`; `docs/why.md` describes it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use wasm_import_guard::finding::Finding;
use wasm_import_guard::graph::{Graph, PackageIndex};
use wasm_import_guard::import::Opaque;
use wasm_import_guard::why::{Declaration, Declaring, OptionalDependency, Question, WayIn};

use super::super::json::ascii_controls;
use super::Answer;
use crate::repository::Repository;

/// A line for each target.
///
/// # Errors
/// None in practice: every key is a string.
pub(super) fn text(
    question: &Question,
    answers: &[Answer<'_>],
    repository: &Repository,
) -> serde_json::Result<String> {
    let mut text = String::new();
    for answer in answers {
        let entry = Entry::new(question, answer, repository);
        text.push_str(&ascii_controls(&serde_json::to_string(&entry)?));
        text.push('\n');
    }
    Ok(text)
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    schema: &'static str,
    target: &'a str,
    rustc: &'a str,
    considered: &'a [String],
    complete: bool,
    module: &'a str,
    name: Option<&'a str>,
    found: bool,
    packages: Vec<PackageEntry<'a>>,
    similar: Vec<SimilarEntry<'a>>,
    opaque: Vec<OpaqueEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct PackageEntry<'a> {
    package: &'a str,
    version: &'a str,
    declarations: Vec<DeclarationEntry<'a>>,
    paths: Vec<Vec<String>>,
    /// `null` when there are more than can be counted.
    more_paths: Option<u64>,
    optional: Vec<OptionalEntry>,
    removed_by: Vec<WayEntry>,
}

#[derive(Debug, Serialize)]
struct DeclarationEntry<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    module: Option<&'a str>,
    name: &'a str,
    ident: &'a str,
    kind: &'static str,
    certainty: &'static str,
    exposure: &'static str,
    reason: &'a str,
    findings: Vec<FindingEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct FindingEntry<'a> {
    rule: &'a str,
    level: &'static str,
    message: &'a str,
    outcomes: BTreeMap<&'a str, BTreeSet<&'static str>>,
    fingerprint: &'a str,
}

#[derive(Debug, Serialize)]
struct OptionalEntry {
    package: String,
    dependency: String,
    features: Vec<String>,
    requested_by: Vec<RequestEntry>,
}

#[derive(Debug, Serialize)]
struct RequestEntry {
    package: String,
    feature: String,
}

#[derive(Debug, Serialize)]
struct WayEntry {
    package: String,
    dependency: String,
    file: Option<String>,
    line: Option<usize>,
    feature: Option<OptionalEntry>,
}

#[derive(Debug, Serialize)]
struct SimilarEntry<'a> {
    module: Option<&'a str>,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct OpaqueEntry<'a> {
    package: &'a str,
    version: &'a str,
    file: &'a str,
    line: usize,
    reason: &'a str,
}

impl<'a> Entry<'a> {
    fn new(question: &'a Question, answer: &'a Answer<'a>, repository: &Repository) -> Self {
        let analysis = answer.analysis;
        let graph = &analysis.graph;
        Self {
            schema: "wasm-import-guard/why/1",
            target: &analysis.target,
            rustc: &analysis.rustc,
            considered: &analysis.considered,
            complete: analysis.complete(),
            module: &question.module,
            name: question.name.as_deref(),
            found: !answer.packages.is_empty(),
            packages: answer
                .packages
                .iter()
                .map(|package| PackageEntry::new(package, graph, repository))
                .collect(),
            similar: answer
                .similar
                .iter()
                .map(|(module, name)| SimilarEntry { module: *module, name })
                .collect(),
            opaque: analysis.opaque.iter().map(OpaqueEntry::new).collect(),
        }
    }
}

impl<'a> PackageEntry<'a> {
    fn new(declaring: &'a Declaring<'a>, graph: &'a Graph, repository: &Repository) -> Self {
        let package = graph.package(declaring.package);
        let more = declaring.paths.more;
        Self {
            package: &package.name,
            version: &package.version,
            declarations: declaring.declarations.iter().map(DeclarationEntry::new).collect(),
            paths: declaring
                .paths
                .paths
                .iter()
                .map(|path| path.iter().map(|index| label(graph, *index)).collect())
                .collect(),
            more_paths: (more != u64::MAX).then_some(more),
            optional: declaring.optional.iter().map(|one| OptionalEntry::new(one, graph)).collect(),
            removed_by: declaring
                .ways_in
                .iter()
                .map(|way| WayEntry::new(way, graph, repository))
                .collect(),
        }
    }
}

impl<'a> DeclarationEntry<'a> {
    fn new(declaration: &'a Declaration<'a>) -> Self {
        let import = declaration.import;
        Self {
            file: &import.place.file,
            line: import.place.line,
            column: import.place.column,
            module: import.module.as_deref(),
            name: &import.name,
            ident: &import.ident,
            kind: import.kind.as_str(),
            certainty: import.certainty.as_str(),
            exposure: import.exposure.kind.as_str(),
            reason: &import.exposure.reason,
            findings: declaration.findings.iter().map(|one| FindingEntry::new(one)).collect(),
        }
    }
}

impl<'a> FindingEntry<'a> {
    fn new(finding: &'a Finding) -> Self {
        let outcomes = finding.outcomes.iter().map(|(rustc, set)| {
            (rustc.as_str(), set.iter().map(wasm_import_guard::outcome::Outcome::as_str).collect())
        });
        Self {
            rule: finding.rule,
            level: finding.level.as_str(),
            message: &finding.message,
            outcomes: outcomes.collect(),
            fingerprint: &finding.fingerprint,
        }
    }
}

impl OptionalEntry {
    fn new(optional: &OptionalDependency, graph: &Graph) -> Self {
        let requests = optional.activation.requests.iter().map(|request| RequestEntry {
            package: label(graph, request.by),
            feature: request.feature.clone(),
        });
        Self {
            package: label(graph, optional.from),
            dependency: label(graph, optional.to),
            features: optional.activation.features.clone(),
            requested_by: requests.collect(),
        }
    }
}

impl WayEntry {
    fn new(way: &WayIn, graph: &Graph, repository: &Repository) -> Self {
        let place = repository.dependency(graph, way.root, way.dependency);
        Self {
            package: label(graph, way.root),
            dependency: label(graph, way.dependency),
            line: place.as_ref().map(|place| place.line),
            file: place.map(|place| place.file),
            feature: way.feature.as_ref().map(|one| OptionalEntry::new(one, graph)),
        }
    }
}

impl<'a> OpaqueEntry<'a> {
    fn new(opaque: &'a Opaque) -> Self {
        Self {
            package: &opaque.place.package,
            version: &opaque.place.version,
            file: &opaque.place.file,
            line: opaque.place.line,
            reason: &opaque.reason,
        }
    }
}

fn label(graph: &Graph, package: PackageIndex) -> String {
    graph.package(package).label()
}
