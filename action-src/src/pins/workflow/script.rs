//! Which toolchains a shell script names: the words that rustup and its proxies take for one.

use std::ops::Range;

/// The programs that rustup stands in front of, which take `+toolchain` first.
const PROXIES: [&str; 7] =
    ["cargo", "rustc", "rustdoc", "rustfmt", "cargo-clippy", "clippy-driver", "rustup"];
/// Words before a command that leave it a command.
const PREFIXES: [&str; 15] = [
    "sudo", "env", "exec", "command", "time", "nice", "if", "then", "else", "elif", "while",
    "until", "do", "!", "{",
];
/// Options of rustup that are followed by a value which is no toolchain.
const VALUE_OPTIONS: [&str; 8] =
    ["--profile", "-c", "--component", "-t", "--target", "--path", "--host", "--default-host"];
/// How an assignment of the variable begins.
const ASSIGNMENT: &str = "RUSTUP_TOOLCHAIN=";

/// A word of a command, without the quotes around it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Word<'a> {
    /// What follows `prefix`, without quotes.
    fn behind(&self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Word { text, start: self.start + prefix.len() }.unquoted())
    }

    fn unquoted(self) -> Self {
        for quote in ['"', '\''] {
            let inside = self.text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
            if let Some(text) = inside {
                return Word { text, start: self.start + 1 };
            }
        }
        self
    }

    fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The program's name, without directories.
    fn program(&self) -> &'a str {
        let name = self.text.rsplit(['/', '\\']).next().unwrap_or_default();
        name.strip_suffix(".exe").unwrap_or(name)
    }

    fn is_assignment(&self) -> bool {
        self.text.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    }
}

/// The places of the names, in bytes of `script`.
pub(super) fn toolchains(script: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for command in commands(script) {
        found.extend(command.iter().filter_map(|word| word.behind(ASSIGNMENT)));
        found.extend(values(&command, "--default-toolchain"));
        let begin = command
            .iter()
            .position(|word| {
                let is_prefix = PREFIXES.contains(&word.text) || word.text.starts_with('-');
                !is_prefix && !word.is_assignment()
            })
            .unwrap_or(command.len());
        let Some((program, words)) = command[begin..].split_first() else { continue };
        if PROXIES.contains(&program.program()) {
            found.extend(words.first().and_then(|word| word.behind("+")));
        }
        if program.program() == "rustup" {
            found.extend(of_rustup(words));
        }
    }
    found.iter().map(Word::range).filter(|range| !range.is_empty()).collect()
}

/// The toolchains among the arguments of `rustup`.
fn of_rustup<'a>(words: &[Word<'a>]) -> Vec<Word<'a>> {
    let mut plain: Vec<&Word<'a>> = Vec::new();
    let mut skip = false;
    for word in words {
        let is_value = std::mem::replace(&mut skip, VALUE_OPTIONS.contains(&word.text));
        if !is_value && !word.text.starts_with(['-', '+']) {
            plain.push(word);
        }
    }
    let texts: Vec<&str> = plain.iter().map(|word| word.text).collect();
    let named = match texts.as_slice() {
        ["toolchain", "install" | "add" | "update", ..] => &plain[2..],
        ["install" | "update" | "upgrade", ..] => &plain[1..],
        ["default" | "run", _, ..] => &plain[1..2],
        ["override", "set" | "add", _, ..] => &plain[2..3],
        _ => &[],
    };
    let mut found: Vec<Word<'a>> = named.iter().map(|word| (*word).clone()).collect();
    // The arguments of what `rustup run` runs are another program's.
    if texts.first() != Some(&"run") {
        found.extend(values(words, "--toolchain"));
    }
    found
}

/// The values of `option`, behind it or behind its `=`.
fn values<'a>(words: &[Word<'a>], option: &str) -> Vec<Word<'a>> {
    let with_sign = format!("{option}=");
    let joined = words.iter().filter_map(|word| word.behind(&with_sign));
    let next = words.windows(2).filter(|pair| pair[0].text == option).map(|pair| pair[1].clone());
    joined.chain(next).collect()
}

/// The words of each command. A shell knows more than this; what is not understood is in no command that
/// names a toolchain.
fn commands(script: &str) -> Vec<Vec<Word<'_>>> {
    let bytes = script.as_bytes();
    let mut commands = vec![Vec::new()];
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if continues(&bytes[at..]) => at += 2,
            b' ' | b'\t' | b'\r' => at += 1,
            b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'`' => {
                commands.push(Vec::new());
                at += 1;
            }
            b'#' => at = script[at..].find('\n').map_or(bytes.len(), |end| at + end),
            _ => {
                let end = end_of_word(bytes, at);
                let word = Word { text: &script[at..end], start: at };
                if let Some(command) = commands.last_mut() {
                    command.push(word.unquoted());
                }
                at = end;
            }
        }
    }
    commands
}

/// A backslash at a line's end.
fn continues(rest: &[u8]) -> bool {
    rest.starts_with(b"\\\n") || rest.starts_with(b"\\\r\n")
}

/// Where the word that begins at `at` ends: always behind `at`, and where a character begins.
fn end_of_word(bytes: &[u8], mut at: usize) -> usize {
    let from = |at: usize, end: &[u8]| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.windows(end.len()).position(|window| window == end).map(|found| at + found + end.len())
    };
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'`' => break,
            b'\\' if continues(&bytes[at..]) => break,
            b'\\' => at + 1 + usize::from(bytes.get(at + 1).is_some_and(u8::is_ascii)),
            b'$' if bytes[at..].starts_with(b"${{") => from(at, b"}}").unwrap_or(bytes.len()),
            b'$' if bytes[at..].starts_with(b"${") => from(at, b"}").unwrap_or(bytes.len()),
            // A quote without its twin is an apostrophe.
            b'\'' => from(at + 1, b"'").unwrap_or(at + 1),
            b'"' => end_of_double(bytes, at + 1).unwrap_or(at + 1),
            _ => at + 1,
        };
    }
    at
}

fn end_of_double(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
