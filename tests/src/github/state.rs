//! What the fake knows, and the way of a request through it.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::answer::{Answer, Body, Reply};
use super::checks::CheckRun;
use super::comments::Comment;
use super::description::{self, Verdict};
use super::fault::{self, Fault};
use super::prose;
use super::repository::REPOSITORY_ID;
use super::request::Request;
use super::routes;

/// Who writes with a workflow's token.
pub const BOT: &str = "github-actions[bot]";

/// Requests an hour with a workflow's token.
const RATE_LIMIT: usize = 1000;

/// A permission to write, as a workflow's `permissions` name it. Reading is always permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Checks,
    Issues,
    PullRequests,
}

impl Permission {
    pub(super) const ALL: [Self; 3] = [Self::Checks, Self::Issues, Self::PullRequests];

    fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Issues => "issues",
            Self::PullRequests => "pull_requests",
        }
    }
}

/// What a fake is set up with.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) prefix: String,
    pub(super) pull_requests: Vec<u64>,
    /// Who writes with the tokens.
    pub(super) app: String,
}

/// Whose request it is.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// There is no token; a public repository can be read.
    Nobody,
    Token(Vec<Permission>),
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) setup: Setup,
    pub(super) comments: Vec<Comment>,
    pub(super) check_runs: Vec<CheckRun>,
    pub(super) faults: Vec<Fault>,
    pub(super) requests: Vec<Request>,
    pub(super) violations: Vec<String>,
    url: String,
    tokens: Vec<(String, Vec<Permission>)>,
    last_id: u64,
    seconds: u64,
}

