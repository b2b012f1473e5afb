//! Where cargo keeps the source of a package that it did not take from a path.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Manifest;
use crate::document::{Document, Node};
use crate::sorted;
use crate::trust::{Configuration, relative_to_configuration};

/// The most directories of a git checkout or a vendor directory that are looked into.
const MAX_DIRECTORIES: usize = 100_000;

/// How deep a package may lie in a git checkout.
const MAX_DEPTH: usize = 24;

/// How many `replace-with` are followed.
const MAX_REPLACEMENTS: usize = 16;

/// How cargo writes where a package came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// crates.io.
    Default,
    /// A path, absolute.
    Path(&'a str),
    /// Another registry, by its name in the configuration or the address of its index.
    Registry(&'a str),
    /// A git repository: its address, and the first digits of the revision.
    Git(&'a str, &'a str),
}

impl<'a> Source<'a> {
    /// Reads the text in parentheses behind a package in `cargo tree`.
    pub(super) fn parse(text: Option<&'a str>) -> Self {
        let Some(text) = text else { return Self::Default };
        if let Some(name) = text.strip_prefix("registry `").and_then(|rest| rest.strip_suffix('`'))
        {
            return Self::Registry(name);
        }
        // An address has a scheme; a path is absolute and has none.
        if let (true, Some((address, revision))) = (text.contains("://"), text.rsplit_once('#')) {
            if !Path::new(text).is_absolute() {
                return Self::Git(address.split('?').next().unwrap_or(address), revision);
            }
        }
        Self::Path(text)
    }
}

/// Finds packages in cargo's home and in vendor directories.
#[derive(Debug)]
pub(super) struct Locator<'a> {
    configuration: &'a Configuration,
    /// Each directory under `registry/src`, in the order they are tried.
    registries: Vec<PathBuf>,
    /// Packages by name and version, for each directory that had to be searched.
    searched: RefCell<HashMap<PathBuf, Packages>>,
}

/// From name and version to a directory.
type Packages = HashMap<(String, String), PathBuf>;

impl<'a> Locator<'a> {
    pub(super) fn new(configuration: &'a Configuration) -> Self {
        let home = configuration.cargo_home();
        let mut registries =
            home.map_or_else(Vec::new, |home| directories(&home.join("registry/src")));
        sorted::sort(&mut registries);
        Self { configuration, registries, searched: RefCell::default() }
    }

    /// The directory of the package, or where it was expected.
    pub(super) fn locate(
        &self,
        name: &str,
        version: &str,
        source: &Source<'_>,
    ) -> Result<PathBuf, String> {
        match source {
            Source::Path(path) => {
                let path = PathBuf::from(path);
                if path.is_dir() { Ok(path) } else { Err(format!("{} is gone", path.display())) }
            }
            Source::Git(address, revision) => {
                if let Some(found) = self.vendored(name, version, source) {
                    return Ok(found);
                }
                self.git(name, version, address, revision)
            }
            Source::Default | Source::Registry(_) => {
                if let Some(found) = self.vendored(name, version, source) {
                    return Ok(found);
                }
                self.registry(name, version, source)
            }
        }
    }

    /// In a directory that takes the place of the source.
    fn vendored(&self, name: &str, version: &str, source: &Source<'_>) -> Option<PathBuf> {
        self.replacements(source).into_iter().find_map(|replacement| match replacement {
            Replacement::Directory(directory) => self.in_directory(&directory, name, version),
            Replacement::Registry(_) => None,
        })
    }

    fn registry(&self, name: &str, version: &str, source: &Source<'_>) -> Result<PathBuf, String> {
        // The directories are called after the host of the index and a hash of its whole address.
        let mut hosts = Vec::new();
        for replacement in self.replacements(source) {
            if let Replacement::Registry(index) = replacement {
                hosts.push(host(&index));
            }
        }
        match source {
            Source::Registry(name) if name.contains("://") => hosts.push(host(name)),
            Source::Registry(name) => hosts.extend(self.index_of(name).map(|index| host(&index))),
            _ => hosts.extend(["index.crates.io".to_owned(), "github.com".to_owned()]),
        }
        let wanted = format!("{name}-{version}");
        let of_host = |directory: &&PathBuf, wanted: &str| {
            let name = directory.file_name().unwrap_or_default().to_string_lossy();
            name.rsplit_once('-').is_some_and(|(host, _)| host == wanted)
        };
        let preferred = hosts.iter().flat_map(|host| {
            self.registries.iter().filter(move |directory| of_host(directory, host))
        });
        // Two caches of one host are mostly one index under the hashes of two versions of cargo, with
        // the same content. Where they are two indexes that both have this version, cargo does not
        // tell them apart in what it prints, and the first is taken. A directory of another host comes
        // last: an index can be configured by means that are not read here.
        let found: Vec<PathBuf> = preferred
            .chain(&self.registries)
            .map(|directory| directory.join(&wanted))
            .filter(|directory| directory.join("Cargo.toml").is_file())
            .collect();
        // Without cargo's mark, unpacking was interrupted.
        let whole = found.iter().find(|directory| directory.join(".cargo-ok").is_file());
        whole.or(found.first()).cloned().ok_or_else(|| {
            let home = self.configuration.cargo_home().unwrap_or(Path::new("$CARGO_HOME"));
            format!("{wanted} is in no directory of {}", home.join("registry/src").display())
        })
    }

