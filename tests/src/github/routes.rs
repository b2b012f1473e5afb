//! Which request is answered by what.

use serde_json::json;

use super::answer::Answer;
use super::description::Verdict;
use super::request::Request;
use super::state::{Caller, State, not_accessible};
use super::{checks, comments, repository};

/// What an operation is called with.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) caller: &'a Caller,
    /// What is wrong with the body.
    problems: &'a [String],
    /// The address of the operation's page, which errors name.
    pub(super) documentation: &'a str,
}

impl Call<'_> {
    pub(super) fn not_found(&self) -> Answer {
        Answer::not_found(self.documentation)
    }

    /// The body, or the service's answer to one that cannot be used.
    pub(super) fn body(&self) -> Result<&serde_json::Value, Answer> {
        match &self.request.body {
            None => Err(Answer::error(400, "Problems parsing JSON", self.documentation)),
            Some(body) if self.problems.is_empty() => Ok(body),
            Some(_) => {
                let message = format!("Invalid request.\n\n{}", self.problems.join("\n"));
                Err(Answer::error(422, &message, self.documentation))
            }
        }
    }
}

/// The answer to a request. The service looks at the token first, then at what the address names, then
/// at permissions, and at the body last.
pub(super) fn answer(
    state: &mut State,
    request: &Request,
    caller: &Caller,
    verdict: &Verdict,
) -> Answer {
    let documentation = verdict
        .operation
        .map_or("https://docs.github.com/rest", |operation| operation.documentation.as_str());
    let call = Call { request, caller, problems: &verdict.of_body, documentation };
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let result = match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["rate_limit"]) => {
            Ok(Answer::json(200, json!({ "resources": { "core": state.rate(), "search": state.rate() }, "rate": state.rate() })))
        }
        // It is about a user; a workflow's token is none's.
        ("GET", ["user"]) => Err(match caller {
            Caller::Nobody => Answer::error(401, "Requires authentication", documentation),
            Caller::Token(_) => not_accessible(documentation),
        }),
        (method, ["repos", owner, name, rest @ ..])
            // GitHub's names have no case.
            if owner.eq_ignore_ascii_case(&state.setup.owner)
                && name.eq_ignore_ascii_case(&state.setup.name) =>
        {
            in_repository(state, &call, method, rest)
        }
        _ => Err(call.not_found()),
    };
    result.unwrap_or_else(|refusal| refusal)
}

fn in_repository(
    state: &mut State,
    call: &Call<'_>,
    method: &str,
    path: &[&str],
) -> Result<Answer, Answer> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| call.not_found());
    match (method, path) {
        ("GET", []) => Ok(repository::get(state)),
        ("GET", ["issues", issue, "comments"]) => comments::list(state, call, number(issue)?),
        ("POST", ["issues", issue, "comments"]) => comments::create(state, call, number(issue)?),
        ("GET", ["issues", "comments", id]) => comments::get(state, call, number(id)?),
        ("PATCH", ["issues", "comments", id]) => comments::update(state, call, number(id)?),
        ("DELETE", ["issues", "comments", id]) => comments::delete(state, call, number(id)?),
        ("POST", ["check-runs"]) => checks::create(state, call),
        ("GET", ["check-runs", id]) => checks::get(state, call, number(id)?),
        ("PATCH", ["check-runs", id]) => checks::update(state, call, number(id)?),
        ("GET", ["check-runs", id, "annotations"]) => checks::annotations(state, call, number(id)?),
        ("GET", ["commits", sha, "check-runs"]) => Ok(checks::list(state, call, sha)),
        _ => Err(call.not_found()),
    }
}
