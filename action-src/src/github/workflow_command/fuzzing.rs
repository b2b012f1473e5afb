//! Promises about workflow commands.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    unreachable_pub,
    reason = "a promise that is broken is a panic, and the fuzz targets are another crate"
)]

use super::{Annotation, MAX_MESSAGE_CHARACTERS, MAX_TITLE_CHARACTERS, Severity};
use crate::repository::Location;
use crate::text::shortened;

/// Title, file and message, parted by NULs, make one line, one command, and are read again as they were.
pub fn workflow_command(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(3, '\0');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (title, file, message) = (next(), next(), next());
    let location = Location { file, line: data.len(), column: 3, length: usize::MAX };
    for location in [None, Some(location)] {
        let annotation = Annotation {
            severity: Severity::Error,
            title: title.clone(),
            location: location.clone(),
            message: message.clone(),
        };
        let line = annotation.to_string();
        assert!(!line.contains(['\n', '\r']), "more than a line: {line:?}");
        // The runner ends the properties at the first `::` behind the name.
        let command = line.strip_prefix("::error ").expect("an error");
        let (properties, data) = command.split_once("::").expect("data");
        assert_eq!(undone(data), shortened(&message, MAX_MESSAGE_CHARACTERS), "other data");
        let properties: Vec<(&str, String)> = properties
            .split(',')
            .map(|property| property.split_once('=').expect("a key and its value"))
            .map(|(key, value)| (key, undone(&value.replace("%3A", ":").replace("%2C", ","))))
            .collect();
        let keys: Vec<&str> = properties.iter().map(|(key, _)| *key).collect();
        let title = ("title", shortened(&title, MAX_TITLE_CHARACTERS));
        assert_eq!(properties[0], title);
        match &location {
            None => assert_eq!(keys, ["title"]),
            Some(location) => {
                assert_eq!(keys, ["title", "file", "line", "endLine", "col", "endColumn"]);
                assert_eq!(properties[1].1, location.file);
            }
        }
    }
}

/// The text of what was escaped: the sign that all escapes begin with comes last.
fn undone(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}
