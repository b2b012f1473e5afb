//! What the canonical ABI makes of WIT types: the flat wasm values of each, and which futures and streams
//! it holds.
//!
//! One pass in the order of the types, in which each comes after those it is made of: no recursion, and
//! nothing is looked at twice, however the types are woven.

use std::collections::HashMap;

use wit_parser::{FlagsRepr, Function, Handle, Int, Resolve, Type, TypeDefKind, TypeId};

/// How many flat values parameters may have before they go through memory (canonical ABI,
/// `MAX_FLAT_PARAMS`).
pub(super) const MAX_FLAT: usize = 16;

/// The same for imports that are lowered asynchronously (`MAX_FLAT_ASYNC_PARAMS`).
const MAX_FLAT_ASYNC: usize = 4;

/// How many futures and streams the signature of one function may hold.
pub(super) const MAX_PAYLOADS: u64 = 1000;

/// A flat value, as wit-bindgen's Rust tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flat {
    I32,
    I64,
    F32,
    F64,
    Pointer,
    Length,
    PointerOrI64,
}

impl Flat {
    /// The Rust type in the generated declaration. wit-bindgen writes a `MaybeUninit<u64>` where a value
    /// is a pointer or an `i64`; on wasm both are passed as one `i64`.
    pub(super) fn rust(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 | Self::PointerOrI64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Pointer => "*mut u8",
            Self::Length => "usize",
        }
    }

    /// The value that can hold either in two cases of a variant.
    fn join(self, other: Self) -> Self {
        use Flat::{F64, I32, I64, Length, Pointer, PointerOrI64};
        match (self, other) {
            _ if self == other => self,
            (PointerOrI64, _) | (_, PointerOrI64) | (Pointer, I64 | F64) | (I64 | F64, Pointer) => {
                PointerOrI64
            }
            (I64 | F64, _) | (_, I64 | F64) => I64,
            (Pointer, _) | (_, Pointer) => Pointer,
            (Length, _) | (_, Length) => Length,
            _ => I32,
        }
    }
}

/// Flat values; `None` when they are more than [`MAX_FLAT`].
type FlatList = Option<Vec<Flat>>;

/// What identifies the Rust type of a WIT type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Shape {
    Primitive(Type),
    /// A type that becomes a Rust type of its own.
    Named(TypeId),
    Made(&'static str, Vec<Option<usize>>, u32),
}

/// What is known of one type.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) flat: FlatList,
    /// Every bit pattern of its memory is a value, and Rust lays it out alike: lists of it need no
    /// conversion.
    pub(super) is_plain: bool,
    /// Futures and streams in it, counted as often as they occur.
    payloads: u64,
    /// Equal for types that are one Rust type.
    pub(super) class: usize,
}

/// The facts of every type of a [`Resolve`].
#[derive(Debug)]
pub(super) struct Types<'a> {
    pub(super) resolve: &'a Resolve,
    facts: Vec<Facts>,
    classes: HashMap<Shape, usize>,
}

/// The signature of an import.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) params: Vec<Flat>,
    pub(super) result: Option<Flat>,
    /// The parameters are in memory.
    pub(super) indirect: bool,
    /// The result is written to where the last parameter points.
    pub(super) returns_in_memory: bool,
}

impl<'a> Types<'a> {
    /// # Errors
    /// When a type is used before it is defined, which the parser does not let happen.
    pub(super) fn new(resolve: &'a Resolve) -> Result<Self, String> {
        let mut types = Self { resolve, facts: Vec::new(), classes: HashMap::new() };
        for (id, definition) in &resolve.types {
            let facts = types.define(id, &definition.kind).ok_or("its types are not in order")?;
            types.facts.push(facts);
        }
        Ok(types)
    }

    /// The facts of a type; `None` for one that is not defined yet.
    pub(super) fn of(&self, ty: &Type) -> Option<Facts> {
        let flat = match ty {
            Type::Id(id) => return self.facts.get(id.index()).cloned(),
            Type::U64 | Type::S64 => vec![Flat::I64],
            Type::F32 => vec![Flat::F32],
            Type::F64 => vec![Flat::F64],
            Type::String => vec![Flat::Pointer, Flat::Length],
            _ => vec![Flat::I32],
        };
        let is_plain = !matches!(ty, Type::Bool | Type::Char | Type::String | Type::ErrorContext);
        let class = *self.classes.get(&Shape::Primitive(*ty)).unwrap_or(&usize::MAX);
        Some(Facts { flat: Some(flat), is_plain, payloads: 0, class })
    }

