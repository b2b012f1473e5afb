//! What independent checkers say of action.yml.

use std::fs;
use std::path::Path;
use std::process::Output;

use wasm_import_guard_tests::{Scratch, repository, tool};

/// A checker and a defect that it must object to: a check that passes everything proves nothing.
struct Checker {
    name: &'static str,
    arguments: &'static [&'static str],
    defect: (&'static str, &'static str),
    objection: &'static str,
}

const CHECKERS: [Checker; 2] = [
    Checker {
        name: "check-jsonschema",
        arguments: &["--builtin-schema", "vendor.github-actions"],
        defect: ("using: composite", "using: compose"),
        objection: "runs",
    },
    Checker {
        name: "zizmor",
        arguments: &["--offline", "--persona=auditor"],
        defect: ("\"$BINARY\" action", "\"$BINARY\" action ${{ inputs.targets }}"),
        objection: "template-injection",
    },
];

#[test]
fn checkers_have_nothing_to_say_about_action_yml() {
    for checker in CHECKERS {
        let output = checker.run(&repository().join("action.yml"));
        assert!(output.status.success(), "{}:\n{}", checker.name, all(&output));
        if checker.name == "zizmor" {
            assert!(all(&output).contains("No findings to report"), "{}", all(&output));
        }
    }
}

#[test]
fn the_checkers_would_find_a_defect() {
    let definition = fs::read_to_string(repository().join("action.yml")).unwrap();
    for checker in CHECKERS {
        let (sound, broken) = checker.defect;
        assert_eq!(definition.matches(sound).count(), 1, "{sound}");
        let scratch = Scratch::new();
        scratch.write("action.yml", &definition.replace(sound, broken));
        let output = checker.run(&scratch.path("action.yml"));
        assert!(!output.status.success(), "{} found nothing", checker.name);
        assert!(all(&output).contains(checker.objection), "{}", all(&output));
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
