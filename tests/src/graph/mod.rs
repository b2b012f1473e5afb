//! The objects of a whole graph, as built: which imports each crate uses, and who declares them.
//!
//! What the source analysis says is compared with this: [`BuiltGraph::coverage`] looks for imports that
//! it does not know, [`BuiltGraph::exposed`] for those that crates other than the declaring one name.

mod check;
mod list;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use self::check::{Checked, check, project};
pub use self::list::{Entry, listed_graphs, read_list};

use crate::build::Built;
use crate::objects::{CrateId, Functions, functions, objects};
use crate::toolchain::toolchain;

/// A crate of the graph, or of the standard library, with what its objects hold.
#[derive(Debug)]
pub struct BuiltCrate {
    /// Name and version of the package: `ic0 1.2.0`.
    pub package: String,
    /// The crate's name, with underscores.
    pub name: String,
    /// Whether it is of the standard library: an import of that is the toolchain's affair, and not
    /// looked for in the project's graph.
    pub is_std: bool,
    /// Its ids, as far as its objects have any.
    ids: BTreeSet<CrateId>,
    functions: Functions,
}

/// All crates that a build is made of.
#[derive(Debug)]
pub struct BuiltGraph {
    /// Them.
    pub crates: Vec<BuiltCrate>,
    /// What the C library of the target defines.
    libc: BTreeSet<String>,
}

/// An import that objects use: its declaring package, where that is known, module and name. Without a
/// module it is a bare extern that nothing in the graph defines.
pub type Used = (Option<String>, Option<String>, String);

/// How far `imports` knows the imports that are in objects.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Packages of the graph that were built for the target.
    pub packages: usize,
    /// Different imports in their objects, without those that the standard library declares.
    pub in_objects: usize,
    /// Of these, how many are listed.
    pub listed: usize,
    /// How many are not, but their package has an opaque place.
    pub covered: usize,
    /// The rest: what must not be.
    pub unknown: Vec<Used>,
}

impl BuiltGraph {
    /// Reads what `built` names. The build must not have been incremental (`CARGO_INCREMENTAL=0`).
    pub fn read(built: &Built, target: &str) -> Self {
        built.expect_success();
        let sysroot = toolchain().sysroot();
        let mut crates: Vec<BuiltCrate> =
            built.artifacts.iter().filter_map(|it| BuiltCrate::read(it, &sysroot)).collect();
        let libraries = sysroot.join("lib/rustlib").join(target).join("lib");
        if !toolchain().builds_std {
            crates.extend(built_std(&libraries));
        }
        // wasm32-wasip2 has no C library here; wasip1's has the names.
        let wasip1 = sysroot.join("lib/rustlib/wasm32-wasip1/lib/self-contained/libc.a");
        let mut libc = BTreeSet::new();
        if target.contains("wasi") {
            let own = libraries.join("self-contained/libc.a");
            libc = read_objects(if own.is_file() { &own } else { &wasip1 }).1.defined;
        }
        // wasm-ld makes it.
        libc.insert("__wasm_call_ctors".to_owned());
        Self { crates, libc }
    }

    /// The packages of the graph, without the standard library's.
    pub fn packages(&self) -> BTreeSet<&str> {
        self.of_project().map(|it| it.package.as_str()).collect()
    }

    fn of_project(&self) -> impl Iterator<Item = &BuiltCrate> {
        self.crates.iter().filter(|it| !it.is_std)
    }

    /// The imports that the objects of the graph use, each with the packages whose objects do. Those
    /// that the standard library declares are left out: they come with the toolchain, and no package of
    /// the graph has a line that declares them.
    pub fn uses(&self) -> BTreeMap<Used, BTreeSet<&str>> {
        let mut defined: BTreeSet<&str> = self.libc.iter().map(String::as_str).collect();
        defined.extend(self.crates.iter().flat_map(|it| &it.functions.defined).map(String::as_str));
        let mut uses: BTreeMap<Used, BTreeSet<&str>> = BTreeMap::new();
        for user in self.of_project() {
            for import in &user.functions.undefined {
                let mangled = CrateId::of_symbol(&import.symbol);
                let is_bare = !import.explicit_name && import.module == "env";
                let import = match mangled {
                    // A function of another Rust crate.
                    Some(_) if is_bare => continue,
                    Some(declaring) => {
                        let Some(package) = self.package_of(&declaring, &import.symbol) else {
                            continue;
                        };
                        (Some(package), Some(import.module.clone()), import.name.clone())
                    }
                    None if is_bare && defined.contains(import.symbol.as_str()) => continue,
                    None if is_bare => (None, None, import.symbol.clone()),
                    // C code, or an older rustc's: it is in the rlib of the package that has it.
                    None => {
                        let module = Some(import.module.clone());
                        (Some(user.package.clone()), module, import.name.clone())
                    }
                };
                uses.entry(import).or_default().insert(&user.package);
            }
        }
        uses
    }

