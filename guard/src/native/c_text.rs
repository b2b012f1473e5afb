//! Definitions of functions and variables in C and C++ text, and attributes that make imports, told from
//! their shape.
//!
//! There is no preprocessor here: what is found counts under whatever `#if` it stands.

use crate::sorted;
use std::collections::HashSet;
use std::ops::Range;

/// Which of `names` the text defines.
///
/// A function: the name, a group in parentheses, and behind it (attributes and old-style parameter
/// declarations may come between) an opening brace. A variable: the name outside of any function, and behind
/// it `=`, or an array's brackets and `=` or `;`.
pub(super) fn defined(text: &[u8], names: &HashSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let mut scanner = Scanner { text, at: 0, depth: 0, reads_directives: false };
    while let Some(token) = scanner.next() {
        let Token::Word(word) = token else { continue };
        let Some(name) = std::str::from_utf8(word).ok().and_then(|word| names.get(word)) else {
            continue;
        };
        if scanner.depth == 0 && is_definition(&scanner) {
            found.push((*name).to_owned());
        }
    }
    sorted::set(found)
}

/// The attributes of a declaration that asks the host for it.
const IMPORT_ATTRIBUTES: &[&[u8]] =
    &[b"import_module", b"import_name", b"__import_module__", b"__import_name__"];

/// The range of bytes of the first attribute that makes a declaration an import, be it in a macro's
/// definition.
pub(super) fn import_attribute(text: &[u8]) -> Option<Range<usize>> {
    // Hardly any file has one, and a build script's code is seldom optimised: most bytes are jumped over.
    find(text, b"import_")?;
    let mut scanner = Scanner { text, at: 0, depth: 0, reads_directives: true };
    while let Some(token) = scanner.next() {
        let is_attribute = match token {
            Token::Word(b"__attribute__" | b"__attribute") => true,
            // `[[clang::import_name("f")]]`
            Token::Word(b"clang" | b"__clang__") => text[scanner.at..].starts_with(b"::"),
            _ => false,
        };
        let range = if is_attribute { import_in_attribute(&scanner) } else { None };
        if range.is_some() {
            return range;
        }
    }
    None
}

/// An attribute that makes an import, among those that begin at `attributes`.
fn import_in_attribute(attributes: &Scanner<'_>) -> Option<Range<usize>> {
    let mut scanner = Scanner { ..*attributes };
    let mut open = 0_usize;
    for _ in 0..MAX_PARAMETER_TOKENS {
        match scanner.next()? {
            Token::Word(word) if IMPORT_ATTRIBUTES.contains(&word) => {
                return Some(scanner.at - word.len()..scanner.at);
            }
            Token::Other(b'(') => open += 1,
            Token::Other(b')') if open <= 1 => return None,
            Token::Other(b')') => open -= 1,
            Token::Other(b';' | b'{' | b'}' | b']') => return None,
            _ => {}
        }
    }
    None
}

/// Where `needle` begins in `text`, after Horspool: whatever byte the window ends with tells how far on the
/// needle can begin.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let last = needle.len() - 1;
    let mut jump = [needle.len(); 256];
    for (at, byte) in needle[..last].iter().enumerate() {
        jump[usize::from(*byte)] = last - at;
    }
    let mut start = 0;
    while let Some(byte) = text.get(start + last) {
        if text[start..].starts_with(needle) {
            return Some(start);
        }
        start += jump[usize::from(*byte)];
    }
    None
}

/// How many tokens may stand between a function's parameters and its body, or in an array's head.
const MAX_BETWEEN: usize = 64;
/// How many tokens a parameter list may have.
const MAX_PARAMETER_TOKENS: usize = 2048;

