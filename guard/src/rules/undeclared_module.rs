//! `undeclared-module`: a declaration without an import module that nothing in the link defines.

use super::Rule;
use super::verdict::{self, Ordinals};
use crate::facts::Facts;
use crate::finding::{Finding, Level};
use crate::graph::PackageSource;
use crate::import::{ExposureKind, Import, ImportKind};
use crate::outcome::{Outcome, OutcomeSet, beside_nothing};
use crate::sorted;
use crate::toolchain::Rustc;

pub(super) const RULE: Rule = Rule {
    id: "undeclared-module",
    summary: "an extern without an import module that nothing in the link defines",
    page: include_str!("../../docs/rules/undeclared-module.md"),
    run,
};

fn run(facts: &Facts<'_>) -> Vec<Finding> {
    // The rule `ignored-module` tells more of an item whose module is written in the wrong place.
    let ignored = sorted::set(facts.ignored.iter().map(|ignored| &ignored.place));
    // The same name declared twice in a package is two findings with two fingerprints.
    let mut ordinals = Ordinals::default();
    let mut findings = Vec::new();
    for import in facts.imports.iter().filter(|import| import.module.is_none()) {
        if ignored.binary_search(&&import.place).is_ok() {
            continue;
        }
        let ordinal = ordinals.next(&[&import.place.package, &import.name]);
        findings.push(finding(facts, import, ordinal));
    }
    findings
}

fn finding(facts: &Facts<'_>, import: &Import, ordinal: usize) -> Finding {
    let name = &import.name;
    let certain = verdict::is_certain(import);
    let outcomes = verdict::outcomes(facts, &|rustc| {
        // A declaration that no code names leaves nothing in an object.
        if import.exposure.kind == ExposureKind::Unreferenced {
            return OutcomeSet::from([Outcome::Kept]);
        }
        let mut outcomes = beside_nothing(import.kind, None, rustc);
        if !certain {
            outcomes.insert(Outcome::Kept);
        }
        outcomes
    });
    // Code for other platforms stands behind cfgs that build scripts set: no alarm for what may not be there.
    let level = if import.surely_compiled {
        verdict::level_of(&outcomes, verdict::is_sure(import))
    } else {
        Level::Note
    };
    let message = match (level, certain) {
        _ if !import.surely_compiled => format!(
            "`{name}` has no import module, and a `cfg` that cannot be decided says whether it is compiled"
        ),
        (Level::Note, true) => {
            format!("`{name}` has no import module: the linker makes an import of `env` of it")
        }
        (Level::Note, false) => {
            format!("`{name}` has no import module, and something in the link may define it or not")
        }
        (_, true) => format!("`{name}` has no import module, and nothing in the link defines it"),
        (_, false) => {
            format!("`{name}` has no import module, and perhaps nothing in the link defines it")
        }
    };
    let mut notes: Vec<String> =
        facts.considered.iter().map(Rustc::undefined_symbols_reason).collect();
    notes.push(verdict::exposure_note(import));
    let number = ordinal.to_string();
    Finding {
        rule: RULE.id,
        level,
        place: import.place.clone(),
        label: match import.kind {
            ImportKind::Function => "no `wasm_import_module` says which module it is of".to_owned(),
            ImportKind::Static => "an address that nothing is seen to define".to_owned(),
        },
        module: None,
        name: name.clone(),
        message,
        notes,
        help: helps(import, &outcomes),
        related: Vec::new(),
        path: import.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, &import.place.package, name, &number]),
        outcomes,
    }
}

fn helps(import: &Import, outcomes: &verdict::Outcomes) -> Vec<String> {
    let mut helps = Vec::new();
    if import.kind == ImportKind::Function {
        let block = "`#[link(wasm_import_module = \"env\")]` on its extern block, which says what the linker \
                     made of it before, or the host's own module if it has one";
        match import.source {
            PackageSource::Path => helps.push(format!("add {block}")),
            PackageSource::Downloaded => helps.push(format!(
                "a later release of `{}` may name the module: `cargo update -p {}`; otherwise it needs {block}",
                import.place.package, import.place.package
            )),
        }
    }
    if outcomes.values().any(|set| set.contains(Outcome::UndefinedSymbol)) {
        helps.push(
            "until then, `RUSTFLAGS=\"-Clink-arg=--allow-undefined\"`, or a rustc before 1.96, links it \
             as an import of `env`"
                .to_owned(),
        );
    }
    helps
}
