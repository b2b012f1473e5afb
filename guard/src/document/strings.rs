//! The four kinds of strings.

use super::reader::{Fault, Reader, is_control};

/// A string of any kind.
pub(super) fn any(reader: &mut Reader<'_>) -> Result<String, Fault> {
    if reader.take("\"\"\"") {
        return lines(reader, "\"\"\"");
    }
    if reader.take("'''") {
        return lines(reader, "'''");
    }
    one_line(reader)
}

/// A string that ends on its line: with `"` around it, and escapes, or with `'`, and without.
pub(super) fn one_line(reader: &mut Reader<'_>) -> Result<String, Fault> {
    let has_escapes = reader.take("\"");
    let quote = if has_escapes { "\"" } else { "'" };
    if !has_escapes {
        reader.take(quote);
    }
    let mut string = String::new();
    loop {
        string += plain(reader, quote, has_escapes);
        if reader.take(quote) {
            return Ok(string);
        }
        match reader.peek() {
            Some(b'\\') if has_escapes => string.push(escape(reader)?),
            None | Some(b'\r' | b'\n') => return Err(reader.unexpected(&format!("`{quote}`"))),
            Some(_) => return Err(control(reader)),
        }
    }
}

/// A string of several lines, behind the `quotes` before it.
fn lines(reader: &mut Reader<'_>, quotes: &str) -> Result<String, Fault> {
    let (quote, has_escapes) = (&quotes[..1], quotes == "\"\"\"");
    let mut string = String::new();
    reader.line_end()?;
    loop {
        string += plain(reader, quote, has_escapes);
        if reader.take(quotes) {
            // Up to two more belong to the string.
            for _ in 0..2 {
                if reader.take(quote) {
                    string += quote;
                }
            }
            return Ok(string);
        }
        if reader.take(quote) {
            string += quote;
            continue;
        }
        match reader.peek() {
            Some(b'\\') if has_escapes => {
                if !skip_line_end(reader)? {
                    string.push(escape(reader)?);
                }
            }
            Some(b'\r' | b'\n') => {
                let start = reader.at;
                reader.line_end()?;
                string += &reader.text[start..reader.at];
            }
            None => return Err(reader.unexpected(&format!("`{quotes}`"))),
            Some(_) => return Err(control(reader)),
        }
    }
}

/// Takes what stands for itself.
fn plain<'t>(reader: &mut Reader<'t>, quote: &str, has_escapes: bool) -> &'t str {
    reader.take_while(|byte| {
        !is_control(byte) && quote.as_bytes() != [byte] && !(has_escapes && byte == b'\\')
    })
}

/// A `\` at the end of a line takes away all blanks and ends of lines behind it; false for another one.
fn skip_line_end(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    let start = reader.at;
    reader.at += 1;
    reader.blanks();
    if !reader.line_end()? {
        reader.at = start;
        return Ok(false);
    }
    loop {
        reader.blanks();
        if !reader.line_end()? {
            return Ok(true);
        }
    }
}

/// The character for which an escape stands.
fn escape(reader: &mut Reader<'_>) -> Result<char, Fault> {
    let start = reader.at;
    reader.at += 1;
    let kind = reader.peek();
    reader.at += usize::from(kind.is_some_and(|byte| byte.is_ascii()));
    let digits = match kind {
        Some(b'b') => return Ok('\u{8}'),
        Some(b't') => return Ok('\t'),
        Some(b'n') => return Ok('\n'),
        Some(b'f') => return Ok('\u{c}'),
        Some(b'r') => return Ok('\r'),
        Some(b'e') => return Ok('\u{1b}'),
        Some(b'"') => return Ok('"'),
        Some(b'\\') => return Ok('\\'),
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => {
            let expected = "one of `\\b \\e \\f \\n \\r \\t \\\\ \\\" \\x \\u \\U`";
            let words = format!("unknown escape, expected {expected}");
            return Err(Fault { at: start, words });
        }
    };
    let code = reader.rest().get(..digits).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
    let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    reader.at += if code.is_some() { digits } else { 0 };
    code.and_then(char::from_u32).ok_or_else(|| Fault {
        at: start,
        words: format!("the escape needs {digits} hexadecimal digits, of a character"),
    })
}

fn control(reader: &Reader<'_>) -> Fault {
    reader
        .fault("a control character in a string: write it as an escape in double quotes".to_owned())
}
