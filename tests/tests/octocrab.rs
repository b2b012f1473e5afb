//! What octocrab 0.54 does otherwise than GitHub expects. When one of these tests fails, octocrab was mended,
//! and the way around it in `action-src/src/github/api` can go.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

use octocrab::Octocrab;
use octocrab::models::CommentId;
use octocrab::models::checks::CheckRun;
use serde_json::json;
use wasm_import_guard_tests::github::{Api, BOT};

/// It sends POST, which the service does not have there.
#[test]
fn it_cannot_update_a_comment() {
    let api = Api::start();
    let id = api.add_comment(1, BOT, "before");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let builder = Octocrab::builder().base_uri(api.url()).unwrap();
        let client =
            builder.personal_token(api.token().to_owned()).build_with_reqwest(http).unwrap();
        client.issues("example", "edge").update_comment(CommentId(id), "after").await
    });
    assert!(answer.is_err());
    assert_eq!(api.comments(1)[0].body, "before");
    let requests = api.requests();
    assert_eq!((requests[0].method.as_str(), requests[0].status), ("POST", Some(404)));
    assert_eq!(api.violations().len(), 1, "GitHub's description has no such request");
}

/// Its model asks for more than the service promises: the description requires none of the three.
#[test]
fn it_does_not_read_every_answer_to_a_check_run() {
    let answer = json!({
        "id": 4, "node_id": "x", "head_sha": "1111111111111111111111111111111111111111",
        "url": "https://api.github.com/repos/o/n/check-runs/4", "html_url": null,
        "details_url": null, "status": "completed", "conclusion": "neutral",
        "started_at": null, "completed_at": null, "name": "imports", "external_id": "",
        "output": { "title": null, "summary": null, "text": null, "annotations_count": 0 },
        "check_suite": null, "app": null, "pull_requests": [],
    });
    let error = serde_json::from_value::<CheckRun>(answer.clone()).unwrap_err();
    assert!(error.to_string().contains("annotations_url"), "{error}");
    let mut whole = answer;
    whole["output"]["annotations_url"] = "https://api.github.com/x".into();
    serde_json::from_value::<CheckRun>(whole).unwrap();
}
