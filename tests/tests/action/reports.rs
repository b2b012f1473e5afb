//! The Action in workflows of several events, with a fake of GitHub's API: what is on the diff, in the
//! comment and in the check run.

use serde_json::{Value, json};
use wasm_import_guard_tests::github::{Api, BOT};

use crate::act::{ACTION, Checkout, Run};

const HEAD: &str = "1111111111111111111111111111111111111111";

const WORKFLOW: &str = r"name: imports
on: [pull_request, push, merge_group]
permissions:
  contents: read
  pull-requests: write
  checks: write
jobs:
  imports:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - id: guard
        uses: ACTION
        with:
          rustc-versions: 1.91.0
          comment: on-findings
          check-run: true
";
const CONFIGURATION: &str = "[build]\ntarget = \"wasm32-wasip1\"\n";

/// The application with this release of `fastly-sys`.
fn manifest(version: &str) -> String {
    format!(
        "[package]\nname = \"edge\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[lib]\n\
         crate-type = [\"cdylib\"]\n\n[dependencies]\nfastly-sys = \"={version}\"\n"
    )
}

/// The line of the manifest that names `fastly-sys`.
const LINE: &str = "10";
const OLD_LOCK_FILE: &str = include_str!("edge/Cargo-0.9.1.lock");
const NEW_LOCK_FILE: &str = include_str!("edge/Cargo.lock");
const OLD_SOURCE: &str = r#"#[no_mangle]
pub extern "C" fn run(body: &mut u32) {
    unsafe { fastly_sys::fastly_http_body::new(body) };
}
"#;
/// The cache came with a later release.
const NEW_SOURCE: &str = r#"#[no_mangle]
pub extern "C" fn run(cache: u32) {
    unsafe { fastly_sys::fastly_cache::close(cache) };
}
"#;

/// A pull request that takes a newer `fastly-sys`, and calls `close` of a module that it brings.
fn bump() -> Checkout {
    let workflow = WORKFLOW.replace("ACTION", ACTION);
    let (old, new) = (manifest("0.9.1"), manifest("0.13.2"));
    let base = [
        (".github/workflows/imports.yml", workflow.as_str()),
        (".cargo/config.toml", CONFIGURATION),
        ("Cargo.toml", &old),
        ("Cargo.lock", OLD_LOCK_FILE),
        ("src/lib.rs", OLD_SOURCE),
    ];
    let change = [("Cargo.toml", &*new), ("Cargo.lock", NEW_LOCK_FILE), ("src/lib.rs", NEW_SOURCE)];
    Checkout::on_base(&base, &change)
}

fn pull_request(from: &str) -> Value {
    json!({
        "action": "synchronize",
        "number": 1,
        "pull_request": {
            "number": 1,
            "head": { "ref": "change", "sha": HEAD, "repo": { "full_name": from } },
            "base": { "ref": "main", "repo": { "full_name": "example/edge" } },
        },
        "repository": { "full_name": "example/edge", "default_branch": "main" },
    })
}

fn run(checkout: &Checkout, api: &Api, token: &str, event: &str, described: &Value) -> Run {
    let secret = format!("GITHUB_TOKEN={token}");
    let address = format!("GITHUB_API_URL={}", api.url());
    let arguments = ["-s", secret.as_str(), "--env", address.as_str()];
    checkout.event(event, &described.to_string(), &arguments)
}

/// The one annotation at the line that brings the import in, and the exit code of a finding.
fn assert_finding(run: &Run) {
    let guard = run.step("guard");
    assert_eq!((guard.code, guard.outputs["findings"].as_str()), (1, "1"), "{}", run.log());
    let errors: Vec<_> = guard.annotations.iter().filter(|it| it.name == "error").collect();
    let [annotation] = errors[..] else { panic!("{:?}", guard.annotations) };
    let property = |name: &str| annotation.properties.get(name).map(String::as_str);
    assert_eq!((property("file"), property("line")), (Some("Cargo.toml"), Some(LINE)));
    assert_eq!(property("title"), Some("libc-clash: close of fastly_cache"));
    for said in [
        "```mermaid\ngraph LR\n",
        "[\"edge 0.1.0\"]",
        "([\"fastly_cache.close\"]):::deny",
        "| deny | **libc-clash**: ",
        "`edge 0.1.0` → `fastly-sys 0.13.2`",
    ] {
        assert!(guard.summary.contains(said), "{said} is not in {}", guard.summary);
    }
}

