//! What started the workflow: the event, and the commits and the pull request that it is about.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use serde_json::Value;

/// The largest description of an event that is read; the service's own are smaller than 25 MB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The event that started the workflow, as far as it matters for reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// `pull_request`, `push`, …; empty outside of GitHub Actions.
    pub(crate) name: String,
    pub(crate) pull_request: Option<PullRequest>,
    /// The commit that reports are about: of a pull request its head, not the merge commit that the
    /// service makes for the run.
    pub(crate) head: Option<String>,
    /// What the event itself compares with, where it does.
    pub(crate) base: Option<Base>,
    /// The commit that the service names for the run: of a pull request the merge with its base, of
    /// `pull_request_target` the base.
    pub(crate) own: Option<String>,
    /// A commit that outsiders decide, where the run has the rights of the base all the same.
    pub(crate) outsiders_head: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PullRequest {
    pub(crate) number: u64,
    /// Whether its head is in another repository, so that the run's token only reads.
    pub(crate) is_from_fork: bool,
}

/// What a change goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    Branch(String),
    Commit(String),
}

impl Event {
    /// The event that the runner describes in the environment and in the file it names there. What is
    /// missing or in no form that is known is taken as not given: reports go without it.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| -> Option<String> {
            variable(name)?.into_string().ok().filter(|value| !value.is_empty())
        };
        let described = variable("GITHUB_EVENT_PATH").map(PathBuf::from);
        let described = described.and_then(read_json).unwrap_or_default();
        let branch = text("GITHUB_BASE_REF").map(Base::Branch);
        let mut event = Self::of(&text("GITHUB_EVENT_NAME").unwrap_or_default(), &described);
        event.base = branch.or(event.base);
        event.own = text("GITHUB_SHA").filter(|sha| is_commit(sha));
        event.head = event.head.or_else(|| event.own.clone());
        event
    }

    fn of(name: &str, described: &Value) -> Self {
        let commit = |pointer: &str| {
            let sha = described.pointer(pointer)?.as_str()?;
            is_commit(sha).then(|| sha.to_owned())
        };
        let mut event = Self { name: name.to_owned(), ..Self::default() };
        match name {
            "merge_group" => {
                event.head = commit("/merge_group/head_sha");
                event.base = commit("/merge_group/base_sha").map(Base::Commit);
            }
            "workflow_run" => {
                event.head = commit("/workflow_run/head_sha");
                let repository = |pointer: &str| described.pointer(pointer);
                if repository("/workflow_run/head_repository/full_name")
                    != repository("/repository/full_name")
                {
                    event.outsiders_head.clone_from(&event.head);
                }
                event.pull_request = described
                    .pointer("/workflow_run/pull_requests/0")
                    .and_then(|it| it.get("number")?.as_u64())
                    .map(|number| PullRequest { number, is_from_fork: false });
            }
            _ => {
                event.head = commit("/pull_request/head/sha");
                event.pull_request = described.get("pull_request").and_then(pull_request);
                if name == "pull_request_target" {
                    event.outsiders_head.clone_from(&event.head);
                }
            }
        }
        event
    }
}

fn pull_request(described: &Value) -> Option<PullRequest> {
    let repository = |side: &str| described.pointer(&format!("/{side}/repo/full_name"));
    // The head's repository is null when it was deleted.
    let is_from_fork = described.pointer("/head/repo").is_some()
        && repository("head").is_none_or(|head| Some(head) != repository("base"));
    Some(PullRequest { number: described.get("number")?.as_u64()?, is_from_fork })
}

fn read_json(file: PathBuf) -> Option<Value> {
    let mut text = Vec::new();
    File::open(file).ok()?.take(MAX_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Whether `text` is the full name of a commit: it becomes a part of addresses and of git's arguments.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Base, Event, PullRequest};

    const HEAD: &str = "1111111111111111111111111111111111111111";
    const BASE: &str = "2222222222222222222222222222222222222222";

    #[test]
    fn a_pull_request_is_about_its_head() {
        let event = json!({"pull_request": {
            "number": 7,
            "head": {"sha": HEAD, "repo": {"full_name": "someone/edge"}},
            "base": {"sha": BASE, "repo": {"full_name": "example/edge"}},
        }});
        let fork = PullRequest { number: 7, is_from_fork: true };
        for name in ["pull_request", "pull_request_target"] {
            let event = Event::of(name, &event);
            assert_eq!(event.pull_request, Some(fork.clone()));
            assert_eq!(event.head.as_deref(), Some(HEAD));
            assert_eq!(event.outsiders_head.is_some(), name == "pull_request_target");
        }
    }

    #[test]
    fn a_deleted_repository_is_a_fork_and_the_own_one_is_none() {
        let from = |head: serde_json::Value| {
            let base = json!({"repo": {"full_name": "example/edge"}});
            let event = json!({"pull_request": {"number": 1, "head": head, "base": base}});
            Event::of("pull_request", &event).pull_request.unwrap().is_from_fork
        };
        assert!(from(json!({"repo": null})));
        assert!(!from(json!({"repo": {"full_name": "example/edge"}})));
        assert!(!from(json!({})), "nothing is known");
    }

    #[test]
    fn a_merge_group_names_both_commits() {
        let event = json!({"merge_group": {"head_sha": HEAD, "base_sha": BASE}});
        let event = Event::of("merge_group", &event);
        assert_eq!(event.head.as_deref(), Some(HEAD));
        assert_eq!(event.base, Some(Base::Commit(BASE.to_owned())));
        assert_eq!(event.pull_request, None);
    }

    #[test]
    fn a_finished_workflow_names_pull_requests_of_the_same_repository() {
        let event = json!({"workflow_run": {"head_sha": HEAD, "pull_requests": [{"number": 3}]}});
        let of = Event::of("workflow_run", &event);
        assert_eq!(of.pull_request.as_ref().map(|it| it.number), Some(3));
        let event = json!({
            "workflow_run": {
                "head_sha": HEAD,
                "head_repository": {"full_name": "someone/edge"},
                "pull_requests": [],
            },
            "repository": {"full_name": "example/edge"},
        });
        let fork = Event::of("workflow_run", &event);
        assert_eq!(fork.pull_request, None);
        assert_eq!(fork.outsiders_head.as_deref(), Some(HEAD));
        assert_eq!(of.outsiders_head, None);
    }

    #[test]
    fn what_is_no_commit_is_left_out() {
        for sha in [
            "",
            "main",
            "--upload-pack=x",
            &HEAD[1..],
            &format!("{HEAD}/../x"),
            &format!("../{}", &HEAD[3..]),
        ] {
            let event = json!({"pull_request": {"number": 1, "head": {"sha": sha}}});
            assert_eq!(Event::of("pull_request", &event).head, None, "{sha}");
        }
    }

    #[test]
    fn the_runner_speaks_in_variables_and_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("event.json");
        std::fs::write(&file, json!({"ref": "refs/heads/main"}).to_string()).unwrap();
        let read = |event: &str, base: &str| {
            Event::read(|name| match name {
                "GITHUB_EVENT_NAME" => Some(event.into()),
                "GITHUB_EVENT_PATH" => Some(file.clone().into()),
                "GITHUB_SHA" => Some(HEAD.into()),
                "GITHUB_BASE_REF" => Some(base.into()),
                _ => None,
            })
        };
        let push = read("push", "");
        assert_eq!((push.head.as_deref(), push.base), (Some(HEAD), None));
        assert_eq!(read("pull_request", "main").base, Some(Base::Branch("main".to_owned())));
        assert_eq!(Event::read(|_| None), Event::default());
    }
}
