//! The number in the names that wit-bindgen gives its imports: `wit_import4` is the fifth temporary of its
//! function. What takes a temporary was read from wit-bindgen's code and is compared with rustc's list.

use wit_parser::{Function, Handle, Type, TypeDefKind, TypeId, TypeOwner};

use super::types::{Types, words};

/// Temporaries that a type takes, by what is done with it.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    /// To flat values.
    lower: u64,
    /// To memory.
    write: u64,
    /// From flat values.
    lift: u64,
    /// From memory.
    read: u64,
}

/// The counts of every type, as seen from one interface or world.
#[derive(Debug)]
pub(super) struct Temporaries<'a, F> {
    types: &'a Types<'a>,
    counts: Vec<Counts>,
    /// Whether the Rust path of a type has several segments there.
    is_elsewhere: F,
    exported_resources: &'a [TypeId],
}

impl<'a, F: Fn(TypeOwner, TypeId) -> bool> Temporaries<'a, F> {
    pub(super) fn new(
        types: &'a Types<'a>,
        exported_resources: &'a [TypeId],
        is_elsewhere: F,
    ) -> Self {
        let mut all = Self { types, counts: Vec::new(), is_elsewhere, exported_resources };
        for (id, definition) in &types.resolve.types {
            let counts = all.define(id, &definition.kind);
            all.counts.push(counts);
        }
        all
    }

    /// How many come before the import that calls `function`.
    pub(super) fn before_import(&self, function: &Function) -> u64 {
        let signature = self.types.import(function, false);
        let one = |ty: &Type| {
            let counts = self.of(ty);
            if signature.indirect { counts.write } else { counts.lower }
        };
        let areas = u64::from(signature.indirect) + u64::from(signature.returns_in_memory);
        sum(function.params.iter().map(|param| one(&param.ty))).saturating_add(areas)
    }

    /// How many come before the `task.return` of an exported function.
    pub(super) fn before_task_return(&self, function: &Function) -> u64 {
        let indirect = self.types.export_is_indirect(function);
        let one = |ty: &Type| {
            let counts = self.of(ty);
            if indirect { counts.read } else { counts.lift }
        };
        let params = sum(function.params.iter().map(|param| one(&param.ty)));
        let Some(ty) = &function.result else { return params };
        let result = match self.types.result(function) {
            Some(_) => self.of(ty).lower,
            None => self.of(ty).write.saturating_add(1),
        };
        // The result has a name of its own.
        params.saturating_add(result).saturating_add(1)
    }

    fn of(&self, ty: &Type) -> Counts {
        match ty {
            Type::Id(id) => self.counts.get(id.index()).copied().unwrap_or_default(),
            Type::String => Counts { lower: 1, write: 1, lift: 1, read: 3 },
            _ => Counts { read: 1, ..Counts::default() },
        }
    }

    fn define(&self, id: TypeId, kind: &TypeDefKind) -> Counts {
        match kind {
            TypeDefKind::Type(ty) => self.of(ty),
            TypeDefKind::List(ty) => {
                let element = self.of(ty);
                let is_plain = self.types.of(ty).is_some_and(|facts| facts.is_plain);
                let (down, up) = if is_plain { (0, 0) } else { (element.write, element.read) };
                list(down, up)
            }
            TypeDefKind::Map(key, value) => {
                let (key, value) = (self.of(key), self.of(value));
                list(key.write.saturating_add(value.write), key.read.saturating_add(value.read))
            }
            TypeDefKind::Record(record) => {
                self.fields(&record.fields.iter().map(|field| field.ty).collect::<Vec<_>>())
            }
            TypeDefKind::Tuple(tuple) => self.fields(&tuple.types),
            TypeDefKind::Flags(flags) => {
                Counts { lower: 1, write: 1, lift: 0, read: words(&flags.repr()) as u64 }
            }
            TypeDefKind::Variant(variant) => {
                let owner = self.types.resolve.types[id].owner;
                // A type with a path gets a short name first; lifting takes one either way.
                let named = u64::from((self.is_elsewhere)(owner, id));
                self.cases(&variant.cases.iter().map(|case| case.ty).collect::<Vec<_>>(), named, 1)
            }
            TypeDefKind::Option(ty) => self.cases(&[None, Some(*ty)], 0, 0),
            TypeDefKind::Result(result) => self.cases(&[result.ok, result.err], 0, 0),
            TypeDefKind::FixedLengthList(ty, size) => {
                let (element, size) = (self.of(ty), u64::from(*size));
                Counts {
                    lower: element.lower.saturating_mul(size),
                    write: element.write,
                    lift: element.lift.saturating_mul(size).saturating_add(1),
                    read: element.read.saturating_add(1),
                }
            }
            TypeDefKind::Handle(Handle::Borrow(resource)) => {
                let resource = self.types.definition(*resource);
                let lift = u64::from(!self.exported_resources.contains(&resource));
                Counts { lift, read: lift + 1, ..Counts::default() }
            }
            _ => Counts { read: 1, ..Counts::default() },
        }
    }

    fn fields(&self, fields: &[Type]) -> Counts {
        let all = |count: fn(Counts) -> u64| sum(fields.iter().map(|ty| count(self.of(ty))));
        Counts {
            lower: all(|it| it.lower).saturating_add(1),
            write: all(|it| it.write).saturating_add(1),
            lift: all(|it| it.lift),
            read: all(|it| it.read),
        }
    }

    fn cases(&self, cases: &[Option<Type>], named: u64, lifted: u64) -> Counts {
        let all =
            |count: fn(Counts) -> u64| sum(cases.iter().flatten().map(|ty| count(self.of(ty))));
        Counts {
            // The discriminant and the cases' values together have one name.
            lower: all(|it| it.lower).saturating_add(named + 1),
            write: all(|it| it.write).saturating_add(named),
            lift: all(|it| it.lift).saturating_add(lifted),
            read: all(|it| it.read).saturating_add(lifted + 1),
        }
    }
}

fn list(down: u64, up: u64) -> Counts {
    Counts {
        lower: down.saturating_add(1),
        write: down.saturating_add(1),
        lift: up.saturating_add(1),
        // Pointer and length are read first.
        read: up.saturating_add(3),
    }
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}
