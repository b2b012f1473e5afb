//! What the link can make of an import, from source facts alone: every link that the facts leave open is
//! put to the linker model, in the order in which rustc names its inputs.
//!
//! That order is: the startup object, the crate's own objects, native libraries, the crates it depends on,
//! std, the C library, compiler_builtins. A crate's objects are members of an archive; they are linked
//! because something calls them.
//!
//! Link-time optimisation is not visible to a build script or to the command, so it is always possible. It
//! merges two Rust declarations of one symbol before the linker can object, as does a single codegen unit:
//! of the imports that then share a symbol, one module wins; a call whose type differs from the winner's
//! drops or invents arguments, or traps (LLVM's `WebAssemblyFixFunctionBitcasts`).

use std::collections::BTreeSet;

use super::link::{
    Input, Item, Link, Object, Options, Place, ProblemKind, Reference, Scope, Symbol, Target,
    UndefinedPolicy, link, may_fit,
};
use super::{LinkerName, Others, Outcome};
use crate::import::{Import, ImportKind, ValueType, WasmType};
use crate::symbols::{CSymbol, Library};
use crate::toolchain::{Rustc, UndefinedSymbols};

/// What becomes of `import` where the target's C library defines `symbol` under the import's name.
pub fn beside_c_symbol(
    import: &Import,
    rustc: &Rustc,
    symbol: &CSymbol,
    others: &Others,
) -> BTreeSet<Outcome> {
    let name = LinkerName::of(import, rustc.import_symbols());
    let mut outcomes = BTreeSet::new();
    if name != LinkerName::Plain {
        outcomes.insert(Outcome::Kept);
    }
    if name == LinkerName::Mangled {
        return outcomes;
    }
    let twin = symbol.referenced_by_std || others.native || others.wanted.contains(&import.name);
    for (wanted, defined) in types(import.wasm_type.as_ref(), symbol.wasm_type.as_ref()) {
        let own = own_symbol(import, &wanted);
        let definition = Symbol {
            name: import.name.clone(),
            weak: symbol.weak,
            item: if symbol.is_function {
                let ty = defined.clone();
                Item::Function { ty, scope: Scope::Global, references: Vec::new() }
            } else {
                Item::Data { scope: Scope::Global }
            },
        };
        let item =
            if symbol.is_function { undefined(&defined, "env") } else { Item::UndefinedData };
        let twin = twin.then(|| Symbol { name: import.name.clone(), weak: false, item });
        let replaced = others.defined.contains(&import.name);
        for inputs in links(&own, twin.as_ref(), &definition, &symbol.library, replaced, others) {
            outcomes.extend(ask(&inputs, import, rustc));
        }
        if twin.is_some() && import.kind == ImportKind::Function && symbol.is_function {
            outcomes.extend(merged(&wanted, &defined));
        }
    }
    outcomes
}

/// What becomes of `import` where `other`, of another module, has its name.
pub fn beside_other_module(import: &Import, other: &Import, rustc: &Rustc) -> BTreeSet<Outcome> {
    let name = LinkerName::of(import, rustc.import_symbols());
    let other_name = LinkerName::of(other, rustc.import_symbols());
    let mut outcomes = BTreeSet::new();
    if (name, other_name) != (LinkerName::Plain, LinkerName::Plain) {
        outcomes.insert(Outcome::Kept);
    }
    if name == LinkerName::Mangled || other_name == LinkerName::Mangled {
        return outcomes;
    }
    for (wanted, others) in types(import.wasm_type.as_ref(), other.wasm_type.as_ref()) {
        let own = Input::Object(calling(own_symbol(import, &wanted), CALLER, true));
        let twin = Input::Object(calling(own_symbol(other, &others), "other_caller", true));
        for inputs in [vec![own.clone(), twin.clone()], vec![twin, own]] {
            outcomes.extend(ask(&inputs, import, rustc));
        }
        if import.kind == ImportKind::Function && other.kind == ImportKind::Function {
            outcomes.extend(merged(&wanted, &others));
        }
    }
    outcomes
}

/// The function that calls the import.
const CALLER: &str = "caller";

/// The types that the two can have: what is unknown is the same as the other, or not.
fn types(wanted: Option<&WasmType>, defined: Option<&WasmType>) -> Vec<(WasmType, WasmType)> {
    let Some(known) = wanted.or(defined) else {
        let nothing = WasmType { params: Vec::new(), results: Vec::new() };
        return vec![(nothing.clone(), nothing.clone()), (nothing.clone(), another(&nothing))];
    };
    match (wanted, defined) {
        (Some(wanted), Some(defined)) => vec![(wanted.clone(), defined.clone())],
        _ => vec![(known.clone(), known.clone()), (known.clone(), another(known))],
    }
}

fn another(ty: &WasmType) -> WasmType {
    let mut other = ty.clone();
    other.params.push(ValueType::F64);
    other
}

