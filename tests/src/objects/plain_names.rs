//! Objects as rustc 1.91.0 writes them: imports of other crates under their plain names.
//!
//! An undefined function has a symbol name beside its import name where the flag `EXPLICIT_NAME` is set
//! ([linking convention](https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md)). rustc
//! 1.91.0 took the link name for the symbols of another crate's imports (rust-lang/rust#148347), and went
//! on to give LLVM their import modules and import names (the attributes `wasm-import-module` and
//! `wasm-import-name`), for which LLVM sets the flag even where both names are one. So it is the symbol
//! name alone that changes here; symbols keep their numbers, and relocations stay. Without the flag, a
//! linker would take what nothing defines for undefined (unless `--allow-undefined`), not for an import.

use std::collections::HashMap;
use std::ops::Range;

use wasmparser::{BinaryReader, Parser, Payload, SymbolFlags};

use super::{CrateId, Functions, Undefined, functions};

/// The subsection of `linking` that holds the symbols.
const SYMBOL_TABLE: u8 = 8;
/// Kinds of symbols, as the symbol table writes them.
const FUNCTION: u8 = 0;
const DATA: u8 = 1;
const SECTION: u8 = 3;

/// An object with other symbols, and what was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The object.
    pub object: Vec<u8>,
    /// The imports that have their plain names now.
    pub plain: Vec<Foreign>,
    /// Imports of other crates that kept their own names, because something else in the object has the
    /// plain one: rustc 1.91.0 made one function of both.
    pub merged: Vec<Foreign>,
}

/// An import that another crate declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// As it was.
    pub import: Undefined,
    /// The crate that declares it.
    pub declaring: CrateId,
}

/// `object` of the crate `own` with the imports of other crates under their plain names; `None` when it
/// has no such imports.
///
/// # Errors
/// When the object cannot be read, when it names imports and `own` is not known, or when the name of an
/// import does not tell the crate that declares it.
pub fn with_plain_names(object: &[u8], own: Option<&CrateId>) -> Result<Option<Rewritten>, String> {
    let Functions { undefined, defined } = functions(object)?;
    let (explicit, plain): (Vec<_>, Vec<_>) =
        undefined.into_iter().partition(|it| it.explicit_name);
    let mut names = defined;
    names.extend(explicit.iter().chain(&plain).map(|it| it.symbol.clone()));
    let (mut plain, mut merged) = (Vec::new(), Vec::new());
    for import in explicit {
        if let Some(declaring) = foreign(&import.symbol, own)? {
            // No two symbols of an object can have one name.
            let list = if names.insert(import.name.clone()) { &mut plain } else { &mut merged };
            list.push(Foreign { import, declaring });
        }
    }
    if plain.is_empty() && merged.is_empty() {
        return Ok(None);
    }
    let others = plain.iter().map(|it| (it.import.symbol.as_str(), it.import.name.as_str()));
    Ok(Some(Rewritten { object: renamed(object, &others.collect())?, plain, merged }))
}

/// `object` with other names for undefined functions: from old to new.
fn renamed(object: &[u8], others: &HashMap<&str, &str>) -> Result<Vec<u8>, String> {
    let section = linking_section(object)?.ok_or("the object has no linking section")?;
    let mut content = object[section.name].to_vec();
    let mut reader = BinaryReader::new(&object[section.data.clone()], section.data.start);
    write_leb(&mut content, reader.read_var_u32().map_err(text)?);
    while !reader.eof() {
        let kind = reader.read_u8().map_err(text)?;
        let size = reader.read_var_u32().map_err(text)?;
        let start = reader.original_position();
        let bytes = reader.read_bytes(size as usize).map_err(text)?;
        content.push(kind);
        if kind == SYMBOL_TABLE {
            let table = symbol_table(bytes, start, others)?;
            write_leb(&mut content, length(&table)?);
            content.extend(table);
        } else {
            write_leb(&mut content, size);
            content.extend_from_slice(bytes);
        }
    }
    let mut out = object[..section.start].to_vec();
    out.push(0);
    write_leb(&mut out, length(&content)?);
    out.extend(content);
    out.extend_from_slice(&object[section.data.end..]);
    Ok(out)
}

