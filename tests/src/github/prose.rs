//! What GitHub's description says of requests in words only.

use serde_json::Value;

use super::description::Verdict;
use super::request::Request;

/// "The maximum size is 64 KB": in bytes.
const LONGEST_MESSAGE: usize = 64 * 1024;
/// In characters.
const LONGEST_TITLE: usize = 255;

/// Adds to the verdict what the schemas do not say.
pub(super) fn judge(request: &Request, verdict: &mut Verdict) {
    if verdict.operation.is_none() {
        return;
    }
    if request.headers.get("user-agent").is_none_or(String::is_empty) {
        verdict.of_address.push("there is no User-Agent".to_owned());
    }
    let page = request.query("per_page").and_then(|size| size.parse::<i64>().ok());
    if page.is_some_and(|size| !(1..=100).contains(&size)) {
        verdict.of_address.push("a page has 1 to 100 items: `per_page`".to_owned());
    }
    if let ("POST" | "PATCH", Some(body)) = (request.method.as_str(), &request.body)
        && request.path.contains("/check-runs")
    {
        judge_check_run(body, &mut verdict.of_body);
    }
}

fn judge_check_run(body: &Value, problems: &mut Vec<String>) {
    let is_completed = body["status"] == "completed" || !body["completed_at"].is_null();
    if is_completed && body["conclusion"].is_null() {
        problems.push("a check run that is completed needs a `conclusion`".to_owned());
    }
    if body["conclusion"] == "stale" {
        problems.push("only the service itself concludes `stale`".to_owned());
    }
    let annotations = body["output"]["annotations"].as_array().into_iter().flatten();
    for (index, annotation) in annotations.enumerate() {
        let mut wrong = |what: &str| problems.push(format!("annotation {index}: {what}"));
        let length = |field: &str| annotation[field].as_str().unwrap_or("").len();
        let number = |field: &str| annotation[field].as_i64();
        if length("message") > LONGEST_MESSAGE {
            wrong("`message` is longer than 64 KB");
        }
        if length("raw_details") > LONGEST_MESSAGE {
            wrong("`raw_details` is longer than 64 KB");
        }
        if annotation["title"].as_str().unwrap_or("").chars().count() > LONGEST_TITLE {
            wrong("`title` is longer than 255 characters");
        }
        if number("start_line").is_some_and(|line| line < 1) {
            wrong("`start_line` begins at 1");
        }
        if number("end_line") < number("start_line") {
            wrong("`end_line` is before `start_line`");
        }
        let has_columns = ["start_column", "end_column"].iter().any(|name| number(name).is_some());
        if has_columns && annotation["start_line"] != annotation["end_line"] {
            wrong("columns are for annotations of one line");
        }
        if number("start_column").is_some_and(|column| column < 1) {
            wrong("`start_column` begins at 1");
        }
    }
}
