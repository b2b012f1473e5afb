//! Workflows run by `act` on this machine, without containers and without GitHub.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use wasm_import_guard_tests::{Scratch, repository, tool};

use crate::workflow_command;

/// The name under which a workflow uses this checkout as an action.
pub(crate) const ACTION: &str = "example/wasm-import-guard@v1";

/// What a run of a workflow gave.
#[derive(Debug)]
pub(crate) struct Run {
    /// Whether act says that the workflow passed.
    pub(crate) passed: bool,
    entries: Vec<Value>,
    log: String,
}

/// What one step that uses the action gave.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its exit code.
    pub(crate) code: i32,
    pub(crate) annotations: Vec<workflow_command::Command>,
    pub(crate) summary: String,
    pub(crate) outputs: BTreeMap<String, String>,
}

/// A scratch repository, as a pull request would have it checked out.
pub(crate) struct Checkout(Scratch);

impl Checkout {
    /// A repository of these files, committed.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let checkout = Self(Scratch::new());
        checkout.git(&["init", "--quiet", "--initial-branch=change"]);
        checkout.commit(files);
        checkout.git(&["remote", "add", "origin", "https://github.com/example/edge.git"]);
        checkout
    }

    /// The same on a base branch that has these files, as a checkout with its whole history has it.
    pub(crate) fn on_base(base: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let checkout = Self::new(base);
        checkout.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        checkout.commit(files);
        checkout
    }

    /// Changes these files, and commits that.
    pub(crate) fn commit(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.0.write(path, text);
        }
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--message=A change"]);
    }

    fn git(&self, arguments: &[&str]) {
        let author = ["-c", "user.name=author", "-c", "user.email=author@example.com"];
        let mut git = Command::new("git");
        git.args(author).args(arguments).current_dir(self.0.root());
        git.env("GIT_CONFIG_GLOBAL", "").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
    }

    /// This repository, with `changes` to its files: a path, a text that is there once, and another.
    pub(crate) fn of_this_repository(changes: &[(&str, &str, &str)]) -> Self {
        let checkout = Self(Scratch::new());
        copy_of_this_repository(checkout.0.root());
        for (path, from, to) in changes {
            let text = fs::read_to_string(checkout.0.path(path)).unwrap();
            assert_eq!(text.matches(from).count(), 1, "{path} has not one `{from}`");
            checkout.0.write(path, &text.replace(from, to));
        }
        checkout.git(&["init", "--quiet", "--initial-branch=change"]);
        checkout.commit(&[]);
        checkout
    }

    /// Its directory.
    pub(crate) fn root(&self) -> &Path {
        self.0.root()
    }

    /// Its last commit.
    pub(crate) fn head(&self) -> String {
        self.commit_of("HEAD")
    }

    /// The commit that [`Self::on_base`] began with.
    pub(crate) fn base(&self) -> String {
        self.commit_of("refs/remotes/origin/main")
    }

    fn commit_of(&self, name: &str) -> String {
        let mut git = Command::new("git");
        let output = git.args(["rev-parse", name]).current_dir(self.0.root()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs the repository's workflows for a pull request, with this checkout as [`ACTION`].
    pub(crate) fn pull_request(&self) -> Run {
        self.event("pull_request", PULL_REQUEST, &[])
    }

    /// The same for another event, with more arguments of act.
    pub(crate) fn event(&self, name: &str, described: &str, arguments: &[&str]) -> Run {
        let around = Scratch::new();
        let action = around.path("action");
        copy_of_this_repository(&action);
        let local = format!("{ACTION}={}", action.display());
        let uses = ["-P", "ubuntu-latest=-self-hosted", "--local-repository", &local];
        self.act(name, described, &[&uses, arguments].concat())
    }

    /// Runs workflows for a pull request as these arguments of act choose them.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.act("pull_request", PULL_REQUEST, arguments)
    }

    fn act(&self, event: &str, described: &str, arguments: &[&str]) -> Run {
        let _one = alone();
        let around = Scratch::new();
        around.write("event.json", described);
        fs::create_dir(around.path("home")).unwrap();
        let mut act = tool("act");
        act.args([event, "--json"]).args(arguments);
        act.arg("--eventpath").arg(around.path("event.json"));
        act.current_dir(self.0.root());
        for (name, value) in environment() {
            act.arg("--env").arg(format!("{name}={value}"));
        }
        // Nothing of the developer's, or of the cargo that runs this test.
        act.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        act.env("HOME", around.path("home"));
        let output = act.output().unwrap();
        let log = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let entries = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Run { passed: output.status.success(), entries, log: format!("{log}{errors}") }
    }
}

/// Two runs would replace each other's binary in [`target_directory`].
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the command is built. Kept between runs: only the repository's own crates are built again.
pub(crate) fn target_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("action")
}

