//! Workflow commands: lines on stdout that the runner of GitHub Actions takes for orders.
//!
//! A line is one when it begins, after blanks, with `::`, or holds an older `##[…]` anywhere
//! (`ActionCommand` in actions/runner). So text from a project must be inside the data or a
//! property of a command of ours, escaped, and nowhere else.

use std::fmt;

use crate::repository::Location;
use crate::text::shortened;

/// The longest title that is shown in full; the service keeps 255 characters.
pub(crate) const MAX_TITLE_CHARACTERS: usize = 200;
/// The longest message that is kept in full; the runner cuts at 4,096 characters.
pub(crate) const MAX_MESSAGE_CHARACTERS: usize = 4_000;

/// How an annotation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
    Notice,
}

/// A message on a line of a file, or on the run as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) severity: Severity,
    pub(crate) title: String,
    pub(crate) location: Option<Location>,
    pub(crate) message: String,
}

impl Severity {
    fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    /// What the API calls it.
    pub(crate) fn in_check_run(self) -> &'static str {
        match self {
            Self::Error => "failure",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// The command, without the end of the line.
impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The runner trims the end of the last property: it must be a number of ours.
        let title = shortened(&self.title, MAX_TITLE_CHARACTERS);
        write!(f, "::{} title={}", self.severity.command(), escaped_property(&title))?;
        if let Some(Location { file, line, column, length }) = &self.location {
            write!(f, ",file={},line={line},endLine={line}", escaped_property(file))?;
            write!(f, ",col={column},endColumn={}", column.saturating_add(*length))?;
        }
        let message = shortened(&self.message, MAX_MESSAGE_CHARACTERS);
        write!(f, "::{}", escaped_data(&message))
    }
}

/// Text for the part after the second `::`.
pub(crate) fn escaped_data(text: &str) -> String {
    // First the sign that all escapes begin with.
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text for the value of a property, which a comma or a colon would end.
fn escaped_property(text: &str) -> String {
    escaped_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
#[cfg(test)]
pub(crate) mod reader;
#[cfg(test)]
mod tests;