    fn git(
        &self,
        name: &str,
        version: &str,
        address: &str,
        revision: &str,
    ) -> Result<PathBuf, String> {
        let Some(home) = self.configuration.cargo_home() else {
            return Err("there is no cargo home".to_owned());
        };
        let checkouts = home.join("git/checkouts");
        // Called after the last part of the address and a hash of it.
        let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let last = last.strip_suffix(".git").unwrap_or(last).to_lowercase();
        let mut repositories = directories(&checkouts);
        sorted::sort_by_key(&mut repositories, |directory| {
            let found = directory.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let found = found.strip_suffix("-shallow").unwrap_or(&found).to_owned();
            (found.rsplit_once('-').map(|(name, _)| name) != Some(last.as_str()), found)
        });
        for repository in repositories {
            for checkout in directories(&repository) {
                let short = checkout.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let same = revision.starts_with(&short) || short.starts_with(revision);
                if short.len() < 7 || revision.len() < 7 || !same {
                    continue;
                }
                if let Some(found) = self.in_directory(&checkout, name, version) {
                    return Ok(found);
                }
            }
        }
        Err(format!("revision {revision} of {address} is not under {}", checkouts.display()))
    }

    /// The package in a vendor directory or a checkout.
    fn in_directory(&self, directory: &Path, name: &str, version: &str) -> Option<PathBuf> {
        // The usual places, before anything is searched.
        for usual in [
            directory.join(format!("{name}-{version}")),
            directory.join(name),
            directory.to_owned(),
        ] {
            let is_it = Manifest::read(&usual).is_ok_and(|manifest| {
                manifest.name() == Some(name) && manifest.version() == Some(version)
            });
            if is_it {
                return Some(usual);
            }
        }
        let mut searched = self.searched.borrow_mut();
        let packages =
            searched.entry(directory.to_owned()).or_insert_with(|| packages_under(directory));
        packages.get(&(name.to_owned(), version.to_owned())).cloned()
    }

    /// What takes the place of `source` by the configuration, the last of a chain first.
    fn replacements(&self, source: &Source<'_>) -> Vec<Replacement> {
        let names: Vec<String> = match source {
            Source::Default => vec!["crates-io".to_owned()],
            Source::Path(_) => Vec::new(),
            Source::Registry(name) => {
                let index = self.index_of(name).unwrap_or_else(|| (*name).to_owned());
                let mut names = vec![(*name).to_owned()];
                names.extend(self.sources_with("registry", &index));
                names
            }
            Source::Git(address, _) => self.sources_with("git", address),
        };
        names.iter().filter_map(|name| self.last_replacement(name)).collect()
    }

    fn last_replacement(&self, first: &str) -> Option<Replacement> {
        let mut name = first.to_owned();
        let mut replaced = false;
        for _ in 0..MAX_REPLACEMENTS {
            match self.setting(&["source", &name, "replace-with"]) {
                Some((_, node)) => {
                    name = node.as_str()?.to_owned();
                    replaced = true;
                }
                None => break,
            }
        }
        if !replaced {
            return None;
        }
        if let Some((document, node)) = self.setting(&["source", &name, "directory"]) {
            return Some(Replacement::Directory(relative_to_configuration(
                document,
                node.as_str()?,
            )));
        }
        // Packages of a local registry are unpacked in cargo's home, under no host.
        if self.setting(&["source", &name, "local-registry"]).is_some() {
            return Some(Replacement::Registry(String::new()));
        }
        let index = self
            .setting(&["source", &name, "registry"])
            .and_then(|(_, node)| node.as_str().map(str::to_owned))
            .or_else(|| self.index_of(&name))?;
        Some(Replacement::Registry(index))
    }

