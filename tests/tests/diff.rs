//! `diff`: a history of real dependencies, made here, and the rows that each of its steps must give by
//! rustc's own list of each crate's imports.
#![allow(clippy::expect_used, reason = "a test stops where it stands")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use wasm_import_guard_tests::{Output, Scratch, guard, read_expanded};

const TARGET: &str = "wasm32-unknown-unknown";

/// Package, import module and import name.
type Row = (String, Option<String>, String);

/// A repository with a library that depends on other crates.
struct History {
    project: Scratch,
}

impl History {
    /// A repository whose first commit has these dependencies and this source.
    fn new(dependencies: &[(&str, &str)], source: &str) -> Self {
        let history = Self { project: Scratch::new() };
        history.project.write(".gitignore", "target\n");
        history.depend(dependencies).project.write("src/lib.rs", source);
        history.git(&["init", "--quiet", "--initial-branch=main"]);
        history.commit("first");
        history
    }

    /// Writes the manifest anew, and the lock file.
    fn depend(&self, dependencies: &[(&str, &str)]) -> &Self {
        let sample = Scratch::library("app", dependencies, "");
        let manifest = std::fs::read_to_string(sample.path("Cargo.toml")).expect("written");
        self.project.write("Cargo.toml", &manifest);
        if !self.project.path("src/lib.rs").exists() {
            self.project.write("src/lib.rs", "");
        }
        self.project.fetch();
        self
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.project.root()).args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        let output = Output::of(git.args(arguments));
        assert_eq!(output.status, Some(0), "git {arguments:?}: {}", output.stderr);
        output.stdout
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Everything that `diff` must leave as it is: files, index, references, worktrees.
    fn state(&self) -> String {
        let mut state = self.git(&["status", "--porcelain", "--ignored"]);
        state += &self.git(&["stash", "list"]);
        state += &self.git(&["for-each-ref"]);
        state += &self.git(&["worktree", "list", "--porcelain"]);
        state += &self.git(&["count-objects"]);
        let index = std::fs::read(self.project.path(".git/index")).expect("there is one");
        format!("{state}{index:?}")
    }

    fn diff(&self, arguments: &[&str]) -> Output {
        let before = self.state();
        let mut command = guard(self.project.root());
        let output =
            Output::of(command.args(["diff", "--offline", "--target", TARGET]).args(arguments));
        assert_eq!(self.state(), before, "diff leaves the repository as it is");
        output
    }

    fn report(&self, base: &str) -> Value {
        // By a rustc that denies none of these imports: findings are not what is asked here.
        let judged = ["--rustc-version", "1.95.0"];
        let output = self.diff(&[&["--base", base, "--format", "json"], &judged[..]].concat());
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
        assert_eq!(report["schema"], "wasm-import-guard/diff/1");
        assert_eq!(report["complete"], true);
        assert_eq!(report["base"]["commit"], self.git(&["rev-parse", base]).trim());
        report
    }

    /// The rows since `base`: added and removed.
    fn rows(&self, base: &str) -> (BTreeSet<Row>, BTreeSet<Row>) {
        let report = self.report(base);
        assert_eq!(report["imports"]["moved"], Value::Array(Vec::new()), "{report}");
        (rows(&report["imports"]["added"]), rows(&report["imports"]["removed"]))
    }

    /// What rustc says that `package` imports, as the project has it now. A declaration without a module
    /// is no import where one of `others` defines its name.
    fn of_rustc(&self, package: &str, others: &[&str]) -> BTreeSet<Row> {
        let expand =
            |package: &str| read_expanded(&self.project.expand(package, TARGET)).expect("Rust");
        let expanded = expand(package);
        let mut defined = expanded.defined;
        defined.extend(others.iter().flat_map(|other| expand(other).defined));
        let imports = expanded
            .declared
            .into_iter()
            .filter(|it| it.abi != "Rust" && (it.module.is_some() || !defined.contains(&it.name)));
        imports.map(|it| (package.to_owned(), it.module, it.name)).collect()
    }
}

