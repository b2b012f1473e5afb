use proptest::prelude::*;

use super::{Annotation, MAX_MESSAGE_CHARACTERS, Severity};
use crate::repository::Location;
use crate::text::shortened;

/// A command as a runner reads it.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    name: String,
    properties: Vec<(String, String)>,
    data: String,
}

/// Reads a line as the documentation of workflow commands describes it: `::name key=value,…::data`
/// after blanks, where the first `::` behind the name ends the properties.
fn read(line: &str) -> Option<Read> {
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
fn hostile() -> impl Strategy<Value = String> {
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

proptest! {
    #[test]
    fn a_reader_gets_back_what_went_in(
        title in hostile(),
        file in hostile(),
        message in hostile(),
        (line, column, length) in (1_usize..100_000, 1_usize..1_000, 1_usize..1_000),
    ) {
        let location = Location { file: file.clone(), line, column, length };
        let annotation = Annotation {
            severity: Severity::Error,
            title: format!("t{title}"),
            location: Some(location),
            message: message.clone(),
        };
        let text = annotation.to_string();
        prop_assert!(!text.contains(['\r', '\n']), "{text:?}");
        prop_assert!(text.starts_with("::error title=t"), "{text:?}");
        let properties = [
            ("title", shortened(&format!("t{title}"), super::MAX_TITLE_CHARACTERS)),
            ("file", file),
            ("line", line.to_string()),
            ("endLine", line.to_string()),
            ("col", column.to_string()),
            ("endColumn", (column + length).to_string()),
        ];
        let expected = Read {
            name: "error".to_owned(),
            properties: properties.map(|(key, value)| (key.to_owned(), value)).to_vec(),
            data: shortened(&message, MAX_MESSAGE_CHARACTERS),
        };
        prop_assert_eq!(read(&text), Some(expected));
    }
}

#[test]
fn a_command_is_written_as_the_documentation_shows_it() {
    let location = Location { file: "a,b/Cargo.toml".to_owned(), line: 9, column: 1, length: 10 };
    let annotation = Annotation {
        severity: Severity::Warning,
        title: "libc-clash: 100%".to_owned(),
        location: Some(location),
        message: "one: 50%\r\ntwo, ::error::".to_owned(),
    };
    assert_eq!(
        annotation.to_string(),
        "::warning title=libc-clash%3A 100%25,file=a%2Cb/Cargo.toml,line=9,endLine=9,col=1,\
         endColumn=11::one: 50%25%0D%0Atwo, ::error::"
    );
    let nowhere = Annotation { severity: Severity::Notice, location: None, ..annotation };
    assert_eq!(
        nowhere.to_string(),
        "::notice title=libc-clash%3A 100%25::one: 50%25%0D%0Atwo, ::error::"
    );
}

#[test]
fn long_text_is_cut_before_it_is_escaped() {
    let annotation = Annotation {
        severity: Severity::Error,
        title: "t".to_owned(),
        location: None,
        message: "%".repeat(10_000),
    };
    let read = read(&annotation.to_string()).unwrap();
    assert_eq!(read.data.chars().count(), MAX_MESSAGE_CHARACTERS);
    assert!(read.data.ends_with("%…"), "{}", read.data);
}
