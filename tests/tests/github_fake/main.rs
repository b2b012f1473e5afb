//! The fake of GitHub's API does what the service is known to do, and says what it must not be asked.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod client;

use std::time::{Duration, Instant};

use client::{Client, Reply};
use serde_json::{Value, json};
use wasm_import_guard_tests::github::{Api, BOT, Emulate, Fault, Permission};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const COMMENTS: &str = "/repos/example/edge/issues/1/comments";
const CHECK_RUNS: &str = "/repos/example/edge/check-runs";

fn annotation(line: u64) -> Value {
    json!({
        "path": "Cargo.toml",
        "start_line": line,
        "end_line": line,
        "annotation_level": "warning",
        "message": "an import",
    })
}

fn annotations(count: u64) -> Value {
    let annotations: Vec<Value> = (1..=count).map(annotation).collect();
    json!({ "title": "Imports", "summary": "One.", "annotations": annotations })
}

#[test]
fn comments_are_written_changed_and_deleted() {
    let api = Api::start();
    let client = Client::of(&api);
    let created = client.post(COMMENTS, &json!({ "body": "first" }));
    assert_eq!(created.status, 201, "{created:?}");
    let comment = created.json();
    let id = comment["id"].as_u64().unwrap();
    assert!(id > u64::from(u32::MAX));
    assert_eq!(comment["user"]["login"], BOT);
    assert_eq!(comment["user"]["type"], "Bot");
    assert_eq!(comment["performed_via_github_app"], Value::Null);
    assert_eq!(
        comment["html_url"],
        format!("https://github.com/example/edge/pull/1#issuecomment-{id}")
    );
    assert_eq!(created.header("location"), comment["url"]);

    let path = format!("/repos/example/edge/issues/comments/{id}");
    let changed = client.patch(&path, &json!({ "body": "second" }));
    assert_eq!((changed.status, &changed.json()["body"]), (200, &json!("second")));
    assert_eq!(client.get(&path).json(), changed.json());
    assert_ne!(changed.json()["updated_at"], comment["updated_at"]);
    let kept = &api.comments(1)[0];
    assert_eq!((kept.id, kept.author.as_str(), kept.edits), (id, BOT, 1));
    assert_eq!(kept.body, "second");

    assert_eq!(client.send("DELETE", &path, None).unwrap().status, 204);
    assert_eq!(client.get(&path).status, 404);
    assert!(api.comments(1).is_empty());
    assert!(api.comments(2).is_empty());
}

#[test]
fn links_lead_through_all_pages() {
    let api = Api::builder().prefix("/api/v3").start();
    for number in 1..=123 {
        api.add_comment(1, "someone", &format!("comment {number}"));
    }
    let client = Client::of(&api);
    let mut bodies = Vec::new();
    let mut next = Some(format!("{COMMENTS}?per_page=50"));
    while let Some(path) = next {
        let page = client.get(&path);
        assert_eq!(page.status, 200, "{page:?}");
        let comments = page.json();
        let comments = comments.as_array().unwrap().clone();
        bodies.extend(comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()));
        next = page.link("next");
        if let Some(next) = &next {
            // The service names the repository by its number there.
            assert!(next.starts_with(&format!("{}/repositories/", api.url())), "{next}");
            assert!(page.link("last").unwrap().ends_with("per_page=50&page=3"), "{page:?}");
        }
    }
    assert_eq!(bodies, (1..=123).map(|number| format!("comment {number}")).collect::<Vec<_>>());
    let paths: Vec<String> = api.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, [COMMENTS; 3]);
    let pages: Vec<Option<String>> =
        api.requests().iter().map(|request| request.query("page").map(str::to_owned)).collect();
    assert_eq!(pages, [None, Some("2".to_owned()), Some("3".to_owned())]);

    // Thirty are a page where nobody says how many, and a page behind the last is empty.
    assert_eq!(client.get(COMMENTS).json().as_array().unwrap().len(), 30);
    let behind = client.get(&format!("{COMMENTS}?page=6"));
    assert_eq!((behind.json(), behind.link("next")), (json!([]), None));
    // What does not begin with the prefix is not there.
    let root = Client::new(api.url().strip_suffix("/api/v3").unwrap(), api.token());
    assert_eq!(root.get(COMMENTS).status, 404);
    assert_eq!(api.violations().len(), 1);
}

