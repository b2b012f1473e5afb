//! `libc-clash`: an import with a module whose name is a C symbol of the target.

use super::Rule;
use super::verdict::{self, Ordinals};
use crate::facts::Facts;
use crate::finding::{Finding, Level};
use crate::import::Import;
use crate::outcome::{Outcome, OutcomeSet, beside_c_symbol};
use crate::sorted;
use crate::symbols::CSymbol;

pub(super) const RULE: Rule = Rule {
    id: "libc-clash",
    summary: "an import whose name is a C symbol of the target",
    page: include_str!("../../docs/rules/libc-clash.md"),
    run,
};

pub(super) fn run(facts: &Facts<'_>) -> Vec<Finding> {
    // The same import declared twice in a package is two findings with two fingerprints.
    let mut ordinals = Ordinals::default();
    let mut findings = Vec::new();
    for import in facts.imports {
        let (Some(module), Some(symbol)) = (&import.module, facts.symbols.get(&import.name)) else {
            continue;
        };
        let is_linked = symbol.library.is_always_linked()
            && facts
                .considered
                .iter()
                .any(|rustc| symbol.may_be_in(&facts.symbols.releases(rustc)));
        if !is_linked {
            continue;
        }
        let ordinal = ordinals.next(&[&import.place.package, module, &import.name]);
        findings.push(finding(facts, import, module, symbol, ordinal));
    }
    findings
}

fn finding(
    facts: &Facts<'_>,
    import: &Import,
    module: &str,
    symbol: &CSymbol,
    ordinal: usize,
) -> Finding {
    let name = &import.name;
    let outcomes = verdict::outcomes(facts, &|rustc| {
        let releases = facts.symbols.releases(rustc);
        if !symbol.may_be_in(&releases) {
            return OutcomeSet::from([Outcome::Kept]);
        }
        let mut outcomes = beside_c_symbol(import, rustc, symbol, facts.others);
        if !symbol.is_surely_in(&releases) {
            outcomes.insert(Outcome::Kept);
        }
        outcomes
    });
    let level = verdict::level(import, &outcomes);
    let library = symbol.library.name();
    let kind = if symbol.is_function { "function" } else { "data symbol" };
    let message = match level {
        Level::Note => {
            format!("import `{name}` of module `{module}` has the name of a {kind} of {library}")
        }
        Level::Warn | Level::Deny => format!(
            "import `{name}` of module `{module}` can be bound to the {kind} `{name}` of {library}"
        ),
    };
    let number = ordinal.to_string();
    Finding {
        rule: RULE.id,
        level,
        place: import.place.clone(),
        label: format!("asks the host for `{module}.{name}`"),
        module: import.module.clone(),
        name: name.clone(),
        message,
        notes: notes(facts, import, symbol),
        help: verdict::helps(facts, import, &outcomes),
        outcomes,
        related: Vec::new(),
        path: import.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, &import.place.package, module, name, &number]),
    }
}

fn notes(facts: &Facts<'_>, import: &Import, symbol: &CSymbol) -> Vec<String> {
    let mut notes = verdict::toolchain_notes(facts);
    notes.push(verdict::exposure_note(import));
    let with_symbol =
        facts.considered.iter().filter(|rustc| symbol.may_be_in(&facts.symbols.releases(rustc)));
    let origins = sorted::set(with_symbol.map(|rustc| facts.symbols.origin_for(symbol, rustc)));
    notes.extend(origins.iter().map(|origin| {
        format!("`{}` is a C symbol of {} according to {origin}", import.name, facts.target)
    }));
    notes
}
