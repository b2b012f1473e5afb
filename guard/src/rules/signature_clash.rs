//! `signature-clash`: one import with two wasm signatures.

use super::Rule;
use super::verdict;
use crate::facts::{Facts, Misdeclared};
use crate::finding::{Finding, Level, Related};
use crate::import::{ExposureKind, Import, ImportKind, WasmType};
use crate::outcome::{Outcome, OutcomeSet, beside_other_type, bound_to_c};
use crate::sorted;
use crate::toolchain::Rustc;

pub(super) const RULE: Rule = Rule {
    id: "signature-clash",
    summary: "one function declared with two wasm signatures",
    page: include_str!("../../docs/rules/signature-clash.md"),
    run,
};

fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let functions = facts.imports.iter().filter(|import| import.kind == ImportKind::Function);
    let declared = functions.filter_map(|import| {
        let module = import.module.as_deref().unwrap_or("env");
        Some(((module, import.name.as_str()), (import, import.wasm_type.as_ref()?)))
    });
    sorted::grouped(declared)
        .into_iter()
        .filter_map(|((module, name), declared)| clash(facts, module, name, &declared))
        .chain(facts.misdeclared.iter().filter_map(|it| misdeclared(facts, it)))
        .collect()
}

/// A declaration that the link binds to a C function of another type; one that no code names leaves
/// nothing in an object.
fn misdeclared(facts: &Facts<'_>, misdeclared: &Misdeclared) -> Option<Finding> {
    let Misdeclared { declaration, c_type } = misdeclared;
    if declaration.exposure.kind == ExposureKind::Unreferenced {
        return None;
    }
    let name = &declaration.name;
    let own_type = declaration.wasm_type.as_ref()?;
    let outcomes = verdict::outcomes(facts, &|rustc| {
        let mut outcomes = bound_to_c(declaration, c_type, rustc);
        if !verdict::is_certain(declaration) {
            outcomes.insert(Outcome::Kept);
        }
        outcomes
    });
    let library = facts.symbols.get(name).map_or("C", |symbol| symbol.library.name());
    let mut notes = vec![format!(
        "`{name}` is a C symbol of {} according to {}",
        facts.target,
        facts.symbols.origin()
    )];
    notes.extend(facts.considered.iter().filter_map(Rustc::linker_warnings_reason));
    notes.push(verdict::exposure_note(declaration));
    Some(Finding {
        rule: RULE.id,
        level: verdict::level_of(&outcomes, verdict::is_sure(declaration)),
        place: declaration.place.clone(),
        label: format!("is {own_type} here, and {c_type} in {library}"),
        module: None,
        name: name.clone(),
        message: format!("`{name}` is bound to the function of {library}, which has another signature"),
        notes,
        help: vec![
            "if the host's function is meant, name its module: `#[link(wasm_import_module = \"env\")]` on \
             the extern block, or the host's own"
                .to_owned(),
            "if C's function is meant, declare it as the crate `libc` does".to_owned(),
        ],
        related: Vec::new(),
        path: declaration.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, &declaration.place.package, "c", name]),
        outcomes,
    })
}

fn clash(
    facts: &Facts<'_>,
    module: &str,
    name: &str,
    declared: &[(&Import, &WasmType)],
) -> Option<Finding> {
    let (first, first_type) = declared[0];
    let others: Vec<&(&Import, &WasmType)> =
        declared.iter().filter(|(_, wasm_type)| *wasm_type != first_type).collect();
    let (other, _) = others.first()?;
    let outcomes = verdict::outcomes(facts, &|rustc| {
        let mut outcomes = OutcomeSet::new();
        for (other, _) in &others {
            let apart = other.place.package != first.place.package;
            outcomes.extend(beside_other_type(first, other, apart, rustc));
        }
        outcomes
    });
    let sure = |import: &Import| verdict::is_certain(import);
    let both = sure(first) && others.iter().any(|(other, _)| sure(other));
    // A host has one function of that name, with one type: most refuse the other import.
    let level =
        verdict::level_of(&outcomes, both && verdict::is_sure(first) && verdict::is_sure(other))
            .max(if both { Level::Warn } else { Level::Note });
    let types = sorted::set(declared.iter().map(|(_, wasm_type)| *wasm_type));
    let types: Vec<String> = types.into_iter().map(ToString::to_string).collect();
    let mut notes = vec![format!("the wasm types are {}", types.join(" and "))];
    if declared.iter().any(|(import, _)| import.module.is_some()) {
        notes.push(
            "with symbols of their own, both become imports of the module; a host that checks types \
             gives it only one of them"
                .to_owned(),
        );
        notes.extend(verdict::toolchain_notes(facts));
    } else {
        notes.push("the linker knows both by one symbol, and refuses two types for it".to_owned());
    }
    Some(Finding {
        rule: RULE.id,
        level,
        place: first.place.clone(),
        label: format!("is {first_type} here"),
        module: first.module.clone(),
        name: name.to_owned(),
        message: format!(
            "import `{name}` of module `{module}` is declared with {} signatures",
            types.len()
        ),
        notes,
        help: vec![
            "find out from the host's documentation which one it is, and declare that one in every \
             crate"
                .to_owned(),
        ],
        related: others
            .iter()
            .take(verdict::MAX_RELATED)
            .map(|(import, wasm_type)| Related {
                place: import.place.clone(),
                label: format!("and {wasm_type} here"),
            })
            .collect(),
        path: first.path.clone(),
        fingerprint: verdict::fingerprint(&[RULE.id, &first.place.package, module, name]),
        outcomes,
    })
}
