use std::path::{Path, PathBuf};

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::graph::{Dependency, Package, PackageIndex, PackageSource};

use super::{Location, Repository};
use crate::render::samples::{self, analysis, finding};
use crate::scratch::Scratch;

fn package(label: &str, directory: PathBuf, dependencies: &[(usize, &str)]) -> Package {
    let source = if directory.components().any(|part| part.as_os_str() == "registry") {
        PackageSource::Downloaded
    } else {
        PackageSource::Path
    };
    let edge = |(package, name): &(usize, &str)| Dependency {
        package: PackageIndex(*package),
        extern_name: (*name).to_owned(),
    };
    Package {
        source,
        directory,
        dependencies: dependencies.iter().map(edge).collect(),
        ..samples::package(label)
    }
}

fn with(packages: Vec<Package>) -> Analysis {
    let mut analysis = analysis();
    analysis.graph.packages = packages;
    analysis.graph.roots = vec![PackageIndex(0)];
    analysis
}

fn in_package(package: &Package, path: &[&str]) -> Finding {
    let mut finding = finding(Level::Deny);
    finding.place.package.clone_from(&package.name);
    finding.place.version.clone_from(&package.version);
    finding.place.directory.clone_from(&package.directory);
    finding.path = path.iter().map(|label| (*label).to_owned()).collect();
    finding
}

fn locate(repository: &Repository, analysis: &Analysis, finding: &Finding) -> Option<Location> {
    repository.locate(&analysis.graph, &finding.place, &finding.path)
}

fn at(location: Option<Location>) -> Option<(String, usize)> {
    location.map(|location| (location.file, location.line))
}

const APP: &str = "[package]\nname = 'app'\n\n[dependencies]\nmiddle = { path = '../middle' }\n";
const MIDDLE: &str = "[package]\nname = 'middle'\n\n[target.'cfg(wasm)'.dependencies]\n# why\nhost-sys = '=0.13.2'\n";
const LOCK_FILE: &str = "version = 4\n\n[[package]]\nname = \"host-sys\"\nversion = \"0.13.2\"\n";

/// A workspace whose member `app` depends on its member `middle`, which depends on a registry crate.
fn workspace() -> (Scratch, Analysis, Repository) {
    let scratch = Scratch::new(&[
        (".git/HEAD", ""),
        ("ws/app/Cargo.toml", APP),
        ("ws/app/src/lib.rs", ""),
        ("ws/middle/Cargo.toml", MIDDLE),
        ("ws/middle/src/lib.rs", ""),
        ("ws/Cargo.lock", LOCK_FILE),
        ("home/registry/host-sys-0.13.2/src/lib.rs", ""),
    ]);
    let analysis = with(vec![
        package("app 0.1.0", scratch.path("ws/app"), &[(1, "middle")]),
        package("middle 0.1.0", scratch.path("ws/middle"), &[(2, "host_sys")]),
        package("host-sys 0.13.2", scratch.path("home/registry/host-sys-0.13.2"), &[]),
    ]);
    let repository = Repository::around(&scratch.path("ws/app"), None);
    (scratch, analysis, repository)
}

#[test]
fn a_finding_of_the_repository_is_at_its_own_line() {
    let (_scratch, analysis, repository) = workspace();
    let finding = in_package(&analysis.graph.packages[1], &["app 0.1.0", "middle 0.1.0"]);
    let location = locate(&repository, &analysis, &finding).unwrap();
    let file = "ws/middle/src/lib.rs".to_owned();
    assert_eq!(location, Location { file, line: 5, column: 16, length: 5 });
}

#[test]
fn a_finding_of_a_registry_crate_is_where_the_last_member_names_the_way_to_it() {
    // The registry lies in the repository too: what counts is where the package came from.
    let (_scratch, analysis, repository) = workspace();
    let path = ["app 0.1.0", "middle 0.1.0", "host-sys 0.13.2"];
    let finding = in_package(&analysis.graph.packages[2], &path);
    let location = locate(&repository, &analysis, &finding).unwrap();
    assert_eq!(MIDDLE.lines().nth(5), Some("host-sys = '=0.13.2'"));
    let file = "ws/middle/Cargo.toml".to_owned();
    assert_eq!(location, Location { file, line: 6, column: 1, length: 8 });
}