fn rows(entries: &Value) -> BTreeSet<Row> {
    let text = |entry: &Value, key: &str| entry[key].as_str().map(str::to_owned);
    let row = |entry: &Value| {
        let package = text(entry, "package").expect("a package");
        (package, text(entry, "module"), text(entry, "name").expect("a name"))
    };
    let entries = entries.as_array().expect("an array");
    let rows: BTreeSet<Row> = entries.iter().map(row).collect();
    assert_eq!(rows.len(), entries.len(), "each import has one row");
    rows
}

const OLD_NEAR: (&str, &str) = ("near-sys", "\"=0.2.4\"");
const NEW_NEAR: (&str, &str) = ("near-sys", "\"=0.4.0\"");
const OC: (&str, &str) = ("oc-wasm-sys", "\"=0.12.1\"");
const CASPER: (&str, &str) = ("casper-contract", "\"=5.1.1\"");
const CASPER_FOR_TESTS: (&str, &str) =
    ("casper-contract", "{ version = \"=5.1.1\", features = [\"test-support\"] }");

const OWN: &str = "#[link(wasm_import_module = \"host\")]\nunsafe extern \"C\" {\n    fn log(text: *const u8, \
                   length: usize);\n}\npub fn call() {\n    unsafe { log(\"\".as_ptr(), 0) }\n}\n";

#[test]
fn each_step_of_a_history_gives_the_rows_that_rustc_knows() {
    let none = BTreeSet::<Row>::new;
    let history = History::new(&[OLD_NEAR, CASPER], OWN);
    let old_near = history.of_rustc("near-sys", &["casper-contract"]);
    let casper = history.of_rustc("casper-contract", &[]);
    assert!(old_near.len() > 50 && casper.len() > 50, "{old_near:?} {casper:?}");
    assert_eq!(history.rows("HEAD"), (none(), none()));

    // A dependency is added.
    history.depend(&[OLD_NEAR, CASPER, OC]);
    let oc = history.of_rustc("oc-wasm-sys", &[]);
    assert_eq!(oc.len(), 46);
    assert_eq!(history.rows("HEAD"), (oc.clone(), none()));
    history.commit("added");

    // One gets a new version.
    history.depend(&[NEW_NEAR, CASPER, OC]);
    let new_near = history.of_rustc("near-sys", &["casper-contract"]);
    let came: BTreeSet<Row> = new_near.difference(&old_near).cloned().collect();
    let went: BTreeSet<Row> = old_near.difference(&new_near).cloned().collect();
    assert!(!came.is_empty(), "the versions differ");
    assert_eq!(history.rows("HEAD"), (came.clone(), went.clone()));
    history.commit("bumped");

    // A feature is switched on.
    history.depend(&[NEW_NEAR, CASPER_FOR_TESTS, OC]);
    let for_tests = history.of_rustc("casper-contract", &[]);
    let by_feature: BTreeSet<Row> = for_tests.difference(&casper).cloned().collect();
    assert_eq!(by_feature.len(), 1, "{by_feature:?}");
    assert_eq!(history.rows("HEAD"), (by_feature.clone(), none()));
    history.commit("switched");

    // The source of an import moves to another file, and further down in it.
    history.project.write("src/host.rs", &format!("// Lines\n\n// before.\n\n{OWN}"));
    history.project.write("src/lib.rs", "mod host;\npub use host::call;\n");
    assert_eq!(history.rows("HEAD"), (none(), none()));
    history.commit("moved");

    // A dependency is removed.
    history.depend(&[NEW_NEAR, CASPER_FOR_TESTS]);
    assert_eq!(history.rows("HEAD"), (none(), oc));

    // All of it together.
    let all: BTreeSet<Row> = came.union(&by_feature).cloned().collect();
    assert_eq!(history.rows("HEAD~4"), (all, went));
}

