//! What a package's text can hold, told without lexing: a superset of what its code holds.

use std::collections::HashSet;
use std::path::Path;

use super::tokens::MAX_FILE_BYTES;
use crate::document::read_regular;

/// How deep source directories may nest before the walk ends; links can make endless trees.
const MAX_DIRECTORY_DEPTH: usize = 64;

/// What a package's text holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// An extern block may be there.
    pub(super) extern_block: bool,
    /// `no_mangle` or `export_name` may be there.
    pub(super) definition: bool,
}

/// The hints of all `.rs` files below `directory`. What cannot be read hints at everything, so that the
/// reading proper meets it and says so.
pub(super) fn hints(directory: &Path) -> Hints {
    let mut hints = Hints::default();
    visit(directory, &mut |text| {
        let found = text.map_or(Hints { extern_block: true, definition: true }, hints_of);
        hints.extern_block |= found.extern_block;
        hints.definition |= found.definition;
        !(hints.extern_block && hints.definition)
    });
    hints
}

/// Whether one of `words` stands as a whole identifier in a `.rs` file below `directory`.
pub(super) fn mentions_any(directory: &Path, words: &HashSet<String>) -> bool {
    let mut found = false;
    visit(directory, &mut |text| {
        found = text.is_none_or(|text| {
            text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|word| !word.is_empty() && words.contains(word))
        });
        !found
    });
    found
}

/// Calls `look` with the text of each `.rs` file below `directory`, `None` where it cannot be had, until
/// it answers false.
fn visit(directory: &Path, look: &mut dyn FnMut(Option<&str>) -> bool) {
    let mut pending = vec![(directory.to_path_buf(), 0)];
    while let Some((directory, depth)) = pending.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            if !look(None) {
                return;
            }
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "rs") && !path.is_dir() {
                if !look(read(&path).as_deref()) {
                    return;
                }
            } else if depth < MAX_DIRECTORY_DEPTH && may_hold_sources(&path) {
                pending.push((path, depth + 1));
            }
        }
    }
}

/// A directory that cargo neither builds into nor hides.
fn may_hold_sources(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.is_dir() && !name.starts_with('.') && name != "target"
}

fn read(path: &Path) -> Option<String> {
    String::from_utf8(read_regular(path, MAX_FILE_BYTES).ok()?).ok()
}

fn hints_of(text: &str) -> Hints {
    // A module or an include can lie beside the directory that is walked.
    if text.contains("\"..") && (text.contains("path") || text.contains("include!")) {
        return Hints { extern_block: true, definition: true };
    }
    Hints {
        extern_block: text.match_indices("extern").any(|(at, word)| {
            let behind = &text[at + word.len()..];
            !text[..at].ends_with(is_identifier) && may_open_block(behind)
        }),
        definition: text.contains("no_mangle") || text.contains("export_name"),
    }
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether what stands behind `extern` can be an ABI string and a brace, or a macro's stand-in for them.
fn may_open_block(behind: &str) -> bool {
    let rest = behind.trim_start();
    let Some(abi) = rest.strip_prefix('"') else {
        return rest.starts_with(['{', '/', '$', 'r', '#']) && !rest.starts_with("ref");
    };
    let rest = abi.split_once('"').map_or("", |(_, rest)| rest).trim_start();
    rest.starts_with(['{', '/', '$'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_block_is_a_hint() {
        for (text, expected) in [
            ("extern \"C\" { fn f(); }", true),
            ("extern\n{ fn f(); }", true),
            ("unsafe extern \"C\" // why\n {}", true),
            ("extern r\"C\" {}", true),
            ("extern $abi { $($t)* }", true),
            ("extern \"C\" fn f() {}", false),
            ("extern crate a;", false),
            ("my_extern { }", false),
            ("let external = 1;", false),
        ] {
            assert_eq!(hints_of(text).extern_block, expected, "{text}");
        }
        assert!(hints_of("#[path = \"../x.rs\"] mod x;").extern_block);
    }
}
