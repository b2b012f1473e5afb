//! How far a fragment such as `$x:ty` reaches into a macro call.

use std::cell::Cell;
use std::ops::{Deref, Range};

use super::after_tree;
use crate::source::heads::item_end;
use crate::source::tokens::{Delimiter, Kind, Tokens};

/// How many types may follow one another in `fn() -> fn() -> …` and `A + B + …`.
const MAX_TYPE_DEPTH: usize = 128;

/// A fragment specifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fragment {
    Block,
    Expression,
    Identifier,
    Item,
    Lifetime,
    Literal,
    Meta,
    Path,
    Pattern,
    Statement,
    TokenTree,
    Type,
    Visibility,
}

impl Fragment {
    /// The fragment that a pattern names.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "block" => Self::Block,
            "expr" | "expr_2021" => Self::Expression,
            "ident" => Self::Identifier,
            "item" => Self::Item,
            "lifetime" => Self::Lifetime,
            "literal" => Self::Literal,
            "meta" => Self::Meta,
            "path" => Self::Path,
            "pat" | "pat_param" => Self::Pattern,
            "stmt" => Self::Statement,
            "tt" => Self::TokenTree,
            "ty" => Self::Type,
            "vis" => Self::Visibility,
            _ => return None,
        })
    }
}

/// The tokens of a call, and how many steps were taken among them. A fragment that reaches far, or that is
/// none only at its end, may be asked for at every token.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    tokens: &'a Tokens,
    steps: &'a Cell<usize>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(tokens: &'a Tokens, steps: &'a Cell<usize>) -> Self {
        Self { tokens, steps }
    }

    pub(super) fn look(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.get()
    }

    fn after(&self, index: usize) -> usize {
        self.look(1);
        self.tokens.after(index)
    }
}

impl Deref for Counted<'_> {
    type Target = Tokens;

    fn deref(&self) -> &Tokens {
        self.tokens
    }
}

/// The index behind the fragment that starts `range`; `None` when none starts there.
pub(super) fn end(fragment: Fragment, tokens: &Counted<'_>, range: Range<usize>) -> Option<usize> {
    let at = range.start;
    if fragment == Fragment::Visibility {
        return Some(visibility_end(tokens, &range));
    }
    if at >= range.end {
        return None;
    }
    let end = match fragment {
        Fragment::Identifier => {
            (tokens.kind(at) == Some(Kind::Ident) && tokens.text(at) != "_").then_some(at + 1)
        }
        Fragment::Lifetime => (tokens.kind(at) == Some(Kind::Lifetime)).then_some(at + 1),
        Fragment::Literal => literal_end(tokens, at),
        Fragment::TokenTree => Some(after_tree(tokens, at)),
        Fragment::Block => tokens.opens(at, Delimiter::Brace).then(|| tokens.after(at)),
        Fragment::Type => type_end(tokens, &range, 0),
        Fragment::Path => path_end(tokens, &range, 0),
        Fragment::Meta => meta_end(tokens, &range),
        Fragment::Item => {
            let end = item_end(tokens, range.clone());
            tokens.look(end.unwrap_or(range.end) - at);
            end
        }
        // What may follow these is limited, so that the next such token ends them.
        Fragment::Expression => until(tokens, &range, |at| ends_expression(tokens, at)),
        Fragment::Statement => until(tokens, &range, |at| ends_expression(tokens, at)),
        Fragment::Pattern => until(tokens, &range, |at| {
            ends_expression(tokens, at)
                || (tokens.is_punct(at, '=') && !tokens.adjoins(at))
                || tokens.is_keyword(at, "if")
                || tokens.is_keyword(at, "in")
        }),
        Fragment::Visibility => None,
    };
    end.filter(|end| *end <= range.end)
}

fn ends_expression(tokens: &Counted<'_>, at: usize) -> bool {
    tokens.is_punct(at, ',')
        || tokens.is_punct(at, ';')
        || (tokens.is_punct(at, '=') && tokens.is_punct(at + 1, '>') && tokens.adjoins(at + 1))
}

fn until(
    tokens: &Counted<'_>,
    range: &Range<usize>,
    ends: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mut at = range.start;
    while at < range.end && !ends(at) {
        at = tokens.after(at);
    }
    (at > range.start).then_some(at)
}

fn visibility_end(tokens: &Counted<'_>, range: &Range<usize>) -> usize {
    let at = range.start;
    if at >= range.end || !tokens.is_keyword(at, "pub") {
        return at;
    }
    let behind = at + 1;
    let restricted = behind < range.end
        && tokens.opens(behind, Delimiter::Parenthesis)
        && ["crate", "self", "super", "in"].iter().any(|word| tokens.is_keyword(behind + 1, word));
    if restricted { tokens.after(behind) } else { behind }
}

