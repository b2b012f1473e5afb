//! The comment on the pull request: one, which each run brings up to date.

use std::fmt::Write as _;

use crate::github::api::comments::Comment;
use crate::github::api::{Api, Failure};

/// Who the token of a workflow speaks as.
const WORKFLOW: &str = "github-actions[bot]";
/// A comment that tells of findings.
const FINDINGS: &str = "<!-- findings -->\n";
/// A comment that told of findings once.
const RESOLVED: &str = "<!-- resolved -->\n";

/// What a run has to say.
#[derive(Debug)]
pub(super) struct Words<'a> {
    /// The report, as markdown.
    pub(super) report: &'a str,
    pub(super) has_findings: bool,
    /// Whether it is said where there is no comment yet.
    pub(super) begins: bool,
    /// Tells uses on the same pull request apart.
    pub(super) key: &'a str,
}

/// Writes the comment on pull request `number`, or brings it up to date; gives its number, none where there
/// is no comment.
///
/// # Errors
/// When the service does not say that it took it.
pub(super) fn write(api: &Api, number: u64, words: &Words<'_>) -> Result<Option<u64>, Failure> {
    let marker = marker(words.key);
    let login = api.login()?;
    let is_ours = |comment: &Comment| comment.author == login.as_deref().unwrap_or(WORKFLOW);
    let known = api.comments(number, &marker)?;
    let mut ours = known.iter().filter(|comment| is_ours(comment));
    let Some(first) = ours.next() else {
        if !words.begins {
            return Ok(None);
        }
        let made = create(api, number, &words.body(&marker, None), &marker, &known)?;
        return settle(api, &made, &known, login.is_some()).map(Some);
    };
    let body = words.body(&marker, Some(&first.body));
    if body.trim_end() != first.body.trim_end() {
        api.update_comment(first.id, &body)?;
    }
    // Two runs at the same time may have begun one each.
    for twin in ours {
        api.delete_comment(twin.id)?;
    }
    Ok(Some(first.id))
}

/// Begins the comment; once more only when it is sure that the first time began none.
fn create(
    api: &Api,
    number: u64,
    body: &str,
    marker: &str,
    known: &[Comment],
) -> Result<Comment, Failure> {
    match api.create_comment(number, body) {
        Err(failure) if failure.is_doubtful() => {
            let is_new = |comment: &Comment| {
                comment.body.trim_end() == body.trim_end()
                    && known.iter().all(|it| it.id != comment.id)
            };
            let made = api.comments(number, marker)?.into_iter().find(is_new);
            made.map_or_else(|| api.create_comment(number, body), Ok)
        }
        made => made,
    }
}

/// An app learns its name from the answer to its first comment. An older one of its own is brought up to
/// date then, and the new one goes.
fn settle(
    api: &Api,
    made: &Comment,
    known: &[Comment],
    knew_own_name: bool,
) -> Result<u64, Failure> {
    let older = known.iter().find(|comment| !knew_own_name && comment.author == made.author);
    let Some(older) = older else { return Ok(made.id) };
    api.update_comment(older.id, &made.body)?;
    api.delete_comment(made.id)?;
    Ok(older.id)
}

impl Words<'_> {
    /// The whole comment, in the place of `before`.
    fn body(&self, marker: &str, before: Option<&str>) -> String {
        let told = |state: &str| before.is_some_and(|body| body[marker.len()..].starts_with(state));
        let (state, first) = if self.has_findings {
            (FINDINGS, "")
        } else if told(FINDINGS) || told(RESOLVED) {
            (RESOLVED, "**Resolved**: the findings that stood here are gone.\n\n")
        } else {
            ("", "")
        };
        format!("{marker}{state}{first}{}", self.report)
    }
}

/// What the comment begins with; nobody sees it.
fn marker(key: &str) -> String {
    let mut shown = String::new();
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => shown.push(byte.into()),
            // Two hyphens may end what nobody sees.
            _ => {
                let _ = write!(shown, "_{byte:02x}");
            }
        }
    }
    format!("<!-- wasm-import-guard comment {shown} -->\n")
}

#[cfg(test)]
mod tests {
    use super::{FINDINGS, Words, marker};

    const REPORT: &str = "### wasm-import-guard\n";

    fn body(has_findings: bool, before: Option<&str>) -> String {
        let words = Words { report: REPORT, has_findings, begins: true, key: "" };
        words.body(&marker(""), before)
    }

    #[test]
    fn findings_that_went_are_resolved_and_stay_so() {
        let found = body(true, None);
        assert_eq!(found, format!("{}{FINDINGS}{REPORT}", marker("")));
        let resolved = body(false, Some(&found));
        assert!(resolved.contains("**Resolved**"), "{resolved}");
        assert_eq!(body(false, Some(&resolved)), resolved);
        assert_eq!(body(true, Some(&resolved)), found);
    }

    #[test]
    fn where_nothing_was_found_nothing_is_resolved() {
        let clean = body(false, None);
        assert_eq!(clean, format!("{}{REPORT}", marker("")));
        assert_eq!(body(false, Some(&clean)), clean);
    }

    #[test]
    fn a_key_cannot_leave_its_marker_and_no_two_are_the_same() {
        let keys = ["", "a", "--> x", "-", "_2d", "é", "a\nb", "a b"];
        let markers: Vec<String> = keys.iter().map(|key| marker(key)).collect();
        for (number, marker) in markers.iter().enumerate() {
            assert_eq!(marker.matches("--").count(), 2, "{marker}");
            assert_eq!(marker.matches('\n').count(), 1, "{marker}");
            assert!(markers.iter().skip(number + 1).all(|other| other != marker), "{marker}");
        }
    }
}
