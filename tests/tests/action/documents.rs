//! What the documentation shows: every workflow in it is valid, has nothing that zizmor objects to, and
//! gives the Action only what it takes. What it shows as a script is run.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use serde_yaml::Value;
use wasm_import_guard_tests::{Scratch, repository, tool};

const ACTION: &str = "OWNER/wasm-import-guard@v1";
const CHECK: &str = "OWNER/wasm-import-guard/.github/workflows/check.yml@v1";
/// Pages whose YAML is meant to be taken over.
const PAGES: [&str; 3] = ["README.md", "action-src/docs/action.md", "action-src/docs/formats.md"];

/// A block of YAML, with where it stands.
#[derive(Debug)]
struct Block {
    place: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for page in PAGES {
        let text = fs::read_to_string(repository().join(page)).unwrap();
        let mut open: Option<Block> = None;
        for (number, line) in text.lines().enumerate() {
            match &mut open {
                None if line == "```yaml" => {
                    let place = format!("{page}:{}", number + 1);
                    open = Some(Block { place, text: String::new() });
                }
                Some(block) if line != "```" => block.text.extend([line, "\n"]),
                _ => blocks.extend(open.take()),
            }
        }
        assert!(open.is_none(), "{page} ends inside a block");
    }
    assert!(blocks.len() >= 9, "blocks are missed: {blocks:?}");
    blocks
}

/// The workflows, those of steps alone completed.
fn workflows() -> Vec<Block> {
    let mut workflows = blocks();
    workflows.retain(|block| !block.text.starts_with("repos:"));
    for block in &mut workflows {
        if block.text.starts_with(' ') {
            let head =
                "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n";
            block.text.insert_str(0, head);
        }
        // Nobody knows yet which commit that is.
        let commit = "@0123456789012345678901234567890123456789 # v1";
        block.text = block.text.replace("@v1\n", &format!("{commit}\n"));
    }
    workflows
}

fn parsed(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

fn read(path: &str) -> Value {
    parsed(&fs::read_to_string(repository().join(path)).unwrap())
}

fn keys(mapping: &Value) -> BTreeSet<String> {
    let mapping = mapping.as_mapping().into_iter().flatten();
    mapping.map(|(key, _)| key.as_str().unwrap().to_owned()).collect()
}

/// Each use of the Action or of its reusable workflow, with what it is given.
fn uses<'a>(workflow: &'a Value, action: &str) -> Vec<&'a Value> {
    let jobs = workflow["jobs"].as_mapping().unwrap().values();
    let of_job = |job: &'a Value| {
        job["steps"].as_sequence().into_iter().flatten().chain(std::iter::once(job))
    };
    jobs.flat_map(of_job).filter(|it| it["uses"] == action).map(|it| &it["with"]).collect()
}

#[test]
fn every_workflow_is_valid_and_safe() {
    let scratch = Scratch::new();
    for (number, workflow) in workflows().iter().enumerate() {
        let path = format!("{number}/.github/workflows/{number}.yml");
        scratch.write(&path, &workflow.text);
        let check = |mut checker: Command| checker.arg(scratch.path(&path)).output().unwrap();
        let output = check(schema());
        assert!(output.status.success(), "{}:\n{}", workflow.place, all(&output));
        let output = check(zizmor());
        assert!(output.status.success(), "{}:\n{}", workflow.place, all(&output));
    }
}

#[test]
fn the_checkers_would_notice_a_defect() {
    let workflow = &workflows()[0].text;
    let scratch = Scratch::new();
    let check = |mut checker: Command, text: String| {
        scratch.write(".github/workflows/a.yml", &text);
        let output = checker.arg(scratch.path(".github/workflows/a.yml")).output().unwrap();
        assert!(!output.status.success(), "nothing found in\n{text}");
        all(&output)
    };
    assert!(check(schema(), workflow.replace("runs-on", "run-on")).contains("run-on"));
    let unsafe_one = workflow.replace("persist-credentials: false", "fetch-depth: 0");
    assert!(check(zizmor(), unsafe_one).contains("artipacked"));
}

#[test]
fn the_action_is_given_what_it_takes() {
    let action = read("action.yml");
    let inputs = keys(&action["inputs"]);
    let outputs = keys(&action["outputs"]);
    let reusable = keys(&read(".github/workflows/check.yml")["on"]["workflow_call"]["inputs"]);
    let mut seen = (0, 0);
    let mut whole = 0;
    for block in blocks().iter().filter(|block| block.text.contains("jobs:")) {
        let workflow = parsed(&block.text);
        for given in uses(&workflow, ACTION) {
            let given = keys(given);
            assert!(given.is_subset(&inputs), "{}: {given:?}", block.place);
            seen.0 += 1;
            whole += usize::from(given == inputs);
        }
        for given in uses(&workflow, CHECK) {
            assert!(keys(given).is_subset(&reusable), "{}: {given:?}", block.place);
            seen.1 += 1;
        }
        for rest in block.text.split("steps.guard.outputs.").skip(1) {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap();
            assert!(outputs.contains(&rest[..end]), "{}: no output {}", block.place, &rest[..end]);
        }
    }
    assert_eq!(seen, (5, 1), "uses are missed");
    assert_eq!(whole, 1, "one workflow shows every input: {inputs:?}");
}

