//! The findings of all targets together: the same hazard on two targets is said once.

use std::collections::HashMap;

use wasm_import_guard::analysis::Analysis;
use wasm_import_guard::finding::{Finding, Level};

use super::TargetReport;

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
                vec![named(Level::Deny, "1"), named(Level::Note, "2"), named(Level::Warn, "3")],
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
