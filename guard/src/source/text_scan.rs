//! What a package's text can hold, told without lexing: a superset of what its code holds.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::generators;
use super::tokens::{Delimiter, Kind, MAX_FILE_BYTES, Tokens};
use crate::document::read_regular;

/// What a package's text holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// An extern block or a generator may be there. What else is there is not looked for then.
    pub(super) extern_block: bool,
    /// `no_mangle` or `export_name` may be there.
    pub(super) definition: bool,
}

/// The hints of all `.rs` files below `directory`. What cannot be read hints at everything, so that the
/// reading proper meets it and says so.
pub(super) fn hints(directory: &Path) -> Hints {
    hints_until(directory, &AtomicBool::new(false)).unwrap_or_default()
}

/// The same; `None` when told to stop before all is seen.
pub(crate) fn hints_until(directory: &Path, stop: &AtomicBool) -> Option<Hints> {
    let mut hints = Hints::default();
    visit(directory, &mut |text| {
        let found = text.map_or(Hints { extern_block: true, definition: true }, hints_of);
        hints.extern_block |= found.extern_block;
        hints.definition |= found.definition;
        !hints.extern_block && !stop.load(Ordering::Relaxed)
    });
    (hints.extern_block || !stop.load(Ordering::Relaxed)).then_some(hints)
}

/// Whether one of `words` stands as a whole identifier in a `.rs` file below `directory`, or may stand in a
/// file that a build makes.
pub(super) fn mentions_any(directory: &Path, words: &HashSet<String>) -> bool {
    let mut found = false;
    visit(directory, &mut |text| {
        found = text.is_none_or(|text| {
            includes_generated(text)
                || text
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .any(|word| !word.is_empty() && words.contains(word))
        });
        !found
    });
    found
}

/// Calls `look` with the text of each `.rs` file below `directory`, `None` where it cannot be had, until
/// it answers false. A directory that links lead to twice is read once.
fn visit(directory: &Path, look: &mut dyn FnMut(Option<&str>) -> bool) {
    let Ok(real) = directory.canonicalize() else {
        look(None);
        return;
    };
    let mut seen: HashSet<PathBuf> = HashSet::from([real.clone()]);
    let mut included = HashSet::new();
    let mut pending = vec![real.clone()];
    let top = real;
    while let Some(directory) = pending.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            if !look(None) {
                return;
            }
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let kind = entry.file_type();
            let is_link = !kind.as_ref().is_ok_and(|kind| kind.is_dir() || kind.is_file());
            let is_directory =
                if is_link { path.is_dir() } else { kind.is_ok_and(|kind| kind.is_dir()) };
            if is_directory {
                let is_hidden = !may_hold_sources(&path);
                // The directory that is read is a real one: below it, only a link leads elsewhere.
                let real = if is_link { path.canonicalize().unwrap_or(path) } else { path };
                if !real.starts_with(&top) {
                    // What a link brings in from elsewhere is for the reading proper to judge.
                    if !look(None) {
                        return;
                    }
                } else if !is_hidden && seen.insert(real.clone()) {
                    pending.push(real);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !visit_file(path, &top, &mut included, look)
            {
                return;
            }
        }
    }
}

/// Calls `look` with the text of a file and of those beside the directory `top` that it includes; false
/// when `look` was.
fn visit_file(
    path: PathBuf,
    top: &Path,
    included: &mut HashSet<PathBuf>,
    look: &mut dyn FnMut(Option<&str>) -> bool,
) -> bool {
    let mut pending = vec![path];
    while let Some(path) = pending.pop() {
        let text = read(&path);
        if !look(text.as_deref()) {
            return false;
        }
        let Some(text) = text.filter(|it| it.contains("include!") && it.contains("\"..")) else {
            continue;
        };
        let directory = path.parent().unwrap_or(top);
        let Some(files) = included_from_above(&text) else {
            if !look(None) {
                return false;
            }
            continue;
        };
        for file in files {
            // Beside it is the rest of the package; what is farther away is for the reading proper to judge.
            let file = directory.join(file).canonicalize().ok();
            let file = file.filter(|file| top.parent().is_some_and(|it| file.starts_with(it)));
            match file {
                Some(file) if file.starts_with(top) => {}
                Some(file) => {
                    if included.insert(file.clone()) {
                        pending.push(file);
                    }
                }
                None => {
                    if !look(None) {
                        return false;
                    }
                }
            }
        }
    }
    true
}

/// The paths with `..` that stand in calls of `include!`; `None` where the text is no Rust.
fn included_from_above(text: &str) -> Option<Vec<String>> {
    let tokens = Tokens::lex(text.to_owned()).ok()?;
    let mut behind = 0;
    let mut paths = Vec::new();
    for at in 0..tokens.len() {
        if tokens.is_keyword(at, "include") && tokens.is_punct(at + 1, '!') {
            behind = behind.max(tokens.after(at + 2));
        } else if at < behind {
            paths.extend(tokens.string_value(at).filter(|path| path.starts_with("..")));
        }
    }
    Some(paths)
}

