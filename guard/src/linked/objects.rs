//! What the symbol tables of objects show, before any link.
//!
//! What becomes of a plain name is what wasm-ld was seen to do (versions 14, 19 and 22, and the
//! rust-lld of Rust 1.95): an undefined function with a module is bound to any definition of its
//! symbol, and two modules for one symbol are an error.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Context, Evidence, EvidenceKind, Linkage, MAX_SITES, Parts, Reference, Site, declarations_of,
};
use crate::finding::Level;
use crate::import::WasmType;
use crate::object::SymbolKind;
use crate::outcome::{Outcome, OutcomeSet};
use crate::symbols::is_linker_defined;

pub(super) fn judge(parts: &Parts, context: Context<'_>) -> Vec<Evidence> {
    let mut by_symbol: BTreeMap<&str, Vec<&Reference>> = BTreeMap::new();
    let mut by_import: BTreeMap<(&str, &str), Vec<&Reference>> = BTreeMap::new();
    for reference in &parts.references {
        if reference.linkage == Linkage::Mangled {
            let import = (reference.module.as_str(), reference.name.as_str());
            by_import.entry(import).or_default().push(reference);
        } else {
            by_symbol.entry(&reference.symbol).or_default().push(reference);
        }
    }
    let judge = Judge { parts, context };
    let mut found = Vec::new();
    for (symbol, references) in by_symbol {
        judge.symbol(symbol, &references, &mut found);
    }
    for ((module, name), references) in by_import {
        judge.two_types(module, name, &references, &mut found);
    }
    found
}

struct Judge<'a> {
    parts: &'a Parts,
    context: Context<'a>,
}

/// What else in the link has a symbol's name.
struct Taken {
    outcomes: OutcomeSet,
    /// `… defines it` clauses.
    by: Vec<String>,
    /// The types of the definitions.
    types: BTreeSet<WasmType>,
}

