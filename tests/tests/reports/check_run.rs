//! The check run on the head of a pull request.

use wasm_import_guard_tests::github::{Api, Fault};

use crate::step::{HEAD, Step};

/// An import of `close` from each of so many modules.
fn many(count: usize) -> Vec<&'static str> {
    vec!["close"; count]
}

#[test]
fn it_is_about_the_head_and_has_the_findings_at_their_lines() {
    let api = Api::start();
    let run = Step::on(&api).input("check-run", "true").run();
    assert_eq!((run.code, run.output("degraded")), (Some(1), ""), "{run:?}");
    let runs = api.check_runs();
    let [check] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!(run.output("check-run-id"), check.id.to_string());
    assert_eq!((check.name.as_str(), check.head_sha.as_str()), ("wasm-import-guard", HEAD));
    assert_eq!(
        (check.status.as_str(), check.conclusion.as_deref()),
        ("completed", Some("failure"))
    );
    assert_eq!(check.title.as_deref(), Some("1 finding"));
    assert!(check.summary.as_ref().unwrap().contains("| deny |"));
    let [annotation] = &check.annotations[..] else { panic!("{:?}", check.annotations) };
    assert_eq!(annotation["path"], "host-sys/src/lib.rs");
    // The fixture writes the function into the fourth line.
    assert_eq!((&annotation["start_line"], &annotation["end_line"]), (&4.into(), &4.into()));
    assert_eq!(annotation["annotation_level"], "failure");
    assert_eq!(annotation["title"], "libc-clash: close of host0");
    assert_eq!(api.comments(1).len(), 0, "nobody asked for a comment");
}

#[test]
fn its_conclusion_is_that_of_the_run() {
    for (imports, fail_on, conclusion) in [
        ("harmless", "deny", "success"),
        ("close", "never", "neutral"),
        ("close", "deny", "failure"),
    ] {
        let api = Api::start();
        let step = Step::on(&api).input("check-run", "true").input("fail-on", fail_on);
        step.imports(&[imports]).run();
        assert_eq!(api.check_runs()[0].conclusion.as_deref(), Some(conclusion), "{imports}");
    }
}

/// A target that was not analysed leaves open what is there.
#[test]
fn what_was_not_analysed_is_neither_a_success_nor_a_finding() {
    let api = Api::start();
    let step = Step::on(&api).input("check-run", "true").imports(&["harmless"]);
    let step = step.input("targets", "wasm32-wasip1 wasm32-nowhere");
    let run = step.run();
    assert_eq!((run.code, run.output("conclusion")), (Some(0), "incomplete"), "{}", run.stdout);
    step.file("Cargo.toml", "[").run();
    let said: Vec<_> = api.check_runs().into_iter().map(|it| (it.conclusion, it.title)).collect();
    let expected = [("neutral", "no finding"), ("failure", "nothing could be analysed")]
        .map(|(conclusion, title)| (Some(conclusion.to_owned()), Some(title.to_owned())));
    assert_eq!(said, expected);
}

/// The service takes 50 annotations with a request, and appends what comes later.
#[test]
fn many_annotations_come_in_batches() {
    let api = Api::start();
    Step::on(&api).input("check-run", "true").imports(&many(120)).run();
    let check = &api.check_runs()[0];
    // Each import, and once that one name is imported from several modules.
    assert_eq!(check.title.as_deref(), Some("121 findings"));
    assert_eq!((check.annotations.len(), check.updates), (121, 2));
    let mut lines: Vec<String> = check
        .annotations
        .iter()
        .map(|it| format!("{} {}", it["title"], it["start_line"]))
        .collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 121, "each is there once");
}

#[test]
fn what_may_have_been_made_is_not_made_twice() {
    for is_applied in [true, false] {
        let api = Api::start();
        let fault = Fault::status(502).on("POST", "/check-runs");
        api.fail(if is_applied { fault.applied() } else { fault });
        let run = Step::on(&api).input("check-run", "true").run();
        assert_eq!(run.output("degraded"), "", "{run:?}");
        let runs = api.check_runs();
        assert_eq!(runs.len(), 1, "{is_applied}");
        assert_eq!(run.output("check-run-id"), runs[0].id.to_string());
    }
}

/// A batch that may have been appended is not appended again.
#[test]
fn a_lost_batch_is_said_and_not_sent_again() {
    let api = Api::start();
    api.fail(Fault::status(502).on("PATCH", "/check-runs").applied());
    let run = Step::on(&api).input("check-run", "true").imports(&many(70)).run();
    assert_eq!((run.code, run.output("degraded")), (Some(1), "check-run"));
    assert_eq!(api.check_runs()[0].annotations.len(), 71);
}

#[test]
fn each_key_has_its_own() {
    let api = Api::start();
    for key in ["", "wasip1"] {
        Step::on(&api).input("check-run", "true").input("comment-key", key).run();
    }
    let names: Vec<String> = api.check_runs().into_iter().map(|check| check.name).collect();
    assert_eq!(names, ["wasm-import-guard", "wasm-import-guard (wasip1)"]);
}

/// The same commit may have been judged before.
#[test]
fn an_earlier_run_is_not_taken_for_the_one_whose_answer_was_lost() {
    let api = Api::start();
    let step = Step::on(&api).input("check-run", "true");
    let earlier = step.run().output("check-run-id").to_owned();
    api.fail(Fault::status(502).on("POST", "/check-runs"));
    let later = step.set("GITHUB_RUN_ID", "78").run();
    assert_eq!(later.output("degraded"), "");
    assert_ne!(later.output("check-run-id"), earlier);
    assert_eq!(api.check_runs().len(), 2);
}