impl Run {
    /// What the step `id` gave.
    pub(crate) fn step(&self, id: &str) -> Step {
        // The command runs in the step `check` inside the action.
        let inside = |entry: &&Value| entry["stepID"] == serde_json::json!([id, "check"]);
        let inside: Vec<&Value> = self.entries.iter().filter(inside).collect();
        let outside = |entry: &&Value| entry["stepID"] == serde_json::json!([id]);
        let of = |entries: &[&Value], command: &str| -> Vec<Value> {
            let is_command = |entry: &&&Value| entry["command"] == command;
            entries.iter().filter(is_command).map(|entry| (*entry).clone()).collect()
        };
        let outside: Vec<&Value> = self.entries.iter().filter(outside).collect();
        let outputs = of(&outside, "set-output").into_iter().map(|entry| {
            (entry["name"].as_str().unwrap().to_owned(), entry["arg"].as_str().unwrap().to_owned())
        });
        let annotations = inside.iter().filter(|entry| {
            ["error", "warning", "notice"].iter().any(|kind| entry["command"] == **kind)
        });
        let summaries = of(&inside, "summary");
        Step {
            code: self.code(&inside),
            annotations: annotations.map(|entry| annotation(entry)).collect(),
            summary: summaries.iter().map(|entry| entry["content"].as_str().unwrap()).collect(),
            outputs: outputs.collect(),
        }
    }

    /// Everything that happened, to be shown when a test fails.
    pub(crate) fn log(&self) -> &str {
        &self.log
    }

    /// Everything that steps printed and that was no command.
    pub(crate) fn printed(&self) -> String {
        let raw = self.entries.iter().filter(|entry| entry["raw_output"] == true);
        raw.filter_map(|entry| entry["msg"].as_str()).collect()
    }

    /// The exit code of a step from what act says at its end.
    fn code(&self, entries: &[&Value]) -> i32 {
        let codes: Vec<i32> = entries
            .iter()
            .filter_map(|entry| entry["msg"].as_str()?.strip_prefix("exit status ")?.parse().ok())
            .collect();
        let result = entries.iter().find_map(|entry| entry["stepResult"].as_str());
        match (codes.as_slice(), result) {
            ([], Some("success")) => 0,
            ([code], Some("failure")) => *code,
            _ => panic!("the step did not end: {result:?}, {codes:?}\n{}", self.log),
        }
    }
}

/// An annotation, read from the line that was printed. act's own decoding must agree, but for lines
/// that hold `::` once more, where it differs from GitHub's runner.
fn annotation(entry: &Value) -> workflow_command::Command {
    let line = entry["raw"].as_str().unwrap().trim_end();
    let read = workflow_command::Command::read(line).unwrap();
    if line.matches("::").count() == 2 {
        assert_eq!(entry["arg"], read.data);
        assert_eq!(entry["kvPairs"], serde_json::json!(read.properties));
    }
    read
}

/// What the steps of a workflow need from this machine's environment, and how the action is built.
pub(crate) fn environment() -> Vec<(String, String)> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    let directory = |name: &str, default: &str| {
        let path = std::env::var_os(name).map_or_else(|| home.join(default), PathBuf::from);
        (name.to_owned(), path.display().to_string())
    };
    let target = target_directory().display().to_string();
    let mut environment = vec![
        directory("CARGO_HOME", ".cargo"),
        directory("RUSTUP_HOME", ".rustup"),
        ("WASM_IMPORT_GUARD_TARGET_DIR".to_owned(), target),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL".to_owned(), "0".to_owned()),
        // What workflows set for their own builds must not reach the action's: it would be built for
        // wasm, or not at all.
        ("CARGO_BUILD_TARGET".to_owned(), "wasm32-wasip1".to_owned()),
        ("RUSTFLAGS".to_owned(), "-Clinker=no-such-linker".to_owned()),
    ];
    for (name, value) in std::env::vars() {
        let network = ["CARGO_HTTP_", "CARGO_NET_", "SSL_CERT_"];
        if network.iter().any(|start| name.starts_with(start)) || name.ends_with("_proxy") {
            environment.push((name, value));
        }
    }
    environment
}

/// The files of this repository that git would commit, so that what is built here and ignored can
/// have no part in the test.
fn copy_of_this_repository(to: &Path) {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.current_dir(repository()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    for path in String::from_utf8(output.stdout).unwrap().split_terminator('\0') {
        let from = repository().join(path);
        if from.is_file() {
            let to = to.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
}

const PULL_REQUEST: &str = r#"{
  "action": "opened",
  "number": 1,
  "pull_request": {
    "number": 1,
    "head": { "ref": "change", "sha": "1111111111111111111111111111111111111111" },
    "base": { "ref": "main", "sha": "2222222222222222222222222222222222222222" }
  },
  "repository": { "full_name": "example/edge", "default_branch": "main" }
}
"#;