#[test]
fn a_bump_is_annotated_commented_on_once_and_resolved() {
    let (api, checkout) = (Api::start(), bump());
    assert_eq!(manifest("0.13.2").lines().nth(9), Some("fastly-sys = \"=0.13.2\""));
    let pull_request = pull_request("example/edge");
    let run = || run(&checkout, &api, api.token(), "pull_request", &pull_request);

    let first = run();
    assert_finding(&first);
    let guard = first.step("guard");
    assert_eq!(guard.annotations.len(), 1, "{:?}", guard.annotations);
    assert_eq!(guard.outputs["degraded"], "");
    assert_eq!(guard.outputs["new-findings"], "1");
    assert!(guard.summary.contains("| new | `fastly_cache.close` | `fastly-sys 0.13.2`<br>"));
    let comments = api.comments(1);
    let [comment] = &comments[..] else { panic!("{comments:?}") };
    assert_eq!((comment.author.as_str(), comment.edits), (BOT, 0));
    assert_eq!(guard.outputs["comment-id"], comment.id.to_string());
    // The same as the summary but for the length of the last table.
    let (findings, _) = guard.summary.split_once("\n**Imports** for").unwrap();
    assert!(comment.body.contains(findings), "{}", comment.body);
    assert!(comment.body.contains("| new | `fastly_cache.close` |"), "{}", comment.body);
    let check = &api.check_runs()[0];
    assert_eq!((check.head_sha.as_str(), check.conclusion.as_deref()), (HEAD, Some("failure")));
    assert_eq!(check.annotations[0]["path"], "Cargo.toml");
    assert_eq!(check.annotations[0]["start_line"].to_string(), LINE);

    assert_finding(&run());
    let comments = api.comments(1);
    assert_eq!((comments.len(), comments[0].edits), (1, 0), "nothing has changed");

    // A rustc without the defect is the way out.
    let fixed = WORKFLOW.replace("ACTION", ACTION).replace("1.91.0", "1.91.1");
    checkout.commit(&[(".github/workflows/imports.yml", &fixed)]);
    let last = run();
    let guard = last.step("guard");
    assert_eq!((guard.code, guard.outputs["conclusion"].as_str()), (0, "success"));
    assert_eq!(guard.annotations.len(), 0);
    let comments = api.comments(1);
    let [comment] = &comments[..] else { panic!("{comments:?}") };
    assert_eq!(comment.edits, 1);
    assert!(comment.body.contains("**Resolved**: the findings that stood here are gone."));
    assert!(!comment.body.contains("| deny |"), "{}", comment.body);
}

/// Their tokens only read.
#[test]
fn forks_and_dependabot_get_all_but_what_needs_a_token_that_writes() {
    let checkout = bump();
    for (from, actor) in [("someone/edge", "someone"), ("example/edge", "dependabot[bot]")] {
        let api = Api::builder().read_only().start();
        let secret = format!("GITHUB_TOKEN={}", api.token());
        let address = format!("GITHUB_API_URL={}", api.url());
        let arguments = ["-s", &secret, "--env", &address, "--actor", actor];
        let run = checkout.event("pull_request", &pull_request(from).to_string(), &arguments);
        assert_finding(&run);
        let guard = run.step("guard");
        assert_eq!(guard.outputs["degraded"], "comment,check-run");
        let [_, warning] = &guard.annotations[..] else { panic!("{:?}", guard.annotations) };
        assert_eq!(warning.name, "warning");
        assert!(warning.data.contains("`permissions: pull-requests: write`"), "{}", warning.data);
        assert_eq!((api.comments(1).len(), api.check_runs().len()), (0, 0));
    }
}

#[test]
fn a_push_and_a_merge_group_have_a_check_run_and_no_comment() {
    let checkout = bump();
    let own = checkout.head();
    let group = json!({
        "action": "checks_requested",
        "merge_group": { "head_sha": HEAD, "base_sha": checkout.base() },
        "repository": { "full_name": "example/edge", "default_branch": "main" },
    });
    let push = json!({
        "ref": "refs/heads/change",
        "after": own,
        "repository": { "full_name": "example/edge", "default_branch": "main" },
    });
    for (event, described, head, new) in
        [("push", &push, own.as_str(), ""), ("merge_group", &group, HEAD, "1")]
    {
        let api = Api::start();
        let run = run(&checkout, &api, api.token(), event, described);
        assert_finding(&run);
        let guard = run.step("guard");
        assert_eq!(guard.outputs["new-findings"], new, "{event}");
        assert_eq!(
            (guard.outputs["comment-id"].as_str(), guard.outputs["degraded"].as_str()),
            ("", "")
        );
        assert_eq!(guard.annotations.len(), 1);
        assert_eq!(api.comments(1).len(), 0);
        let checks = api.check_runs();
        assert_eq!((checks.len(), checks[0].head_sha.as_str()), (1, head), "{event}");
    }
}
