//! What TOML text is made of, from left to right: blanks, keys and values without others in them.

use super::date_time::is_date_time;
use super::{Value, strings};
use crate::text::printable;

/// The most characters of the text that an error shows.
const MAX_SHOWN: usize = 60;

/// Why a text is no TOML.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where in the text, in bytes.
    pub(super) at: usize,
    pub(super) words: String,
}

/// A text and the place up to which it is read.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    /// In bytes, at the beginning of a character.
    pub(super) at: usize,
}

impl<'t> Reader<'t> {
    /// At the beginning of `text`, behind its byte order mark.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 } }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes `expected`, where it is next.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let is_next = self.rest().starts_with(expected);
        self.at += if is_next { expected.len() } else { 0 };
        is_next
    }

    /// Takes the bytes for which `is_part` holds: for all of a character or none.
    pub(super) fn take_while(&mut self, is_part: impl Fn(u8) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Spaces and tabs.
    pub(super) fn blanks(&mut self) {
        self.take_while(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// Blanks, comments and the ends of lines.
    pub(super) fn lines(&mut self) -> Result<(), Fault> {
        loop {
            self.blanks();
            self.comment()?;
            if !self.line_end()? {
                return Ok(());
            }
        }
    }

    /// What may follow on a line that says something: nothing but a comment.
    pub(super) fn rest_of_line(&mut self) -> Result<(), Fault> {
        self.blanks();
        self.comment()?;
        if self.peek().is_none() || self.line_end()? {
            return Ok(());
        }
        Err(self.unexpected("the end of the line"))
    }

    /// The end of a line, where it is next.
    pub(super) fn line_end(&mut self) -> Result<bool, Fault> {
        if self.take("\n") || self.take("\r\n") {
            return Ok(true);
        }
        if self.peek() == Some(b'\r') {
            return Err(self.fault("a carriage return without a line feed".to_owned()));
        }
        Ok(false)
    }

    fn comment(&mut self) -> Result<(), Fault> {
        if self.take("#") {
            self.take_while(|byte| !is_control(byte));
            if !matches!(self.peek(), None | Some(b'\n' | b'\r')) {
                return Err(self.fault("a control character in a comment".to_owned()));
            }
        }
        Ok(())
    }

    /// One part of a key.
    pub(super) fn key_part(&mut self) -> Result<String, Fault> {
        if matches!(self.peek(), Some(b'"' | b'\'')) {
            return strings::one_line(self);
        }
        let start = self.at;
        let part =
            self.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if part.is_empty() || self.rest().starts_with(|c: char| !c.is_ascii()) {
            self.at = start;
            return Err(self.fault(format!(
                "invalid unquoted key, expected letters, numbers, `-` or `_`, or quotes around it, found {}",
                self.next_shown()
            )));
        }
        Ok(part.to_owned())
    }

    /// A string, a boolean, a number, a date or a time.
    pub(super) fn scalar(&mut self) -> Result<Value, Fault> {
        if matches!(self.peek(), Some(b'"' | b'\'')) {
            return strings::any(self).map(Value::String);
        }
        let start = self.at;
        let mut word = self.word();
        // A blank may stand between a day and a time.
        if is_day_like(word) && self.rest().starts_with(' ') {
            self.at += 1;
            if self.word().starts_with(|c: char| c.is_ascii_digit()) {
                word = &self.text[start..self.at];
            } else {
                self.at = start + word.len();
            }
        }
        match word {
            "" => Err(self.unexpected("a value")),
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ if is_number(word) => Ok(Value::Other),
            _ if is_date_time(word) => Ok(Value::Date(word.to_owned())),
            _ => {
                let is_date = is_day_like(word.get(..10).unwrap_or_default()) || word.contains(':');
                let (what, expected) = if is_date {
                    ("date-time", "one as `2027-01-31`, `07:32:00` or both")
                } else {
                    ("value", "a string in quotes, a number, a date, `true` or `false`")
                };
                let words = format!("invalid {what} {}, expected {expected}", shown(word));
                Err(Fault { at: start, words })
            }
        }
    }

    /// What stands up to a blank, or to a mark that would end a value.
    fn word(&mut self) -> &'t str {
        self.take_while(|byte| !b" \t\r\n,=#[]{}".contains(&byte))
    }

    /// A fault at this place.
    pub(super) fn fault(&self, words: String) -> Fault {
        // What is missing at the end of the file is missing on the last line.
        let is_end = self.rest().is_empty() && self.text.ends_with('\n');
        let at = self.at - usize::from(is_end);
        Fault { at, words }
    }

    /// A fault at this place, where something else was to be.
    pub(super) fn unexpected(&self, expected: &str) -> Fault {
        self.fault(format!("expected {expected}, found {}", self.next_shown()))
    }

    /// The next characters up to a blank or the end of the line, for a message.
    fn next_shown(&self) -> String {
        let rest = self.rest();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        match &rest[..end] {
            "" if rest.is_empty() => "the end of the file".to_owned(),
            "" => "the end of the line".to_owned(),
            word => shown(word),
        }
    }
}

/// Whether TOML refuses the byte outside of escapes. Ends of lines are among them.
pub(super) fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

/// The beginning of `text`, quoted.
pub(super) fn shown(text: &str) -> String {
    let (shown, dots) = match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    format!("`{}{dots}`", printable(shown))
}

/// `NNNN-NN-NN`
fn is_day_like(word: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    word.len() == 10 && word.bytes().enumerate().all(fits)
}

/// An integer of any of the four bases, or a float.
fn is_number(word: &str) -> bool {
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = word.strip_prefix(prefix) {
            return are_digits(digits, base);
        }
    }
    let number = word.strip_prefix(['+', '-']).unwrap_or(word);
    if matches!(number, "inf" | "nan") {
        return true;
    }
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (number, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let has_leading_zero = whole.starts_with('0') && whole != "0";
    let exponent = exponent.map(|it| it.strip_prefix(['+', '-']).unwrap_or(it));
    !has_leading_zero
        && are_digits(whole, 10)
        && fraction.is_none_or(|digits| are_digits(digits, 10))
        && exponent.is_none_or(|digits| are_digits(digits, 10))
}

/// Digits, and `_` between two of them.
fn are_digits(text: &str, base: u32) -> bool {
    let is_run = |run: &str| !run.is_empty() && run.chars().all(|c| c.is_digit(base));
    text.split('_').all(is_run)
}