#[test]
fn a_comment_has_at_most_65536_characters() {
    let api = Api::start();
    let client = Client::of(&api);
    // Characters of four bytes: it is not bytes that count.
    let longest = "𝄞".repeat(65_536);
    assert_eq!(client.post(COMMENTS, &json!({ "body": longest })).status, 201);
    let refused = client.post(COMMENTS, &json!({ "body": "a".repeat(65_537) }));
    assert_eq!(refused.status, 422);
    let message = &refused.json()["errors"][0]["message"];
    assert_eq!(*message, "Body is too long (maximum is 65536 characters)");
    assert_eq!(client.post(COMMENTS, &json!({ "body": " " })).status, 422);
    assert_eq!(api.comments(1).len(), 1);
}

#[test]
fn a_check_run_gathers_annotations() {
    let api = Api::start();
    let client = Client::of(&api);
    let body = json!({ "name": "imports", "head_sha": SHA, "output": annotations(50) });
    let created = client.post(CHECK_RUNS, &body);
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["status"], "queued");
    assert!(created.json()["output"]["annotations_url"].is_string());
    let path = format!("{CHECK_RUNS}/{}", created.json()["id"]);
    let body = json!({
        "status": "completed",
        "conclusion": "failure",
        "output": { "summary": "Two.", "annotations": [annotation(51)] },
    });
    let updated = client.patch(&path, &body);
    assert_eq!(updated.status, 200, "{updated:?}");
    assert_eq!(updated.json()["output"]["annotations_count"], 51);

    let run = &api.check_runs()[0];
    assert_eq!((run.name.as_str(), run.head_sha.as_str()), ("imports", SHA));
    assert_eq!((run.status.as_str(), run.conclusion.as_deref()), ("completed", Some("failure")));
    assert_eq!((run.title.as_deref(), run.summary.as_deref()), (Some("Imports"), Some("Two.")));
    let lines = run.annotations.iter().map(|one| one["start_line"].as_u64().unwrap());
    assert_eq!(lines.collect::<Vec<_>>(), (1..=51).collect::<Vec<_>>());
    assert_eq!(run.updates, 1);

    let listed = client.get(&format!("{path}/annotations?per_page=100")).json();
    assert_eq!(listed.as_array().unwrap().len(), 51);
    assert_eq!(client.get(&path).json(), updated.json());

    // Of one name, the latest is listed.
    let body = json!({ "name": "imports", "head_sha": SHA, "conclusion": "neutral" });
    let second = client.post(CHECK_RUNS, &body).json();
    assert_eq!(second["status"], "completed");
    let of_commit = format!("/repos/example/edge/commits/{SHA}/check-runs");
    let listed = client.get(&of_commit).json();
    assert_eq!(listed, json!({ "total_count": 1, "check_runs": [second] }));
    assert_eq!(client.get(&format!("{of_commit}?filter=all")).json()["total_count"], 2);
    assert_eq!(client.get(&format!("{of_commit}?check_name=other")).json()["total_count"], 0);
}

