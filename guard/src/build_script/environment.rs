//! What cargo tells a build script through the environment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cfg::TargetCfg;
use crate::error::Error;

/// What is known about the build.
#[derive(Debug)]
pub(super) struct Environment {
    /// The target triple.
    pub(super) target: String,
    pub(super) cfg: TargetCfg,
    /// The package's own features, spelled as in its manifest.
    pub(super) features: BTreeSet<String>,
    pub(super) manifest_directory: PathBuf,
    pub(super) out_directory: PathBuf,
    /// `name version`.
    pub(super) package: String,
    pub(super) position: Position,
    pub(super) strictness: Result<Strictness, Error>,
    /// What the package may use: a `rust-version` below 1.77 makes cargo refuse every `cargo::` line.
    pub(super) syntax: Syntax,
    /// Rust-analyzer runs build scripts and never links.
    pub(super) in_editor: bool,
}

/// Where the package stands in the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// A member of the workspace being built.
    Member,
    /// Somebody's dependency.
    Dependency,
}

/// What a finding at deny does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Nothing is checked.
    Off,
    /// It warns.
    Warn,
    /// It fails the build.
    Deny,
}

impl Strictness {
    pub(super) fn at_most_warn(self) -> Self {
        match self {
            Self::Off => Self::Off,
            Self::Warn | Self::Deny => Self::Warn,
        }
    }
}

/// Which lines cargo understands, the poorest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Syntax {
    /// `cargo:` alone.
    SingleColon,
    /// `cargo::`, without errors.
    DoubleColon,
    /// `cargo::` and `cargo::error=`.
    WithErrors,
}

impl Environment {
    /// Reads the environment of a build script; `None` when there is nothing to check: the target is not
    /// WebAssembly, the build is for docs.rs, or this is no build script.
    pub(super) fn read(caller: &str) -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok();
        let target = variable("TARGET")?;
        let architecture = variable("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
        if !architecture.starts_with("wasm") || std::env::var_os("DOCS_RS").is_some() {
            return None;
        }
        let manifest_directory = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
        let name = variable("CARGO_PKG_NAME").unwrap_or_default();
        let version = variable("CARGO_PKG_VERSION").unwrap_or_default();
        Some(Self {
            cfg: TargetCfg::from_build_script_env(),
            features: features(variable("CARGO_CFG_FEATURE").as_deref()),
            position: position(&manifest_directory, caller),
            strictness: strictness(variable("WASM_IMPORT_GUARD").as_deref()),
            syntax: syntax(variable("CARGO_PKG_RUST_VERSION").as_deref()),
            in_editor: std::env::var_os("RA_RUSTC_WRAPPER").is_some(),
            out_directory: PathBuf::from(std::env::var_os("OUT_DIR")?),
            package: format!("{name} {version}"),
            manifest_directory,
            target,
        })
    }
}

fn features(list: Option<&str>) -> BTreeSet<String> {
    list.unwrap_or_default().split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect()
}

/// cargo unpacks registry and git packages with a marker, and vendored ones with a checksum file. Of the
/// rest, it compiles the build scripts of workspace members under a path relative to the workspace, and
/// those of path dependencies elsewhere under an absolute one.
fn position(manifest_directory: &Path, caller: &str) -> Position {
    let downloaded = [".cargo-ok", ".cargo-checksum.json"]
        .iter()
        .any(|marker| manifest_directory.join(marker).exists());
    if downloaded || Path::new(caller).is_absolute() {
        Position::Dependency
    } else {
        Position::Member
    }
}

fn strictness(value: Option<&str>) -> Result<Strictness, Error> {
    match value {
        None | Some("" | "deny") => Ok(Strictness::Deny),
        Some("warn") => Ok(Strictness::Warn),
        Some("off") => Ok(Strictness::Off),
        Some(other) => {
            Err(Error::new(format!("WASM_IMPORT_GUARD is `{other}`, which is none of its values"))
                .help("set it to `off`, `warn` or `deny`"))
        }
    }
}

fn syntax(rust_version: Option<&str>) -> Syntax {
    let minor = rust_version.and_then(|version| version.split('.').nth(1)?.parse::<u32>().ok());
    match minor {
        Some(minor) if minor < 77 => Syntax::SingleColon,
        _ => Syntax::WithErrors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_takes_three_values_and_refuses_the_rest() {
        assert_eq!(strictness(None), Ok(Strictness::Deny));
        assert_eq!(strictness(Some("")), Ok(Strictness::Deny));
        assert_eq!(strictness(Some("warn")), Ok(Strictness::Warn));
        assert_eq!(strictness(Some("off")), Ok(Strictness::Off));
        let error = strictness(Some("no")).expect_err("refused");
        assert!(error.message().contains("`no`"), "{error}");
    }

    #[test]
    fn a_relative_caller_is_a_member_and_an_absolute_one_is_not() {
        let nowhere = Path::new("nowhere");
        assert_eq!(position(nowhere, "app/build.rs"), Position::Member);
        let absolute = std::env::temp_dir().join("build.rs");
        assert_eq!(position(nowhere, &absolute.to_string_lossy()), Position::Dependency);
    }

    #[test]
    fn an_old_rust_version_forbids_the_double_colon() {
        assert_eq!(syntax(Some("1.70")), Syntax::SingleColon);
        assert_eq!(syntax(Some("1.77.0")), Syntax::WithErrors);
        assert_eq!(syntax(None), Syntax::WithErrors);
    }
}
