//! How serious a finding is, and the words that all rules share.

use std::collections::{BTreeMap, HashMap};

use crate::facts::Facts;
use crate::finding::Level;
use crate::graph::PackageSource;
use crate::import::{Certainty, ExposureKind, Import};
use crate::outcome::OutcomeSet;
use crate::toolchain::{ImportSymbols, Rustc};

/// How many further places a finding shows.
pub(super) const MAX_RELATED: usize = 10;

/// What each rustc considered may make of an import.
pub(super) type Outcomes = BTreeMap<String, OutcomeSet>;

/// The outcomes for every rustc considered, by its release.
pub(super) fn outcomes(facts: &Facts<'_>, of: &dyn Fn(&Rustc) -> OutcomeSet) -> Outcomes {
    facts.considered.iter().map(|rustc| (rustc.release.clone(), of(rustc))).collect()
}

/// Deny where a rustc considered does harm, surely or possibly, to an import that is surely compiled and
/// exposed; a warning where one of both is not sure; else a note.
pub(super) fn level(import: &Import, outcomes: &Outcomes) -> Level {
    level_of(outcomes, is_sure(import))
}

/// Whether an import is surely compiled.
pub(super) fn is_certain(import: &Import) -> bool {
    import.certainty == Certainty::Certain
}

/// Whether an import is surely compiled and exposed.
pub(super) fn is_sure(import: &Import) -> bool {
    is_certain(import) && matches!(import.exposure.kind, ExposureKind::Exposed)
}

/// The same for anything of which it is known whether it is surely there.
pub(super) fn level_of(outcomes: &Outcomes, sure: bool) -> Level {
    let harmful = outcomes.values().any(|set| set.has_harm());
    match (harmful, sure) {
        (false, _) => Level::Note,
        (true, true) => Level::Deny,
        (true, false) => Level::Warn,
    }
}

/// What an import's place is, for a label.
pub(super) fn asks(import: &Import) -> String {
    match &import.module {
        Some(module) => format!("asks the host for `{module}.{}`", import.name),
        None => format!("`{}` without a module, which the linker takes for `env`", import.name),
    }
}

/// Why the import is, or is not, at risk: a sentence about its exposure.
pub(super) fn exposure_note(import: &Import) -> String {
    let verdict = match import.exposure.kind {
        ExposureKind::Exposed => "objects of other crates name this import",
        ExposureKind::Possible => "objects of other crates may name this import",
        ExposureKind::Unreferenced => "no object of another crate names this import",
        ExposureKind::Kept => "only objects of its own crate name this import",
    };
    format!("{verdict}: {}", import.exposure.reason)
}

/// What each rustc considered does with the symbols of imports.
pub(super) fn toolchain_notes(facts: &Facts<'_>) -> Vec<String> {
    facts.considered.iter().map(Rustc::import_symbols_reason).collect()
}

/// The ways out that work for the defect of the rustc versions considered.
pub(super) fn helps(facts: &Facts<'_>, import: &Import, outcomes: &Outcomes) -> Vec<String> {
    let mut helps = Vec::new();
    let harmed: Vec<&Rustc> = facts
        .considered
        .iter()
        .filter(|rustc| outcomes.get(&rustc.release).is_some_and(|set| set.has_harm()))
        .collect();
    let by_defect = harmed.iter().any(|rustc| rustc.import_symbols() != ImportSymbols::Plain);
    if by_defect && import.module.is_some() {
        helps.push(
            "build with rustc 1.91.1 or later, or with 1.90: a `rust-toolchain.toml` with \
             `channel = \"1.91.1\"` pins it"
                .to_owned(),
        );
        if import.source == PackageSource::Path {
            helps.push(
                "or let other crates reach the import only through a function of the declaring crate \
                 that is neither `#[inline]` nor generic"
                    .to_owned(),
            );
        }
    } else if !harmed.is_empty() {
        helps.push("build with rustc 1.42 or later (but not 1.91.0)".to_owned());
    }
    helps
}

/// Numbers what is alike, from 0: two findings of one fingerprint would be taken for one.
#[derive(Default)]
pub(super) struct Ordinals(HashMap<String, usize>);

impl Ordinals {
    pub(super) fn next(&mut self, alike: &[&str]) -> usize {
        let next = self.0.entry(fingerprint(alike)).or_default();
        *next += 1;
        *next - 1
    }
}

/// A number that stays the same while the hazard stays the same: FNV-1a over the parts.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
