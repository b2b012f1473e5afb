//! The lines that cargo reads from a build script's output.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::environment::{Environment, Syntax};
use super::{Scope, Strictness, weigh};
use crate::analysis::Analysis;
use crate::error::Error;
use crate::finding::{Finding, Level};
use crate::graph::PackageSource;
use crate::outcome::Outcome;
use crate::sorted;
use crate::text::printable;

/// How many lines of one level a build shows; the report holds them all.
const MAX_LINES: usize = 10;

/// The full report's file below `OUT_DIR`.
const REPORT: &str = "wasm-import-guard.txt";

/// Collects what a build script prints.
pub(super) struct Instructions<'a> {
    environment: &'a Environment,
    syntax: Syntax,
    stdout: String,
    errors: Vec<String>,
    rerun: Vec<PathBuf>,
}

/// What is to be printed.
pub(super) struct Text {
    pub(super) stdout: String,
    /// Where cargo has no word for an error: what goes to standard error before exit code 1.
    pub(super) fatal: Option<String>,
}

impl<'a> Instructions<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        let syntax = environment.syntax;
        Self { environment, syntax, stdout: String::new(), errors: Vec::new(), rerun: Vec::new() }
    }

    /// Keeps to what the cargo that comes with this rustc understands: errors since 1.84, `cargo::` since
    /// 1.77.
    pub(super) fn suit_rustc(&mut self, minor: u32) {
        let known = match minor {
            ..77 => Syntax::SingleColon,
            77..84 => Syntax::DoubleColon,
            84.. => Syntax::WithErrors,
        };
        self.syntax = self.syntax.min(known);
    }

    pub(super) fn rerun_if_env_changed(&mut self, name: &str) {
        self.line("rerun-if-env-changed", name);
    }

    /// Names everything the verdict rests on: the lock file, cargo's configuration, and the manifests
    /// and sources of the packages that can change. A missing path would rerun the script every time.
    pub(super) fn rerun_if_inputs_changed(&mut self, scope: &Scope) {
        let root = &scope.workspace_root;
        let mut inputs = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
        for package in &scope.graph.packages {
            if package.source == PackageSource::Path {
                inputs.push(package.directory.join("Cargo.toml"));
                let sources = package.entries.iter().filter_map(|entry| entry.path.parent());
                inputs.extend(
                    sources.filter(|path| *path != package.directory).map(Path::to_path_buf),
                );
            }
        }
        for directory in self.environment.manifest_directory.ancestors() {
            for name in ["config.toml", "config"] {
                inputs.push(directory.join(".cargo").join(name));
            }
        }
        inputs.extend(own_files(self.environment));
        self.rerun = sorted::set(inputs);
        self.rerun.retain(|path| path.exists());
    }

    /// A fault of the guard's own configuration.
    pub(super) fn error(&mut self, error: &Error) {
        let help = error.helps().first().map(|help| format!("; {help}")).unwrap_or_default();
        self.errors.push(format!("wasm-import-guard: {}{help}", error.message()));
    }

    /// The check could not be made.
    pub(super) fn not_checked(&mut self, error: &Error) {
        let package = &self.environment.package;
        self.warning(&format!("wasm-import-guard did not check {package}: {}", error.message()));
        for help in error.helps() {
            self.warning(&format!("  help: {help}"));
        }
    }

    /// The findings, and the report that holds them all.
    pub(super) fn report(&mut self, analysis: &Analysis, strictness: Strictness) {
        let strictness =
            if self.environment.in_editor { strictness.at_most_warn() } else { strictness };
        let of_level = |level: Level| -> Vec<&Finding> {
            let findings = analysis.findings.iter();
            findings.filter(|finding| weigh(finding.level, strictness) == level).collect()
        };
        let denied = of_level(Level::Deny);
        let warned = of_level(Level::Warn);
        let report = self.write_report(analysis);
        if !denied.is_empty() {
            let mut lines = vec![summary(&denied, analysis)];
            lines.extend(listed(&denied));
            lines.extend(report.clone());
            self.errors.extend(lines);
        }
        if !warned.is_empty() {
            self.warning(&summary(&warned, analysis));
            for line in listed(&warned) {
                self.warning(&line);
            }
            if let Some(report) = report.filter(|_| denied.is_empty()) {
                self.warning(&report);
            }
        }
        for (place, day) in analysis.expired_exceptions.iter().take(MAX_LINES) {
            let file = place.file.display();
            self.warning(&format!(
                "wasm-import-guard: the exception at {file}:{} expired on {day}: `check` no longer \
                 heeds it",
                place.line
            ));
        }
        for problem in analysis.problems.iter().take(MAX_LINES) {
            let path =
                problem.path.as_deref().map(|p| format!("{} ", p.display())).unwrap_or_default();
            let package = problem.package.as_deref().map(|p| format!("{p}: ")).unwrap_or_default();
            self.warning(&format!("wasm-import-guard: {package}{path}{}", problem.message));
        }
    }

    pub(super) fn finish(mut self) -> Text {
        for path in std::mem::take(&mut self.rerun) {
            self.line("rerun-if-changed", &path.to_string_lossy());
        }
        let errors = std::mem::take(&mut self.errors);
        if errors.is_empty() {
            return Text { stdout: self.stdout, fatal: None };
        }
        if self.syntax == Syntax::WithErrors {
            for error in &errors {
                self.line("error", error);
            }
            return Text { stdout: self.stdout, fatal: None };
        }
        let mut fatal = String::new();
        for error in errors {
            let _ = writeln!(fatal, "error: {}", printable(&error));
        }
        Text { stdout: self.stdout, fatal: Some(fatal) }
    }

    fn warning(&mut self, message: &str) {
        self.line("warning", message);
    }

    /// One line. The value is made printable: a name of the project could otherwise end the line and
    /// begin an instruction of its own.
    fn line(&mut self, key: &str, value: &str) {
        let colons = if self.syntax == Syntax::SingleColon { ":" } else { "::" };
        // Writing to a string cannot fail.
        let _ = writeln!(self.stdout, "cargo{colons}{key}={}", printable(value));
    }

    /// Writes all findings below `OUT_DIR`; gives the line that says where.
    fn write_report(&self, analysis: &Analysis) -> Option<String> {
        if analysis.findings.is_empty() {
            return None;
        }
        let mut text = String::new();
        for finding in &analysis.findings {
            describe(finding, &mut text);
        }
        let path = self.environment.out_directory.join(REPORT);
        std::fs::write(&path, text).ok()?;
        Some(format!("  the whole report: {}", path.display()))
    }
}

