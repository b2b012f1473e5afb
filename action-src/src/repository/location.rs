//! A place in the user's own repository.

/// A token in a file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The file, relative to the repository's root, with `/`.
    pub(crate) file: String,
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column in characters, from 1.
    pub(crate) column: usize,
    /// Length of the token in characters.
    pub(crate) length: usize,
}