/// Whether cargo neither builds into nor hides a directory of that name.
fn may_hold_sources(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && name != "target"
}

fn read(path: &Path) -> Option<String> {
    String::from_utf8(read_regular(path, MAX_FILE_BYTES).ok()?).ok()
}

pub(super) fn hints_of(text: &str) -> Hints {
    let may_lead_out = text.contains("\"..") && text.contains("path");
    let may_declare = generators::WORDS.iter().any(|word| text.contains(word))
        || text.match_indices("extern").any(|(at, word)| {
            let behind = &text[at + word.len()..];
            !text[..at].ends_with(is_identifier) && may_open_block(behind)
        });
    let may_define = text.contains("no_mangle") || text.contains("export_name");
    let may_matter = may_lead_out || may_declare || may_define;
    let seen = if may_matter { Seen::in_text(text) } else { Seen::default() };
    Hints {
        extern_block: seen.way_out || seen.declaration || includes_generated(text),
        definition: seen.way_out || seen.definition,
    }
}

/// What the tokens of a text have: most texts with the words have them in a comment, or name a generator
/// that they do not call.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// An extern block or a generator.
    declaration: bool,
    /// An attribute that names a symbol.
    definition: bool,
    /// A module that can lie beside the directory that is walked.
    way_out: bool,
}

impl Seen {
    fn in_text(text: &str) -> Self {
        let Ok(tokens) = Tokens::lex(text.to_owned()) else {
            return Self { declaration: true, definition: true, way_out: true };
        };
        let mut seen = Self::default();
        // Behind the attribute that was met last.
        let mut attribute = 0;
        for at in 0..tokens.len() {
            match tokens.kind(at) {
                Some(Kind::Punct('#')) => {
                    let bracket = at + 1 + usize::from(tokens.is_punct(at + 1, '!'));
                    if tokens.opens(bracket, Delimiter::Bracket) {
                        attribute = attribute.max(tokens.after(bracket));
                    }
                }
                Some(Kind::Ident) if tokens.is_keyword(at, "extern") => {
                    let has_abi = tokens.kind(at + 1) == Some(Kind::Literal);
                    let behind = at + 1 + usize::from(has_abi);
                    seen.declaration |=
                        tokens.opens(behind, Delimiter::Brace) || tokens.is_punct(behind, '$');
                }
                Some(Kind::Ident) => {
                    let word = tokens.text(at);
                    let is_attribute = at < attribute;
                    seen.declaration |= generators::is_crate(word)
                        || (is_attribute && generators::is_attribute(word));
                    seen.definition |= is_attribute && matches!(word, "no_mangle" | "export_name");
                }
                Some(Kind::Literal) if at < attribute => {
                    let is_path = tokens.is_punct(at - 1, '=') && tokens.is_keyword(at - 2, "path");
                    seen.way_out |= is_path && tokens.text(at).contains("\"..");
                }
                _ => {}
            }
        }
        seen
    }
}

/// Whether the text may bring in a file that a build makes, with whatever that holds.
fn includes_generated(text: &str) -> bool {
    text.contains("include!") && text.contains("env!")
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
    use crate::scratch::Scratch;

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
            ("include!(concat!(env!(\"OUT_DIR\"), \"/a.rs\"));", true),
            ("include!(\"a.rs\");", false),
        ] {
            assert_eq!(hints_of(text).extern_block, expected, "{text}");
        }
        assert!(hints_of("#[path = \"../x.rs\"] mod x;").extern_block);
    }

    #[test]
    fn what_is_included_from_beside_the_directory_is_seen() {
        let package = Scratch::new(&[]);
        let write = |file: &str, text: &str| package.write(file, text);
        let source = package.path("src");
        write("generated/a.rs", "pub fn word() {}");
        write("src/lib.rs", "mod below;\n#[doc = include_str!(\"../README.md\")] mod a {}");
        write("src/below/mod.rs", "include!(\"../../generated/a.rs\");");
        let words = HashSet::from(["word".to_owned()]);
        let without = (hints(&source).extern_block, mentions_any(&source, &words));
        write("generated/a.rs", "extern \"C\" { fn f(); }");
        let with = (hints(&source).extern_block, mentions_any(&source, &words));
        write("src/below/mod.rs", "include!(\"../../../elsewhere.rs\");");
        let elsewhere = hints(&source).extern_block;
        assert_eq!((without, with, elsewhere), ((false, true), (true, false), true));
    }

    #[cfg(unix)]
    #[test]
    fn links_in_circles_end() {
        let top = Scratch::new(&[("src/below/a.rs", "fn a() {}")]);
        let below = top.path("src/below");
        for link in ["one", "two", "three"] {
            let _ = std::os::unix::fs::symlink("..", below.join(link));
        }
        let _ = std::os::unix::fs::symlink("/", below.join("out"));
        let (mut files, mut unknown) = (0, 0);
        visit(top.root(), &mut |text| {
            files += usize::from(text.is_some());
            unknown += usize::from(text.is_none());
            true
        });
        assert_eq!((files, unknown), (1, 1));
    }
}
