//! What is left in the module: garbage collection, undefined symbols, imports.

use std::collections::{HashMap, HashSet};

use super::table::{State, Table};
use super::{
    Item, Link, Module, ModuleImport, Options, Place, Problem, ProblemKind, Scope, Target,
    UndefinedPolicy, fits,
};
use crate::sorted;

/// `markLive`, `scanRelocations` and `Writer::calculateImports`.
pub(super) fn emit(table: &Table<'_>, options: Options) -> Link {
    let live = live_functions(table, options);
    let mut module = Module { warned: table.warned.clone(), ..Module::default() };
    let mut undefined = Vec::new();
    let mut confused = Vec::new();
    let mut referenced = HashSet::new();
    for &(unit, function) in &live {
        let object = table.units[unit].object;
        let Item::Function { references, .. } = &object.symbols[function].item else {
            continue;
        };
        for reference in references {
            let Some(symbol) = object.symbols.get(reference.symbol) else {
                continue;
            };
            let from = table.units[unit].place(function);
            let to = table.units[unit].place(reference.symbol);
            let wants_function =
                matches!(symbol.item, Item::Function { .. } | Item::UndefinedFunction { .. });
            referenced.extend(table.units[unit].entries[reference.symbol]);
            match target(table, options, unit, reference.symbol) {
                Found::Target(target, is_function, ty) => {
                    if is_function.is_some_and(|it| it != wants_function) {
                        confused.push(symbol.name.clone());
                    }
                    if let (
                        Some(actual),
                        Item::Function { ty: expected, .. }
                        | Item::UndefinedFunction { ty: expected, .. },
                    ) = (ty, &symbol.item)
                    {
                        if reference.called && !fits(expected, actual) {
                            module.invalid.push((from, to));
                        }
                    }
                    module.reached.push(((from, to), target));
                }
                Found::Undefined => {
                    undefined.push(Problem {
                        kind: ProblemKind::UndefinedSymbol,
                        symbol: symbol.name.clone(),
                    });
                }
            }
        }
    }
    if !confused.is_empty() {
        return Link::Confused { symbols: sorted::set(confused) };
    }
    if !undefined.is_empty() {
        return Link::Failed(sorted::set(undefined));
    }
    for &entry in table.by_name.values() {
        if !options.gc_sections || referenced.contains(&entry) {
            module.imports.extend(import(table, options, entry));
        }
    }
    module.imports = sorted::set(module.imports);
    module.invalid = sorted::set(module.invalid);
    sorted::sort_by(&mut module.reached, |a, b| a.0.cmp(&b.0));
    module.reached.dedup_by(|a, b| a.0 == b.0);
    Link::Linked(module)
}

enum Found<'a> {
    /// With whether it is a function, where that is known, and its type, where calls have to have it.
    Target(Target, Option<bool>, Option<&'a crate::import::WasmType>),
    Undefined,
}

fn target<'a>(table: &Table<'a>, options: Options, unit: usize, symbol: usize) -> Found<'a> {
    let it = &table.units[unit];
    let Some(entry) = it.entries[symbol] else {
        // Local.
        let ty = match &it.object.symbols[symbol].item {
            Item::Function { ty, .. } => Some(ty),
            _ => None,
        };
        return Found::Target(Target::Definition(it.place(symbol)), Some(ty.is_some()), ty);
    };
    match &table.entries[entry].state {
        State::Function { place, ty } => {
            Found::Target(Target::Definition(*place), Some(true), Some(ty))
        }
        State::Data { place } => Found::Target(Target::Definition(*place), Some(false), None),
        State::SignatureMismatchStub => {
            Found::Target(Target::SignatureMismatchStub, Some(true), None)
        }
        State::UndefinedWeakStub { ty } => {
            Found::Target(Target::UndefinedWeakStub, Some(true), Some(ty))
        }
        State::UndefinedFunction(wanted) => match import(table, options, entry) {
            Some(import) => Found::Target(Target::Import(import), Some(true), Some(wanted.ty)),
            None if options.undefined == UndefinedPolicy::Stub => {
                Found::Target(Target::UndefinedStub, Some(true), None)
            }
            None => Found::Undefined,
        },
        State::UndefinedData
            if !table.entries[entry].weak && options.undefined == UndefinedPolicy::Error =>
        {
            Found::Undefined
        }
        State::UndefinedData | State::Lazy { .. } => Found::Target(Target::Null, None, None),
    }
}

/// The import that an entry becomes: `shouldImport`, `Symbol::isImported`.
fn import(table: &Table<'_>, options: Options, entry: usize) -> Option<ModuleImport> {
    let entry = &table.entries[entry];
    let State::UndefinedFunction(wanted) = &entry.state else {
        return None;
    };
    (wanted.import_name.is_some() || options.undefined == UndefinedPolicy::Import).then(|| {
        ModuleImport {
            module: wanted.module.to_owned(),
            name: wanted.import_name.unwrap_or(entry.name).to_owned(),
            ty: wanted.ty.clone(),
        }
    })
}

/// The functions, by unit and symbol, that stay: all of what is linked, or what exports lead to.
fn live_functions(table: &Table<'_>, options: Options) -> HashSet<(usize, usize)> {
    let unit_of: HashMap<(usize, usize), usize> = table
        .units
        .iter()
        .enumerate()
        .map(|(index, unit)| ((unit.input, unit.member), index))
        .collect();
    let key = |place: &Place| (unit_of[&(place.input, place.member)], place.symbol);
    let mut live = HashSet::new();
    if !options.gc_sections {
        for (index, unit) in table.units.iter().enumerate().filter(|(_, unit)| !unit.lazy) {
            for (symbol, it) in unit.object.symbols.iter().enumerate() {
                if matches!(it.item, Item::Function { .. }) {
                    live.insert((index, symbol));
                }
            }
        }
        return live;
    }
    let mut queue = Vec::new();
    for &entry in table.by_name.values() {
        if let State::Function { place, .. } = &table.entries[entry].state {
            let (unit, symbol) = key(place);
            let item = &table.units[unit].object.symbols[symbol].item;
            if matches!(item, Item::Function { scope: Scope::Exported, .. }) {
                queue.push((unit, symbol));
            }
        }
    }
    while let Some((unit, symbol)) = queue.pop() {
        if !live.insert((unit, symbol)) {
            continue;
        }
        let object = table.units[unit].object;
        let Item::Function { references, .. } = &object.symbols[symbol].item else {
            continue;
        };
        for reference in references {
            match table.units[unit].entries.get(reference.symbol) {
                Some(Some(entry)) => {
                    if let State::Function { place, .. } = &table.entries[*entry].state {
                        queue.push(key(place));
                    }
                }
                Some(None) => queue.push((unit, reference.symbol)),
                None => {}
            }
        }
    }
    live
}