/// `check.yml` hands everything on, and its defaults are the Action's.
#[test]
fn the_reusable_workflow_has_the_inputs_of_the_action() {
    let action = read("action.yml");
    let workflow = read(".github/workflows/check.yml");
    let call = &workflow["on"]["workflow_call"];
    let [given] = uses(&workflow, "./.wasm-import-guard")[..] else { panic!("{workflow:?}") };
    for (name, input) in action["inputs"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        if name == "token" {
            assert_eq!(given[name], "${{ secrets.token || github.token }}");
            continue;
        }
        assert_eq!(call["inputs"][name]["default"], input["default"], "{name}");
        assert_eq!(call["inputs"][name]["type"], "string", "{name}");
        assert_eq!(given[name], format!("${{{{ inputs.{name} }}}}").as_str(), "{name}");
    }
    assert_eq!(keys(given), keys(&action["inputs"]));
    for output in keys(&call["outputs"]) {
        let job = &workflow["jobs"]["check"]["outputs"][output.as_str()];
        assert_eq!(*job, format!("${{{{ steps.guard.outputs.{output} }}}}").as_str());
        assert!(keys(&action["outputs"]).contains(&output), "{output}");
    }
}

#[test]
fn pre_commit_accepts_the_configuration_that_is_shown() {
    let hooks = fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap();
    let scratch = Scratch::new();
    let mut count = 0;
    for block in blocks().iter().filter(|block| block.text.starts_with("repos:")) {
        scratch.write("config.yaml", &block.text);
        let mut pre_commit = tool("pre-commit");
        let output = pre_commit.arg("validate-config").arg(scratch.path("config.yaml")).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}:\n{}", block.place, all(&output));
        for hook in parsed(&block.text)["repos"][0]["hooks"].as_sequence().unwrap() {
            let id = hook["id"].as_str().unwrap();
            assert!(hooks.contains(&format!("- id: {id}\n")), "{}: no hook {id}", block.place);
        }
        count += 1;
    }
    assert_eq!(count, 1);
}

/// A report as the first of the two workflows for forks may leave it: whoever opens the pull request
/// decides what is in it.
const REPORT: &str = r#"{"target":"wasm32-wasip1","findings":[
  {"level":"deny","rule":"libc-clash","module":"env","name":"close","package":"host-sys"},
  {"level":"deny","rule":"libc-clash","module":"@octocat","name":"a|b\n::error::x","package":"<b>"},
  {"level":"warn","rule":"`","module":null,"name":7,"package":"host-sys\n"},
  {"level":"note","rule":"libc-clash","module":"env","name":"noted","package":"host-sys"},
  {"level":"<script>","rule":"libc-clash","module":"env","name":"x","package":"y"}]}
{"target":"wasm32-wasip1","findings":[
  {"level":"deny","rule":"libc-clash","module":"env","name":"close","package":"host-sys"}]}
"#;
const COMMENT: &str = "<!-- imports -->
3 findings of wasm-import-guard

| level | rule | module | name | package | target |
|---|---|---|---|---|---|
| deny | `libc-clash` | ? | ? | ? | `wasm32-wasip1` |
| deny | `libc-clash` | `env` | `close` | `host-sys` | `wasm32-wasip1` |
| warn | ? | ? | ? | ? | `wasm32-wasip1` |
";

#[test]
fn the_second_workflow_for_forks_comments_with_nothing_but_names() {
    let script = comment_script();
    for (pull, mine, report, expected, asked) in [
        ("7", "", REPORT, COMMENT, "POST repos/example/edge/issues/7/comments"),
        ("7", "12\n34", REPORT, COMMENT, "PATCH repos/example/edge/issues/comments/12"),
        (
            "7",
            "",
            "{\"target\":\"a\",\"findings\":[]}\n",
            "<!-- imports -->\n0 findings of wasm-import-guard\n\n",
            "POST repos/example/edge/issues/7/comments",
        ),
        // Closed, or pushed to since: another run will tell.
        ("", "", REPORT, "", ""),
    ] {
        let scratch = Scratch::new();
        scratch.write("artifact/report.json", report).write("work/x", "");
        // Answers as the API would, behind `--jq`, and notes what is written.
        scratch.write(
            "bin/gh",
            "#!/bin/sh\ncase \"$1 $2 $3 $4\" in\n\
             'api --method GET repos/example/edge/pulls') echo \"$PULL\" ;;\n\
             'run download 99 --name') [ \"$5 $6 $7\" = 'imports --dir report' ] && cp -r ../artifact report ;;\n\
             'api --paginate repos/example/edge/issues/7/comments --jq') echo \"$MINE\" ;;\n\
             'api --method POST '* | 'api --method PATCH '*)\n  echo \"$3 $4\" >../asked; cp \"${6#body=@}\" ../posted ;;\n\
             *) echo \"gh $*\" >&2; exit 1 ;;\nesac\n",
        );
        fs::set_permissions(scratch.path("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut bash = Command::new("bash");
        bash.args(["-c", &script]).current_dir(scratch.path("work")).env_clear();
        bash.env("PATH", format!("{}:{path}", scratch.path("bin").display()));
        bash.envs([("GH_REPO", "example/edge"), ("RUN", "99"), ("OWNER", "o"), ("BRANCH", "b")]);
        let output = bash.env("PULL", pull).env("MINE", mine).output().unwrap();
        assert!(output.status.success(), "{}", all(&output));
        let written = |name| fs::read_to_string(scratch.path(name)).unwrap_or_default();
        assert_eq!(written("posted"), expected);
        assert_eq!(written("asked").trim_end(), asked);
    }
}

fn comment_script() -> String {
    let is_it = |block: &&Block| block.text.starts_with("name: imports-comment\n");
    let blocks = blocks();
    let workflow = parsed(&blocks.iter().find(is_it).unwrap().text);
    workflow["jobs"]["comment"]["steps"][0]["run"].as_str().unwrap().to_owned()
}

fn schema() -> Command {
    let mut schema = tool("check-jsonschema");
    schema.args(["--builtin-schema", "vendor.github-workflows"]);
    schema
}

fn zizmor() -> Command {
    let mut zizmor = tool("zizmor");
    zizmor.args(["--offline"]).env("NO_COLOR", "1");
    zizmor
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