#[test]
fn an_import_that_moves_to_another_package_or_gets_another_type_is_told_apart() {
    let member = |name: &str, source: &str| {
        let sample = Scratch::library(name, &[], source);
        std::fs::read_to_string(sample.path("Cargo.toml")).expect("written")
    };
    let history = History::new(&[], OWN);
    let project = &history.project;
    project.write("sys/Cargo.toml", &member("sys", OWN));
    project.write("sys/src/lib.rs", OWN);
    history.depend(&[("sys", "{ path = \"sys\" }")]);
    project.write("src/lib.rs", "pub use sys::call;\n");
    let report = history.report("HEAD");
    assert_eq!(report["imports"]["added"], Value::Array(Vec::new()));
    assert_eq!(report["imports"]["removed"], Value::Array(Vec::new()));
    let moved = &report["imports"]["moved"];
    assert_eq!(moved.as_array().map(Vec::len), Some(1), "{moved}");
    assert_eq!(moved[0]["from"]["package"], "app");
    assert_eq!(moved[0]["import"]["package"], "sys");
    history.commit("moved");

    project.write("sys/src/lib.rs", &OWN.replace("length: usize", "length: u64"));
    let report = history.report("HEAD");
    let changed = &report["imports"]["changed"];
    assert_eq!(changed.as_array().map(Vec::len), Some(1), "{changed}");
    assert_eq!(changed[0]["base_wasm_type"]["params"], serde_json::json!(["i32", "i32"]));
    assert_eq!(changed[0]["import"]["wasm_type"]["params"], serde_json::json!(["i32", "i64"]));
    let output = history.diff(&["--base", "HEAD"]);
    assert!(output.stdout.contains("~ host.log"), "{}", output.stdout);
    assert!(output.stdout.contains("is (i32, i64), was (i32, i32)"), "{}", output.stdout);
}

#[test]
fn only_new_findings_are_reported_and_decide() {
    let history = History::new(&[], OWN);
    let bare = format!(
        "{OWN}unsafe extern \"C\" {{ fn read_db(key: u32); }}\npub fn read() {{ unsafe {{ read_db(1) }} }}\n"
    );
    history.project.write("src/lib.rs", &bare);
    let judged = ["--rustc-version", "1.96.0"];
    let output = history.diff(&[&["--base", "HEAD"], &judged[..]].concat());
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stdout.contains("undeclared-module"), "{}", output.stdout);
    assert!(output.stdout.contains("+ read_db (no module)"), "{}", output.stdout);
    let github = history.diff(&[&["--base", "HEAD", "--format", "github"], &judged[..]].concat());
    assert_eq!(github.status, Some(1));
    assert!(github.stdout.contains(",file=src/lib.rs,line=8,"), "{}", github.stdout);
    let markdown =
        history.diff(&[&["--base", "HEAD", "--format", "markdown"], &judged[..]].concat());
    assert!(markdown.stdout.contains("| new | `read_db (no module)` |"), "{}", markdown.stdout);
    history.commit("known now");

    let output = history.diff(&[&["--base", "HEAD"], &judged[..]].concat());
    assert_eq!((output.status, output.stdout.contains("undeclared-module")), (Some(0), false));
    history.project.write("src/lib.rs", OWN);
    let output = history.diff(&[&["--base", "HEAD"], &judged[..]].concat());
    assert_eq!(output.status, Some(0), "{}", output.stdout);
    assert!(output.stdout.contains("gone: deny[undeclared-module]"), "{}", output.stdout);
    assert!(output.stdout.contains("- read_db (no module)"), "{}", output.stdout);
}

