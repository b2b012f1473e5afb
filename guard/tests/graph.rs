//! The graph against cargo's own unit graph, in scratch projects without network.
#![allow(clippy::unwrap_used)] // Helpers outside of `#[test]` functions use it too.

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::{Project, TARGET, dependencies, describe, git, isolated, package};
use wasm_import_guard::graph::{self, EntryKind, Manifest, PackageSource, Selection};

/// Packages of [`many_sided`] that are no members.
const OUTSIDE: &str = "exclude = [\"optional\", \"unix-only\", \"wasi-only\", \"build-only\", \"dev-only\", \"macro-only\"]";

/// A workspace in which features come from every side: target, build, development, another platform,
/// a procedural macro.
fn many_sided(name: &str, resolver: &str) -> Project {
    let project = Project::new(name);
    project.file(
        "Cargo.toml",
        &format!(
            "[workspace]\nresolver = \"{resolver}\"\nmembers = [\"app\", \"other\", \"pm\"]\n\
             default-members = [\"app\"]\n{}, \"shared\"]\n",
            OUTSIDE.trim_end_matches(']')
        ),
    );
    project.package(
        "app",
        "app",
        "0.1.0",
        "[features]\ndefault = [\"std\"]\nstd = []\nextra = [\"dep:optional\", \"shared/of-extra\"]\nweak = [\"optional?/deep\"]\n\
         [dependencies]\nshared = { path = \"../shared\", features = [\"of-app\"] }\npm = { path = \"../pm\" }\n\
         optional = { path = \"../optional\", optional = true }\n\
         [target.'cfg(unix)'.dependencies]\nshared = { path = \"../shared\", features = [\"of-unix\"] }\nunix-only = { path = \"../unix-only\" }\n\
         [target.'cfg(target_os = \"wasi\")'.dependencies]\nwasi-only = { path = \"../wasi-only\" }\n\
         [build-dependencies]\nshared = { path = \"../shared\", features = [\"of-build\"] }\nbuild-only = { path = \"../build-only\" }\n\
         [dev-dependencies]\nshared = { path = \"../shared\", features = [\"of-dev\"] }\ndev-only = { path = \"../dev-only\" }\n",
    );
    project.file("app/build.rs", "fn main() {}");
    project.package(
        "other",
        "other",
        "0.1.0",
        "[dependencies]\nshared = { path = \"../shared\", features = [\"of-other\"] }\n",
    );
    project.package(
        "pm",
        "pm",
        "0.1.0",
        "[lib]\nproc-macro = true\n[dependencies]\nshared = { path = \"../shared\", features = [\"of-macro\"] }\nmacro-only = { path = \"../macro-only\" }\n",
    );
    project.package(
        "shared",
        "shared",
        "0.1.0",
        "[features]\nof-app = []\nof-unix = []\nof-build = []\nof-dev = []\nof-other = []\nof-macro = []\nof-extra = []\n",
    );
    project.package("optional", "optional", "0.1.0", "[features]\ndeep = []\n");
    for name in ["unix-only", "wasi-only", "build-only", "dev-only", "macro-only"] {
        project.package(name, name, "0.1.0", "");
    }
    project
}

fn features<'a>(graph: &'a graph::Graph, name: &str) -> Vec<&'a str> {
    package(graph, name).features.iter().map(String::as_str).collect()
}

#[test]
fn resolver_1_unifies_features_of_all_sides() {
    let project = many_sided("resolver-1", "1");
    let loaded = project.load(&project.selection());
    let features = features(&loaded.graph, "shared");
    assert!(features.contains(&"of-build") && features.contains(&"of-unix"), "{features:?}");
}

