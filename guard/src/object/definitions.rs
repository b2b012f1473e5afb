//! The symbol table of a relocatable wasm object: definitions and undefined symbols.
//!
//! Source of the format: the linking section of WebAssembly's tool conventions (`Linking.md`).

use super::Corrupt;
use super::bytes::{Bytes, Section, Sections};
use super::types;
use crate::import::WasmType;

/// More types, imports, functions or symbols than any object has: each takes a few bytes of a file, and many
/// more here.
pub const MAX_SYMBOLS: usize = 1 << 22;

/// What a wasm module defines and what it leaves to the link. Empty for modules that are linked
/// already or hold something else than code, which have no linking section.
#[derive(Debug, Clone, Default)]
pub struct Symbols<'a> {
    /// Whether the module is a relocatable object.
    pub relocatable: bool,
    /// Symbols that other objects can refer to: no local ones.
    pub defined: Vec<Definition<'a>>,
    /// Symbols without a definition here.
    pub undefined: Vec<Undefined<'a>>,
    /// The module's types by index; `None` for what is no function type over numbers.
    types: Vec<Option<WasmType>>,
}

/// A symbol that an object defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it names.
    pub kind: SymbolKind,
    /// Whether another definition may replace it.
    pub binding: Binding,
    /// Not visible outside the linked module. It still satisfies other objects of the link.
    pub hidden: bool,
    type_index: Option<u32>,
}

/// A symbol that an object refers to and does not define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined<'a> {
    /// The name that the linker resolves.
    pub symbol: &'a str,
    /// What it names.
    pub kind: SymbolKind,
    /// `Weak`: may stay undefined.
    pub binding: Binding,
    /// Module and name of the import it becomes where nothing defines it; `None` for data.
    pub import: Option<(&'a str, &'a str)>,
    /// Whether the symbol has a name of its own (`WASM_SYM_EXPLICIT_NAME`), and is not named after
    /// the import.
    pub explicit_name: bool,
    type_index: Option<u32>,
}

/// What a symbol names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// A function.
    Function,
    /// An address in linear memory.
    Data,
    /// A wasm global.
    Global,
    /// A wasm table.
    Table,
    /// An exception tag.
    Tag,
}

/// How a symbol takes part in the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binding {
    /// The only definition, or the link fails.
    Strong,
    /// Another definition may take its place; an undefined one may stay so.
    Weak,
}

impl<'a> Symbols<'a> {
    /// Reads a wasm module; `base` is where `module` begins in its file, for the offsets of errors.
    ///
    /// # Errors
    /// When the module cannot be decoded as far as the symbol table needs it.
    pub fn parse(module: &'a [u8], base: usize) -> Result<Self, Corrupt> {
        Self::parse_at_most(MAX_SYMBOLS, module, base)
    }

    /// The same with another limit than [`MAX_SYMBOLS`].
    pub(super) fn parse_at_most(
        limit: usize,
        module: &'a [u8],
        base: usize,
    ) -> Result<Self, Corrupt> {
        let mut reader = ModuleReader { limit, ..ModuleReader::default() };
        let mut sections = Sections::of(module, base)?;
        while let Some(section) = sections.next()? {
            reader.section(section)?;
        }
        reader.finish()
    }

    /// The function type of a definition; `None` for what is no function, or has other value types
    /// than the four number types.
    pub fn type_of_definition(&self, definition: &Definition<'_>) -> Option<&WasmType> {
        self.function_type(definition.type_index?)
    }

    /// The same for an undefined symbol.
    pub fn type_of_undefined(&self, undefined: &Undefined<'_>) -> Option<&WasmType> {
        self.function_type(undefined.type_index?)
    }

    fn function_type(&self, index: u32) -> Option<&WasmType> {
        self.types.get(usize::try_from(index).ok()?)?.as_ref()
    }
}

#[derive(Default)]
struct ModuleReader<'a> {
    /// How many types, imports, functions and symbols are read.
    limit: usize,
    types: Vec<Option<WasmType>>,
    imports: Imports<'a>,
    /// Type indices of the functions that the module defines.
    functions: Vec<u32>,
    /// The symbol table; `None` without a linking section.
    table: Option<Vec<TableSymbol<'a>>>,
}

/// The imports that symbols refer to by an index among their kind.
#[derive(Default)]
struct Imports<'a> {
    functions: Vec<(&'a str, &'a str)>,
    function_types: Vec<u32>,
    globals: Vec<(&'a str, &'a str)>,
    tables: Vec<(&'a str, &'a str)>,
    tags: Vec<(&'a str, &'a str)>,
}

