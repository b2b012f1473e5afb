use proptest::prelude::*;

use super::reader::{Read, hostile, read};
use super::{Annotation, MAX_MESSAGE_CHARACTERS, Severity};
use crate::repository::Location;
use crate::text::shortened;

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
