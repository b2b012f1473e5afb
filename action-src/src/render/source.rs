//! The source line that a finding points at.

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

/// A line of source that is safe to print, and the marked token in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SourceLine {
    pub(super) text: String,
    /// The token, in bytes of `text`.
    pub(super) token: Range<usize>,
}

/// The line at `place`; `None` when it cannot be read or is not what it was.
pub(super) fn line_at(place: &Place) -> Option<SourceLine> {
    let text = read(&place.directory.join(&place.file))?;
    let bytes = text.split(|byte| *byte == b'\n').nth(place.line.checked_sub(1)?)?;
    let line = String::from_utf8_lossy(bytes);
    let line = line.strip_suffix('\r').unwrap_or(&line);
    // rustc does not count a byte order mark.
    let line = if place.line == 1 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
    marked(line, place.column, place.length)
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

fn read(path: &Path) -> Option<Vec<u8>> {
    let metadata = std::fs::metadata(path).ok()?;
    // A pipe or device in place of the file would never end.
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return None;
    }
    let mut text = Vec::new();
    File::open(path).ok()?.take(MAX_FILE_BYTES).read_to_end(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINE_CHARACTERS, marked};

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
