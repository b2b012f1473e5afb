//! The source line that a finding points at.

use std::cell::Cell;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use wasm_import_guard::import::Place;
use wasm_import_guard::text::printable;

/// Source files above this size are pointed at without being shown.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Lines above this length, as generators write them, are pointed at without being shown.
const MAX_LINE_CHARACTERS: usize = 1_000;

/// What is read for all lines of a report. What else it names is pointed at without being shown: each finding
/// reads its file, and a hostile project can have any number of findings in the largest file.
const MAX_REPORT_BYTES: u64 = 1024 * 1024 * 1024;

/// rustc counts it in bytes and not in columns.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A line of source that is safe to print, and the marked token in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SourceLine {
    pub(super) text: String,
    /// The token, in bytes of `text`.
    pub(super) token: Range<usize>,
}

/// A token of a file as rustc's own diagnostics give it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileToken {
    /// The token, in bytes of the file.
    pub(super) bytes: Range<usize>,
    /// The line it stands in, as it is written; `None` when it is too long to be shown.
    pub(super) line: Option<String>,
}

/// The sources that a report shows lines of.
#[derive(Debug)]
pub(super) struct Sources {
    bytes_left: Cell<u64>,
}

impl Sources {
    pub(super) fn new() -> Self {
        Self { bytes_left: Cell::new(MAX_REPORT_BYTES) }
    }

    /// The `length` characters from `column` on of a line of the file at `path`; `None` when the file cannot
    /// be read or is not what it was.
    pub(super) fn token_at(
        &self,
        path: &Path,
        line: usize,
        column: usize,
        length: usize,
    ) -> Option<FileToken> {
        in_text(&self.read(path)?, line, column, length)
    }

    /// The line at `place`; `None` when it cannot be read or is not what it was.
    pub(super) fn line_at(&self, place: &Place) -> Option<SourceLine> {
        let text = self.read(&place.directory.join(&place.file))?;
        let bytes = text.split(|byte| *byte == b'\n').nth(place.line.checked_sub(1)?)?;
        let line = String::from_utf8_lossy(bytes);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        // rustc does not count a byte order mark.
        let line =
            if place.line == 1 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        marked(line, place.column, place.length)
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let metadata = std::fs::metadata(path).ok()?;
        let length = metadata.len();
        // A pipe or device in place of the file would never end.
        if !metadata.is_file() || length > MAX_FILE_BYTES {
            return None;
        }
        self.bytes_left.set(self.bytes_left.get().checked_sub(length)?);
        let mut text = Vec::new();
        // It may have grown since.
        File::open(path).ok()?.take(length).read_to_end(&mut text).ok()?;
        Some(text)
    }
}

fn in_text(text: &[u8], line: usize, column: usize, length: usize) -> Option<FileToken> {
    let before = text.split(|byte| *byte == b'\n').take(line.checked_sub(1)?);
    let mut start: usize = before.map(|line| line.len() + 1).sum();
    if line == 1 && text.starts_with(BYTE_ORDER_MARK) {
        start = BYTE_ORDER_MARK.len();
    }
    let bytes = text.get(start..)?.split(|byte| *byte == b'\n').next()?;
    let written = std::str::from_utf8(bytes).ok()?;
    let written = written.strip_suffix('\r').unwrap_or(written);
    // The place behind the last character is one too.
    let ends = written.char_indices().map(|(at, _)| at).chain([written.len()]);
    let offsets: Vec<usize> = ends.collect();
    let from = *offsets.get(column.checked_sub(1)?)?;
    let to = offsets.get((column - 1).saturating_add(length)).copied().unwrap_or(written.len());
    let is_short = offsets.len() <= MAX_LINE_CHARACTERS;
    Some(FileToken { bytes: start + from..start + to, line: is_short.then(|| written.to_owned()) })
}