#[test]
fn resolvers_2_and_3_keep_the_sides_apart() {
    for resolver in ["2", "3"] {
        let project = many_sided(&format!("resolver-{resolver}"), resolver);
        let loaded = project.load(&project.selection());
        assert_eq!(features(&loaded.graph, "shared"), ["of-app"]);
        let names: Vec<&str> =
            loaded.graph.packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["app", "shared", "wasi-only"]);
        assert_eq!(loaded.workspace_root, project.root);
        let app = package(&loaded.graph, "app");
        assert!(app.is_root && app.has_build_script && app.certain);
        assert_eq!(app.directory, project.root.join("app"));
    }
}

#[test]
fn selections_are_cargo_s() {
    let project = many_sided("selections", "2");
    let base = project.selection();
    let with = |change: &dyn Fn(&mut Selection)| {
        let mut selection = base.clone();
        change(&mut selection);
        project.load(&selection)
    };
    let extra = with(&|selection| selection.features = vec!["extra weak".to_owned()]);
    assert_eq!(features(&extra.graph, "optional"), ["deep"]);
    assert_eq!(features(&extra.graph, "shared"), ["of-app", "of-extra"]);
    let without = with(&|selection| selection.features = vec!["weak".to_owned()]);
    assert!(without.graph.packages.iter().all(|package| package.name != "optional"));
    let no_default = with(&|selection| selection.no_default_features = true);
    assert!(features(&no_default.graph, "app").is_empty());
    with(&|selection| selection.all_features = true);
    let other = with(&|selection| selection.packages = vec!["other".to_owned()]);
    assert_eq!(features(&other.graph, "shared"), ["of-other"]);
    let both = with(&|selection| {
        selection.packages = vec!["other".to_owned(), "app@0.1.0".to_owned()];
        selection.features = vec!["app/extra".to_owned()];
    });
    assert_eq!(both.graph.roots.len(), 2);
    let by_path = with(&|selection| {
        selection.manifest_path = Some(project.root.join("other/Cargo.toml"));
    });
    assert_eq!(by_path.graph.package(by_path.graph.roots[0]).name, "other");
    let by_directory = with(&|selection| selection.directory = project.root.join("other"));
    assert_eq!(by_directory.graph.package(by_directory.graph.roots[0]).name, "other");
    assert_eq!(by_directory.workspace_root, project.root);
}

#[test]
fn a_whole_workspace_has_no_host_variants() {
    // `shared` is a member here, compiled for the target and, with other features, for the host.
    let project = many_sided("whole-workspace", "2");
    let members = "members = [\"app\", \"other\", \"pm\", \"shared\"]";
    project.file("Cargo.toml", &format!("[workspace]\nresolver = \"2\"\n{members}\n{OUTSIDE}\n"));
    let loaded = project.load(&Selection { workspace: true, ..project.selection() });
    // A selected procedural macro turns its dependencies' features on for the target too.
    assert_eq!(features(&loaded.graph, "shared"), ["of-app", "of-macro", "of-other"]);
    assert!(loaded.graph.packages.iter().all(|package| package.name != "macro-only"));
    let names: Vec<&str> =
        loaded.graph.roots.iter().map(|root| loaded.graph.package(*root).name.as_str()).collect();
    assert_eq!(names, ["app", "other", "shared"]);

    // One that is not selected leaves them to the host.
    let packages = vec!["app".to_owned(), "shared".to_owned()];
    let loaded = project.load(&Selection { packages, ..project.selection() });
    assert_eq!(features(&loaded.graph, "shared"), ["of-app"]);
    assert!(package(&loaded.graph, "shared").is_root);
}

#[test]
fn a_member_for_both_sides_with_the_same_features() {
    let project = Project::new("both-sides");
    project.file("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"pm\", \"dep\"]\n");
    project.package(
        "pm",
        "pm",
        "0.1.0",
        "[lib]\nproc-macro = true\n[dependencies]\ndep = { path = \"../dep\" }\n",
    );
    project.package(
        "dep",
        "dep",
        "0.1.0",
        "[target.'cfg(unix)'.dependencies]\nunix-only = { path = \"../unix-only\" }\n\
         [target.'cfg(target_os = \"wasi\")'.dependencies]\nwasi-only = { path = \"../wasi-only\" }\n",
    );
    project.package("unix-only", "unix-only", "0.1.0", "");
    project.package("wasi-only", "wasi-only", "0.1.0", "");
    let mut selection = project.selection();
    // The members that the directories of a workspace hold are all selected at a virtual root.
    selection.packages = vec!["pm".to_owned(), "dep".to_owned()];
    let loaded = project.load(&selection);
    let names: Vec<&str> =
        loaded.graph.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["dep", "wasi-only"]);
}