#[test]
fn who_may_what() {
    let api = Api::builder().repository("someone/worker").pull_request(7).read_only().start();
    let comments = "/repos/someone/worker/issues/7/comments";
    let runs = "/repos/someone/worker/check-runs";
    let comment = json!({ "body": "text" });
    let run = json!({ "name": "imports", "head_sha": SHA });
    for token in [api.token(), api.read_only_token()] {
        let client = Client::new(&api.url(), token);
        for refused in [client.post(comments, &comment), client.post(runs, &run)] {
            assert_eq!(refused.status, 403);
            assert_eq!(refused.json()["message"], "Resource not accessible by integration");
            assert!(refused.header("x-accepted-github-permissions").contains("=write"));
        }
        assert_eq!(client.get(comments).json(), json!([]));
    }
    let checks = Client::new(&api.url(), &api.token_that_writes(&[Permission::Checks]));
    assert_eq!(checks.post(comments, &comment).status, 403);
    assert_eq!(checks.post(runs, &run).status, 201);
    let pull_requests =
        Client::new(&api.url(), &api.token_that_writes(&[Permission::PullRequests]));
    assert_eq!(pull_requests.post(comments, &comment).status, 201);
    assert_eq!(pull_requests.post(runs, &run).status, 403);

    let unknown = Client::new(&api.url(), "nobody's").get(comments);
    assert_eq!((unknown.status, &unknown.json()["message"]), (401, &json!("Bad credentials")));
    let nobody = Client { token: None, ..Client::of(&api) };
    assert_eq!(nobody.get(comments).status, 200);
    assert_eq!(nobody.post(comments, &comment).status, 401);

    // A user's own page is none of an app's; others' comments are not, either.
    let user = pull_requests.get("/user");
    assert_eq!(user.status, 403);
    let theirs = api.add_comment(7, "someone", "mine");
    let bots = api.add_comment(7, "dependabot[bot]", "a bot's");
    let ours = api.add_comment(7, BOT, "another workflow's");
    for (id, status) in [(theirs, 403), (bots, 403), (ours, 200)] {
        let path = format!("/repos/someone/worker/issues/comments/{id}");
        assert_eq!(pull_requests.patch(&path, &comment).status, status);
        assert_eq!(pull_requests.get(&path).status, 200);
    }
    assert_eq!(pull_requests.post("/repos/someone/worker/issues/8/comments", &comment).status, 404);
    assert_eq!(pull_requests.get("/repos/someone/else").status, 404);
    let repository = pull_requests.get("/repos/Someone/Worker").json();
    assert_eq!(repository["full_name"], "someone/worker");
    assert_eq!(repository["owner"]["login"], "someone");
    let rate = pull_requests.get("/rate_limit");
    assert_eq!(rate.json()["rate"]["remaining"].to_string(), rate.header("x-ratelimit-remaining"));
}

/// What the description does not allow, with the beginning of what is said of it.
#[test]
fn requests_that_the_description_does_not_allow() {
    let api = Api::start();
    let client = Client::of(&api);
    let id = api.add_comment(1, BOT, "text");
    let violates = |reply: Reply, status: u16, said: &str| {
        assert_eq!(reply.status, status, "{reply:?}");
        let violations = api.violations();
        assert_eq!(violations.len(), 1, "{said}: {violations:?}");
        assert!(violations[0].contains(said), "{violations:?}");
    };
    violates(client.post(COMMENTS, &json!({})), 422, "\"body\" is a required property");
    violates(client.post(COMMENTS, &json!({ "body": 1 })), 422, "/body: ");
    let broken = client.send("POST", COMMENTS, Some("{")).unwrap();
    violates(broken, 400, "the body is not JSON");
    violates(client.send("POST", COMMENTS, None).unwrap(), 400, "there is no body");

    // octocrab 0.54 changes comments in this way.
    let path = format!("/repos/example/edge/issues/comments/{id}");
    let wrong_method = client.post(&path, &json!({ "body": "new" }));
    violates(wrong_method, 404, "the path has DELETE, GET, PATCH only");
    violates(client.get("/repos/example/edge/comment"), 404, "no path of the description");
    violates(client.get(&format!("{COMMENTS}?perpage=100")), 200, "no such parameter");
    violates(client.get(&format!("{COMMENTS}?per_page=many")), 200, "`per_page=many`");
    violates(client.get(&format!("{COMMENTS}?per_page=200")), 200, "1 to 100 items");
    violates(client.get("/repos/example/edge/issues/one/comments"), 404, "`issue_number=one`");

    let run = |changes: Value| {
        let mut body = json!({ "name": "imports", "head_sha": SHA });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        client.post(CHECK_RUNS, &body)
    };
    let with = |field: &str, value: Value| {
        let mut one = annotation(1);
        one[field] = value;
        run(json!({ "output": { "title": "a", "summary": "b", "annotations": [one] } }))
    };
    violates(run(json!({ "output": annotations(51) })), 422, "/output/annotations: ");
    violates(with("annotation_level", json!("error")), 422, "/annotation_level: ");
    violates(with("start_line", json!("1")), 422, "/start_line: ");
    violates(with("level", json!("notice")), 422, "'level' was unexpected");
    violates(with("title", json!("é".repeat(256))), 422, "`title` is longer");
    violates(with("message", json!("a".repeat(65_537))), 422, "`message` is longer");
    violates(with("end_line", json!(0)), 422, "`end_line` is before");
    violates(run(json!({ "status": "completed" })), 422, "needs a `conclusion`");
    violates(run(json!({ "conclusion": "error" })), 422, "/conclusion: ");
    violates(run(json!({ "output": { "summary": "b" } })), 422, "\"title\" is a required property");
    let long = json!({ "title": "a", "summary": "b".repeat(65_536) });
    violates(run(json!({ "output": long })), 422, "/output/summary: ");
    violates(run(json!({ "started_at": "yesterday" })), 422, "/started_at: ");
    assert!(api.check_runs().is_empty());
    assert_eq!(api.comments(1).len(), 1);
}

