//! Promises about text in markdown.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a promise that is broken is a panic, and the fuzz targets are another crate"
)]

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

use super::escape::{code, prose};

/// The longest text in characters that is not cut.
const LIMIT: usize = 10_000;

/// A name and a sentence, parted by a NUL, in the cells of a table: markdown as GitHub reads it has that table,
/// text and code, and nothing else.
pub fn markdown(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (name, sentence) = text.split_once('\0').unwrap_or((text, text));
    let row = format!("| {} | x | {} |", code(name, LIMIT), prose(sentence, LIMIT));
    let markdown = format!("| h | h | h |\n|---|---|---|\n{row}\n");
    let arena = Arena::new();
    let root = parse_document(&arena, &markdown, &github_markdown());
    let (mut tables, mut rows, mut cells) = (0, 0, 0);
    for node in root.descendants().skip(1) {
        match &node.data.borrow().value {
            NodeValue::Table(_) => tables += 1,
            NodeValue::TableRow(_) => rows += 1,
            NodeValue::TableCell => cells += 1,
            NodeValue::Text(_) | NodeValue::Code(_) => {}
            other => panic!("{other:?} in {markdown:?}"),
        }
    }
    assert_eq!((tables, rows, cells), (1, 2, 6), "{markdown:?}");
}

/// What GitHub's markdown has beyond CommonMark.
pub(super) fn github_markdown() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options
}
