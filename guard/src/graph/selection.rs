//! Which packages, features and lock behaviour the user asked for: cargo's own options.

use std::path::PathBuf;

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
