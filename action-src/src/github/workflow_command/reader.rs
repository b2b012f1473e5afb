//! A reader of workflow commands for the tests, written from their documentation and not from our
//! writer, and what to try it with.

use proptest::prelude::*;

/// A command as a runner reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) data: String,
}

/// Reads a line as the documentation of workflow commands describes it: `::name key=value,…::data`
/// after blanks, where the first `::` behind the name ends the properties.
pub(crate) fn read(line: &str) -> Option<Read> {
    let command = line.trim_start().strip_prefix("::")?;
    let (head, data) = command.split_once("::")?;
    let (name, list) = head.split_once(' ').unwrap_or((head, ""));
    let mut properties = Vec::new();
    for property in list.trim().split(',').filter(|property| !property.is_empty()) {
        let (key, value) = property.split_once('=')?;
        properties.push((key.to_owned(), decoded(value, true)));
    }
    Some(Read { name: name.to_owned(), properties, data: decoded(data, false) })
}

/// Undoes percent escapes, those of properties only in properties.
fn decoded(text: &str, property: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = match rest.get(1..3) {
            Some("25") => Some('%'),
            Some("0D") => Some('\r'),
            Some("0A") => Some('\n'),
            Some("3A") if property => Some(':'),
            Some("2C") if property => Some(','),
            _ => None,
        };
        out.push(known.unwrap_or('%'));
        rest = &rest[if known.is_some() { 3 } else { 1 }..];
    }
    out + rest
}

/// Text made of what could end, forge or split a command, and of anything else.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "::",
        ":",
        ",",
        "%",
        "%25",
        "%0A",
        "%250A",
        "\r",
        "\n",
        "\r\n",
        "=",
        " ",
        "##[error]",
        "::error::",
        "::stop-commands::x",
        "\u{2028}",
        "\u{202e}",
        "é",
        "|",
        "`",
        "",
    ]);
    let piece = prop_oneof![pieces.prop_map(str::to_owned), any::<String>()];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
