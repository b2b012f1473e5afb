//! The parts of a SARIF log that are written here, by the names of the standard.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

/// The schema of the standard with its errata.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where the command is described.
pub(super) const PROJECT: &str = "https://docs.rs/crate/cargo-wasm-import-guard";
const NAME: &str = "wasm-import-guard";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the page of a rule is: its file in the published package.
pub(super) fn page(rule: &str) -> String {
    format!("https://docs.rs/crate/wasm-import-guard/{VERSION}/source/docs/rules/{rule}.md")
}

/// `fingerprint` under our own name and under the one that code scanning reads. That would else count
/// the results of one line, as are all that one dependency brings in, for one.
pub(super) fn fingerprints(fingerprint: &str) -> BTreeMap<&'static str, String> {
    ["wasmImportGuard/v1", "primaryLocationLineHash"]
        .map(|key| (key, fingerprint.to_owned()))
        .into()
}

#[derive(Debug, Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

impl<'a> Log<'a> {
    pub(super) fn of(run: Run<'a>) -> Self {
        Self { schema: SCHEMA, version: "2.1.0", runs: [run] }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub(super) tool: Tool,
    pub(super) invocations: [Invocation; 1],
    pub(super) original_uri_base_ids: BTreeMap<String, Base>,
    pub(super) column_kind: &'static str,
    pub(super) results: Vec<Report<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Tool {
    pub(super) driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

impl Driver {
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        Self {
            name: NAME,
            version: VERSION,
            semantic_version: VERSION,
            information_uri: PROJECT,
            rules,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) short_description: Text,
    pub(super) full_description: Text,
    pub(super) help: Text,
    pub(super) help_uri: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Text {
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) markdown: Option<&'static str>,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), markdown: None }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    pub(super) tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
pub(super) struct Notification {
    level: &'static str,
    message: Text,
}

impl Notification {
    pub(super) fn new(level: &'static str, message: &str) -> Self {
        Self { level, message: Text::new(message) }
    }
}

/// What URIs are relative to; where it lies depends on the machine.
#[derive(Debug, Serialize)]
pub(super) struct Base {
    description: Text,
}

impl Base {
    pub(super) fn described(description: &str) -> Self {
        Self { description: Text::new(description) }
    }
}

/// A `result`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    pub(super) rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule_index: Option<usize>,
    pub(super) kind: Kind,
    pub(super) level: &'static str,
    pub(super) message: Text,
    pub(super) locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) suppressions: Vec<Suppression>,
    pub(super) partial_fingerprints: BTreeMap<&'static str, String>,
    pub(super) properties: Properties<'a>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    Fail,
    Informational,
}

/// Why a result is accepted.
#[derive(Debug, Serialize)]
pub(super) struct Suppression {
    kind: &'static str,
    justification: String,
}

impl Suppression {
    /// One that is written outside of the code.
    pub(super) fn external(justification: &str) -> Self {
        Self { kind: "external", justification: justification.to_owned() }
    }
}

/// What a result has that the standard has no name for.
#[derive(Debug, Serialize)]
pub(super) struct Properties<'a> {
    pub(super) targets: Vec<&'a str>,
    pub(super) package: &'a str,
    pub(super) version: &'a str,
    pub(super) module: Option<&'a str>,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exposure: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) outcomes: BTreeMap<&'a str, BTreeSet<&'static str>>,
    pub(super) path: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

impl Location {
    pub(super) fn plain(physical_location: Physical) -> Self {
        Self { physical_location, message: None }
    }

    pub(super) fn told(physical_location: Physical, message: &str) -> Self {
        Self { physical_location, message: Some(Text::new(message)) }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub(super) artifact_location: Artifact,
    pub(super) region: Region,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    uri: String,
    uri_base_id: String,
}

impl Artifact {
    pub(super) fn new(file: &str, base: &str) -> Self {
        Self { uri: encoded(file), uri_base_id: base.to_owned() }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Region {
    /// `length` characters of a line, both numbers from 1.
    pub(super) fn new(line: usize, column: usize, length: usize) -> Self {
        let (line, column) = (line.max(1), column.max(1));
        let end_column = column.saturating_add(length);
        Self { start_line: line, start_column: column, end_line: line, end_column }
    }
}

/// A path with `/` as a relative URI (RFC 3986): all but unreserved characters are percent-encoded, the
/// colon too, behind which a scheme would end.
pub(in crate::render) fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