/// A symbol as the table has it.
struct TableSymbol<'a> {
    kind: SymbolKind,
    flags: u32,
    /// Among the functions, globals, tables or tags; 0 for data.
    index: u32,
    name: Option<&'a str>,
    /// Where the table begins.
    offset: usize,
}

const TYPE_SECTION: u8 = 1;
const IMPORT_SECTION: u8 = 2;
const FUNCTION_SECTION: u8 = 3;
/// The version of the linking section that `Linking.md` describes.
const LINKING_VERSION: u32 = 2;
const SYMBOL_TABLE: u8 = 8;

/// `WASM_SYM_…`.
const BINDING_WEAK: u32 = 0x01;
const BINDING_LOCAL: u32 = 0x02;
const VISIBILITY_HIDDEN: u32 = 0x04;
const UNDEFINED: u32 = 0x10;
const EXPLICIT_NAME: u32 = 0x40;

impl<'a> Imports<'a> {
    fn read(&mut self, bytes: &mut Bytes<'a>) -> Result<(), Corrupt> {
        let name = (bytes.string()?, bytes.string()?);
        let at = bytes.offset();
        match bytes.byte()? {
            // A function, by its type or one below it, or by exactly that.
            0 | 0x20 => {
                self.function_types.push(bytes.u32()?);
                self.functions.push(name);
            }
            1 => {
                types::reference_type(bytes)?;
                limits(bytes, 0b111)?;
                self.tables.push(name);
            }
            2 => {
                let has_page_size = limits(bytes, 0b1111)? & 0b1000 != 0;
                let at = bytes.offset();
                if has_page_size && bytes.u32()? >= 64 {
                    return Err(Corrupt::new(at, "a page of 64 bits of bytes or more"));
                }
            }
            3 => {
                types::value_type(bytes)?;
                bytes.flags(0b11)?;
                self.globals.push(name);
            }
            4 => {
                bytes.flags(0)?;
                bytes.u32()?;
                self.tags.push(name);
            }
            _ => return Err(Corrupt::new(at, "an import of no known kind")),
        }
        Ok(())
    }
}

/// How large a memory or table is; gives the flags, of which `known` may be set.
fn limits(bytes: &mut Bytes<'_>, known: u8) -> Result<u8, Corrupt> {
    let flags = bytes.flags(known)?;
    bytes.u64()?;
    if flags & 1 != 0 {
        bytes.u64()?;
    }
    Ok(flags)
}

impl<'a> ModuleReader<'a> {
    fn section(&mut self, section: Section<'a>) -> Result<(), Corrupt> {
        let Section { id, name, content: mut bytes } = section;
        let offset = bytes.offset();
        let is_read = match (id, name) {
            (TYPE_SECTION, _) => {
                types::read(&mut bytes, self.limit, &mut self.types)?;
                self.types.len() <= self.limit
            }
            (IMPORT_SECTION, _) => self.read_imports(&mut bytes)?,
            (FUNCTION_SECTION, _) => self.read_functions(&mut bytes)?,
            (_, Some("linking")) => self.read_linking(&mut bytes)?,
            _ => true,
        };
        if is_read {
            return Ok(());
        }
        let limit = self.limit;
        let what = format!("more than {limit} types, imports, functions or symbols");
        Err(Corrupt::new(offset, what))
    }

    /// This and the following give whether there are no more than the limit.
    fn read_imports(&mut self, bytes: &mut Bytes<'a>) -> Result<bool, Corrupt> {
        for before in 0..bytes.u32()? {
            self.imports.read(bytes)?;
            if usize::try_from(before).is_ok_and(|before| before >= self.limit) {
                return Ok(false);
            }
        }
        bytes.end().map(|()| true)
    }

    fn read_functions(&mut self, bytes: &mut Bytes<'a>) -> Result<bool, Corrupt> {
        for _ in 0..bytes.u32()? {
            self.functions.push(bytes.u32()?);
            if self.functions.len() > self.limit {
                return Ok(false);
            }
        }
        bytes.end().map(|()| true)
    }

