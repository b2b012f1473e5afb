//! The wasm function type of a declaration, where its written types tell it.

use std::ops::Range;

use super::attributes::split_commas;
use super::tokens::{Delimiter, Kind, Tokens};
use crate::import::{ValueType, WasmType};

/// The type of the function whose identifier is at `name`, and whose declaration ends before `end`.
/// `wide` says that pointers have 64 bits. `None` when a type is not one whose layout its name tells.
pub(super) fn of_function(
    tokens: &Tokens,
    name: usize,
    end: usize,
    wide: bool,
) -> Option<WasmType> {
    let parameters =
        tokens.inside(name + 1).filter(|_| tokens.opens(name + 1, Delimiter::Parenthesis))?;
    let mut params = Vec::new();
    for parameter in split_commas(tokens, parameters) {
        let start = without_attributes(tokens, parameter.clone());
        let colon = (start..parameter.end).find(|&at| tokens.is_punct(at, ':'))?;
        params.extend(of_type(tokens, colon + 1..parameter.end, wide)?);
    }
    let after = tokens.after(name + 1);
    let results = if tokens.is_punct(after, '-') && tokens.is_punct(after + 1, '>') {
        of_type(tokens, after + 2..end, wide)?
    } else {
        Vec::new()
    };
    Some(WasmType { params, results })
}

fn without_attributes(tokens: &Tokens, range: Range<usize>) -> usize {
    let mut at = range.start;
    while at < range.end && tokens.is_punct(at, '#') {
        at = tokens.after(at + 1);
    }
    at
}

/// The value types of a Rust type: none for `()` and `!`; `None` when unknown.
fn of_type(tokens: &Tokens, range: Range<usize>, wide: bool) -> Option<Vec<ValueType>> {
    let pointer = if wide { ValueType::I64 } else { ValueType::I32 };
    let first = range.start;
    if range.len() == 1 {
        if tokens.is_punct(first, '!') {
            return Some(Vec::new());
        }
        let value = match tokens.ident(first)? {
            "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "bool" | "char" => ValueType::I32,
            "i64" | "u64" => ValueType::I64,
            "f32" => ValueType::F32,
            "f64" => ValueType::F64,
            "usize" | "isize" => pointer,
            _ => return None,
        };
        return Some(vec![value]);
    }
    if range.len() == 2 && tokens.inside(first).is_some_and(|inside| inside.is_empty()) {
        return tokens.opens(first, Delimiter::Parenthesis).then(Vec::new);
    }
    if tokens.is_punct(first, '*') {
        return is_thin(tokens, first + 2..range.end).then(|| vec![pointer]);
    }
    if tokens.is_punct(first, '&') {
        let mut target = first + 1;
        if tokens.kind(target) == Some(Kind::Lifetime) {
            target += 1;
        }
        if tokens.is_keyword(target, "mut") {
            target += 1;
        }
        return is_thin(tokens, target..range.end).then(|| vec![pointer]);
    }
    let is_function = range.clone().take(4).any(|at| tokens.is_keyword(at, "fn"));
    is_function.then(|| vec![pointer])
}

/// Whether a pointer to the type is one word: surely so for primitives, pointers and `c_void`.
fn is_thin(tokens: &Tokens, range: Range<usize>) -> bool {
    let last = range.end.saturating_sub(1);
    if tokens.is_punct(range.start, '*') {
        return true;
    }
    // An array has a `;` and a length behind it, a slice has not.
    if let Some(inside) = tokens.inside(range.start) {
        return tokens.opens(range.start, Delimiter::Bracket)
            && inside.clone().any(|at| tokens.is_punct(at, ';'))
            || inside.is_empty();
    }
    !matches!(tokens.ident(range.start), Some("dyn" | "str" | "impl") | None)
        && tokens.ident(last) != Some("str")
        && !tokens.is_punct(range.start, '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<String> {
        let tokens = Tokens::lex(format!("fn f{text}")).expect("lexes");
        let kind = of_function(&tokens, 1, tokens.len(), false)?;
        let names = |list: &[ValueType]| {
            list.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(" ")
        };
        Some(format!("{} -> {}", names(&kind.params), names(&kind.results)))
    }

    #[test]
    fn plain_types_are_known_and_others_are_not_guessed() {
        for (text, expected) in [
            ("()", Some(" -> ")),
            ("(a: u8, #[cfg(x)] b: i64,) -> usize", Some("i32 i64 -> i32")),
            (
                "(p: *const T, q: &'a mut [u8; 4], c: extern \"C\" fn(u32)) -> f64",
                Some("i32 i32 i32 -> f64"),
            ),
            ("() -> !", Some(" -> ")),
            ("() -> ()", Some(" -> ")),
            ("(s: Handle)", None),
            ("(s: &str)", None),
            ("(s: &[u8])", None),
            ("(s: *const dyn X)", None),
            ("(s: u128)", None),
            ("(s: i32, ...)", None),
        ] {
            assert_eq!(written(text).as_deref(), expected, "{text}");
        }
    }
}
