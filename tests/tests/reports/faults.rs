//! When GitHub does not play along: the exit code and the other reports stay as they are.

use std::time::{Duration, Instant};

use wasm_import_guard_tests::github::{Api, Fault, Permission};

use crate::step::{Step, pull_request};

/// Has everything reported that can be.
fn reporting(step: Step) -> Step {
    step.input("comment", "on-findings").input("check-run", "true").input("sarif-file", "out.sarif")
}

/// What is the same without any API.
fn without_api() -> crate::step::Given {
    let step = Step::at("http://127.0.0.1:9", "").input("sarif-file", "out.sarif");
    let given = step.run();
    assert_eq!((given.code, given.output("degraded")), (Some(1), ""));
    given
}

/// Runs a step whose API fails, and gives what the warning says.
fn degraded(step: Step, names: &str) -> String {
    let step = reporting(step);
    let given = step.run();
    assert_eq!(given.independent_of_the_api(), without_api().independent_of_the_api());
    assert_eq!(given.output("degraded"), names, "{}", given.stdout);
    assert_eq!(given.output("sarif-file"), "out.sarif");
    assert!(step.path("out.sarif").is_file());
    assert!(std::path::Path::new(given.output("report-json")).is_file());
    let [warning] = given.commands("warning")[..] else { panic!("{}", given.stdout) };
    warning.replace("%0A", "\n")
}

/// As for pull requests from forks, and Dependabot's.
#[test]
fn a_token_that_only_reads_is_one_warning_with_the_permissions() {
    let api = Api::builder().read_only().start();
    let warning = degraded(Step::on(&api), "comment,check-run");
    for said in [
        "comment: GitHub answers 403: Resource not accessible by integration",
        "`permissions: pull-requests: write`",
        "`permissions: checks: write`",
    ] {
        assert!(warning.contains(said), "{warning}");
    }
    let fork = Step::on(&api).event("pull_request", &pull_request("someone/edge"));
    let warning = degraded(fork, "comment,check-run");
    assert!(warning.contains("no workflow of a fork's pull request gets"), "{warning}");
    assert_eq!((api.comments(1).len(), api.check_runs().len()), (0, 0));
}

#[test]
fn one_missing_permission_does_not_cost_the_other_report() {
    let api = Api::builder().token_writes(&[Permission::Checks]).start();
    let warning = degraded(Step::on(&api), "comment");
    assert!(!warning.contains("check-run"), "{warning}");
    assert_eq!(api.check_runs().len(), 1);
}

#[test]
fn a_dead_api_is_said() {
    // Nobody listens there.
    let warning = degraded(Step::at("http://127.0.0.1:9", "token"), "comment,check-run");
    assert!(warning.contains("comment: no answer from GitHub: "), "{warning}");
    let no_token = degraded(Step::at("http://127.0.0.1:9", ""), "comment,check-run");
    assert!(no_token.contains("the input `token` is empty"), "{no_token}");
    let no_address = degraded(Step::at("not an address", "token"), "comment,check-run");
    assert!(no_address.contains("comment: "), "{no_address}");
    let no_token = degraded(Step::at(&Api::start().url(), "wrong"), "comment,check-run");
    assert!(no_token.contains("GitHub answers 401"), "{no_token}");
}

#[test]
fn an_api_that_never_answers_is_not_waited_for() {
    let api = Api::start();
    api.fail(Fault::hang().on("GET", "/comments").always());
    let begin = Instant::now();
    let warning = degraded(Step::on(&api), "comment");
    assert!(warning.contains("comment: GitHub takes too long"), "{warning}");
    // A request has 15 seconds, all of them together 90.
    assert!(begin.elapsed() < Duration::from_secs(75), "{:?}", begin.elapsed());
    let asked = api.requests().into_iter().filter(|it| it.path.ends_with("/comments")).count();
    assert_eq!(asked, 1, "who takes too long once is not asked again");
}

#[test]
fn an_api_that_fails_for_good_is_asked_three_times() {
    for (fault, said) in [
        (Fault::status(502), "comment: GitHub fails with 502"),
        (Fault::garbage(), "comment: no answer from GitHub: the answer is not JSON"),
        (Fault::close(), "comment: no answer from GitHub: "),
    ] {
        let api = Api::start();
        api.fail(fault.on("GET", "/comments").always());
        let warning = degraded(Step::on(&api), "comment");
        assert!(warning.contains(said), "{warning}");
        let asked = api.requests().into_iter().filter(|it| it.path.ends_with("/comments")).count();
        assert_eq!(asked, 3, "{said}");
        assert_eq!(api.comments(1).len(), 0);
    }
}

/// A comment that may be there already is looked for before it is written again.
#[test]
fn no_fault_makes_a_second_comment() {
    for fault in [Fault::status(502), Fault::status(500), Fault::garbage(), Fault::close()] {
        for is_applied in [true, false] {
            let api = Api::start();
            let fault = fault.clone().on("POST", "/comments");
            api.fail(if is_applied { fault.applied() } else { fault });
            let step = Step::on(&api).input("comment", "on-findings");
            let given = step.run();
            assert_eq!((given.code, given.output("degraded")), (Some(1), ""), "{}", given.stdout);
            let comments = api.comments(1);
            assert_eq!(comments.len(), 1, "{is_applied}");
            assert_eq!(given.output("comment-id"), comments[0].id.to_string());
            step.run();
            assert_eq!(api.comments(1).len(), 1);
        }
    }
}