#[test]
fn what_the_workspace_adds_is_possible() {
    let project = many_sided("possible", "2");
    let own = Selection {
        packages: vec!["app@0.1.0".to_owned()],
        no_default_features: true,
        features: vec!["std".to_owned()],
        ..project.selection()
    };
    let wide = Selection { workspace: true, ..project.selection() };
    let merged = graph::merge(project.load(&own).graph, &project.load(&wide).graph);
    let shared = package(&merged, "shared");
    assert_eq!(describe(shared), "shared 0.1.0 [of-app]");
    let possible = ["of-macro", "of-other"].map(str::to_owned);
    assert_eq!(shared.possible_features, BTreeSet::from(possible));
    assert!(shared.certain);
    assert!(merged.packages.iter().all(|package| package.name != "other"));
    assert!(package(&merged, "app").possible_features.is_empty());
}

#[test]
fn renames_inheritance_and_two_versions_of_one_crate() {
    let project = Project::new("renames");
    project.file(
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\"]\nexclude = [\"dep1\", \"dep2\"]\n[workspace.package]\nversion = \"3.2.1\"\n\
         [workspace.dependencies]\ninherited-name = { package = \"dep\", path = \"dep1\" }\nplain = { path = \"plain\" }\n",
    );
    project.file(
        "app/Cargo.toml",
        "[package]\nname = \"app\"\nversion.workspace = true\nedition = \"2021\"\n[dependencies]\n\
         inherited-name.workspace = true\nplain = { workspace = true, features = [\"x\"] }\n\
         newer = { package = \"dep\", path = \"../dep2\", version = \"2\" }\n",
    );
    project.file("app/src/lib.rs", "");
    project.package("dep1", "dep", "1.4.0", "[lib]\nname = \"dep_lib\"\n");
    project.package("dep2", "dep", "2.0.0+meta.1", "");
    project.package("plain", "plain", "0.1.0", "[features]\nx = []\n[lib]\nname = \"plain_lib\"\n");
    let loaded = project.load(&project.selection());
    let app = package(&loaded.graph, "app");
    assert_eq!(app.version, "3.2.1");
    let found = dependencies(&loaded.graph, app);
    assert_eq!(
        found,
        ["inherited_name -> dep 1.4.0", "newer -> dep 2.0.0+meta.1", "plain_lib -> plain 0.1.0",]
    );
}

#[test]
fn vendored_sources_take_the_place_of_crates_io() {
    let project = Project::new("vendored");
    // Relative to the directory that holds `.cargo`, which is not the project's.
    project.file(
        ".cargo/config.toml",
        "[source.crates-io]\nreplace-with = \"middle\"\n[source.middle]\nregistry = \"sparse+https://example.org/\"\nreplace-with = \"local\"\n[source.local]\ndirectory = \"third-party\"\n",
    );
    project.file("app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n[dependencies]\nv = \"1\"\nother = { package = \"w\", version = \"0.3\" }\nw = \"0.4\"\n");
    project.file("app/src/main.rs", "fn main() {}");
    for (directory, name, version) in
        [("v", "v", "1.0.0+build.7"), ("w-0.3.1", "w", "0.3.1"), ("odd", "w", "0.4.2")]
    {
        let directory = format!("third-party/{directory}");
        project.package(&directory, name, version, "");
        project
            .file(&format!("{directory}/.cargo-checksum.json"), "{\"files\":{},\"package\":null}");
    }
    let mut selection = project.selection();
    selection.directory = project.root.join("app");
    let loaded = project.load(&selection);
    let app = package(&loaded.graph, "app");
    assert_eq!(
        dependencies(&loaded.graph, app),
        ["other -> w 0.3.1", "v -> v 1.0.0+build.7", "w -> w 0.4.2"]
    );
    assert_eq!(app.entries[0].kind, EntryKind::Binary);
    let v = package(&loaded.graph, "v");
    assert_eq!(v.directory, project.root.join("third-party/v"));
    assert_eq!(v.source, PackageSource::Downloaded);
    // Frozen, with the lock file that was written.
    project.load(&selection);
    selection.frozen = true;
    assert!(project.try_load(&selection, TARGET).is_ok());
}

