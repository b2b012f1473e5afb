//! Why a request came to nothing, and whether it is worth another try.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use wasm_import_guard::text::printable;

use crate::text::shortened;

/// The longest message of the service that is quoted in full.
const MAX_MESSAGE_CHARACTERS: usize = 300;

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The environment lacks what a request needs; nothing was sent.
    NotPossible(String),
    /// The service says no.
    Refused { status: u16, message: String },
    /// Too many requests; the pause that the service asks for, where it does.
    RateLimited(Option<Duration>),
    /// The service failed. What was asked for may have been done.
    Server(u16),
    /// There is no answer, or none that can be read. What was asked for may have been done.
    Lost(String),
    /// The time that all requests have together is over. The same holds for the last.
    NoTime,
}

impl Failure {
    /// What an answer that is no success means.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap, text: &str) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let pause = header("retry-after").and_then(|value| value.trim().parse().ok());
        let pause = pause.map(Duration::from_secs);
        let is_used_up = header("x-ratelimit-remaining").is_some_and(|left| left.trim() == "0");
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        let message = body["message"].as_str().unwrap_or_default();
        match status.as_u16() {
            429 => Self::RateLimited(pause),
            // The service's second way to say the same.
            403 if pause.is_some() || is_used_up || message.contains("rate limit") => {
                Self::RateLimited(pause)
            }
            status @ 500.. => Self::Server(status),
            status => Self::Refused {
                status,
                message: shortened(&printable(message), MAX_MESSAGE_CHARACTERS),
            },
        }
    }

    pub(super) fn lost(error: &dyn Error) -> Self {
        Self::Lost(innermost(error))
    }

    /// How long to wait before the request is sent for the `attempt`th time more; `None` when that is of no
    /// use, or could do twice what should be done once.
    pub(super) fn pause(&self, attempt: u32, is_safe: bool) -> Option<Duration> {
        match self {
            // What is refused for its rate was not done.
            Self::RateLimited(pause) => *pause,
            Self::Server(_) | Self::Lost(_) if is_safe => {
                Some(Duration::from_secs(1 << attempt.saturating_sub(1).min(4)))
            }
            _ => None,
        }
    }

    /// Whether what was asked for may have been done all the same.
    pub(crate) fn is_doubtful(&self) -> bool {
        matches!(self, Self::Server(_) | Self::Lost(_))
    }

    /// Whether the token may not do what was asked for.
    pub(crate) fn is_missing_permission(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403 | 404, .. })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPossible(message) => f.write_str(message),
            Self::Refused { status, message } if message.is_empty() => {
                write!(f, "GitHub answers {status}")
            }
            Self::Refused { status, message } => write!(f, "GitHub answers {status}: {message}"),
            Self::RateLimited(Some(pause)) => {
                write!(f, "GitHub's rate limit is reached, for {} seconds more", pause.as_secs())
            }
            Self::RateLimited(None) => f.write_str("GitHub's rate limit is reached"),
            Self::Server(status) => write!(f, "GitHub fails with {status}"),
            Self::Lost(message) => write!(f, "no answer from GitHub: {message}"),
            Self::NoTime => f.write_str("GitHub takes too long"),
        }
    }
}

/// What is at the bottom of `error`: the layers above it tell of addresses and of octocrab's own places.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    shortened(&printable(&error.to_string()), MAX_MESSAGE_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::Failure;

    fn of(status: u16, headers: &[(&'static str, &'static str)], text: &str) -> Failure {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.insert(*name, HeaderValue::from_static(value));
        }
        Failure::of(StatusCode::from_u16(status).unwrap(), &all, text)
    }

    #[test]
    fn a_rate_limit_has_two_forms_and_a_missing_permission_is_neither() {
        let pause = Some(Duration::from_secs(7));
        assert_eq!(of(429, &[("retry-after", "7")], ""), Failure::RateLimited(pause));
        assert_eq!(of(403, &[("retry-after", "7")], ""), Failure::RateLimited(pause));
        assert_eq!(of(403, &[("x-ratelimit-remaining", "0")], ""), Failure::RateLimited(None));
        let secondary = r#"{"message": "You have exceeded a secondary rate limit"}"#;
        assert_eq!(of(403, &[], secondary), Failure::RateLimited(None));
        let refused = of(
            403,
            &[("x-ratelimit-remaining", "4999")],
            r#"{"message": "Resource not accessible by integration"}"#,
        );
        assert!(refused.is_missing_permission());
        assert_eq!(
            refused.to_string(),
            "GitHub answers 403: Resource not accessible by integration"
        );
    }

    #[test]
    fn only_what_does_no_harm_is_sent_again() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let bad_gateway = of(502, &[], "<html>");
        assert_eq!(bad_gateway.pause(1, true), seconds(1));
        assert_eq!(bad_gateway.pause(2, true), seconds(2));
        assert_eq!(bad_gateway.pause(1, false), None);
        assert!(bad_gateway.is_doubtful());
        let limited = of(429, &[("retry-after", "3")], "");
        assert_eq!(limited.pause(1, false), seconds(3));
        assert!(!limited.is_doubtful());
        assert_eq!(of(422, &[], "").pause(1, true), None);
    }

    #[test]
    fn a_hostile_message_is_short_and_inert() {
        let text = serde_json::json!({ "message": "::error::\n\u{202e}".repeat(500) }).to_string();
        let shown = of(422, &[], &text).to_string();
        assert!(shown.chars().count() < 400, "{shown}");
        assert!(!shown.contains(['\n', '\u{202e}']), "{shown}");
    }
}
