//! A linked module: what it asks of its host, under which symbols, and what the linker left in it.
//!
//! Reads the sections as far as they are needed and checks no more: a module whose code does not
//! validate is read all the same. The formats of the custom sections `name` and `producers` are those
//! of the core specification's appendix and of WebAssembly's tool conventions
//! (`ProducersSection.md`).

use std::collections::BTreeMap;

use wasmparser::{
    BinaryReader, BinaryReaderError, CompositeInnerType, Name, NameSectionReader, Parser, Payload,
    ProducersSectionReader, TypeRef, ValType,
};

use super::Corrupt;
use super::definitions::SymbolKind;
use crate::import::{ValueType, WasmType};

/// More types, imports, exports or functions than any module has: engines stop at a million functions.
pub const MAX_ENTRIES: usize = 1 << 22;

/// A linked module.
#[derive(Debug, Clone, Default)]
pub struct Module<'a> {
    /// What it imports, in its order; a memory too.
    pub imports: Vec<ModuleImport<'a>>,
    /// The names it exports, in its order.
    pub exports: Vec<&'a str>,
    /// The function names of its name section, by function index; empty when it was stripped.
    pub function_names: BTreeMap<u32, &'a str>,
    /// `(field, name, version)` of each entry of its producers section, such as
    /// `("processed-by", "rustc", "1.96.0 (…)")`.
    pub producers: Vec<(&'a str, &'a str, &'a str)>,
}

/// An import of a linked module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleImport<'a> {
    /// The import module.
    pub module: &'a str,
    /// The import name.
    pub name: &'a str,
    /// What is imported; `Data` is a memory.
    pub kind: SymbolKind,
    /// The type of a function over the four number types.
    pub wasm_type: Option<WasmType>,
    /// What the name section calls the function: the symbol that the linker knew it by, where
    /// nobody has stripped or demangled it.
    pub symbol: Option<&'a str>,
}

impl<'a> Module<'a> {
    /// Reads a module; `base` is where it begins in its file, for the offsets of errors.
    ///
    /// # Errors
    /// When a section that is read cannot be decoded.
    pub fn parse(module: &'a [u8], base: usize) -> Result<Self, Corrupt> {
        Self::parse_at_most(MAX_ENTRIES, module, base)
    }

    /// The same with another limit than [`MAX_ENTRIES`].
    pub(super) fn parse_at_most(
        limit: usize,
        module: &'a [u8],
        base: usize,
    ) -> Result<Self, Corrupt> {
        let mut reader =
            Reader { limit, types: Vec::new(), type_indices: Vec::new(), module: Self::default() };
        for payload in Parser::new(base as u64).parse_all(module) {
            reader.payload(payload.map_err(decoding)?).map_err(decoding)?;
            if reader.is_full() {
                let what = format!("more than {limit} types, imports, exports, names or producers");
                return Err(Corrupt::new(base, what));
            }
        }
        Ok(reader.finish())
    }

    /// The versions of rustc that compiled parts of it, as its producers section writes them.
    pub fn rustc_versions(&self) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        let by_rustc = self
            .producers
            .iter()
            .filter(|(field, name, _)| *field == "processed-by" && *name == "rustc");
        by_rustc.map(|&(_, _, version)| version)
    }
}

struct Reader<'a> {
    /// How many entries of each kind are read.
    limit: usize,
    types: Vec<Option<WasmType>>,
    /// For each import its type index, where it is a function.
    type_indices: Vec<Option<u32>>,
    module: Module<'a>,
}

impl<'a> Reader<'a> {
    fn is_full(&self) -> bool {
        let Module { imports, exports, function_names, producers } = &self.module;
        let lengths =
            [self.types.len(), imports.len(), exports.len(), function_names.len(), producers.len()];
        lengths.iter().any(|length| *length > self.limit)
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    let types = group?.into_types();
                    self.types.extend(types.map(|ty| match &ty.composite_type.inner {
                        CompositeInnerType::Func(_) => number_type(&ty.composite_type.inner),
                        _ => None,
                    }));
                    if self.is_full() {
                        break;
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let (kind, ty) = match import.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                            (SymbolKind::Function, Some(ty))
                        }
                        TypeRef::Global(_) => (SymbolKind::Global, None),
                        TypeRef::Table(_) => (SymbolKind::Table, None),
                        TypeRef::Tag(_) => (SymbolKind::Tag, None),
                        TypeRef::Memory(_) => (SymbolKind::Data, None),
                    };
                    let (module, name) = (import.module, import.name);
                    let (wasm_type, symbol) = (None, None);
                    self.type_indices.push(ty);
                    self.module.imports.push(ModuleImport {
                        module,
                        name,
                        kind,
                        wasm_type,
                        symbol,
                    });
                    if self.is_full() {
                        break;
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    self.module.exports.push(export?.name);
                    if self.is_full() {
                        break;
                    }
                }
            }
            Payload::CustomSection(section) if section.name() == "name" => {
                // Tools write odd name sections, and engines ignore those: so does this.
                let bytes = BinaryReader::new(section.data(), section.data_offset());
                let _ = self.names(NameSectionReader::new(bytes));
            }
            Payload::CustomSection(section) if section.name() == "producers" => {
                let bytes = BinaryReader::new(section.data(), section.data_offset());
                let _ = self.producers(bytes);
            }
            _ => {}
        }
        Ok(())
    }

    fn names(&mut self, section: NameSectionReader<'a>) -> Result<(), BinaryReaderError> {
        for subsection in section {
            if let Name::Function(names) = subsection? {
                for naming in names {
                    let naming = naming?;
                    self.module.function_names.insert(naming.index, naming.name);
                    if self.is_full() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn producers(&mut self, bytes: BinaryReader<'a>) -> Result<(), BinaryReaderError> {
        for field in ProducersSectionReader::new(bytes)? {
            let field = field?;
            for value in field.values {
                let value = value?;
                self.module.producers.push((field.name, value.name, value.version));
                if self.is_full() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Module<'a> {
        let mut function = 0_u32;
        for (import, ty) in self.module.imports.iter_mut().zip(&self.type_indices) {
            let Some(ty) = ty else { continue };
            let ty = usize::try_from(*ty).ok().and_then(|index| self.types.get(index));
            import.wasm_type = ty.cloned().flatten();
            import.symbol = self.module.function_names.get(&function).copied();
            function += 1;
        }
        self.module
    }
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