    fn define(&mut self, id: TypeId, kind: &TypeDefKind) -> Option<Facts> {
        let nominal = matches!(
            kind,
            TypeDefKind::Record(_)
                | TypeDefKind::Variant(_)
                | TypeDefKind::Enum(_)
                | TypeDefKind::Flags(_)
                | TypeDefKind::Resource
        );
        let parts = parts(kind);
        // Primitives get their class the first time they are met.
        for part in parts.iter().flatten().filter(|part| !matches!(part, Type::Id(_))) {
            self.class(Shape::Primitive(*part));
        }
        let of_parts: Vec<Option<Facts>> = parts
            .iter()
            .map(|part| part.map(|part| self.of(&part).ok_or(())).transpose())
            .collect::<Result<_, ()>>()
            .ok()?;
        let known = || of_parts.iter().flatten();
        if let TypeDefKind::Type(_) = kind {
            return of_parts.into_iter().flatten().next();
        }
        let size = if let TypeDefKind::FixedLengthList(_, size) = kind { *size } else { 0 };
        let shape = if nominal {
            Shape::Named(id)
        } else {
            let classes = of_parts.iter().map(|part| part.as_ref().map(|part| part.class));
            Shape::Made(kind.as_str(), classes.collect(), size)
        };
        let inner = known().fold(0_u64, |sum, part| sum.saturating_add(part.payloads));
        let payloads = match kind {
            TypeDefKind::Future(_) | TypeDefKind::Stream(_) => inner.saturating_add(1),
            TypeDefKind::Handle(_) => 0,
            _ => inner,
        };
        let is_plain = match kind {
            TypeDefKind::Record(_) | TypeDefKind::FixedLengthList(..) => {
                known().all(|part| part.is_plain)
            }
            _ => false,
        };
        let flat = flat(kind, &of_parts, size);
        Some(Facts { flat, is_plain, payloads, class: self.class(shape) })
    }

    fn class(&mut self, shape: Shape) -> usize {
        let next = self.classes.len();
        *self.classes.entry(shape).or_insert(next)
    }

    /// The type's definition behind its aliases.
    pub(super) fn definition(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// The flat values of a function's parameters.
    fn params(&self, function: &Function) -> FlatList {
        let facts: Option<Vec<Facts>> =
            function.params.iter().map(|param| self.of(&param.ty)).collect();
        chained(facts?.iter().map(|facts| &facts.flat))
    }

    /// The flat values of its result.
    pub(super) fn result(&self, function: &Function) -> FlatList {
        match &function.result {
            Some(ty) => self.of(ty)?.flat,
            None => Some(Vec::new()),
        }
    }

    /// The signature by which a guest imports `function`.
    pub(super) fn import(&self, function: &Function, is_async: bool) -> Signature {
        let max = if is_async { MAX_FLAT_ASYNC } else { MAX_FLAT };
        let direct = self.params(function).filter(|params| params.len() <= max);
        let indirect = direct.is_none();
        let mut params = direct.unwrap_or_else(|| vec![Flat::Pointer]);
        let result = self.result(function).filter(|result| result.len() <= 1);
        let returns_in_memory = if is_async { function.result.is_some() } else { result.is_none() };
        if returns_in_memory {
            params.push(Flat::Pointer);
        }
        let result = if is_async {
            Some(Flat::I32)
        } else {
            result.and_then(|result| result.first().copied())
        };
        Signature { params, result, indirect, returns_in_memory }
    }

    /// Whether the parameters of an exported `function` are in memory.
    pub(super) fn export_is_indirect(&self, function: &Function) -> bool {
        self.params(function).is_none()
    }

    /// The futures and streams in a function's signature, in the order in which wit-bindgen numbers them:
    /// what a payload holds before the payload itself.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn payloads(&self, function: &Function) -> Result<Vec<TypeId>, String> {
        let signature = || function.params.iter().map(|param| param.ty).chain(function.result);
        let holds = |ty: &Type| self.of(ty).map_or(0, |facts| facts.payloads);
        let count = signature().fold(0_u64, |sum, ty| sum.saturating_add(holds(&ty)));
        if count > MAX_PAYLOADS {
            return Err(format!("`{}` has more than {MAX_PAYLOADS} futures", function.name));
        }
        let mut found = Vec::new();
        for ty in signature() {
            let mut pending = vec![(ty, false)];
            while let Some((ty, is_behind)) = pending.pop() {
                let Type::Id(id) = ty else { continue };
                let kind = &self.resolve.types[id].kind;
                if is_behind {
                    found.push(id);
                    continue;
                }
                if holds(&ty) == 0 {
                    continue;
                }
                if matches!(kind, TypeDefKind::Future(_) | TypeDefKind::Stream(_)) {
                    pending.push((ty, true));
                }
                pending.extend(parts(kind).into_iter().rev().flatten().map(|part| (part, false)));
            }
        }
        Ok(found)
    }

