//! `module-clash`: one name imported from two modules.

use std::collections::HashMap;
use std::hash::Hash;

use super::Rule;
use super::verdict::{self, Outcomes};
use crate::facts::Facts;
use crate::finding::{Finding, Level, Related};
use crate::import::{ExposureKind, Import};
use crate::outcome::{LinkerName, Outcome, OutcomeSet, beside_other_module};
use crate::sorted;
use crate::toolchain::{ImportSymbols, Rustc};

pub(super) const RULE: Rule = Rule {
    id: "module-clash",
    summary: "one name imported from two modules",
    page: include_str!("../../docs/rules/module-clash.md"),
    run,
};

/// More kinds of one name than any graph has that was not made for it; each is compared with each.
const MAX_REPRESENTATIVES: usize = 200;

pub(super) fn run(facts: &Facts<'_>) -> Vec<Finding> {
    sorted::grouped(facts.imports.iter().map(|import| (import.name.as_str(), import)))
        .iter()
        .filter_map(|(_, imports)| {
            let at_risk = at_risk(facts, imports);
            (modules(&at_risk).len() > 1).then(|| finding(facts, &at_risk))
        })
        .collect()
}

/// The imports of a name that some rustc could give the linker under that plain name. What only its own
/// crate reaches is none of them, unless a rustc considered never mangles.
fn at_risk<'a>(facts: &Facts<'_>, imports: &[&'a Import]) -> Vec<&'a Import> {
    let never_mangled =
        facts.considered.iter().any(|rustc| rustc.import_symbols() == ImportSymbols::Plain);
    let mut at_risk: Vec<&Import> = imports
        .iter()
        .filter(|import| never_mangled || import.exposure.kind != ExposureKind::Kept)
        .copied()
        .collect();
    // The worst first: the finding stands there.
    sorted::sort_by_key(&mut at_risk, |import| {
        (std::cmp::Reverse((import.exposure.kind, import.certainty)), &import.place)
    });
    at_risk
}

/// The modules as the linker sees them: an import without one is of `env`.
fn modules<'a>(imports: &[&'a Import]) -> Vec<&'a str> {
    sorted::set(imports.iter().map(|import| linker_module(import)))
}

fn linker_module(import: &Import) -> &str {
    import.module.as_deref().unwrap_or("env")
}

fn finding(facts: &Facts<'_>, imports: &[&Import]) -> Finding {
    let outcomes = verdict::outcomes(facts, &|rustc| worst(imports, rustc));
    let first = imports[0];
    let level = level(facts, imports, &outcomes);
    let name = &first.name;
    let modules = modules(imports);
    let listed = modules.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", ");
    let message = match level {
        Level::Note => format!("`{name}` is imported from {} modules: {listed}", modules.len()),
        Level::Warn | Level::Deny => format!(
            "`{name}` is imported from {} modules, which the linker cannot tell apart: {listed}",
            modules.len()
        ),
    };
    let mut parts = vec![RULE.id, name.as_str()];
    parts.extend(sorted::set(imports.iter().map(|import| import.place.package.as_str())));
    parts.extend(&modules);
    Finding {
        rule: RULE.id,
        level,
        place: first.place.clone(),
        label: verdict::asks(first),
        module: first.module.clone(),
        name: name.clone(),
        message,
        notes: notes(facts, imports),
        help: verdict::helps(facts, first, &outcomes),
        related: imports[1..]
            .iter()
            .take(verdict::MAX_RELATED)
            .map(|import| Related { place: import.place.clone(), label: verdict::asks(import) })
            .collect(),
        path: first.path.clone(),
        fingerprint: verdict::fingerprint(&parts),
        outcomes,
    }
}

/// What any pair of the imports with different modules may come to.
fn worst(imports: &[&Import], rustc: &Rustc) -> OutcomeSet {
    let mut outcomes = OutcomeSet::new();
    let kinds = representatives(imports, rustc.import_symbols());
    for import in &kinds {
        for other in &kinds {
            if linker_module(import) != linker_module(other) {
                outcomes.extend(beside_other_module(import, other, rustc));
            }
        }
    }
    // Where one pair surely breaks the link, another's being kept is no comfort.
    if outcomes.len() > 1 && surely_harmed(imports, rustc.import_symbols()) {
        outcomes.remove(Outcome::Kept);
    }
    outcomes
}

/// Imports that stand for all: to the linker, those of one name differ in what [`kind`] tells and in their
/// modules, of which it only sees whether two are the same. Two modules of each kind make every pair.
fn representatives<'a>(imports: &[&'a Import], symbols: ImportSymbols) -> Vec<&'a Import> {
    let mut modules_of: HashMap<_, Vec<&str>> = HashMap::new();
    let mut chosen = Vec::new();
    for import in imports {
        let module = linker_module(import);
        let modules = modules_of.entry(kind(import, symbols)).or_default();
        if modules.len() < 2 && !modules.contains(&module) && chosen.len() < MAX_REPRESENTATIVES {
            modules.push(module);
            chosen.push(*import);
        }
    }
    chosen
}

/// What the linker sees of an import besides its name and its module.
fn kind(import: &Import, symbols: ImportSymbols) -> impl Eq + Hash + use<'_> {
    (import.kind, import.wasm_type.as_ref(), LinkerName::of(import, symbols))
}

fn surely_harmed(imports: &[&Import], symbols: ImportSymbols) -> bool {
    let plain: Vec<&Import> = imports
        .iter()
        .filter(|import| LinkerName::of(import, symbols) == LinkerName::Plain)
        .copied()
        .collect();
    modules(&plain).len() > 1
}

/// Deny when two imports that are surely compiled and exposed are harmed.
fn level(facts: &Facts<'_>, imports: &[&Import], outcomes: &Outcomes) -> Level {
    let sure: Vec<&Import> = imports
        .iter()
        .filter(|import| verdict::level(import, outcomes) == Level::Deny)
        .copied()
        .collect();
    let denied = facts.considered.iter().any(|rustc| surely_harmed(&sure, rustc.import_symbols()));
    if denied { Level::Deny } else { verdict::level(imports[0], outcomes).min(Level::Warn) }
}

fn notes(facts: &Facts<'_>, imports: &[&Import]) -> Vec<String> {
    let mut notes = verdict::toolchain_notes(facts);
    notes.push(verdict::exposure_note(imports[0]));
    if let Some(more) = imports.len().checked_sub(verdict::MAX_RELATED + 1).filter(|more| *more > 0)
    {
        notes.push(format!("{more} more places import the name"));
    }
    notes
}
