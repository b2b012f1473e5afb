//! What a pull request is compared with.

use wasm_import_guard_tests::github::Api;

use crate::step::{Given, Step};

/// A pull request that adds an import of `write` to that of `close`: one finding is new, one is not.
fn one_new(api: &Api) -> Step {
    let step = Step::on(api).set("GITHUB_BASE_REF", "main").input("check-run", "true");
    step.git(&["init", "--quiet"]);
    step.git(&["add", "--all", "--force"]);
    step.git(&["commit", "--quiet", "--message=base"]);
    let step = step.imports(&["close", "write"]);
    step.git(&["commit", "--quiet", "--all", "--message=change"]);
    step.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    step
}

/// The code, and how many findings there are, are new, and are annotated.
fn counts(given: &Given) -> (Option<i32>, &str, &str, usize) {
    let annotated = given.commands("error").len();
    (given.code, given.output("findings"), given.output("new-findings"), annotated)
}

#[test]
fn it_is_the_branch_that_it_goes_into() {
    let api = Api::start();
    let given = one_new(&api).run();
    assert_eq!(counts(&given), (Some(1), "2", "1", 2), "{}", given.stdout);
    assert!(given.summary.contains("| new | `host1.write` |"), "{}", given.summary);
    assert!(!given.summary.contains("| new | `host0.close` |"), "{}", given.summary);
}

#[test]
fn only_what_is_new_is_reported_and_decides_for_those_who_ask() {
    let api = Api::start();
    let step = one_new(&api).input("new-only", "true");
    let given = step.run();
    assert_eq!(counts(&given), (Some(1), "2", "1", 1), "{}", given.stdout);
    assert!(given.commands("error")[0].contains("title=libc-clash%3A write of host1,"));
    let fixed = step.imports(&["close", "harmless"]).run();
    assert_eq!(counts(&fixed), (Some(0), "1", "0", 0), "{}", fixed.stdout);
    let titles: Vec<_> = api.check_runs().into_iter().map(|it| it.title.unwrap()).collect();
    assert_eq!(titles, ["1 finding", "no finding"]);
}

#[test]
fn a_revision_that_is_named_goes_before_the_branch() {
    let api = Api::start();
    let given = one_new(&api).input("base-ref", "HEAD").input("new-only", "true").run();
    assert_eq!(counts(&given), (Some(0), "2", "0", 0), "{}", given.stdout);
    assert!(given.summary.contains("no change"), "{}", given.summary);
}

/// A checkout has one commit by default: only who asked for the comparison must have more.
#[test]
fn a_branch_that_is_not_there_is_said_and_fails_those_who_need_it() {
    let api = Api::start();
    let given = one_new(&api).set("GITHUB_BASE_REF", "elsewhere").run();
    assert_eq!(counts(&given), (Some(1), "2", "", 2), "{}", given.stdout);
    assert!(given.summary.contains("not compared with the base: "), "{}", given.summary);
    assert!(given.summary.contains("`fetch-depth: 0`"), "{}", given.summary);
    for (input, value) in [("new-only", "true"), ("base-ref", "origin/elsewhere")] {
        let step = one_new(&api).set("GITHUB_BASE_REF", "elsewhere").input(input, value);
        let given = step.run();
        assert_eq!((given.code, given.output("conclusion")), (Some(2), "error"), "{input}");
    }
}
