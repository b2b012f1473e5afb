//! Why an analysis could not be done, or not in full.

use std::fmt;
use std::path::PathBuf;

/// Nothing could be analysed. The message names the thing and the place; `help` is the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
    help: Vec<String>,
}

impl Error {
    /// An error whose first line is `message`: lower case, no full stop, as rustc writes them.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    /// Adds a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What went wrong, on which thing, where. It may hold text from the project: escape it before
    /// it is printed ([`crate::text::printable`]).
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The ways out, the best first.
    pub fn helps(&self) -> &[String] {
        &self.help
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A part of the graph that could not be read: the analysis goes on and is incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// `name version` of the package, where it belongs to one.
    pub package: Option<String>,
    /// The file or directory, where there is one.
    pub path: Option<PathBuf>,
    /// What is missing or unreadable, and what that hides.
    pub message: String,
}
