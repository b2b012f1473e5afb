//! What a project's cargo configuration may decide, and what it may not: the programs that run.
//!
//! `cargo tree` starts rustc, and a project can name that rustc, programs to wrap it, flags and
//! variables that make it load code, and programs that hand out credentials. An analysis of a pull
//! request must run none of them. Wrappers are switched off in every child's environment, where cargo
//! gives the environment precedence; what cannot be switched off is an error.

mod configuration;
mod flags;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::error::Error;

pub use configuration::Configuration;
pub(crate) use configuration::user_home;
pub(crate) use flags::cfg_holds;

/// The option that lifts the errors of this module.
const OPTION: &str = "--trust-config";

/// cargo's own credential providers that run no program a configuration names
/// (`cargo:token-from-stdout` does).
const BUILT_IN_PROVIDERS: &[&str] =
    &["cargo:token", "cargo:paseto", "cargo:wincred", "cargo:macos-keychain", "cargo:libsecret"];

/// Variables that `[env]` may not set, since cargo gives them to the rustc it asks for the target's
/// cfg values: those with which a program, its loader or a script's interpreter loads other code.
/// A name that ends in `*` is a prefix.
const LOADER_VARIABLES: &[&str] = &[
    "LD_*",
    "DYLD_*",
    "LIBPATH",
    "SHLIB_PATH",
    "PATH",
    "BASH_ENV",
    "ENV",
    "SHELLOPTS",
    "PYTHON*",
    "PERL5*",
    "RUBY*",
    "NODE_OPTIONS",
    "RUSTC*",
    "RUSTUP_*",
    "CARGO*",
    "GCONV_PATH",
    "LLVM_*",
    "MALLOC_CONF",
    "_RLD*",
    "IFS",
    "ZDOTDIR",
];

/// Whether the project may name programs, and what it could name them for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trust {
    /// `--trust-config`: the user trusts what the project's configuration names.
    pub config: bool,
    /// cargo was told not to use the network, so that it asks for no credentials.
    pub offline: bool,
}

impl Configuration {
    /// Refuses a configuration of the project that names a program which could not be kept from
    /// running. `trust.config` lifts that.
    ///
    /// # Errors
    /// The first such setting, with its file and line.
    pub fn check(&self, trust: Trust) -> Result<(), Error> {
        if trust.config {
            return Ok(());
        }
        for document in self.of_project() {
            check_build(document)?;
            check_env(document)?;
            if !trust.offline {
                check_credentials(document)?;
            }
        }
        Ok(())
    }

    /// The rustc that the configuration names, absolute: the user's own, and with `trust.config` the
    /// project's too.
    pub(crate) fn rustc(&self, trust: Trust) -> Option<PathBuf> {
        self.documents(trust.config).find_map(|document| {
            let name = document.get(&["build", "rustc"])?.as_str()?;
            Some(if has_separator(name) {
                relative_to_configuration(document, name)
            } else {
                PathBuf::from(name)
            })
        })
    }

    /// The wasm targets that `CARGO_BUILD_TARGET` names, or else the configuration and a
    /// `rust-toolchain` file, each with the place that names it, in cargo's order of precedence.
    /// Former names and files (`….json`) are among them: they are errors where they are used.
    pub fn wasm_targets_named(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut add = |target: &str, place: String| {
            let is_wasm = Path::new(target)
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("wasm"));
            if is_wasm && !found.iter().any(|(known, _)| known == target) {
                found.push((target.to_owned(), place));
            }
        };
        if let Some(target) = self.variable("CARGO_BUILD_TARGET") {
            for target in target.to_string_lossy().split_whitespace() {
                add(target, "CARGO_BUILD_TARGET".to_owned());
            }
            return found;
        }
        for document in self.documents(true) {
            if let Some(node) = document.get(&["build", "target"]) {
                for (target, line) in node.strings() {
                    add(target, place(document, line));
                }
            }
        }
        if let Some(file) = self.toolchain_file() {
            for (target, line) in file.targets() {
                add(&target, format!("{}:{line}", file.path.display()));
            }
        }
        found
    }

    /// A variable of the user's environment, if it is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }
}

/// `file:line`, as messages name a place.
pub(crate) fn place(document: &Document, line: usize) -> String {
    format!("{}:{line}", document.path.display())
}

/// Paths in a configuration are relative to the directory that holds `.cargo`.
pub(crate) fn relative_to_configuration(document: &Document, path: &str) -> PathBuf {
    let base = document.path.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    base.join(path)
}

fn has_separator(program: &str) -> bool {
    program.contains(['/', '\\'])
}

