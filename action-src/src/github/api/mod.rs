//! GitHub's REST API, as far as reports need it. octocrab is the client; what it does otherwise than the
//! service expects is seen to here:
//!
//! * Its `update_comment` sends POST, the service has PATCH only: we send requests of our own making.
//! * Its model of a check run asks for fields that the service may leave out, and so fails after the run
//!   was made: we read the answer's `id` and nothing else.
//! * Its retries repeat a POST that may have been heeded, without a pause: ours are below.
//! * Its own HTTP client ignores the proxies that the environment names: reqwest in its place does not.

pub(crate) mod check_runs;
pub(crate) mod comments;
mod failure;

use std::time::{Duration, Instant};

use http::{HeaderMap, Method, StatusCode};
use octocrab::Octocrab;
use serde_json::Value;
use tokio::runtime::Runtime;

pub(crate) use self::failure::Failure;

/// How long a request may take.
const REQUEST_TIME: Duration = Duration::from_secs(15);
/// How long all requests of a run may take together, pauses included: reports must not hold up a job.
const ALL_TIME: Duration = Duration::from_secs(90);
/// How often a request that may be repeated is sent.
const ATTEMPTS: u32 = 3;
/// The longest pause that the service may ask for and get.
const MAX_PAUSE: Duration = Duration::from_secs(20);

/// Where the API is, and who asks.
#[derive(Debug)]
pub(crate) struct Access {
    /// The address of the API; of an enterprise server it has a path (`/api/v3`).
    pub(crate) address: String,
    /// The repository, as `owner/name`.
    pub(crate) repository: String,
    pub(crate) token: Token,
}

/// The environment variable that hands over the token.
pub(crate) const TOKEN_VARIABLE: &str = "INPUT_TOKEN";

/// A token. It is never shown.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

/// The API of one repository.
#[derive(Debug)]
pub(crate) struct Api {
    client: Octocrab,
    runtime: Runtime,
    repository: String,
    is_installation: bool,
    deadline: Instant,
}

/// An answer that is not an error.
#[derive(Debug)]
struct Answer {
    body: Value,
    /// Whether a list goes on on another page.
    has_next_page: bool,
}

/// Whether a request can be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Twice is the same as once.
    Safe,
    /// Twice is one too many.
    Never,
}

impl Access {
    /// The access that the runner and the input `token` describe.
    ///
    /// # Errors
    /// When something is missing, or is not what it should be.
    pub(crate) fn read(
        variable: impl Fn(&str) -> Option<String>,
        token: Token,
    ) -> Result<Self, Failure> {
        let given = |name: &str| {
            variable(name)
                .filter(|value| !value.is_empty())
                .ok_or_else(|| Failure::NotPossible(format!("`{name}` is not set")))
        };
        if token.0.is_empty() {
            return Err(Failure::NotPossible("the input `token` is empty".to_owned()));
        }
        let repository = given("GITHUB_REPOSITORY")?;
        if !is_repository(&repository) {
            let message = "`GITHUB_REPOSITORY` is not of the form `owner/name`".to_owned();
            return Err(Failure::NotPossible(message));
        }
        let address = variable("GITHUB_API_URL").filter(|value| !value.is_empty());
        let address = address.unwrap_or_else(|| "https://api.github.com".to_owned());
        Ok(Self { address, repository, token })
    }
}

