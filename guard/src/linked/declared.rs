//! Which of the imports that the source declares are in the linked modules, and what tells why the
//! others are not.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Linkage, Parts, Stub};
use crate::import::ImportKind;
use crate::object::SymbolKind;

/// What became of one declared import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its place in [`Context::imports`].
    pub import: usize,
    /// Whether a module has it.
    pub state: State,
    /// What shows it: a sentence.
    pub evidence: String,
}

/// Whether a linked module has a declared import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A module imports it.
    Present,
    /// None does, since nothing uses it.
    Unused,
    /// None does: something else has taken its place.
    Misbound,
    /// None does, for one of several reasons.
    Absent,
}

impl State {
    /// As JSON writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Unused => "unused",
            Self::Misbound => "misbound",
            Self::Absent => "absent",
        }
    }
}

pub(super) fn states(parts: &Parts, context: Context<'_>) -> Vec<Declaration> {
    let Some(imports) = context.imports.filter(|_| !parts.modules.is_empty()) else {
        return Vec::new();
    };
    let mut present: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let mut stubs: BTreeSet<&str> = BTreeSet::new();
    for module in &parts.modules {
        let file = module.path.file_name().unwrap_or_default().to_string_lossy();
        for import in module.imports.iter().filter(|it| it.kind == SymbolKind::Function) {
            present.entry((&import.module, &import.name)).or_insert_with(|| {
                let symbol = import.symbol.as_ref();
                let symbol = symbol.map_or(String::new(), |it| format!(", by the symbol `{it}`"));
                format!("`{file}` imports it{symbol}")
            });
        }
        stubs.extend(module.stubs.iter().filter_map(|stub| match Stub::of(stub)? {
            Stub::SignatureMismatch(name)
            | Stub::UndefinedWeak(name)
            | Stub::BitcastInvalid(name) => Some(name),
            Stub::Undefined => None,
        }));
    }
    let mut declarations = Vec::new();
    for (index, import) in imports.iter().enumerate() {
        if import.kind != ImportKind::Function {
            continue;
        }
        let key = (import.module.as_deref().unwrap_or("env"), import.name.as_str());
        let (state, evidence) = match present.get(&key) {
            Some(evidence) => (State::Present, evidence.clone()),
            None => absent(parts, context, key, &stubs),
        };
        declarations.push(Declaration { import: index, state, evidence });
    }
    declarations
}

fn absent(
    parts: &Parts,
    context: Context<'_>,
    (module, name): (&str, &str),
    stubs: &BTreeSet<&str>,
) -> (State, String) {
    if stubs.contains(name) {
        return (
            State::Misbound,
            format!("calls of `{name}` go to a stub of the linker that traps"),
        );
    }
    if parts.sites.is_empty() {
        let why = "no module imports it: it is not used, or was bound elsewhere; objects and rlibs \
                   beside the module would tell";
        return (State::Absent, why.to_owned());
    }
    let named: Vec<_> =
        parts.references.iter().filter(|it| it.module == module && it.name == name).collect();
    let Some(first) = named.first() else {
        let why = "no object that was read names it: nothing compiled there uses it";
        return (State::Unused, why.to_owned());
    };
    let plain = named.iter().find(|it| it.linkage != Linkage::Mangled);
    let taken = plain.is_some_and(|it| {
        parts.definitions.contains_key(&it.symbol)
            || context.symbols.is_some_and(|symbols| symbols.get(&it.symbol).is_some())
    });
    match plain {
        Some(it) if taken => (
            State::Misbound,
            format!(
                "an object names it by the plain symbol `{}`, which is defined in the link: the call \
                 is bound there, or nothing reaches it",
                it.symbol
            ),
        ),
        Some(it) => (
            State::Absent,
            format!(
                "an object names it by the plain symbol `{}`, and no module imports it",
                it.symbol
            ),
        ),
        None => (
            State::Unused,
            format!(
                "objects name it by the symbol `{}` alone, so that it cannot be bound elsewhere: the \
                 linker dropped it, since nothing reaches it",
                first.symbol
            ),
        ),
    }
}
