//! Where entries are kept.

use std::path::{Path, PathBuf};

use super::Cache;

/// What the environment says of the cache, by `WASM_IMPORT_GUARD_CACHE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheChoice {
    /// Nothing: the usual place.
    Usual,
    /// `off`: nothing is read or written.
    Off,
    /// An absolute path: this directory.
    At(PathBuf),
}

impl CacheChoice {
    /// The variable of the environment.
    pub const VARIABLE: &str = "WASM_IMPORT_GUARD_CACHE";

    /// As the environment has it.
    ///
    /// # Errors
    /// When the variable has a value that is neither `off` nor an absolute path.
    pub fn of_environment() -> Result<Self, crate::error::Error> {
        let Some(value) = std::env::var_os(Self::VARIABLE).filter(|it| !it.is_empty()) else {
            return Ok(Self::Usual);
        };
        let path = PathBuf::from(&value);
        if value == "off" {
            Ok(Self::Off)
        } else if path.is_absolute() {
            Ok(Self::At(path))
        } else {
            let message = format!("{} is `{}`", Self::VARIABLE, path.display());
            Err(crate::error::Error::new(message).help(
                "`off` keeps nothing, and an absolute path names the directory to keep it in",
            ))
        }
    }

    /// The cache of the command: where the user's other caches are, which no project can write to.
    pub(crate) fn of_user(&self) -> Cache {
        self.or_usual(|| {
            let variable =
                |name| std::env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
            let home = || variable("HOME");
            let caches = if cfg!(windows) {
                variable("LOCALAPPDATA")
            } else if cfg!(target_os = "macos") {
                home().map(|home| home.join("Library/Caches"))
            } else {
                variable("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")))
            };
            Some(caches?.join("wasm-import-guard"))
        })
    }

    /// The cache of a build: in `target_directory`, beside what cargo keeps of it.
    pub(crate) fn of_build(&self, target_directory: Option<&Path>) -> Cache {
        self.or_usual(|| Some(target_directory?.join("wasm-import-guard")))
    }

    fn or_usual(&self, usual: impl FnOnce() -> Option<PathBuf>) -> Cache {
        match self {
            Self::Usual => usual().map_or_else(Cache::off, Cache::at),
            Self::Off => Cache::off(),
            Self::At(directory) => Cache::at(directory.clone()),
        }
    }
}
