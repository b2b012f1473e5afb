//! Reads a linked module: its imports, and what each marked reference reaches.

use std::collections::BTreeMap;

use wasm_import_guard::import::{ValueType, WasmType};
use wasm_import_guard::outcome::link::{ModuleImport, Place, Target};
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef, ValType, Validator};

use super::object::place;

/// What is in a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linked {
    /// Its imports of functions; two of the same kind are counted twice.
    pub imports: BTreeMap<ModuleImport, usize>,
    /// What each reference reaches, by the function it is in and the symbol that it names.
    pub reached: BTreeMap<(Place, Place), Reached>,
    /// Whether it validates.
    pub valid: bool,
}

/// What a reference reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// A function that is called.
    Called(Target),
    /// The address of a function that is in the table; `None` is the null pointer.
    Function(Option<Target>),
    /// The address of data; `None` is the null pointer.
    Data(Option<Place>),
    /// A constant that is no address of a function or data in the module.
    Nonsense,
}

enum Function {
    Import(ModuleImport),
    Body { place: Option<Place>, name: Option<String> },
}

#[derive(Default)]
struct Addresses {
    table: BTreeMap<usize, usize>,
    memory: Vec<(i32, Vec<u8>)>,
}

impl Addresses {
    /// The data at `address`, by the marker there.
    fn data(&self, address: i32) -> Option<Place> {
        self.memory.iter().find_map(|(start, bytes)| {
            let offset = usize::try_from(address.checked_sub(*start)?).ok()?;
            let bytes = bytes.get(offset..offset.checked_add(4)?)?;
            place(i32::from_le_bytes(bytes.try_into().ok()?))
        })
    }
}

/// Reads `module`. `is_data` says which symbols are data.
pub fn read_module(module: &[u8], is_data: impl Fn(Place) -> bool) -> Linked {
    let mut types = Vec::new();
    let mut functions = Vec::new();
    let mut names = BTreeMap::new();
    let mut bodies = Vec::new();
    let mut addresses = Addresses::default();
    for payload in Parser::new(0).parse_all(module) {
        match payload.expect("the linker writes sound sections") {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty.expect("a function type");
                    types.push(WasmType {
                        params: ty.params().iter().map(|it| value(*it)).collect(),
                        results: ty.results().iter().map(|it| value(*it)).collect(),
                    });
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.expect("a sound import");
                    if let TypeRef::Func(ty) = import.ty {
                        functions.push(Function::Import(ModuleImport {
                            module: import.module.to_owned(),
                            name: import.name.to_owned(),
                            ty: types[ty as usize].clone(),
                        }));
                    }
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    let wasmparser::ElementItems::Functions(items) =
                        element.expect("a sound segment").items
                    else {
                        panic!("the linker writes function indices");
                    };
                    // The table of a module begins with the null pointer.
                    for (slot, function) in items.into_iter().enumerate() {
                        addresses.table.insert(slot + 1, function.expect("an index") as usize);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment.expect("a sound segment");
                    if let wasmparser::DataKind::Active { offset_expr, .. } = segment.kind {
                        let start = match offset_expr.get_operators_reader().read() {
                            Ok(Operator::I32Const { value }) => value,
                            other => panic!("the linker writes constants: {other:?}"),
                        };
                        addresses.memory.push((start, segment.data.to_vec()));
                    }
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(reader) = section.as_known() {
                    for part in reader {
                        if let Name::Function(map) = part.expect("sound names") {
                            for naming in map {
                                let naming = naming.expect("a sound name");
                                names.insert(naming.index as usize, naming.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let code = marked_code(&bodies, &names, &mut functions);
    let mut linked =
        Linked { valid: Validator::new().validate_all(module).is_ok(), ..Linked::default() };
    for function in &functions {
        if let Function::Import(import) = function {
            *linked.imports.entry(import.clone()).or_default() += 1;
        }
    }
    for (own, operators) in code {
        // Behind the function's own marker.
        let mut at = 2;
        while at < operators.len() {
            let rest = &operators[at..];
            at += 1;
            if let Some((symbol, reached)) = reference(rest, &functions, &addresses, &is_data) {
                // Its marker and an address must not be taken for another reference.
                at += if matches!(reached, Reached::Called(_)) { 1 } else { 3 };
                linked.reached.insert((own, symbol), reached);
            }
        }
    }
    linked
}

/// Adds the defined functions to `functions`, and gives the code of those with a marker.
fn marked_code<'a>(
    bodies: &[wasmparser::FunctionBody<'a>],
    names: &BTreeMap<usize, String>,
    functions: &mut Vec<Function>,
) -> Vec<(Place, Vec<Operator<'a>>)> {
    let mut code = Vec::new();
    for body in bodies {
        let operators = body.get_operators_reader().expect("a body");
        let operators: Vec<Operator<'_>> =
            operators.into_iter().map(|it| it.expect("an instruction")).collect();
        let own = match operators.as_slice() {
            [Operator::I32Const { value }, Operator::Drop, ..] => place(*value),
            _ => None,
        };
        let name = names.get(&functions.len()).cloned();
        functions.push(Function::Body { place: own, name });
        code.extend(own.map(|own| (own, operators)));
    }
    code
}

/// The reference that `operators` begin with, if they begin with one.
fn reference(
    operators: &[Operator<'_>],
    functions: &[Function],
    addresses: &Addresses,
    is_data: &impl Fn(Place) -> bool,
) -> Option<(Place, Reached)> {
    let [Operator::I32Const { value: mark }, Operator::Drop, rest @ ..] = operators else {
        return None;
    };
    let symbol = place(*mark)?;
    let address = match rest {
        [Operator::I32Const { value }, Operator::Drop, ..] => Some(*value),
        _ => None,
    };
    let reached = match address {
        // The linker's five bytes, not a parameter: those are followed by a call.
        Some(0) if is_data(symbol) => Reached::Data(None),
        Some(address) if is_data(symbol) => match addresses.data(address) {
            Some(place) => Reached::Data(Some(place)),
            None => Reached::Nonsense,
        },
        Some(0) => Reached::Function(None),
        Some(slot) => {
            match usize::try_from(slot).ok().and_then(|slot| addresses.table.get(&slot)) {
                Some(&function) => Reached::Function(Some(target(&functions[function]))),
                None => Reached::Nonsense,
            }
        }
        None => {
            let call = rest.iter().find_map(|operator| match operator {
                Operator::Call { function_index } => Some(*function_index as usize),
                _ => None,
            });
            Reached::Called(target(functions.get(call?)?))
        }
    };
    Some((symbol, reached))
}

fn target(function: &Function) -> Target {
    match function {
        Function::Import(import) => Target::Import(import.clone()),
        Function::Body { place: Some(place), .. } => Target::Definition(*place),
        Function::Body { name, .. } => {
            let name = name.as_deref().unwrap_or_default();
            if name.starts_with("signature_mismatch:") {
                Target::SignatureMismatchStub
            } else if name.starts_with("undefined_weak:") {
                Target::UndefinedWeakStub
            } else if name == "undefined_stub" {
                Target::UndefinedStub
            } else {
                panic!("a function without a marker: {name}")
            }
        }
    }
}

fn value(ty: ValType) -> ValueType {
    match ty {
        ValType::I32 => ValueType::I32,
        ValType::I64 => ValueType::I64,
        ValType::F32 => ValueType::F32,
        ValType::F64 => ValueType::F64,
        _ => panic!("the objects have numbers only"),
    }
}
