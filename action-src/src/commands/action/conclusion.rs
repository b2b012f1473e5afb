//! How a run of the Action ends.

use wasm_import_guard::finding::Level;

use crate::exit::Exit;
use crate::render::TargetReport;

/// How a run ended, the worst first: the output `conclusion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conclusion {
    /// Nothing could be analysed.
    Error,
    /// A finding reaches the level that fails the step.
    Failure,
    /// A target or a part of the graph could not be read.
    Incomplete,
    /// There are findings, and none reaches that level.
    Neutral,
    /// Nothing is denied or a warning.
    Success,
}

impl Conclusion {
    /// The conclusion when findings of `fail_on` or worse fail the step.
    pub(super) fn of(reports: &[TargetReport], fail_on: Option<Level>) -> Self {
        let analyses = || reports.iter().filter_map(|report| report.outcome.as_ref().ok());
        let worst = analyses().flat_map(|one| &one.findings).map(|finding| finding.level).max();
        if analyses().next().is_none() {
            Self::Error
        } else if fail_on.is_some_and(|level| worst >= Some(level)) {
            Self::Failure
        } else if !reports.iter().all(TargetReport::complete) {
            Self::Incomplete
        } else if worst >= Some(Level::Warn) {
            Self::Neutral
        } else {
            Self::Success
        }
    }

    /// As the output has it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Failure => "failure",
            Self::Incomplete => "incomplete",
            Self::Neutral => "neutral",
            Self::Success => "success",
        }
    }

    /// How the step ends.
    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Error => Exit::Failed,
            Self::Failure => Exit::Denied,
            Self::Incomplete | Self::Neutral | Self::Success => Exit::Clean,
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_import_guard::finding::Level;

    use super::Conclusion;
    use crate::render::samples::{analysis, failed, incomplete, report, report_with};

    #[test]
    fn row_by_row() {
        use Conclusion::{Failure, Incomplete, Neutral, Success};
        let (deny, warn) = (Some(Level::Deny), Some(Level::Warn));
        let rows = [
            (vec![failed(), failed()], None, Conclusion::Error),
            (vec![], deny, Conclusion::Error),
            (vec![failed(), report_with(Level::Deny)], deny, Failure),
            (vec![incomplete(report_with(Level::Deny))], deny, Failure),
            (vec![report_with(Level::Note), report_with(Level::Warn)], warn, Failure),
            (vec![report_with(Level::Warn)], deny, Neutral),
            (vec![report_with(Level::Deny)], None, Neutral),
            (vec![incomplete(report_with(Level::Warn))], deny, Incomplete),
            (vec![failed(), report_with(Level::Note)], deny, Incomplete),
            (vec![report_with(Level::Note)], warn, Success),
            (vec![report(analysis())], warn, Success),
        ];
        for (reports, fail_on, expected) in rows {
            assert_eq!(Conclusion::of(&reports, fail_on), expected, "{reports:?}");
        }
    }
}
