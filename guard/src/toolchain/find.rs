//! Finding cargo and rustc without asking the project.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::rustup::{Installed, Rustup};
use super::said::Notes;
use super::{Rustc, Toolchain, ask};
use crate::cache::{Cache, CacheChoice};
use crate::error::Error;
use crate::parallel::at_once;
use crate::trust::{Configuration, Trust, user_home};

impl Toolchain {
    /// Finds the toolchain for a project whose cargo would be run in `directory`.
    ///
    /// `RUSTC` and `CARGO` of the environment are honoured; so is the user's own cargo configuration.
    /// Else the programs come from rustup's toolchain (`RUSTUP_TOOLCHAIN`, `rustup override`, the
    /// project's `rust-toolchain` file where it names an installed channel, the default), or from
    /// `PATH`, whose relative entries and those inside the project are skipped.
    ///
    /// # Errors
    /// When the project's configuration names a program and `trust` does not allow it, when it names a
    /// toolchain that is not installed, and when there is no rustc or cargo that runs.
    pub fn find(directory: &Path, trust: Trust) -> Result<Self, Error> {
        Self::find_noted(directory, trust, &CacheChoice::Off)
    }

    /// The same; what rustc says of itself is kept in `cache` as long as it is the same program.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn find_noted(directory: &Path, trust: Trust, cache: &CacheChoice) -> Result<Self, Error> {
        let configuration = Configuration::read(directory)?;
        configuration.check(trust)?;
        Self::find_for(configuration, trust, &cache.of_user())
    }

    fn find_for(configuration: Configuration, trust: Trust, cache: &Cache) -> Result<Self, Error> {
        let rustup = Rustup::find(&configuration);
        let path = search_path(&configuration);
        let installed = match &rustup {
            Some(rustup) => rustup.choose(&configuration, trust)?,
            None => None,
        };
        let named = named_rustc(&configuration, trust);
        let given = named.is_some();
        let rustc = match named {
            Some(rustc) => resolve(&rustc, &path),
            None => of_toolchain(installed.as_ref(), "rustc").or_else(|| search("rustc", &path)),
        };
        let rustc = rustc.ok_or_else(|| {
            Error::new(
                "there is no rustc: neither `RUSTC` nor `PATH` leads to one outside the project",
            )
            .help("install Rust from https://rustup.rs")
        })?;
        let mut toolchain = Self {
            cargo: PathBuf::new(),
            rustc,
            sysroot: PathBuf::new(),
            rustup_toolchain: installed.as_ref().map(|installed| installed.name.clone()),
            version: Rustc {
                release: String::new(),
                commit_hash: None,
                commit_date: None,
                host: None,
            },
            path: Some(std::env::join_paths(&path).unwrap_or_default()),
            configuration,
            trust,
        };
        toolchain.ask_rustc(cache)?;
        // A rustup proxy reports the sysroot of the toolchain it stands for. What the user named is
        // kept: it may be a wrapper that sets the loader's path.
        let program = |name: &str| {
            let path = toolchain.sysroot.join("bin").join(executable(name));
            path.is_file().then_some(path)
        };
        let real = program("rustc");
        let cargo = toolchain
            .configuration
            .variable("CARGO")
            .map(PathBuf::from)
            .filter(|cargo| cargo.is_absolute() && cargo.is_file())
            .or_else(|| program("cargo"))
            .or_else(|| of_toolchain(installed.as_ref(), "cargo"))
            .or_else(|| search("cargo", &path));
        toolchain.cargo = cargo.ok_or_else(|| {
            Error::new(
                "there is no cargo: neither `CARGO` nor `PATH` leads to one outside the project",
            )
            .help("install Rust from https://rustup.rs")
        })?;
        if let (Some(real), false) = (real, given) {
            toolchain.rustc = real;
        }
        Ok(toolchain)
    }

    /// The program `name` of the user's `PATH`, without entries that the project could fill; none in a
    /// build script.
    pub fn user_program(&self, name: &str) -> Option<PathBuf> {
        let path: Vec<PathBuf> = std::env::split_paths(self.path.as_ref()?).collect();
        search(name, &path)
    }

    /// The toolchain of the cargo that runs this build script: `RUSTC` and `CARGO` as it gave them.
    ///
    /// # Errors
    /// When these are not set, as outside cargo, and when rustc does not run.
    pub fn in_build_script() -> Result<Self, Error> {
        let variable = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from).ok_or_else(
                || Error::new(format!("`{name}` is not set, which cargo sets for a build script")),
            )
        };
        let mut toolchain = Self {
            cargo: variable("CARGO")?,
            rustc: variable("RUSTC")?,
            sysroot: PathBuf::new(),
            rustup_toolchain: std::env::var_os("RUSTUP_TOOLCHAIN"),
            version: Rustc {
                release: String::new(),
                commit_hash: None,
                commit_date: None,
                host: None,
            },
            path: None,
            configuration: Configuration::default(),
            trust: Trust::default(),
        };
        toolchain.ask_rustc(&Cache::off())?;
        Ok(toolchain)
    }

    /// Fills in what rustc says of itself.
    fn ask_rustc(&mut self, cache: &Cache) -> Result<(), Error> {
        let notes = Notes::on(&self.rustc, cache);
        let (version, sysroot) = if let Some(said) = notes.get() {
            said
        } else {
            let (version, sysroot) = at_once(
                || ask(self.rustc_command().arg("-vV"), &self.rustc),
                || ask(self.rustc_command().args(["--print", "sysroot"]), &self.rustc),
            );
            let said = (version?, sysroot?);
            notes.put(&said);
            said
        };
        self.version = Rustc::parse_verbose(&version)?;
        self.sysroot = PathBuf::from(sysroot.trim_end_matches(['\r', '\n']));
        Ok(())
    }
}