/// Whether a definition goes on behind a name.
fn is_definition(behind_name: &Scanner<'_>) -> bool {
    let mut scanner = Scanner { ..*behind_name };
    match scanner.next() {
        Some(Token::Other(b'(')) => {
            if !scanner.skip_group() {
                return false;
            }
            for _ in 0..MAX_BETWEEN {
                match scanner.next() {
                    Some(Token::Other(b'{')) => return true,
                    // An old-style parameter: `int f(a) int a; { … }`.
                    Some(Token::Word(_) | Token::Other(b'*')) => {}
                    Some(Token::Other(b'(')) if scanner.skip_group() => {}
                    Some(Token::Other(b';')) if scanner.is_old_style() => {}
                    _ => return false,
                }
            }
            false
        }
        Some(Token::Other(b'=')) => true,
        Some(Token::Other(b'[')) => {
            for _ in 0..MAX_BETWEEN {
                match scanner.next() {
                    Some(Token::Other(b'=' | b'{')) => return true,
                    Some(Token::Other(b';' | b')' | b',')) | None => return false,
                    Some(_) => {}
                }
            }
            false
        }
        _ => false,
    }
}

enum Token<'a> {
    Word(&'a [u8]),
    Other(u8),
}

/// Walks over C tokens, past comments, literals and preprocessor lines.
#[derive(Clone, Copy)]
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Braces that are open; a brace of `extern "C" {` or of a namespace is none.
    depth: usize,
    /// Whether lines of the preprocessor are read like others.
    reads_directives: bool,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.text.get(self.at)?;
            match byte {
                b'/' if self.text[self.at..].starts_with(b"//") => self.skip_line(),
                b'/' if self.text[self.at..].starts_with(b"/*") => self.skip_until(b"*/"),
                b'"' | b'\'' => self.skip_literal(byte),
                b'#' if !self.reads_directives && self.is_first_on_line() => self.skip_line(),
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ if byte == b'_' || byte.is_ascii_alphanumeric() => {
                    let start = self.at;
                    while self
                        .text
                        .get(self.at)
                        .is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
                    {
                        self.at += 1;
                    }
                    let word = &self.text[start..self.at];
                    if word == b"extern" || word == b"namespace" {
                        self.skip_linkage();
                    }
                    return Some(Token::Word(word));
                }
                _ => {
                    self.at += 1;
                    match byte {
                        b'{' => self.depth += 1,
                        b'}' => self.depth = self.depth.saturating_sub(1),
                        _ => {}
                    }
                    return Some(Token::Other(byte));
                }
            }
        }
    }

    /// Behind `(`: goes behind the `)` that closes it.
    fn skip_group(&mut self) -> bool {
        let mut open = 1_usize;
        for _ in 0..MAX_PARAMETER_TOKENS {
            match self.next() {
                Some(Token::Other(b'(')) => open += 1,
                Some(Token::Other(b')')) => {
                    open -= 1;
                    if open == 0 {
                        return true;
                    }
                }
                // No parameter list holds these.
                Some(Token::Other(b';' | b'{' | b'}')) | None => return false,
                Some(_) => {}
            }
        }
        false
    }

    /// Whether, behind the semicolon of what may be an old-style parameter, a body follows soon.
    fn is_old_style(&self) -> bool {
        let mut ahead = *self;
        for _ in 0..MAX_BETWEEN {
            match ahead.next() {
                Some(Token::Other(b'{')) => return true,
                Some(Token::Word(_) | Token::Other(b'*' | b',' | b';')) => {}
                _ => return false,
            }
        }
        false
    }

    /// The brace of `extern "C" {` and of `namespace a {` holds definitions as the file does.
    fn skip_linkage(&mut self) {
        let mut ahead = *self;
        while ahead.text.get(ahead.at).is_some_and(u8::is_ascii_whitespace) {
            ahead.at += 1;
        }
        if ahead.text.get(ahead.at) == Some(&b'"') {
            ahead.skip_literal(b'"');
        } else {
            while ahead
                .text
                .get(ahead.at)
                .is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphanumeric())
            {
                ahead.at += 1;
            }
        }
        while ahead.text.get(ahead.at).is_some_and(u8::is_ascii_whitespace) {
            ahead.at += 1;
        }
        if ahead.text.get(ahead.at) == Some(&b'{') {
            self.at = ahead.at + 1;
        }
    }

    fn is_first_on_line(&self) -> bool {
        let blank = |byte: &&u8| byte.is_ascii_whitespace() && **byte != b'\n';
        let before = &self.text[..self.at];
        before.iter().rev().find(|byte| !blank(byte)).is_none_or(|byte| *byte == b'\n')
    }

    /// To the end of the line; a `\` in front of it continues it.
    fn skip_line(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            self.at += 1;
            if *byte == b'\n' && self.text[..self.at - 1].last() != Some(&b'\\') {
                return;
            }
        }
    }

    fn skip_until(&mut self, end: &[u8]) {
        let rest = &self.text[self.at + end.len()..];
        let found = rest.windows(end.len()).position(|window| window == end);
        self.at = found.map_or(self.text.len(), |at| self.at + 2 * end.len() + at);
    }

    /// Behind a string or character; one that does not end on its line ends there.
    fn skip_literal(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.text.get(self.at) {
            match *byte {
                b'\\' => self.at += 2,
                b'\n' => return,
                byte => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(text: &str) -> Vec<String> {
        let names = HashSet::from(["f", "g", "table", "other"]);
        defined(text.as_bytes(), &names)
    }

    #[test]
    fn definitions_are_told_from_declarations_and_calls() {
        for (text, expected) in [
            ("int f(int a) { return g(a); }", &["f"][..]),
            ("int f(int a);", &[]),
            ("SQLITE_API int f(\n  const char *z,   /* a (b) */\n  sqlite3 **p\n){\n}", &["f"]),
            ("int f(a, b) int a; char *b; { }", &["f"]),
            ("void f(void) __attribute__((noinline)) { }", &["f"]),
            ("static const int table[] = { 1 };", &["table"]),
            ("int table = 3;", &["table"]),
            ("extern int table;", &[]),
            ("extern \"C\" { int f() { } int g(); }", &["f"]),
            ("namespace a { void g() { } }", &["g"]),
            ("void other(void) { f(1); if (g(2)) { } }", &["other"]),
            ("#define f(x) { x }\nint g(void) {}", &["g"]),
            ("#define f(x) \\\n  g(x) { }\n", &[]),
            ("// int f() {}\n/* int g() {} */ char *s = \"int f() { }\";", &[]),
            ("int f(int (*callback)(int), ...)\n{\n}", &["f"]),
        ] {
            assert_eq!(names_in(text), expected, "{text}");
        }
    }

    #[test]
    fn attributes_that_import_are_told_from_words_and_text() {
        for (text, expected) in [
            ("__attribute__((import_module(\"m\"), import_name(\"f\"))) int f(void);", Some(15)),
            ("#define IMPORT(x) \\\n  __attribute__((__import_name__(#x)))\n", Some(37)),
            ("[[clang::import_name(\"f\")]] int f(void);", Some(9)),
            ("// import_module(\"m\")\n/* import_name(\"f\") */", None),
            ("const char *text = \"import_module(m)\";", None),
            ("int import_modules(int); int import_name(int x) { return f(import_name(x)); }", None),
            ("__attribute__((noinline)) int import_name(int);", None),
        ] {
            let found = import_attribute(text.as_bytes());
            assert_eq!(found.map(|range| range.start), expected, "{text}");
        }
    }

    #[test]
    fn a_needle_is_found_wherever_it_stands() {
        for before in 0..20 {
            let text = format!("{}import_module", "iportm_i".repeat(3)[..before].to_owned());
            assert_eq!(find(text.as_bytes(), b"import_"), Some(before), "{text}");
        }
        assert_eq!(find(b"import", b"import_"), None);
        assert_eq!(find(b"", b"import_"), None);
    }

    #[test]
    fn mutilated_text_ends() {
        for text in ["int f(", "/*", "\"", "'\\", "#", "int f() int", "extern", "int table[", "\\"]
        {
            names_in(text);
            import_attribute(format!("import_name {text}").as_bytes());
        }
        names_in(&"f(".repeat(100_000));
        names_in(&"{".repeat(100_000));
    }
}