#[test]
fn without_a_line_in_a_manifest_the_lock_file_has_one() {
    let (scratch, analysis, repository) = workspace();
    std::fs::write(scratch.path("ws/middle/Cargo.toml"), "[package]\nname = 'middle'\n").unwrap();
    let path = ["app 0.1.0", "middle 0.1.0", "host-sys 0.13.2"];
    let finding = in_package(&analysis.graph.packages[2], &path);
    assert_eq!(at(locate(&repository, &analysis, &finding)), Some(("ws/Cargo.lock".to_owned(), 4)));
    std::fs::remove_file(scratch.path("ws/Cargo.lock")).unwrap();
    assert_eq!(locate(&repository, &analysis, &finding), None);
}

#[test]
fn of_two_packages_with_one_label_the_one_of_the_place_counts() {
    let files = [
        (".git/HEAD", ""),
        ("Cargo.toml", "[dependencies]\na = '1'\n\n[dependencies.b]\npackage = 'a'\ngit = ''\n"),
        ("registry/a/src/lib.rs", ""),
        ("registry/b/src/lib.rs", ""),
    ];
    let scratch = Scratch::new(&files);
    let analysis = with(vec![
        package("app 0.1.0", scratch.root().to_owned(), &[(1, "a"), (2, "b")]),
        package("a 1.0.0", scratch.path("registry/a"), &[]),
        package("a 1.0.0", scratch.path("registry/b"), &[]),
    ]);
    let repository = Repository::around(scratch.root(), None);
    for (index, line) in [(1, 2), (2, 4)] {
        let finding = in_package(&analysis.graph.packages[index], &["app 0.1.0", "a 1.0.0"]);
        assert_eq!(
            at(locate(&repository, &analysis, &finding)),
            Some(("Cargo.toml".to_owned(), line))
        );
    }
}

#[test]
fn a_path_that_the_graph_does_not_have_gives_no_place_outside_the_repository() {
    let (_scratch, analysis, repository) = workspace();
    let mut finding = in_package(&analysis.graph.packages[2], &["app 0.1.0", "other 1.0.0"]);
    finding.place.directory = PathBuf::from("/nowhere");
    finding.place.version = "9.9.9".to_owned();
    assert_eq!(locate(&repository, &analysis, &finding), None);
}

#[test]
fn the_repository_is_the_outermost_checkout_of_the_workspace() {
    let files = [
        (".git/HEAD", ""),
        ("work/checkout/.git/HEAD", ""),
        ("work/checkout/submodule/.git", "gitdir: x"),
        ("work/checkout/submodule/app/Cargo.toml", ""),
        ("work/plain/app/Cargo.toml", ""),
    ];
    let scratch = Scratch::new(&files);
    let top = scratch.root().canonicalize().unwrap();
    let root = |directory: &str, workspace: Option<&str>| {
        let workspace = workspace.map(|workspace| top.join(workspace));
        let root = Repository::around(&top.join(directory), workspace.as_deref()).root;
        root.strip_prefix(&top).map(Path::to_owned).unwrap()
    };
    let app = "work/checkout/submodule/app";
    assert_eq!(root(app, Some("work")), Path::new("work/checkout"));
    assert_eq!(root(app, Some("work/checkout")), Path::new("work/checkout"));
    assert_eq!(root("work/plain/app", Some("work")), Path::new("work"));
    assert_eq!(root(app, None), Path::new("work/checkout/submodule"));
    assert_eq!(root("work/plain/app", None), Path::new(""));
    assert_eq!(root("work/plain/app", Some("elsewhere")), Path::new(""));
}
