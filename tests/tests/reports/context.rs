//! What started the run, and where.

use serde_json::json;
use wasm_import_guard_tests::github::Api;

use crate::step::{HEAD, MERGE, Step, pull_request};

const BOTH: [(&str, &str); 2] = [("comment", "always"), ("check-run", "true")];

fn with_both(step: Step) -> Step {
    BOTH.into_iter().fold(step, |step, (name, value)| step.input(name, value))
}

#[test]
fn a_push_has_no_pull_request_to_comment_on() {
    for event in ["push", "schedule", "workflow_dispatch"] {
        let api = Api::start();
        let step = Step::on(&api).event(event, &json!({ "ref": "refs/heads/main" }));
        let run = with_both(step).run();
        assert_eq!((run.code, run.output("degraded"), run.output("comment-id")), (Some(1), "", ""));
        assert_eq!(api.check_runs()[0].head_sha, MERGE, "{event}: the commit itself");
        assert_eq!(api.comments(1).len(), 0);
    }
}

#[test]
fn a_merge_group_is_compared_with_its_base_and_judged_at_its_head() {
    let api = Api::start();
    let step = Step::on(&api).imports(&["harmless"]);
    step.git(&["init", "--quiet"]);
    step.git(&["add", "--all", "--force"]);
    step.git(&["commit", "--quiet", "--message=base"]);
    let base = step.git(&["rev-parse", "HEAD"]);
    let step = step.imports(&["close"]);
    step.git(&["commit", "--quiet", "--all", "--message=queued"]);
    let group = json!({ "merge_group": { "head_sha": HEAD, "base_sha": base } });
    let run = with_both(step.event("merge_group", &group)).run();
    assert_eq!((run.code, run.output("new-findings"), run.output("degraded")), (Some(1), "1", ""));
    assert!(run.summary.contains("| new | `host0.close` |"), "{}", run.summary);
    assert_eq!(api.check_runs()[0].head_sha, HEAD);
    assert_eq!(api.comments(1).len(), 0);
}

#[test]
fn a_finished_workflow_reports_on_its_pull_request() {
    let api = Api::start();
    let event = json!({
        "workflow_run": {
            "head_sha": HEAD,
            "head_repository": { "full_name": "example/edge" },
            "pull_requests": [{ "number": 1 }],
        },
        "repository": { "full_name": "example/edge" },
    });
    let run = with_both(Step::on(&api).event("workflow_run", &event)).run();
    assert_eq!((run.code, run.output("degraded")), (Some(1), ""));
    assert_eq!((api.comments(1).len(), api.check_runs()[0].head_sha.as_str()), (1, HEAD));
}

/// A repository whose checkout is `pull_request_target`'s: the base, or what outsiders wrote.
fn privileged(api: &Api, is_merged: bool) -> (Step, String, String) {
    let step = Step::on(api).imports(&["close"]);
    step.git(&["init", "--quiet", "--initial-branch=main"]);
    step.git(&["add", "--all", "--force"]);
    step.git(&["commit", "--quiet", "--message=base"]);
    let base = step.git(&["rev-parse", "HEAD"]);
    step.git(&["checkout", "--quiet", "-b", "change"]);
    let step = step.file("README.md", "a change");
    step.git(&["add", "README.md"]);
    step.git(&["commit", "--quiet", "--message=change"]);
    let head = step.git(&["rev-parse", "HEAD"]);
    if is_merged {
        step.git(&["checkout", "--quiet", "main"]);
        step.git(&["merge", "--quiet", "--no-ff", "--message=merge", "change"]);
    }
    let mut event = pull_request("someone/edge");
    event["pull_request"]["head"]["sha"] = head.clone().into();
    let step = step.event("pull_request_target", &event).set("GITHUB_SHA", &base);
    (step, base, head)
}

#[test]
fn code_of_outsiders_is_not_analysed_with_the_rights_of_the_base() {
    for is_merged in [false, true] {
        let api = Api::start();
        let (step, ..) = privileged(&api, is_merged);
        let run = step.run();
        assert_eq!((run.code, run.output("conclusion")), (Some(2), "error"), "{run:?}");
        let [error] = run.commands("error")[..] else { panic!("{}", run.stdout) };
        assert!(error.contains("the checkout holds the head of a pull request"), "{error}");
        assert!(error.contains("`workflow_run`") && error.contains("action.md"), "{error}");
        assert!(!run.summary.contains("close"), "{}", run.summary);
    }
}

#[test]
fn the_base_itself_is_analysed_there() {
    let api = Api::start();
    let (step, base, _) = privileged(&api, false);
    step.git(&["checkout", "--quiet", &base]);
    let run = with_both(step).run();
    assert_eq!((run.code, run.output("degraded")), (Some(1), ""), "{}", run.stdout);
    assert_eq!(api.comments(1).len(), 1);
}

/// The head of a pull request that was merged since is the base's own.
#[test]
fn what_was_merged_is_no_outsiders_any_more() {
    let api = Api::start();
    let (step, ..) = privileged(&api, true);
    let merged = step.git(&["rev-parse", "HEAD"]);
    assert_eq!(step.set("GITHUB_SHA", &merged).run().code, Some(1));
}

#[test]
fn a_checkout_that_is_none_is_not_trusted_there() {
    let api = Api::start();
    let step = Step::on(&api).event("pull_request_target", &pull_request("someone/edge"));
    let run = step.run();
    assert_eq!(run.code, Some(2));
    assert!(run.stdout.contains("whose code is checked out cannot be told"), "{}", run.stdout);
}

