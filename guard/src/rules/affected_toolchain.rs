//! `affected-toolchain`: a file of the project that chooses a rustc with the defect of rust#148347.

use std::collections::{BTreeMap, HashSet};

use super::verdict::{self, Ordinals, Outcomes};
use super::{Rule, export_clash, libc_clash, module_clash};
use crate::facts::Facts;
use crate::finding::{Finding, Level, Related};
use crate::import::Import;
use crate::outcome::{LinkerName, Outcome, OutcomeSet};
use crate::pin::{PinKind, PlacedPin};
use crate::sorted;
use crate::toolchain::{ImportSymbols, Rustc, without_host};

pub(super) const RULE: Rule = Rule {
    id: "affected-toolchain",
    summary: "a toolchain file, workflow or `rust-version` that chooses a rustc with the defect",
    page: include_str!("../../docs/rules/affected-toolchain.md"),
    run,
};

/// The one stable release with the defect, and the next.
const AFFECTED: &str = "1.91.0";
const REPAIRED: &str = "1.91.1";
/// A nightly that surely has the repair.
const REPAIRED_NIGHTLY: &str = "nightly-2025-12-01";

fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let mut judged: Vec<Judgement<'_>> = Vec::new();
    let mut ordinals = Ordinals::default();
    let mut findings = Vec::new();
    for pin in facts.pins {
        let Some(rustc) = affected(pin) else { continue };
        let known = judged.iter().position(|it| it.rustc.release == rustc.release);
        let at = known.unwrap_or_else(|| {
            judged.push(Judgement::of(facts, rustc));
            judged.len() - 1
        });
        let judgement = &judged[at];
        // One of many releases that a range admits is worth a word only where it does harm.
        if pin.kind == PinKind::MinimumVersion && judgement.level == Level::Note {
            continue;
        }
        let ordinal = ordinals.next(&[&pin.place.file, &pin.text, words(pin.kind).0]);
        findings.push(finding(facts, pin, judgement, ordinal));
    }
    findings
}

/// The rustc with the defect that a pin selects, or admits.
fn affected(pin: &PlacedPin) -> Option<Rustc> {
    let rustc = match pin.kind {
        PinKind::ToolchainFile | PinKind::Workflow => Rustc::of_channel(&pin.text)?,
        PinKind::MinimumVersion => {
            let affected = version(AFFECTED)?;
            let admits = version(&pin.text).is_some_and(|minimum| minimum <= affected);
            admits.then(|| Rustc::from_release(AFFECTED).ok())??
        }
    };
    rustc.may_have_defect().then_some(rustc)
}

/// A `rust-version`: one to three numbers.
fn version(text: &str) -> Option<[u32; 3]> {
    let mut version = [0; 3];
    let mut numbers = text.trim().split('.');
    for (at, part) in version.iter_mut().enumerate() {
        match numbers.next() {
            Some(number) => *part = number.parse().ok()?,
            None if at > 0 => break,
            None => return None,
        }
    }
    numbers.next().is_none().then_some(version)
}

/// What one rustc would make of the graph.
struct Judgement<'a> {
    rustc: Rustc,
    /// The level of the worst that it would do.
    level: Level,
    /// Every harm, the worst first.
    harms: Vec<Finding>,
    /// The imports that it would harm.
    imports: Vec<&'a Import>,
    outcomes: Outcomes,
}

impl<'a> Judgement<'a> {
    fn of(facts: &Facts<'a>, rustc: Rustc) -> Self {
        let considered = [rustc.clone()];
        let there = Facts {
            // Its C library is not here to be read.
            symbols: facts.symbols_of_any_release,
            considered: &considered,
            pins: &[],
            ..*facts
        };
        let mut harms = libc_clash::run(&there);
        harms.extend(module_clash::run(&there));
        harms.extend(export_clash::of_imports(&there));
        harms.retain(|harm| harm.level > Level::Note);
        sorted::sort_by(&mut harms, |a, b| {
            (b.level, &a.place, a.rule).cmp(&(a.level, &b.place, b.rule))
        });
        let names: HashSet<&str> = harms.iter().map(|harm| harm.name.as_str()).collect();
        let symbols = rustc.import_symbols();
        let imports = facts.imports.iter().filter(|import| {
            names.contains(import.name.as_str())
                && LinkerName::of(import, symbols) != LinkerName::Mangled
        });
        let imports = imports.collect();
        let outcomes = BTreeMap::from([(rustc.release.clone(), union(&harms))]);
        let level = harms.first().map_or(Level::Note, |harm| harm.level);
        Self { rustc, level, harms, imports, outcomes }
    }
}

