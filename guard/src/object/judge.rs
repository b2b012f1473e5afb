//! Our reader of objects beside wasmparser, which others wrote: what both read, they read alike.
#![allow(clippy::expect_used, clippy::panic, reason = "a promise that is broken is a panic")]

use wasmparser::{
    BinaryReader, BinaryReaderError, Linking, LinkingSectionReader, Parser, Payload, SymbolFlags,
    SymbolInfo, TypeRef,
};

use super::module::number_type;
use super::{Binding, Corrupt, SymbolKind, Symbols};
use crate::import::WasmType;

/// A symbol: name, kind, binding, whether it is hidden, import, whether it has a name of its own, type.
type Symbol = (String, SymbolKind, Binding, bool, Option<(String, String)>, bool, Option<WasmType>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    relocatable: bool,
    defined: Vec<Symbol>,
    undefined: Vec<Symbol>,
}

fn ours(symbols: &Symbols<'_>) -> Table {
    let defined = symbols.defined.iter().map(|it| {
        let ty = symbols.type_of_definition(it).cloned();
        (it.name.to_owned(), it.kind, it.binding, it.hidden, None, false, ty)
    });
    let undefined = symbols.undefined.iter().map(|it| {
        let import = it.import.map(|(module, name)| (module.to_owned(), name.to_owned()));
        let ty = symbols.type_of_undefined(it).cloned();
        (it.symbol.to_owned(), it.kind, it.binding, false, import, it.explicit_name, ty)
    });
    Table {
        relocatable: symbols.relocatable,
        defined: defined.collect(),
        undefined: undefined.collect(),
    }
}

/// Why wasmparser refuses, or what the table cannot be.
#[derive(Debug)]
enum Refused {
    /// Where, in bytes from the beginning, and why.
    Section(usize, String),
    /// There are more functions than bodies, or fewer.
    Bodies,
    Symbol,
}

impl From<BinaryReaderError> for Refused {
    fn from(error: BinaryReaderError) -> Self {
        let of_bodies = ["inconsistent lengths", "code section is absent"];
        if of_bodies.iter().any(|words| error.message().contains(words)) {
            return Self::Bodies;
        }
        Self::Section(error.offset(), error.message().to_owned())
    }
}

