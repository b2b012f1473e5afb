//! What a package's objects and C code import: a build script may link them, and no extern block says so.

use super::files::{Files, Kind, MAX_FILES, files};
use super::{MAX_FILE_BYTES, MAX_PACKAGE_BYTES, c_text, may_be_linked};
use crate::document::{ReadError, read_regular};
use crate::graph::Package;
use crate::import::Place;
use crate::object::{self, Content};
use crate::sorted;
use crate::source::modules::relative_name;

/// How many imports of an object are named.
const MAX_NAMED: usize = 3;

/// The files of `package` that import something of their own, each with the place and the reason for an
/// opaque entry.
pub(crate) fn hidden_imports(package: &Package) -> Vec<(Place, String)> {
    if !may_be_linked(package) {
        return Vec::new();
    }
    let mut hidden = Vec::new();
    let mut budget = MAX_PACKAGE_BYTES;
    let Files { files, are_cut } = files(&package.directory);
    if are_cut {
        let reason = format!("the package has more than {MAX_FILES} files: not all are looked at");
        hidden.push((place(package, "Cargo.toml".to_owned(), (1, 1), 1), reason));
    }
    for (path, kind) in files {
        let file = || relative_name(&path, &package.directory);
        let bytes = match read_regular(&path, MAX_FILE_BYTES.min(budget)) {
            Ok(bytes) => bytes,
            Err(ReadError::TooLarge(limit)) => {
                let reason = format!("has more than the {limit} bytes that are read of it");
                hidden.push((place(package, file(), (1, 1), 1), reason));
                continue;
            }
            // A file that cannot be read is none that a build can use.
            Err(_) => continue,
        };
        budget -= bytes.len() as u64;
        hidden.extend(match kind {
            Kind::Object => in_object(&bytes).map(|what| {
                let reason =
                    format!("imports {what}: whether it is linked, only the build script tells");
                (place(package, file(), (1, 1), 1), reason)
            }),
            Kind::CText => c_text::import_attribute(&bytes).map(|range| {
                let reason = "C code that imports from the host: whether it is compiled, only the \
                              build script tells";
                let at = position(&bytes[..range.start]);
                (place(package, file(), at, range.len()), reason.to_owned())
            }),
        });
    }
    hidden
}

/// The imports of an object or an archive that have a module of their own, in words.
fn in_object(bytes: &[u8]) -> Option<String> {
    let mut imports = Vec::new();
    for unit in object::read(bytes).unwrap_or_default() {
        let Ok(Content::Wasm(symbols)) = unit.content else { continue };
        // An undefined symbol that asks for no module is another object's matter, or the C library's.
        let asked = symbols.undefined.iter().filter_map(|undefined| undefined.import);
        let asked = asked.filter(|(module, _)| *module != "env");
        imports.extend(asked.map(|(module, name)| format!("`{module}.{name}`")));
    }
    let imports = sorted::set(imports);
    let named: Vec<&str> = imports.iter().take(MAX_NAMED).map(String::as_str).collect();
    match imports.len() - named.len() {
        _ if named.is_empty() => None,
        0 => Some(named.join(", ")),
        more => Some(format!("{} and {more} more", named.join(", "))),
    }
}

fn place(package: &Package, file: String, (line, column): (usize, usize), length: usize) -> Place {
    Place {
        package: package.name.clone(),
        version: package.version.clone(),
        directory: package.directory.clone(),
        file,
        line,
        column,
        length,
    }
}

/// Line and column behind `text`.
fn position(text: &[u8]) -> (usize, usize) {
    let lines = text.split(|byte| *byte == b'\n');
    let (line, text) = lines.enumerate().last().unwrap_or_default();
    (line + 1, String::from_utf8_lossy(text).chars().count() + 1)
}
