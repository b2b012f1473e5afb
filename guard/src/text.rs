//! Text from a project made safe to show.

/// `text` with every control character, line separator and bidirectional override written as
/// `\u{…}`, so that a name or a path cannot move the cursor, forge a line or reorder what is read.
/// Tabs become one blank.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_hidden(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Control characters, and the format characters that reorder or hide text (Unicode UAX #9 and #31).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_name_cannot_forge_a_line_or_reorder_it() {
        assert_eq!(printable("a\nb"), "a\\u{a}b");
        assert_eq!(printable("\u{1b}[31m\u{202e}x"), "\\u{1b}[31m\\u{202e}x");
        assert_eq!(printable("wasi:cli/exit@0.2.12 é"), "wasi:cli/exit@0.2.12 é");
    }
}
