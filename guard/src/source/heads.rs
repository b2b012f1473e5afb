//! Where items begin and end, told from their first tokens.

use std::ops::Range;

use super::extern_block;
use super::tokens::{Delimiter, Kind, Tokens};

/// The index behind the item that starts `range`, its attributes included; `None` when none starts there.
pub(super) fn item_end(tokens: &Tokens, range: Range<usize>) -> Option<usize> {
    let end = range.end;
    let mut at = range.start;
    while at < end && tokens.is_punct(at, '#') && tokens.opens(at + 1, Delimiter::Bracket) {
        at = tokens.after(at + 1);
    }
    at = visibility(tokens, at).1;
    if at >= end {
        return None;
    }
    if let Some(block) = extern_block::begins(tokens, at) {
        return Some(block.end(tokens));
    }
    if let Some(function) = function_keyword(tokens, at, end) {
        let body = body_or_semicolon(tokens, function, end);
        return Some(tokens.after(body));
    }
    let word = |index: usize, words: &[&str]| words.iter().any(|w| tokens.is_keyword(index, w));
    if word(at, &["use", "static", "const", "type"])
        || (word(at, &["extern"]) && word(at + 1, &["crate"]))
    {
        return Some(semicolon(tokens, at, end));
    }
    while word(at, &["unsafe", "auto", "default"]) {
        at += 1;
    }
    if word(at, &["mod", "impl", "trait", "enum", "union", "struct"]) {
        let body = body_or_semicolon(tokens, at, end);
        return Some(tokens.after(body));
    }
    // A macro call as an item.
    let mut bang = at;
    while bang < end && (tokens.ident(bang).is_some() || tokens.is_punct(bang, ':')) {
        bang += 1;
    }
    if bang == at || !tokens.is_punct(bang, '!') {
        return None;
    }
    let group = bang + 1 + usize::from(tokens.ident(bang + 1).is_some());
    let after = tokens.after(group);
    let braced = tokens.opens(group, Delimiter::Brace);
    Some(if braced || !tokens.is_punct(after, ';') { after } else { after + 1 })
}

/// Whether `pub` stands at `at`, and the index behind the visibility. `pub(…)` is not public.
pub(super) fn visibility(tokens: &Tokens, at: usize) -> (bool, usize) {
    if !tokens.is_keyword(at, "pub") {
        return (false, at);
    }
    if tokens.opens(at + 1, Delimiter::Parenthesis) {
        // `pub (A, B)` in a tuple struct is no restriction, but holds no item either.
        return (false, tokens.after(at + 1));
    }
    (true, at + 1)
}

/// The index of `fn`, when a function starts at `at`.
pub(super) fn function_keyword(tokens: &Tokens, mut at: usize, end: usize) -> Option<usize> {
    while at < end {
        match tokens.ident(at)? {
            "fn" => return tokens.ident(at + 1).map(|_| at),
            "const" | "async" | "unsafe" | "safe" | "default" | "gen" => at += 1,
            "extern" => {
                at += 1;
                if tokens.kind(at) == Some(Kind::Literal) {
                    at += 1;
                }
            }
            _ => return None,
        }
    }
    None
}

/// The index behind the `>` that closes the `<` at `at`.
pub(super) fn after_generics(tokens: &Tokens, at: usize, end: usize) -> usize {
    let mut depth = 0usize;
    let mut index = at;
    while index < end {
        if tokens.is_punct(index, '<') {
            depth += 1;
        } else if closes_angle(tokens, index) {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
        index = tokens.after(index);
    }
    end
}

/// Whether `>` at `index` closes an angle bracket: not the end of `->` or `=>`.
fn closes_angle(tokens: &Tokens, index: usize) -> bool {
    tokens.is_punct(index, '>')
        && !index
            .checked_sub(1)
            .is_some_and(|before| tokens.is_punct(before, '-') || tokens.is_punct(before, '='))
}

/// Whether the generics in `range`, angle brackets included, hold a type or const parameter.
pub(super) fn has_type_parameter(tokens: &Tokens, range: Range<usize>) -> bool {
    let mut depth = 0usize;
    let mut starts = false;
    let mut index = range.start;
    while index < range.end {
        if tokens.is_punct(index, '<') {
            depth += 1;
            starts = depth == 1;
        } else if closes_angle(tokens, index) {
            depth = depth.saturating_sub(1);
        } else if depth == 1 && tokens.is_punct(index, ',') {
            starts = true;
        } else if starts {
            if tokens.kind(index) == Some(Kind::Ident) {
                return true;
            }
            // Attributes may stand before a parameter.
            starts = tokens.is_punct(index, '#') || tokens.opens(index, Delimiter::Bracket);
        }
        index = tokens.after(index);
    }
    false
}

/// The index of the `{` or `;` that ends the head of an item, angle brackets passed over.
pub(super) fn body_or_semicolon(tokens: &Tokens, at: usize, end: usize) -> usize {
    find_by_angle_depth(tokens, at..end, |index, depth| {
        tokens.is_punct(index, ';') || (depth == 0 && tokens.opens(index, Delimiter::Brace))
    })
    .unwrap_or(end)
}

/// The index behind the next `;` at this level.
pub(super) fn semicolon(tokens: &Tokens, mut at: usize, end: usize) -> usize {
    while at < end {
        if tokens.is_punct(at, ';') {
            return at + 1;
        }
        at = tokens.after(at);
    }
    end
}

/// The `for` of `impl Trait for Type`, which is not that of `for<'a>`.
pub(super) fn for_keyword(tokens: &Tokens, range: Range<usize>) -> Option<usize> {
    find_by_angle_depth(tokens, range, |index, depth| {
        depth == 0 && tokens.is_keyword(index, "for") && !tokens.is_punct(index + 1, '<')
    })
}

/// The first token of `range`, groups passed over, that `found` accepts by its index and by how many
/// angle brackets are open around it.
fn find_by_angle_depth(
    tokens: &Tokens,
    range: Range<usize>,
    found: impl Fn(usize, usize) -> bool,
) -> Option<usize> {
    let mut depth = 0usize;
    let mut index = range.start;
    while index < range.end {
        if tokens.is_punct(index, '<') {
            depth += 1;
        } else if closes_angle(tokens, index) {
            depth = depth.saturating_sub(1);
        } else if found(index, depth) {
            return Some(index);
        }
        index = tokens.after(index);
    }
    None
}

/// The last segment of a type's path: `Bar` of `&'a foo::Bar<T>`.
pub(super) fn type_name(tokens: &Tokens, range: Range<usize>) -> Option<String> {
    let mut name = None;
    for index in range {
        if tokens.is_punct(index, '<') || tokens.is_keyword(index, "where") {
            break;
        }
        if let Some(ident) = tokens.ident(index) {
            if !["dyn", "mut", "const"].contains(&ident) {
                name = Some(ident.to_owned());
            }
        }
    }
    name
}
