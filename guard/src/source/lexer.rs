//! From text to flat tokens, by the rules of rustc's own lexer.
//!
//! Not with proc-macro2: its trees cost several times the time and the memory, offsets in them need a
//! feature that slows down every procedural macro of the build, and it is a crate more to compile.
//! Its tests hold it against rustc's on the published crates that are there, and on mutilated text.

use super::tokens::{Delimiter, Kind, Token, leaf, offset};

/// The tokens of `text`, without comments; `None` where rustc's lexer would find an error, or delimiters
/// that do not match.
///
/// It is no stricter than rustc, and in two things less strict: escapes in literals and the digits of
/// numbers are not looked at.
pub(super) fn lex_flat(text: &str) -> Option<Vec<Token>> {
    // Published crates have a token for every five bytes or so.
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 6);
    let mut open: Vec<usize> = Vec::new();
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0 };
    while let Some((kind, start)) = lexer.next_token()? {
        let mut token = leaf(kind, start..lexer.at);
        match kind {
            Kind::Open(_) => open.push(tokens.len()),
            Kind::Close(delimiter) => {
                let opened = open.pop()?;
                if tokens[opened].kind != Kind::Open(delimiter) {
                    return None;
                }
                tokens[opened].partner = offset(tokens.len());
                token.partner = offset(opened);
            }
            _ => {}
        }
        tokens.push(token);
    }
    open.is_empty().then_some(tokens)
}