#[test]
fn revisions_that_cannot_be_compared_are_named() {
    let history = History::new(&[], OWN);
    let refused = |arguments: &[&str], parts: &[&str]| {
        let output = history.diff(arguments);
        assert_eq!(output.status, Some(2), "{}", output.stdout);
        for part in parts {
            assert!(output.stderr.contains(part), "{part} is not in:\n{}", output.stderr);
        }
    };
    refused(&["--base", "nowhere"], &["`nowhere` is no revision of this clone", "git fetch"]);
    refused(&["--base=--output=x"], &["`--output=x` is no revision"]);
    assert!(!history.project.path("x").exists());

    // A package that the revision has not is new as a whole.
    let fresh = Scratch::new();
    let history = History { project: fresh };
    history.project.write("README", "");
    history.git(&["init", "--quiet", "--initial-branch=main"]);
    history.commit("nothing");
    history.depend(&[]).project.write("src/lib.rs", OWN);
    let (added, removed) = history.rows("HEAD");
    assert_eq!((added.len(), removed.len()), (1, 0));

    // No checkout at all.
    let project = Scratch::library("app", &[], OWN);
    let arguments = ["diff", "--base", "HEAD", "--offline", "--target", TARGET];
    let output = Output::of(guard(project.root()).args(arguments));
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("is in no git checkout"), "{}", output.stderr);
}

#[test]
fn with_a_merge_base_what_the_other_branch_did_does_not_count() {
    let history = History::new(&[], OWN);
    history.git(&["checkout", "--quiet", "-b", "topic"]);
    history.project.write(
        "src/lib.rs",
        &format!(
            "{OWN}#[link(wasm_import_module = \"mine\")]\nunsafe extern \"C\" {{ pub fn f(); }}\n"
        ),
    );
    history.commit("mine");
    history.git(&["checkout", "--quiet", "main"]);
    history.project.write(
        "src/lib.rs",
        &format!(
            "{OWN}#[link(wasm_import_module = \"theirs\")]\nunsafe extern \"C\" {{ pub fn g(); }}\n"
        ),
    );
    history.commit("theirs");
    history.git(&["checkout", "--quiet", "topic"]);

    let row =
        |module: &str, name: &str| ("app".to_owned(), Some(module.to_owned()), name.to_owned());
    let (added, removed) = history.rows("main");
    assert_eq!(added, BTreeSet::from([row("mine", "f")]));
    assert_eq!(removed, BTreeSet::from([row("theirs", "g")]));
    let output = history.diff(&["--base", "main", "--merge-base", "--format", "json"]);
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(rows(&report["imports"]["added"]), BTreeSet::from([row("mine", "f")]));
    assert_eq!(report["imports"]["removed"], Value::Array(Vec::new()));
}

/// A revision is read, and nothing of it is run: no filter, no hook, no program of a configuration.
#[test]
fn a_hostile_revision_runs_nothing_and_writes_nothing() {
    let history = History::new(&[], OWN);
    let (project, mark) = (&history.project, history.project.path("ran"));
    let program = format!("touch {}; cat", mark.display());
    history.git(&["config", "filter.evil.smudge", &program]);
    history.git(&["config", "filter.evil.clean", "cat"]);
    history.git(&["config", "core.fsmonitor", &program]);
    project.write(".gitattributes", "*.rs filter=evil\n");
    project.write(".git/hooks/post-checkout", &format!("#!/bin/sh\n{program}\n"));
    let chmod =
        Command::new("chmod").arg("+x").arg(project.path(".git/hooks/post-checkout")).status();
    assert!(chmod.expect("chmod runs").success());
    std::os::unix::fs::symlink("/", project.path("link")).expect("a link can be made");
    let mut git = Command::new("git");
    git.current_dir(project.root()).args(["-c", "core.fsmonitor=false", "-c", "user.name=a"]);
    let quiet = git.args(["-c", "user.email=a@b", "add", "--all"]).status();
    assert!(quiet.expect("git runs").success());
    let mut git = Command::new("git");
    git.current_dir(project.root()).args(["-c", "core.fsmonitor=false", "-c", "user.name=a"]);
    let quiet = git.args(["-c", "user.email=a@b", "commit", "--quiet", "-m", "evil"]).status();
    assert!(quiet.expect("git runs").success());
    std::fs::remove_file(&mark).ok();

    let arguments = ["diff", "--base", "HEAD", "--offline", "--target", TARGET];
    let output = Output::of(guard(project.root()).args(arguments));
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(!mark.exists(), "a program of the repository was run");
}
