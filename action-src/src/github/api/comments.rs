//! Comments on pull requests.

use http::Method;
use serde_json::{Value, json};

use super::{Api, Failure, Repeat, id};

/// How many pages of comments are looked through, at 100 comments each.
const MAX_PAGES: u32 = 100;

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    /// The login of who wrote it.
    pub(crate) author: String,
    pub(crate) body: String,
}

impl Api {
    /// The comments on a pull request that begin with `marker`, the oldest first.
    ///
    /// # Errors
    /// When the service does not give them, or there are more than it is sensible to look through.
    pub(crate) fn comments(&self, number: u64, marker: &str) -> Result<Vec<Comment>, Failure> {
        let mut found = Vec::new();
        for page in 1..=MAX_PAGES {
            let rest = format!("issues/{number}/comments?per_page=100&page={page}");
            let answer = self.send(&Method::GET, &self.route(&rest), None, Repeat::Safe)?;
            let Some(comments) = answer.body.as_array() else {
                return Err(Failure::Lost("the answer is no list of comments".to_owned()));
            };
            found.extend(
                comments.iter().filter_map(comment).filter(|it| it.body.starts_with(marker)),
            );
            if !answer.has_next_page {
                return Ok(found);
            }
        }
        Err(Failure::NotPossible("the pull request has too many comments".to_owned()))
    }

    /// Writes a comment.
    ///
    /// # Errors
    /// When the service does not say that it took it.
    pub(crate) fn create_comment(&self, number: u64, body: &str) -> Result<Comment, Failure> {
        let route = self.route(&format!("issues/{number}/comments"));
        let answer =
            self.send(&Method::POST, &route, Some(&json!({ "body": body })), Repeat::Never)?;
        comment(&answer.body).ok_or_else(|| Failure::Lost("the answer is no comment".to_owned()))
    }

    /// Gives a comment another text.
    ///
    /// # Errors
    /// When the service does not say that it took it.
    pub(crate) fn update_comment(&self, comment: u64, body: &str) -> Result<u64, Failure> {
        let route = self.route(&format!("issues/comments/{comment}"));
        let answer =
            self.send(&Method::PATCH, &route, Some(&json!({ "body": body })), Repeat::Safe)?;
        id(&answer)
    }

    /// Takes a comment away.
    ///
    /// # Errors
    /// When the service does not say that it is gone.
    pub(crate) fn delete_comment(&self, comment: u64) -> Result<(), Failure> {
        let route = self.route(&format!("issues/comments/{comment}"));
        self.send(&Method::DELETE, &route, None, Repeat::Never).map(|_| ())
    }
}

fn comment(value: &Value) -> Option<Comment> {
    Some(Comment {
        id: value["id"].as_u64()?,
        author: value["user"]["login"].as_str().unwrap_or_default().to_owned(),
        // The service may give line ends back in another form.
        body: value["body"].as_str().unwrap_or_default().replace("\r\n", "\n"),
    })
}
