//! What a package's `Cargo.toml` says about its crates and the names of its dependencies.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{Entry, EntryKind, Package, requirement};
use crate::cfg::TargetCfg;
use crate::document::{Document, Node, ReadError, Table};
use crate::error::Error;
use crate::sorted;
use crate::trust::cfg_holds;

/// A package's manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    document: Document,
    /// The manifest of its workspace, where it inherits from one.
    workspace: Option<Box<Document>>,
    directory: PathBuf,
}

/// A normal dependency as the manifest writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredDependency {
    /// The name of the package.
    pub package: String,
    /// The manifest's own name for it (`name = { package = "…" }`), when it has one.
    pub rename: Option<String>,
    /// Where it lies, when a path is written.
    pub path: Option<PathBuf>,
    /// The version requirement, when one is written.
    pub requirement: Option<String>,
    /// The table it stands in: a triple or `cfg(…)`; `None` for every target.
    pub target: Option<String>,
    /// The line of its name, from 1.
    pub line: usize,
}

/// A normal dependency with all that is written of it.
#[derive(Debug)]
pub(super) struct DependencyEntry<'a> {
    /// The manifest's name for it.
    pub(super) key: &'a str,
    pub(super) own: &'a Node,
    /// What the workspace's manifest says, where the own entry refers to it.
    pub(super) inherited: Option<&'a Node>,
    pub(super) declared: DeclaredDependency,
}

