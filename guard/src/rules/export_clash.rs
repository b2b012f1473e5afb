//! `export-clash`: a definition under the name of a C symbol, or of an import that the linker knows by its
//! plain name.

use std::collections::HashMap;

use super::Rule;
use super::verdict;
use crate::definition::SymbolDefinition;
use crate::facts::Facts;
use crate::finding::{Finding, Level, Related};
use crate::graph::PackageSource;
use crate::import::{Certainty, Import};
use crate::outcome::{Outcome, OutcomeSet, beside_definition, of_c_symbol_beside_definition};
use crate::symbols::{CSymbol, Library};

pub(super) const RULE: Rule = Rule {
    id: "export-clash",
    summary: "a definition that takes the place of a C symbol or of an import",
    page: include_str!("../../docs/rules/export-clash.md"),
    run,
};

/// C symbols that programs are meant to define: the entry points that crt1 calls or gives way to, and the
/// component model's allocator.
const MEANT_TO_BE_DEFINED: [&str; 6] =
    ["__main_argc_argv", "__main_void", "__original_main", "_initialize", "cabi_realloc", "main"];

fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let of_c_symbols =
        facts.definitions.iter().filter_map(|definition| c_symbol(facts, definition));
    of_c_symbols.chain(of_imports(facts)).collect()
}

/// The definitions that take an import's place, without those that take a C symbol's.
pub(super) fn of_imports(facts: &Facts<'_>) -> Vec<Finding> {
    let mut imports: HashMap<&str, Vec<&Import>> = HashMap::new();
    for import in facts.imports.iter().filter(|import| import.module.is_some()) {
        imports.entry(&import.name).or_default().push(import);
    }
    let taken = facts.definitions.iter().filter_map(|definition| {
        let imports = imports.get(definition.name.as_str())?;
        Some(taken_import(facts, definition, imports))
    });
    taken.collect()
}

fn c_symbol(facts: &Facts<'_>, definition: &SymbolDefinition) -> Option<Finding> {
    let name = &definition.name;
    let symbol = facts.symbols.get(name)?;
    let is_linked = symbol.library.is_always_linked()
        && facts.considered.iter().any(|rustc| symbol.may_be_in(&facts.symbols.releases(rustc)));
    if !is_linked || MEANT_TO_BE_DEFINED.contains(&name.as_str()) {
        return None;
    }
    let is_called = is_called_by_others(facts, name, symbol);
    let outcomes = verdict::outcomes(facts, &|rustc| {
        let releases = facts.symbols.releases(rustc);
        if !symbol.may_be_in(&releases) {
            return OutcomeSet::from([Outcome::Kept]);
        }
        let mut outcomes = of_c_symbol_beside_definition(definition, symbol, is_called, rustc);
        if !symbol.is_surely_in(&releases) {
            outcomes.insert(Outcome::Kept);
        }
        outcomes
    });
    let library = symbol.library.name();
    let kind = if symbol.is_function { "function" } else { "data symbol" };
    let mut notes = vec![format!(
        "`{name}` is a C symbol of {} according to {}",
        facts.target,
        facts.symbols.origin()
    )];
    notes.push(callers_note(name, symbol, is_called));
    Some(Finding {
        message: format!(
            "`{name}` is defined by `{}` and is a {kind} of {library} too",
            definition.place.package
        ),
        level: verdict::level_of(
            &outcomes,
            definition.certainty == Certainty::Certain && is_called,
        ),
        help: helps(definition, Some(symbol)),
        notes,
        related: Vec::new(),
        fingerprint: verdict::fingerprint(&[RULE.id, &definition.place.package, name, library]),
        ..finding(definition, outcomes)
    })
}

/// Whether code that the project did not mean calls the C symbol: std's own; what the compiler makes of
/// mathematics and of copies, which is what `compiler_builtins` is there for; or a crate that declares it.
fn is_called_by_others(facts: &Facts<'_>, name: &str, symbol: &CSymbol) -> bool {
    symbol.referenced_by_std
        || symbol.library == Library::CompilerBuiltins
        || facts.imports.iter().any(|import| import.module.is_none() && import.name == name)
}

fn callers_note(name: &str, symbol: &CSymbol, is_called: bool) -> String {
    if symbol.referenced_by_std {
        format!("Rust's standard library calls `{name}`, and reaches whatever defines it first")
    } else if symbol.library == Library::CompilerBuiltins {
        format!(
            "the compiler itself makes calls of `{name}` (rust#128105), in every crate of the graph"
        )
    } else if is_called {
        format!(
            "a crate of the graph declares `{name}` without a module, and reaches whatever defines it"
        )
    } else {
        format!("C code and libc itself may call `{name}`; nothing that was read does")
    }
}

fn taken_import(facts: &Facts<'_>, definition: &SymbolDefinition, imports: &[&Import]) -> Finding {
    let name = &definition.name;
    let outcomes = verdict::outcomes(facts, &|rustc| {
        imports.iter().flat_map(|import| beside_definition(import, definition, rustc)).collect()
    });
    let mut notes = verdict::toolchain_notes(facts);
    notes.extend(imports.iter().take(1).map(|import| verdict::exposure_note(import)));
    let sure = definition.certainty == Certainty::Certain
        && imports.iter().any(|import| verdict::is_sure(import));
    Finding {
        message: format!(
            "`{name}` is defined by `{}` and imported from `{}`",
            definition.place.package,
            imports[0].module.as_deref().unwrap_or("env"),
        ),
        level: verdict::level_of(&outcomes, sure),
        help: verdict::helps(facts, imports[0], &outcomes),
        notes,
        related: imports
            .iter()
            .take(verdict::MAX_RELATED)
            .map(|import| Related { place: import.place.clone(), label: verdict::asks(import) })
            .collect(),
        fingerprint: verdict::fingerprint(&[RULE.id, &definition.place.package, name, "import"]),
        ..finding(definition, outcomes)
    }
}

fn finding(definition: &SymbolDefinition, outcomes: verdict::Outcomes) -> Finding {
    Finding {
        rule: RULE.id,
        level: Level::Note,
        place: definition.place.clone(),
        label: format!("defines the symbol `{}`", definition.name),
        module: None,
        name: definition.name.clone(),
        message: String::new(),
        outcomes,
        notes: Vec::new(),
        help: Vec::new(),
        related: Vec::new(),
        path: definition.path.clone(),
        fingerprint: String::new(),
    }
}

fn helps(definition: &SymbolDefinition, symbol: Option<&CSymbol>) -> Vec<String> {
    let name = &definition.name;
    let mut helps = Vec::new();
    match definition.source {
        PackageSource::Path => helps.push(format!(
            "give it a name that no C library has: `#[unsafe(export_name = \"app_{name}\")]`"
        )),
        PackageSource::Downloaded => helps.push(format!(
            "`{}` may have a feature without which it does not define `{name}`",
            definition.place.package
        )),
    }
    if symbol.is_some_and(|symbol| symbol.library == Library::Libc && symbol.is_function) {
        helps.push(format!(
            "or, where the host needs libc's own `{name}`, drop the definition and export that one: \
             `-Clink-arg=--export={name}`"
        ));
    }
    helps
}
