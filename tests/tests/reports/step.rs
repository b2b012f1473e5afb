//! A step that uses the Action, without the runner around it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use wasm_import_guard_tests::{Output, Scratch, github, guard};

/// The head of the pull request.
pub(crate) const HEAD: &str = "1111111111111111111111111111111111111111";
/// The commit that the service makes of it and its base.
pub(crate) const MERGE: &str = "3333333333333333333333333333333333333333";

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
    [dependencies]\nhost-sys = { path = \"host-sys\" }\n\n[workspace]\n";
const HOST_SYS: &str = "[package]\nname = \"host-sys\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const LOCK_FILE: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\
    dependencies = [\n \"host-sys\",\n]\n\n[[package]]\nname = \"host-sys\"\nversion = \"0.1.0\"\n";

/// A pull request's checkout, and what the runner tells a step about it.
#[derive(Debug)]
pub(crate) struct Step {
    project: Scratch,
    around: Scratch,
    environment: BTreeMap<String, String>,
}

/// What a step gave.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) summary: String,
    pub(crate) outputs: BTreeMap<String, String>,
}

impl Step {
    /// On pull request 1 of `example/edge`, with the token of `api`.
    pub(crate) fn on(api: &github::Api) -> Self {
        Self::at(&api.url(), api.token())
    }

    /// The same with another API.
    pub(crate) fn at(url: &str, token: &str) -> Self {
        let (project, around) = (Scratch::new(), Scratch::new());
        project.write("Cargo.toml", MANIFEST);
        project.write("Cargo.lock", LOCK_FILE);
        project.write("host-sys/Cargo.toml", HOST_SYS);
        let step = Self { project, around, environment: BTreeMap::new() };
        let mut step = step.event("pull_request", &pull_request("example/edge"));
        for (name, value) in [
            ("GITHUB_API_URL", url),
            ("GITHUB_REPOSITORY", "example/edge"),
            ("GITHUB_SHA", MERGE),
            ("GITHUB_RUN_ID", "77"),
            ("INPUT_TOKEN", token),
            ("INPUT_TARGETS", "wasm32-wasip1"),
            ("INPUT_RUSTC_VERSIONS", "1.91.0"),
        ] {
            step = step.set(name, value);
        }
        step.imports(&["close"])
    }

    /// Sets an environment variable.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets an input of action.yml.
    pub(crate) fn input(self, name: &str, value: &str) -> Self {
        self.set(&format!("INPUT_{}", name.to_ascii_uppercase().replace('-', "_")), value)
    }

    /// Has the run begun by another event.
    pub(crate) fn event(self, name: &str, described: &Value) -> Self {
        self.around.write("event.json", &described.to_string());
        let file = self.around.path("event.json").display().to_string();
        self.set("GITHUB_EVENT_NAME", name).set("GITHUB_EVENT_PATH", &file)
    }

    /// Has `host-sys` import these functions, from a module each, and the application call them. What
    /// libc has too, such as `close`, is a finding.
    pub(crate) fn imports(self, names: &[&str]) -> Self {
        let modules: Vec<String> = (0..names.len()).map(|number| format!("host{number}")).collect();
        let imports = modules.iter().map(String::as_str).zip(names.iter().copied());
        self.imports_of(&imports.collect::<Vec<_>>())
    }

    /// The same with modules and names.
    pub(crate) fn imports_of(self, imports: &[(&str, &str)]) -> Self {
        let (mut declared, mut called) = (String::new(), String::from("pub fn run() {\n"));
        for (number, (module, name)) in imports.iter().enumerate() {
            let _ = write!(
                declared,
                "#[link(wasm_import_module = {module:?})]\nextern \"C\" {{\n    \
                 #[link_name = {name:?}]\n    pub fn f{number}(descriptor: i32) -> i32;\n}}\n"
            );
            let _ = writeln!(called, "    unsafe {{ host_sys::f{number}(1) }};");
        }
        called += "}\n";
        self.file("host-sys/src/lib.rs", &declared).file("src/lib.rs", &called)
    }

    /// Writes a file of the project.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.project.write(path, text);
        self
    }

    /// A path in the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.project.path(path)
    }

    /// Runs git in the project, and gives what it prints.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=author", "-c", "user.email=author@example.com"]);
        git.args(arguments).current_dir(self.project.root());
        git.env("GIT_CONFIG_GLOBAL", "").env("GIT_CONFIG_NOSYSTEM", "1");
        let output = Output::of(&mut git);
        assert_eq!(output.status, Some(0), "git {arguments:?}: {}", output.stderr);
        output.stdout.trim().to_owned()
    }

    /// Runs the step.
    pub(crate) fn run(&self) -> Given {
        let (summary, outputs) = ("summary.md", "outputs");
        self.around.write(summary, "").write(outputs, "");
        let path = |name: &str| self.around.path(name);
        let mut action = guard(self.project.root());
        action.arg("action");
        action.env("GITHUB_STEP_SUMMARY", path(summary)).env("GITHUB_OUTPUT", path(outputs));
        action.env("RUNNER_TEMP", path("temp")).env("GITHUB_WORKSPACE", self.project.root());
        action.envs(&self.environment);
        let output = Output::of(&mut action);
        let token = &self.environment["INPUT_TOKEN"];
        let printed = [&output.stdout, &output.stderr];
        assert!(printed.iter().all(|text| token.is_empty() || !text.contains(token)), "{output:?}");
        Given {
            code: output.status,
            stdout: output.stdout,
            summary: fs::read_to_string(path(summary)).unwrap(),
            outputs: read_outputs(&fs::read_to_string(path(outputs)).unwrap()),
        }
    }
}

impl Given {
    /// An output; empty where there is none.
    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Workflow commands of a kind.
    pub(crate) fn commands(&self, kind: &str) -> Vec<&str> {
        let start = format!("::{kind} ");
        self.stdout.lines().filter(|line| line.starts_with(&start)).collect()
    }

    /// What must be the same whatever becomes of the API.
    pub(crate) fn independent_of_the_api(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let outputs = ["findings", "conclusion"].map(|name| self.output(name).to_owned());
        let errors = self.commands("error").into_iter().map(str::to_owned).collect::<Vec<_>>();
        (self.code, outputs, errors, self.summary.clone())
    }
}

/// A pull request whose head is in `repository`.
pub(crate) fn pull_request(repository: &str) -> Value {
    json!({
        "action": "synchronize",
        "number": 1,
        "pull_request": {
            "number": 1,
            "head": { "ref": "change", "sha": HEAD, "repo": { "full_name": repository } },
            "base": { "ref": "main", "repo": { "full_name": "example/edge" } },
        },
        "repository": { "full_name": "example/edge", "default_branch": "main" },
    })
}

fn read_outputs(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, end) = line.split_once("<<").unwrap();
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}