/// A text, and how much of it is lexed.
struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    /// The next token's kind and start, `None` inside at the text's end, `None` outside at an error.
    #[expect(
        clippy::option_option,
        reason = "`?` on errors keeps the cases below in one line each"
    )]
    fn next_token(&mut self) -> Option<Option<(Kind, usize)>> {
        loop {
            let start = self.at;
            let Some(first) = self.byte(0) else { return Some(None) };
            let kind = match first {
                b' ' | b'\t'..=b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'/' if self.byte(1) == Some(b'/') => {
                    self.line_comment();
                    continue;
                }
                b'/' if self.byte(1) == Some(b'*') => {
                    self.block_comment()?;
                    continue;
                }
                b'r' | b'b' | b'c' => self.prefixed()?,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.identifier(),
                b'0'..=b'9' => self.number(),
                b'"' => self.string(1)?,
                b'\'' => self.quote()?,
                b'(' => self.single(Kind::Open(Delimiter::Parenthesis)),
                b')' => self.single(Kind::Close(Delimiter::Parenthesis)),
                b'{' => self.single(Kind::Open(Delimiter::Brace)),
                b'}' => self.single(Kind::Close(Delimiter::Brace)),
                b'[' => self.single(Kind::Open(Delimiter::Bracket)),
                b']' => self.single(Kind::Close(Delimiter::Bracket)),
                b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'+' | b',' | b'-' | b'.' | b'/'
                | b':' | b';' | b'<' | b'=' | b'>' | b'?' | b'@' | b'^' | b'|' | b'~' => {
                    self.single(Kind::Punct(char::from(first)))
                }
                _ => {
                    let c = self.text[start..].chars().next()?;
                    if is_white_space(c) {
                        self.at += c.len_utf8();
                        continue;
                    }
                    if !is_identifier_start(c) {
                        return None;
                    }
                    self.identifier()
                }
            };
            return Some(Some((kind, start)));
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn block_comment(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match (self.byte(0)?, self.byte(1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Some(());
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn identifier(&mut self) -> Kind {
        self.skip_identifier();
        Kind::Ident
    }

    /// Passes over the characters of an identifier that stand here, if any.
    fn skip_identifier(&mut self) {
        while let Some(byte) = self.byte(0) {
            if byte == b'_' || byte.is_ascii_alphanumeric() {
                self.at += 1;
                continue;
            }
            let next = self.text[self.at..].chars().next();
            match next.filter(|c| !c.is_ascii() && unicode_ident::is_xid_continue(*c)) {
                Some(c) => self.at += c.len_utf8(),
                None => return,
            }
        }
    }

    fn starts_identifier(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            Some(byte) if byte.is_ascii() => byte == b'_' || byte.is_ascii_alphabetic(),
            Some(_) => self
                .text
                .get(self.at + ahead..)
                .and_then(|rest| rest.chars().next())
                .is_some_and(is_identifier_start),
            None => false,
        }
    }

    /// What begins with `r`, `b` or `c`: a raw identifier, a literal, or an ordinary identifier.
    fn prefixed(&mut self) -> Option<Kind> {
        let is_raw = |byte| matches!(byte, Some(b'"' | b'#'));
        match (self.byte(0)?, self.byte(1), self.byte(2)) {
            (b'r', Some(b'#'), _) if self.starts_identifier(2) => {
                self.at += 2;
                Some(self.identifier())
            }
            (b'r', second, _) if is_raw(second) => self.raw_string(1),
            (b'b', Some(b'\''), _) => self.character(2),
            (b'b' | b'c', Some(b'"'), _) => self.string(2),
            (b'b' | b'c', Some(b'r'), third) if is_raw(third) => self.raw_string(2),
            _ => Some(self.identifier()),
        }
    }

    /// A string whose text begins `ahead` of here.
    fn string(&mut self, ahead: usize) -> Option<Kind> {
        self.at += ahead;
        loop {
            match self.byte(0)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.end_of_literal()
    }

    /// A raw string whose `#`s or quote are `ahead` of here.
    fn raw_string(&mut self, ahead: usize) -> Option<Kind> {
        self.at += ahead;
        let rest = &self.bytes[self.at..];
        let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
        self.at += hashes;
        if self.byte(0)? != b'"' {
            return None;
        }
        loop {
            self.at += 1;
            if self.byte(0)? != b'"' {
                continue;
            }
            let behind = &self.bytes[self.at + 1..];
            if behind.len() >= hashes && behind[..hashes].iter().all(|byte| *byte == b'#') {
                self.at += hashes;
                return self.end_of_literal();
            }
        }
    }

    /// A character whose text begins `ahead` of here.
    fn character(&mut self, ahead: usize) -> Option<Kind> {
        self.at += ahead;
        let first = self.text.get(self.at..)?.chars().next()?;
        if first != '\\' {
            self.at += first.len_utf8();
            return if self.byte(0)? == b'\'' { self.end_of_literal() } else { None };
        }
        loop {
            match self.byte(0)? {
                b'\'' => return self.end_of_literal(),
                b'/' | b'\n' => return None,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Passes over a literal's closing quote and its suffix.
    fn end_of_literal(&mut self) -> Option<Kind> {
        self.at += 1;
        // An escape at the very end may have led past it.
        if self.at > self.bytes.len() {
            return None;
        }
        if self.starts_identifier(0) {
            self.skip_identifier();
        }
        Some(Kind::Literal)
    }

    /// A lifetime or a character.
    fn quote(&mut self) -> Option<Kind> {
        let first = self.text[self.at + 1..].chars().next()?;
        let is_quoted = self.byte(1 + first.len_utf8()) == Some(b'\'');
        if is_quoted || !(first.is_ascii_digit() || is_identifier_start(first)) {
            return self.character(1);
        }
        if first.is_ascii_digit() {
            return None;
        }
        let is_raw = first == 'r' && self.byte(2) == Some(b'#') && self.starts_identifier(3);
        self.at += if is_raw { 3 } else { 1 };
        self.skip_identifier();
        if !is_raw && self.byte(0) == Some(b'\'') {
            // More than one character between quotes.
            return None;
        }
        Some(Kind::Lifetime)
    }

    fn number(&mut self) -> Kind {
        self.skip_number();
        if self.starts_identifier(0) {
            self.skip_identifier();
        }
        Kind::Literal
    }

    /// Passes over a number without its suffix. A prefix does not rule out a fraction to rustc's lexer.
    fn skip_number(&mut self) {
        if self.byte(0) == Some(b'0') {
            let is_digit = match self.byte(1) {
                Some(b'b' | b'o') => |byte: u8| byte.is_ascii_digit(),
                Some(b'x') => |byte: u8| byte.is_ascii_hexdigit(),
                _ => |_| false,
            };
            if matches!(self.byte(1), Some(b'b' | b'o' | b'x')) {
                self.at += 2;
                if !self.skip_digits(is_digit) {
                    return;
                }
            }
        }
        self.skip_digits(|byte| byte.is_ascii_digit());
        if self.byte(0) == Some(b'.') && self.byte(1) != Some(b'.') && !self.starts_identifier(1) {
            self.at += 1;
            if !self.byte(0).is_some_and(|byte| byte.is_ascii_digit()) {
                return;
            }
            self.skip_digits(|byte| byte.is_ascii_digit());
        }
        if matches!(self.byte(0), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(0), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_digits(|byte| byte.is_ascii_digit());
        }
    }

    /// Passes over digits and `_`; false where there is no digit.
    fn skip_digits(&mut self, is_digit: impl Fn(u8) -> bool) -> bool {
        let mut found = false;
        while let Some(byte) = self.byte(0).filter(|byte| *byte == b'_' || is_digit(*byte)) {
            found |= byte != b'_';
            self.at += 1;
        }
        found
    }
}

#[cfg(test)]
#[path = "lexer_tests.rs"]
mod tests;

/// White space as Rust has it: `Pattern_White_Space`.
fn is_white_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}

fn is_identifier_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}
