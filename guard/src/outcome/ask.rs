//! Puts one link to the linker model: how its inputs are written down, and what the model's answer means for
//! what [`CALLER`] meant to reach.

use super::link::{
    Input, Item, Link, Object, Options, Place, ProblemKind, Reference, Scope, Symbol, Target,
    UndefinedPolicy, link, may_fit,
};
use super::{Outcome, OutcomeSet};
use crate::import::{Import, ImportKind, ValueType, WasmType};
use crate::toolchain::{Rustc, UndefinedSymbols};

/// The function that calls the import.
pub(super) const CALLER: &str = "caller";

/// The types that the two can have: what is unknown is the same as the other, or not.
pub(super) fn types(
    wanted: Option<&WasmType>,
    defined: Option<&WasmType>,
) -> Vec<(WasmType, WasmType)> {
    let Some(known) = wanted.or(defined) else {
        let nothing = WasmType { params: Vec::new(), results: Vec::new() };
        return vec![(nothing.clone(), nothing.clone()), (nothing.clone(), another(&nothing))];
    };
    match (wanted, defined) {
        (Some(wanted), Some(defined)) => vec![(wanted.clone(), defined.clone())],
        _ => vec![(known.clone(), known.clone()), (known.clone(), another(known))],
    }
}

pub(super) fn another(ty: &WasmType) -> WasmType {
    let mut other = ty.clone();
    other.params.push(ValueType::F64);
    other
}

/// The import as rustc leaves it where it does not mangle it: without a name of its own.
pub(super) fn own_symbol(import: &Import, ty: &WasmType) -> Symbol {
    let item = match import.kind {
        ImportKind::Function => undefined(ty, import.module.as_deref().unwrap_or("env")),
        ImportKind::Static => Item::UndefinedData,
    };
    Symbol { name: import.name.clone(), weak: false, item }
}

pub(super) fn undefined(ty: &WasmType, module: &str) -> Item {
    Item::UndefinedFunction { ty: ty.clone(), module: module.to_owned(), import_name: None }
}

/// An object with `symbol`, and a function that uses it.
pub(super) fn calling(symbol: Symbol, name: &str, exported: bool) -> Object {
    let called = matches!(symbol.item, Item::UndefinedFunction { .. });
    let item = Item::Function {
        ty: WasmType { params: Vec::new(), results: Vec::new() },
        scope: if exported { Scope::Exported } else { Scope::Global },
        references: vec![Reference { symbol: 0, called }],
    };
    Object { symbols: vec![symbol, Symbol { name: name.to_owned(), weak: false, item }] }
}

/// A definition that every object can refer to.
pub(super) fn defining(name: &str, weak: bool, is_function: bool, ty: &WasmType) -> Symbol {
    let scope = Scope::Global;
    let item = if is_function {
        Item::Function { ty: ty.clone(), scope, references: Vec::new() }
    } else {
        Item::Data { scope }
    };
    Symbol { name: name.to_owned(), weak, item }
}

/// A crate of the graph whose code calls [`CALLER`], where that is in another crate's archive.
pub(super) fn root() -> Input {
    let nothing = WasmType { params: Vec::new(), results: Vec::new() };
    let item = undefined(&nothing, "env");
    let call = Symbol { name: CALLER.to_owned(), weak: false, item };
    Input::Object(calling(call, "root", true))
}

/// Whether `target` is the import that was meant.
pub(super) fn is_import(target: &Target, module: Option<&str>, name: &str) -> bool {
    matches!(target, Target::Import(it) if it.name == name && it.module == module.unwrap_or("env"))
}

/// What the linker makes of the caller's reference, which is meant to reach `import`.
pub(super) fn ask_import(inputs: &[Input], rustc: &Rustc, import: &Import) -> OutcomeSet {
    ask(inputs, rustc, |it| is_import(it, import.module.as_deref(), &import.name))
}

/// What the linker makes of the caller's reference, with each set of options that `rustc` may give it;
/// `is_meant` knows what it was meant to reach.
pub(super) fn ask(
    inputs: &[Input],
    rustc: &Rustc,
    is_meant: impl Fn(&Target) -> bool,
) -> OutcomeSet {
    let undefined: &[UndefinedPolicy] = match rustc.undefined_symbols() {
        UndefinedSymbols::Imported => &[UndefinedPolicy::Import],
        UndefinedSymbols::LinkError => &[UndefinedPolicy::Error],
        UndefinedSymbols::Unknown => &[UndefinedPolicy::Import, UndefinedPolicy::Error],
    };
    let fatal: &[bool] = match rustc.linker_warnings_are_fatal() {
        Some(true) => &[true],
        Some(false) => &[false],
        None => &[false, true],
    };
    let mut outcomes = OutcomeSet::new();
    for &undefined in undefined {
        for &fatal_warnings in fatal {
            let options = Options { undefined, fatal_warnings, ..Options::default() };
            outcomes.extend(outcomes_of(inputs, &link(inputs, options), &is_meant));
        }
    }
    outcomes
}

fn outcomes_of(inputs: &[Input], link: &Link, is_meant: impl Fn(&Target) -> bool) -> Vec<Outcome> {
    let module = match link {
        Link::Failed(problems) => {
            let undefined = problems.iter().all(|it| it.kind == ProblemKind::UndefinedSymbol);
            return vec![if undefined { Outcome::UndefinedSymbol } else { Outcome::LinkError }];
        }
        // Mostly it crashes.
        Link::Confused { .. } => return vec![Outcome::LinkError, Outcome::InvalidModule],
        Link::Linked(module) => module,
    };
    let is_ours = |from: &Place| symbol_at(inputs, *from).is_some_and(|it| it.name == CALLER);
    let reached = module.reached.iter().filter(|((from, _), _)| is_ours(from));
    let mut outcomes = Vec::new();
    for (reference, target) in reached {
        match target {
            _ if module.invalid.binary_search(reference).is_ok() => {
                outcomes.push(Outcome::InvalidModule);
                let types = [reference_type(inputs, reference.1), target_type(inputs, target)];
                if let [Some(expected), Some(actual)] = types {
                    if may_fit(expected, actual) {
                        outcomes.push(Outcome::Misbound);
                    }
                }
            }
            target if is_meant(target) => outcomes.push(Outcome::Kept),
            // An address of nothing is another thing than what was asked for.
            Target::Import(_) | Target::Definition(_) | Target::Null => {
                outcomes.push(Outcome::Misbound);
            }
            Target::SignatureMismatchStub | Target::UndefinedWeakStub | Target::UndefinedStub => {
                outcomes.push(Outcome::Trap);
            }
        }
    }
    outcomes
}

fn symbol_at(inputs: &[Input], place: Place) -> Option<&Symbol> {
    inputs.get(place.input)?.objects().get(place.member)?.symbols.get(place.symbol)
}

fn reference_type(inputs: &[Input], place: Place) -> Option<&WasmType> {
    match &symbol_at(inputs, place)?.item {
        Item::Function { ty, .. } | Item::UndefinedFunction { ty, .. } => Some(ty),
        _ => None,
    }
}

fn target_type<'a>(inputs: &'a [Input], target: &Target) -> Option<&'a WasmType> {
    match target {
        Target::Definition(place) => reference_type(inputs, *place),
        _ => None,
    }
}
