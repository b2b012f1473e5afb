//! The function symbols of a wasm object.

use std::collections::BTreeSet;

use wasmparser::{KnownCustom, Linking, Parser, Payload, SymbolFlags, SymbolInfo, TypeRef};

/// A function that an object uses and does not define.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undefined {
    /// The linker's name for it.
    pub symbol: String,
    /// The import module; `env` where none was given.
    pub module: String,
    /// The import name.
    pub name: String,
    /// Whether the symbol is another than the import name, by the flag for that.
    pub explicit_name: bool,
}

/// What an object defines, and what it leaves undefined.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    /// Symbols of undefined functions.
    pub undefined: Vec<Undefined>,
    /// Names of all that is defined for others, functions and data.
    pub defined: BTreeSet<String>,
}

/// The function symbols of an object.
///
/// # Errors
/// What is wrong with it.
pub fn functions(object: &[u8]) -> Result<Functions, String> {
    let mut imports = Vec::new();
    let mut functions = Functions::default();
    for payload in Parser::new(0).parse_all(object) {
        match payload.map_err(text)? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(text)?;
                    if matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        imports.push((import.module, import.name));
                    }
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Linking(linking) = section.as_known() else { continue };
                for part in linking {
                    let Linking::SymbolTable(table) = part.map_err(text)? else { continue };
                    for symbol in table {
                        functions.add(symbol.map_err(text)?, &imports)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(functions)
}

impl Functions {
    fn add(&mut self, symbol: SymbolInfo<'_>, imports: &[(&str, &str)]) -> Result<(), String> {
        let (flags, defined) = match symbol {
            SymbolInfo::Func { flags, index, name } => {
                if flags.contains(SymbolFlags::UNDEFINED) {
                    let (module, import) = *imports
                        .get(index as usize)
                        .ok_or_else(|| format!("a symbol of import {index}, which is not there"))?;
                    self.undefined.push(Undefined {
                        symbol: name.unwrap_or(import).to_owned(),
                        module: module.to_owned(),
                        name: import.to_owned(),
                        explicit_name: flags.contains(SymbolFlags::EXPLICIT_NAME),
                    });
                    return Ok(());
                }
                (flags, name)
            }
            SymbolInfo::Data { flags, name, symbol: Some(_) } => (flags, Some(name)),
            _ => return Ok(()),
        };
        if !flags.contains(SymbolFlags::BINDING_LOCAL) {
            self.defined.extend(defined.map(str::to_owned));
        }
        Ok(())
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
