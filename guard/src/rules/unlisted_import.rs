//! `unlisted-import`: an import that the project's contract with its host does not have.

use super::Rule;
use super::verdict::{self, Ordinals};
use crate::facts::Facts;
use crate::finding::{Finding, Level};
use crate::import::{ExposureKind, Import, Opaque};
use crate::policy::{Contract, ScopedContract};

pub(super) const RULE: Rule = Rule {
    id: "unlisted-import",
    summary: "an import that the project's contract with its host does not have",
    page: include_str!("../../docs/rules/unlisted-import.md"),
    run,
};

fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let mut ordinals = Ordinals::default();
    let mut findings = Vec::new();
    for import in facts.imports {
        let broken = facts.contracts.iter().find(|scoped| {
            scoped.packages.binary_search(&import.package).is_ok()
                && !scoped.contract.allows(import.module.as_deref(), &import.name)
        });
        let Some(ScopedContract { contract, .. }) = broken else { continue };
        let module = import.module.as_deref().unwrap_or("env");
        let ordinal = ordinals.next(&[&import.place.package, module, &import.name]);
        findings.push(unlisted(import, contract, ordinal));
    }
    // Once for each package: it may have thousands of places.
    let mut opaque: Vec<&Opaque> = Vec::new();
    for place in facts.opaque {
        let is_new = opaque.iter().all(|known| known.place.package != place.place.package);
        if !facts.contracts.is_empty() && is_new {
            opaque.push(place);
        }
    }
    findings.extend(opaque.into_iter().map(unseen));
    findings
}

fn unlisted(import: &Import, contract: &Contract, ordinal: usize) -> Finding {
    let module = import.module.as_deref().unwrap_or("env");
    let name = &import.name;
    let what = if contract.knows(module) {
        format!("`{name}` is not among the imports of `{module}` that the contract allows")
    } else {
        format!("`{name}` is an import of `{module}`, a module that the contract does not have")
    };
    let level = match import.exposure.kind {
        // No object has it.
        ExposureKind::Unreferenced => Level::Note,
        _ if verdict::is_certain(import) => Level::Deny,
        _ => Level::Warn,
    };
    let place = contract.place();
    let number = ordinal.to_string();
    Finding {
        rule: RULE.id,
        level,
        place: import.place.clone(),
        label: verdict::asks(import),
        module: import.module.clone(),
        name: name.clone(),
        message: what,
        outcomes: std::collections::BTreeMap::new(),
        notes: vec![verdict::exposure_note(import)],
        help: vec![
            format!("if the host provides it, list it in the contract at {place}"),
            "otherwise leave out the dependency or feature that brings it in".to_owned(),
        ],
        related: Vec::new(),
        path: import.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, &import.place.package, module, name, &number]),
    }
}

/// What no contract can be compared with.
fn unseen(opaque: &Opaque) -> Finding {
    let package = &opaque.place.package;
    Finding {
        rule: RULE.id,
        level: Level::Note,
        place: opaque.place.clone(),
        label: "what this imports is not known".to_owned(),
        module: None,
        name: String::new(),
        message: format!("`{package}` has imports that cannot be compared with the contract"),
        outcomes: std::collections::BTreeMap::new(),
        notes: vec![format!("{}:{}: {}", opaque.place.file, opaque.place.line, opaque.reason)],
        help: vec!["`link` on the built module tells all of its imports".to_owned()],
        related: Vec::new(),
        path: opaque.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, package, "opaque"]),
    }
}
