//! Check runs.

use serde_json::{Value, json};

use super::answer::Answer;
use super::paging;
use super::repository::{app, user};
use super::routes::Call;
use super::state::{BOT, Permission, State};

/// A check run of a commit.
#[derive(Clone, Debug)]
pub struct CheckRun {
    pub id: u64,
    pub name: String,
    pub head_sha: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub text: Option<String>,
    pub details_url: Option<String>,
    pub external_id: Option<String>,
    /// Those of all requests for this run, in order, as they came.
    pub annotations: Vec<Value>,
    pub started_at: String,
    pub completed_at: Option<String>,
    /// How many times it was changed.
    pub updates: usize,
}

impl CheckRun {
    /// Takes over what the body of a request has; what it has not stays.
    fn take(&mut self, body: &Value, now: &str) {
        let take = |field: &mut Option<String>, value: &Value| {
            if let Some(value) = value.as_str() {
                *field = Some(value.to_owned());
            }
        };
        if let Some(name) = body["name"].as_str() {
            name.clone_into(&mut self.name);
        }
        if let Some(status) = body["status"].as_str() {
            status.clone_into(&mut self.status);
            if status != "completed" {
                // It runs again.
                (self.conclusion, self.completed_at) = (None, None);
            }
        }
        if let Some(started_at) = body["started_at"].as_str() {
            started_at.clone_into(&mut self.started_at);
        }
        take(&mut self.details_url, &body["details_url"]);
        take(&mut self.external_id, &body["external_id"]);
        take(&mut self.conclusion, &body["conclusion"]);
        take(&mut self.completed_at, &body["completed_at"]);
        if self.conclusion.is_some() {
            "completed".clone_into(&mut self.status);
            self.completed_at.get_or_insert_with(|| now.to_owned());
        }
        let output = &body["output"];
        take(&mut self.title, &output["title"]);
        take(&mut self.summary, &output["summary"]);
        take(&mut self.text, &output["text"]);
        // Fifty are the most of one request: those of the next come to them.
        self.annotations.extend(output["annotations"].as_array().into_iter().flatten().cloned());
    }

    fn json(&self, state: &State) -> Value {
        let url = state.address(&format!("check-runs/{}", self.id));
        let page = format!("https://github.com/{}/runs/{}", state.repository(), self.id);
        json!({
            "id": self.id,
            "name": self.name,
            "node_id": format!("CR_{}", self.id),
            "head_sha": self.head_sha,
            "external_id": self.external_id.as_deref().unwrap_or(""),
            "url": url,
            "html_url": page,
            "details_url": self.details_url.as_deref().unwrap_or(&page),
            "status": self.status,
            "conclusion": self.conclusion,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
            "output": {
                "title": self.title,
                "summary": self.summary,
                "text": self.text,
                "annotations_count": self.annotations.len(),
                "annotations_url": format!("{url}/annotations"),
            },
            "check_suite": { "id": 1 },
            "app": app(&user(BOT)),
            // Those of forks are not found by the service, and ours is none's branch.
            "pull_requests": [],
        })
    }
}

pub(super) fn create(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    call.caller.may_write(&[Permission::Checks], call.documentation)?;
    let body = call.body()?;
    let head_sha = body["head_sha"].as_str().unwrap();
    if head_sha.len() != 40 || !head_sha.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("No commit found for SHA: {head_sha}");
        return Err(Answer::error(422, &message, call.documentation));
    }
    let (id, now) = (state.new_id(), state.tick());
    let mut run = CheckRun {
        id,
        name: String::new(),
        head_sha: head_sha.to_owned(),
        status: "queued".to_owned(),
        conclusion: None,
        title: None,
        summary: None,
        text: None,
        details_url: None,
        external_id: None,
        annotations: Vec::new(),
        started_at: now.clone(),
        completed_at: None,
        updates: 0,
    };
    run.take(body, &now);
    let json = run.json(state);
    let location = json["url"].as_str().unwrap().to_owned();
    state.check_runs.push(run);
    Ok(Answer::json(201, json).with("location", location))
}

pub(super) fn get(state: &State, call: &Call<'_>, id: u64) -> Result<Answer, Answer> {
    let index = position(state, call, id)?;
    Ok(Answer::json(200, state.check_runs[index].json(state)))
}

pub(super) fn update(state: &mut State, call: &Call<'_>, id: u64) -> Result<Answer, Answer> {
    let index = position(state, call, id)?;
    call.caller.may_write(&[Permission::Checks], call.documentation)?;
    let body = call.body()?;
    let now = state.tick();
    let run = &mut state.check_runs[index];
    run.take(body, &now);
    run.updates += 1;
    Ok(Answer::json(200, state.check_runs[index].json(state)))
}

pub(super) fn annotations(state: &State, call: &Call<'_>, id: u64) -> Result<Answer, Answer> {
    let run = &state.check_runs[position(state, call, id)?];
    let address = state.address_in_links(&format!("check-runs/{id}/annotations"));
    let (listed, links) = paging::page(run.annotations.iter().collect(), call.request, &address);
    let listed = listed.into_iter().map(|annotation| {
        let path = annotation["path"].as_str().unwrap_or_default();
        json!({
            "path": path,
            "blob_href": format!(
                "https://github.com/{}/blob/{}/{path}", state.repository(), run.head_sha
            ),
            "start_line": annotation["start_line"],
            "end_line": annotation["end_line"],
            "start_column": annotation["start_column"],
            "end_column": annotation["end_column"],
            "annotation_level": annotation["annotation_level"],
            "title": annotation["title"],
            "message": annotation["message"],
            "raw_details": annotation["raw_details"],
        })
    });
    Ok(linked(Answer::json(200, listed.collect()), links))
}

pub(super) fn list(state: &State, call: &Call<'_>, sha: &str) -> Answer {
    let wanted =
        |parameter, value: &str| call.request.query(parameter).is_none_or(|wanted| wanted == value);
    let of_commit = state.check_runs.iter().filter(|run| run.head_sha == sha);
    let runs: Vec<&CheckRun> = of_commit
        .filter(|run| wanted("check_name", &run.name) && wanted("status", &run.status))
        .collect();
    // Without `filter=all`, the latest of each name.
    let latest = |run: &&CheckRun| {
        let newer = runs.iter().any(|other| other.name == run.name && other.id > run.id);
        call.request.query("filter") == Some("all") || !newer
    };
    let listed: Vec<&CheckRun> = runs.iter().copied().filter(latest).collect();
    let total = listed.len();
    let address = state.address_in_links(&format!("commits/{sha}/check-runs"));
    let (listed, links) = paging::page(listed, call.request, &address);
    let listed: Vec<Value> = listed.iter().map(|run| run.json(state)).collect();
    linked(Answer::json(200, json!({ "total_count": total, "check_runs": listed })), links)
}

fn linked(answer: Answer, links: Option<String>) -> Answer {
    match links {
        Some(links) => answer.with("link", links),
        None => answer,
    }
}

fn position(state: &State, call: &Call<'_>, id: u64) -> Result<usize, Answer> {
    state.check_runs.iter().position(|run| run.id == id).ok_or_else(|| call.not_found())
}
