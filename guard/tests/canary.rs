//! Nothing that a project names is run: every place where a project can name a program names a script
//! that leaves its name in a file.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // Helpers outside of `#[test]` functions use it too.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use support::{Project, TARGET, isolated, package};
use wasm_import_guard::error::Error;
use wasm_import_guard::graph::{self, Loaded, Mode, Selection};
use wasm_import_guard::toolchain::Toolchain;
use wasm_import_guard::trust::{Configuration, Trust};

const OFFLINE: Trust = Trust { config: false, offline: true };

/// A project that names programs wherever it can.
struct Aviary {
    project: Project,
    song: PathBuf,
}

impl Aviary {
    fn new(name: &str) -> Self {
        let project = Project::new(name);
        let song = project.root.join("song");
        let this = Self { project, song };
        this.project.package(
            ".",
            "app",
            "0.1.0",
            "[workspace]\n[dependencies]\ndep = { path = \"dep\" }\npm = { path = \"pm\" }\n",
        );
        this.project.package("dep", "dep", "0.1.0", "");
        this.project.file(
            "dep/build.rs",
            "fn main() { std::fs::write(\"../song\", \"build.rs\").unwrap(); }",
        );
        this.project.package("pm", "pm", "0.1.0", "[lib]\nproc-macro = true\n");
        this.project.file("Cargo.lock", "version = 4\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"dep\",\n \"pm\",\n]\n[[package]]\nname = \"dep\"\nversion = \"0.1.0\"\n[[package]]\nname = \"pm\"\nversion = \"0.1.0\"\n");
        this
    }