#[test]
fn patches_and_overrides_by_path() {
    let project = Project::new("patched");
    project.file(".cargo/config.toml", "paths = [\"overriding\"]\n[source.crates-io]\nreplace-with = \"local\"\n[source.local]\ndirectory = \"vendor\"\n");
    project.package(
        ".",
        "app",
        "0.1.0",
        "[dependencies]\np = \"1\"\nq = \"1\"\n[patch.crates-io]\np = { path = \"patched\" }\n[workspace]\n",
    );
    for name in ["p", "q"] {
        project.package(&format!("vendor/{name}"), name, "1.0.0", "");
        project.file(
            &format!("vendor/{name}/.cargo-checksum.json"),
            "{\"files\":{},\"package\":null}",
        );
    }
    project.package("patched", "p", "1.0.9", "");
    project.package("overriding", "q", "1.0.0", "");
    let loaded = project.load(&project.selection());
    assert_eq!(package(&loaded.graph, "p").directory, project.root.join("patched"));
    assert_eq!(package(&loaded.graph, "q").directory, project.root.join("overriding"));
}

#[test]
fn git_repositories_with_packages_in_subdirectories() {
    let name = "git_repositories_with_packages_in_subdirectories";
    let home = Project::new("git-home");
    if !isolated(name, &home.root) {
        return;
    }
    let repository = Project::new("git-repository");
    repository.file("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"0.7.0\"\n");
    repository.file(
        "crates/inner/Cargo.toml",
        "[package]\nname = \"inner\"\nversion.workspace = true\nedition = \"2021\"\n[dependencies]\nsibling = { path = \"../sibling\" }\n",
    );
    repository.file("crates/inner/src/lib.rs", "");
    repository.package("crates/sibling", "sibling", "0.1.0", "");
    git(&repository.root, &["init", "-q"]);
    git(&repository.root, &["add", "."]);
    git(&repository.root, &["commit", "-q", "-m", "first"]);
    git(&repository.root, &["branch", "old"]);
    repository.package(
        "crates/sibling",
        "sibling",
        "0.2.0",
        "links = \"native\"\nbuild = \"make.rs\"\n",
    );
    repository.file("crates/sibling/make.rs", "fn main() {}");
    git(&repository.root, &["add", "."]);
    git(&repository.root, &["commit", "-q", "-m", "second"]);
    let address = format!("file://{}", repository.root.display());

    let project = Project::new("git");
    project.package(
        ".",
        "app",
        "0.1.0",
        &format!(
            "[workspace]\n[dependencies]\nrenamed = {{ package = \"inner\", git = \"{address}\" }}\n\
             sibling-old = {{ package = \"sibling\", git = \"{address}\", branch = \"old\" }}\n\
             patched = \"1\"\n[patch.crates-io]\npatched = {{ git = \"{address}-patch\" }}\n"
        ),
    );
    let patch = Project::new("git-repository-patch");
    patch.package(".", "patched", "1.0.0", "[workspace]\n");
    git(&patch.root, &["init", "-q"]);
    git(&patch.root, &["add", "."]);
    git(&patch.root, &["commit", "-q", "-m", "first"]);
    // Without this, cargo would ask crates.io for `patched`.
    project.file("nothing/x", "");
    project.file(
        ".cargo/config.toml",
        "[source.crates-io]\nreplace-with = \"nothing\"\n[source.nothing]\ndirectory = \"nothing\"\n",
    );
    let mut selection = project.selection();
    selection.offline = false;
    let loaded = project.load(&selection);
    let graph = &loaded.graph;
    assert_eq!(
        dependencies(graph, package(graph, "app")),
        ["patched -> patched 1.0.0", "renamed -> inner 0.7.0", "sibling_old -> sibling 0.1.0"]
    );
    let inner = package(graph, "inner");
    assert_eq!(inner.source, PackageSource::Downloaded);
    assert!(inner.directory.starts_with(home.root.join("git/checkouts")));
    assert!(inner.directory.ends_with("crates/inner"));
    assert_eq!(dependencies(graph, inner), ["sibling -> sibling 0.2.0"]);
    let newer = graph.packages.iter().find(|package| package.version == "0.2.0").unwrap();
    assert_eq!(newer.links.as_deref(), Some("native"));
    assert!(newer.has_build_script);
    // And without network, as a build script asks.
    selection.frozen = true;
    assert_eq!(project.try_load(&selection, TARGET).unwrap().problems, []);
}

