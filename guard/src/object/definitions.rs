//! The symbol table of a relocatable wasm object: definitions and undefined symbols.
//!
//! Source of the format: the linking section of WebAssembly's tool conventions (`Linking.md`).

use wasmparser::{
    BinaryReader, BinaryReaderError, CompositeInnerType, Import, Linking, LinkingSectionReader,
    Parser, Payload, SymbolFlags, SymbolInfo, TypeRef, ValType,
};

use super::Corrupt;
use crate::import::{ValueType, WasmType};

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
        let mut reader = ModuleReader::default();
        for payload in Parser::new(base as u64).parse_all(module) {
            reader.payload(payload.map_err(decoding)?, limit).map_err(decoding)?;
            if let Some(offset) = reader.too_many {
                let what = format!("more than {limit} types, imports, functions or symbols");
                return Err(Corrupt::new(offset, what));
            }
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
    types: Vec<Option<WasmType>>,
    imports: Imports<'a>,
    /// Type indices of the functions that the module defines.
    functions: Vec<u32>,
    /// The symbol table, each symbol with where the table begins.
    symbols: Option<Vec<(usize, SymbolInfo<'a>)>>,
    /// Where a section begins that has more entries than the limit.
    too_many: Option<usize>,
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

impl<'a> Imports<'a> {
    fn add(&mut self, import: &Import<'a>) {
        let name = (import.module, import.name);
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(name);
                self.function_types.push(ty);
            }
            TypeRef::Global(_) => self.globals.push(name),
            TypeRef::Table(_) => self.tables.push(name),
            TypeRef::Tag(_) => self.tags.push(name),
            TypeRef::Memory(_) => {}
        }
    }
}

impl<'a> ModuleReader<'a> {
    fn payload(&mut self, payload: Payload<'a>, limit: usize) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                let offset = section.range().start;
                for group in section {
                    let types = group?.into_types();
                    self.types.extend(types.map(|ty| number_type(&ty.composite_type.inner)));
                    if self.types.len() > limit {
                        self.too_many = Some(offset);
                        return Ok(());
                    }
                }
            }
            Payload::ImportSection(section) => {
                let offset = section.range().start;
                for (before, import) in section.into_imports().enumerate() {
                    self.imports.add(&import?);
                    if before >= limit {
                        self.too_many = Some(offset);
                        return Ok(());
                    }
                }
            }
            Payload::FunctionSection(section) => {
                let offset = section.range().start;
                for ty in section {
                    self.functions.push(ty?);
                    if self.functions.len() > limit {
                        self.too_many = Some(offset);
                        return Ok(());
                    }
                }
            }
            Payload::CustomSection(section) if section.name() == "linking" => {
                let offset = section.data_offset();
                let bytes = BinaryReader::new(section.data(), offset);
                let table = self.symbols.get_or_insert_with(Vec::new);
                for subsection in LinkingSectionReader::new(bytes)?.subsections() {
                    if let Linking::SymbolTable(symbols) = subsection? {
                        for symbol in symbols {
                            table.push((offset, symbol?));
                            if table.len() > limit {
                                self.too_many = Some(offset);
                                return Ok(());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Symbols<'a>, Corrupt> {
        let table = self.symbols.take();
        let mut symbols = Symbols { relocatable: table.is_some(), ..Symbols::default() };
        for (offset, symbol) in table.unwrap_or_default() {
            match symbol {
                SymbolInfo::Func { flags, index, name } => {
                    let import = at(&self.imports.functions, index);
                    let type_index = self.type_of_function(index);
                    let place = Place { kind: SymbolKind::Function, import, type_index, offset };
                    symbols.add(place, flags, name)?;
                }
                SymbolInfo::Data { flags, name, .. } => {
                    let kind = SymbolKind::Data;
                    let place = Place { kind, import: None, type_index: None, offset };
                    symbols.add(place, flags, Some(name))?;
                }
                SymbolInfo::Global { flags, index, name } => {
                    let (kind, import) = (SymbolKind::Global, at(&self.imports.globals, index));
                    symbols.add(Place { kind, import, type_index: None, offset }, flags, name)?;
                }
                SymbolInfo::Table { flags, index, name } => {
                    let (kind, import) = (SymbolKind::Table, at(&self.imports.tables, index));
                    symbols.add(Place { kind, import, type_index: None, offset }, flags, name)?;
                }
                SymbolInfo::Event { flags, index, name } => {
                    let (kind, import) = (SymbolKind::Tag, at(&self.imports.tags, index));
                    symbols.add(Place { kind, import, type_index: None, offset }, flags, name)?;
                }
                SymbolInfo::Section { .. } => {}
            }
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

/// What a symbol of the table refers to.
#[derive(Clone, Copy)]
struct Place<'a> {
    kind: SymbolKind,
    import: Option<(&'a str, &'a str)>,
    type_index: Option<u32>,
    offset: usize,
}

impl<'a> Symbols<'a> {
    fn add(
        &mut self,
        place: Place<'a>,
        flags: SymbolFlags,
        name: Option<&'a str>,
    ) -> Result<(), Corrupt> {
        let Place { kind, import, type_index, offset } = place;
        let weak = flags.contains(SymbolFlags::BINDING_WEAK);
        let binding = if weak { Binding::Weak } else { Binding::Strong };
        if flags.contains(SymbolFlags::UNDEFINED) {
            if kind != SymbolKind::Data && import.is_none() {
                return Err(Corrupt::new(offset, "an undefined symbol refers to no import"));
            }
            let symbol = name
                .or(import.map(|(_, name)| name))
                .ok_or_else(|| Corrupt::new(offset, "an undefined symbol has no name"))?;
            let explicit_name = flags.contains(SymbolFlags::EXPLICIT_NAME);
            let undefined = Undefined { symbol, kind, binding, import, explicit_name, type_index };
            self.undefined.push(undefined);
        } else if !flags.contains(SymbolFlags::BINDING_LOCAL) {
            let name = name.ok_or_else(|| Corrupt::new(offset, "a definition has no name"))?;
            let hidden = flags.contains(SymbolFlags::VISIBILITY_HIDDEN);
            self.defined.push(Definition { name, kind, binding, hidden, type_index });
        }
        Ok(())
    }
}

fn at<'a>(imports: &[(&'a str, &'a str)], index: u32) -> Option<(&'a str, &'a str)> {
    imports.get(usize::try_from(index).ok()?).copied()
}

/// The type of a function over the four number types.
pub(super) fn number_type(ty: &CompositeInnerType) -> Option<WasmType> {
    let CompositeInnerType::Func(function) = ty else {
        return None;
    };
    let params = function.params().iter().copied().map(value_type).collect::<Option<_>>()?;
    let results = function.results().iter().copied().map(value_type).collect::<Option<_>>()?;
    Some(WasmType { params, results })
}

fn value_type(ty: ValType) -> Option<ValueType> {
    match ty {
        ValType::I32 => Some(ValueType::I32),
        ValType::I64 => Some(ValueType::I64),
        ValType::F32 => Some(ValueType::F32),
        ValType::F64 => Some(ValueType::F64),
        ValType::V128 | ValType::Ref(_) => None,
    }
}

// By value, as `map_err` hands it over.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn decoding(error: BinaryReaderError) -> Corrupt {
    Corrupt::new(error.offset(), error.message().to_owned())
}