#[test]
fn an_enterprise_server_has_a_path() {
    let api = Api::builder().prefix("/api/v3").start();
    assert!(api.url().ends_with("/api/v3"));
    let run = with_both(Step::on(&api)).run();
    assert_eq!(run.output("degraded"), "", "{}", run.stdout);
    assert_eq!((api.comments(1).len(), api.check_runs().len()), (1, 1));
}

/// The fake stands in for the proxy: it is sent what is meant for another host, which does not exist.
#[test]
fn a_proxy_is_used_unless_the_host_is_an_exception() {
    let api = Api::builder().prefix("/api/v3").start();
    let proxy = api.url().replace("/api/v3", "");
    let step = |exceptions: &str| {
        let step = Step::at("http://github.invalid/api/v3", api.token());
        step.set("http_proxy", &proxy).set("no_proxy", exceptions).input("comment", "always").run()
    };
    assert_eq!(step("").output("degraded"), "");
    assert_eq!(api.comments(1).len(), 1);
    let before = api.requests().len();
    assert_eq!(step("github.invalid").output("degraded"), "comment");
    assert_eq!(api.requests().len(), before);
}

/// What a workflow gives the Action to report with is none of the project's code.
#[test]
fn the_build_does_not_see_the_token() {
    let api = Api::start();
    let step = with_both(Step::on(&api)).input("build", "true").input("rustc-versions", "");
    let script = "fn main() {\n    let seen = std::env::vars().filter(|(name, _)| \
        name.starts_with(\"INPUT_\"));\n    let seen: Vec<String> = seen.map(|(name, _)| name)\
        .collect();\n    std::fs::write(\"seen.txt\", seen.join(\"\\n\")).unwrap();\n}\n";
    let step = step.file("host-sys/build.rs", script);
    // The rustc of this test has no std for wasm: the build ends behind the script.
    let run = step.run();
    let seen = std::fs::read_to_string(step.path("host-sys/seen.txt"));
    let seen = seen.unwrap_or_else(|_| panic!("{run:?}"));
    assert!(seen.contains("INPUT_TARGETS") && !seen.contains("INPUT_TOKEN"), "{seen}");
}

#[test]
fn several_manifests_are_one_report() {
    let api = Api::start();
    let other = "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
        [dependencies]\nhost-sys = { path = \"../host-sys\" }\n\n[workspace]\n";
    let lock_file = "version = 4\n\n[[package]]\nname = \"host-sys\"\nversion = \"0.1.0\"\n\n\
        [[package]]\nname = \"other\"\nversion = \"0.1.0\"\ndependencies = [\n \"host-sys\",\n]\n";
    let step = Step::on(&api)
        .file("sub/other/Cargo.toml", &other.replace("../host-sys", "../../host-sys"))
        .file("sub/other/Cargo.lock", lock_file)
        .file("sub/other/src/lib.rs", "pub fn other() { unsafe { host_sys::f0(1) }; }\n")
        .input("working-directory", "sub")
        .input("manifest-path", "../Cargo.toml\nother/Cargo.toml\n")
        .input("sarif-file", "out.sarif");
    let run = with_both(step).run();
    assert_eq!((run.code, run.output("degraded")), (Some(1), ""), "{}", run.stdout);
    for root in ["app", "other"] {
        let line = format!("- `{root} 0.1.0` for `wasm32-wasip1`, rustc 1.91.0: **1 denied**");
        assert!(run.summary.contains(&line), "{}", run.summary);
    }
    assert_eq!(run.output("findings"), "1", "it is the same hazard");
    assert_eq!(api.comments(1).len(), 1);
}

#[test]
fn reports_can_be_left_out() {
    let api = Api::start();
    let run = Step::on(&api).input("annotations", "false").input("summary", "false").run();
    assert_eq!((run.code, run.output("findings")), (Some(1), "1"));
    assert_eq!((run.stdout.as_str(), run.summary.as_str()), ("", ""));
    let wrong = Step::on(&api).input("summary", "no").run();
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.summary.contains("`true`, `false`"), "{}", wrong.summary);
    let step = Step::on(&api).imports(&["close", "read", "write"]).input("max-annotations", "2");
    let run = step.run();
    assert_eq!(run.commands("error").len(), 2);
    assert!(run.stdout.contains("2 more errors"), "{}", run.stdout);
}

/// What the project's policy has too much of is its own to mend: a warning, which decides nothing.
#[test]
fn an_exception_that_excepts_nothing_is_a_warning() {
    let api = Api::start();
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
        [dependencies]\nhost-sys = { path = \"host-sys\" }\n\n[workspace]\n\n\
        [[package.metadata.wasm-import-guard.exceptions]]\nrule = \"libc-clash\"\n\
        name = \"close\"\nreason = \"the host has it\"\n";
    let step = Step::on(&api).file("Cargo.toml", manifest);
    let used = step.run();
    assert_eq!((used.code, used.commands("warning").len()), (Some(0), 0), "{}", used.stdout);
    let unused = step.imports(&["harmless"]).run();
    assert_eq!((unused.code, unused.output("degraded")), (Some(0), ""), "{}", unused.stdout);
    let [warning] = unused.commands("warning")[..] else { panic!("{}", unused.stdout) };
    assert!(warning.contains("matches no finding: it can be removed"), "{warning}");
}