impl Manifest {
    /// Reads `Cargo.toml` in `directory`, and the workspace's manifest where it inherits from that.
    ///
    /// # Errors
    /// When the file is missing, is no regular file, is too large or is not TOML.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        Self::read(directory).map_err(|error| {
            let path = directory.join("Cargo.toml");
            Error::new(format!("could not read the manifest {}: {error}", path.display()))
        })
    }

    /// See [`Self::open`].
    pub(crate) fn read(directory: &Path) -> Result<Self, ReadError> {
        let document = Document::read(&directory.join("Cargo.toml"))?;
        let mut manifest = Self { document, workspace: None, directory: directory.to_owned() };
        if manifest.inherits() {
            manifest.workspace = manifest.find_workspace().map(Box::new);
        }
        Ok(manifest)
    }

    #[cfg(test)]
    fn parse(directory: &Path, text: &str) -> Self {
        let document = Document::parse(&directory.join("Cargo.toml"), text).unwrap();
        Self { document, workspace: None, directory: directory.to_owned() }
    }

    /// The package's name.
    pub fn name(&self) -> Option<&str> {
        self.package("name")?.as_str()
    }

    /// The package's version; cargo takes a missing one for `0.0.0`.
    pub fn version(&self) -> Option<&str> {
        match self.package("version") {
            Some(node) => node.as_str(),
            None => self.document.table(&["package"]).map(|_| "0.0.0"),
        }
    }

    /// The `links` key.
    pub fn links(&self) -> Option<&str> {
        self.package("links")?.as_str()
    }

    /// Whether cargo compiles and runs a build script for it.
    pub fn has_build_script(&self) -> bool {
        match self.package("build") {
            // A path, unless it is `false`.
            Some(node) => node.as_bool().unwrap_or(true),
            None => self.directory.join("build.rs").is_file(),
        }
    }

    /// The source file of its build script, if it has one.
    pub(crate) fn build_script(&self) -> Option<PathBuf> {
        let named = self.package("build").and_then(Node::as_str);
        self.has_build_script().then(|| self.directory.join(named.unwrap_or("build.rs")))
    }

    /// The name that other crates' source knows the library by.
    pub fn crate_name(&self) -> String {
        let own = self.document.get(&["lib", "name"]).and_then(Node::as_str);
        own.or_else(|| self.name()).unwrap_or_default().replace('-', "_")
    }

    /// Whether its library is a procedural macro, which is compiled for the host.
    pub fn is_proc_macro(&self) -> bool {
        let flag = |key| self.document.get(&["lib", key]).and_then(Node::as_bool) == Some(true);
        flag("proc-macro")
            || flag("proc_macro")
            || self.crate_types().iter().any(|kind| kind == "proc-macro")
    }

    /// The library, when it has one that is compiled for the target.
    pub fn library(&self) -> Option<Entry> {
        if self.is_proc_macro() {
            return None;
        }
        let table = self.document.get(&["lib"]).filter(|node| node.as_table().is_some());
        let written = table.and_then(|table| table.get("path")).and_then(Node::as_str);
        let path = if let Some(path) = written {
            self.directory.join(path)
        } else {
            let usual = self.directory.join("src").join("lib.rs");
            let automatic = self.package("autolib").and_then(Node::as_bool) != Some(false);
            // The 2015 edition takes `src/name.rs` too.
            let legacy = self.directory.join("src").join(format!("{}.rs", self.crate_name()));
            match (table, usual.is_file()) {
                (None, exists) => (exists && automatic).then_some(usual)?,
                (Some(_), false) if legacy.is_file() => legacy,
                (Some(_), _) => usual,
            }
        };
        let types = self.crate_types();
        let is_final = !types.is_empty()
            && types.iter().all(|kind| matches!(kind.as_str(), "cdylib" | "staticlib" | "bin"));
        let kind = if is_final { EntryKind::FinalLibrary } else { EntryKind::Library };
        Some(Entry { kind, path })
    }

    /// The programs that are compiled with `features`.
    pub fn binaries(&self, features: &BTreeSet<String>) -> Vec<Entry> {
        let mut paths: Vec<PathBuf> = Vec::new();
        // What is written is not found a second time, also when its features are off.
        let mut written_paths: Vec<PathBuf> = Vec::new();
        let mut written_names: Vec<&str> = Vec::new();
        let written = self.document.get(&["bin"]).and_then(Node::as_array).unwrap_or_default();
        for bin in written {
            let name = bin.get("name").and_then(Node::as_str).unwrap_or_default();
            written_names.push(name);
            let required = bin.get("required-features").or(bin.get("required_features"));
            let missing =
                required.map_or_else(Vec::new, Node::strings).into_iter().any(|(feature, _)| {
                    // `dep/feature` is not visible from here, so it counts as on.
                    !feature.contains('/') && !features.contains(feature)
                });
            let path = match bin.get("path").and_then(Node::as_str) {
                Some(path) => Some(self.directory.join(path)),
                None => self.usual_binary(name, written.len() == 1),
            };
            if let Some(path) = path {
                written_paths.push(path.clone());
                if !missing {
                    paths.push(path);
                }
            }
        }
        if self.finds_binaries(!written.is_empty()) {
            let main = self.directory.join("src").join("main.rs");
            if main.is_file() && !written_names.contains(&self.name().unwrap_or_default()) {
                paths.extend((!written_paths.contains(&main)).then_some(main));
            }
            let found = self.found_binaries(&written_names);
            paths.extend(found.into_iter().filter(|path| !written_paths.contains(path)));
        }
        let mut seen = HashSet::new();
        paths
            .into_iter()
            .filter(|path| seen.insert(path.clone()))
            .map(|path| Entry { kind: EntryKind::Binary, path })
            .collect()
    }

    /// Every normal dependency that is written, of all targets.
    pub fn dependencies(&self) -> Vec<DeclaredDependency> {
        self.entries().into_iter().map(|entry| entry.declared).collect()
    }

    /// The same with all that is written of them.
    pub(super) fn entries(&self) -> Vec<DependencyEntry<'_>> {
        let tables = self.document.table(&["dependencies"]).into_iter().map(|table| (table, None));
        let targets = self.document.table(&["target"]).into_iter().flatten();
        let of_targets = targets.filter_map(|(target, tables)| {
            Some((tables.get("dependencies")?.as_table()?, Some(target.as_str())))
        });
        let mut found = Vec::new();
        for (table, target) in tables.chain(of_targets) {
            for (key, own) in table {
                let declared = self.declared(key, own, target);
                found.push(DependencyEntry {
                    key,
                    own,
                    inherited: self.inherited(key, own),
                    declared,
                });
            }
        }
        found
    }

    /// What each feature of the package turns on.
    pub(super) fn features(&self) -> Vec<(&str, Vec<&str>)> {
        let table = self.document.table(&["features"]).into_iter().flatten();
        table
            .map(|(name, node)| {
                (name.as_str(), node.strings().into_iter().map(|(text, _)| text).collect())
            })
            .collect()
    }

    /// The line, from 1, on which the manifest names the dependency on the package `name`, of any
    /// kind: where a message about it belongs. For an inherited one, it is the member's line.
    pub fn dependency_line(&self, name: &str) -> Option<usize> {
        let kinds = ["dependencies", "build-dependencies", "dev-dependencies"];
        let top = kinds.iter().map(|kind| (self.document.table(&[kind]), None));
        let targets = self.document.table(&["target"]).into_iter().flatten();
        let of_targets = targets.flat_map(|(target, tables)| {
            kinds
                .iter()
                .map(move |kind| (tables.get(kind).and_then(Node::as_table), Some(target.as_str())))
        });
        top.chain(of_targets)
            .flat_map(|(table, target)| {
                table.into_iter().flatten().map(move |entry| (entry, target))
            })
            .map(|((key, node), target)| self.declared(key, node, target))
            .find(|declared| declared.package == name)
            .map(|declared| declared.line)
    }

    /// The name by which this package's source calls the library of `package`, of which `declared` are
    /// all of [`Self::dependencies`].
    pub(crate) fn extern_name(
        declared: &[DeclaredDependency],
        package: &Package,
        target: &str,
        cfg: &TargetCfg,
    ) -> String {
        let mut candidates: Vec<&DeclaredDependency> =
            declared.iter().filter(|declared| declared.package == package.name).collect();
        // Several: two versions of one crate, or other targets' tables.
        if candidates.len() > 1 {
            let is_there = |path: &PathBuf| {
                path == &package.directory
                    || path.canonicalize().ok().is_some_and(|path| path == package.directory)
            };
            let fits = |requirement: &String| requirement::matches(requirement, &package.version);
            narrow(&mut candidates, |declared| {
                declared.target.as_deref().is_none_or(|key| key == target || cfg_holds(key, cfg))
            });
            narrow(&mut candidates, |declared| declared.requirement.as_ref().is_none_or(fits));
            // What is written and fits tells more than what is not written.
            narrow(&mut candidates, |declared| declared.path.as_ref().is_some_and(is_there));
            narrow(&mut candidates, |declared| declared.requirement.as_ref().is_some_and(fits));
        }
        let rename = candidates.first().and_then(|declared| declared.rename.as_ref());
        rename.map_or_else(|| package.crate_name.clone(), |rename| rename.replace('-', "_"))
    }

    /// What the workspace's manifest says of the dependency, where `node` refers to it.
    fn inherited(&self, key: &str, node: &Node) -> Option<&Node> {
        let refers = node.get("workspace").and_then(Node::as_bool) == Some(true);
        let workspace = self.workspace.as_ref().filter(|_| refers)?;
        workspace.get(&["workspace", "dependencies", key])
    }

    fn declared(&self, key: &str, node: &Node, target: Option<&str>) -> DeclaredDependency {
        let workspace = self.workspace.as_ref().and_then(|workspace| workspace.path.parent());
        let base = workspace.unwrap_or(Path::new(""));
        let inherited = self.inherited(key, node).map(|node| (node, base));
        let (definition, base) = inherited.unwrap_or((node, &self.directory));
        let package = definition.get("package").and_then(Node::as_str);
        let requirement =
            definition.as_str().or_else(|| definition.get("version").and_then(Node::as_str));
        DeclaredDependency {
            package: package.unwrap_or(key).to_owned(),
            rename: package.map(|_| key.to_owned()),
            path: definition.get("path").and_then(Node::as_str).map(|path| base.join(path)),
            requirement: requirement.map(str::to_owned),
            target: target.map(str::to_owned),
            line: node.line,
        }
    }

    /// `package.key`, or what it inherits.
    fn package(&self, key: &str) -> Option<&Node> {
        // `[project]` is the former name of the table.
        let node = self
            .document
            .get(&["package", key])
            .or_else(|| self.document.get(&["project", key]))?;
        if node.get("workspace").and_then(Node::as_bool) == Some(true) {
            return self.workspace.as_ref()?.get(&["workspace", "package", key]);
        }
        Some(node)
    }

    fn crate_types(&self) -> Vec<String> {
        let node = self
            .document
            .get(&["lib", "crate-type"])
            .or_else(|| self.document.get(&["lib", "crate_type"]));
        node.map_or_else(Vec::new, Node::strings)
            .into_iter()
            .map(|(kind, _)| kind.to_owned())
            .collect()
    }

    fn inherits(&self) -> bool {
        let in_table = |table: Option<&Table>| {
            table.into_iter().flatten().any(|(_, node)| node.get("workspace").is_some())
        };
        in_table(self.document.table(&["package"]))
            || in_table(self.document.table(&["dependencies"]))
            || self
                .document
                .table(&["target"])
                .into_iter()
                .flatten()
                .any(|(_, tables)| in_table(tables.get("dependencies").and_then(Node::as_table)))
    }

    fn find_workspace(&self) -> Option<Document> {
        if self.document.get(&["workspace"]).is_some() {
            return Some(self.document.clone());
        }
        if let Some(root) = self.document.get(&["package", "workspace"]).and_then(Node::as_str) {
            return Document::read(&self.directory.join(root).join("Cargo.toml")).ok();
        }
        self.directory
            .ancestors()
            .skip(1)
            .filter_map(|directory| Document::read(&directory.join("Cargo.toml")).ok())
            .find(|document| document.get(&["workspace"]).is_some())
    }

    fn finds_binaries(&self, some_are_written: bool) -> bool {
        self.package("autobins").and_then(Node::as_bool).unwrap_or_else(|| {
            // The 2015 edition looks for none where one is written.
            let edition = self.package("edition").and_then(Node::as_str).unwrap_or("2015");
            !(some_are_written && edition == "2015")
        })
    }

    fn usual_binary(&self, name: &str, alone: bool) -> Option<PathBuf> {
        let source = self.directory.join("src");
        let main = source.join("main.rs");
        let mut usual = vec![
            source.join("bin").join(format!("{name}.rs")),
            source.join("bin").join(name).join("main.rs"),
        ];
        if Some(name) == self.name() || alone {
            usual.push(main);
        }
        usual.into_iter().find(|path| path.is_file())
    }

    fn found_binaries(&self, written: &[&str]) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.directory.join("src").join("bin")) else {
            return Vec::new();
        };
        let mut found: Vec<PathBuf> = entries
            .flatten()
            .filter_map(|entry| {
                let path = entry.path();
                let stem = path.file_stem()?.to_str()?;
                if stem.starts_with('.') || written.contains(&stem) {
                    return None;
                }
                if path.is_dir() {
                    return Some(path.join("main.rs")).filter(|main| main.is_file());
                }
                (path.extension()? == "rs" && path.is_file()).then_some(path)
            })
            .collect();
        sorted::sort(&mut found);
        found
    }
}

