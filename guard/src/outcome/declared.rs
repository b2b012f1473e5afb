//! What the link can make of what crates of the graph declare and define beside each other, and of what
//! nothing defines. As in [`super::possible`], every link that the facts leave open is put to the model.

use super::ask::{
    CALLER, ask, ask_import, calling, defining, is_import, own_symbol, root, types, undefined,
};
use super::link::{Input, Item, Object, Symbol, Target};
use super::possible::merged;
use super::{LinkerName, Outcome, OutcomeSet};
use crate::definition::SymbolDefinition;
use crate::import::{Import, ImportKind, WasmType};
use crate::symbols::{CSymbol, Library};
use crate::toolchain::Rustc;

/// The symbol that a C library's object has besides the one in question.
const SIBLING: &str = "sibling";

/// What becomes of an import beside a definition of its name in a crate of the graph.
pub fn beside_definition(
    import: &Import,
    definition: &SymbolDefinition,
    rustc: &Rustc,
) -> OutcomeSet {
    let name = LinkerName::of(import, rustc.import_symbols());
    let mut outcomes = OutcomeSet::new();
    if name != LinkerName::Plain {
        outcomes.insert(Outcome::Kept);
    }
    if name == LinkerName::Mangled {
        return outcomes;
    }
    let is_function = definition.kind == ImportKind::Function;
    for (wanted, defined) in types(import.wasm_type.as_ref(), definition.wasm_type.as_ref()) {
        let own = own_symbol(import, &wanted);
        let definition = defining(&definition.name, false, is_function, &defined);
        for inputs in links_of_crates(&own, &definition) {
            outcomes.extend(ask_import(&inputs, rustc, import));
        }
        if is_function && import.kind == ImportKind::Function {
            outcomes.extend(merged(&wanted, &defined));
        }
    }
    outcomes
}

/// The links of a crate that uses `own` and one that has `definition`: the objects of the crate that is
/// linked come first, in any order; those of other crates are in archives, in any order too.
fn links_of_crates(own: &Symbol, definition: &Symbol) -> Vec<Vec<Input>> {
    let caller = Input::Object(calling(own.clone(), CALLER, true));
    let member = Input::Archive(vec![calling(own.clone(), CALLER, false)]);
    let object = Input::Object(Object { symbols: vec![definition.clone()] });
    let archive = Input::Archive(vec![Object { symbols: vec![definition.clone()] }]);
    vec![
        vec![caller.clone(), object.clone()],
        vec![object.clone(), caller.clone()],
        vec![caller, archive.clone()],
        vec![root(), object, member.clone()],
        vec![root(), member.clone(), archive.clone()],
        vec![root(), archive, member],
    ]
}

/// What becomes of the calls that are meant for a C symbol where a crate defines its name; `is_called` says
/// whether something surely makes such calls.
///
/// The crate's definition comes first and satisfies everyone. libc's member is extracted all the same when
/// another of its names is needed, and two strong definitions are an error.
pub fn of_c_symbol_beside_definition(
    definition: &SymbolDefinition,
    symbol: &CSymbol,
    is_called: bool,
    rustc: &Rustc,
) -> OutcomeSet {
    let is_function = definition.kind == ImportKind::Function;
    let mut outcomes = OutcomeSet::new();
    for (wanted, defined) in types(symbol.wasm_type.as_ref(), definition.wasm_type.as_ref()) {
        let item = if symbol.is_function { undefined(&wanted, "env") } else { Item::UndefinedData };
        let call = Symbol { name: definition.name.clone(), weak: false, item };
        let libc = defining(&definition.name, symbol.weak, symbol.is_function, &wanted);
        let own = defining(&definition.name, false, is_function, &defined);
        for (inputs, libc) in links_with_libc(&call, &own, &libc, &symbol.library) {
            outcomes.extend(ask(
                &inputs,
                rustc,
                |target| matches!(target, Target::Definition(place) if place.input == libc),
            ));
        }
    }
    if !is_called {
        outcomes.insert(Outcome::Kept);
    }
    outcomes
}