impl Judge<'_> {
    /// One symbol that is not mangled, and everything that refers to it.
    fn symbol(&self, symbol: &str, references: &[&Reference], found: &mut Vec<Evidence>) {
        let imports: BTreeSet<(&str, &str)> =
            references.iter().map(|it| (it.module.as_str(), it.name.as_str())).collect();
        let Some(&(module, name)) = imports.iter().next() else { return };
        let taken = self.taken(symbol, references);
        if imports.len() > 1 {
            found.push(self.import_mismatch(symbol, references, &imports, &taken));
            return;
        }
        let declared = declarations_of(self.context.imports, module, name);
        let is_meant = references.iter().any(|it| it.is_import())
            || declared.iter().any(|index| self.names_a_module(*index));
        if !is_meant {
            self.bare(symbol, references, &taken, declared, found);
            return;
        }
        let plain = references.iter().any(|it| it.linkage == Linkage::Plain);
        if !plain && taken.by.is_empty() {
            return;
        }
        let mut notes = taken.by.clone();
        notes.extend(self.mangled_elsewhere(module, name));
        let level = match (taken.by.is_empty(), self.any_of_rustc(references)) {
            (false, _) => Level::Deny,
            (true, true) => Level::Warn,
            // C has no other way of linking an import.
            (true, false) => Level::Note,
        };
        let message = if taken.by.is_empty() {
            notes.push(
                "nothing else with this name is among the files that were read: as long as nothing \
                 else in the link has it, the import stays"
                    .to_owned(),
            );
            format!("the import `{module}.{name}` is linked by its plain name `{symbol}`")
        } else {
            format!(
                "the import `{module}.{name}` is linked by its plain name `{symbol}`, which something \
                 else in the link has too"
            )
        };
        let mut outcomes = taken.outcomes;
        if outcomes.is_empty() {
            outcomes.insert(Outcome::Kept);
            if !references.iter().any(|it| it.explicit) {
                outcomes.insert(Outcome::UndefinedSymbol);
                notes.push(
                    "its object gives no import name: a linker without --allow-undefined, as of rustc \
                     1.96 and later, wants a definition"
                        .to_owned(),
                );
            }
        }
        let kind = EvidenceKind::PlainImport;
        let evidence = self.evidence(kind, level, (Some(module), name), message, references);
        found.push(Evidence { notes, outcomes, declared, ..evidence });
    }

    /// A function without a module.
    fn bare(
        &self,
        symbol: &str,
        references: &[&Reference],
        taken: &Taken,
        declared: Vec<usize>,
        found: &mut Vec<Evidence>,
    ) {
        if !taken.by.is_empty() {
            // What it was meant for, unless the types differ.
            let harm: OutcomeSet =
                taken.outcomes.iter().filter(|it| *it != Outcome::Misbound).collect();
            if harm.contains(Outcome::Trap) || harm == OutcomeSet::from([Outcome::LinkError]) {
                let message = format!(
                    "the function `{symbol}`, declared without a module, is defined otherwise than it \
                     is called"
                );
                // Those that call it rightly are not to blame.
                let wrong: Vec<&Reference> = references
                    .iter()
                    .copied()
                    .filter(|it| it.wasm_type.as_ref().is_none_or(|ty| !taken.types.contains(ty)))
                    .collect();
                let at = if wrong.is_empty() { references } else { &wrong };
                let kind = EvidenceKind::SignatureMismatch;
                let evidence = self.evidence(kind, Level::Deny, (None, symbol), message, at);
                let (notes, outcomes) = (taken.by.clone(), harm);
                found.push(Evidence { notes, outcomes, declared, ..evidence });
            }
            return;
        }
        let is_expected = is_linker_defined(symbol) || is_of_rustc(symbol) || is_of_startup(symbol);
        if is_expected || references.iter().all(|it| it.weak) {
            return;
        }
        let known = self.context.symbols.is_some();
        let (level, why) = if self.context.is_host_in_env() {
            (Level::Note, "Emscripten's JavaScript library may have it, or the host")
        } else if known {
            (
                Level::Warn,
                "nothing in the files that were read defines it, nor the target's C library: unless a \
                 native library or another object does, it is an undefined symbol for rustc 1.96 and \
                 later, and becomes an import from `env` before",
            )
        } else {
            (
                Level::Note,
                "nothing in the files that were read defines it; the target, and with it the C \
                 library, is not known: give --target",
            )
        };
        let message = format!("nothing defines the function `{symbol}`, declared without a module");
        let kind = EvidenceKind::UndefinedSymbol;
        let evidence = self.evidence(kind, level, (None, symbol), message, references);
        let outcomes = OutcomeSet::from([Outcome::Kept, Outcome::UndefinedSymbol]);
        found.push(Evidence { notes: vec![why.to_owned()], outcomes, declared, ..evidence });
    }

    fn import_mismatch(
        &self,
        symbol: &str,
        references: &[&Reference],
        imports: &BTreeSet<(&str, &str)>,
        taken: &Taken,
    ) -> Evidence {
        let listed: Vec<String> =
            imports.iter().map(|(module, name)| format!("`{module}.{name}`")).collect();
        let message =
            format!("the symbol `{symbol}` stands for several imports: {}", listed.join(" and "));
        let mut notes = vec![
            "the linker stops with an import mismatch when it meets both; link-time optimisation \
             takes one for the other without a word"
                .to_owned(),
        ];
        if imports.contains(&("env", symbol)) {
            notes.push(format!(
                "`env.{symbol}` is what an object says that refers to the function without a module"
            ));
        }
        notes.extend(taken.by.iter().cloned());
        let (module, name) =
            imports.iter().find(|it| **it != ("env", symbol)).copied().unwrap_or(("env", symbol));
        let declared =
            imports.iter().flat_map(|it| declarations_of(self.context.imports, it.0, it.1));
        let mut outcomes = OutcomeSet::from([Outcome::LinkError, Outcome::Misbound]);
        outcomes.extend(taken.outcomes);
        let declared = declared.collect();
        let kind = EvidenceKind::ImportMismatch;
        let evidence = self.evidence(kind, Level::Deny, (Some(module), name), message, references);
        Evidence { notes, outcomes, declared, ..evidence }
    }

    /// One import under several mangled symbols, with several types: the module gets an entry of each.
    fn two_types(
        &self,
        module: &str,
        name: &str,
        references: &[&Reference],
        found: &mut Vec<Evidence>,
    ) {
        let types: BTreeSet<&WasmType> =
            references.iter().filter_map(|it| it.wasm_type.as_ref()).collect();
        if types.len() < 2 {
            return;
        }
        let message =
            format!("the import `{module}.{name}` is declared with {} signatures", types.len());
        let notes = vec![format!(
            "the module gets an import of each: {}",
            types.iter().map(|ty| signature(ty)).collect::<Vec<_>>().join(" and ")
        )];
        let kind = EvidenceKind::DuplicateImport;
        let evidence = self.evidence(kind, Level::Warn, (Some(module), name), message, references);
        let declared = declarations_of(self.context.imports, module, name);
        let outcomes = OutcomeSet::from([Outcome::Kept]);
        found.push(Evidence { notes, outcomes, declared, ..evidence });
    }

    /// Who else has the name, and what that does to a call of these references.
    fn taken(&self, symbol: &str, references: &[&Reference]) -> Taken {
        let types: BTreeSet<&WasmType> =
            references.iter().filter_map(|it| it.wasm_type.as_ref()).collect();
        let mut taken =
            Taken { outcomes: OutcomeSet::new(), by: Vec::new(), types: BTreeSet::new() };
        let mut add = |is_function: bool, ty: Option<&WasmType>, who: String| {
            taken.types.extend(ty.cloned());
            if !is_function {
                taken.by.push(format!("{who} defines `{symbol}`, which is no function there"));
                taken.outcomes.insert(Outcome::LinkError);
            } else if let Some(ty) = ty.filter(|ty| types.iter().any(|known| known != ty)) {
                let called: Vec<String> = types.iter().map(|ty| signature(ty)).collect();
                taken.by.push(format!(
                    "{who} defines `{symbol}` as {}; it is called as {}",
                    signature(ty),
                    called.join(" and ")
                ));
                taken.outcomes.extend([Outcome::Trap, Outcome::InvalidModule]);
            } else {
                taken.by.push(format!("{who} defines `{symbol}`"));
                taken.outcomes.insert(Outcome::Misbound);
            }
        };
        for defined in self.parts.definitions.get(symbol).into_iter().flatten().take(MAX_SITES) {
            let is_function = defined.kind.is_none_or(|kind| kind == SymbolKind::Function);
            let who = describe(&self.parts.sites[defined.site]);
            add(is_function, defined.wasm_type.as_ref(), who);
        }
        let in_files = self.parts.definitions.contains_key(symbol);
        let known = self.context.symbols.and_then(|symbols| symbols.get(symbol));
        if let Some(c) = known.filter(|c| c.library.is_always_linked() && !in_files) {
            add(c.is_function, c.wasm_type.as_ref(), c.library.name().to_owned());
            if c.referenced_by_std && references.iter().any(|it| it.module != "env") {
                taken.outcomes.insert(Outcome::LinkError);
                taken
                    .by
                    .push(format!("the standard library refers to `{symbol}` without a module"));
            }
        }
        taken
    }

    /// Where another object names the import by a symbol of its own: what rustc 1.91.0 makes.
    fn mangled_elsewhere(&self, module: &str, name: &str) -> Option<String> {
        let other =
            self.parts.references.iter().find(|it| {
                it.linkage == Linkage::Mangled && it.module == module && it.name == name
            })?;
        let site = describe(&self.parts.sites[other.site]);
        Some(format!("{site} names the same import `{}`", other.symbol))
    }

    fn names_a_module(&self, index: usize) -> bool {
        self.context.imports.and_then(|all| all.get(index)).is_some_and(|it| it.module.is_some())
    }

    fn any_of_rustc(&self, references: &[&Reference]) -> bool {
        references.iter().any(|reference| {
            let site = &self.parts.sites[reference.site];
            let name = site
                .member
                .clone()
                .or_else(|| Some(site.path.file_name()?.to_string_lossy().into_owned()));
            name.is_some_and(|name| name.contains(".rcgu.") || name.contains("-cgu."))
        })
    }

    fn evidence(
        &self,
        kind: EvidenceKind,
        level: Level,
        (module, name): (Option<&str>, &str),
        message: String,
        references: &[&Reference],
    ) -> Evidence {
        let sites: BTreeSet<&Site> =
            references.iter().map(|it| &self.parts.sites[it.site]).collect();
        Evidence::shown_by(sites.into_iter().cloned(), kind, level, (module, name), message)
    }
}

