//! Scratch projects for the integration tests, and cargo's own unit graph to compare with.
#![allow(dead_code)] // Each test file uses its part.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_import_guard::error::Error;
use wasm_import_guard::graph::{self, Graph, Loaded, Mode, Package, Selection};
use wasm_import_guard::toolchain::Toolchain;
use wasm_import_guard::trust::Trust;

/// The target of most tests.
pub(crate) const TARGET: &str = "wasm32-wasip1";

/// A directory of its own for one test, with a project in it.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
}

impl Project {
    /// An empty directory.
    pub(crate) fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph").join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        fs::create_dir_all(&root).unwrap();
        Self { root: root.canonicalize().unwrap() }
    }

    /// Writes a file.
    pub(crate) fn file(&self, path: &str, text: &str) -> &Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes the manifest of a package with an empty library.
    pub(crate) fn package(&self, directory: &str, name: &str, version: &str, rest: &str) -> &Self {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{rest}"
        );
        self.file(&format!("{directory}/Cargo.toml"), &manifest);
        self.file(&format!("{directory}/src/lib.rs"), "")
    }

    /// A selection of what cargo selects by itself.
    pub(crate) fn selection(&self) -> Selection {
        Selection { directory: self.root.clone(), offline: true, ..Selection::default() }
    }

    /// Loads the graph of `selection`.
    pub(crate) fn try_load(&self, selection: &Selection, target: &str) -> Result<Loaded, Error> {
        let toolchain = Toolchain::find(&self.root, Trust { config: false, offline: true })?;
        graph::load(&toolchain, selection, target, Mode::Command)
    }

    /// Loads the graph of `selection`, which has no problems, and compares it with cargo's unit graph.
    pub(crate) fn load(&self, selection: &Selection) -> Loaded {
        let loaded = self.try_load(selection, TARGET).unwrap();
        assert_eq!(loaded.problems, []);
        assert_eq!(compiled(&loaded.graph), Self::unit_graph(selection));
        loaded
    }

    /// What `cargo build` would compile for [`TARGET`]: name, version and features of each package.
    pub(crate) fn unit_graph(selection: &Selection) -> BTreeSet<String> {
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--unit-graph", "-Zunstable-options", "--target", TARGET]);
        command.args(options(selection));
        command.current_dir(&selection.directory);
        // What `cargo test` sets for this process must not reach a cargo of another toolchain.
        command.env("RUSTC_BOOTSTRAP", "1");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let graph: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let units = graph["units"].as_array().unwrap();
        units
            .iter()
            .filter(|unit| unit["platform"] == TARGET && unit["mode"] == "build")
            .map(|unit| {
                let (name, version) = name_and_version(unit["pkg_id"].as_str().unwrap());
                let features = unit["features"].as_array().unwrap();
                let mut features: Vec<&str> =
                    features.iter().map(|feature| feature.as_str().unwrap()).collect();
                features.sort_unstable();
                format!("{name} {version} [{}]", features.join(","))
            })
            .collect()
    }
}

/// Name, version and features of each package.
pub(crate) fn compiled(graph: &Graph) -> BTreeSet<String> {
    graph.packages.iter().map(describe).collect()
}

/// Name, version and features.
pub(crate) fn describe(package: &Package) -> String {
    let features: Vec<&str> = package.features.iter().map(String::as_str).collect();
    format!("{} {} [{}]", package.name, package.version, features.join(","))
}

/// The package of that name.
pub(crate) fn package<'a>(graph: &'a Graph, name: &str) -> &'a Package {
    let mut found = graph.packages.iter().filter(|package| package.name == name);
    let package = found.next().unwrap_or_else(|| panic!("{name} is not in the graph"));
    assert!(found.next().is_none(), "{name} is in the graph twice");
    package
}

/// `extern name -> name version` of each dependency, sorted.
pub(crate) fn dependencies(graph: &Graph, package: &Package) -> Vec<String> {
    let mut dependencies: Vec<String> = package
        .dependencies
        .iter()
        .map(|dependency| {
            format!("{} -> {}", dependency.extern_name, graph.package(dependency.package).label())
        })
        .collect();
    dependencies.sort();
    dependencies
}

/// Runs git without anybody's settings.
pub(crate) fn git(directory: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The variable that marks a test process which was started by [`rerun`].
const RERUN: &str = "WASM_IMPORT_GUARD_TEST_RERUN";

/// Runs the test `name` of this file again in a process of its own, whose environment names no
/// toolchain and has `variables`. True in that process: then the test goes on. (A test cannot change
/// its own environment without unsafe code.)
pub(crate) fn rerun(name: &str, variables: &[(&str, &OsStr)]) -> bool {
    if std::env::var_os(RERUN).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]).env(RERUN, "1");
    let unset = ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];
    for variable in unset {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// [`rerun`] with an empty cargo home.
pub(crate) fn isolated(name: &str, home: &Path) -> bool {
    rerun(name, &[("CARGO_HOME", home.as_os_str()), ("CARGO_NET_OFFLINE", OsStr::new("false"))])
}

fn options(selection: &Selection) -> Vec<String> {
    let mut options = Vec::new();
    for package in &selection.packages {
        options.extend(["-p".to_owned(), package.clone()]);
    }
    for features in &selection.features {
        options.extend(["--features".to_owned(), features.clone()]);
    }
    if let Some(path) = &selection.manifest_path {
        options.extend(["--manifest-path".to_owned(), path.display().to_string()]);
    }
    for (given, option) in [
        (selection.workspace, "--workspace"),
        (selection.all_features, "--all-features"),
        (selection.no_default_features, "--no-default-features"),
        (selection.offline, "--offline"),
    ] {
        options.extend(given.then(|| option.to_owned()));
    }
    options
}

/// `path+file:///x/app#0.1.0` and `…#name@0.1.0`.
fn name_and_version(id: &str) -> (String, String) {
    let (address, fragment) = id.rsplit_once('#').unwrap();
    let address = address.split('?').next().unwrap();
    let last = address.rsplit('/').next().unwrap();
    let (name, version) = fragment.rsplit_once('@').unwrap_or((last, fragment));
    (name.to_owned(), version.to_owned())
}
