//! One crate: what rustc sees in it, and what the command reports of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::compare::Found;
use super::list::Entry;
use crate::signature::written;
use crate::{Expanded, Output, Scratch, guard, read_expanded, toolchain};

/// How long the command may take for one crate.
const LIMIT: Duration = Duration::from_mins(1);

/// A crate as both sides see it.
#[derive(Debug)]
pub struct Subject {
    /// rustc's view.
    pub expanded: Expanded,
    /// The directory of the package's sources.
    pub directory: PathBuf,
    /// The command's view.
    pub found: Vec<Found>,
    /// How many opaque places it names in the package, each an existing line of an existing file.
    pub opaque: usize,
}

/// Looks at an entry from both sides.
///
/// # Errors
/// Why one of them cannot be had.
pub fn examine(entry: &Entry) -> Result<Subject, String> {
    let requirement = entry.requirement();
    let project = Scratch::library("app", &[(&entry.name, &requirement)], "");
    if !entry.flags.is_empty() {
        project.write(".cargo/config.toml", &format!("[build]\nrustflags = {:?}\n", entry.flags));
    }
    let mut cargo = toolchain().cargo(project.root());
    let output = Output::of(cargo.args(["metadata", "--format-version=1", "--quiet"]));
    if output.status != Some(0) {
        return Err(format!("cargo does not resolve it: {}", first_error(&output.stderr)));
    }
    let metadata: Value = serde_json::from_str(&output.stdout).expect("cargo prints JSON");
    let package = metadata["packages"].as_array().into_iter().flatten().find(|package| {
        package["name"] == *entry.name && same_version(&package["version"], &entry.version)
    });
    let package = package.ok_or("the version that was resolved is another")?;
    let version = package["version"].as_str().expect("a version");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    let directory = manifest.parent().expect("a manifest is in a directory").to_owned();

    let specification = format!("{}@{version}", entry.name);
    let text = project
        .try_expand(&specification, &entry.target, &[])
        .map_err(|stderr| format!("rustc does not expand it: {}", first_error(&stderr)))?;
    let expanded = read_expanded(&text)
        .map_err(|error| format!("syn does not parse rustc's text: {error}"))?;

    let mut command = guard(project.root());
    command.args(["imports", "--format", "json", "--target", &entry.target]);
    let _lock = entry.built.then(|| {
        let directory = Scratch::build_directory(&entry.target);
        command.env("CARGO_TARGET_DIR", &directory);
        // No other build may be at work there.
        crate::build::lock(&directory)
    });
    let stdout = within_limit(&mut command, &project)?;
    let report: Value =
        serde_json::from_str(&stdout).map_err(|error| format!("no JSON: {error}"))?;
    let own = |key: &str| -> Vec<Value> {
        let all = report[key].as_array().expect("the schema has this array");
        all.iter()
            .filter(|it| it["package"] == *entry.name && it["version"] == version)
            .cloned()
            .collect()
    };
    let found = own("imports").iter().map(found).collect();
    let opaque = own("opaque");
    for place in &opaque {
        assert_line(&directory, place);
    }
    Ok(Subject { expanded, directory, found, opaque: opaque.len() })
}

/// What the command prints, if it ends in time.
fn within_limit(command: &mut Command, project: &Scratch) -> Result<String, String> {
    let [out, err] = ["stdout", "stderr"].map(|name| project.path(name));
    let file = |path: &Path| fs::File::create(path).expect("the project can be written");
    let mut child = command.stdout(file(&out)).stderr(file(&err)).spawn().expect("it is built");
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if started.elapsed() > LIMIT {
            child.kill().and_then(|()| child.wait()).expect("a child can be ended");
            return Err(format!("the command does not end within {} s", LIMIT.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if !status.success() {
        let stderr = fs::read_to_string(&err).unwrap_or_default();
        return Err(format!("the command fails ({status}): {}", first_error(&stderr)));
    }
    fs::read_to_string(&out).map_err(|error| format!("the command prints no text: {error}"))
}

fn same_version(resolved: &Value, wanted: &str) -> bool {
    let plain = |version: &str| version.split('+').next().unwrap_or_default().to_owned();
    resolved.as_str().is_some_and(|resolved| plain(resolved) == plain(wanted))
}

/// An import of the command's JSON.
pub(super) fn found(import: &Value) -> Found {
    let text = |key: &str| import[key].as_str().unwrap_or_default().to_owned();
    let values = |key: &str| -> Vec<&str> {
        let list = import["wasm_type"][key].as_array();
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    Found {
        module: import["module"].as_str().map(str::to_owned),
        name: text("name"),
        ident: text("ident"),
        kind: text("kind"),
        abi: text("abi"),
        wasm_type: import["wasm_type"]
            .is_object()
            .then(|| written(&values("params"), &values("results"))),
        certain: import["certainty"] == "certain",
        place: format!("{}:{}", text("file"), import["line"]),
    }
}

fn assert_line(directory: &Path, place: &Value) {
    let file = directory.join(place["file"].as_str().expect("a file"));
    let text = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let line = usize::try_from(place["line"].as_u64().expect("a line")).expect("small");
    let lines = String::from_utf8_lossy(&text).lines().count();
    assert!((1..=lines).contains(&line), "{}: no line {line}", file.display());
}

/// The line of cargo's or rustc's messages that says most.
fn first_error(stderr: &str) -> String {
    let mut lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| line.starts_with("error"));
    error.or_else(|| lines.next()).unwrap_or("no message").to_owned()
}
