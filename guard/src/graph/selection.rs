//! Which packages, features and lock behaviour the user asked for: cargo's own options.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

/// The options that cargo understands, as the user gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The directory cargo runs in. Cargo reads its configuration from there upwards.
    pub directory: PathBuf,
    /// `--manifest-path`.
    pub manifest_path: Option<PathBuf>,
    /// `--package`, each.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--features`, each, as written.
    pub features: Vec<String>,
    /// `--all-features`.
    pub all_features: bool,
    /// `--no-default-features`.
    pub no_default_features: bool,
    /// `--locked`.
    pub locked: bool,
    /// `--offline`.
    pub offline: bool,
    /// `--frozen`.
    pub frozen: bool,
}

impl Selection {
    /// Gives `cargo` the options that choose manifest, packages, features and lock behaviour, each in one
    /// argument, so that no value can be taken for an option.
    pub fn add_to(&self, cargo: &mut Command) {
        self.add_manifest_to(cargo);
        for package in &self.packages {
            cargo.arg(option("--package", package.as_ref()));
        }
        for features in &self.features {
            cargo.arg(option("--features", features.as_ref()));
        }
        for (is_given, option) in [
            (self.workspace, "--workspace"),
            (self.all_features, "--all-features"),
            (self.no_default_features, "--no-default-features"),
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (self.frozen, "--frozen"),
        ] {
            if is_given {
                cargo.arg(option);
            }
        }
    }

    /// The same with `--manifest-path` alone.
    pub(super) fn add_manifest_to(&self, cargo: &mut Command) {
        if let Some(path) = &self.manifest_path {
            cargo.arg(option("--manifest-path", path.as_ref()));
        }
    }
}

fn option(name: &str, value: &OsStr) -> OsString {
    let mut argument = OsString::from(name);
    argument.push("=");
    argument.push(value);
    argument
}
