//! Tables of a policy: what they must hold, and errors that name the key, the place and the way out.

use std::path::Path;

use super::suggestion::way_out;
use super::{Line, TABLE};
use crate::document::{Node, Table};
use crate::error::Error;

/// Where in a manifest the reader is, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) manifest: &'a Path,
    /// `package` or `workspace`.
    pub(super) kind: &'static str,
}

impl At<'_> {
    /// An error about `key`, at its line.
    pub(super) fn error(self, key: &str, line: usize, message: &str) -> Error {
        let (file, kind) = (self.manifest.display(), self.kind);
        Error::new(format!("{file}:{line}: `{kind}.metadata.{TABLE}.{key}` {message}"))
    }

    pub(super) fn line(self, line: usize) -> Line {
        Line { file: self.manifest.to_owned(), line }
    }

    /// The table at `key`.
    pub(super) fn table<'n>(self, key: &str, node: &'n Node) -> Result<&'n Table, Error> {
        node.as_table().ok_or_else(|| {
            self.error(key, node.line, "must be a table")
                .help(format!("for example {}", example(key)))
        })
    }

    /// The text at `key`, which may not be empty.
    pub(super) fn text<'n>(self, key: &str, node: &'n Node) -> Result<&'n str, Error> {
        let text = node.as_str().filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| self.error(key, node.line, "must be a text that is not empty"))
    }

    /// The texts of the array at `key`, each with its line.
    pub(super) fn texts<'n>(
        self,
        key: &str,
        node: &'n Node,
    ) -> Result<Vec<(&'n str, usize)>, Error> {
        let wrong = |line| {
            self.error(key, line, "must be an array of texts")
                .help(format!("for example {}", example(key)))
        };
        let array = node.as_array().ok_or_else(|| wrong(node.line))?;
        array
            .iter()
            .map(|one| Ok((one.as_str().ok_or_else(|| wrong(one.line))?, one.line)))
            .collect()
    }

    /// Refuses keys of `table`, which is at `path`, that are none of `known`.
    pub(super) fn only(self, path: &str, table: &Table, known: &[&str]) -> Result<(), Error> {
        let unknown = table.iter().filter(|(key, _)| !known.contains(&key.as_str()));
        let Some((key, node)) = unknown.min_by_key(|(_, node)| node.line) else { return Ok(()) };
        let separator = if path.is_empty() { "" } else { "." };
        let error =
            self.error(&format!("{path}{separator}{key}"), node.line, "is no key of a policy");
        Err(error.help(way_out(key, known.iter().copied())))
    }
}

/// How a key is written.
fn example(key: &str) -> &'static str {
    match key {
        "levels" => "`levels = { libc-clash = \"warn\" }`",
        "contract-presets" => "`contract-presets = [\"wasi_snapshot_preview1\"]`",
        key if key.starts_with("contract") => "`contract = { \"env\" = [\"db_*\"] }`",
        key if key.starts_with("exceptions") => {
            "`exceptions = [{ rule = \"libc-clash\", name = \"close\", reason = \"…\" }]`"
        }
        _ => "`[package.metadata.wasm-import-guard]` and keys below it",
    }
}