fn refuse(document: &Document, key: &str, line: usize, what: &str) -> Error {
    Error::new(format!("{}: `{key}` {what}", place(document, line)))
        .help(format!("look at what it names, then give `{OPTION}` if you trust this project"))
}

fn check_build(document: &Document) -> Result<(), Error> {
    if let Some(node) = document.get(&["build", "rustc"]) {
        return Err(refuse(
            document,
            "build.rustc",
            node.line,
            "names a program that would be run as rustc",
        )
        .help("or set `RUSTC` in your environment, which takes its place"));
    }
    for key in ["rustc-wrapper", "rustc-workspace-wrapper"] {
        let Some(node) = document.get(&["build", key]) else { continue };
        // A bare name such as `sccache` is a program of the user's; it is not run either.
        if node.as_str().is_none_or(has_separator) {
            let key = format!("build.{key}");
            return Err(refuse(document, &key, node.line, "names a program that would be run"));
        }
    }
    Ok(())
}

fn check_env(document: &Document) -> Result<(), Error> {
    let Some(table) = document.table(&["env"]) else { return Ok(()) };
    for (name, node) in table {
        let upper = name.to_ascii_uppercase();
        let loads = LOADER_VARIABLES.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => upper.starts_with(prefix),
            None => upper == **pattern,
        });
        if loads {
            let key = format!("env.{name}");
            return Err(refuse(
                document,
                &key,
                node.line,
                "is given to rustc, which can be made to load code with it",
            ));
        }
    }
    Ok(())
}

fn check_credentials(document: &Document) -> Result<(), Error> {
    let mut providers = Vec::new();
    if let Some(node) = document.get(&["registry", "global-credential-providers"]) {
        providers.push(("registry.global-credential-providers".to_owned(), node, true));
    }
    if let Some(node) = document.get(&["registry", "credential-provider"]) {
        providers.push(("registry.credential-provider".to_owned(), node, false));
    }
    for (name, registry) in document.table(&["registries"]).into_iter().flatten() {
        if let Some(node) = registry.get("credential-provider") {
            providers.push((format!("registries.{name}.credential-provider"), node, false));
        }
    }
    for (name, node) in document.table(&["credential-alias"]).into_iter().flatten() {
        providers.push((format!("credential-alias.{name}"), node, false));
    }
    for (key, node, is_list) in providers {
        // A list holds providers, each with its arguments in one string; any other key holds one
        // provider, as such a string or as an array of the program and its arguments.
        let strings = node.strings();
        let named = if is_list { strings.len() } else { strings.len().min(1) };
        let built_in = |text: &str| {
            let mut words = text.split_whitespace();
            words.next().is_some_and(|name| BUILT_IN_PROVIDERS.contains(&name))
        };
        let odd = strings.iter().take(named).find(|(text, _)| !built_in(text));
        if let Some((_, line)) = odd {
            return Err(refuse(document, &key, *line, "names a program that cargo could run")
                .help("or give `--offline`: cargo asks for no credentials then"));
        }
    }
    Ok(())
}

/// A `rust-toolchain` or `rust-toolchain.toml`.
#[derive(Debug, Clone)]
pub struct ToolchainFile {
    /// Where it is.
    pub path: PathBuf,
    content: ToolchainContent,
}

#[derive(Debug, Clone)]
enum ToolchainContent {
    /// The whole file is a channel's name.
    Name(String),
    Toml(Document),
}

