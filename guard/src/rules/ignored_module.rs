//! `ignored-module`: a `wasm_import_module` that rustc does not look at.

use super::Rule;
use super::verdict;
use crate::facts::Facts;
use crate::finding::{Finding, Related};
use crate::ignored::{IgnoredBecause, IgnoredModule};
use crate::import::{Certainty, Import, ImportKind};
use crate::outcome::{Outcome, OutcomeSet, beside_nothing};
use crate::sorted;
use crate::toolchain::Rustc;

pub(super) const RULE: Rule = Rule {
    id: "ignored-module",
    summary: "a `wasm_import_module` that rustc ignores",
    page: include_str!("../../docs/rules/ignored-module.md"),
    run,
};

fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let statics = facts
        .imports
        .iter()
        .filter(|import| import.kind == ImportKind::Static && import.module.is_some());
    // One finding tells of all the items that one attribute was meant for.
    let by_block = sorted::grouped(
        facts
            .ignored
            .iter()
            .map(|one| ((&*one.place.package, &*one.place.file, &*one.module, one.why), one)),
    );
    by_block
        .iter()
        .map(|(_, group)| ignored(facts, group))
        .chain(statics.map(|import| imported_static(facts, import)))
        .collect()
}

fn ignored(facts: &Facts<'_>, group: &[&IgnoredModule]) -> Finding {
    let first = group[0];
    let module = &first.module;
    let outcomes = verdict::outcomes(facts, &|rustc| {
        group.iter().flat_map(|one| of_item(facts, one, rustc)).collect()
    });
    let sure = first.name.is_some() && first.certainty == Certainty::Certain;
    let (what, help) = match first.why {
        IgnoredBecause::Abi => (
            "on a block with the ABI `Rust`",
            "write `extern \"C\"` for the block: rustc takes an import module for no ABI of its own",
        ),
        IgnoredBecause::OnForeignItem => (
            "on an item, not on its block",
            "move the `#[link(…)]` attribute to the `extern` block; items of other modules need a block \
             of their own",
        ),
        IgnoredBecause::NoExternBlock => (
            "on something that is no extern block",
            "put the `#[link(…)]` attribute on each `extern` block that it is meant for",
        ),
    };
    let subject = match (&first.name, group.len()) {
        (Some(name), 1) => format!("module `{module}` of `{name}`"),
        (Some(_), count) => format!("module `{module}` of {count} items"),
        (None, _) => format!("module `{module}`"),
    };
    let name = first.name.clone().unwrap_or_default();
    let number = first.why as usize;
    Finding {
        rule: RULE.id,
        level: verdict::level_of(&outcomes, sure),
        place: first.place.clone(),
        label: match &first.name {
            Some(name) => format!("`{name}` does not ask for `{module}`"),
            None => format!("`{module}` applies to nothing here"),
        },
        module: Some(module.clone()),
        message: format!("rustc ignores the import {subject}: it stands {what}"),
        notes: notes(facts, first),
        help: vec![help.to_owned()],
        related: group[1..]
            .iter()
            .take(verdict::MAX_RELATED)
            .map(|one| Related {
                place: one.place.clone(),
                label: format!("nor does `{}`", one.name.as_deref().unwrap_or_default()),
            })
            .collect(),
        path: first.path.clone(),
        fingerprint: verdict::fingerprint(&[
            RULE.id,
            &first.place.package,
            module,
            &name,
            &number.to_string(),
        ]),
        outcomes,
        name,
    }
}

/// The item has the plain symbol of a declaration without a module.
fn of_item(facts: &Facts<'_>, one: &IgnoredModule, rustc: &Rustc) -> OutcomeSet {
    let is_defined = one.name.as_ref().is_some_and(|name| {
        facts.definitions.iter().any(|definition| definition.name == *name)
            || facts.symbols.get(name).is_some_and(|symbol| symbol.library.is_always_linked())
    });
    if is_defined {
        return OutcomeSet::from([Outcome::Misbound]);
    }
    // An import of `env` is none of the module that was written, unless that is `env`.
    beside_nothing(ImportKind::Function, Some(&one.module), rustc)
}

fn notes(facts: &Facts<'_>, first: &IgnoredModule) -> Vec<String> {
    let mut notes = vec![
        "rustc warns of it (`unused_attributes`), but shows no warnings of dependencies".to_owned(),
    ];
    if first.name.is_some() {
        notes.extend(facts.considered.iter().map(Rustc::undefined_symbols_reason));
    }
    notes
}

/// There is no such import in wasm: a static's symbol is an address in memory, which no host defines.
fn imported_static(facts: &Facts<'_>, import: &Import) -> Finding {
    let outcomes = verdict::outcomes(facts, &|rustc| {
        beside_nothing(ImportKind::Static, import.module.as_deref(), rustc)
    });
    let module = import.module.clone().unwrap_or_default();
    let sure = import.certainty == Certainty::Certain;
    Finding {
        rule: RULE.id,
        level: verdict::level_of(&outcomes, sure),
        place: import.place.clone(),
        label: "an address, which no host can give".to_owned(),
        message: format!("static `{}` cannot be imported from module `{module}`", import.name),
        notes: vec![
            "a static of an extern block is an address in linear memory; the module's imports are \
             functions, and nothing can define this one"
                .to_owned(),
        ],
        help: vec![
            "declare a function that gives the value, and have the host export that".to_owned(),
        ],
        related: Vec::new(),
        path: import.path.clone(),
        fingerprint: verdict::fingerprint(&[
            RULE.id,
            &import.place.package,
            &module,
            &import.name,
            "static",
        ]),
        outcomes,
        module: import.module.clone(),
        name: import.name.clone(),
    }
}
