//! What a package holds besides Rust: objects, archives, and C code that its build script can link.
//!
//! Which of it a build script takes, only running it would tell. What is found answers two questions: whether
//! the package's own code defines a name that its own extern blocks declare, and where it can import what no
//! extern block declares.

mod c_text;
mod files;
mod imports;

use std::collections::HashSet;
use std::path::Path;

use self::files::{Kind, files};
pub(crate) use self::imports::hidden_imports;
use crate::document::read_regular;
use crate::graph::Package;
use crate::object::{self, Content, SymbolKind};

/// Larger files are not read: the amalgamation of `SQLite`, one of the largest texts, has 9 MB.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How many bytes are read of a package.
const MAX_PACKAGE_BYTES: u64 = 512 * 1024 * 1024;

/// Whether a build script can compile or link something that is not Rust.
pub(crate) fn may_be_linked(package: &Package) -> bool {
    package.links.is_some() || package.has_build_script
}

/// The definitions that were found for names that were looked for.
#[derive(Debug, Default)]
pub(crate) struct NativeCode {
    defined: HashSet<String>,
}

impl NativeCode {
    /// Whether the package's own objects or C code define `name`.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Looks for definitions of `names` below `directory`.
    pub(crate) fn look_for(&mut self, directory: &Path, names: &[&str]) {
        let mut missing: HashSet<&str> =
            names.iter().copied().filter(|name| !self.defined.contains(*name)).collect();
        let mut budget = MAX_PACKAGE_BYTES;
        for (path, kind) in files(directory).files {
            if missing.is_empty() {
                return;
            }
            // What cannot be read defines nothing that is known: the names stay in question.
            let Ok(bytes) = read_regular(&path, MAX_FILE_BYTES.min(budget)) else { continue };
            budget -= bytes.len() as u64;
            let found = match kind {
                Kind::Object => defined_in_object(&bytes, &missing),
                Kind::CText => c_text::defined(&bytes, &missing),
            };
            for name in found {
                missing.remove(name.as_str());
                self.defined.insert(name);
            }
        }
    }
}

/// Which of `names` a wasm object or archive defines.
fn defined_in_object(bytes: &[u8], names: &HashSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for unit in object::read(bytes).unwrap_or_default() {
        match unit.content {
            Ok(Content::Wasm(symbols)) => {
                let defined = symbols.defined.iter().filter(|definition| {
                    matches!(definition.kind, SymbolKind::Function | SymbolKind::Data)
                });
                found.extend(defined.map(|definition| definition.name.to_owned()));
            }
            Ok(Content::Bitcode { defines }) => {
                found.extend(defines.into_iter().map(std::borrow::Cow::into_owned));
            }
            _ => {}
        }
    }
    found.retain(|name| names.contains(name.as_str()));
    found
}
