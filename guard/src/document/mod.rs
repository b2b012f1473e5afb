//! A TOML file as a tree whose every key knows its line, so that messages can name the place.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

pub(crate) mod date_time;
#[cfg(test)]
mod judged_by_toml;
mod reader;
mod strings;
mod tree;

/// The largest TOML file that is read, in bytes. The largest manifests of published crates, those of
/// generated binding crates with thousands of features, are well under a megabyte.
pub(crate) const MAX_DOCUMENT_BYTES: u64 = 8 * 1024 * 1024;

/// A parsed file.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// Where it was read.
    pub(crate) path: PathBuf,
    root: Table,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The line, from 1: of the key in a table, of the value in an array.
    pub(crate) line: usize,
    /// The value.
    pub(crate) value: Value,
    /// How it came to be there.
    origin: Origin,
}

/// The ways in which TOML gives a key its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It is written after a `=` or in an array, and is complete.
    Value,
    /// A header names the table.
    Header,
    /// Headers name the tables of the array.
    ArrayOfTables,
    /// A header names something in the table.
    Implicit,
    /// A dotted key sets something in the table.
    Dotted,
}

/// A TOML value, as far as this crate asks for it.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    String(String),
    Boolean(bool),
    Array(Vec<Node>),
    Table(Table),
    /// A date or a time, as it is written.
    Date(String),
    /// Numbers: nothing here depends on what they say.
    Other,
}

/// Keys with their values.
pub(crate) type Table = BTreeMap<String, Node>;

/// Why a file could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// There is no such file.
    Missing,
    /// It is a directory, a device or a pipe.
    NotAFile,
    /// It is larger than the named number of bytes.
    TooLarge(u64),
    /// The system's words.
    Io(String),
    /// Not UTF-8.
    Encoding,
    /// Not TOML: the line and the column, in characters from 1, and what is wrong.
    Syntax(usize, usize, String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it does not exist"),
            Self::NotAFile => f.write_str("it is not a regular file"),
            Self::TooLarge(limit) => write!(f, "it is larger than the limit of {limit} bytes"),
            Self::Io(words) => f.write_str(words),
            Self::Encoding => f.write_str("it is not UTF-8 text"),
            Self::Syntax(line, column, words) => write!(f, "line {line}, column {column}: {words}"),
        }
    }
}

/// The bytes of the regular file `path`, when they are no more than `limit`.
pub(crate) fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ReadError::Missing,
        _ => ReadError::Io(error.to_string()),
    })?;
    // Opening a pipe or a device could block for ever or give bytes without end.
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    let file = fs::File::open(path).map_err(|error| ReadError::Io(error.to_string()))?;
    // A byte more than the file has, so that its end is seen without growing.
    let length = metadata.len().min(limit).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // The length above may be out of date by now, so the reader is bounded too.
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| ReadError::Io(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge(limit));
    }
    Ok(bytes)
}

impl Document {
    /// Reads and parses `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, ReadError> {
        let bytes = read_regular(path, MAX_DOCUMENT_BYTES)?;
        let text = String::from_utf8(bytes).map_err(|_| ReadError::Encoding)?;
        Self::parse(path, &text)
    }

    /// Parses `text` as if it had been read from `path`.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, ReadError> {
        let lines = Lines::new(text);
        match tree::tree(text, &lines) {
            Ok(root) => Ok(Self { path: path.to_owned(), root }),
            Err(fault) => {
                let (line, column) = lines.place(text, fault.at);
                Err(ReadError::Syntax(line, column, fault.words))
            }
        }
    }

    /// The value under `keys`.
    pub(crate) fn get(&self, keys: &[&str]) -> Option<&Node> {
        let (first, rest) = keys.split_first()?;
        let mut node = self.root.get(*first)?;
        for key in rest {
            node = node.get(key)?;
        }
        Some(node)
    }

    /// The table under `keys`; the whole document for none.
    pub(crate) fn table(&self, keys: &[&str]) -> Option<&Table> {
        if keys.is_empty() { Some(&self.root) } else { self.get(keys)?.as_table() }
    }
}