    fn read_linking(&mut self, bytes: &mut Bytes<'a>) -> Result<bool, Corrupt> {
        let offset = bytes.offset();
        let version = bytes.u32()?;
        if version != LINKING_VERSION {
            let what = format!("unsupported linking section version: {version}");
            return Err(Corrupt::new(offset, what));
        }
        let table = self.table.get_or_insert_with(Vec::new);
        while !bytes.is_empty() {
            let kind = bytes.id()?;
            let mut subsection = bytes.block()?;
            if kind != SYMBOL_TABLE {
                continue;
            }
            for _ in 0..subsection.u32()? {
                table.extend(TableSymbol::read(&mut subsection, offset)?);
                if table.len() > self.limit {
                    return Ok(false);
                }
            }
            subsection.end()?;
        }
        Ok(true)
    }

    fn finish(mut self) -> Result<Symbols<'a>, Corrupt> {
        let table = self.table.take();
        let mut symbols = Symbols { relocatable: table.is_some(), ..Symbols::default() };
        for symbol in table.unwrap_or_default() {
            let import = match symbol.kind {
                SymbolKind::Function => at(&self.imports.functions, symbol.index),
                SymbolKind::Data => None,
                SymbolKind::Global => at(&self.imports.globals, symbol.index),
                SymbolKind::Table => at(&self.imports.tables, symbol.index),
                SymbolKind::Tag => at(&self.imports.tags, symbol.index),
            };
            let is_function = symbol.kind == SymbolKind::Function;
            let type_index = if is_function { self.type_of_function(symbol.index) } else { None };
            symbols.add(&symbol, import, type_index)?;
        }
        symbols.types = self.types;
        Ok(symbols)
    }

    /// Functions are numbered from the imported ones on.
    fn type_of_function(&self, index: u32) -> Option<u32> {
        let index = usize::try_from(index).ok()?;
        let imported = &self.imports.function_types;
        match index.checked_sub(imported.len()) {
            None => imported.get(index).copied(),
            Some(defined) => self.functions.get(defined).copied(),
        }
    }
}

impl<'a> TableSymbol<'a> {
    /// `None` for the symbol of a section, which no other object can refer to.
    fn read(bytes: &mut Bytes<'a>, offset: usize) -> Result<Option<Self>, Corrupt> {
        let at = bytes.offset();
        let kind = bytes.byte()?;
        let flags = bytes.u32()?;
        let is_defined = flags & UNDEFINED == 0;
        let kind = match kind {
            0 => SymbolKind::Function,
            1 => {
                let name = Some(bytes.string()?);
                if is_defined {
                    // Segment, offset and size.
                    bytes.u32()?;
                    bytes.u64()?;
                    bytes.u64()?;
                }
                return Ok(Some(Self { kind: SymbolKind::Data, flags, index: 0, name, offset }));
            }
            2 => SymbolKind::Global,
            3 => return bytes.u32().map(|_| None),
            4 => SymbolKind::Tag,
            5 => SymbolKind::Table,
            _ => return Err(Corrupt::new(at, "a symbol of no known kind")),
        };
        let index = bytes.u32()?;
        let has_name = is_defined || flags & EXPLICIT_NAME != 0;
        let name = if has_name { Some(bytes.string()?) } else { None };
        Ok(Some(Self { kind, flags, index, name, offset }))
    }
}

impl<'a> Symbols<'a> {
    fn add(
        &mut self,
        symbol: &TableSymbol<'a>,
        import: Option<(&'a str, &'a str)>,
        type_index: Option<u32>,
    ) -> Result<(), Corrupt> {
        let TableSymbol { kind, flags, name, offset, .. } = *symbol;
        let weak = flags & BINDING_WEAK != 0;
        let binding = if weak { Binding::Weak } else { Binding::Strong };
        if flags & UNDEFINED != 0 {
            if kind != SymbolKind::Data && import.is_none() {
                return Err(Corrupt::new(offset, "an undefined symbol refers to no import"));
            }
            let symbol = name
                .or(import.map(|(_, name)| name))
                .ok_or_else(|| Corrupt::new(offset, "an undefined symbol has no name"))?;
            let explicit_name = flags & EXPLICIT_NAME != 0;
            let undefined = Undefined { symbol, kind, binding, import, explicit_name, type_index };
            self.undefined.push(undefined);
        } else if flags & BINDING_LOCAL == 0 {
            let name = name.ok_or_else(|| Corrupt::new(offset, "a definition has no name"))?;
            let hidden = flags & VISIBILITY_HIDDEN != 0;
            self.defined.push(Definition { name, kind, binding, hidden, type_index });
        }
        Ok(())
    }
}

fn at<'a>(imports: &[(&'a str, &'a str)], index: u32) -> Option<(&'a str, &'a str)> {
    imports.get(usize::try_from(index).ok()?).copied()
}