impl State {
    pub(super) fn new(setup: Setup, address: SocketAddr) -> Self {
        Self {
            url: format!("http://{address}{}", setup.prefix),
            setup,
            comments: Vec::new(),
            check_runs: Vec::new(),
            faults: Vec::new(),
            requests: Vec::new(),
            violations: Vec::new(),
            tokens: Vec::new(),
            // The service's ids have long been larger than 32 bits hold.
            last_id: 5_000_000_000,
            seconds: 0,
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn repository(&self) -> String {
        format!("{}/{}", self.setup.owner, self.setup.name)
    }

    /// The address of a path of the repository.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}/repos/{}/{path}", self.url, self.repository())
    }

    /// The same as the service's `Link` headers have it: they name the repository by its number.
    pub(super) fn address_in_links(&self, path: &str) -> String {
        format!("{}/repositories/{REPOSITORY_ID}/{path}", self.url)
    }

    pub(super) fn new_token(&mut self, permissions: &[Permission]) -> String {
        let token = format!("fake-token-{}", self.tokens.len() + 1);
        self.tokens.push((token.clone(), permissions.to_vec()));
        token
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The time of a change. Each is a second later than the one before it, so that tests can tell them
    /// apart and see the same times in each run.
    pub(super) fn tick(&mut self) -> String {
        self.seconds += 1;
        let (day, second) = (1 + self.seconds / 86_400, self.seconds % 86_400);
        format!("2026-01-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }

    /// What becomes of a request.
    pub(super) fn receive(&mut self, mut request: Request) -> Reply {
        let reply = self.reply(&mut request);
        let reply = match reply {
            Reply::Answer(answer) => {
                request.status = Some(answer.status);
                Reply::Answer(self.with_common_headers(answer))
            }
            silent => silent,
        };
        self.requests.push(request);
        reply
    }

    fn reply(&mut self, request: &mut Request) -> Reply {
        let what = format!("{} {}", request.method, request.path);
        let Some(path) = request.path.strip_prefix(&self.setup.prefix) else {
            self.violations.push(format!("{what}: it is not below {}", self.setup.prefix));
            return Reply::Answer(Answer::not_found("https://docs.github.com/rest"));
        };
        request.path = self.with_repository_by_name(path);
        let what = format!("{} {}", request.method, request.path);

        let mut verdict = description::description().judge(request);
        prose::judge(request, &mut verdict);
        let problems = verdict.of_address.iter().chain(&verdict.of_body);
        self.violations.extend(problems.map(|problem| format!("{what}: {problem}")));

        let fault = fault::next(&mut self.faults, request);
        if let Some(fault) = &fault {
            if fault.is_applied() {
                self.answer(request, &verdict);
            }
            return fault.reply();
        }
        let answer = self.answer(request, &verdict);
        if let (Some(operation), Body::Json(body)) = (verdict.operation, &answer.body) {
            let problems = operation.judge_answer(answer.status, body);
            let own = format!("{what}: our own answer {}", answer.status);
            self.violations.extend(problems.iter().map(|problem| format!("{own}: {problem}")));
        }
        Reply::Answer(answer)
    }

    fn answer(&mut self, request: &Request, verdict: &Verdict) -> Answer {
        if request.headers.get("user-agent").is_none_or(String::is_empty) {
            let message = "Request forbidden by administrative rules. Please make sure your request \
                           has a User-Agent header.";
            return Answer::error(403, message, "https://docs.github.com/rest");
        }
        match self.caller(request) {
            Ok(caller) => routes::answer(self, request, &caller, verdict),
            Err(refusal) => refusal,
        }
    }

    fn caller(&self, request: &Request) -> Result<Caller, Answer> {
        let Some(header) = request.headers.get("authorization") else { return Ok(Caller::Nobody) };
        let token = header.split_once(' ').and_then(|(scheme, token)| {
            let known = ["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str());
            known.then(|| token.trim())
        });
        let known = self.tokens.iter().find(|(known, _)| Some(known.as_str()) == token);
        known
            .map(|(_, permissions)| Caller::Token(permissions.clone()))
            .ok_or_else(|| Answer::error(401, "Bad credentials", "https://docs.github.com/rest"))
    }

    /// A path of `/repositories/<number>`, as it stands in `Link` headers, in the form of the description.
    fn with_repository_by_name(&self, path: &str) -> String {
        let by_number = format!("/repositories/{REPOSITORY_ID}");
        match path.strip_prefix(&by_number) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                format!("/repos/{}{rest}", self.repository())
            }
            _ => path.to_owned(),
        }
    }

    /// Limits and remaining requests, for headers and for `/rate_limit`.
    pub(super) fn rate(&self) -> Value {
        let used = self.requests.len().min(RATE_LIMIT);
        json!({
            "limit": RATE_LIMIT,
            "remaining": RATE_LIMIT - used,
            "reset": fault::now() + 3600,
            "used": used,
            "resource": "core",
        })
    }

    fn with_common_headers(&self, mut answer: Answer) -> Answer {
        let rate = self.rate();
        let number = self.requests.len() + 1;
        let common = [
            ("server", "github.com".to_owned()),
            ("x-github-request-id", format!("FAKE:{number}")),
            ("x-github-media-type", "github.v3; format=json".to_owned()),
            ("x-github-api-version-selected", "2022-11-28".to_owned()),
            ("x-ratelimit-limit", rate["limit"].to_string()),
            ("x-ratelimit-remaining", rate["remaining"].to_string()),
            ("x-ratelimit-reset", rate["reset"].to_string()),
            ("x-ratelimit-used", rate["used"].to_string()),
            ("x-ratelimit-resource", "core".to_owned()),
        ];
        for (name, value) in common {
            // A fault may say otherwise.
            if !answer.headers.iter().any(|(other, _)| *other == name) {
                answer.headers.push((name, value));
            }
        }
        answer
    }
}

impl Caller {
    /// Whether one of these permissions is there; if not, the answer that says so.
    pub(super) fn may_write(
        &self,
        one_of: &[Permission],
        documentation: &str,
    ) -> Result<(), Answer> {
        match self {
            Self::Nobody => Err(Answer::error(401, "Requires authentication", documentation)),
            Self::Token(permissions) if one_of.iter().any(|one| permissions.contains(one)) => {
                Ok(())
            }
            Self::Token(_) => {
                let accepted: Vec<String> =
                    one_of.iter().map(|one| format!("{}=write", one.name())).collect();
                Err(not_accessible(documentation)
                    .with("x-accepted-github-permissions", accepted.join("; ")))
            }
        }
    }
}

/// What the service tells an app that has not the permission.
pub(super) fn not_accessible(documentation: &str) -> Answer {
    Answer::error(403, "Resource not accessible by integration", documentation)
}
