//! A Rust file as a flat list of tokens.
//!
//! Flat, because everything that walks it is a loop: nesting in a hostile file costs memory in
//! proportion to its size and never stack.

use std::ops::Range;
use std::sync::OnceLock;

use super::lexer::lex_flat;
use crate::cache::{Input, Stored, stored_enum, stored_struct};

/// The largest file that is read. rustc itself stops at 4 GiB; the largest generated bindings seen in
/// published crates are below 20 MiB.
pub(crate) const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A lexed file. Doc comments are left out: they carry no code.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    text: String,
    list: Vec<Token>,
    /// Where lines start: found when a position is first asked for.
    line_starts: OnceLock<Vec<u32>>,
}

/// One token; `start..end` are byte offsets into the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// For a delimiter, the index of the other one.
    pub(super) partner: u32,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ident,
    Lifetime,
    Literal,
    Punct(char),
    Open(Delimiter),
    Close(Delimiter),
}

/// The delimiters that occur in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delimiter {
    Parenthesis,
    Brace,
    Bracket,
}

/// A token to assemble a text from.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// A token of a file.
    Token { file: usize, index: usize },
    /// A token that a macro made, and the token of a file that stands for its place.
    Made { kind: Kind, text: String, file: usize, index: usize },
}

/// The text is no Rust: rustc could not read it either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LexError;

impl Tokens {
    /// Lexes `text`. A byte order mark and a `#!` line are passed over as rustc does.
    pub(crate) fn lex(text: String) -> Result<Self, LexError> {
        let skipped = prelude_len(&text);
        let mut tokens = lex_flat(&text[skipped..]).ok_or(LexError)?;
        let skipped = offset(skipped);
        for token in &mut tokens {
            token.start += skipped;
            token.end += skipped;
        }
        Ok(Self { text, list: tokens, line_starts: OnceLock::new() })
    }

