//! Writes a relocatable object in which every function and every reference can be told from all others.
//!
//! A function begins with `i32.const` of its [`marker`]; so does each reference, with the marker of the
//! symbol that it refers to. References other than those of exported functions are not executed, so that
//! no cycle of calls runs for ever; but they are linked and validated like any other. A function also
//! writes down in memory, behind [`LOG`], that it began and what it is about to call, so that a module that
//! is run tells what happened.

use wasm_encoder::{
    CustomSection, DataSection, EntityType, FunctionSection, ImportSection, LinkingSection,
    MemoryType, Module, RawSection, RefType, SymbolTable, TableType, TypeSection, ValType,
};
use wasm_import_guard::import::{ValueType, WasmType};
use wasm_import_guard::outcome::link::{Item, Object, Place, Reference, Scope};

use super::runtime::call_marker;

/// The address of the list of what happened, which begins with its length in bytes: below all data.
/// `tests/wasmtime/driver.py` has it too.
const LOG: i32 = 16;

/// The number by which a symbol is recognised in a linked module. Never 0.
pub fn marker(place: Place) -> i32 {
    let number = (place.input * 100 + place.member) * 100 + place.symbol + 1;
    i32::try_from(number).expect("graphs are small")
}

/// The place of a marker.
pub(super) fn place(marker: i32) -> Option<Place> {
    let number = usize::try_from(marker).ok()?.checked_sub(1)?;
    let (object, symbol) = (number / 100, number % 100);
    Some(Place { input: object / 100, member: object % 100, symbol })
}

const UNDEFINED: u32 = 0x10;
const WEAK: u32 = 0x1;
const LOCAL: u32 = 0x2;
const HIDDEN: u32 = 0x4;
const EXPORTED: u32 = 0x20;
const EXPLICIT_NAME: u32 = 0x40;

const R_FUNCTION_INDEX_LEB: u8 = 0;
const R_TABLE_INDEX_SLEB: u8 = 1;
const R_MEMORY_ADDR_SLEB: u8 = 4;

/// The object; `input` and `member` say where it will be, `hidden` which symbols are hidden.
pub fn object(it: &Object, input: usize, member: usize, hidden: impl Fn(Place) -> bool) -> Vec<u8> {
    let place = |symbol| Place { input, member, symbol };
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let table = TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 0,
        maximum: None,
        shared: false,
    };
    imports.import("env", "__linear_memory", memory);
    imports.import("env", "__indirect_function_table", table);
    // A type for each symbol is more than needed, and simple.
    let mut type_count = 0;
    let mut add_type = |types: &mut TypeSection, ty: &WasmType| {
        let values = |list: &[ValueType]| list.iter().map(|it| value(*it)).collect::<Vec<_>>();
        types.ty().function(values(&ty.params), values(&ty.results));
        type_count += 1;
        type_count - 1
    };
    let mut functions = FunctionSection::new();
    let mut indices = vec![0; it.symbols.len()];
    let mut count = 0;
    for (index, symbol) in it.symbols.iter().enumerate() {
        if let Item::UndefinedFunction { ty, module, import_name } = &symbol.item {
            let ty = add_type(&mut types, ty);
            let name = import_name.as_deref().unwrap_or(&symbol.name);
            imports.import(module, name, EntityType::Function(ty));
            indices[index] = count;
            count += 1;
        }
    }
    let mut bodies = Vec::new();
    let mut data = DataSection::new();
    let mut data_count = 0;
    for (index, symbol) in it.symbols.iter().enumerate() {
        match &symbol.item {
            Item::Function { ty, references, scope } => {
                functions.function(add_type(&mut types, ty));
                indices[index] = count;
                count += 1;
                let runs = *scope == Scope::Exported;
                bodies.push(body(it, marker(place(index)), ty, references, runs, &place));
            }
            Item::Data { .. } => {
                let address = wasm_encoder::ConstExpr::i32_const(data_count * 16);
                data.active(0, &address, marker(place(index)).to_le_bytes());
                indices[index] = u32::try_from(data_count).expect("small");
                data_count += 1;
            }
            Item::UndefinedFunction { .. } | Item::UndefinedData => {}
        }
    }
    let (code, relocations) = code_section(&bodies);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module.section(&RawSection { id: 10, data: &code });
    if data_count > 0 {
        module.section(&data);
    }
    let mut linking = LinkingSection::new();
    linking.symbol_table(&symbol_table(it, &indices, |index| hidden(place(index))));
    module.section(&linking);
    // The section that the relocations are for, by its index among all sections: the code is the fourth.
    let mut payload = vec![3];
    leb(&mut payload, u32::try_from(relocations.len()).expect("small"));
    for (kind, offset, symbol) in relocations {
        payload.push(kind);
        leb(&mut payload, offset);
        leb(&mut payload, symbol);
        if kind == R_MEMORY_ADDR_SLEB {
            payload.push(0);
        }
    }
    module.section(&CustomSection { name: "reloc.CODE".into(), data: payload.into() });
    module.finish()
}

