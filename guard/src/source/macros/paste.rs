//! `paste!`: identifiers made of parts, `[<get_ $name:lower>]`.

use std::ops::Range;

use crate::source::texts::FileId;
use crate::source::tokens::{Delimiter, Kind, Piece, Tokens, string_value};

/// The tokens of `range` with every `[<…>]` made one identifier; `None` when a part is not known.
pub(super) fn pasted(file: FileId, tokens: &Tokens, range: Range<usize>) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let inside = tokens.inside(at).filter(|inside| {
            tokens.opens(at, Delimiter::Bracket)
                && inside.len() > 2
                && tokens.is_punct(inside.start, '<')
                && tokens.is_punct(inside.end - 1, '>')
        });
        if let Some(inside) = inside {
            let text = joined(tokens, inside.start + 1..inside.end - 1)?;
            // The name is written in its parts: the first of them is its place.
            out.push(Piece::Made { kind: Kind::Ident, text, file, index: inside.start + 1 });
            at = tokens.after(at);
        } else {
            out.push(Piece::Token { file, index: at });
            at += 1;
        }
    }
    Some(out)
}

fn joined(tokens: &Tokens, range: Range<usize>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        match tokens.kind(at)? {
            Kind::Ident => parts.push(tokens.ident(at)?.to_owned()),
            Kind::Literal => {
                let text = tokens.text(at);
                parts.push(string_value(text).unwrap_or_else(|| text.to_owned()));
            }
            Kind::Punct(':') => {
                let last = parts.pop()?;
                parts.push(modified(&last, tokens.ident(at + 1)?)?);
                at += 1;
            }
            Kind::Punct('_') => parts.push("_".to_owned()),
            _ => return None,
        }
        at += 1;
    }
    Some(parts.concat())
}

fn modified(part: &str, modifier: &str) -> Option<String> {
    Some(match modifier {
        "lower" => part.to_lowercase(),
        "upper" => part.to_uppercase(),
        "snake" => snake(part),
        "camel" => camel(part),
        _ => return None,
    })
}

fn snake(part: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for c in part.chars() {
        if c.is_uppercase() && before != '_' {
            out.push('_');
        }
        out.extend(c.to_lowercase());
        before = c;
    }
    out
}

fn camel(part: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for c in part.chars() {
        if c != '_' {
            if before == '_' {
                out.extend(c.to_uppercase());
            } else {
                out.push(c);
            }
        }
        before = c;
    }
    out
}