#[test]
fn entries_of_roots_and_of_dependencies() {
    let project = Project::new("entries");
    project.package(
        ".",
        "app",
        "0.1.0",
        "[workspace]\n[lib]\ncrate-type = [\"cdylib\"]\n[features]\non = []\noff = []\n[dependencies]\ndep = { path = \"dep\" }\n\
         [[bin]]\nname = \"named\"\npath = \"odd/place.rs\"\n[[bin]]\nname = \"needs-off\"\nrequired-features = [\"off\"]\n[[bin]]\nname = \"needs-on\"\nrequired-features = [\"on\"]\n",
    );
    for path in [
        "src/main.rs",
        "src/bin/one.rs",
        "src/bin/two/main.rs",
        "src/bin/two/help.rs",
        "src/bin/needs-off.rs",
        "src/bin/needs-on.rs",
        "odd/place.rs",
    ] {
        project.file(path, "fn main() {}");
    }
    project.package("dep", "dep", "0.1.0", "");
    project.file("dep/src/main.rs", "fn main() {}");
    let selection = Selection { features: vec!["on".to_owned()], ..project.selection() };
    let loaded = project.load(&selection);
    let entries = |name: &str| -> Vec<(EntryKind, String)> {
        let package = package(&loaded.graph, name);
        let relative = |path: &std::path::Path| {
            path.strip_prefix(&package.directory).unwrap().to_str().unwrap().replace('\\', "/")
        };
        package.entries.iter().map(|entry| (entry.kind, relative(&entry.path))).collect()
    };
    let expected = [
        (EntryKind::FinalLibrary, "src/lib.rs"),
        (EntryKind::Binary, "odd/place.rs"),
        (EntryKind::Binary, "src/bin/needs-on.rs"),
        (EntryKind::Binary, "src/main.rs"),
        (EntryKind::Binary, "src/bin/one.rs"),
        (EntryKind::Binary, "src/bin/two/main.rs"),
    ];
    assert_eq!(entries("app"), expected.map(|(kind, path)| (kind, path.to_owned())));
    assert_eq!(entries("dep"), [(EntryKind::Library, "src/lib.rs".to_owned())]);
}

#[test]
fn flags_of_the_configuration_decide_dependencies() {
    let project = Project::new("flags");
    project.file(
        ".cargo/config.toml",
        "[target.wasm32-wasip1]\nrustflags = [\"--cfg\", \"backend=\\\"own\\\"\"]\n",
    );
    project.package(
        ".",
        "app",
        "0.1.0",
        "[workspace]\n[target.'cfg(backend = \"own\")'.dependencies]\nown = { path = \"own\" }\n\
         [target.'cfg(not(backend = \"own\"))'.dependencies]\nusual = { path = \"usual\" }\n",
    );
    project.package("own", "own", "0.1.0", "");
    project.package("usual", "usual", "0.1.0", "");
    let loaded = project.load(&project.selection());
    package(&loaded.graph, "own");
    assert!(loaded.target_cfg.values["backend"].contains("own"));
}