#[test]
fn a_violation_that_nobody_asked_for_fails_the_test() {
    let api = Api::start();
    Client::of(&api).get("/repos/example/edge/comment");
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(api)));
    let message = *result.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("GET /repos/example/edge/comment: no path"), "{message}");
}

#[test]
fn an_answer_of_a_fault_comes_once_and_on_its_request_only() {
    let api = Api::start();
    let client = Client::of(&api);
    let body = json!({ "body": "text" });
    api.fail(Fault::status(502).on("POST", "/comments"));
    assert_eq!(client.get(COMMENTS).status, 200);
    let failed = client.post(COMMENTS, &body);
    assert_eq!(failed.status, 502);
    assert!(serde_json::from_str::<Value>(&failed.text).is_err());
    assert!(api.comments(1).is_empty());
    assert_eq!(client.post(COMMENTS, &body).status, 201);

    // The write took place, and whoever repeats it has two.
    api.fail(Fault::status(502).on("POST", "/comments").times(2).applied());
    let statuses = [(); 3].map(|()| client.post(COMMENTS, &body).status);
    assert_eq!(statuses, [502, 502, 201]);
    assert_eq!(api.comments(1).len(), 4);

    api.fail(Fault::message(403, "Unable to create comment because issue is locked."));
    let locked = client.post(COMMENTS, &body);
    assert_eq!(locked.status, 403);
    assert!(locked.json()["message"].as_str().unwrap().contains("locked"));

    let statuses: Vec<Option<u16>> = api.requests().iter().map(|request| request.status).collect();
    let expected = [200, 502, 201, 502, 502, 201, 403];
    assert_eq!(statuses, expected.map(Some));
    api.fail(Fault::status(500).always());
    assert_eq!([(); 4].map(|()| client.get(COMMENTS).status), [500; 4]);
}

#[test]
fn rate_limits() {
    let api = Api::start();
    let client = Client::of(&api);
    api.fail(Fault::secondary_rate_limit(429, Some(1)));
    api.fail(Fault::secondary_rate_limit(403, None));
    api.fail(Fault::primary_rate_limit(403, 60));
    let first = client.get(COMMENTS);
    assert_eq!((first.status, first.header("retry-after")), (429, "1"));
    assert_ne!(first.header("x-ratelimit-remaining"), "0");
    let second = client.get(COMMENTS);
    assert_eq!((second.status, second.header("retry-after")), (403, ""));
    assert!(second.json()["message"].as_str().unwrap().contains("secondary rate limit"));
    let third = client.get(COMMENTS);
    assert_eq!((third.status, third.header("x-ratelimit-remaining")), (403, "0"));
    let reset: u64 = third.header("x-ratelimit-reset").parse().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!((now + 50..=now + 60).contains(&reset), "{reset} at {now}");
    assert_eq!(client.get(COMMENTS).status, 200);
}

