//! Where a part of a scalar's value is written.

use std::ops::Range;

use super::super::yaml::Scalar;

/// How much white space between the lines of a plain scalar is looked through.
const MAX_WHITE_SPACE: usize = 4_096;

/// The place of the part at `range` of `scalar`'s value, in bytes of `source`; the scalar's beginning when
/// escapes or the like hide it.
///
/// Quotes and folding change the white space of a text and nothing else, so that the n-th occurrence of a
/// word in the value is the n-th in what is written.
pub(super) fn of(source: &str, scalar: &Scalar, range: Range<usize>) -> Range<usize> {
    let hidden = scalar.at..(scalar.at + 1).min(source.len());
    find(source, scalar, range).unwrap_or(hidden)
}

fn find(source: &str, scalar: &Scalar, range: Range<usize>) -> Option<Range<usize>> {
    let word = scalar.value.get(range.clone())?;
    let (start, written) = extent(source, scalar)?;
    let mut before = scalar.value.match_indices(word).take_while(|(at, _)| *at <= range.start);
    let (last, _) = before.by_ref().last()?;
    if last != range.start {
        return None;
    }
    let index = scalar.value.get(..range.end)?.matches(word).count() - 1;
    let is_quoted = source.get(scalar.at..)?.starts_with(['"', '\'', '|', '>']);
    if is_quoted && written.matches(word).count() != scalar.value.matches(word).count() {
        return None;
    }
    let (at, _) = written.match_indices(word).nth(index)?;
    Some(start + at..start + at + word.len())
}

/// The text of the scalar at `at`, as it is written, and where that begins. Where a plain one ends is not
/// looked for: nothing but white space differs between it and its value, and that within reason.
fn extent<'a>(source: &'a str, scalar: &Scalar) -> Option<(usize, &'a str)> {
    let at = scalar.at;
    let rest = source.get(at..)?;
    match rest.chars().next()? {
        quote @ ('"' | '\'') => {
            let inside = &rest[1..];
            Some((at + 1, &inside[..end_of_quoted(inside, quote)?]))
        }
        '|' | '>' => {
            let (header, body) = rest.split_once('\n')?;
            // With an explicit indentation the lines do not tell where the text ends.
            let indicators = header.split('#').next()?;
            if indicators.contains(|c: char| c.is_ascii_digit()) {
                return None;
            }
            Some((at + header.len() + 1, &body[..end_of_block(body)]))
        }
        _ => {
            let mut end = rest.len().min(scalar.value.len() * 2 + MAX_WHITE_SPACE);
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            Some((at, &rest[..end]))
        }
    }
}

fn end_of_quoted(inside: &str, quote: char) -> Option<usize> {
    let mut characters = inside.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' {
            characters.next();
        } else if c == quote {
            // Two single quotes are one in the text.
            if quote == '\'' && characters.next_if(|(_, next)| *next == quote).is_some() {
                continue;
            }
            return Some(at);
        }
    }
    None
}

/// The first line that is not indented as far as the block's first ends it.
fn end_of_block(body: &str) -> usize {
    let mut indentation = None;
    let mut end = 0;
    for line in body.split_inclusive('\n') {
        let own = line.len() - line.trim_start_matches(' ').len();
        if !line.trim().is_empty() && own < *indentation.get_or_insert(own) {
            break;
        }
        end += line.len();
    }
    end
}