    /// What tells payloads of different Rust types apart; `None` for no payload.
    pub(super) fn payload_class(&self, payload: Option<Type>) -> Option<usize> {
        payload.and_then(|ty| self.of(&ty)).map(|facts| facts.class)
    }
}

/// The types that a type is made of; `None` for a case or a result without one.
pub(super) fn parts(kind: &TypeDefKind) -> Vec<Option<Type>> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| Some(field.ty)).collect(),
        TypeDefKind::Tuple(tuple) => tuple.types.iter().copied().map(Some).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|case| case.ty).collect(),
        TypeDefKind::Option(ty) => vec![None, Some(*ty)],
        TypeDefKind::Result(result) => vec![result.ok, result.err],
        TypeDefKind::List(ty) | TypeDefKind::FixedLengthList(ty, _) | TypeDefKind::Type(ty) => {
            vec![Some(*ty)]
        }
        TypeDefKind::Map(key, value) => vec![Some(*key), Some(*value)],
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => vec![*ty],
        TypeDefKind::Handle(Handle::Own(id)) => vec![None, Some(Type::Id(*id))],
        TypeDefKind::Handle(Handle::Borrow(id)) => vec![Some(Type::Id(*id))],
        TypeDefKind::Resource
        | TypeDefKind::Flags(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => Vec::new(),
    }
}

/// How many 32-bit loads or stores a flags type takes.
pub(super) fn words(repr: &FlagsRepr) -> usize {
    match repr {
        FlagsRepr::U8 | FlagsRepr::U16 => 1,
        FlagsRepr::U32(words) => *words,
    }
}

/// The flat values of a type made of `parts`.
fn flat(kind: &TypeDefKind, parts: &[Option<Facts>], size: u32) -> FlatList {
    match kind {
        TypeDefKind::Record(_) | TypeDefKind::Tuple(_) => {
            chained(parts.iter().flatten().map(|part| &part.flat))
        }
        TypeDefKind::FixedLengthList(..) => {
            let element = parts.first()?.as_ref()?;
            // Without flat values of its own, an element gives none however often it stands.
            let times = if element.flat.as_ref().is_some_and(Vec::is_empty) { 0 } else { size };
            chained((0..times).map(|_| &element.flat))
        }
        TypeDefKind::Flags(flags) => {
            let count = flags.repr().count();
            (count <= MAX_FLAT).then(|| vec![Flat::I32; count])
        }
        TypeDefKind::List(_) | TypeDefKind::Map(..) => Some(vec![Flat::Pointer, Flat::Length]),
        TypeDefKind::Variant(variant) => {
            let first = if variant.tag() == Int::U64 { Flat::I64 } else { Flat::I32 };
            joined(first, parts)
        }
        TypeDefKind::Option(_) | TypeDefKind::Result(_) => joined(Flat::I32, parts),
        _ => Some(vec![Flat::I32]),
    }
}

fn chained<'a>(lists: impl Iterator<Item = &'a FlatList>) -> FlatList {
    let mut out = Vec::new();
    for list in lists {
        out.extend(list.as_ref()?);
        if out.len() > MAX_FLAT {
            return None;
        }
    }
    Some(out)
}

/// A discriminant and the cases' values laid over each other.
fn joined(discriminant: Flat, cases: &[Option<Facts>]) -> FlatList {
    let mut out = vec![discriminant];
    for case in cases.iter().flatten() {
        for (at, value) in case.flat.as_ref()?.iter().enumerate() {
            match out.get_mut(at + 1) {
                Some(known) => *known = known.join(*value),
                None => out.push(*value),
            }
        }
        if out.len() > MAX_FLAT {
            return None;
        }
    }
    Some(out)
}
