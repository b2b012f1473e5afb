//! The C symbols of a target from a toolchain's own files.

use std::fs;
use std::path::{Path, PathBuf};

use super::by_name::ByName;
use super::{CSymbol, Library, Target, is_symbol_of_interest, is_weak};
use crate::error::Error;
use crate::object::{Content, SymbolKind, read as read_object};
use crate::sorted;

/// What the toolchain's files say.
pub(super) struct Found {
    pub(super) symbols: ByName,
    pub(super) origin: String,
    libraries: Vec<Library>,
}

impl Found {
    /// Whether the files have everything that the table knows of `library`.
    pub(super) fn replaces(&self, library: &Library) -> bool {
        self.libraries.contains(library)
    }
}

/// Reads what the toolchain at `sysroot` has for `target`; `None` when the decisive file (`libc.a`,
/// or `compiler_builtins` for targets without libc) is not there.
pub(super) fn read(sysroot: &Path, target: &Target) -> Result<Option<Found>, Error> {
    let below = ["lib", "rustlib", target.triple, "lib"];
    let directory = sysroot.join(below.iter().collect::<PathBuf>());
    let self_contained = directory.join("self-contained");
    let rlib = |name: &str| find_rlib(&directory, name);

    let mut files: Vec<(Library, PathBuf)> = Vec::new();
    let libc = self_contained.join("libc.a");
    if target.has_libc {
        if !libc.is_file() {
            return Ok(None);
        }
        files.push((Library::Libc, libc));
        for startup in ["crt1-command.o", "crt1-reactor.o"] {
            let path = self_contained.join(startup);
            if path.is_file() {
                files.push((Library::Startup, path));
            }
        }
    }
    match rlib("libcompiler_builtins-") {
        Some(path) => files.push((Library::CompilerBuiltins, path)),
        None if target.has_libc => {}
        None => return Ok(None),
    }

    let mut libraries = Vec::new();
    let mut definitions = Vec::new();
    for (library, path) in &files {
        add_definitions(&mut definitions, library, path)?;
        libraries.push(library.clone());
    }
    let symbols = ByName::first_of_each(definitions);
    let mut found = Found { symbols, origin: String::new(), libraries };
    if let Some(std) = rlib("libstd-") {
        mark_references(&mut found.symbols, &std)?;
    }
    found.origin = files.first().map_or(String::new(), |(_, path)| {
        format!("the toolchain's own `{}`", path.strip_prefix(sysroot).unwrap_or(path).display())
    });
    Ok(Some(found))
}

/// The first by name, where a toolchain has several.
fn find_rlib(directory: &Path, prefix: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?;
    let mut names: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            path.extension().is_some_and(|extension| extension == "rlib")
                && name.is_some_and(|name| name.starts_with(prefix))
        })
        .collect();
    sorted::sort(&mut names);
    names.into_iter().next()
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| Error::new(format!("cannot read `{}`: {error}", path.display())))
}

fn add_definitions(
    definitions: &mut Vec<(String, CSymbol)>,
    library: &Library,
    path: &Path,
) -> Result<(), Error> {
    let bytes = read_file(path)?;
    for unit in read_object(&bytes).map_err(|corrupt| corrupt.in_file(path))? {
        match unit.content.map_err(|corrupt| corrupt.in_file(path))? {
            Content::Wasm(table) => {
                for definition in &table.defined {
                    if !is_symbol_of_interest(definition.kind, definition.name) {
                        continue;
                    }
                    let symbol = CSymbol {
                        library: library.clone(),
                        is_function: definition.kind == SymbolKind::Function,
                        wasm_type: table.type_of_definition(definition).cloned(),
                        weak: is_weak(definition.binding),
                        referenced_by_std: false,
                        sdk: None,
                    };
                    definitions.push((definition.name.to_owned(), symbol));
                }
            }
            // A toolchain built with LTO has these; the index does not tell functions from data, and
            // C libraries export few data names.
            Content::Bitcode { defines } => {
                for name in defines {
                    if !is_symbol_of_interest(SymbolKind::Function, &name) {
                        continue;
                    }
                    let symbol = CSymbol {
                        library: library.clone(),
                        is_function: true,
                        wasm_type: None,
                        weak: false,
                        referenced_by_std: false,
                        sdk: None,
                    };
                    definitions.push((name.into_owned(), symbol));
                }
            }
            Content::Component | Content::Elsewhere | Content::Other => {}
        }
    }
    Ok(())
}

fn mark_references(symbols: &mut ByName, std: &Path) -> Result<(), Error> {
    let bytes = read_file(std)?;
    for unit in read_object(&bytes).map_err(|corrupt| corrupt.in_file(std))? {
        if let Content::Wasm(table) = unit.content.map_err(|corrupt| corrupt.in_file(std))? {
            for undefined in table.undefined.iter().filter(|undefined| !undefined.explicit_name) {
                if let Some(symbol) = symbols.get_mut(undefined.symbol) {
                    symbol.referenced_by_std = true;
                }
            }
        }
    }
    Ok(())
}