    /// The package that declares, `None` for one of the standard library.
    fn package_of(&self, declaring: &CrateId, symbol: &str) -> Option<String> {
        let named: Vec<_> = self.crates.iter().filter(|it| it.name == declaring.name).collect();
        let by_id = named.iter().find(|it| it.ids.iter().any(|id| id.is(declaring)));
        // A crate without functions of its own has no objects to tell its id.
        let mut silent = named.iter().filter(|it| it.ids.is_empty());
        let found = by_id.or_else(|| {
            let first = silent.next();
            assert!(silent.next().is_none(), "which {declaring} declares {symbol}?");
            first
        });
        let found = found.unwrap_or_else(|| panic!("{declaring} of {symbol} was not built"));
        (!found.is_std).then(|| found.package.clone())
    }

    /// Compares with what `imports --format json` reports.
    pub fn coverage(&self, report: &Value) -> Coverage {
        let package = |entry: &Value| {
            let part = |key| entry[key].as_str().expect("a package has a name and a version");
            format!("{} {}", part("package"), part("version"))
        };
        let array = |key: &str| report[key].as_array().expect("an array");
        let mut listed: BTreeSet<Used> = BTreeSet::new();
        for import in array("imports") {
            let module = import["module"].as_str().map(str::to_owned);
            let name = import["name"].as_str().expect("an import has a name").to_owned();
            // A bare extern's symbol does not tell who declares it.
            let package = module.is_some().then(|| package(import));
            listed.insert((package, module, name));
        }
        let opaque: BTreeSet<String> = array("opaque").iter().map(package).collect();
        let uses = self.uses();
        let mut coverage = Coverage {
            packages: self.packages().len(),
            in_objects: uses.len(),
            ..Coverage::default()
        };
        for (used, users) in uses {
            let declaring = used.0.as_deref();
            let is_opaque = |package: &str| opaque.contains(package);
            if listed.contains(&used) {
                coverage.listed += 1;
            } else if declaring.map_or_else(|| users.iter().any(|it| is_opaque(it)), is_opaque) {
                coverage.covered += 1;
            } else {
                coverage.unknown.push(used);
            }
        }
        coverage
    }

    /// The imports with a module that `package` declares and objects use, each with whether the objects
    /// of another package do: what rustc 1.91.0 gives its plain name.
    pub fn exposed(&self, package: &str) -> BTreeMap<(String, String), bool> {
        let mut all = BTreeMap::new();
        for ((declaring, module, name), users) in self.uses() {
            if let (Some(declaring), Some(module)) = (declaring, module)
                && declaring == package
            {
                all.insert((module, name), users.iter().any(|user| **user != *package));
            }
        }
        all
    }
}

impl BuiltCrate {
    /// What cargo's message is about; `None` where no rlib was built for the target.
    fn read(artifact: &Value, sysroot: &Path) -> Option<Self> {
        let mut files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let rlib = files.find(|file| Path::new(file).extension().is_some_and(|it| it == "rlib"))?;
        let (ids, functions) = read_objects(Path::new(rlib));
        let manifest = Path::new(artifact["manifest_path"].as_str()?);
        let mut features = artifact["features"].as_array()?.iter();
        Some(Self {
            package: package_of(artifact["package_id"].as_str()?)?,
            name: artifact["target"]["name"].as_str()?.replace('-', "_"),
            is_std: manifest.starts_with(sysroot) || features.any(|it| it == "rustc-dep-of-std"),
            ids,
            functions,
        })
    }
}

/// `ic0 1.2.0` from `registry+https://…#ic0@1.2.0`, or from `path+file:///…/ic0#1.2.0`.
fn package_of(id: &str) -> Option<String> {
    let (source, spec) = id.rsplit_once('#')?;
    let (name, version) = spec.split_once('@').unwrap_or((source.rsplit('/').next()?, spec));
    Some(format!("{name} {version}"))
}

/// The crates of a standard library that was installed.
fn built_std(libraries: &Path) -> Vec<BuiltCrate> {
    let files = fs::read_dir(libraries).expect("the target is installed");
    let rlibs = files
        .map(|file| file.expect("listed").path())
        .filter(|file| file.extension().is_some_and(|it| it == "rlib"));
    rlibs
        .map(|file| {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let name = stem.trim_start_matches("lib").rsplit_once('-').expect("name and hash").0;
            let (ids, functions) = read_objects(&file);
            BuiltCrate {
                package: format!("{name} of the toolchain"),
                name: name.to_owned(),
                is_std: true,
                ids,
                functions,
            }
        })
        .collect()
}

/// The ids of the crates that a file's objects tell, and their functions together.
fn read_objects(file: &Path) -> (BTreeSet<CrateId>, Functions) {
    let say = |error: &dyn std::fmt::Display| -> ! { panic!("{}: {error}", file.display()) };
    let bytes = fs::read(file).unwrap_or_else(|error| say(&error));
    let mut ids = BTreeSet::new();
    let mut all = Functions::default();
    for (name, object) in objects("", &bytes).unwrap_or_else(|error| say(&error)) {
        let one = functions(object).unwrap_or_else(|error| say(&format!("{name}: {error}")));
        ids.extend(CrateId::of_object(&name));
        all.undefined.extend(one.undefined);
        all.defined.extend(one.defined);
    }
    (ids, all)
}

/// Where the projects are that the tests build as they stand: `tests/graphs`.
pub fn graphs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs")
}