/// The first line: what, how many, where, by which rustc, and the ways out that everybody has.
fn summary(findings: &[&Finding], analysis: &Analysis) -> String {
    let first = findings[0];
    let place = &first.place;
    let more = match findings.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    let help = first.help.first().map(|help| format!("{help}; ")).unwrap_or_default();
    format!(
        "wasm-import-guard: rustc {} on {}: {} [{}, {} {}]{more}. {help}or set \
         WASM_IMPORT_GUARD=warn (or off) to build anyway",
        analysis.considered.join(" or "),
        analysis.target,
        first.message,
        first.rule,
        place.package,
        place.version,
    )
}

fn listed(findings: &[&Finding]) -> Vec<String> {
    let mut lines: Vec<String> = findings
        .iter()
        .take(MAX_LINES)
        .map(|finding| {
            let place = &finding.place;
            format!(
                "  {}: {} at {} {} {}:{} ({})",
                finding.rule,
                finding.message,
                place.package,
                place.version,
                place.file,
                place.line,
                finding.path.join(" -> ")
            )
        })
        .collect();
    if findings.len() > MAX_LINES {
        lines.push(format!("  … and {} more", findings.len() - MAX_LINES));
    }
    lines
}

/// One finding in full, as plain text.
fn describe(finding: &Finding, out: &mut String) {
    let place = &finding.place;
    let mut line = |text: String| {
        let _ = writeln!(out, "{}", printable(&text));
    };
    line(format!("{}[{}]: {}", finding.level.as_str(), finding.rule, finding.message));
    line(format!(
        "  at {} {}: {}:{}:{}",
        place.package, place.version, place.file, place.line, place.column
    ));
    line(format!("  through {}", finding.path.join(" -> ")));
    for related in &finding.related {
        let place = &related.place;
        line(format!(
            "  also {} at {} {}:{}",
            related.label, place.package, place.file, place.line
        ));
    }
    for (rustc, outcomes) in &finding.outcomes {
        let outcomes: Vec<&str> = outcomes.iter().map(Outcome::as_str).collect();
        line(format!("  with rustc {rustc}: {}", outcomes.join(" or ")));
    }
    for note in &finding.notes {
        line(format!("  note: {note}"));
    }
    for help in &finding.help {
        line(format!("  help: {help}"));
    }
    line(String::new());
}

/// What cargo would watch by itself if this script printed no `rerun` line: the package's own files,
/// without what is built or hidden.
fn own_files(environment: &Environment) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(&environment.manifest_directory) else { return Vec::new() };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_built = name == "target" || environment.out_directory.starts_with(path);
            !is_built && !name.starts_with('.')
        })
        .collect()
}