/// Where `linking` is: where its header begins, its name with the name's length, and what follows.
struct Section {
    start: usize,
    name: Range<usize>,
    data: Range<usize>,
}

fn linking_section(object: &[u8]) -> Result<Option<Section>, String> {
    let mut start = 0;
    for payload in Parser::new(0).parse_all(object) {
        let payload = payload.map_err(text)?;
        if let Payload::CustomSection(custom) = &payload
            && custom.name() == "linking"
        {
            let whole = custom.range();
            let data = custom.data_offset()..whole.end;
            return Ok(Some(Section { start, name: whole.start..data.start, data }));
        }
        match &payload {
            Payload::Version { range, .. } => start = range.end,
            _ => start = payload.as_section().map_or(start, |(_, range)| range.end),
        }
    }
    Ok(None)
}

fn symbol_table(
    bytes: &[u8],
    start: usize,
    others: &HashMap<&str, &str>,
) -> Result<Vec<u8>, String> {
    let mut reader = BinaryReader::new(bytes, start);
    let mut out = Vec::with_capacity(bytes.len());
    let count = reader.read_var_u32().map_err(text)?;
    write_leb(&mut out, count);
    for _ in 0..count {
        let from = reader.original_position() - start;
        let kind = reader.read_u8().map_err(text)?;
        let flags = reader.read_var_u32().map_err(text)?;
        let set = |flag: SymbolFlags| flags & flag.bits() != 0;
        let undefined = set(SymbolFlags::UNDEFINED);
        let mut other = None;
        match kind {
            DATA => {
                reader.read_string().map_err(text)?;
                if !undefined {
                    // Its segment, and the place and size there.
                    for _ in 0..3 {
                        reader.read_var_u32().map_err(text)?;
                    }
                }
            }
            SECTION => {
                reader.read_var_u32().map_err(text)?;
            }
            _ => {
                let index = reader.read_var_u32().map_err(text)?;
                if !undefined || set(SymbolFlags::EXPLICIT_NAME) {
                    let name = reader.read_string().map_err(text)?;
                    if kind == FUNCTION && undefined {
                        other = others.get(name).map(|name| (index, *name));
                    }
                }
            }
        }
        if let Some((index, name)) = other {
            out.push(kind);
            write_leb(&mut out, flags);
            write_leb(&mut out, index);
            write_leb(&mut out, length(name.as_bytes())?);
            out.extend_from_slice(name.as_bytes());
        } else {
            out.extend_from_slice(&bytes[from..reader.original_position() - start]);
        }
    }
    Ok(out)
}

/// The crate that declares an import, when it is not `own`.
fn foreign(symbol: &str, own: Option<&CrateId>) -> Result<Option<CrateId>, String> {
    let Some(declaring) = CrateId::of_symbol(symbol) else {
        if symbol.starts_with("_ZN") || symbol.starts_with("_R") {
            return Err(format!(
                "`{symbol}` does not tell the crate that declares it: build with \
                 `-Csymbol-mangling-version=v0`"
            ));
        }
        // Not Rust's: a name that C code has given.
        return Ok(None);
    };
    let Some(own) = own else {
        return Err(format!(
            "it names the import `{symbol}`, and its file name does not tell the crate that it is \
             of: build with `CARGO_INCREMENTAL=0`"
        ));
    };
    Ok((!declaring.is(own)).then_some(declaring))
}

fn length(bytes: &[u8]) -> Result<u32, String> {
    u32::try_from(bytes.len()).map_err(text)
}

fn write_leb(out: &mut Vec<u8>, mut value: u32) {
    while value > 0x7f {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
