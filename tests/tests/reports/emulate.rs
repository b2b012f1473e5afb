//! The same on a fake of GitHub that others wrote.

use serde_json::{Value, json};
use wasm_import_guard_tests::github::Emulate;

use crate::step::{HEAD, Step};

const USER_TOKEN: &str = "token-of-a-user";

struct Service(Emulate);

impl Service {
    fn start() -> Self {
        let service = Self(Emulate::start(&json!({
            "tokens": { USER_TOKEN: { "login": "example", "scopes": ["repo"] } },
            "github": {
                "users": [{ "login": "example" }],
                "repos": [{ "owner": "example", "name": "edge", "auto_init": true }],
            },
        })));
        let issue =
            service.send("POST", "issues", &json!({ "title": "stands for a pull request" }));
        assert_eq!(issue["number"], 1);
        service
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let address = format!("{}/repos/example/edge/{path}", self.0.url());
        let request = ureq::http::Request::builder().method(method).uri(address);
        let request = request.header("authorization", format!("Bearer {USER_TOKEN}"));
        let agent: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
        let mut response = match method {
            "GET" => agent.run(request.body(()).unwrap()),
            _ => agent.run(request.body(body.to_string()).unwrap()),
        }
        .unwrap();
        serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap()
    }

    fn comments(&self) -> Vec<(String, String)> {
        let comments = self.send("GET", "issues/1/comments?per_page=100", &Value::Null);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let comment = |it: &Value| (text(&it["user"]["login"]), text(&it["body"]));
        comments.as_array().unwrap().iter().map(comment).collect()
    }

    fn step(&self, token: &str) -> Step {
        Step::at(self.0.url(), token).input("comment", "on-findings")
    }
}

/// A token of a workflow, one of a user, and one that only reads.
#[test]
fn each_token_has_one_comment_of_its_own_and_a_reader_none() {
    let service = Service::start();
    let write = json!({ "issues": "write", "pull_requests": "write", "checks": "write" });
    let read = json!({ "issues": "read", "pull_requests": "read", "checks": "read" });
    let workflow = service.0.installation_token(&write);
    for token in [&workflow, USER_TOKEN] {
        for _ in 0..2 {
            let given = service.step(token).run();
            assert_eq!((given.code, given.output("degraded")), (Some(1), ""), "{}", given.stdout);
        }
    }
    let authors: Vec<String> = service.comments().into_iter().map(|(author, _)| author).collect();
    assert_eq!(authors, ["github-actions[bot]", "example"]);

    let reader = service.0.installation_token(&read);
    let given = service.step(&reader).imports(&["write"]).run();
    assert_eq!((given.code, given.output("degraded")), (Some(1), "comment"), "{}", given.stdout);
    assert!(given.stdout.contains("`permissions: pull-requests: write`"), "{}", given.stdout);

    let fixed = service.step(&workflow).imports(&["harmless"]).run();
    assert_eq!((fixed.code, fixed.output("degraded")), (Some(0), ""));
    let comments = service.comments();
    assert_eq!(comments.len(), 2);
    assert!(comments[0].1.contains("**Resolved**") && comments[1].1.contains("| deny |"));
}

#[test]
fn a_check_run_is_made() {
    let service = Service::start();
    let write = json!({ "checks": "write" });
    // It knows the commits that it has made itself.
    let branch = service.send("GET", "branches/main", &Value::Null);
    let head = branch["commit"]["sha"].as_str().unwrap_or(HEAD).to_owned();
    let step = Step::at(service.0.url(), &service.0.installation_token(&write));
    let step = step.event("push", &json!({})).set("GITHUB_SHA", &head).input("check-run", "true");
    let given = step.run();
    assert_eq!((given.code, given.output("degraded")), (Some(1), ""), "{}", given.stdout);
    let id = given.output("check-run-id");
    let check = service.send("GET", &format!("check-runs/{id}"), &Value::Null);
    assert_eq!((&check["conclusion"], &check["head_sha"]), (&json!("failure"), &json!(head)));
    assert_eq!(check["output"]["annotations_count"], 1);
}
