//! Answers, and the errors that the service words the same everywhere.

use serde_json::{Value, json};

/// What is sent for a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Beside those that every answer has.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Body {
    Json(Value),
    Html(&'static str),
    None,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Reply {
    Answer(Answer),
    /// No answer, and the connection stays open.
    Silence,
    /// No answer, and the connection is closed.
    Close,
}

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(super) fn html(status: u16, body: &'static str) -> Self {
        Self { status, headers: Vec::new(), body: Body::Html(body) }
    }

    pub(super) fn nothing() -> Self {
        Self { status: 204, headers: Vec::new(), body: Body::None }
    }

    /// An error as the service words it. `documentation` is the address of the operation's page.
    pub(super) fn error(status: u16, message: &str, documentation: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": documentation,
            "status": status.to_string(),
        });
        Self::json(status, body)
    }

    pub(super) fn not_found(documentation: &str) -> Self {
        Self::error(404, "Not Found", documentation)
    }

    /// A body that is well formed, but says what cannot be.
    pub(super) fn validation_failed(errors: &Value, documentation: &str) -> Self {
        let mut answer = Self::error(422, "Validation Failed", documentation);
        if let Body::Json(body) = &mut answer.body {
            body["errors"] = errors.clone();
        }
        answer
    }

    #[must_use]
    pub(super) fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }
}
