//! A Rust file as a flat list of tokens.
//!
//! Flat, because everything that walks it is a loop: nesting in a hostile file costs memory in
//! proportion to its size and never stack.

use std::ops::Range;

use proc_macro2::{Delimiter as TreeDelimiter, TokenStream, TokenTree};

/// The largest file that is read. rustc itself stops at 4 GiB; the largest generated bindings seen in
/// published crates are below 20 MiB.
pub(crate) const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A lexed file. Doc comments are left out: they carry no code.
#[derive(Debug)]
pub(crate) struct Tokens {
    text: String,
    list: Vec<Token>,
    line_starts: Vec<u32>,
}

/// One token; `start..end` are byte offsets into the text.
#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    start: u32,
    end: u32,
    /// For a delimiter, the index of the other one.
    partner: u32,
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
        let line_starts = line_starts(&text);
        Ok(Self { text, list: tokens, line_starts })
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
        self.kind(index) == Some(Kind::Ident) && self.text(index) == word
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
        let start = self.list.get(index).map_or(0, |token| token.start);
        let line = self.line_starts.partition_point(|&line_start| line_start <= start);
        let line_start = self.line_starts[line - 1] as usize;
        let column = self.text[line_start..start as usize].trim_start_matches('\u{feff}');
        (line, column.chars().count() + 1)
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

/// Lexes with proc-macro2 and lays its trees out flat.
///
/// The offsets are found by walking the text along with the trees. proc-macro2 could tell them, but only
/// with its feature `span-locations`, which would slow down every procedural macro of a build that has
/// this crate as a build-dependency: cargo gives all host crates one proc-macro2.
fn lex_flat(text: &str) -> Option<Vec<Token>> {
    let stream: TokenStream = text.parse().ok()?;
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Vec<(proc_macro2::token_stream::IntoIter, usize, Delimiter)> = Vec::new();
    let mut trees = stream.into_iter();
    let mut cursor = Cursor { text, at: 0 };
    let mut spelling = String::new();
    loop {
        let Some(tree) = trees.next() else {
            let Some((outer, opened, delimiter)) = open.pop() else { return Some(tokens) };
            let range = cursor.take(delimiter.close())?;
            let partner = offset(opened);
            tokens[opened].partner = offset(tokens.len());
            tokens.push(Token { partner, ..leaf(Kind::Close(delimiter), range) });
            trees = outer;
            continue;
        };
        match tree {
            TokenTree::Punct(punct) => match punct.as_char() {
                '#' if cursor.at_doc_comment() => {
                    cursor.skip_comment();
                    // The rest of `#[doc = "…"]` or `#![doc = "…"]`, as which the comment comes.
                    if let Some(TokenTree::Punct(_)) = trees.next() {
                        trees.next();
                    }
                }
                '\'' => {
                    let range = cursor.take("'")?;
                    let TokenTree::Ident(ident) = trees.next()? else { return None };
                    let end = cursor.take_displayed(&ident, &mut spelling)?.end;
                    tokens.push(leaf(Kind::Lifetime, range.start..end));
                }
                c => {
                    let range = cursor.take(c.encode_utf8(&mut [0; 4]))?;
                    tokens.push(leaf(Kind::Punct(c), range));
                }
            },
            TokenTree::Ident(ident) => {
                tokens.push(leaf(Kind::Ident, cursor.take_displayed(&ident, &mut spelling)?));
            }
            TokenTree::Literal(literal) => {
                tokens.push(leaf(Kind::Literal, cursor.take_displayed(&literal, &mut spelling)?));
            }
            TokenTree::Group(group) => {
                let delimiter = match group.delimiter() {
                    TreeDelimiter::Parenthesis => Delimiter::Parenthesis,
                    TreeDelimiter::Brace => Delimiter::Brace,
                    TreeDelimiter::Bracket => Delimiter::Bracket,
                    // Text has no invisible delimiters.
                    TreeDelimiter::None => return None,
                };
                let range = cursor.take(delimiter.open())?;
                open.push((trees, tokens.len(), delimiter));
                tokens.push(leaf(Kind::Open(delimiter), range));
                trees = group.stream().into_iter();
            }
        }
    }
}

impl Delimiter {
    fn open(self) -> &'static str {
        match self {
            Self::Parenthesis => "(",
            Self::Brace => "{",
            Self::Bracket => "[",
        }
    }

    fn close(self) -> &'static str {
        match self {
            Self::Parenthesis => ")",
            Self::Brace => "}",
            Self::Bracket => "]",
        }
    }
}

/// A place in the text, which moves along with the trees.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    /// Passes over white space and plain comments, then over `spelling`, which must stand there.
    fn take(&mut self, spelling: &str) -> Option<Range<usize>> {
        self.skip_blank();
        let end = self.at + spelling.len();
        if !self.text[self.at..].starts_with(spelling) {
            return None;
        }
        let start = std::mem::replace(&mut self.at, end);
        Some(start..end)
    }

    fn take_displayed(
        &mut self,
        token: &dyn std::fmt::Display,
        spelling: &mut String,
    ) -> Option<Range<usize>> {
        use std::fmt::Write as _;
        spelling.clear();
        write!(spelling, "{token}").ok()?;
        self.take(spelling)
    }

    fn at_doc_comment(&mut self) -> bool {
        self.skip_blank();
        self.text[self.at..].starts_with('/')
    }

    /// Passes over white space and comments that are no documentation.
    fn skip_blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.len() - rest.trim_start_matches(is_white_space).len();
            self.at += blank;
            let rest = &rest[blank..];
            if !rest.starts_with("//") && !rest.starts_with("/*") || is_doc_comment(rest) {
                return;
            }
            self.skip_comment();
        }
    }

    /// Passes over the comment that stands here.
    fn skip_comment(&mut self) {
        let rest = &self.text[self.at..];
        if rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
            return;
        }
        let bytes = rest.as_bytes();
        let mut depth = 0usize;
        let mut at = 0;
        while at < bytes.len() {
            match bytes.get(at..at + 2) {
                Some(b"/*") => {
                    depth += 1;
                    at += 2;
                }
                Some(b"*/") => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => at += 1,
            }
        }
        self.at += at;
    }
}

/// White space as Rust has it: `Pattern_White_Space`.
fn is_white_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{200e}' || c == '\u{200f}'
}

/// `///` and `/** */`, `//!` and `/*! */`, but not `////`, `/***` and `/**/`.
fn is_doc_comment(rest: &str) -> bool {
    rest.starts_with("//!")
        || rest.starts_with("/*!")
        || (rest.starts_with("///") && !rest.starts_with("////"))
        || (rest.starts_with("/**") && !rest.starts_with("/***") && !rest.starts_with("/**/"))
}

fn leaf(kind: Kind, range: Range<usize>) -> Token {
    Token { kind, start: offset(range.start), end: offset(range.end), partner: 0 }
}

/// Offsets fit: no file is larger than [`MAX_FILE_BYTES`].
fn offset(value: usize) -> u32 {
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