impl Api {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, or the system has no certificates to trust.
    pub(crate) fn new(access: Access) -> Result<Self, Failure> {
        let not_possible = |error: &dyn std::error::Error| {
            Failure::NotPossible(format!("no client can be made: {}", failure::innermost(error)))
        };
        // Fails when there is one already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(REQUEST_TIME)
            .timeout(REQUEST_TIME)
            .build()
            .map_err(|error| not_possible(&error))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| not_possible(&error))?;
        // octocrab starts tasks when it is made.
        let client = runtime.block_on(async {
            Octocrab::builder()
                .base_uri(access.address.trim_end_matches('/'))?
                .personal_token(access.token.0.clone())
                .add_header(http::HeaderName::from_static("x-github-api-version"), VERSION.into())
                .build_with_reqwest(http)
        });
        Ok(Self {
            client: client.map_err(|error| not_possible(&error))?,
            runtime,
            repository: access.repository,
            // The service's prefix for tokens of an app's installation, such as the job's own.
            is_installation: access.token.0.starts_with("ghs_"),
            deadline: Instant::now() + ALL_TIME,
        })
    }

    /// Who the token speaks as; `None` for an app, which the API does not tell.
    ///
    /// # Errors
    /// When the API does not answer.
    pub(crate) fn login(&self) -> Result<Option<String>, Failure> {
        if self.is_installation {
            return Ok(None);
        }
        match self.send(&Method::GET, "/user", None, Repeat::Safe) {
            Ok(answer) => Ok(answer.body["login"].as_str().map(str::to_owned)),
            Err(Failure::Refused { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The path of something that belongs to the repository.
    fn route(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.repository)
    }

    /// Sends a request, again where that can do no harm and may help.
    fn send(
        &self,
        method: &Method,
        route: &str,
        body: Option<&Value>,
        repeat: Repeat,
    ) -> Result<Answer, Failure> {
        self.runtime.block_on(async {
            let mut attempt = 1;
            loop {
                let left = self.deadline.saturating_duration_since(Instant::now());
                let sent = tokio::time::timeout(left, self.send_once(method, route, body)).await;
                let failure = match sent.unwrap_or(Err(Failure::NoTime)) {
                    Ok(answer) => return Ok(answer),
                    Err(failure) => failure,
                };
                let pause = failure.pause(attempt, repeat == Repeat::Safe);
                match pause {
                    // A pause beyond the deadline would hold up the job for nothing.
                    Some(pause)
                        if attempt < ATTEMPTS
                            && pause <= MAX_PAUSE
                            && Instant::now() + pause < self.deadline =>
                    {
                        tokio::time::sleep(pause).await;
                        attempt += 1;
                    }
                    _ => return Err(failure),
                }
            }
        })
    }

    async fn send_once(
        &self,
        method: &Method,
        route: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let sent = match *method {
            Method::GET => self.client._get(route).await,
            Method::POST => self.client._post(route, body).await,
            Method::PATCH => self.client._patch(route, body).await,
            _ => self.client._delete(route, None::<&()>).await,
        };
        let response = sent.map_err(|error| Failure::lost(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = self.client.body_to_string(response).await;
        if !status.is_success() {
            return Err(Failure::of(status, &headers, &text.unwrap_or_default()));
        }
        let text = text.map_err(|error| Failure::lost(&error))?;
        let body = if status == StatusCode::NO_CONTENT {
            Value::Null
        } else {
            serde_json::from_str(&text)
                .map_err(|_| Failure::Lost("the answer is not JSON".to_owned()))?
        };
        Ok(Answer { body, has_next_page: has_next_page(&headers) })
    }
}

/// The version of the API that the requests are written for.
const VERSION: &str = "2022-11-28";

fn has_next_page(headers: &HeaderMap) -> bool {
    let links = headers.get_all(http::header::LINK).iter();
    links.filter_map(|value| value.to_str().ok()).any(|link| link.contains("rel=\"next\""))
}

/// Whether `text` names a repository: it becomes a part of addresses.
fn is_repository(text: &str) -> bool {
    let is_name = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !matches!(part, "" | "." | "..") && part.chars().all(plain)
    };
    text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

/// The `id` of what was made.
fn id(answer: &Answer) -> Result<u64, Failure> {
    let id = answer.body["id"].as_u64();
    id.ok_or_else(|| Failure::Lost("the answer has no `id`".to_owned()))
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Access, Api, Failure, Token, is_repository};

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        for name in ["o/n", "octo-org/.github", "a/b_c.d"] {
            assert!(is_repository(name), "{name}");
        }
        for name in
            ["", "o", "o/", "/n", "o/n/x", "o/..", "../n", "o/n?x=1", "o/n#", "o/n\n", "ö/n"]
        {
            assert!(!is_repository(name), "{name}");
        }
    }

    #[test]
    fn access_needs_a_repository_and_a_token() {
        let variable = |name: &str| (name == "GITHUB_REPOSITORY").then(|| "o/n".to_owned());
        let access = Access::read(variable, Token("secret".to_owned())).unwrap();
        assert_eq!(access.address, "https://api.github.com");
        assert!(!format!("{access:?}").contains("secret"));
        for (repository, token) in [("o/n", ""), ("", "t"), ("x", "t")] {
            let variable =
                |name: &str| (name == "GITHUB_REPOSITORY").then(|| repository.to_owned());
            let refused = Access::read(variable, Token(token.to_owned()));
            assert!(matches!(refused, Err(Failure::NotPossible(_))), "{repository} {token}");
        }
    }

    #[test]
    fn when_the_time_of_all_requests_is_over_nothing_is_waited_for() {
        let token = Token("t".to_owned());
        let (address, repository) = ("http://127.0.0.1:9".to_owned(), "o/n".to_owned());
        let mut api = Api::new(Access { address, repository, token }).unwrap();
        api.deadline = Instant::now();
        let begin = Instant::now();
        assert!(api.login().is_err());
        // The first pause would be of one second.
        assert!(begin.elapsed().as_millis() < 1_000, "{:?}", begin.elapsed());
    }
}