/// Keeps those that hold, unless none does.
fn narrow<T>(candidates: &mut Vec<T>, holds: impl Fn(&T) -> bool) {
    if candidates.iter().any(&holds) {
        candidates.retain(holds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        Manifest::parse(Path::new("/nowhere"), text)
    }

    fn kind(text: &str) -> Option<EntryKind> {
        manifest(text).library().map(|entry| entry.kind)
    }

    #[test]
    fn kinds_of_libraries() {
        let base = "[package]\nname = 'a-b'\n[lib]\n";
        assert_eq!(kind(base), Some(EntryKind::Library));
        assert_eq!(kind(&format!("{base}crate-type = ['cdylib']")), Some(EntryKind::FinalLibrary));
        assert_eq!(
            kind(&format!("{base}crate-type = ['cdylib', 'rlib']")),
            Some(EntryKind::Library)
        );
        assert_eq!(
            kind(&format!("{base}crate_type = ['staticlib']")),
            Some(EntryKind::FinalLibrary)
        );
        assert_eq!(kind(&format!("{base}proc-macro = true")), None);
        assert_eq!(kind(&format!("{base}crate-type = ['proc-macro']")), None);
        assert_eq!(kind("[package]\nname = 'a'\n"), None, "there is no src/lib.rs");
    }

    #[test]
    fn names_paths_and_build_scripts() {
        let text = "[package]\nname = 'a-b'\nversion = '1.0.0'\nlinks = 'z'\nbuild = 'b.rs'\n\
                    released = 2025-11-10\n[lib]\npath = '../x/y.rs'\n";
        let manifest = manifest(text);
        assert_eq!(manifest.crate_name(), "a_b");
        assert_eq!(manifest.links(), Some("z"));
        assert!(manifest.has_build_script());
        assert_eq!(manifest.library().unwrap().path, Path::new("/nowhere/../x/y.rs"));
        assert!(!super::tests::manifest("[package]\nname = 'a'\nbuild = false").has_build_script());
    }

    #[test]
    fn what_source_calls_a_dependency() {
        let text = "[package]\nname = 'a'\n[dependencies]\nplain = '1'\nnew-name = { package = 'old', version = '1' }\n\
                    newest = { package = 'old', version = '2' }\n\
                    [target.'cfg(target_os = \"wasi\")'.dependencies]\nwasi-name = { package = 'p' }\n\
                    [target.'cfg(unix)'.dependencies]\nunix-name = { package = 'p' }\n";
        let manifest = manifest(text);
        let cfg = TargetCfg::from_rustc("target_os=\"wasi\"");
        let name = |name: &str, version: &str, crate_name: &str| {
            let package = Package {
                version: version.to_owned(),
                crate_name: crate_name.to_owned(),
                ..Package::without_source(name)
            };
            Manifest::extern_name(&manifest.dependencies(), &package, "wasm32-wasip1", &cfg)
        };
        assert_eq!(name("plain", "1.0.0", "other_lib"), "other_lib");
        assert_eq!(name("old", "1.4.0", "old"), "new_name");
        assert_eq!(name("old", "2.0.1", "old"), "newest");
        assert_eq!(name("p", "0.1.0", "p"), "wasi_name");
        assert_eq!(name("absent", "0.1.0", "lib_of_it"), "lib_of_it");
    }

    #[test]
    fn the_line_of_a_dependency() {
        let text = "[package]\nname = 'a'\n[dependencies]\nplain = '1'\nrenamed = { package = 'old' }\n\
                    [target.wasm32-wasip1.dependencies.deep]\nversion = '1'\n[build-dependencies]\nguard = '1'\n";
        let manifest = manifest(text);
        assert_eq!(manifest.dependency_line("plain"), Some(4));
        assert_eq!(manifest.dependency_line("old"), Some(5));
        assert_eq!(manifest.dependency_line("renamed"), None);
        assert_eq!(manifest.dependency_line("deep"), Some(6));
        assert_eq!(manifest.dependency_line("guard"), Some(9));
    }

    #[test]
    fn odd_types_are_no_panic() {
        let manifest = manifest(
            "package = 1\nlib = 'x'\nbin = { a = 1 }\ndependencies = ['x']\ntarget = 'y'\n",
        );
        assert_eq!(manifest.name(), None);
        assert_eq!(manifest.library(), None);
        assert!(manifest.binaries(&BTreeSet::new()).is_empty());
        assert!(manifest.dependencies().is_empty());
    }
}