/// Names that rustc makes up itself, and defines in the final crate's objects (plain up to about
/// 1.86).
fn is_of_rustc(symbol: &str) -> bool {
    ["__rust_", "__rdl_", "__rg_", "rust_", "llvm."].iter().any(|it| symbol.starts_with(it))
}

/// Names that start-up code refers to, and a program or library defines.
fn is_of_startup(symbol: &str) -> bool {
    ["main", "__main_void", "__main_argc_argv", "__original_main", "_start", "_initialize"]
        .contains(&symbol)
}

fn describe(site: &Site) -> String {
    let file = site.path.file_name().map_or(String::new(), |it| it.to_string_lossy().into_owned());
    match (&site.crate_name, &site.member) {
        (Some(name), _) => format!("an object of the crate `{name}`"),
        (None, Some(member)) => format!("`{member}` of `{file}`"),
        (None, None) => format!("`{file}`"),
    }
}

/// `(i32, i32) -> i64`.
pub(super) fn signature(ty: &WasmType) -> String {
    let list = |types: &[crate::import::ValueType]| {
        types.iter().map(|ty| ty.as_str()).collect::<Vec<_>>().join(", ")
    };
    match ty.results.as_slice() {
        [] => format!("({})", list(&ty.params)),
        results => format!("({}) -> {}", list(&ty.params), list(results)),
    }
}