/// `line` made printable, with `length` characters from `column` on as its token.
fn marked(line: &str, column: usize, length: usize) -> Option<SourceLine> {
    let start = column.checked_sub(1)?;
    let (mut text, mut token) = (String::with_capacity(line.len()), 0..0);
    let mut count = 0;
    for c in line.chars() {
        if count == start {
            token.start = text.len();
        }
        text.push(visible(c));
        count += 1;
        if count <= start.saturating_add(length) {
            token.end = text.len();
        }
        if count > MAX_LINE_CHARACTERS {
            return None;
        }
    }
    (start < count && token.start < token.end).then_some(SourceLine { text, token })
}

/// One character for one, so that columns stay true.
fn visible(c: char) -> char {
    let shown = printable(c.encode_utf8(&mut [0; 4]));
    let mut characters = shown.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => only,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{MAX_FILE_BYTES, MAX_LINE_CHARACTERS, Sources, in_text, marked};

    #[test]
    fn a_file_at_the_limit_is_shown_and_one_byte_more_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut text = b"extern\n".to_vec();
        for (length, shown) in
            [(MAX_FILE_BYTES - 1, true), (MAX_FILE_BYTES, true), (MAX_FILE_BYTES + 1, false)]
        {
            text.resize(usize::try_from(length).unwrap(), b' ');
            fs::write(file.path(), &text).unwrap();
            let token = Sources::new().token_at(file.path(), 1, 1, 6);
            assert_eq!(token.is_some(), shown, "{length} bytes");
        }
    }

    #[test]
    fn a_report_reads_no_more_than_its_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "extern").unwrap();
        for (left, shown) in [(11, 1), (12, 2), (13, 2)] {
            let sources = Sources { bytes_left: left.into() };
            let lines = (0..3).map(|_| sources.token_at(file.path(), 1, 1, 6));
            assert_eq!(lines.flatten().count(), shown, "{left} bytes");
        }
    }

    #[test]
    fn a_token_is_known_by_its_bytes() {
        let text = "\u{feff}é fn\r\n\tü = close\n".as_bytes();
        for (line, column, length, token, written) in [
            (1, 3, 2, "fn", "é fn"),
            (2, 6, 5, "close", "\tü = close"),
            (2, 6, usize::MAX, "close", "\tü = close"),
            (2, 11, 0, "", "\tü = close"),
            (3, 1, 0, "", ""),
        ] {
            let found = in_text(text, line, column, length).unwrap();
            assert_eq!(&text[found.bytes], token.as_bytes(), "{line}:{column}");
            assert_eq!(found.line.as_deref(), Some(written));
        }
        for (line, column) in [(0, 1), (1, 0), (1, 6), (4, 1), (2, 12)] {
            assert_eq!(in_text(text, line, column, 1), None, "{line}:{column}");
        }
        let long = "x".repeat(MAX_LINE_CHARACTERS);
        let found = in_text(long.as_bytes(), 1, 2, 3).unwrap();
        assert_eq!((found.bytes, found.line), (1..4, None));
        assert_eq!(in_text(b"\xff", 1, 1, 1), None);
    }

    #[test]
    fn the_token_is_found_by_characters() {
        let line = marked("\té\u{1b}fn close();", 7, 5).unwrap();
        assert_eq!(line.text, " é\u{fffd}fn close();");
        assert_eq!(&line.text[line.token], "close");
    }

    #[test]
    fn a_place_outside_the_line_shows_nothing() {
        assert_eq!(marked("short", 6, 1), None);
        assert_eq!(marked("short", 0, 1), None);
        assert_eq!(marked("", 1, 1), None);
        assert_eq!(marked(&"x".repeat(MAX_LINE_CHARACTERS + 1), 1, 1), None);
    }

    #[test]
    fn a_token_that_runs_over_the_end_is_cut() {
        let line = marked("abc", 2, usize::MAX).unwrap();
        assert_eq!(&line.text[line.token], "bc");
    }
}