/// The links of a crate with `own` and of std, or a part of the C library, with `call`; and which of the
/// inputs is the C library.
fn links_with_libc(
    call: &Symbol,
    own: &Symbol,
    libc: &Symbol,
    library: &Library,
) -> Vec<(Vec<Input>, usize)> {
    let caller = Input::Object(calling(call.clone(), CALLER, true));
    let nothing = WasmType { params: Vec::new(), results: Vec::new() };
    let needs_sibling =
        Symbol { name: SIBLING.to_owned(), weak: false, item: undefined(&nothing, "env") };
    let needs_sibling = Input::Object(calling(needs_sibling, "other_caller", true));
    let sibling = defining(SIBLING, false, true, &nothing);
    let libc = Object { symbols: vec![libc.clone(), sibling] };
    let own = Object { symbols: vec![own.clone()] };
    let mut all = Vec::new();
    for own in [Input::Object(own.clone()), Input::Archive(vec![own])] {
        if *library == Library::Startup {
            all.push((vec![Input::Object(libc.clone()), own, caller.clone()], 0));
            continue;
        }
        let libc = Input::Archive(vec![libc.clone()]);
        all.push((vec![own.clone(), caller.clone(), libc.clone()], 2));
        all.push((vec![own, caller.clone(), needs_sibling.clone(), libc], 3));
    }
    all
}

/// What becomes of a declaration whose symbol nothing in the link defines, and for which rustc sees no
/// module; `module` is the one that its author meant, if any.
pub fn beside_nothing(kind: ImportKind, module: Option<&str>, rustc: &Rustc) -> OutcomeSet {
    const NAME: &str = "undefined";
    let nothing = WasmType { params: Vec::new(), results: Vec::new() };
    let item = match kind {
        ImportKind::Function => undefined(&nothing, "env"),
        ImportKind::Static => Item::UndefinedData,
    };
    let symbol = Symbol { name: NAME.to_owned(), weak: false, item };
    let inputs = [Input::Object(calling(symbol, CALLER, true))];
    ask(&inputs, rustc, |it| is_import(it, module, NAME))
}

/// What becomes of two declarations of one import with two types; `apart` says that two packages have
/// them. Within one, a codegen unit may hold both, and the compiler then makes them one.
pub fn beside_other_type(
    import: &Import,
    other: &Import,
    apart: bool,
    rustc: &Rustc,
) -> OutcomeSet {
    let of = |import: &Import| LinkerName::of(import, rustc.import_symbols());
    let names = (of(import), of(other));
    let mut outcomes = OutcomeSet::new();
    if names != (LinkerName::Plain, LinkerName::Plain) || !apart {
        outcomes.insert(Outcome::Kept);
    }
    if names.0 == LinkerName::Mangled || names.1 == LinkerName::Mangled {
        return outcomes;
    }
    for (first, second) in types(import.wasm_type.as_ref(), other.wasm_type.as_ref()) {
        let own = Input::Object(calling(own_symbol(import, &first), CALLER, true));
        let twin = Input::Object(calling(own_symbol(other, &second), "other_caller", true));
        for inputs in [[own.clone(), twin.clone()], [twin, own]] {
            outcomes.extend(ask_import(&inputs, rustc, import));
        }
    }
    outcomes
}

/// What becomes of a declaration without a module that has the name of a C function, whose type is `c_type`.
/// Of the C library nothing but its type matters here: it comes behind all crates.
pub fn bound_to_c(declaration: &Import, c_type: &WasmType, rustc: &Rustc) -> OutcomeSet {
    let mut outcomes = OutcomeSet::new();
    for (own, c_type) in types(declaration.wasm_type.as_ref(), Some(c_type)) {
        let caller = Input::Object(calling(own_symbol(declaration, &own), CALLER, true));
        let libc = Object { symbols: vec![defining(&declaration.name, false, true, &c_type)] };
        let inputs = [caller, Input::Archive(vec![libc])];
        outcomes.extend(ask(&inputs, rustc, |it| matches!(it, Target::Definition(_))));
    }
    outcomes
}

#[cfg(test)]
#[path = "declared_tests.rs"]
mod tests;
