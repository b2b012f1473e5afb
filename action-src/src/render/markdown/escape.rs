//! Text from a project in GitHub's markdown: it must stay text.
//!
//! Inside code nothing has a meaning: no mention, link, issue number, HTML or emphasis. So names and
//! paths are code. Sentences are text, in which what has a meaning is escaped.

use wasm_import_guard::text::printable;

use crate::text::shortened;

/// A space without width. It parts what GitHub would take for a mention, a link or an issue once the
/// escapes are undone.
const PARTED: &str = "&#8203;";

/// `text` as code, at most `limit` characters of it. A backtick would end the code, and a bar the
/// cell of a table, so both are written as control characters are.
pub(in crate::render) fn code(text: &str, limit: usize) -> String {
    let text = shortened(&printable(text), limit).replace('`', "\\u{60}").replace('|', "\\u{7c}");
    // Two backticks with nothing between them are no code.
    if text.trim().is_empty() { "` `".to_owned() } else { format!("`{text}`") }
}

/// A sentence, at most `limit` characters of it, to stand behind other text in a line. What is between
/// two backticks becomes code.
pub(in crate::render) fn prose(text: &str, limit: usize) -> String {
    let text = shortened(&printable(text), limit);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, inside, after)) = quoted(rest) {
        escape(&mut out, before);
        out += &code(inside, limit);
        rest = after;
    }
    escape(&mut out, rest);
    out
}

/// The text before, in and after the first pair of backticks, where that holds something.
fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (inside, after) = rest.split_once('`')?;
    (!inside.trim().is_empty()).then_some((before, inside, after))
}

/// Text without code.
fn escape(out: &mut String, text: &str) {
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_web = c == '.' && matches!(before, 'w' | 'W');
        let is_markdown = "\\`*_[]<>|~&$".contains(c);
        if is_markdown || is_web {
            out.push('\\');
        }
        out.push(c);
        // `@name`, `#1`, `:name:`, `http://` and `www.` mean something in plain text.
        let may_link = is_web || matches!(c, '@' | '#' | ':');
        if may_link && characters.peek().is_some_and(|next| !next.is_whitespace()) {
            out.push_str(PARTED);
        }
        before = c;
    }
}

#[cfg(test)]
mod tests;