    /// A script in the project that leaves its name and, where it is run as a rustc, works like one.
    fn bird(&self, path: &str) -> String {
        let text = format!(
            "#!/bin/sh\necho \"{path} $*\" >> '{}'\n[ \"${{1##*/}}\" = rustc ] && exec \"$@\"\nexec rustc \"$@\"\n",
            self.song.display()
        );
        self.project.file(path, &text);
        let path = self.project.root.join(path);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    fn configuration(&self, text: &str) {
        self.project.file(".cargo/config.toml", text);
    }

    fn silent(&self, occasion: &str) {
        if let Ok(song) = fs::read_to_string(&self.song) {
            panic!("{occasion}: the project's programs ran:\n{song}");
        }
    }

    /// Every way in which a graph is had, with the toolchain of another directory and without the
    /// error that would end it before cargo runs.
    fn load_in_every_way(&self) {
        let name = self.project.root.file_name().unwrap().to_str().unwrap();
        let elsewhere = Project::new(&format!("{name}-elsewhere"));
        let trusting = Trust { config: true, offline: true };
        let toolchain = Toolchain::find(&elsewhere.root, trusting).unwrap();
        let base = self.project.selection();
        let check = |loaded: Result<Loaded, Error>, occasion: &str| {
            let loaded = loaded.unwrap();
            package(&loaded.graph, "dep");
            self.silent(occasion);
        };
        check(graph::load(&toolchain, &base, TARGET, Mode::Command), "command");
        check(graph::load(&toolchain, &base, TARGET, Mode::BuildScript), "build script");
        let frozen = Selection { frozen: true, workspace: true, ..base.clone() };
        check(graph::load(&toolchain, &frozen, TARGET, Mode::Command), "frozen");
        let online = Selection { offline: false, ..base.clone() };
        check(graph::load(&toolchain, &online, TARGET, Mode::Command), "online");
        let from_below = Selection {
            directory: self.project.root.join("dep"),
            packages: vec!["app".to_owned()],
            ..base.clone()
        };
        check(graph::load(&toolchain, &from_below, TARGET, Mode::Command), "from below");
        let by_path = Selection {
            directory: elsewhere.root.clone(),
            manifest_path: Some(self.project.root.join("Cargo.toml")),
            ..base
        };
        check(graph::load(&toolchain, &by_path, TARGET, Mode::Command), "by manifest path");
        graph::single_package(&self.project.root, &std::collections::BTreeSet::new()).unwrap();
        Configuration::read(&self.project.root).unwrap().wasm_targets_named();
        self.silent("reading");
    }

    /// The first line of the error with which the toolchain is refused.
    fn refused(&self, trust: Trust) -> String {
        let error = Toolchain::find(&self.project.root, trust).unwrap_err();
        assert!(error.helps().iter().any(|help| help.contains("--trust-config")), "{error:?}");
        self.silent("the error");
        error.message().to_owned()
    }
}

/// A canary that cannot sing proves nothing: cargo alone does run the programs.
fn sings(aviary: &Aviary) {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--target", TARGET])
        .current_dir(&aviary.project.root)
        .env_remove("RUSTC")
        .output()
        .unwrap();
    assert!(aviary.song.exists(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(&aviary.song).unwrap();
    let _ = fs::remove_dir_all(aviary.project.root.join("target"));
}

#[test]
fn a_rustc_and_wrappers() {
    for (key, line) in [("rustc", 3), ("rustc-wrapper", 3), ("rustc-workspace-wrapper", 3)] {
        let aviary = Aviary::new(&format!("canary-{key}"));
        let bird = aviary.bird("bird");
        aviary.configuration(&format!("[build]\njobs = 1\n{key} = '{bird}'\n"));
        sings(&aviary);
        let message = aviary.refused(OFFLINE);
        assert!(
            message.contains(&format!(".cargo/config.toml:{line}: `build.{key}`")),
            "{message}"
        );
        aviary.load_in_every_way();
    }
}

#[test]
fn a_rustc_in_an_included_file() {
    let aviary = Aviary::new("canary-include");
    let bird = aviary.bird("bird");
    aviary.configuration("include = ['deeper/more.toml']\n");
    aviary.project.file(".cargo/deeper/more.toml", &format!("build.rustc = '{bird}'\n"));
    let message = aviary.refused(OFFLINE);
    assert!(message.contains("deeper/more.toml:1: `build.rustc`"), "{message}");
    aviary.load_in_every_way();
}

#[test]
fn a_rustc_above_the_current_directory() {
    let aviary = Aviary::new("canary-above");
    let bird = aviary.bird("bird");
    aviary.configuration(&format!("build.rustc = '{bird}'\n"));
    let below = aviary.project.root.join("dep/src");
    let error = Toolchain::find(&below, OFFLINE).unwrap_err();
    assert!(error.message().contains("`build.rustc`"), "{error}");
    aviary.load_in_every_way();
}

#[test]
fn everything_else_that_a_configuration_can_name() {
    let aviary = Aviary::new("canary-rest");
    let bird = aviary.bird("bird");
    aviary.configuration(&format!(
        "[alias]\ntree = '!{bird}'\nlocate-project = ['{bird}']\n[env]\nCANARY = {{ value = '1', force = true }}\n\
         [target.{TARGET}]\nlinker = '{bird}'\nrunner = '{bird}'\n[doc]\nbrowser = '{bird}'\n\
         [build]\nrustdoc = '{bird}'\nrustc-wrapper = 'bird-by-name'\n[term]\ncolor = 'always'\nverbose = true\n\
         [registries.mine]\nindex = 'sparse+http://127.0.0.1:9/'\ncredential-provider = '{bird}'\n\
         [registry]\nglobal-credential-providers = ['{bird}']\n[credential-alias]\nx = '{bird}'\n"
    ));
    // With the network, a credential provider is refused.
    let message = aviary.refused(Trust::default());
    assert!(message.contains("names a program that cargo could run"), "{message}");
    // Without, the rest is harmless, and the whole way is gone.
    let toolchain = Toolchain::find(&aviary.project.root, OFFLINE).unwrap();
    let loaded =
        graph::load(&toolchain, &aviary.project.selection(), TARGET, Mode::Command).unwrap();
    package(&loaded.graph, "dep");
    aviary.silent("offline");
    aviary.load_in_every_way();
}

#[test]
fn variables_and_flags_with_which_rustc_loads_code() {
    let aviary = Aviary::new("canary-env");
    aviary.configuration("[env]\nRUSTC = { value = 'x', force = true }\n");
    assert!(aviary.refused(OFFLINE).contains("`env.RUSTC`"));
    aviary.configuration("[env]\nLD_PRELOAD = { value = 'x.so', force = true }\n");
    assert!(aviary.refused(OFFLINE).contains("`env.LD_PRELOAD`"));
    // rustc would fail over the library that is not there, or load it.
    aviary.configuration(&format!(
        "[build]\nrustflags = ['-Zcodegen-backend=/x.so', '-Zllvm-plugins=/x.so']\n\
         [target.{TARGET}]\nrustflags = ['-Zcodegen-backend=/x.so', '-Clinker=/x', '--cfg', 'here']\n"
    ));
    let loaded = aviary.project.try_load(&aviary.project.selection(), TARGET).unwrap();
    assert!(loaded.target_cfg.names.contains("here"));
    aviary.load_in_every_way();
}

#[test]
fn a_toolchain_by_path() {
    let name = "a_toolchain_by_path";
    let home = Project::new("canary-home");
    if !isolated(name, &home.root) {
        return;
    }
    let aviary = Aviary::new("canary-toolchain");
    aviary.bird("evil/bin/rustc");
    aviary.bird("evil/bin/cargo");
    aviary.project.file("rust-toolchain.toml", "[toolchain]\npath = 'evil'\n");
    if !has_rustup() {
        return;
    }
    let message = aviary.refused(OFFLINE);
    assert!(message.contains("rust-toolchain.toml:2: `path`"), "{message}");
    aviary.load_in_every_way();
}

#[test]
fn a_toolchain_that_is_not_installed_is_not_installed_now() {
    let name = "a_toolchain_that_is_not_installed_is_not_installed_now";
    let home = Project::new("canary-channel-home");
    if !isolated(name, &home.root) || !has_rustup() {
        return;
    }
    let aviary = Aviary::new("canary-channel");
    for (file, text, line) in [
        ("rust-toolchain.toml", "[toolchain]\n\nchannel = '1.2.3'\n", 3),
        ("rust-toolchain", "1.2.3\n", 1),
    ] {
        aviary.project.file(file, text);
        let error = Toolchain::find(&aviary.project.root, OFFLINE).unwrap_err();
        let expected = format!("{file}:{line}: the toolchain `1.2.3` is not installed");
        assert!(error.message().ends_with(&expected), "{error}");
        assert!(error.helps()[0].contains("rustup toolchain install 1.2.3"));
        fs::remove_file(aviary.project.root.join(file)).unwrap();
    }
    for channel in ["../evil", "/evil", "-x", "a b"] {
        aviary
            .project
            .file("rust-toolchain.toml", &format!("[toolchain]\nchannel = '{channel}'\n"));
        let error = Toolchain::find(&aviary.project.root, OFFLINE).unwrap_err();
        assert!(error.message().contains("is not the name of a toolchain"), "{error}");
    }
    aviary.project.file("rust-toolchain.toml", "[toolchain]\ntargets = ['wasm32-wasip2']\n");
    let toolchain = Toolchain::find(&aviary.project.root, OFFLINE).unwrap();
    let named = toolchain.configuration().wasm_targets_named();
    assert_eq!(named[0].0, "wasm32-wasip2");
    assert!(named[0].1.ends_with("rust-toolchain.toml:2"), "{named:?}");
}

#[test]
fn programs_that_the_project_puts_in_the_path() {
    const NAME: &str = "programs_that_the_project_puts_in_the_path";
    // A test process cannot change its own `PATH`; it starts itself with another one.
    const INSIDE: &str = "WASM_IMPORT_GUARD_TEST_PATH";
    if std::env::var_os(INSIDE).is_none() {
        let aviary = Aviary::new("canary-path");
        for path in ["bin/rustc", "bin/cargo", "cargo", "rustc"] {
            aviary.bird(path);
        }
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .current_dir(&aviary.project.root)
            .env("PATH", format!("{}/bin:.:bin::{path}", aviary.project.root.display()))
            .env(INSIDE, "1")
            .env_remove("CARGO")
            .env_remove("RUSTC")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let project = Project { root: std::env::current_dir().unwrap() };
    let aviary = Aviary { song: project.root.join("song"), project };
    let toolchain = Toolchain::find(&aviary.project.root, OFFLINE).unwrap();
    assert!(!toolchain.rustc.starts_with(&aviary.project.root));
    assert!(!toolchain.cargo.starts_with(&aviary.project.root));
    graph::load(&toolchain, &aviary.project.selection(), TARGET, Mode::Command).unwrap();
    aviary.silent("PATH");
    aviary.load_in_every_way();
}

#[test]
fn with_trust_the_named_rustc_is_used_and_wrappers_are_not() {
    let aviary = Aviary::new("canary-trusted");
    let rustc = aviary.bird("rustc-of-project");
    let wrapper = aviary.bird("wrapper");
    aviary.configuration(&format!("[build]\nrustc = '{rustc}'\nrustc-wrapper = '{wrapper}'\n"));
    let trust = Trust { config: true, offline: true };
    let toolchain = Toolchain::find(&aviary.project.root, trust).unwrap();
    if std::env::var_os("RUSTC").is_none() {
        assert_eq!(toolchain.rustc, PathBuf::from(rustc));
    }
    graph::load(&toolchain, &aviary.project.selection(), TARGET, Mode::Command).unwrap();
    let song = fs::read_to_string(&aviary.song).unwrap();
    assert!(song.lines().all(|line| line.starts_with("rustc-of-project ")), "{song}");
}

/// Whether rustup is what chooses toolchains here.
fn has_rustup() -> bool {
    let home = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".rustup")));
    home.is_some_and(|home| home.join("toolchains").is_dir())
}
