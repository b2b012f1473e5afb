//! The findings of all targets together: the same hazard on two targets is said once.

use std::collections::HashMap;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level};
use wasm_import_guard::graph::Graph;
use wasm_import_guard::import::Import;
use wasm_import_guard::text::printable;

use super::TargetReport;
use super::words::{dependency_path, listed, outcome_sentences};
use crate::text::shortened;

/// The longest name, path or sentence that is quoted in full.
const MAX_PIECE_CHARACTERS: usize = 500;

/// A finding and where it was found.
#[derive(Debug)]
pub(crate) struct Merged<'a> {
    /// As the first target on which it is at its worst has it.
    pub(crate) finding: &'a Finding,
    /// The analysis of that target.
    pub(crate) analysis: &'a Analysis,
    /// The targets on which it is as bad as that.
    pub(crate) targets: Vec<&'a str>,
}

impl Merged<'_> {
    /// All of it as plain text: the message, where it comes from, what happens, what to do.
    pub(super) fn told(&self) -> String {
        let finding = self.finding;
        let place = &finding.place;
        let mut lines = vec![piece(&finding.message), String::new()];
        let declared = format!(
            "at {}:{}:{} of {} {}",
            place.file, place.line, place.column, place.package, place.version
        );
        lines.push(piece(&declared));
        if finding.path.len() > 1 {
            lines.push(format!("brought in by {}", piece(&dependency_path(&finding.path))));
        }
        lines.push(format!("target: {}", piece(&listed(&self.targets, "and"))));
        lines.extend(outcome_sentences(finding));
        lines.extend(finding.help.iter().map(|help| format!("help: {}", piece(help))));
        lines.join("\n")
    }
}

/// Text of a bounded length that is safe to show.
pub(super) fn piece(text: &str) -> String {
    shortened(&printable(text), MAX_PIECE_CHARACTERS)
}

/// Every hazard of `level` or worse once, the worst first.
pub(crate) fn merged(reports: &[TargetReport], level: Level) -> Vec<Merged<'_>> {
    let mut merged: Vec<Merged<'_>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        for finding in analysis.findings.iter().filter(|finding| finding.level >= level) {
            let new = Merged { finding, analysis, targets: vec![&analysis.target] };
            let at = *known.entry(&finding.fingerprint).or_insert(merged.len());
            match merged.get_mut(at) {
                None => merged.push(new),
                Some(one) if one.finding.level < finding.level => *one = new,
                Some(one) if one.finding.level == finding.level => {
                    if one.targets.last() != Some(&analysis.target.as_str()) {
                        one.targets.push(&analysis.target);
                    }
                }
                Some(_) => {}
            }
        }
    }
    merged.sort_by_key(|one| std::cmp::Reverse(one.finding.level));
    merged
}

/// An import and the targets that have it.
#[derive(Debug)]
pub(super) struct MergedImport<'a> {
    /// As the first of them has it.
    pub(super) import: &'a Import,
    /// The graph of that target.
    pub(super) graph: &'a Graph,
    pub(super) targets: Vec<&'a str>,
}

/// Every import of any target once, in the order of the first target that has it.
pub(super) fn merged_imports(reports: &[TargetReport]) -> Vec<MergedImport<'_>> {
    let mut all: Vec<MergedImport<'_>> = Vec::new();
    let mut known = HashMap::new();
    for analysis in reports.iter().filter_map(|report| report.outcome.as_ref().ok()) {
        for import in &analysis.imports {
            let key = (&import.place, &import.module, &import.name);
            let at = *known.entry(key).or_insert(all.len());
            let (graph, target) = (&analysis.graph, analysis.target.as_str());
            match all.get_mut(at) {
                None => all.push(MergedImport { import, graph, targets: vec![target] }),
                Some(one) if one.targets.last() != Some(&target) => one.targets.push(target),
                Some(_) => {}
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::error::Error;
    use wasm_import_guard::finding::{Finding, Level};

    use super::merged;
    use crate::render::TargetReport;
    use crate::render::samples::{analysis, finding, report};

    fn named(level: Level, fingerprint: &str) -> Finding {
        Finding { fingerprint: fingerprint.to_owned(), ..finding(level) }
    }

    fn on(target: &str, findings: Vec<Finding>) -> TargetReport {
        let mut analysis = analysis();
        target.clone_into(&mut analysis.target);
        analysis.findings = findings;
        report(analysis)
    }

    #[test]
    fn a_hazard_of_two_targets_is_one_at_its_worst() {
        let reports = [
            on(
                "a",
                vec![named(Level::Warn, "3"), named(Level::Deny, "1"), named(Level::Note, "2")],
            ),
            on(
                "b",
                vec![named(Level::Deny, "2"), named(Level::Deny, "1"), named(Level::Note, "3")],
            ),
            TargetReport { target: "c".to_owned(), outcome: Err(Error::new("unknown")) },
        ];
        let shown: Vec<_> = merged(&reports, Level::Note)
            .into_iter()
            .map(|one| (one.finding.level, one.finding.fingerprint.as_str(), one.targets))
            .collect();
        let expected = [
            (Level::Deny, "1", vec!["a", "b"]),
            (Level::Deny, "2", vec!["b"]),
            (Level::Warn, "3", vec!["a"]),
        ];
        assert_eq!(shown, expected);
        assert_eq!(merged(&reports, Level::Deny).len(), 2);
    }
}
