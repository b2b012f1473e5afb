//! From a selection to a graph with the places of all sources.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::expected::{Expected, Look};
use super::locate::{Locator, Source};
use super::tree::{self, Printed, Tree};
use super::{
    DeclaredDependency, Dependency, Graph, Manifest, Package, PackageIndex, PackageSource,
    Selection,
};
use crate::cfg::TargetCfg;
use crate::document::ReadError;
use crate::error::{Error, Problem};
use crate::parallel::{Threads, at_once};
use crate::process;
use crate::toolchain::Toolchain;
use crate::trust::{Configuration, Trust};

/// Who asks for a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The command: cargo resolves and downloads as the selection allows, and the project's
    /// configuration is checked first, against the trust that the toolchain was found with.
    #[default]
    Command,
    /// A build script: always frozen. cargo has already run by the project's configuration, so that
    /// this is not checked again.
    BuildScript,
}

/// A graph and what it was read from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The packages that are compiled for the target.
    pub graph: Graph,
    /// The directory of the workspace's manifest, absolute.
    pub workspace_root: PathBuf,
    /// The target's cfg values, by which the graph was resolved.
    pub target_cfg: TargetCfg,
    /// Packages whose source is not there or cannot be read. They are in the graph all the same,
    /// without entries.
    pub problems: Vec<Problem>,
}

/// Resolves `selection` for `target` and finds every package's source.
///
/// # Errors
/// When the target is none of rustc's or no wasm target, when the configuration names a program that
/// is not trusted, and when cargo cannot resolve the graph: then with cargo's own words.
pub fn load(
    toolchain: &Toolchain,
    selection: &Selection,
    target: &str,
    mode: Mode,
) -> Result<Loaded, Error> {
    load_beside(toolchain, selection, target, mode, &|_, _| ())
}

/// The same; while cargo is asked, `look` is called with the source of packages that may be in the graph.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_beside(
    toolchain: &Toolchain,
    selection: &Selection,
    target: &str,
    mode: Mode,
    look: &Look<'_>,
) -> Result<Loaded, Error> {
    let mut selection = selection.clone();
    let configuration = Configuration::read(&selection.directory)?;
    let mut manifests = HashMap::new();
    let (target_cfg, workspace_root, tree) = match mode {
        Mode::Command => {
            let offline = selection.offline || selection.frozen;
            configuration.check(Trust { offline, ..toolchain.trust() })?;
            let tree = |cfg: &TargetCfg| {
                let flags = configuration.cfg_flags(target, cfg);
                tree::run(toolchain, &selection, target, flags.as_deref())
            };
            let ask = || {
                let (root, cfg) = at_once(
                    || workspace_root(toolchain, &selection),
                    || toolchain.target_cfg_in(&configuration, target),
                );
                (cfg, root)
            };
            // A target that rustc does not know is said before cargo's opinion of the rest.
            if configuration.flags_depend_on_cfg() {
                let (cfg, root) = ask();
                let cfg = cfg?;
                let tree = tree(&cfg);
                (cfg, root?, tree?)
            } else {
                let is_known = AtomicBool::new(false);
                let expect = || {
                    let (cfg, root) = ask();
                    let read = match (&cfg, &root) {
                        (Ok(cfg), Ok(workspace_root)) => {
                            let configuration = &configuration;
                            let expected = Expected { configuration, workspace_root, target, cfg };
                            expected.read(look, &is_known)
                        }
                        _ => HashMap::new(),
                    };
                    (cfg, root, read)
                };
                let ((cfg, root, read), tree) = at_once(expect, || {
                    let tree = tree(&TargetCfg::default());
                    is_known.store(true, Ordering::Relaxed);
                    tree
                });
                manifests = read;
                (cfg?, root?, tree?)
            }
        }
        Mode::BuildScript => {
            selection.frozen = true;
            // cargo has put the flags it uses into the environment.
            let flags = configuration.environment_flags();
            let root = workspace_root(toolchain, &selection)?;
            let tree = tree::run(toolchain, &selection, target, Some(&flags))?;
            (TargetCfg::from_build_script_env(), root, tree)
        }
    };
    let mut loader = Loader {
        locator: Locator::new(&configuration),
        target,
        cfg: &target_cfg,
        threads: match mode {
            Mode::Command => Threads::of_machine(),
            Mode::BuildScript => Threads::ONE,
        },
        manifests: Vec::new(),
        problems: Vec::new(),
    };
    let graph = loader.graph(&tree, manifests);
    let problems = loader.problems;
    Ok(Loaded { graph, workspace_root, target_cfg, problems })
}

/// The package in `directory` alone, compiled with `features`, as a build script sees it where there is
/// no workspace: as somebody's dependency, or when cargo cannot be asked. Without a library, its
/// programs stand for it.
///
/// # Errors
/// When its manifest cannot be read.
pub fn single_package(directory: &Path, features: &BTreeSet<String>) -> Result<Loaded, Error> {
    let manifest = Manifest::open(directory)?;
    let name = manifest.name().unwrap_or_default().to_owned();
    let version = manifest.version().unwrap_or_default().to_owned();
    let mut entries = Vec::from_iter(manifest.library());
    if entries.is_empty() {
        entries = manifest.binaries(features);
    }
    let package = Package {
        id: format!("{name} v{version} ({})", directory.display()),
        version,
        source: PackageSource::Path,
        directory: directory.to_owned(),
        crate_name: manifest.crate_name(),
        entries,
        features: features.clone(),
        has_build_script: manifest.has_build_script(),
        links: manifest.links().map(str::to_owned),
        is_root: true,
        ..Package::without_source(&name)
    };
    Ok(Loaded {
        graph: Graph { packages: vec![package], roots: vec![PackageIndex(0)] },
        workspace_root: directory.to_owned(),
        target_cfg: TargetCfg::from_build_script_env(),
        problems: Vec::new(),
    })
}