    /// The names of the sources whose `key` is `address`.
    fn sources_with(&self, key: &str, address: &str) -> Vec<String> {
        let plain = |text: &str| {
            let text = text.strip_prefix("sparse+").unwrap_or(text).trim_end_matches('/');
            text.strip_suffix(".git").unwrap_or(text).to_owned()
        };
        self.configuration
            .documents(true)
            .filter_map(|document| document.table(&["source"]))
            .flatten()
            .filter(|(_, node)| {
                node.get(key)
                    .and_then(Node::as_str)
                    .is_some_and(|found| plain(found) == plain(address))
            })
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// The address of the index of a registry by its name.
    fn index_of(&self, name: &str) -> Option<String> {
        let variable =
            format!("CARGO_REGISTRIES_{}_INDEX", name.to_ascii_uppercase().replace('-', "_"));
        if let Some(index) = std::env::var_os(variable) {
            return index.into_string().ok();
        }
        self.setting(&["registries", name, "index"])?.1.as_str().map(str::to_owned)
    }

    fn setting(&self, keys: &[&str]) -> Option<(&Document, &Node)> {
        self.configuration
            .documents(true)
            .find_map(|document| Some((document, document.get(keys)?)))
    }
}

/// What takes the place of a source.
#[derive(Debug, PartialEq, Eq)]
enum Replacement {
    /// A vendor directory.
    Directory(PathBuf),
    /// Another index.
    Registry(String),
}

/// The host of an address, as cargo uses it in a directory's name; empty for a file's.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default().to_lowercase()
}

/// The directories in `directory`; none where it cannot be read.
fn directories(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .take(MAX_DIRECTORIES)
        .filter_map(|entry| {
            let entry = entry.ok()?;
            // Not through links: they can lead anywhere, and round in circles.
            entry.file_type().ok()?.is_dir().then(|| entry.path())
        })
        .collect();
    sorted::sort(&mut found);
    found
}

