//! A reader of workflow commands, written from their documentation and not from our writer.

use std::collections::BTreeMap;

/// A command as a runner reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) data: String,
}

impl Command {
    /// Reads `::name key=value,…::data`. The first `::` behind the name ends the properties.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
        let (name, list) = head.split_once(' ').unwrap_or((head, ""));
        let mut properties = BTreeMap::new();
        for property in list.split(',').filter(|property| !property.is_empty()) {
            let (key, value) = property.split_once('=')?;
            let value = value.replace("%3A", ":").replace("%2C", ",");
            properties.insert(key.to_owned(), decoded(&value));
        }
        Some(Self { name: name.to_owned(), properties, data: decoded(data) })
    }
}

fn decoded(text: &str) -> String {
    // In this order: what `%25` gives must not be read as another escape.
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}
