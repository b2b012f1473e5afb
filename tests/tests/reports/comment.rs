//! One comment, which each run brings up to date.

use wasm_import_guard_tests::github::{Api, BOT, Comment};

use crate::step::Step;

const MARKER: &str = "<!-- wasm-import-guard comment  -->\n";

fn only(api: &Api) -> Comment {
    let comments = api.comments(1);
    let [comment] = &comments[..] else { panic!("{comments:?}") };
    comment.clone()
}

fn count(api: &Api, method: &str) -> usize {
    api.requests().iter().filter(|request| request.method == method).count()
}

#[test]
fn it_begins_stays_changes_and_is_resolved() {
    let api = Api::start();
    let step = Step::on(&api).input("comment", "on-findings");
    let first = step.run();
    assert_eq!((first.code, first.output("degraded")), (Some(1), ""), "{first:?}");
    let begun = only(&api);
    assert_eq!(first.output("comment-id"), begun.id.to_string());
    assert_eq!(begun.author, BOT);
    assert!(begun.body.starts_with(MARKER), "{}", begun.body);
    for said in
        ["| deny | ", "`host0`", "`app 0.1.0` → `host-sys 0.1.0`", "```mermaid", "**What to do**"]
    {
        assert!(begun.body.contains(said), "{said} is not in {}", begun.body);
    }

    let again = step.run();
    assert_eq!(again.output("comment-id"), begun.id.to_string());
    let now = only(&api);
    assert_eq!((now.id, now.edits), (begun.id, 0), "nothing has changed");
    assert_eq!((count(&api, "POST"), count(&api, "PATCH")), (1, 0));

    let step = step.imports(&["close", "write"]);
    step.run();
    let now = only(&api);
    assert_eq!((now.id, now.edits), (begun.id, 1));
    assert!(now.body.contains("`host1`"), "{}", now.body);

    let step = step.imports(&["harmless"]);
    let fixed = step.run();
    assert_eq!((fixed.code, fixed.output("comment-id")), (Some(0), &*begun.id.to_string()));
    let now = only(&api);
    assert!(now.body.contains("**Resolved**: the findings that stood here are gone."), "{now:?}");
    assert!(!now.body.contains("| deny | "), "{}", now.body);
    step.run();
    assert_eq!(only(&api).edits, 2, "resolved once is enough");

    step.imports(&["read"]).run();
    let now = only(&api);
    assert_eq!((now.id, now.edits), (begun.id, 3));
    assert!(!now.body.contains("**Resolved**"), "{}", now.body);
    assert_eq!((count(&api, "POST"), count(&api, "DELETE")), (1, 0));
}

#[test]
fn without_a_finding_it_begins_only_for_those_who_always_want_it() {
    let api = Api::start();
    let clean = || Step::on(&api).imports(&["harmless"]);
    let never = clean().run();
    assert_eq!((api.requests().len(), never.output("comment-id")), (0, ""));
    let on_findings = clean().input("comment", "on-findings").run();
    assert_eq!((on_findings.output("comment-id"), on_findings.output("degraded")), ("", ""));
    assert_eq!(api.comments(1).len(), 0);
    clean().input("comment", "always").run();
    let comment = only(&api);
    assert!(comment.body.contains("0 denied") && !comment.body.contains("Resolved"), "{comment:?}");
    clean().input("comment", "always").run();
    assert_eq!(only(&api).edits, 0);
}

/// Where nothing could be analysed, what was found before is not called resolved.
#[test]
fn a_run_that_fails_says_so_in_the_comment_that_is_there() {
    let api = Api::start();
    let step = Step::on(&api).input("comment", "on-findings");
    step.run();
    let step = step.file("Cargo.toml", "[package]\nname = ");
    let failed = step.run();
    assert_eq!((failed.code, failed.output("conclusion")), (Some(2), "error"));
    let comment = only(&api);
    assert!(comment.body.contains("was **not analysed**"), "{}", comment.body);
    assert!(!comment.body.contains("Resolved"), "{}", comment.body);

    let other = Api::start();
    Step::on(&other).input("comment", "on-findings").file("Cargo.toml", "[").run();
    assert_eq!(other.comments(1).len(), 0, "it does not begin one");
}