#[test]
fn an_update_that_failed_is_sent_again() {
    let api = Api::start();
    let step = Step::on(&api).input("comment", "on-findings");
    step.run();
    api.fail(Fault::status(502).on("PATCH", "/comments/"));
    let given = step.imports(&["write"]).run();
    assert_eq!(given.output("degraded"), "");
    assert!(api.comments(1)[0].body.contains("`write`"));
}

#[test]
fn a_short_pause_is_made_and_a_long_one_is_not() {
    for status in [403, 429] {
        let api = Api::start();
        api.fail(Fault::secondary_rate_limit(status, Some(1)).on("GET", "/comments"));
        api.fail(Fault::secondary_rate_limit(status, Some(1)).on("POST", "/comments"));
        let given = Step::on(&api).input("comment", "on-findings").run();
        assert_eq!((given.code, given.output("degraded")), (Some(1), ""), "{}", given.stdout);
        assert_eq!(api.comments(1).len(), 1);

        let api = Api::start();
        api.fail(Fault::secondary_rate_limit(status, Some(3_600)).on("POST", "/comments"));
        let warning = degraded(Step::on(&api), "comment");
        assert!(warning.contains("rate limit is reached, for 3600 seconds more"), "{warning}");
        assert_eq!(api.comments(1).len(), 0);

        let api = Api::start();
        let hourly = Fault::primary_rate_limit(status, 1_800);
        api.fail(hourly.on("GET", "/comments").always());
        let warning = degraded(Step::on(&api), "comment");
        assert!(warning.contains("rate limit is reached"), "{warning}");
    }
}

/// It may have been written all the same.
#[test]
fn a_comment_whose_answer_never_comes_is_looked_for() {
    let api = Api::start();
    api.fail(Fault::hang().on("POST", "/comments").applied());
    let given = Step::on(&api).input("comment", "on-findings").run();
    assert_eq!((given.code, given.output("degraded")), (Some(1), ""), "{}", given.stdout);
    let [comment] = &api.comments(1)[..] else { panic!("{:?}", api.comments(1)) };
    assert_eq!(given.output("comment-id"), comment.id.to_string());
}

/// Anybody can write, beforehand, what ours will be.
#[test]
fn what_another_copied_is_not_the_comment_that_was_lost() {
    let (first, api) = (Api::start(), Api::start());
    let step = Step::on(&first).input("comment", "on-findings");
    step.run();
    let copied = api.add_comment(1, "mallory", &first.comments(1)[0].body);
    api.fail(Fault::status(502).on("POST", "/comments"));
    let given = step.set("GITHUB_API_URL", &api.url()).input("token", api.token()).run();
    assert_eq!(given.output("degraded"), "", "{}", given.stdout);
    assert_ne!(given.output("comment-id"), copied.to_string());
    assert_eq!(api.comments(1).len(), 2);
}

#[test]
fn the_pause_that_is_asked_for_is_made() {
    let api = Api::start();
    api.fail(Fault::secondary_rate_limit(429, Some(3)).on("GET", "/comments"));
    let begin = Instant::now();
    let given = Step::on(&api).input("comment", "on-findings").run();
    assert_eq!(given.output("degraded"), "", "{}", given.stdout);
    assert!(begin.elapsed() >= Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[test]
fn files_that_cannot_be_written_are_one_warning() {
    let api = Api::start();
    // Below a file there is no other, and a directory cannot be written to.
    let step = Step::on(&api).input("sarif-file", "Cargo.toml/out.sarif");
    let step = step.input("html-file", "Cargo.toml/out.html");
    let given = step.set("RUNNER_TEMP", "Cargo.toml").set("GITHUB_STEP_SUMMARY", "src").run();
    assert_eq!(
        given.output("degraded"),
        "report-json,sarif-file,html-file,summary",
        "{}",
        given.stdout
    );
    assert_eq!((given.code, given.output("findings")), (Some(1), "1"));
    for name in ["report-json", "sarif-file", "html-file"] {
        assert_eq!(given.output(name), "");
    }
    let [warning] = given.commands("warning")[..] else { panic!("{}", given.stdout) };
    for name in ["report-json: ", "sarif-file: ", "html-file: ", "summary: "] {
        assert!(warning.contains(name), "{name} is not in {warning}");
    }
}

#[test]
fn a_clean_project_passes_whatever_becomes_of_its_reports() {
    let api = Api::builder().read_only().start();
    let step = reporting(Step::on(&api)).input("comment", "always").imports(&["harmless"]);
    let given = step.run();
    assert_eq!((given.code, given.output("conclusion")), (Some(0), "success"));
    assert_eq!(given.output("degraded"), "comment,check-run");
}
