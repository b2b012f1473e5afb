//! cargo's configuration files, as cargo finds them for a directory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::ToolchainFile;
use crate::document::{Document, Node, ReadError};
use crate::error::Error;

/// How deep `include` is followed.
const MAX_INCLUDE_DEPTH: usize = 8;

/// The most configuration files that are read.
const MAX_FILES: usize = 64;

/// The cargo configuration that holds in a directory, and whose it is.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// The directory it was read for, absolute.
    pub(crate) directory: PathBuf,
    /// The project's topmost directory: what lies in it is untrusted.
    pub(crate) top: PathBuf,
    /// cargo's home, where it can be told.
    pub(crate) cargo_home: Option<PathBuf>,
    /// The files, those that take precedence first.
    files: Vec<File>,
    toolchain_file: Option<ToolchainFile>,
    /// What counts of the user's environment.
    pub(super) variables: Vec<(String, OsString)>,
}

#[derive(Debug, Clone)]
struct File {
    document: Document,
    of_project: bool,
}

/// The variables that are looked at, besides `CARGO_TARGET_<triple>_RUSTFLAGS`.
const VARIABLES: &[&str] = &[
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC",
    "CARGO_BUILD_RUSTC",
    "CARGO",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_HOME",
    "PATH",
];

impl Configuration {
    /// Reads what holds in `directory`: the files from there to the file system's root, what they
    /// include, and the one in cargo's home; the `rust-toolchain` file; the user's environment.
    ///
    /// The project's top is the higher of two: the nearest ancestor with a `.git`, and the topmost
    /// one with a workspace's manifest. Files above it, and those of cargo's home, are the user's own.
    ///
    /// # Errors
    /// When the directory or one of the files cannot be read.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let directory = std::path::absolute(directory)
            .and_then(|path| path.canonicalize())
            .map_err(|error| {
                Error::new(format!("could not open the directory {}: {error}", directory.display()))
            })?;
        let directory = plain(&directory);
        let top = project_top(&directory);
        let cargo_home = cargo_home();
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, value)| !value.is_empty() && is_looked_at(name))
            .collect();
        let toolchain_file = ToolchainFile::find(&directory)?;
        let mut configuration =
            Self { directory, top, cargo_home, files: Vec::new(), toolchain_file, variables };
        configuration.read_files()?;
        Ok(configuration)
    }

    /// cargo's home: `CARGO_HOME`, or else `.cargo` in the user's home directory.
    pub fn cargo_home(&self) -> Option<&Path> {
        self.cargo_home.as_deref()
    }

    /// The topmost directory of the project, absolute.
    pub fn project_top(&self) -> &Path {
        &self.top
    }

    /// The project's own files, those that take precedence first.
    pub(crate) fn of_project(&self) -> impl Iterator<Item = &Document> {
        self.files.iter().filter(|file| file.of_project).map(|file| &file.document)
    }

    /// The files, those that take precedence first; the project's own only where asked for.
    pub(crate) fn documents(&self, with_project: bool) -> impl Iterator<Item = &Document> {
        self.files
            .iter()
            .filter(move |file| with_project || !file.of_project)
            .map(|file| &file.document)
    }

    /// The `rust-toolchain` file that holds.
    pub(crate) fn toolchain_file(&self) -> Option<&ToolchainFile> {
        self.toolchain_file.as_ref()
    }

    fn read_files(&mut self) -> Result<(), Error> {
        let directories: Vec<PathBuf> =
            self.directory.ancestors().map(|directory| directory.join(".cargo")).collect();
        let home = self.cargo_home.clone().map(|home| home.canonicalize().unwrap_or(home));
        let mut home_seen = false;
        for directory in directories {
            let is_home = home.as_deref() == Some(plain_canonical(&directory).as_path());
            home_seen |= is_home;
            // A cargo home that is set to a directory of the project holds what the project put there.
            let own_home = is_home && home_is_default(&directory);
            let of_project = !own_home && directory.starts_with(&self.top);
            self.read_directory(&directory, of_project)?;
        }
        if let (Some(home), false) = (home, home_seen) {
            let of_project = home.starts_with(&self.top) && !home_is_default(&home);
            self.read_directory(&home, of_project)?;
        }
        Ok(())
    }

    fn read_directory(&mut self, directory: &Path, of_project: bool) -> Result<(), Error> {
        // cargo reads the first of the two that exists. A scan for programs must not depend on that.
        for name in ["config", "config.toml"] {
            self.read_file(&directory.join(name), of_project, 0, false)?;
        }
        Ok(())
    }

    fn read_file(
        &mut self,
        path: &Path,
        of_project: bool,
        depth: usize,
        required: bool,
    ) -> Result<(), Error> {
        let document = match Document::read(path) {
            Ok(document) => document,
            Err(ReadError::Missing) if !required => return Ok(()),
            // A directory `.cargo/config` is none of cargo's files.
            Err(ReadError::NotAFile) if path.is_dir() => return Ok(()),
            Err(error) => {
                return Err(Error::new(format!(
                    "could not read the cargo configuration {}: {error}",
                    path.display()
                )));
            }
        };
        if self.files.len() >= MAX_FILES || depth > MAX_INCLUDE_DEPTH {
            return Err(Error::new(format!(
                "the cargo configuration {} goes over the limit of {MAX_FILES} files or \
                 {MAX_INCLUDE_DEPTH} levels of `include`",
                path.display()
            )));
        }
        let includes = includes(&document);
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        self.files.push(File { document, of_project });
        // What is included has lower precedence, and what is included last the highest of that.
        for (include, optional) in includes.into_iter().rev() {
            let path = base.join(include);
            self.read_file(&path, of_project, depth + 1, !optional)?;
        }
        Ok(())
    }
}

