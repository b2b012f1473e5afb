//! What can go wrong on demand.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::answer::{Answer, Reply};
use super::request::Request;

/// A fault for a request that is still to come; for the next one, unless it says more.
#[derive(Clone, Debug)]
pub struct Fault {
    kind: Kind,
    method: Option<String>,
    path_contains: String,
    times: usize,
    applied: bool,
}

#[derive(Clone, Debug)]
enum Kind {
    Status(u16),
    Message(u16, String),
    SecondaryRateLimit { status: u16, retry_after: Option<u64> },
    PrimaryRateLimit { status: u16, reset_after: Duration },
    Hang,
    Close,
    Garbage,
}

const RATE_LIMITS: &str =
    "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";

impl Fault {
    /// An answer of this status: from 500 on with a page of HTML, as the service's proxies send it.
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Status(status))
    }

    /// An error of the API with this message, such as 403 for an issue that is locked.
    pub fn message(status: u16, message: &str) -> Self {
        Self::new(Kind::Message(status, message.to_owned()))
    }

    /// Too many requests at a time: 403 or 429, with `Retry-After` in seconds or without it. The hourly
    /// limit is not used up.
    pub fn secondary_rate_limit(status: u16, retry_after: Option<u64>) -> Self {
        Self::new(Kind::SecondaryRateLimit { status, retry_after })
    }

    /// The hourly limit is used up: 403 or 429, `x-ratelimit-remaining: 0`, and the time when it begins
    /// anew in `x-ratelimit-reset`, in seconds since 1970.
    pub fn primary_rate_limit(status: u16, reset_after: Duration) -> Self {
        Self::new(Kind::PrimaryRateLimit { status, reset_after })
    }

    /// No answer; the connection stays open until the fake ends.
    pub fn hang() -> Self {
        Self::new(Kind::Hang)
    }

    /// No answer; the connection is closed.
    pub fn close() -> Self {
        Self::new(Kind::Close)
    }

    /// 200, with a body that is not JSON.
    pub fn garbage() -> Self {
        Self::new(Kind::Garbage)
    }

    /// Only for requests of this method whose path contains this.
    #[must_use]
    pub fn on(mut self, method: &str, path_contains: &str) -> Self {
        self.method = Some(method.to_owned());
        path_contains.clone_into(&mut self.path_contains);
        self
    }

    /// For so many requests.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// For every request from now on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// The request is carried out before this answer is sent: repeating it does it twice.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applied = true;
        self
    }

    fn new(kind: Kind) -> Self {
        Self { kind, method: None, path_contains: String::new(), times: 1, applied: false }
    }

    pub(super) fn is_applied(&self) -> bool {
        self.applied
    }

    pub(super) fn reply(&self) -> Reply {
        let answer = match &self.kind {
            Kind::Hang => return Reply::Silence,
            Kind::Close => return Reply::Close,
            Kind::Garbage => Answer::html(200, "<html><body>Sign in to the network</body></html>"),
            Kind::Status(status @ 500..) => Answer::html(
                *status,
                "<html><body>This page is taking too long to load.</body></html>",
            ),
            Kind::Status(status) => {
                Answer::error(*status, "The fake was told to fail", "https://docs.github.com/rest")
            }
            Kind::Message(status, message) => {
                Answer::error(*status, message, "https://docs.github.com/rest")
            }
            Kind::SecondaryRateLimit { status, retry_after } => {
                let message = "You have exceeded a secondary rate limit. Please wait a few minutes \
                               before you try again.";
                let answer = Answer::error(*status, message, RATE_LIMITS);
                match retry_after {
                    Some(seconds) => answer.with("retry-after", seconds.to_string()),
                    None => answer,
                }
            }
            Kind::PrimaryRateLimit { status, reset_after } => {
                let message = "API rate limit exceeded for installation ID 1.";
                Answer::error(*status, message, RATE_LIMITS)
                    .with("x-ratelimit-remaining", "0")
                    .with("x-ratelimit-reset", (now() + reset_after.as_secs()).to_string())
            }
        };
        Reply::Answer(answer)
    }

    fn concerns(&self, request: &Request) -> bool {
        self.method.as_ref().is_none_or(|method| *method == request.method)
            && request.path.contains(&self.path_contains)
    }
}

/// The fault that this request has, which is one time less to come then.
pub(super) fn next(faults: &mut Vec<Fault>, request: &Request) -> Option<Fault> {
    let index = faults.iter().position(|fault| fault.times > 0 && fault.concerns(request))?;
    faults[index].times -= 1;
    Some(faults[index].clone())
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