fn symbol_table(it: &Object, indices: &[u32], hidden: impl Fn(usize) -> bool) -> SymbolTable {
    let mut table = SymbolTable::new();
    for (index, symbol) in it.symbols.iter().enumerate() {
        let name = symbol.name.as_str();
        let mut flags = if symbol.weak { WEAK } else { 0 };
        match &symbol.item {
            Item::Function { scope, .. } | Item::Data { scope } => {
                flags |= match scope {
                    Scope::Local => LOCAL,
                    Scope::Exported => EXPORTED,
                    Scope::Global if hidden(index) => HIDDEN,
                    Scope::Global => 0,
                };
            }
            _ => flags |= UNDEFINED,
        }
        match &symbol.item {
            Item::Function { .. } => {
                table.function(flags, indices[index], Some(name));
            }
            Item::UndefinedFunction { import_name: Some(_), .. } => {
                table.function(flags | EXPLICIT_NAME, indices[index], Some(name));
            }
            Item::UndefinedFunction { import_name: None, .. } => {
                table.function(flags, indices[index], None);
            }
            Item::Data { .. } => {
                let definition = wasm_encoder::DataSymbolDefinition {
                    index: indices[index],
                    offset: 0,
                    size: 4,
                };
                table.data(flags, name, Some(definition));
            }
            Item::UndefinedData => {
                table.data(flags, name, None);
            }
        }
    }
    table
}

/// A function's code, and the relocations in it.
struct Body {
    code: Vec<u8>,
    relocations: Vec<(u8, u32, u32)>,
}

fn body(
    object: &Object,
    own: i32,
    ty: &WasmType,
    references: &[Reference],
    runs: bool,
    place: &impl Fn(usize) -> Place,
) -> Body {
    let mut it = Body { code: vec![0], relocations: Vec::new() };
    it.i32_const(own);
    it.code.push(0x1a); // drop
    it.write_down(own);
    if !runs {
        it.i32_const(0);
        it.code.extend([0x04, 0x40]); // if
    }
    for reference in references {
        let target = &object.symbols[reference.symbol];
        if reference.called {
            it.write_down(call_marker(place(reference.symbol)));
        }
        it.i32_const(marker(place(reference.symbol)));
        it.code.push(0x1a);
        match &target.item {
            Item::Function { ty, .. } | Item::UndefinedFunction { ty, .. } if reference.called => {
                for &param in &ty.params {
                    it.zero(param);
                }
                it.code.push(0x10); // call
                it.relocate(R_FUNCTION_INDEX_LEB, reference.symbol, 0x00);
                for &result in ty.results.iter().rev() {
                    it.use_up(result);
                }
            }
            Item::Function { .. } | Item::UndefinedFunction { .. } => {
                it.code.push(0x41);
                it.relocate(R_TABLE_INDEX_SLEB, reference.symbol, 0x00);
                it.code.push(0x1a);
            }
            Item::Data { .. } | Item::UndefinedData => {
                it.code.push(0x41);
                it.relocate(R_MEMORY_ADDR_SLEB, reference.symbol, 0x00);
                it.code.push(0x1a);
            }
        }
    }
    if !runs {
        it.code.push(0x0b);
    }
    for &result in &ty.results {
        it.zero(result);
    }
    it.code.push(0x0b);
    it
}

impl Body {
    fn i32_const(&mut self, value: i32) {
        self.code.push(0x41);
        wasm_encoder::Encode::encode(&value, &mut self.code);
    }

    /// Adds to the list of what happened.
    fn write_down(&mut self, number: i32) {
        self.i32_const(LOG);
        self.i32_const(LOG);
        self.code.extend([0x28, 2, 0]); // i32.load
        self.i32_const(4);
        self.code.push(0x6a); // i32.add
        self.code.extend([0x36, 2, 0]); // i32.store
        self.i32_const(LOG);
        self.code.extend([0x28, 2, 0]);
        self.i32_const(number);
        self.code.extend([0x36, 2]);
        leb(&mut self.code, LOG.unsigned_abs());
    }

    fn zero(&mut self, ty: ValueType) {
        match ty {
            ValueType::I32 => self.code.extend([0x41, 0]),
            ValueType::I64 => self.code.extend([0x42, 0]),
            ValueType::F32 => self.code.extend([0x43, 0, 0, 0, 0]),
            ValueType::F64 => self.code.extend([0x44, 0, 0, 0, 0, 0, 0, 0, 0]),
        }
    }

    /// Takes a value of that type, and of no other, from the stack.
    fn use_up(&mut self, ty: ValueType) {
        let operator = match ty {
            ValueType::I32 => 0x45, // i32.eqz
            ValueType::I64 => 0x50, // i64.eqz
            ValueType::F32 => 0x8c, // f32.neg
            ValueType::F64 => 0x9a, // f64.neg
        };
        self.code.extend([operator, 0x1a]);
    }

    /// A number of five bytes that the linker fills in.
    fn relocate(&mut self, kind: u8, symbol: usize, last: u8) {
        let offset = u32::try_from(self.code.len()).expect("small");
        self.relocations.push((kind, offset, u32::try_from(symbol).expect("small")));
        self.code.extend([0x80, 0x80, 0x80, 0x80, last]);
    }
}

/// The code section's content, and the relocations by their offset in it.
fn code_section(bodies: &[Body]) -> (Vec<u8>, Vec<(u8, u32, u32)>) {
    let mut code = Vec::new();
    let mut relocations = Vec::new();
    leb(&mut code, u32::try_from(bodies.len()).expect("small"));
    for body in bodies {
        leb(&mut code, u32::try_from(body.code.len()).expect("small"));
        let start = u32::try_from(code.len()).expect("small");
        let moved = body.relocations.iter().map(|&(kind, at, symbol)| (kind, at + start, symbol));
        relocations.extend(moved);
        code.extend(&body.code);
    }
    (code, relocations)
}

fn leb(bytes: &mut Vec<u8>, value: u32) {
    wasm_encoder::Encode::encode(&value, bytes);
}

fn value(ty: ValueType) -> ValType {
    match ty {
        ValueType::I32 => ValType::I32,
        ValueType::I64 => ValType::I64,
        ValueType::F32 => ValType::F32,
        ValueType::F64 => ValType::F64,
    }
}
