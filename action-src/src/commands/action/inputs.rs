//! The inputs of the Action. action.yml hands them over in environment variables, never in the text
//! of a script, where they would be run.

use std::ffi::OsString;
use std::path::PathBuf;

use wasm_import_guard::error::Error;
use wasm_import_guard::finding::Level;

use crate::cli::Common;

/// What a workflow asks for. What it leaves empty it does not ask for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inputs {
    manifest_path: Option<PathBuf>,
    packages: Vec<String>,
    features: Vec<String>,
    targets: Vec<String>,
    rustc_versions: Vec<String>,
    /// The mildest level that fails the step; `None` for never.
    pub(super) fail_on: Option<Level>,
    /// The revision to compare with.
    pub(super) base_ref: Option<String>,
    /// Whether only findings that the base has not are reported and decide.
    pub(super) new_only: bool,
    /// Where a SARIF log is written.
    pub(super) sarif_file: Option<PathBuf>,
}

impl Inputs {
    /// The inputs that `variable` gives by name.
    ///
    /// # Errors
    /// When a value is not one of those that are allowed.
    pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> anyhow::Result<Self> {
        let text = |name: &str| -> Result<String, Error> {
            let value = variable(name).unwrap_or_default().into_string();
            value.map_err(|_| Error::new(format!("{name} is not UTF-8")))
        };
        let one = |name: &str| -> Result<Option<String>, Error> {
            Ok(Some(text(name)?.trim().to_owned()).filter(|value| !value.is_empty()))
        };
        Ok(Self {
            manifest_path: one("INPUT_MANIFEST_PATH")?.map(PathBuf::from),
            packages: list(&text("INPUT_PACKAGE")?),
            features: list(&text("INPUT_FEATURES")?),
            targets: list(&text("INPUT_TARGETS")?),
            rustc_versions: list(&text("INPUT_RUSTC_VERSIONS")?),
            fail_on: fail_on(text("INPUT_FAIL_ON")?.trim())?,
            base_ref: one("INPUT_BASE_REF")?,
            new_only: switch("new-only", text("INPUT_NEW_ONLY")?.trim())?,
            sarif_file: one("INPUT_SARIF_FILE")?.map(PathBuf::from),
        })
    }

    /// Sets the options that the inputs stand for.
    pub(super) fn apply(&self, common: &mut Common) {
        if self.manifest_path.is_some() {
            common.packages.manifest_path.clone_from(&self.manifest_path);
        }
        if !self.packages.is_empty() {
            common.packages.packages.clone_from(&self.packages);
        }
        if !self.features.is_empty() {
            common.features.features.clone_from(&self.features);
        }
        if !self.targets.is_empty() {
            common.compilation.targets.clone_from(&self.targets);
        }
        if !self.rustc_versions.is_empty() {
            common.compilation.rustc_versions.clone_from(&self.rustc_versions);
        }
    }
}

fn fail_on(value: &str) -> Result<Option<Level>, Error> {
    match value {
        "" | "deny" => Ok(Some(Level::Deny)),
        "warn" => Ok(Some(Level::Warn)),
        "never" => Ok(None),
        other => Err(Error::new(format!("the input `fail-on` is `{other}`"))
            .help("give `deny`, `warn` or `never`")),
    }
}

/// An input that is on or off.
fn switch(name: &str, value: &str) -> Result<bool, Error> {
    match value {
        "" | "false" => Ok(false),
        "true" => Ok(true),
        other => {
            Err(Error::new(format!("the input `{name}` is `{other}`"))
                .help("give `true` or `false`"))
        }
    }
}

/// The parts of a list that is written with blanks, commas or line breaks.
fn list(value: &str) -> Vec<String> {
    let parts = value.split(|c: char| c.is_whitespace() || c == ',');
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use wasm_import_guard::finding::Level;

    use super::Inputs;

    fn read(given: &[(&str, &str)]) -> anyhow::Result<Inputs> {
        let value = |name: &str| Some(given.iter().find(|(key, _)| *key == name)?.1.into());
        Inputs::read(value)
    }

    #[test]
    fn what_is_empty_is_not_asked_for() {
        let defaults = Inputs {
            manifest_path: None,
            packages: Vec::new(),
            features: Vec::new(),
            targets: Vec::new(),
            rustc_versions: Vec::new(),
            fail_on: Some(Level::Deny),
            base_ref: None,
            new_only: false,
            sarif_file: None,
        };
        assert_eq!(read(&[]).unwrap(), defaults);
        let names = [
            "MANIFEST_PATH",
            "PACKAGE",
            "FEATURES",
            "TARGETS",
            "RUSTC_VERSIONS",
            "FAIL_ON",
            "BASE_REF",
            "NEW_ONLY",
            "SARIF_FILE",
        ];
        let names = names.map(|name| format!("INPUT_{name}"));
        let empty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), " \n")).collect();
        assert_eq!(read(&empty).unwrap(), defaults);
    }

    #[test]
    fn lists_take_blanks_commas_and_line_breaks() {
        let inputs = read(&[
            ("INPUT_MANIFEST_PATH", "a b/Cargo.toml\n"),
            ("INPUT_TARGETS", "wasm32-wasip1, wasm32-unknown-unknown\r\nwasm32-wasip2"),
            ("INPUT_RUSTC_VERSIONS", ",1.91.0,,1.90.0\n"),
            ("INPUT_FAIL_ON", "never"),
        ]);
        let inputs = inputs.unwrap();
        assert_eq!(inputs.manifest_path, Some(PathBuf::from("a b/Cargo.toml")));
        assert_eq!(inputs.targets, ["wasm32-wasip1", "wasm32-unknown-unknown", "wasm32-wasip2"]);
        assert_eq!(inputs.rustc_versions, ["1.91.0", "1.90.0"]);
        assert_eq!(inputs.fail_on, None);
        let inputs = read(&[
            ("INPUT_PACKAGE", "app other"),
            ("INPUT_FEATURES", "a,b/c"),
            ("INPUT_BASE_REF", " origin/main\n"),
            ("INPUT_NEW_ONLY", "true"),
            ("INPUT_SARIF_FILE", "out dir/x.sarif"),
        ]);
        let inputs = inputs.unwrap();
        assert_eq!((inputs.packages.len(), inputs.features.len()), (2, 2));
        assert_eq!(inputs.base_ref.as_deref(), Some("origin/main"));
        assert_eq!(inputs.sarif_file, Some(PathBuf::from("out dir/x.sarif")));
        assert!(inputs.new_only);
    }

    #[test]
    fn a_level_that_is_none_is_named_with_those_that_are() {
        let error = read(&[("INPUT_FAIL_ON", "Deny")]).unwrap_err();
        let error = error.downcast_ref::<wasm_import_guard::error::Error>().unwrap();
        assert_eq!(error.message(), "the input `fail-on` is `Deny`");
        assert_eq!(error.helps(), ["give `deny`, `warn` or `never`"]);
        assert_eq!(read(&[("INPUT_FAIL_ON", "warn")]).unwrap().fail_on, Some(Level::Warn));
    }
}