/// Every link that the facts leave open.
fn links(
    own: &Symbol,
    twin: Option<&Symbol>,
    definition: &Symbol,
    library: &Library,
    replaced: bool,
    others: &Others,
) -> Vec<Vec<Input>> {
    let caller = || Input::Object(calling(own.clone(), CALLER, true));
    // In a crate that is called for something else.
    let call = Item::UndefinedFunction {
        ty: WasmType { params: Vec::new(), results: Vec::new() },
        module: "env".to_owned(),
        import_name: None,
    };
    let root = Input::Object(calling(
        Symbol { name: CALLER.to_owned(), weak: false, item: call },
        "root",
        true,
    ));
    let member = || Input::Archive(vec![calling(own.clone(), CALLER, false)]);
    let users = [vec![caller()], vec![root, member()]];
    let twins: Vec<Vec<Input>> = [None, twin]
        .into_iter()
        .map(|it| it.map(|it| Input::Object(calling(it.clone(), "other_caller", true))))
        .map(|it| it.into_iter().collect())
        .collect();
    let defined = Object { symbols: vec![definition.clone()] };
    let mut all = Vec::new();
    for user in &users {
        for twin in &twins {
            let mut inputs = Vec::new();
            if *library == Library::Startup {
                inputs.push(Input::Object(defined.clone()));
            }
            inputs.extend(user.iter().chain(twin).cloned());
            if *library != Library::Startup {
                inputs.push(Input::Archive(vec![defined.clone()]));
            }
            all.push(inputs.clone());
            if others.called_by_libc {
                let mut late = vec![Input::Archive(vec![defined.clone()])];
                late.extend(inputs.clone());
                all.push(late);
            }
            if replaced {
                // The graph's own definition, of which the type is not known, in front of the C library's.
                for ty in own_type(own).into_iter().flat_map(|ty| [ty.clone(), another(ty)]) {
                    let item = Item::Function { ty, scope: Scope::Global, references: Vec::new() };
                    let own = Object { symbols: vec![Symbol { item, ..definition.clone() }] };
                    for (at, own) in [
                        (0, Input::Object(own.clone())),
                        (0, Input::Archive(vec![own.clone()])),
                        (user.len(), Input::Archive(vec![own])),
                    ] {
                        let mut inputs = inputs.clone();
                        inputs.insert(at, own);
                        all.push(inputs);
                    }
                }
            }
        }
    }
    all
}

fn own_type(symbol: &Symbol) -> Option<&WasmType> {
    match &symbol.item {
        Item::UndefinedFunction { ty, .. } => Some(ty),
        _ => None,
    }
}

/// The import as rustc leaves it where it does not mangle it: without a name of its own.
fn own_symbol(import: &Import, ty: &WasmType) -> Symbol {
    let item = match import.kind {
        ImportKind::Function => undefined(ty, import.module.as_deref().unwrap_or("env")),
        ImportKind::Static => Item::UndefinedData,
    };
    Symbol { name: import.name.clone(), weak: false, item }
}

fn undefined(ty: &WasmType, module: &str) -> Item {
    Item::UndefinedFunction { ty: ty.clone(), module: module.to_owned(), import_name: None }
}

/// An object with `symbol`, and a function that uses it.
fn calling(symbol: Symbol, name: &str, exported: bool) -> Object {
    let called = matches!(symbol.item, Item::UndefinedFunction { .. });
    let item = Item::Function {
        ty: WasmType { params: Vec::new(), results: Vec::new() },
        scope: if exported { Scope::Exported } else { Scope::Global },
        references: vec![Reference { symbol: 0, called }],
    };
    Object { symbols: vec![symbol, Symbol { name: name.to_owned(), weak: false, item }] }
}

/// What the linker makes of the caller's reference, with each set of options that `rustc` may give it.
fn ask(inputs: &[Input], import: &Import, rustc: &Rustc) -> BTreeSet<Outcome> {
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
    let mut outcomes = BTreeSet::new();
    for &undefined in undefined {
        for &fatal_warnings in fatal {
            let options = Options { undefined, fatal_warnings, ..Options::default() };
            outcomes.extend(outcomes_of(inputs, &link(inputs, options), import));
        }
    }
    outcomes
}

fn outcomes_of(inputs: &[Input], link: &Link, import: &Import) -> Vec<Outcome> {
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
            Target::Import(found)
                if found.name == import.name
                    && found.module == import.module.as_deref().unwrap_or("env") =>
            {
                outcomes.push(Outcome::Kept);
            }
            Target::Definition(_) if module.invalid.contains(reference) => {
                outcomes.push(Outcome::InvalidModule);
                let types = [reference_type(inputs, reference.1), target_type(inputs, target)];
                if let [Some(expected), Some(actual)] = types {
                    if may_fit(expected, actual) {
                        outcomes.push(Outcome::Misbound);
                    }
                }
            }
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

/// What becomes of two Rust declarations of one symbol that meet before the linker sees them.
fn merged(wanted: &WasmType, other: &WasmType) -> Vec<Outcome> {
    if wanted == other {
        return vec![Outcome::Misbound];
    }
    vec![Outcome::Misbound, Outcome::Trap]
}

#[cfg(test)]
#[path = "possible_tests.rs"]
mod tests;