#[cfg(unix)]
#[test]
fn a_directory_s_name_cannot_forge_a_package() {
    let project = Project::new("forged");
    let name = "x\n1evil v6.6.6 (proc-macro)\n|(*)";
    project.package(
        name,
        "app",
        "0.1.0",
        "[workspace]\n[dependencies]\ndep = { path = \"dep\" }\n",
    );
    project.package(&format!("{name}/dep"), "dep", "0.1.0", "");
    let selection = Selection { directory: project.root.join(name), ..project.selection() };
    let loaded = project.load(&selection);
    let names: Vec<&str> =
        loaded.graph.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["app", "dep"]);
    assert_eq!(loaded.workspace_root, project.root.join(name));
}

#[test]
fn errors_name_the_thing_and_the_way_out() {
    let project = Project::new("errors");
    let error = |selection: &Selection, target: &str| {
        let error = project.try_load(selection, target).unwrap_err();
        format!("{error} | {}", error.helps().join(" | "))
    };
    let base = project.selection();
    project.file("empty/x", "");
    let missing = Selection { manifest_path: Some("absent/Cargo.toml".into()), ..base.clone() };
    assert!(error(&missing, TARGET).contains("absent"), "{}", error(&missing, TARGET));

    project.package(
        ".",
        "app",
        "0.1.0",
        "[workspace]\n[dependencies]\ndep = { path = \"gone\" }\n",
    );
    let text = error(&base, TARGET);
    assert!(text.contains("could not resolve") && text.contains("gone"), "{text}");
    project.package("gone", "dep", "0.1.0", "");
    assert!(project.try_load(&base, TARGET).is_ok());

    let unknown = Selection { packages: vec!["nobody".to_owned()], ..base.clone() };
    assert!(error(&unknown, TARGET).contains("`nobody`"));
    let frozen = Selection { frozen: true, ..base.clone() };
    fs::remove_file(project.root.join("Cargo.lock")).unwrap();
    let text = error(&frozen, TARGET);
    assert!(text.contains("could not resolve") && text.contains("lock file"), "{text}");
    assert!(!project.root.join("Cargo.lock").exists());

    assert!(error(&base, "wasm32-wasi").contains("wasm32-wasip1"));
    assert!(error(&base, "x86_64-unknown-linux-gnu").contains("is not a wasm target"));
    let text = error(&base, "wasm32-unknown-nothing");
    assert!(text.contains("does not know the target `wasm32-unknown-nothing`"), "{text}");
    assert!(text.starts_with("rustc 1."), "{text}");
    assert!(error(&base, "./custom.json").contains("built into rustc"));
    let nowhere = Selection { directory: project.root.join("nowhere"), ..base };
    assert!(error(&nowhere, TARGET).contains("nowhere"));
}

#[test]
fn a_package_alone_and_the_lines_of_its_dependencies() {
    let project = Project::new("alone");
    project.package("p", "p", "1.2.3", "links = \"z\"\n[dependencies]\na = \"1\"\nb-renamed = { package = \"b\", version = \"1\" }\n");
    let features = BTreeSet::from(["x".to_owned()]);
    let loaded = graph::single_package(&project.root.join("p"), &features).unwrap();
    let alone = package(&loaded.graph, "p");
    assert!(alone.is_root && alone.certain);
    assert_eq!(alone.features, features);
    assert_eq!(alone.entries[0].path, project.root.join("p/src/lib.rs"));
    assert!(graph::single_package(&project.root.join("q"), &features).is_err());

    let manifest = Manifest::open(&project.root.join("p")).unwrap();
    assert_eq!(manifest.dependency_line("b"), Some(8));
    assert_eq!(manifest.dependency_line("absent"), None);
}