#[test]
fn connections_that_go_wrong() {
    let api = Api::start();
    let client = Client::of(&api);
    api.fail(Fault::garbage());
    let garbage = client.get(COMMENTS);
    assert_eq!(garbage.status, 200);
    assert!(serde_json::from_str::<Value>(&garbage.text).is_err());

    // A client must not repeat these by itself, so that there is one request for each.
    api.fail(Fault::close().on("POST", "").applied());
    assert!(client.send("POST", COMMENTS, Some(r#"{"body":"text"}"#)).is_err());
    assert_eq!(api.comments(1).len(), 1);

    api.fail(Fault::hang());
    let agent = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_global(Some(Duration::from_millis(300)))
        .build();
    let impatient = Client { agent: agent.into(), ..Client::of(&api) };
    let start = Instant::now();
    assert!(impatient.send("GET", COMMENTS, None).is_err());
    assert!(start.elapsed() >= Duration::from_millis(300));
    let statuses: Vec<Option<u16>> = api.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(200), None, None]);
    assert_eq!(client.get(COMMENTS).status, 200);
}

/// The same requests to our fake and to another's: neither is our own idea of the service alone.
#[test]
fn emulate_answers_alike() {
    let emulate = Emulate::start(&json!({
        "tokens": { "token-of-a-user": { "login": "example", "scopes": ["repo"] } },
        "github": {
            "users": [{ "login": "example" }],
            "repos": [{ "owner": "example", "name": "edge", "auto_init": true }],
        },
    }));
    let user = Client::new(emulate.url(), "token-of-a-user");
    let issue = user.post("/repos/example/edge/issues", &json!({ "title": "a" }));
    assert_eq!((issue.status, &issue.json()["number"]), (201, &json!(1)), "{issue:?}");
    let write = json!({ "issues": "write", "pull_requests": "write", "checks": "write" });
    let read = json!({ "issues": "read", "pull_requests": "read", "checks": "read" });

    // It wants a commit that it has.
    let head =
        user.get("/repos/example/edge/commits").json()[0]["sha"].as_str().unwrap().to_owned();
    let api = Api::start();
    let theirs = conversation(
        &head,
        &Client::new(emulate.url(), &emulate.installation_token(&write)),
        &Client::new(emulate.url(), &emulate.installation_token(&read)),
    );
    let ours =
        conversation(&head, &Client::of(&api), &Client::new(&api.url(), api.read_only_token()));
    assert_eq!(ours, theirs);
    assert_eq!(api.comments(1).len(), 2);
}

/// What a writer and a reader are told. A refusal is not worded alike: the fakes agree on its status.
fn conversation(head: &str, writer: &Client, reader: &Client) -> Vec<(&'static str, u16, Value)> {
    let mut told = Vec::new();
    let mut tell =
        |what, reply: &Reply, value: &Value| told.push((what, reply.status, value.clone()));
    let created = writer.post(COMMENTS, &json!({ "body": "first" }));
    tell("create", &created, &created.json()["body"]);
    let path = format!("/repos/example/edge/issues/comments/{}", created.json()["id"]);
    let changed = writer.patch(&path, &json!({ "body": "changed" }));
    tell("change", &changed, &changed.json()["body"]);
    let second = writer.post(COMMENTS, &json!({ "body": "second" }));
    tell("create again", &second, &second.json()["body"]);
    let third = writer.post(COMMENTS, &json!({ "body": "third" })).json();
    let third = format!("/repos/example/edge/issues/comments/{}", third["id"]);
    tell("delete", &writer.send("DELETE", &third, None).unwrap(), &Value::Null);
    tell("get what was deleted", &writer.get(&third), &Value::Null);

    let page = reader.get(&format!("{COMMENTS}?per_page=1"));
    tell("first page", &page, &page.json()[0]["body"]);
    let next = page.link("next").unwrap();
    let page = reader.get(&next);
    tell("second page", &page, &page.json()[0]["body"]);
    tell("no third page", &page, &json!(page.link("next")));
    let refused = reader.post(COMMENTS, &json!({ "body": "a fork's" }));
    tell("a fork's comment", &refused, &Value::Null);

    let body = json!({ "name": "imports", "head_sha": head, "status": "in_progress" });
    let run = writer.post(CHECK_RUNS, &body);
    tell("check run", &run, &run.json()["status"]);
    let path = format!("{CHECK_RUNS}/{}", run.json()["id"]);
    let body = json!({
        "status": "completed",
        "conclusion": "success",
        "output": { "title": "Imports", "summary": "None.", "annotations": [annotation(1)] },
    });
    let run = writer.patch(&path, &body);
    tell("complete it", &run, &run.json()["conclusion"]);
    let refused = reader.patch(&path, &body);
    tell("a fork's check run", &refused, &Value::Null);
    let runs = reader.get(&format!("/repos/example/edge/commits/{head}/check-runs"));
    tell("list", &runs, &runs.json()["check_runs"][0]["output"]["title"]);
    told
}
