//! What the link can make of an import, from source facts alone: every link that the facts leave open is
//! put to the linker model, in the order in which rustc names its inputs.
//!
//! That order is: the startup object, the crate's own objects, native libraries, the crates it depends on,
//! std, the C library, `compiler_builtins`. A crate's objects are members of an archive; they are linked
//! because something calls them.
//!
//! Link-time optimisation is not visible to a build script or to the command, so it is always possible. It
//! merges two Rust declarations of one symbol before the linker can object, as does a single codegen unit:
//! of the imports that then share a symbol, one module wins; a call whose type differs from the winner's
//! drops or invents arguments, or traps (LLVM's `WebAssemblyFixFunctionBitcasts`).

use super::ask::{
    CALLER, another, ask_import, calling, defining, own_symbol, root, types, undefined,
};
use super::link::{Input, Item, Object, Symbol};
use super::{LinkerName, Others, Outcome, OutcomeSet};
use crate::import::{Import, ImportKind, WasmType};
use crate::symbols::{CSymbol, Library};
use crate::toolchain::Rustc;

/// What becomes of `import` where the target's C library defines `symbol` under the import's name.
pub fn beside_c_symbol(
    import: &Import,
    rustc: &Rustc,
    symbol: &CSymbol,
    others: &Others,
) -> OutcomeSet {
    let name = LinkerName::of(import, rustc.import_symbols());
    let mut outcomes = OutcomeSet::new();
    if name != LinkerName::Plain {
        outcomes.insert(Outcome::Kept);
    }
    if name == LinkerName::Mangled {
        return outcomes;
    }
    let twin = symbol.referenced_by_std || others.native || others.wanted.contains(&import.name);
    for (wanted, defined) in types(import.wasm_type.as_ref(), symbol.wasm_type.as_ref()) {
        let own = own_symbol(import, &wanted);
        let definition = defining(&import.name, symbol.weak, symbol.is_function, &defined);
        let item =
            if symbol.is_function { undefined(&defined, "env") } else { Item::UndefinedData };
        let twin = twin.then(|| Symbol { name: import.name.clone(), weak: false, item });
        let replaced = others.defined.contains(&import.name);
        for inputs in links(&own, twin.as_ref(), &definition, &symbol.library, replaced, others) {
            outcomes.extend(ask_import(&inputs, rustc, import));
        }
        if twin.is_some() && import.kind == ImportKind::Function && symbol.is_function {
            outcomes.extend(merged(&wanted, &defined));
        }
    }
    outcomes
}

/// What becomes of `import` where `other`, of another module, has its name.
pub fn beside_other_module(import: &Import, other: &Import, rustc: &Rustc) -> OutcomeSet {
    let name = LinkerName::of(import, rustc.import_symbols());
    let other_name = LinkerName::of(other, rustc.import_symbols());
    let mut outcomes = OutcomeSet::new();
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
            outcomes.extend(ask_import(&inputs, rustc, import));
        }
        if import.kind == ImportKind::Function && other.kind == ImportKind::Function {
            outcomes.extend(merged(&wanted, &others));
        }
    }
    outcomes
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
    let member = || Input::Archive(vec![calling(own.clone(), CALLER, false)]);
    let users = [vec![caller()], vec![root(), member()]];
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
                    let own = defining(&definition.name, false, true, &ty);
                    let own = Object { symbols: vec![own] };
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

/// What becomes of two Rust declarations of one symbol that meet before the linker sees them.
pub(super) fn merged(wanted: &WasmType, other: &WasmType) -> Vec<Outcome> {
    if wanted == other {
        return vec![Outcome::Misbound];
    }
    vec![Outcome::Misbound, Outcome::Trap]
}

#[cfg(test)]
#[path = "possible_tests.rs"]
mod tests;