impl Node {
    /// The value under `key`, when this is a table.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.as_table()?.get(key)
    }

    /// The text, when this is a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a date or a time, when this is one.
    pub(crate) fn as_date(&self) -> Option<&str> {
        match &self.value {
            Value::Date(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, when this is one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The table, when this is one.
    pub(crate) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements, when this is an array.
    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// Every string of a string or an array of strings, each with its line.
    pub(crate) fn strings(&self) -> Vec<(&str, usize)> {
        match &self.value {
            Value::String(text) => vec![(text, self.line)],
            Value::Array(array) => {
                array.iter().filter_map(|node| Some((node.as_str()?, node.line))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect())
    }

    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    /// The line, and the column in characters from 1.
    fn place(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.0.get(line - 1).copied().unwrap_or_default();
        (line, text.get(start..offset).unwrap_or_default().chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Document {
        Document::parse(Path::new("x.toml"), text).unwrap()
    }

    #[test]
    fn every_key_knows_its_line() {
        let document =
            parse("a = 1\n[b]\nc = [\n  'x',\n  'y',\n]\n[dependencies.serde]\nd.e = true\n");
        assert_eq!(document.get(&["b", "c"]).unwrap().line, 3);
        assert_eq!(document.get(&["b", "c"]).unwrap().strings(), [("x", 4), ("y", 5)]);
        assert_eq!(document.get(&["dependencies", "serde"]).unwrap().line, 7);
        assert_eq!(document.get(&["dependencies", "serde", "d", "e"]).unwrap().line, 8);
        assert!(document.get(&["a", "b"]).is_none());
    }

    #[test]
    fn dates_and_numbers_parse() {
        let document =
            parse("d = 2025-11-10T07:32:00Z\nl = 07:32:00\nn = 0xff\nf = inf\ns = 's'\n");
        assert_eq!(document.get(&["s"]).unwrap().as_str(), Some("s"));
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = Document::parse(Path::new("x"), "a = 1\nb = = 2\n").unwrap_err();
        assert!(matches!(error, ReadError::Syntax(2, 5, _)), "{error:?}");
    }

    #[test]
    fn nesting_without_end_is_an_error_and_no_overflow() {
        let deep = format!("a = {}", "[".repeat(100_000));
        assert!(Document::parse(Path::new("x"), &deep).is_err());
        let closed = format!("a = {}{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(Document::parse(Path::new("x"), &closed).is_err());
        let dotted = format!("a{} = 1", ".a".repeat(50_000));
        assert!(Document::parse(Path::new("x"), &dotted).is_err());
        // Closing what was not opened must not leave room to open more.
        let unopened = format!("a = {}", "{[] a = ".repeat(50_000));
        assert!(Document::parse(Path::new("x"), &unopened).is_err());
    }

    #[test]
    fn headers_keys_and_inline_tables_together_are_bounded_too() {
        let key = ["a"; tree::MAX_NESTING].join(".");
        let nested = |inline: usize| {
            let (open, close) = (format!("{{{key} = ").repeat(inline), "}".repeat(inline));
            Document::parse(Path::new("x"), &format!("[[{key}]]\n{key} = {open}1{close}"))
        };
        assert!(nested(1).is_ok());
        for inline in [2, tree::MAX_NESTING] {
            let error = nested(inline).unwrap_err().to_string();
            assert!(error.contains("a table more than 240 keys deep"), "{error}");
        }
    }

    #[test]
    fn an_error_names_what_it_is_about() {
        for (text, error) in [
            (
                "a = 1\n  \u{e9} = 2",
                "line 2, column 3: invalid unquoted key, expected letters, numbers",
            ),
            (
                "'\u{e9}' = 1\n'\u{e9}' = 2",
                "line 2, column 1: duplicate key `\u{e9}`, which is on line 1 too",
            ),
            (
                "[a]\nb = 'x'\nb.c = 1",
                "line 3, column 1: cannot extend `b` with the string that line 2",
            ),
            (
                "a = {}\n[a.b]",
                "line 2, column 2: cannot extend `a` with the inline table that line 1",
            ),
            (
                "'\u{e9}' = 2027-02-29",
                "line 1, column 7: invalid date-time `2027-02-29`, expected one as",
            ),
            ("a = x", "line 1, column 5: "),
        ] {
            let found = Document::parse(Path::new("x"), text).unwrap_err().to_string();
            assert!(found.starts_with(error), "{found}");
        }
        let long = format!("{0} = 1\n{0} = 2", "a".repeat(1_000));
        let found = Document::parse(Path::new("x"), &long).unwrap_err().to_string();
        assert!(found.len() < 200, "{found}");
    }

    #[test]
    fn only_regular_files_of_a_bounded_size_are_read() {
        assert_eq!(read_regular(Path::new("/nonexistent/x"), 10), Err(ReadError::Missing));
        assert_eq!(read_regular(Path::new("."), 10), Err(ReadError::NotAFile));
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let length = std::fs::metadata(&here).unwrap().len();
        for limit in [length + 1, length] {
            let bytes = read_regular(&here, limit).unwrap();
            assert_eq!(bytes.len() as u64, length);
        }
        for limit in [length - 1, 10, 0] {
            assert_eq!(read_regular(&here, limit), Err(ReadError::TooLarge(limit)));
        }
    }
}