/// The directory of the workspace's manifest.
fn workspace_root(toolchain: &Toolchain, selection: &Selection) -> Result<PathBuf, Error> {
    let mut command = toolchain.cargo_command(&selection.directory);
    command.args(["locate-project", "--workspace", "--message-format", "plain"]);
    selection.add_manifest_to(&mut command);
    let output = process::run(&mut command, process::LOCAL_TIME_LIMIT)?;
    if !output.success {
        let words = process::first_error(&output.stderr);
        return Err(Error::new(format!("cargo could not find the project: {words}"))
            .help("run it in the directory of a Cargo.toml, or give `--manifest-path`"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let manifest = Path::new(text.trim_end_matches(['\r', '\n']));
    Ok(manifest.parent().unwrap_or(Path::new("")).to_owned())
}

struct Loader<'a> {
    locator: Locator<'a>,
    target: &'a str,
    cfg: &'a TargetCfg,
    threads: Threads,
    /// One for each package, `None` where it cannot be read.
    manifests: Vec<Option<Manifest>>,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    /// `known` are manifests that were already read, by their directories.
    fn graph(&mut self, tree: &Tree, known: HashMap<PathBuf, Manifest>) -> Graph {
        let places: Vec<_> = tree.packages.iter().map(|printed| self.place(printed)).collect();
        let read = |at: usize| {
            let directory = places[at].as_ref().ok().filter(|it| !known.contains_key(*it))?;
            Some(Manifest::read(directory))
        };
        let manifests = self.threads.map(places.len(), read, &mut |_| ());
        let mut known = known;
        let manifests = manifests
            .into_iter()
            .zip(&places)
            .map(|(read, place)| read.or_else(|| known.remove(place.as_ref().ok()?).map(Ok)));
        let mut packages = Vec::new();
        let found = places.iter().zip(manifests);
        for ((at, printed), (place, manifest)) in tree.packages.iter().enumerate().zip(found) {
            let package = self.package(printed, at < tree.roots, place, manifest);
            packages.push(package);
        }
        for (from, to) in tree.edges.iter().enumerate().filter(|(_, to)| !to.is_empty()) {
            let manifest = self.manifests.get(from).and_then(Option::as_ref);
            let declared = manifest.map(Manifest::dependencies);
            let dependencies = to
                .iter()
                .filter_map(|to| {
                    Some(self.dependency(packages.get(*to)?, *to, declared.as_deref()))
                })
                .collect();
            if let Some(package) = packages.get_mut(from) {
                package.dependencies = dependencies;
            }
        }
        let roots = (0..tree.roots).map(PackageIndex).collect();
        Graph { packages, roots }
    }

    /// The directory of a package, or why it is not known.
    fn place(&self, printed: &Printed) -> Result<PathBuf, String> {
        let (name, version, _, source) = printed.parts().unwrap_or((&printed.id, "", false, None));
        self.locator.locate(name, version, &Source::parse(source))
    }

    fn package(
        &mut self,
        printed: &Printed,
        is_root: bool,
        place: &Result<PathBuf, String>,
        manifest: Option<Result<Manifest, ReadError>>,
    ) -> Package {
        let (name, version, _, source) = printed.parts().unwrap_or((&printed.id, "", false, None));
        let source = Source::parse(source);
        let label = format!("{name} {version}");
        let features: BTreeSet<String> = printed
            .features
            .split(',')
            .filter(|feature| !feature.is_empty())
            .map(str::to_owned)
            .collect();
        let mut package = Package {
            id: printed.id.clone(),
            version: version.to_owned(),
            features,
            is_root,
            ..Package::without_source(name)
        };
        if matches!(source, Source::Path(_)) {
            package.source = PackageSource::Path;
        }
        if !printed.library.is_empty() {
            package.crate_name.clone_from(&printed.library);
        }
        let manifest = match place {
            Ok(directory) => {
                package.directory.clone_from(directory);
                match manifest {
                    Some(Err(error)) => {
                        let path = package.directory.join("Cargo.toml");
                        self.problem(
                            &label,
                            path,
                            &format!("its manifest cannot be read: {error}"),
                        );
                        None
                    }
                    manifest => manifest.and_then(Result::ok),
                }
            }
            Err(reason) => {
                if let Source::Path(path) = source {
                    package.directory = PathBuf::from(path);
                }
                let path = package.directory.clone();
                self.problem(&label, path, &format!("its source is not there: {reason}"));
                None
            }
        };
        if let Some(manifest) = &manifest {
            package.has_build_script = manifest.has_build_script();
            package.links = manifest.links().map(str::to_owned);
            package.entries.extend(manifest.library());
            if is_root {
                package.entries.extend(manifest.binaries(&package.features));
            }
        }
        self.manifests.push(manifest);
        package
    }

    /// The edge to `package` at `to`, by what the depending package's manifest declares, where that can be
    /// read.
    fn dependency(
        &self,
        package: &Package,
        to: usize,
        declared: Option<&[DeclaredDependency]>,
    ) -> Dependency {
        let extern_name = match declared {
            Some(declared) => Manifest::extern_name(declared, package, self.target, self.cfg),
            None => package.crate_name.clone(),
        };
        Dependency { package: PackageIndex(to), extern_name }
    }

    fn problem(&mut self, label: &str, path: PathBuf, message: &str) {
        let path = Some(path).filter(|path| !path.as_os_str().is_empty());
        let message = format!("{message}; the imports that it declares are not seen");
        self.problems.push(Problem { package: Some(label.to_owned()), path, message });
    }
}