impl ToolchainFile {
    /// The nearest one from `directory` upwards, as rustup looks for it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn find(directory: &Path) -> Result<Option<Self>, Error> {
        for directory in directory.ancestors() {
            let found = Self::in_directory(directory)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The one in `directory`: of both rustup takes `rust-toolchain`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn in_directory(directory: &Path) -> Result<Option<Self>, Error> {
        for name in ["rust-toolchain", "rust-toolchain.toml"] {
            let path = directory.join(name);
            if path.is_file() {
                let content = Self::read(&path, name == "rust-toolchain")?;
                return Ok(Some(Self { path, content }));
            }
        }
        Ok(None)
    }

    /// Whether it is the project's, whose topmost directory is `top`, and not the user's own above it.
    pub(crate) fn is_of_project(&self, top: &Path) -> bool {
        self.path.starts_with(top)
    }

    fn read(path: &Path, may_be_name: bool) -> Result<ToolchainContent, Error> {
        let fail = |error: crate::document::ReadError| {
            Error::new(format!("could not read {}: {error}", path.display()))
        };
        let bytes = crate::document::read_regular(path, crate::document::MAX_DOCUMENT_BYTES)
            .map_err(fail)?;
        let text =
            String::from_utf8(bytes).map_err(|_| fail(crate::document::ReadError::Encoding))?;
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        if let (true, Some(name), None) = (may_be_name, lines.next(), lines.next()) {
            if !name.contains(['=', '[']) {
                return Ok(ToolchainContent::Name(name.to_owned()));
            }
        }
        Document::parse(path, &text).map(ToolchainContent::Toml).map_err(fail)
    }

    /// The channel that it names, and the line, from 1.
    pub fn channel(&self) -> Option<(&str, usize)> {
        match &self.content {
            ToolchainContent::Name(name) => Some((name, 1)),
            ToolchainContent::Toml(document) => {
                let node = document.get(&["toolchain", "channel"])?;
                Some((node.as_str()?, node.line))
            }
        }
    }

    /// `path` and its line.
    pub(crate) fn toolchain_path(&self) -> Option<(PathBuf, usize)> {
        let ToolchainContent::Toml(document) = &self.content else { return None };
        let node = document.get(&["toolchain", "path"])?;
        let base = self.path.parent().unwrap_or(Path::new("."));
        Some((base.join(node.as_str()?), node.line))
    }

    fn targets(&self) -> Vec<(String, usize)> {
        let ToolchainContent::Toml(document) = &self.content else { return Vec::new() };
        document.get(&["toolchain", "targets"]).map_or_else(Vec::new, |node| {
            node.strings().into_iter().map(|(text, line)| (text.to_owned(), line)).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, trust: Trust) -> Result<(), Error> {
        let document = Document::parse(Path::new("/p/.cargo/config.toml"), text).unwrap();
        Configuration::of_documents(vec![document]).check(trust)
    }

    fn refused(text: &str) -> String {
        let error = check(text, Trust::default()).unwrap_err();
        assert!(error.helps()[0].contains("--trust-config"));
        assert!(check(text, Trust { config: true, offline: false }).is_ok());
        error.message().to_owned()
    }

    #[test]
    fn a_rustc_or_a_wrapper_path_is_refused_with_its_line() {
        assert_eq!(
            refused("[build]\njobs = 1\nrustc = 'evil'\n"),
            "/p/.cargo/config.toml:3: `build.rustc` names a program that would be run as rustc"
        );
        assert!(refused("build.rustc-wrapper = './evil'").contains(":1: `build.rustc-wrapper`"));
        assert!(refused("build.rustc-workspace-wrapper = 'a/b'").contains("workspace-wrapper"));
        assert!(check("build.rustc-wrapper = 'sccache'", Trust::default()).is_ok());
    }

    #[test]
    fn variables_that_load_code_are_refused() {
        assert!(
            refused("[env]\nA = '1'\nLD_PRELOAD = 'evil.so'\n").contains(":3: `env.LD_PRELOAD`")
        );
        assert!(refused("env.RUSTC_BOOTSTRAP = '1'").contains("RUSTC_BOOTSTRAP"));
        assert!(refused("env.Path = '1'").contains("env.Path"));
        assert!(
            check("[env]\nMY_BACKEND = { value = 'x', force = true }\n", Trust::default()).is_ok()
        );
    }

    #[test]
    fn credential_providers_are_refused_unless_offline() {
        for text in [
            "registry.global-credential-providers = ['cargo:token', 'evil']",
            "registry.global-credential-providers = ['cargo:token-from-stdout evil']",
            "registry.credential-provider = 'evil'",
            "registries.mine.credential-provider = ['./evil', '--flag']",
            "credential-alias.x = ['evil']",
        ] {
            assert!(refused(text).contains("could run"));
            assert!(check(text, Trust { config: false, offline: true }).is_ok());
        }
        for text in [
            "registry.global-credential-providers = ['cargo:token', 'cargo:libsecret']",
            "registries.mine.credential-provider = 'cargo:token'",
            "registries.mine.index = 'sparse+https://x/'",
        ] {
            assert!(check(text, Trust::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_named_wasm_targets_have_their_places() {
        let text =
            "[build]\ntarget = ['x86_64-unknown-linux-gnu',\n 'wasm32-wasi', 'wasm32-wasip1']\n";
        let document = Document::parse(Path::new("/p/.cargo/config.toml"), text).unwrap();
        let configuration = Configuration::of_documents(vec![document]);
        assert_eq!(
            configuration.wasm_targets_named(),
            [
                ("wasm32-wasi".to_owned(), "/p/.cargo/config.toml:3".to_owned()),
                ("wasm32-wasip1".to_owned(), "/p/.cargo/config.toml:3".to_owned()),
            ]
        );
    }
}