    /// Lays `pieces` out as a text of their own; `None` where their groups do not close. Tokens that touch
    /// in their file touch here too, so that `::` stays a path separator.
    pub(crate) fn assemble<'a>(
        pieces: &[Piece],
        file: impl Fn(usize) -> &'a Tokens,
    ) -> Option<Self> {
        let mut text = String::new();
        let mut list: Vec<Token> = Vec::with_capacity(pieces.len());
        let mut open: Vec<usize> = Vec::new();
        let mut before: Option<(usize, usize)> = None;
        for piece in pieces {
            let (kind, spelling, place) = match piece {
                Piece::Token { file: id, index } => {
                    (file(*id).kind(*index)?, file(*id).text(*index), Some((*id, *index)))
                }
                Piece::Made { kind, text, .. } => (*kind, text.as_str(), None),
            };
            let touches = match (before, place) {
                (Some((file_before, previous)), Some((file_here, next))) => {
                    file_before == file_here
                        && previous + 1 == next
                        && file(file_here).adjoins(next)
                }
                _ => false,
            };
            if !touches {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(spelling);
            let mut token = leaf(kind, start..text.len());
            match kind {
                Kind::Open(_) => open.push(list.len()),
                Kind::Close(delimiter) => {
                    let opened = open.pop()?;
                    if list[opened].kind != Kind::Open(delimiter) {
                        return None;
                    }
                    list[opened].partner = offset(list.len());
                    token.partner = offset(opened);
                }
                _ => {}
            }
            list.push(token);
            before = place;
        }
        let line_starts = OnceLock::new();
        open.is_empty().then_some(Self { text, list, line_starts })
    }

    /// Adds the tokens of `range` of `other`, with what stands between them; gives their range here.
    pub(crate) fn append(&mut self, other: &Self, range: Range<usize>) -> Range<usize> {
        let start = self.list.len();
        let Some(tokens) = other.list.get(range.clone()).filter(|tokens| !tokens.is_empty()) else {
            return start..start;
        };
        // A blank, so that it adjoins nothing.
        self.text.push(' ');
        let text = tokens[0].start as usize..tokens[tokens.len() - 1].end as usize;
        let (from, to) = (tokens[0].start, offset(self.text.len()));
        self.text.push_str(&other.text[text]);
        self.list.extend(tokens.iter().map(|token| Token {
            kind: token.kind,
            start: token.start - from + to,
            end: token.end - from + to,
            // A delimiter whose other one is left out has none that is asked for.
            partner: (token.partner + offset(start)).saturating_sub(offset(range.start)),
        }));
        self.line_starts = OnceLock::new();
        start..self.list.len()
    }

    /// A text of the tokens of `range` alone.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        part.append(self, range);
        part
    }

    /// Whether nothing stands between token `index` and the one before it.
    pub(crate) fn adjoins(&self, index: usize) -> bool {
        index > 0 && index < self.list.len() && self.list[index - 1].end == self.list[index].start
    }

    /// The text that the tokens are of.
    pub(super) fn source(&self) -> &str {
        &self.text
    }

    /// How many tokens there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The kind of token `index`; `None` past the end.
    pub(crate) fn kind(&self, index: usize) -> Option<Kind> {
        self.list.get(index).map(|token| token.kind)
    }

    /// The text of token `index`; empty past the end.
    pub(crate) fn text(&self, index: usize) -> &str {
        self.list
            .get(index)
            .map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    /// The place of token `index` in the text that was lexed, in bytes.
    #[cfg(any(test, fuzzing))]
    pub(super) fn bytes(&self, index: usize) -> Range<usize> {
        let token = self.list[index];
        token.start as usize..token.end as usize
    }

    /// The identifier at `index` without `r#`, if it is one.
    pub(crate) fn ident(&self, index: usize) -> Option<&str> {
        match self.kind(index)? {
            Kind::Ident => {
                let text = self.text(index);
                Some(text.strip_prefix("r#").unwrap_or(text))
            }
            _ => None,
        }
    }

    /// Whether token `index` is the keyword `word`; a raw identifier never is.
    pub(crate) fn is_keyword(&self, index: usize, word: &str) -> bool {
        self.list.get(index).is_some_and(|token| {
            // Most tokens have another length: their text need not be looked at.
            let (start, end) = (token.start as usize, token.end as usize);
            token.kind == Kind::Ident
                && end - start == word.len()
                && self.text.as_bytes()[start..end] == *word.as_bytes()
        })
    }

    /// Whether token `index` is the punctuation `c`.
    pub(crate) fn is_punct(&self, index: usize, c: char) -> bool {
        self.kind(index) == Some(Kind::Punct(c))
    }

    /// Whether `::` stands at `index`.
    pub(crate) fn is_path_separator(&self, index: usize) -> bool {
        self.is_punct(index, ':')
            && self.is_punct(index + 1, ':')
            && self.list[index].end == self.list[index + 1].start
    }

    /// Whether token `index` opens a group with `delimiter`.
    pub(crate) fn opens(&self, index: usize, delimiter: Delimiter) -> bool {
        self.kind(index) == Some(Kind::Open(delimiter))
    }

    /// The tokens inside the group that opens at `index`, without its delimiters.
    pub(crate) fn inside(&self, index: usize) -> Option<Range<usize>> {
        match self.kind(index)? {
            Kind::Open(_) => Some(index + 1..self.list[index].partner as usize),
            _ => None,
        }
    }

    /// The index behind token `index`, or behind the group that opens there.
    pub(crate) fn after(&self, index: usize) -> usize {
        match self.inside(index) {
            Some(inside) => inside.end + 1,
            None => index + 1,
        }
    }

    /// The index of the delimiter that opens the group which token `index` closes.
    pub(crate) fn opening(&self, index: usize) -> Option<usize> {
        match self.kind(index)? {
            Kind::Close(_) => Some(self.list[index].partner as usize),
            _ => None,
        }
    }

    /// Line and column of token `index`, both from 1, the column in characters.
    pub(crate) fn position(&self, index: usize) -> (usize, usize) {
        let line = self.line(index);
        let start = self.list.get(index).map_or(0, |token| token.start as usize);
        let line_start = self.line_starts()[line - 1] as usize;
        let column = self.text[line_start..start].trim_start_matches('\u{feff}');
        (line, column.chars().count() + 1)
    }

    /// The line of token `index`, from 1.
    pub(crate) fn line(&self, index: usize) -> usize {
        let start = self.list.get(index).map_or(0, |token| token.start);
        self.line_starts().partition_point(|&line_start| line_start <= start)
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }

    /// The source of `range` on one line: one blank where white space or a comment stood.
    pub(crate) fn folded(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        let mut last_end = None;
        for token in &self.list[range.start.min(self.list.len())..range.end.min(self.list.len())] {
            if last_end.is_some_and(|end| end != token.start) {
                out.push(' ');
            }
            out.push_str(&self.text[token.start as usize..token.end as usize]);
            last_end = Some(token.end);
        }
        out
    }

    /// The value of the string literal at `index`, if it is one.
    pub(crate) fn string_value(&self, index: usize) -> Option<String> {
        match self.kind(index)? {
            Kind::Literal => string_value(self.text(index)),
            _ => None,
        }
    }
}

/// How many bytes rustc skips before the first token: a byte order mark, then a `#!` line unless it
/// begins an inner attribute.
fn prelude_len(text: &str) -> usize {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[bom..];
    match rest.strip_prefix("#!") {
        Some(after) if !after.trim_start().starts_with('[') => {
            bom + rest.find('\n').unwrap_or(rest.len())
        }
        _ => bom,
    }
}

pub(super) fn leaf(kind: Kind, range: Range<usize>) -> Token {
    Token { kind, start: offset(range.start), end: offset(range.end), partner: 0 }
}