/// Every package under `directory`, the one that lies highest for each name and version.
fn packages_under(directory: &Path) -> Packages {
    let mut packages = Packages::new();
    let mut level = vec![directory.to_owned()];
    let mut looked_into = 0;
    for _ in 0..MAX_DEPTH {
        let mut next = Vec::new();
        for directory in &level {
            looked_into += 1;
            if looked_into > MAX_DIRECTORIES {
                return packages;
            }
            if directory.join("Cargo.toml").is_file() {
                if let Ok(manifest) = Manifest::read(directory) {
                    if let (Some(name), Some(version)) = (manifest.name(), manifest.version()) {
                        packages
                            .entry((name.to_owned(), version.to_owned()))
                            .or_insert_with(|| directory.clone());
                    }
                }
            }
            let skipped = |path: &PathBuf| {
                let name = path.file_name().unwrap_or_default();
                name == ".git" || name == "target"
            };
            next.extend(directories(directory).into_iter().filter(|path| !skipped(path)));
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn sources_as_cargo_writes_them() {
        assert_eq!(Source::parse(None), Source::Default);
        assert_eq!(Source::parse(Some("registry `mine`")), Source::Registry("mine"));
        assert_eq!(Source::parse(Some("/w/a b#c")), Source::Path("/w/a b#c"));
        assert_eq!(
            Source::parse(Some("https://example.org/x/y?branch=a#12345678")),
            Source::Git("https://example.org/x/y", "12345678")
        );
        assert_eq!(
            Source::parse(Some("file:///tmp/r#12345678")),
            Source::Git("file:///tmp/r", "12345678")
        );
        #[cfg(unix)]
        assert_eq!(
            Source::parse(Some("/w/https://x#12345678")),
            Source::Path("/w/https://x#12345678")
        );
    }

    #[test]
    fn hosts_of_indexes() {
        assert_eq!(host("sparse+https://index.crates.io/"), "index.crates.io");
        assert_eq!(host("ssh://git@Example.org:22/x.git"), "example.org");
        assert_eq!(host("file:///tmp/index"), "");
        assert_eq!(host("nonsense"), "");
    }

    /// A cargo home for one test, and a configuration that uses it.
    struct Home(Scratch);

    impl Home {
        fn new() -> Self {
            Self(Scratch::new(&[]))
        }

        fn package(&self, directory: &str, name: &str, version: &str) -> PathBuf {
            let text = format!("[package]\nname = '{name}'\nversion = '{version}'\n");
            self.0.write(&format!("{directory}/Cargo.toml"), text);
            self.0.path(directory)
        }

        fn locate(&self, configuration: &str, id: &str) -> Result<PathBuf, String> {
            let path = self.0.path("project/.cargo/config.toml");
            let document = Document::parse(&path, configuration).unwrap();
            let configuration = Configuration::of_documents(vec![document]).at_home(self.0.root());
            let (name, rest) = id.split_once(" v").unwrap();
            let (version, source) = rest.split_once(' ').unwrap_or((rest, ""));
            let source = source.strip_prefix('(').and_then(|source| source.strip_suffix(')'));
            Locator::new(&configuration).locate(name, version, &Source::parse(source))
        }
    }

    #[test]
    fn the_cache_of_the_registry_that_cargo_names_is_preferred() {
        let home = Home::new();
        let first = home.package(
            "registry/src/aaa.example.org-0000000000000001/a-1.0.0+b.1",
            "a",
            "1.0.0+b.1",
        );
        let crates_io = home.package(
            "registry/src/index.crates.io-00000000000000aa/a-1.0.0+b.1",
            "a",
            "1.0.0+b.1",
        );
        let interrupted = "registry/src/index.crates.io-00000000000000cc/old-1.0.0";
        home.package(interrupted, "old", "1.0.0");
        let older =
            home.package("registry/src/github.com-00000000000000bb/old-1.0.0", "old", "1.0.0");
        let local = home.package("registry/src/-0000000000000002/a-1.0.0+b.1", "a", "1.0.0+b.1");
        assert_eq!(home.locate("", "a v1.0.0+b.1"), Ok(crates_io));
        fs::write(older.join(".cargo-ok"), "").unwrap();
        assert_eq!(home.locate("", "old v1.0.0"), Ok(older));
        let mine = "[registries.mine]\nindex = 'sparse+https://aaa.example.org/index/'\n";
        assert_eq!(home.locate(mine, "a v1.0.0+b.1 (registry `mine`)"), Ok(first.clone()));
        let mirror = "[source.crates-io]\nreplace-with = 'mirror'\n[source.mirror]\nregistry = 'https://aaa.example.org/x'\n";
        assert_eq!(home.locate(mirror, "a v1.0.0+b.1"), Ok(first));
        let unpacked =
            "[source.crates-io]\nreplace-with = 'local'\n[source.local]\nlocal-registry = 'r'\n";
        assert_eq!(home.locate(unpacked, "a v1.0.0+b.1"), Ok(local));
        let error = home.locate("", "a v1.0.1").unwrap_err();
        assert!(error.contains("a-1.0.1 is in no directory of"), "{error}");
    }

    #[test]
    fn checkouts_are_told_apart_by_name_and_revision() {
        let home = Home::new();
        let wanted =
            home.package("git/checkouts/repo-0123456789abcdef/89abcde/crates/deep/a", "a", "1.0.0");
        home.package("git/checkouts/repo-0123456789abcdef/1234567/a", "a", "1.0.0");
        home.package("git/checkouts/repo-0123456789abcdef/89abcde/target/a", "a", "2.0.0");
        assert_eq!(
            home.locate("", "a v1.0.0 (https://example.org/x/Repo.git?tag=v1#89abcdef)"),
            Ok(wanted)
        );
        assert!(home.locate("", "a v2.0.0 (https://example.org/x/repo#89abcdef)").is_err());
        let error = home.locate("", "a v1.0.0 (https://example.org/x/repo#fffffff0)").unwrap_err();
        assert!(error.contains("revision fffffff0 of https://example.org/x/repo"), "{error}");
    }

    #[test]
    fn vendored_git_sources_and_circles_of_replacements() {
        let home = Home::new();
        let vendored = home.package("project/vendor/a", "a", "1.0.0");
        let text = "[source.'git+https://example.org/x/repo']\ngit = 'https://example.org/x/repo.git'\nreplace-with = 'v'\n[source.v]\ndirectory = 'vendor'\n";
        assert_eq!(
            home.locate(text, "a v1.0.0 (https://example.org/x/repo?branch=b#89abcdef)"),
            Ok(vendored)
        );
        let circle =
            "[source.crates-io]\nreplace-with = 'a'\n[source.a]\nreplace-with = 'crates-io'\n";
        assert!(home.locate(circle, "a v1.0.0").is_err());
    }

    #[test]
    fn a_path_that_is_gone_is_named() {
        let home = Home::new();
        assert_eq!(home.locate("", "a v1.0.0 (/nowhere/a)"), Err("/nowhere/a is gone".to_owned()));
    }
}