/// What the harms come to together. That an import may be kept counts only where no other is surely lost.
fn union(harms: &[Finding]) -> OutcomeSet {
    let each = || harms.iter().flat_map(|harm| harm.outcomes.values());
    let mut all: OutcomeSet = each().copied().flatten().collect();
    if each().any(|outcomes| !outcomes.contains(Outcome::Kept)) {
        all.remove(Outcome::Kept);
    }
    if all.is_empty() {
        all.insert(Outcome::Kept);
    }
    all
}

fn finding(
    facts: &Facts<'_>,
    pin: &PlacedPin,
    judgement: &Judgement<'_>,
    ordinal: usize,
) -> Finding {
    let release = &judgement.rustc.release;
    let (who, verb) = words(pin.kind);
    let level = match pin.kind {
        PinKind::MinimumVersion => Level::Note,
        PinKind::ToolchainFile | PinKind::Workflow => judgement.level,
    };
    let related = judgement.harms.first().map(|worst| Related {
        place: worst.place.clone(),
        label: format!("{}: {}", worst.rule, worst.message),
    });
    Finding {
        rule: RULE.id,
        level,
        place: pin.place.clone(),
        label: format!("{verb} rustc {release}"),
        module: None,
        name: pin.text.clone(),
        message: format!("{who} {verb} rustc {release}, {}", consequence(judgement)),
        outcomes: judgement.outcomes.clone(),
        notes: notes(facts, judgement),
        help: helps(pin, judgement),
        related: related.into_iter().collect(),
        path: pin.path.clone(),
        fingerprint: verdict::fingerprint(&[
            RULE.id,
            &pin.place.package,
            &pin.place.file,
            who,
            &pin.text,
            &ordinal.to_string(),
        ]),
    }
}

/// What chooses a toolchain, and the verb for it.
fn words(kind: PinKind) -> (&'static str, &'static str) {
    match kind {
        PinKind::ToolchainFile => ("the toolchain file", "selects"),
        PinKind::Workflow => ("the workflow", "selects"),
        PinKind::MinimumVersion => ("`rust-version`", "admits"),
    }
}

fn consequence(judgement: &Judgement<'_>) -> String {
    let Some(worst) = judgement.harms.first() else {
        let is_doubtful = judgement.rustc.import_symbols() == ImportSymbols::Unknown;
        let has = if is_doubtful { "may have" } else { "has" };
        return format!(
            "which {has} the defect rust#148347; no import of this graph is exposed to it"
        );
    };
    let auxiliary = if judgement.level == Level::Deny { "does" } else { "may do" };
    let count = judgement.imports.len();
    let imports = if count == 1 { "1 import".to_owned() } else { format!("{count} imports") };
    let module = worst.module.as_deref().map(|module| format!(" of module `{module}`"));
    format!(
        "which {auxiliary} harm to {imports}, above all to `{}`{}",
        worst.name,
        module.unwrap_or_default()
    )
}

fn notes(facts: &Facts<'_>, judgement: &Judgement<'_>) -> Vec<String> {
    let release = &judgement.rustc.release;
    let mut notes = vec![judgement.rustc.import_symbols_reason()];
    let is_considered = facts.considered.iter().any(|rustc| rustc.release == *release);
    if is_considered {
        notes.push(format!(
            "rustc {release} is considered here too: the other findings tell what becomes of each import"
        ));
    } else if !judgement.harms.is_empty() {
        notes.push(format!(
            "rustc {release} is not considered here: `--rustc-version {release}` shows what becomes of each \
             import"
        ));
    }
    notes
}

/// What to write instead.
fn helps(pin: &PlacedPin, judgement: &Judgement<'_>) -> Vec<String> {
    if pin.kind == PinKind::MinimumVersion {
        return vec![format!(
            "cargo takes no single release out of the range: write `rust-version = \"{REPAIRED}\"` where \
             nobody needs an older one, else tell users of {AFFECTED}"
        )];
    }
    let host = without_host(pin.text.trim()).map_or("", |(_, host)| host);
    if judgement.rustc.release.starts_with("nightly-") {
        return vec![format!(
            "write `{REPAIRED_NIGHTLY}{host}` or a later one: the defect is in nightlies from 2025-08-13 to \
             the first days of November 2025"
        )];
    }
    vec![format!("write `{REPAIRED}{host}` or a later release")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimum_versions_are_numbers() {
        assert_eq!(version("1.91"), Some([1, 91, 0]));
        assert_eq!(version("1"), Some([1, 0, 0]));
        assert_eq!(version("1.91.1"), Some([1, 91, 1]));
        for text in ["", "1.", "1.x", "1.2.3.4", "-1", "stable"] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
