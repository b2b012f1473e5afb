//! The inputs of the Action. action.yml hands them over in environment variables, never in the text
//! of a script, where they would be run.

use std::ffi::OsString;
use std::path::PathBuf;

use wasm_import_guard::error::Error;
use wasm_import_guard::finding::Level;

use crate::cli::Common;
use crate::github::api::Token;
use crate::render::github::MAX_PER_SEVERITY;

/// What a workflow asks for. What it leaves empty it does not ask for.
#[derive(Debug)]
pub(super) struct Inputs {
    /// Where the step works, instead of the workspace.
    pub(super) working_directory: Option<PathBuf>,
    /// The manifests to check, one after the other; none means that of the working directory.
    manifest_paths: Vec<PathBuf>,
    packages: Vec<String>,
    features: Vec<String>,
    targets: Vec<String>,
    rustc_versions: Vec<String>,
    /// Whether the project is built, and what the build made is judged too.
    pub(super) build: bool,
    /// The mildest level that fails the step; `None` for never.
    pub(super) fail_on: Option<Level>,
    /// The revision to compare with.
    pub(super) base_ref: Option<String>,
    /// Whether only findings that the base has not are reported and decide.
    pub(super) new_only: bool,
    pub(super) annotations: bool,
    /// How many annotations of each severity there are at most.
    pub(super) max_annotations: usize,
    pub(super) summary: bool,
    pub(super) comment: Comment,
    /// Tells the comment apart from those of other uses on the same pull request.
    pub(super) comment_key: String,
    pub(super) check_run: bool,
    /// Where a SARIF log is written.
    pub(super) sarif_file: Option<PathBuf>,
    /// Where the map of imports is written.
    pub(super) html_file: Option<PathBuf>,
    pub(super) token: Token,
}

/// When there is a comment on the pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comment {
    Never,
    /// Once there is a finding; without one a comment that is there is brought up to date.
    OnFindings,
    Always,
}

impl Inputs {
    /// The inputs that `variable` gives by name.
    ///
    /// # Errors
    /// When a value is not one of those that are allowed.
    pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let text = |name: &str| -> Result<String, Error> {
            let value = variable(&variable_of(name)).unwrap_or_default().into_string();
            value.map_err(|_| Error::new(format!("the input `{name}` is not UTF-8")))
        };
        let one = |name: &str| -> Result<Option<String>, Error> {
            Ok(Some(text(name)?.trim().to_owned()).filter(|value| !value.is_empty()))
        };
        let switch = |name: &str, default: bool| switch(name, one(name)?.as_deref(), default);
        Ok(Self {
            working_directory: one("working-directory")?.map(PathBuf::from),
            manifest_paths: lines(&text("manifest-path")?),
            packages: list(&text("package")?),
            features: list(&text("features")?),
            targets: list(&text("targets")?),
            rustc_versions: list(&text("rustc-versions")?),
            build: switch("build", false)?,
            fail_on: choice(
                "fail-on",
                one("fail-on")?.as_deref().unwrap_or("deny"),
                &[("deny", Some(Level::Deny)), ("warn", Some(Level::Warn)), ("never", None)],
            )?,
            base_ref: one("base-ref")?,
            new_only: switch("new-only", false)?,
            annotations: switch("annotations", true)?,
            max_annotations: number("max-annotations", one("max-annotations")?.as_deref())?,
            summary: switch("summary", true)?,
            comment: choice(
                "comment",
                one("comment")?.as_deref().unwrap_or("never"),
                &[
                    ("never", Comment::Never),
                    ("on-findings", Comment::OnFindings),
                    ("always", Comment::Always),
                ],
            )?,
            comment_key: one("comment-key")?.unwrap_or_default(),
            check_run: switch("check-run", false)?,
            sarif_file: one("sarif-file")?.map(PathBuf::from),
            html_file: one("html-file")?.map(PathBuf::from),
            token: Token(one("token")?.unwrap_or_default()),
        })
    }

    /// The options that the inputs stand for, once for each manifest.
    pub(super) fn options(&self, given: &Common) -> Vec<Common> {
        let mut common = given.clone();
        for (value, option) in [
            (&self.packages, &mut common.packages.packages),
            (&self.features, &mut common.features.features),
            (&self.targets, &mut common.compilation.targets),
            (&self.rustc_versions, &mut common.compilation.rustc_versions),
        ] {
            if !value.is_empty() {
                option.clone_from(value);
            }
        }
        if self.manifest_paths.is_empty() {
            return vec![common];
        }
        let one = |path: &PathBuf| {
            let mut common = common.clone();
            common.packages.manifest_path = Some(path.clone());
            common
        };
        self.manifest_paths.iter().map(one).collect()
    }
}

/// The environment variable of an input.
pub(super) fn variable_of(input: &str) -> String {
    format!("INPUT_{}", input.to_ascii_uppercase().replace('-', "_"))
}

/// An input that is on or off.
fn switch(name: &str, value: Option<&str>, default: bool) -> Result<bool, Error> {
    let default = if default { "true" } else { "false" };
    choice(name, value.unwrap_or(default), &[("true", true), ("false", false)])
}

/// An input that has one of a few values.
fn choice<T: Copy>(name: &str, value: &str, values: &[(&str, T)]) -> Result<T, Error> {
    if let Some((_, meaning)) = values.iter().find(|(word, _)| *word == value) {
        return Ok(*meaning);
    }
    let words: Vec<String> = values.iter().map(|(word, _)| format!("`{word}`")).collect();
    Err(Error::new(format!("the input `{name}` is `{value}`"))
        .help(format!("give one of {}", words.join(", "))))
}

/// An input that is a number above 0.
fn number(name: &str, value: Option<&str>) -> Result<usize, Error> {
    let Some(value) = value else { return Ok(MAX_PER_SEVERITY) };
    value.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
        Error::new(format!("the input `{name}` is `{value}`"))
            .help("give a number from 1 on; `annotations: false` leaves all of them out")
    })
}

/// The parts of a list that is written with blanks, commas or line breaks.
fn list(value: &str) -> Vec<String> {
    let parts = value.split(|c: char| c.is_whitespace() || c == ',');
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The lines of a list of paths, in which blanks and commas are nothing special.
fn lines(value: &str) -> Vec<PathBuf> {
    value.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests;