/// The rustc that the user's environment or the configuration names.
fn named_rustc(configuration: &Configuration, trust: Trust) -> Option<PathBuf> {
    ["RUSTC", "CARGO_BUILD_RUSTC"]
        .iter()
        .find_map(|name| configuration.variable(name))
        .map(PathBuf::from)
        .or_else(|| configuration.rustc(trust))
}

/// A program by its path, or by its name on `path`.
fn resolve(program: &Path, path: &[PathBuf]) -> Option<PathBuf> {
    if program.components().count() > 1 || program.is_absolute() {
        return std::path::absolute(program).ok();
    }
    search(program, path)
}

fn of_toolchain(installed: Option<&Installed>, name: &str) -> Option<PathBuf> {
    let program = installed?.directory.as_ref()?.join("bin").join(executable(name));
    program.is_file().then_some(program)
}

fn executable(name: &str) -> OsString {
    OsString::from(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The entries of `PATH` that the project cannot fill.
fn search_path(configuration: &Configuration) -> Vec<PathBuf> {
    let variable = configuration.variable("PATH").unwrap_or_default();
    std::env::split_paths(&variable)
        .filter(|entry| {
            let real = entry.canonicalize().unwrap_or_else(|_| entry.clone());
            let inside =
                |directory: &Path| entry.starts_with(directory) || real.starts_with(directory);
            // Somebody's whole home directory can be one repository. Tools that were moved into a
            // project are the project's.
            let is_usual = user_home().is_some_and(|home| {
                inside(&home.join(".cargo/bin")) || inside(&home.join(".rustup"))
            });
            entry.is_absolute() && (is_usual || !inside(&configuration.top))
        })
        .collect()
}

fn search(name: impl AsRef<OsStr>, path: &[PathBuf]) -> Option<PathBuf> {
    let name = name.as_ref();
    let mut file = name.to_owned();
    if Path::new(name).extension().is_none() {
        file.push(std::env::consts::EXE_SUFFIX);
    }
    path.iter().map(|directory| directory.join(&file)).find(|program| is_executable(program))
}

#[cfg(unix)]
fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(program)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(program: &Path) -> bool {
    program.is_file()
}