fn theirs(module: &[u8]) -> Result<Table, Refused> {
    let mut types = Vec::new();
    let mut functions = Vec::new();
    // By kind: functions, globals, tables, tags.
    let mut imports: [Vec<(String, String)>; 4] = Default::default();
    let mut symbols: Option<Vec<SymbolInfo<'_>>> = None;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    types.extend(
                        group?.into_types().map(|it| number_type(&it.composite_type.inner)),
                    );
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let kind = match import.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                            functions.push(ty);
                            0
                        }
                        TypeRef::Global(_) => 1,
                        TypeRef::Table(_) => 2,
                        TypeRef::Tag(_) => 3,
                        TypeRef::Memory(_) => continue,
                    };
                    imports[kind].push((import.module.to_owned(), import.name.to_owned()));
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    functions.push(ty?);
                }
            }
            Payload::CustomSection(section) if section.name() == "linking" => {
                let bytes = BinaryReader::new(section.data(), section.data_offset());
                let table = symbols.get_or_insert_with(Vec::new);
                for subsection in LinkingSectionReader::new(bytes)?.subsections() {
                    if let Linking::SymbolTable(all) = subsection? {
                        for symbol in all {
                            table.push(symbol?);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut table = Table { relocatable: symbols.is_some(), ..Table::default() };
    for symbol in symbols.unwrap_or_default() {
        let (kind, flags, index, name) = match symbol {
            SymbolInfo::Func { flags, index, name } => (SymbolKind::Function, flags, index, name),
            SymbolInfo::Data { flags, name, .. } => (SymbolKind::Data, flags, 0, Some(name)),
            SymbolInfo::Global { flags, index, name } => (SymbolKind::Global, flags, index, name),
            SymbolInfo::Table { flags, index, name } => (SymbolKind::Table, flags, index, name),
            SymbolInfo::Event { flags, index, name } => (SymbolKind::Tag, flags, index, name),
            SymbolInfo::Section { .. } => continue,
        };
        let index = usize::try_from(index).expect("32 bits fit");
        let import = match kind {
            SymbolKind::Function => imports[0].get(index),
            SymbolKind::Global => imports[1].get(index),
            SymbolKind::Table => imports[2].get(index),
            SymbolKind::Tag => imports[3].get(index),
            SymbolKind::Data => None,
        };
        let ty = Some(functions.get(index)).filter(|_| kind == SymbolKind::Function).flatten();
        let ty = ty.and_then(|ty| types.get(usize::try_from(*ty).expect("32 bits fit")));
        let ty: Option<WasmType> = ty.cloned().flatten();
        let weak = flags.contains(SymbolFlags::BINDING_WEAK);
        let binding = if weak { Binding::Weak } else { Binding::Strong };
        if flags.contains(SymbolFlags::UNDEFINED) {
            if kind != SymbolKind::Data && import.is_none() {
                return Err(Refused::Symbol);
            }
            let own = flags.contains(SymbolFlags::EXPLICIT_NAME);
            let name = name.map(str::to_owned).or(import.map(|(_, name)| name.clone()));
            let name = name.ok_or(Refused::Symbol)?;
            table.undefined.push((name, kind, binding, false, import.cloned(), own, ty));
        } else if !flags.contains(SymbolFlags::BINDING_LOCAL) {
            let name = name.ok_or(Refused::Symbol)?.to_owned();
            let hidden = flags.contains(SymbolFlags::VISIBILITY_HIDDEN);
            table.defined.push((name, kind, binding, hidden, None, false, ty));
        }
    }
    Ok(table)
}

/// What became of a comparison.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) both_read: usize,
    pub(super) both_refuse: usize,
    /// Read by ours, which passes over sections that say nothing of symbols.
    ours_alone: usize,
    theirs_alone: usize,
}

impl Count {
    pub(super) fn compare(&mut self, module: &[u8]) {
        match (Symbols::parse(module, 0), theirs(module)) {
            (Ok(read), Ok(expected)) => {
                assert_eq!(ours(&read), expected, "{module:02x?}");
                self.both_read += 1;
            }
            (Err(_), Err(_)) => self.both_refuse += 1,
            (Ok(_), Err(Refused::Bodies)) => self.ours_alone += 1,
            (Ok(_), Err(Refused::Section(at, why))) => {
                assert!(!is_in_what_is_read(module, at), "{why} at {at:#x} of {module:02x?}");
                self.ours_alone += 1;
            }
            (Ok(_), Err(Refused::Symbol)) => panic!("a table that cannot be: {module:02x?}"),
            (Err(Corrupt { offset, what, .. }), Ok(_)) if is_beyond(&what, module[offset]) => {
                self.theirs_alone += 1;
            }
            (Err(Corrupt { offset, what, .. }), Ok(_)) => {
                panic!("{what} at {offset:#x} of {module:02x?}")
            }
        }
    }
}

/// Whether a type is refused here that wasmparser takes: a mere index as a reference;
/// continuations, descriptors and shared types; many imports of one module in one entry.
fn is_beyond(what: &str, form: u8) -> bool {
    match what {
        "a value type of no known form" => matches!(form, 0x00..0x40 | 0x80..),
        "a type of no known form" => matches!(form, 0x4c | 0x4d | 0x5d | 0x65),
        "an import of no known kind" => matches!(form, 0x7e | 0x7f),
        _ => false,
    }
}

/// Whether a place is in a section of types, imports, functions or the symbol table.
fn is_in_what_is_read(module: &[u8], at: usize) -> bool {
    let Ok(mut sections) = super::bytes::Sections::of(module, 0) else { return true };
    loop {
        let Ok(Some(section)) = sections.next() else { return false };
        let start = section.content.offset();
        let mut content = section.content;
        while content.byte().is_ok() {}
        if (start..=content.offset()).contains(&at) {
            return matches!(section.id, 1..=3) || section.name == Some("linking");
        }
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
