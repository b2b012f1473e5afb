//! From text to flat tokens, with proc-macro2 as the lexer.

use std::ops::Range;

use proc_macro2::{Delimiter as TreeDelimiter, TokenStream, TokenTree};

use super::tokens::{Delimiter, Kind, Token, leaf, offset};

/// Lexes with proc-macro2 and lays its trees out flat.
///
/// The offsets are found by walking the text along with the trees. proc-macro2 could tell them, but only
/// with its feature `span-locations`, which would slow down every procedural macro of a build that has
/// this crate as a build-dependency: cargo gives all host crates one proc-macro2.
pub(super) fn lex_flat(text: &str) -> Option<Vec<Token>> {
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
