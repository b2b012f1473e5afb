//! rustup's toolchains, read from its files: a proxy would look at the project's.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::error::Error;
use crate::sorted;
use crate::trust::{Configuration, Trust};

/// rustup's home directory, where there is one.
#[derive(Debug)]
pub(super) struct Rustup {
    home: PathBuf,
    settings: Option<Document>,
}

/// A toolchain of rustup.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Installed {
    /// What `RUSTUP_TOOLCHAIN` calls it.
    pub(super) name: OsString,
    /// Its directory; `None` where only rustup knows it.
    pub(super) directory: Option<PathBuf>,
}

impl Rustup {
    /// `RUSTUP_HOME`, or else `.rustup` in the user's home directory, when it has toolchains.
    pub(super) fn find(configuration: &Configuration) -> Option<Self> {
        let home = match configuration.variable("RUSTUP_HOME") {
            Some(home) => std::path::absolute(home).ok()?,
            None => crate::trust::user_home()?.join(".rustup"),
        };
        let settings = Document::read(&home.join("settings.toml")).ok();
        home.join("toolchains").is_dir().then_some(Self { home, settings })
    }

    /// The toolchain that rustup would choose in the configuration's directory, except that a
    /// toolchain which the project names is never installed, and its `path` not used without trust.
    ///
    /// # Errors
    /// When the project names a toolchain that is not installed, by a path or by no plain name.
    pub(super) fn choose(
        &self,
        configuration: &Configuration,
        trust: Trust,
    ) -> Result<Option<Installed>, Error> {
        if let Some(name) = configuration.variable("RUSTUP_TOOLCHAIN") {
            return self.by_variable(configuration, trust, name).map(Some);
        }
        let file = configuration.toolchain_file();
        let file_directory = file.and_then(|file| file.path.parent());
        if let Some((directory, name)) = self.directory_override(&configuration.directory) {
            // rustup takes whichever is nearer, and its own override in the same directory.
            let depth = |path: &Path| path.components().count();
            if file_directory.is_none_or(|file| depth(file) <= depth(&directory)) {
                return Ok(Some(self.named(OsStr::new(&name))));
            }
        }
        let Some(file) = file else {
            let name =
                self.settings.as_ref().and_then(|settings| settings.get(&["default_toolchain"]));
            return Ok(name
                .and_then(|node| node.as_str())
                .map(|name| self.named(OsStr::new(name))));
        };
        if let Some((path, line)) = file.toolchain_path() {
            if file.is_of_project(&configuration.top) && !trust.config {
                return Err(Error::new(format!(
                    "{}:{line}: `path` names a toolchain whose programs would be run",
                    file.path.display()
                ))
                .help("look at what it names, then give `--trust-config` if you trust this project")
                .help(
                    "or choose a toolchain of yours: `cargo +stable …`, or set `RUSTUP_TOOLCHAIN`",
                ));
            }
            return Ok(Some(Installed { name: path.clone().into(), directory: Some(path) }));
        }
        let Some((channel, line)) = file.channel() else {
            return Ok(None);
        };
        let at = format!("{}:{line}", file.path.display());
        if !is_plain_name(channel) {
            return Err(Error::new(format!("{at}: `{channel}` is not the name of a toolchain"))
                .help("name a channel such as `stable`, `1.91.1` or `nightly-2025-12-01`"));
        }
        let found = self.named(OsStr::new(channel));
        if found.directory.is_none() {
            return Err(Error::new(format!("{at}: the toolchain `{channel}` is not installed"))
                .help(format!("install it: `rustup toolchain install {channel}`"))
                .help(
                    "or choose one that is installed: `cargo +stable …`, or set `RUSTUP_TOOLCHAIN`",
                ));
        }
        Ok(Some(found))
    }

    fn by_variable(
        &self,
        configuration: &Configuration,
        trust: Trust,
        name: OsString,
    ) -> Result<Installed, Error> {
        if !name.to_string_lossy().contains(['/', '\\']) {
            return Ok(self.named(&name));
        }
        // rustup's cargo proxy writes a project's `path` into this variable for its children.
        let directory = std::path::absolute(&name).unwrap_or_else(|_| PathBuf::from(&name));
        let inside =
            directory.starts_with(&configuration.top) && !directory.starts_with(&self.home);
        if inside && !trust.config {
            return Err(Error::new(format!(
                "RUSTUP_TOOLCHAIN is `{}`, which lies in the project",
                directory.display()
            ))
            .help("give `--trust-config` if you trust this project"));
        }
        Ok(Installed { name, directory: Some(directory) })
    }

    /// The directory of a toolchain by its name, with or without the host's triple.
    fn named(&self, name: &OsStr) -> Installed {
        let toolchains = self.home.join("toolchains");
        let exact = toolchains.join(name);
        if is_plain_name(&name.to_string_lossy()) && exact.is_dir() {
            return Installed { name: name.to_owned(), directory: Some(exact) };
        }
        let prefix = format!("{}-", name.to_string_lossy());
        let host = self.settings.as_ref().and_then(|settings| {
            Some(settings.get(&["default_host_triple"])?.as_str()?.to_owned())
        });
        let mut candidates: Vec<String> = std::fs::read_dir(&toolchains)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            // `nightly-2025-10-01-x86_64-…` is not the `nightly` of a host called `2025…`.
            .filter(|found| {
                found.strip_prefix(&prefix).is_some_and(|rest| {
                    rest.contains('-') && rest.starts_with(|c: char| c.is_ascii_alphabetic())
                })
            })
            .collect();
        sorted::sort_by_key(&mut candidates, |found| {
            let rest = &found[prefix.len()..];
            (
                host.as_deref() != Some(rest),
                !rest.starts_with(std::env::consts::ARCH),
                found.clone(),
            )
        });
        match candidates.into_iter().next() {
            Some(found) => {
                Installed { directory: Some(toolchains.join(&found)), name: OsString::from(found) }
            }
            None => Installed { name: name.to_owned(), directory: None },
        }
    }

    /// The nearest `rustup override` for `directory`.
    fn directory_override(&self, directory: &Path) -> Option<(PathBuf, String)> {
        let overrides = self.settings.as_ref()?.table(&["overrides"])?;
        directory.ancestors().find_map(|ancestor| {
            let name = overrides.get(ancestor.to_str()?)?.as_str()?;
            Some((ancestor.to_owned(), name.to_owned()))
        })
    }
}

/// A name that is nothing but a name: no path, no option.
fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_toolchains() {
        for name in [
            "stable",
            "1.91.0",
            "nightly-2025-10-01",
            "my_toolchain",
            "1.91-x86_64-pc-windows-msvc",
        ] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in ["", "..", "../x", "/x", "-x", ".x", "a b", "a\nb", "a\\b"] {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