fn literal_end(tokens: &Counted<'_>, at: usize) -> Option<usize> {
    let at = at + usize::from(tokens.is_punct(at, '-'));
    let is_literal = tokens.kind(at) == Some(Kind::Literal)
        || tokens.is_keyword(at, "true")
        || tokens.is_keyword(at, "false");
    is_literal.then_some(at + 1)
}

/// The content of an attribute: a path, then nothing, a group, or `= value`.
fn meta_end(tokens: &Counted<'_>, range: &Range<usize>) -> Option<usize> {
    let mut at = range.start;
    if tokens.is_keyword(at, "unsafe") && tokens.opens(at + 1, Delimiter::Parenthesis) {
        return Some(tokens.after(at + 1));
    }
    at = path_end(tokens, &(at..range.end), 0)?;
    if at < range.end && matches!(tokens.kind(at), Some(Kind::Open(_))) {
        return Some(tokens.after(at));
    }
    if at < range.end && tokens.is_punct(at, '=') {
        return until(tokens, &(at + 1..range.end), |at| ends_expression(tokens, at));
    }
    Some(at)
}

/// A path, with generic arguments.
fn path_end(tokens: &Counted<'_>, range: &Range<usize>, depth: usize) -> Option<usize> {
    let mut at = range.start;
    if tokens.is_punct(at, '<') {
        at = angle_end(tokens, at, range.end)?;
        if !tokens.is_path_separator(at) {
            return None;
        }
    }
    loop {
        tokens.look(1);
        if at < range.end && tokens.is_path_separator(at) {
            at += 2;
        }
        if at < range.end && tokens.is_punct(at, '$') && tokens.is_keyword(at + 1, "crate") {
            at += 1;
        }
        if at >= range.end || tokens.ident(at).is_none() {
            return None;
        }
        at += 1;
        if at < range.end && tokens.is_path_separator(at) && tokens.is_punct(at + 2, '<') {
            at += 2;
        }
        if at < range.end && tokens.is_punct(at, '<') {
            at = angle_end(tokens, at, range.end)?;
        } else if at < range.end
            && tokens.opens(at, Delimiter::Parenthesis)
            && ["Fn", "FnMut", "FnOnce"].iter().any(|name| tokens.is_keyword(at - 1, name))
        {
            at = arrow_end(tokens, tokens.after(at), range.end, depth)?;
        }
        if !(at < range.end && tokens.is_path_separator(at)) {
            return Some(at);
        }
    }
}

/// Behind `-> Type`, where that stands at `at`.
fn arrow_end(tokens: &Counted<'_>, at: usize, end: usize, depth: usize) -> Option<usize> {
    if at < end && tokens.is_punct(at, '-') && tokens.is_punct(at + 1, '>') {
        return type_end(tokens, &(at + 2..end), depth + 1);
    }
    Some(at)
}

fn angle_end(tokens: &Counted<'_>, at: usize, end: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut index = at;
    while index < end {
        if tokens.is_punct(index, '<') {
            depth += 1;
        } else if tokens.is_punct(index, '>') && !tokens.is_punct(index - 1, '-') {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(index + 1);
            }
        }
        index = tokens.after(index);
    }
    None
}

/// A type: prefixes such as `&'a mut` and `*const`, then a path, a group, a function type, `!` or `_`.
fn type_end(tokens: &Counted<'_>, range: &Range<usize>, depth: usize) -> Option<usize> {
    if depth > MAX_TYPE_DEPTH {
        return None;
    }
    let end = range.end;
    let mut at = range.start;
    loop {
        tokens.look(1);
        let is_prefix = tokens.is_punct(at, '&')
            || tokens.is_punct(at, '*')
            || tokens.kind(at) == Some(Kind::Lifetime)
            || ["mut", "const", "dyn", "impl", "unsafe"]
                .iter()
                .any(|word| tokens.is_keyword(at, word));
        if at < end && is_prefix {
            at += 1;
        } else if at < end && tokens.is_keyword(at, "for") && tokens.is_punct(at + 1, '<') {
            at = angle_end(tokens, at + 1, end)?;
        } else if at < end && tokens.is_keyword(at, "extern") {
            at += 1 + usize::from(tokens.kind(at + 1) == Some(Kind::Literal));
        } else {
            break;
        }
    }
    if at >= end {
        return None;
    }
    let behind = if tokens.is_keyword(at, "fn") {
        arrow_end(tokens, tokens.after(at + 1), end, depth)?
    } else if tokens.is_punct(at, '!') || tokens.is_punct(at, '?') {
        at + 1
    } else if matches!(
        tokens.kind(at),
        Some(Kind::Open(Delimiter::Parenthesis | Delimiter::Bracket))
    ) {
        tokens.after(at)
    } else {
        path_end(tokens, &(at..end), depth)?
    };
    // `dyn A + B`
    if behind < end && tokens.is_punct(behind, '+') {
        return type_end(tokens, &(behind + 1..end), depth + 1);
    }
    Some(behind)
}