/// Anybody can write what our comments begin with.
#[test]
fn what_others_wrote_is_left_alone() {
    let api = Api::start();
    let forged = format!("{MARKER}<!-- findings -->\nall is well");
    let others = ["mallory", "helpful-app[bot]", "github-actions"]
        .map(|author| api.add_comment(1, author, &forged));
    let step = Step::on(&api).input("comment", "on-findings");
    let id = step.run().output("comment-id").to_owned();
    step.imports(&["harmless"]).run();
    let comments = api.comments(1);
    assert_eq!(comments.len(), 4);
    for comment in comments {
        if others.contains(&comment.id) {
            assert_eq!((comment.body, comment.edits), (forged.clone(), 0));
        } else {
            assert_eq!((comment.id.to_string(), comment.edits), (id.clone(), 1));
        }
    }
}

#[test]
fn it_is_found_behind_many_others() {
    let api = Api::start();
    for number in 0..250 {
        api.add_comment(1, "reviewer", &format!("remark {number}"));
    }
    let step = Step::on(&api).input("comment", "always");
    let id = step.run().output("comment-id").to_owned();
    for number in 0..120 {
        api.add_comment(1, "reviewer", &format!("answer {number}"));
    }
    assert_eq!(step.run().output("comment-id"), id);
    let ours = api.comments(1).into_iter().filter(|comment| comment.author == BOT).count();
    assert_eq!(ours, 1);
}

/// Two runs at the same time may begin one each.
#[test]
fn a_twin_goes() {
    let api = Api::start();
    let first = api.add_comment(1, BOT, &format!("{MARKER}old"));
    api.add_comment(1, BOT, &format!("{MARKER}older run, later comment"));
    let quoting = format!("another action's, about\n{MARKER}");
    api.add_comment(1, BOT, &quoting);
    let run = Step::on(&api).input("comment", "on-findings").run();
    assert_eq!(run.output("comment-id"), first.to_string());
    let comments = api.comments(1);
    assert_eq!(comments.len(), 2, "{comments:?}");
    assert!(comments[0].body.contains("| deny |") && comments[1].body == quoting);
}

#[test]
fn each_key_has_its_own() {
    let api = Api::start();
    let keys = ["", "wasip1 --> release", "wasip1-->release", "[x](https://example.com) @octocat"];
    for _ in 0..2 {
        for key in keys {
            Step::on(&api).input("comment", "always").input("comment-key", key).run();
        }
    }
    let comments = api.comments(1);
    assert_eq!(comments.len(), keys.len(), "{comments:?}");
    assert!(comments.iter().all(|comment| comment.edits == 0));
    for comment in comments {
        let (marker, _) = comment.body.split_once('\n').unwrap();
        assert!(marker.ends_with(" -->") && marker.matches("--").count() == 2, "{marker}");
    }
}

/// The service may give a text back with other line ends, and without those at its end.
#[test]
fn other_line_ends_are_no_change() {
    let (first, api) = (Api::start(), Api::start());
    let step = Step::on(&first).input("comment", "on-findings");
    step.run();
    let body = only(&first).body.trim_end().replace('\n', "\r\n");
    let id = api.add_comment(1, BOT, &body);
    let given = step.set("GITHUB_API_URL", &api.url()).input("token", api.token()).run();
    assert_eq!(given.output("comment-id"), id.to_string());
    assert_eq!((only(&api).body, only(&api).edits), (body, 0));
}

/// It learns its name from the answer to its comment.
#[test]
fn an_app_of_another_name_keeps_to_one() {
    let api = Api::builder().app("imports[bot]").start();
    let step = Step::on(&api).input("comment", "on-findings");
    let first = step.run().output("comment-id").to_owned();
    let second = step.imports(&["write"]).run();
    assert_eq!((second.output("comment-id"), second.output("degraded")), (&*first, ""));
    let comment = only(&api);
    assert_eq!((comment.id.to_string(), comment.author.as_str()), (first, "imports[bot]"));
    assert!(comment.body.contains("`write`"), "{}", comment.body);
}
