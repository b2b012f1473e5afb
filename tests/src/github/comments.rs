//! Comments of issues and pull requests.

use serde_json::{Value, json};

use super::answer::Answer;
use super::paging;
use super::repository::user;
use super::routes::Call;
use super::state::{Permission, State};

/// In characters, not bytes. The description does not have it.
const LONGEST: usize = 65_536;

/// A comment of an issue or pull request.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    /// The number of the issue or pull request.
    pub issue: u64,
    /// The login.
    pub author: String,
    pub body: String,
    /// How many times the body was written anew, with the same text or another.
    pub edits: usize,
    pub created_at: String,
    pub updated_at: String,
}

impl Comment {
    fn json(&self, state: &State) -> Value {
        let page = format!("https://github.com/{}/pull/{}", state.repository(), self.issue);
        json!({
            "id": self.id,
            "node_id": format!("IC_{}", self.id),
            "url": state.address(&format!("issues/comments/{}", self.id)),
            "html_url": format!("{page}#issuecomment-{}", self.id),
            "issue_url": state.address(&format!("issues/{}", self.issue)),
            "user": user(&self.author),
            "body": self.body,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "author_association": "NONE",
            "performed_via_github_app": null,
        })
    }
}

impl State {
    pub(super) fn add_comment(&mut self, issue: u64, author: &str, body: &str) -> &Comment {
        let (id, now) = (self.new_id(), self.tick());
        self.comments.push(Comment {
            id,
            issue,
            author: author.to_owned(),
            body: body.to_owned(),
            edits: 0,
            created_at: now.clone(),
            updated_at: now,
        });
        self.comments.last().unwrap()
    }
}

pub(super) fn list(state: &State, call: &Call<'_>, issue: u64) -> Result<Answer, Answer> {
    known_issue(state, call, issue)?;
    // Times of one form: their texts compare as the times do.
    let since = call.request.query("since").unwrap_or("");
    let listed = state.comments.iter().filter(|comment| comment.issue == issue);
    let listed = listed.filter(|comment| comment.updated_at.as_str() >= since).collect();
    let address = state.address_in_links(&format!("issues/{issue}/comments"));
    let (listed, links) = paging::page(listed, call.request, &address);
    let answer = Answer::json(200, listed.iter().map(|comment| comment.json(state)).collect());
    Ok(match links {
        Some(links) => answer.with("link", links),
        None => answer,
    })
}

pub(super) fn create(state: &mut State, call: &Call<'_>, issue: u64) -> Result<Answer, Answer> {
    known_issue(state, call, issue)?;
    may_write(call)?;
    let text = text(call)?;
    let author = state.setup.app.clone();
    let comment = state.add_comment(issue, &author, text).clone();
    let json = comment.json(state);
    let location = json["url"].as_str().unwrap().to_owned();
    Ok(Answer::json(201, json).with("location", location))
}

pub(super) fn get(state: &State, call: &Call<'_>, id: u64) -> Result<Answer, Answer> {
    let index = position(state, call, id)?;
    Ok(Answer::json(200, state.comments[index].json(state)))
}

pub(super) fn update(state: &mut State, call: &Call<'_>, id: u64) -> Result<Answer, Answer> {
    let index = own(state, call, id)?;
    let text = text(call)?;
    let now = state.tick();
    let comment = &mut state.comments[index];
    text.clone_into(&mut comment.body);
    comment.edits += 1;
    comment.updated_at = now;
    Ok(Answer::json(200, state.comments[index].json(state)))
}

pub(super) fn delete(state: &mut State, call: &Call<'_>, id: u64) -> Result<Answer, Answer> {
    let index = own(state, call, id)?;
    state.comments.remove(index);
    Ok(Answer::nothing())
}

fn known_issue(state: &State, call: &Call<'_>, issue: u64) -> Result<(), Answer> {
    state.setup.pull_requests.contains(&issue).then_some(()).ok_or_else(|| call.not_found())
}

/// A pull request is an issue, too: either permission will do.
fn may_write(call: &Call<'_>) -> Result<(), Answer> {
    let one_of = [Permission::Issues, Permission::PullRequests];
    call.caller.may_write(&one_of, call.documentation)
}

fn position(state: &State, call: &Call<'_>, id: u64) -> Result<usize, Answer> {
    state.comments.iter().position(|comment| comment.id == id).ok_or_else(|| call.not_found())
}

/// The index of a comment that may be changed. The service may let an app change others' comments; what
/// we test must never want to.
fn own(state: &State, call: &Call<'_>, id: u64) -> Result<usize, Answer> {
    let index = position(state, call, id)?;
    may_write(call)?;
    if state.comments[index].author == state.setup.app {
        Ok(index)
    } else {
        Err(super::state::not_accessible(call.documentation))
    }
}

fn text<'a>(call: &'a Call<'_>) -> Result<&'a str, Answer> {
    let text = call.body()?["body"].as_str().unwrap();
    let refused = if text.trim().is_empty() {
        "Body cannot be blank".to_owned()
    } else if text.chars().count() > LONGEST {
        format!("Body is too long (maximum is {LONGEST} characters)")
    } else {
        return Ok(text);
    };
    let error = json!({
        "resource": "IssueComment",
        "code": "unprocessable",
        "field": "data",
        "message": refused,
    });
    Err(Answer::validation_failed(&json!([error]), call.documentation))
}