stored_enum!(Delimiter { 0 => Parenthesis, 1 => Brace, 2 => Bracket });
stored_enum!(Kind {
    0 => Ident,
    1 => Lifetime,
    2 => Literal,
    3 => Punct(symbol),
    4 => Open(delimiter),
    5 => Close(delimiter),
});
stored_struct!(Token { kind, start, end, partner });

impl Stored for Tokens {
    fn store(&self, out: &mut Vec<u8>) {
        self.text.store(out);
        self.list.store(out);
    }

    fn restore(input: &mut Input<'_>) -> Option<Self> {
        let text = String::restore(input)?;
        let list = Vec::<Token>::restore(input)?;
        let is_of_text =
            |token: &Token| text.get(token.start as usize..token.end as usize).is_some();
        list.iter().all(is_of_text).then(|| Self { text, list, line_starts: OnceLock::new() })
    }
}

/// Offsets fit: no file is larger than [`MAX_FILE_BYTES`].
pub(super) fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn line_starts(text: &str) -> Vec<u32> {
    std::iter::once(0)
        .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| offset(at + 1)))
        .collect()
}

/// The value of a plain or raw string literal as written; `None` for any other literal.
pub(crate) fn string_value(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('r') {
        let body = raw.trim_start_matches('#');
        let hashes = raw.len() - body.len();
        let end = body.len().checked_sub(hashes + 1)?;
        return Some(body.get(1..end)?.to_owned());
    }
    let body = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            '0' => out.push('\0'),
            'x' => {
                let digits: String = chars.by_ref().take(2).collect();
                out.push(char::from(u8::from_str_radix(&digits, 16).ok()?));
            }
            'u' => {
                let digits: String = chars
                    .by_ref()
                    .skip(1)
                    .take_while(|c| *c != '}')
                    .filter(|c| *c != '_')
                    .collect();
                out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            '\n' | '\r' => {
                while chars.peek().is_some_and(char::is_ascii_whitespace) {
                    chars.next();
                }
            }
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex(text: &str) -> Tokens {
        Tokens::lex(text.to_owned()).expect("lexes")
    }

    #[test]
    fn positions_count_characters_behind_a_mark_and_a_shebang() {
        let tokens = lex("\u{feff}#!/bin/x\r\n/// doc\r\nmod ä { fn öx() {} }\n");
        let at = (0..tokens.len()).find(|&i| tokens.ident(i) == Some("öx")).expect("there");
        assert_eq!(tokens.position(at), (3, 12));
        assert_eq!(tokens.text(0), "mod");
        assert_eq!(tokens.position(0), (3, 1));
        assert_eq!(lex("\u{feff}mod a;").position(0), (1, 1));
    }

    #[test]
    fn groups_know_their_ends() {
        let tokens = lex("a(b[c]{d})e");
        assert_eq!(tokens.inside(1), Some(2..9));
        assert_eq!(tokens.text(tokens.after(1)), "e");
    }

    #[test]
    fn a_file_nested_beyond_any_stack_is_lexed() {
        let depth = 300_000;
        let text = format!("{}{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(lex(&text).len(), 2 * depth);
    }

    #[test]
    fn comments_of_every_kind_keep_the_offsets() {
        let text = "//! inner\n/*! inner */ //// no doc\n/***/ /**/ /* a /* b */ c */ /** doc */\n\
                    fn f<'a>(r#type: &'a str) {} // end";
        let tokens = lex(text);
        for at in 0..tokens.len() {
            let (line, column) = tokens.position(at);
            let written = text.lines().nth(line - 1).expect("line");
            let there: String = written.chars().skip(column - 1).collect();
            assert!(there.starts_with(tokens.text(at)), "{} at {line}:{column}", tokens.text(at));
        }
        assert_eq!(tokens.folded(0..99), "fn f<'a>(r#type: &'a str) {}");
    }

    #[test]
    fn what_is_no_rust_is_an_error() {
        assert!(Tokens::lex("fn a() { \"open }".to_owned()).is_err());
        assert!(Tokens::lex("fn a( }".to_owned()).is_err());
    }

    #[test]
    fn string_literals_give_their_value() {
        assert_eq!(
            string_value(
                r#""a\"b\u{e9}\x41\
            c""#
            )
            .as_deref(),
            Some("a\"béAc")
        );
        assert_eq!(string_value("r##\"a\\n\"#\"##").as_deref(), Some("a\\n\"#"));
        assert_eq!(string_value("b\"x\""), None);
        assert_eq!(string_value("17"), None);
    }

    #[test]
    fn folding_drops_comments_and_line_breaks() {
        assert_eq!(
            lex("fn f( /* c */ a: u8,\n  b: *const u8) -> i32").folded(0..99),
            "fn f( a: u8, b: *const u8) -> i32"
        );
    }
}