/// The paths under `include`, each with whether it may be missing.
fn includes(document: &Document) -> Vec<(String, bool)> {
    let Some(node) = document.get(&["include"]) else { return Vec::new() };
    let one = std::slice::from_ref(node);
    node.as_array()
        .unwrap_or(one)
        .iter()
        .filter_map(|node| {
            let optional = node.get("optional").and_then(Node::as_bool).unwrap_or(false);
            let path = node.as_str().or_else(|| node.get("path")?.as_str())?;
            Some((path.to_owned(), optional))
        })
        .collect()
}

fn is_looked_at(name: &str) -> bool {
    VARIABLES.contains(&name) || name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS")
}

/// See [`Configuration::read`].
fn project_top(directory: &Path) -> PathBuf {
    let repository = directory.ancestors().find(|ancestor| ancestor.join(".git").exists());
    let nearest = directory.ancestors().find(|ancestor| ancestor.join("Cargo.toml").is_file());
    let workspace = directory
        .ancestors()
        .filter(|ancestor| {
            Document::read(&ancestor.join("Cargo.toml"))
                .is_ok_and(|manifest| manifest.get(&["workspace"]).is_some())
        })
        .last();
    [repository, nearest, workspace, Some(directory)]
        .into_iter()
        .flatten()
        .min_by_key(|ancestor| ancestor.components().count())
        .unwrap_or(directory)
        .to_owned()
}

/// The user's home directory.
pub(crate) fn user_home() -> Option<PathBuf> {
    // Deprecated for a wrong answer under Cygwin, which Rust 1.85 repaired.
    #[allow(deprecated)]
    std::env::home_dir().filter(|home| home.is_absolute())
}

fn cargo_home() -> Option<PathBuf> {
    match std::env::var_os("CARGO_HOME") {
        Some(home) if !home.is_empty() => std::path::absolute(home).ok(),
        _ => Some(user_home()?.join(".cargo")),
    }
}

/// Whether `directory` is where cargo's home is unless somebody moves it.
fn home_is_default(directory: &Path) -> bool {
    user_home()
        .is_some_and(|home| plain_canonical(&home.join(".cargo")) == plain_canonical(directory))
}

fn plain_canonical(path: &Path) -> PathBuf {
    path.canonicalize().map_or_else(|_| path.to_owned(), |path| plain(&path))
}

/// Without the `\\?\` that Windows puts before a canonical path, which cargo cannot take.
pub(crate) fn plain(path: &Path) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(rest) if !rest.starts_with("UNC\\") => PathBuf::from(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
impl Configuration {
    /// The same with another cargo home.
    pub(crate) fn at_home(self, home: &Path) -> Self {
        Self { cargo_home: Some(home.to_owned()), ..self }
    }

    /// The project's files as given, without environment.
    pub(crate) fn of_documents(documents: Vec<Document>) -> Self {
        let files =
            documents.into_iter().map(|document| File { document, of_project: true }).collect();
        Self { files, ..Self::default() }
    }
}
